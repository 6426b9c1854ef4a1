"""A line of a live market with its facts in a list, and a venue's memory that answers from a tape."""

from collections.abc import AsyncIterator, Sequence

import numpy as np

from edgeproof.adapters.kraken.line import Line
from edgeproof.core.candles.aggregate import aggregate
from edgeproof.core.candles.live import LiveCandles
from edgeproof.core.model.candle import COLUMNS, NO_FUNDING, Candles, Funding
from edgeproof.core.model.errors import VenueError
from edgeproof.core.model.event import ClosedCandle, FeedIncident, MarketEvent, MarketTrade
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.market import MarketTrades
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.ports import InstrumentRules

BITCOIN = Instrument("BTC", "USD", "USD")
START = 1_746_057_600_000
LENGTHS = (MINUTE, 5 * MINUTE)


def trades_of(count: int, every_ms: int = 7_000, start: int = START) -> list[MarketTrade]:
    """Trades numbered from 1, one every few seconds, at prices that move."""
    return [
        MarketTrade(BITCOIN, start + i * every_ms, 100.0 + (i * 37) % 11, 0.1 + (i % 7) / 10, 1 - 2 * (i % 2), i + 1)
        for i in range(count)
    ]


def candles_of(trades: Sequence[MarketTrade], timeframe: int = MINUTE) -> Candles:
    """The candles of trades by the book: `aggregate`, which leaves out the minute that is not over."""
    return aggregate(
        MarketTrades(
            time=np.array([each.time for each in trades], np.int64),
            price=np.array([each.price for each in trades]),
            size=np.array([each.size for each in trades]),
            side=np.array([each.side for each in trades], np.int8),
            trade_id=np.array([str(each.seq) for each in trades], np.str_),
        ),
        timeframe,
    )


def new_line(told: list[MarketEvent], *, begins: int | None = START, tells_trades: bool = False) -> Line:
    """A line that leaves its facts in `told`."""
    candles = LiveCandles(BITCOIN, LENGTHS)
    if begins is not None:
        candles.begin(begins)
    return Line(BITCOIN, "PF_XBTUSD", candles, told.append, tells_trades=tells_trades)


def minutes_told(told: Sequence[MarketEvent]) -> dict[int, tuple[float, ...]]:
    """The base candles as they stand after all corrections, by open time."""
    return {
        each.open_time: (each.open, each.high, each.low, each.close, each.volume)
        for each in told
        if isinstance(each, ClosedCandle) and each.timeframe == MINUTE
    }


def minutes_of(candles: Candles) -> dict[int, tuple[float, ...]]:
    """Candles as rows by open time."""
    columns = [getattr(candles, name).tolist() for name in COLUMNS]
    return dict(zip(candles.open_time.tolist(), zip(*columns, strict=True), strict=True))


def incidents(told: Sequence[MarketEvent]) -> list[str]:
    """The kinds of incidents, in order."""
    return [each.kind.value for each in told if isinstance(each, FeedIncident)]


class TapeHistory:
    """A venue that remembers a tape until `now`, a few trades a page; `fails` answers are refused first."""

    name = "tape"

    def __init__(self, tape: Sequence[MarketTrade], *, now: int, page: int = 20, fails: int = 0) -> None:
        self.tape = tape
        self.now = now
        self.page = page
        self.fails = fails
        self.rates: float | None = None
        self.asked: list[str] = []

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.fails > 0:
            self.fails -= 1
            raise VenueError("expected an answer, found 503")

    async def recent_trades(self, instrument: Instrument, before: int | None = None) -> tuple[MarketTrade, ...]:
        self._ask("trades")
        assert instrument == BITCOIN
        until = self.now if before is None else before
        return tuple(each for each in self.tape if each.time < until and each.time <= self.now)[-self.page :]

    async def candles(self, instrument: Instrument, timeframe: int, start: int, end: int) -> AsyncIterator[Candles]:
        self._ask("candles")
        assert (instrument, timeframe) == (BITCOIN, MINUTE)
        known = [each for each in self.tape if each.time <= self.now]
        if known:
            yield candles_of(known).between(start, min(end, self.now))

    async def funding(self, instrument: Instrument, start: int) -> Funding:
        self._ask("funding")
        if self.rates is None:
            return NO_FUNDING
        time = np.arange(-(-start // HOUR) * HOUR, self.now + 1, HOUR, dtype=np.int64)
        return Funding(time=time, rate=np.full(len(time), self.rates))

    async def instruments(self) -> tuple[InstrumentRules, ...]:
        self._ask("instruments")
        return (
            InstrumentRules(
                instrument=BITCOIN,
                venue_symbol="PF_XBTUSD",
                tick_size=1.0,
                lot_size=0.0001,
                is_tradeable=True,
                is_post_only=False,
            ),
        )

    async def time(self) -> int:
        return self.now

    async def close(self) -> None:
        return None
