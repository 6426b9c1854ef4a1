"""What trading decides on, and what it wishes for: the closed unions `TradingEvent` and `TradingCommand`.

All times are int64 UTC milliseconds by the venue's clock; an event carries its own, the decider has no clock.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from edgeproof.core.model.entry import UNWEIGHED, SignalWeight, TrackRecord
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.execution import OrderEvent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import OrderCommand
from edgeproof.core.model.round_trip import StopKind
from edgeproof.core.model.signal import Check, Signal
from edgeproof.core.model.trading import PERSONS, BreakerLevel, StateCause, TradingStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSeen:
    """A signal that validation has let through: decide whether to trade it, at what `weight` of the usual risk.

    Kelly sizing alone looks at `record`.
    """

    time: int
    signal: Signal
    record: TrackRecord | None = None
    weight: SignalWeight = UNWEIGHED


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitConditionMet:
    """The exit condition of a hypothesis held at the close `time` of a candle of its timeframe."""

    time: int
    hypothesis: str
    instrument: Instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSeen:
    """What an instrument is worth at `time`: positions are marked at it, and entries are held against it."""

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
class RelationsSeen:
    """How alike instruments move, as far as is known at `time`: correlations of pairs, and betas to BTC.

    A pair stands under both orders; what is missing is not known.
    """

    time: int
    correlations: Mapping[tuple[Instrument, Instrument], float]
    betas: Mapping[Instrument, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAsked:
    """A person wants out of a trade (`signal_id`), of an instrument, or of everything (neither)."""

    time: int
    instrument: Instrument | None = None
    signal_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StateAsked:
    """A person wants trading to reduce, to halt or to go on: `cause` is one of the three that are persons'.

    Raises
    ------
    InputError
        It is nobody's wish, or none that a person can have: refused where it is taken in, not while trading.
    """

    time: int
    cause: StateCause
    by: str
    why: str = ""

    def __post_init__(self) -> None:
        if self.cause not in PERSONS or not self.by.strip():
            raise InputError(f"expected a wish of a person and their name, found {self.cause} by {self.by!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvariantBroken:
    """What is believed cannot be: trading halts until a person resumes."""

    time: int
    why: str


TradingEvent = (
    SignalSeen
    | ExitConditionMet
    | PriceSeen
    | CandleSeen
    | FundingSettled
    | RelationsSeen
    | CloseAsked
    | StateAsked
    | InvariantBroken
    | OrderEvent
)


class TradeFate(StrEnum):
    """What trading made of a signal. SKIPPED: a person was asked, and did not want it."""

    TAKEN = "taken"
    DENIED = "denied"
    OVERLAPPED = "overlapped"
    INVALIDATED = "invalidated"
    EXPIRED = "expired"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class FateDecided:
    """What became of a signal, by which rule, value and limit ("" and None for one that was taken).

    `checks` are all rules it was held against; `quantity` is what was ordered (None: nothing), and `sizing` says in
    words how it came about: what the rule asked for, the rounding, the cap that bound. `weight` is what its hypothesis
    had; None where nobody weighs.
    """

    time: int
    signal_id: str
    fate: TradeFate
    rule: str = ""
    value: float | str | None = None
    limit: float | str | None = None
    quantity: Decimal | None = None
    sizing: str = ""
    checks: tuple[Check, ...] = ()
    weight: SignalWeight | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeEnded:
    """A trade is over: all of its position is closed. Money is in the settlement currency, exact.

    `reason` is the leg that closed the last part: "stop", "target-1", "exit" or "emergency"; `stop_kind` says which
    rule had set the stop in force, `risk` what would have been lost at the planned stop: |reference - stop| x quantity.
    """

    time: int
    signal_id: str
    instrument: Instrument
    direction: int
    opened_at: int
    quantity: Decimal
    entry_price: Decimal
    exit_price: Decimal
    fees: Decimal
    funding: Decimal
    net_pnl: Decimal
    risk: Decimal
    is_funding_complete: bool
    reason: str
    stop_kind: StopKind = StopKind.INITIAL

    @property
    def r_multiple(self) -> float:
        """What it made over what it risked, as planned; NaN where nothing was risked."""
        return float(self.net_pnl / self.risk) if self.risk else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChanged:
    """The trading state or the level of the day's loss is another."""

    time: int
    status: TradingStatus
    level: BreakerLevel


TradingCommand = OrderCommand | FateDecided | TradeEnded | StandingChanged
