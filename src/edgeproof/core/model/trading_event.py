"""What trading decides on, and what it wishes for: the closed unions `TradingEvent` and `TradingCommand`.

All times are int64 UTC milliseconds by the venue's clock; an event carries its own, the decider has no clock.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.execution import OrderEvent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import OrderCommand
from edgeproof.core.model.signal import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSeen:
    """A signal that validation has let through: decide whether to trade it."""

    time: int
    signal: Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitConditionMet:
    """The exit condition of a hypothesis held at the close `time` of a candle of its timeframe."""

    time: int
    hypothesis: str
    instrument: Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSeen:
    """What an instrument is worth now: positions are marked at it, and entries are held against it."""

    time: int
    instrument: Instrument
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleSeen:
    """A base candle closed: stops move, and time stops fall due."""

    candle: ClosedCandle

    @property
    def time(self) -> int:
        """Its close time."""
        return self.candle.close_time


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingSettled:
    """A funding settlement at `time`; `rate` None where it is not known. `price` is the open of its base candle."""

    time: int
    instrument: Instrument
    rate: float | None
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAsked:
    """A person wants out of an instrument, or of everything (None)."""

    time: int
    instrument: Instrument | None = None


TradingEvent = SignalSeen | ExitConditionMet | PriceSeen | CandleSeen | FundingSettled | CloseAsked | OrderEvent


class TradeFate(StrEnum):
    """What trading made of a signal."""

    TAKEN = "taken"
    DENIED = "denied"
    OVERLAPPED = "overlapped"
    INVALIDATED = "invalidated"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class FateDecided:
    """What became of a signal, by which rule, value and limit ("" and None for one that was taken)."""

    time: int
    signal_id: str
    fate: TradeFate
    rule: str = ""
    value: float | str | None = None
    limit: float | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeEnded:
    """A trade is over: all of its position is closed. Money is in the settlement currency, exact.

    `reason` is the leg that closed the last part: "stop", "target-1", "exit" or "emergency".
    """

    time: int
    signal_id: str
    instrument: Instrument
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    fees: Decimal
    funding: Decimal
    net_pnl: Decimal
    is_funding_complete: bool
    reason: str


TradingCommand = OrderCommand | FateDecided | TradeEnded
