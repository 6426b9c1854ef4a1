"""What a session writes down: the closed union `Record`. Append-only; state is a fold over it.

`at` is the venue's time a record is about (the machine's, for the beginning and the end of a session). The records of
one append belong together: all of them are kept or none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar

from edgeproof.core.model.event import ClosedCandle, FundingPublished
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.margin import MarginLevel
from edgeproof.core.model.message import Delivery, Message
from edgeproof.core.model.signal import Decision, Signal
from edgeproof.core.model.trade import BookChange
from edgeproof.core.model.trading_event import FateDecided, StandingChanged, TradeEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryUsed:
    """The stored history a session began with: base candles with start <= open time < end, and the funding up to then.

    `digest` is a hash of their bits: history that was changed since has another.
    """

    instrument: Instrument
    start: int
    end: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBegan:
    """A session began: what it watches and by which rules.

    `hypotheses` maps the name of each to the TOML that says all of it. `settings` is everything else that decides.
    """

    session: str
    at: int
    command: str
    venue: str
    version: str
    pid: int
    host: str
    timeframe: int
    hypotheses: Mapping[str, str]
    settings: Mapping[str, Any]
    history: tuple[HistoryUsed, ...]


ASKS_FIRST = "asks_first"
"""The key of `SessionBegan.settings` that says whether a session that trades waits for a person to take a signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded:
    """A session ended by itself; one that was killed leaves none. `goes_on` says that another takes over at once."""

    session: str
    at: int
    reason: str
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleTaken:
    """A base candle was taken in, and everything that closed with it evaluated; or it was corrected.

    `at` is its close time. What was decided on it stands in the same append.
    """

    session: str
    at: int
    candle: ClosedCandle


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingTaken:
    """A funding rate was taken in. `at` is the time of the rate."""

    session: str
    at: int
    funding: FundingPublished


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A signal met its fate. `at` is the time of the signal; its id is in the journal at most once."""

    session: str
    at: int
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMissed:
    """A close that was not evaluated in time; it was afterwards, and `signals` fired on it.

    `at` is the close time, `evaluated_at` the venue's time when it was evaluated. `reason` is one of "start",
    "restart_gap", "feed_gap", "late_candle".
    """

    session: str
    at: int
    instrument: Instrument
    evaluated_at: int
    reason: str
    signals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """Something a person should know of: an incident of the feed, a changed file, a killed hypothesis."""

    session: str
    at: int
    kind: str
    detail: str
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityRun:
    """The comparison of a span with the backtest. `document` is what `edgeproof parity --json` prints.

    `unexplained` counts all that should not be: differences without a cause, closes not evaluated, anything doubled.
    """

    session: str
    at: int
    start: int
    end: int
    unexplained: int
    document: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalTraded:
    """What trading made of a signal that validation let through. `signal` says what it was of."""

    session: str
    at: int
    signal: Signal
    decided: FateDecided


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNoted:
    """Something happened to an order: what we did about it, or what the venue said.

    `what` is "intended", "sent", "amend_sent", "cancel_sent", "accepted", "triggered", "filled", "amended",
    "amend_refused", "cancelled", "cancel_refused", "rejected", "expired" or "unanswered". `quantity` and `price` are
    those of the order or the fill. Of a fill `slippage` is how much worse it was than `reference` (the price when the
    order was sent; the trigger of a stop, the limit of a limit order), `assumed_slippage` what a backtest assumes, both
    fractions of price; None where nothing is known.
    """

    session: str
    at: int
    instrument: Instrument
    order_id: str
    what: str
    quantity: Decimal | None = None
    price: Decimal | None = None
    fee: Decimal | None = None
    is_maker: bool | None = None
    reference: Decimal | None = None
    slippage: float | None = None
    assumed_slippage: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeClosed:
    """A trade is over."""

    session: str
    at: int
    hypothesis: str
    trade: TradeEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingNoted:
    """The trading state or the level of the day's loss is another, because of what, and by whom."""

    session: str
    at: int
    standing: StandingChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person asked for something: `wish` is "close", "close_all", "stop", "halt", "resume", "take" or "skip".

    `target` is the id of a signal or the name of an instrument that is to be closed, or the id of a signal that waits.
    `outcome` says in words what came of it. `id` names the wish: one that is there already was granted.
    """

    session: str
    at: int
    id: str
    wish: str
    target: str
    by: str
    why: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookKept:
    """The book, or what changed in it with the other records of its append.

    A whole one stands at the beginning of every session that trades; the book is the last whole one and all changes
    since. A whole one also has the venue's margin levels, by the unified names of the instruments, where it tells them.
    """

    session: str
    at: int
    is_whole: bool
    change: BookChange
    margins: Mapping[str, tuple[MarginLevel, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageQueued:
    """People are to be told something, by some channels; it stands in the append of what it tells of.

    `at` is the venue's time of that.
    """

    session: str
    at: int
    message: Message
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryNoted:
    """Something happened to a message at a channel. `at` is this machine's time.

    `what` is "sending" (an attempt begins), "failed" (it did not succeed; `reason` says why), "queued" (it is to speak
    for `failed_for`, which is away) or a final `DeliveryFate`. `receipt` is what the channel calls the message (the
    digest, or the message it was added to), `latency_ms` the time from the arrival of the close it tells of to the
    channel's answer, `is_late` whether that was after its expiry, `may_be_there` that a failed attempt got no answer.
    """

    session: str
    at: int
    channel: str
    message_id: str
    what: str
    attempt: int = 0
    receipt: str = ""
    reason: str = ""
    latency_ms: float | None = None
    is_late: bool = False
    may_be_there: bool = False
    failed_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxKept:
    """All that waits to be told when a session begins: who reads a journal need not go back further."""

    session: str
    at: int
    waiting: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandHeard:
    """A person gave a command through a channel. `at` is this machine's time, `outcome` what was answered, in short."""

    session: str
    at: int
    channel: str
    by: str
    role: str
    text: str
    outcome: str


Record = (
    SessionBegan
    | SessionEnded
    | CandleTaken
    | FundingTaken
    | Decided
    | CloseMissed
    | Noticed
    | ParityRun
    | SignalTraded
    | OrderNoted
    | TradeClosed
    | StandingNoted
    | Asked
    | BookKept
    | MessageQueued
    | DeliveryNoted
    | OutboxKept
    | CommandHeard
)


R_co = TypeVar("R_co", bound=Record, covariant=True)


@dataclass(frozen=True, slots=True)
class Entry(Generic[R_co]):
    """A record with its place in the journal: later ones have higher numbers."""

    seq: int
    record: R_co
