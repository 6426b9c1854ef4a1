"""What a session is given: what it watches and by which rules, what it works with, and who trades its signals."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import ParityRun, Record
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.trading_event import FateDecided
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.watch import ExitMet
from edgeproof.ports import (
    CandleStore,
    Clock,
    FeedEvent,
    Journal,
    MarketFeed,
    MarketHistory,
    TradingFeed,
)
from edgeproof.ports.wishes import LeftWishes, Wish
from edgeproof.services.desk import Rules
from edgeproof.services.evidence import TrackRecord
from edgeproof.services.notifying.view import ChannelView
from edgeproof.services.prepare import Prepared
from edgeproof.services.standing import Watched
from edgeproof.services.trading_view import TradingView

Fates = Mapping[str, FateDecided]
"""What trading made of signals, by their ids; those of a session that only watches are not there."""


class Trader(Protocol):
    """Who trades the signals of a session."""

    def begin(self, prepared: Mapping[Instrument, Prepared], now: int) -> list[Record]:
        """Take up what the last session left; what is to be written down of it."""
        ...

    def open(self, feed: MarketFeed) -> TradingFeed:
        """The market with what becomes of our orders in it."""
        ...

    def seen(self, events: Sequence[FeedEvent], records: Sequence[Record], exits: Sequence[ExitMet]) -> list[Record]:
        """Take in a batch of the feed and what the signal desk made of it; what is to be written down."""
        ...

    def wished(self, wish: Wish, now: int) -> list[Record]:
        """Grant what a person wishes; what is to be written down."""
        ...

    async def send(self) -> None:
        """Tell the venue what was decided and is in the journal by now."""
        ...

    def view(self) -> TradingView | None:
        """How trading stands; None where nothing is traded."""
        ...

    def weights(self) -> Mapping[str, SignalWeight]:
        """The weights of what is watched, by hypotheses; none where nobody weighs."""
        ...


class Messenger(Protocol):
    """Who tells people of what a session writes down."""

    def begin(self, session: str, venue_now: Callable[[], int], history: Mapping[Instrument, Candles]) -> list[Record]:
        """Take up what was not told yet; what is to be written down of it. `history` are the base candles up to now."""
        ...

    def composed(self, records: Sequence[Record]) -> list[Record]:
        """What people are to be told of records, to be written down with them."""
        ...

    def queued(self, records: Sequence[Record]) -> None:
        """Tell what is in the journal by now. Back at once."""
        ...

    async def summed_up(self, now: int) -> list[Record]:
        """The summary of a day that is due at the venue's time, to be written down."""
        ...

    def start(self) -> None:
        """Begin to deliver, once."""
        ...

    def check(self) -> None:
        """Raise what ended the deliveries, where something did."""
        ...

    def view(self) -> Sequence[ChannelView]:
        """How each channel stands."""
        ...

    async def finish(self) -> None:
        """Tell what can be told within some seconds, then end."""
        ...


class SignalLog(Protocol):
    """Where signals are told to other programs."""

    def append(self, decisions: Sequence[Decision], fates: Fates) -> None:
        """Write signals, all of them, and not before they would survive a loss of power."""
        ...

    def complete(self, decisions: Sequence[Decision], fates: Fates) -> int:
        """Write those of the signals that are not there; how many."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a session watches, and by which rules. `span` is how much history is used, `least` how much is fetched."""

    session: str
    command: str
    venue: str
    version: str
    host: str
    pid: int
    hypotheses: tuple[Hypothesis, ...]
    instruments: tuple[Instrument, ...]
    rules: Rules
    settings: Mapping[str, object]
    records: Mapping[tuple[str, Instrument], TrackRecord]
    watched: Watched
    span: int
    least: int
    until: int | None = None
    with_preview: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a session works with. `feed` opens the live market, given what is remembered of each instrument.

    `trading` makes the one who trades what a session of a name finds.
    `changes` says what has changed in the user's files since it was last asked: words, and hypotheses killed since.
    `compare` holds a span against the backtest.
    """

    feed: Callable[[Mapping[Instrument, Prepared]], MarketFeed]
    history: MarketHistory
    store: CandleStore
    journal: Journal
    log: SignalLog
    clock: Clock
    changes: Callable[[], tuple[Sequence[str], frozenset[str]]]
    compare: Callable[[int, int], Awaitable[ParityRun]]
    trading: Callable[[str], Awaitable[Trader]]
    wishes: LeftWishes
    messenger: Messenger
