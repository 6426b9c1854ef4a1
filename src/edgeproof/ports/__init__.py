"""What the inside needs of the outside, as Protocols that speak facts only."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from numpy.typing import NDArray

from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.event import ClosedCandle, MarketEvent
from edgeproof.core.model.execution import ExecutionEvent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import Decided, Entry, Record
from edgeproof.core.model.margin import MarginLevel
from edgeproof.core.model.market import MarketTrades, Quotes
from edgeproof.core.model.order import OrderCommand
from edgeproof.core.model.time import MINUTE, format_duration
from edgeproof.core.model.trial import TrialRecord

Kind = Literal["candles", "funding", "quotes", "trades"]

T = TypeVar("T")
R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a save changed: rows that were new, rows that took the place of others, rows that were there already."""

    added: int
    replaced: int
    unchanged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One series the store has: `first` and `last` are the times of its first and last row.

    `timeframe` is None for all but candles; `sources` says where the rows came from, in order of arrival.
    """

    instrument: Instrument
    kind: Kind
    timeframe: int | None
    rows: int
    first: int
    last: int
    sources: tuple[str, ...]


class CandleStore(Protocol):
    """History on hand: candles as they came (no filled ones), funding, market trades and quotes.

    Saving is idempotent and append-safe: rows that are there already change nothing, overlapping ranges merge, and a
    row that contradicts one that is there is a `DataError` unless `replace` is set. A save happens entirely or not at
    all, whatever is interrupted.
    """

    def holdings(self) -> tuple[Holding, ...]:
        """Every series, by instrument, kind and timeframe."""
        ...

    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments that have candles, by name."""
        ...

    def timeframes(self, instrument: Instrument) -> tuple[int, ...]:
        """The timeframes of the instrument's candles, finest first."""
        ...

    def load_candles(
        self, instrument: Instrument, timeframe: int | None = None, *, start: int | None = None, end: int | None = None
    ) -> Candles:
        """Candles with start <= open time and close time <= end, of the finest timeframe unless one is asked for."""
        ...

    def load_funding(self, instrument: Instrument, *, start: int | None = None, end: int | None = None) -> Funding:
        """Funding with start <= time <= end; empty when there is none."""
        ...

    def load_trades(self, instrument: Instrument, *, start: int | None = None, end: int | None = None) -> MarketTrades:
        """Market trades with start <= time < end; empty when there are none."""
        ...

    def load_quotes(self, instrument: Instrument, *, start: int | None = None, end: int | None = None) -> Quotes:
        """Quotes with start <= time < end; empty when there are none."""
        ...

    def save_candles(self, instrument: Instrument, candles: Candles, *, source: str, replace: bool = False) -> Saved:
        """Keep candles; filled ones are left out."""
        ...

    def save_funding(self, instrument: Instrument, funding: Funding, *, source: str, replace: bool = False) -> Saved:
        """Keep funding rates."""
        ...

    def save_trades(self, instrument: Instrument, trades: MarketTrades, *, source: str, replace: bool = False) -> Saved:
        """Keep market trades, one per `trade_id` and UTC day."""
        ...

    def save_quotes(self, instrument: Instrument, quotes: Quotes, *, source: str, replace: bool = False) -> Saved:
        """Keep quotes, one per time."""
        ...


class TaskRunner(Protocol):
    """Where independent tasks run: threads here, processes or machines elsewhere."""

    def run(self, tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        """The result of every task in the order of the tasks; few at a time, so that memory stays flat."""
        ...


class TrialLedger(Protocol):
    """Every trial there ever was, so that luck can be paid for. Nothing is ever taken out.

    A trial is known by its id: entering it again changes its figures, never their number. Several processes may enter
    trials at once.
    """

    def enter(self, trials: Sequence[TrialRecord]) -> int:
        """Keep trials, all of them or none; how many were new. One that is there widens to cover both windows."""
        ...

    def concerning(self, instruments: Sequence[str], start: int, end: int) -> tuple[TrialRecord, ...]:
        """The trials that looked at any of the instruments within [start, end], by id."""
        ...


class Checkpoints(Protocol):
    """What a long run has done so far: named arrays under a key, kept until the run is complete."""

    def keep(self, key: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Keep the arrays of a key, entirely or not at all."""
        ...

    def find(self, key: str) -> Mapping[str, NDArray[Any]] | None:
        """The arrays kept under a key; None when there are none that can be read."""
        ...

    def clear(self) -> None:
        """Forget everything: the run is complete."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRules:
    """What a venue says of an instrument it lists.

    `tick_size` is the step of prices, `lot_size` the step of quantities in base currency (0.0001, or 1,000 where the
    venue counts in thousands). `initial_margin_fraction` is the share of notional that the smallest position locks,
    None where the venue does not say; `margin_levels` say it of larger ones too, with what has to be maintained,
    () where that is not known of all of them. Times are UTC milliseconds.
    """

    instrument: Instrument
    venue_symbol: str
    tick_size: float
    lot_size: float
    is_tradeable: bool
    is_post_only: bool
    opened: int | None = None
    initial_margin_fraction: float | None = None
    margin_levels: tuple[MarginLevel, ...] = ()


class MarketHistory(Protocol):
    """What a venue remembers of its market. Every call is one or more requests, paced and tried again as it wants."""

    @property
    def name(self) -> str:
        """The venue's name, as it goes into the store as the source of rows."""
        ...

    async def instruments(self) -> tuple[InstrumentRules, ...]:
        """The perpetual futures that are listed now, by name."""
        ...

    async def time(self) -> int:
        """The venue's clock."""
        ...

    def candles(self, instrument: Instrument, timeframe: int, start: int, end: int) -> AsyncIterator[Candles]:
        """Closed candles with start <= open time and close time <= end, ascending, page by page, holes left as holes.

        The candle that is still forming is never among them.
        """
        ...

    async def funding(self, instrument: Instrument, start: int) -> Funding:
        """Settled relative funding rates from `start` on; the time of a rate is the start of its period."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedScope:
    """What a feed is to bring: the instruments, and the timeframes of their candles.

    `remembered` are candles that are known already (the end of a store, a day of them at least): the feed's first
    candles are those that follow. Single trades are brought only `with_trades`.
    """

    instruments: tuple[Instrument, ...]
    timeframes: tuple[int, ...]
    remembered: Mapping[Instrument, Candles] = field(default_factory=dict)
    with_trades: bool = False

    def __post_init__(self) -> None:
        wrong = [each for each in self.timeframes if each < MINUTE or each % MINUTE != 0]
        if wrong or not self.timeframes:
            found = ", ".join(map(format_duration, wrong)) or "none"
            raise InputError(f"expected timeframes that are whole minutes, such as 1m, 5m or 4h, found {found}")


class MarketFeed(Protocol):
    """A live market: history up to now, then every fact as it comes, without a hole or a double at the seam.

    Of an instrument, candles come in time order: of those that close at one time the shortest first, and funding that
    is published at that time before them. A feed never ends by itself; what goes wrong it mends, and tells.
    """

    def events(self) -> AsyncIterator[Sequence[MarketEvent]]:
        """What happened since the last time, in order."""
        ...

    def forming(self) -> Mapping[Instrument, ClosedCandle]:
        """The base candle that forms now, as its trades make it so far, of instruments that had any."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SentCommand:
    """A command to the venue and the venue's time at which it was decided."""

    command: OrderCommand
    time: int


class OrderGateway(Protocol):
    """The venue's ear: what is asked of it. What it says of orders comes with the events of the feed.

    A command is in the journal before it is sent; the id of an order makes one that is sent twice harmless.
    """

    async def send(self, command: SentCommand) -> None:
        """Send a command. Its answer, or that none came in time, is an event."""
        ...


FeedEvent = MarketEvent | ExecutionEvent
"""What a market and our orders in it tell."""


class TradingFeed(Protocol):
    """A live market and what becomes of our orders in it, in one order."""

    def events(self) -> AsyncIterator[Sequence[FeedEvent]]:
        """What happened since the last time. The next is asked for once all commands that follow were sent."""
        ...

    def forming(self) -> Mapping[Instrument, ClosedCandle]:
        """The base candle that forms now."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


class Journal(Protocol):
    """What sessions wrote down, in order. Nothing is ever changed or taken out.

    One session writes at a time; others may read meanwhile.
    """

    def append(self, records: Sequence[Record]) -> None:
        """Keep records, all of them or none, and not before they would survive a loss of power.

        A `Decided` whose signal is there already is left out: no signal has two fates.

        Raises
        ------
        StoreError
            They could not be kept; the journal is as it was.
        """
        ...

    def read(
        self,
        *kinds: type[R],
        instrument: Instrument | None = None,
        start: int | None = None,
        end: int | None = None,
        session: str | None = None,
        after: int | None = None,
    ) -> Iterator[Entry[R]]:
        """The records of some kinds with start <= at <= end, in the order they were written.

        With `after` only those whose place in the journal is beyond that one.
        """
        ...

    def last(self, kind: type[R], count: int) -> tuple[Entry[R], ...]:
        """The newest records of a kind, in the order they were written."""
        ...

    def decisions(self, id_begins: str) -> tuple[Entry[Decided], ...]:
        """The decisions on signals whose id begins with these characters, in the order they were written."""
        ...

    def taken_until(self) -> Mapping[Instrument, int]:
        """The close time of the last base candle that was taken in, by instrument."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...


class SearchedJournal(Journal, Protocol):
    """A journal that people leaf through from its end: all kinds of records at once."""

    def back(
        self,
        *kinds: type[Record],
        instruments: Collection[Instrument] | None = None,
        start: int | None = None,
        end: int | None = None,
        before: int | None = None,
    ) -> Iterator[Entry[Record]]:
        """The records of some kinds with start <= at <= end, the newest first.

        With `before` only those whose place in the journal is before that one. Who takes their time reading holds
        nothing up, and at no time more than a few thousand records.
        """
        ...

    def counts(self, after: int = 0) -> Mapping[type[Record], int]:
        """How many records of each kind there are whose place is beyond one; those of which there are any."""
        ...


class Clock(Protocol):
    """Time, read at the edge only."""

    def now(self) -> int:
        """UTC milliseconds."""
        ...

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back, for measuring how long something takes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One figure: its name without the prefix, what it says, its labels and its value."""

    name: str
    help: str
    value: float
    labels: Mapping[str, str]
    is_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How things are: whether well, why not, and the figures."""

    is_well: bool
    problems: tuple[str, ...]
    samples: tuple[Sample, ...]
