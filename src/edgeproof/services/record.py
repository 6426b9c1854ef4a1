"""The live market into the store: candles of every timeframe, funding, trades and quotes, for later replay.

Facts are gathered and saved together, every so often and at the end. What is saved twice changes nothing, and a
candle that was corrected takes the place of what it was: a recording that was broken off and begun again continues,
its candles without a hole, as the feed brings those it missed.
"""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from edgeproof.core.model.candle import COLUMNS, Candles, Funding
from edgeproof.core.model.event import ClosedCandle, FundingPublished, MarketEvent, MarketTrade, Quote
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.market import QUOTE_COLUMNS, MarketTrades, Quotes
from edgeproof.ports import CandleStore

MANY = 200_000
"""Facts after which it is time to save."""


class Recorder:
    """Gathers facts, and saves them when asked to. What could not be saved is kept, and saved the next time."""

    def __init__(self, store: CandleStore, source: str) -> None:
        self._store = store
        self._source = source
        self._candles: dict[tuple[Instrument, int], dict[int, ClosedCandle]] = defaultdict(dict)
        self._funding: dict[Instrument, dict[int, float]] = defaultdict(dict)
        self._trades: dict[Instrument, list[MarketTrade]] = defaultdict(list)
        self._quotes: dict[Instrument, dict[int, Quote]] = defaultdict(dict)
        self.waiting = 0
        """Facts that are gathered and not saved."""
        self.saved = 0
        """Rows that are new in the store because of this recording."""

    def seen(self, events: Iterable[MarketEvent]) -> None:
        """Gather facts."""
        for event in events:
            match event:
                case ClosedCandle():
                    self._candles[event.instrument, event.timeframe][event.open_time] = event
                case FundingPublished():
                    self._funding[event.instrument][event.time] = event.rate
                case MarketTrade():
                    self._trades[event.instrument].append(event)
                case Quote():
                    self._quotes[event.instrument][event.time] = event
                case _:
                    continue
            self.waiting += 1

    def save(self) -> None:
        """Save what was gathered.

        Raises
        ------
        StoreError
            The store cannot be written to; everything is still gathered.
        DataError
            What is stored contradicts it.
        """
        for (instrument, timeframe), candles in self._candles.items():
            self._save_candles(instrument, timeframe, [candles[time] for time in sorted(candles)])
        for instrument, rates in self._funding.items():
            self._count(self._store.save_funding(instrument, _funding(rates), source=self._source).added)
        for instrument, trades in self._trades.items():
            self._count(self._store.save_trades(instrument, _trades(trades), source=self._source).added)
        for instrument, quotes in self._quotes.items():
            rows = _quotes([quotes[time] for time in sorted(quotes)])
            self._count(self._store.save_quotes(instrument, rows, source=self._source, replace=True).added)
        for gathered in (self._candles, self._funding, self._trades, self._quotes):
            gathered.clear()
        self.waiting = 0

    def _save_candles(self, instrument: Instrument, timeframe: int, candles: list[ClosedCandle]) -> None:
        corrected = [each for each in candles if each.is_correction]
        told = [each for each in candles if not each.is_correction]
        for part, replace in ((told, False), (corrected, True)):
            if part:
                rows = _candles(part, timeframe)
                saved = self._store.save_candles(instrument, rows, source=self._source, replace=replace)
                self._count(saved.added)

    def _count(self, added: int) -> None:
        self.saved += added


def _candles(candles: list[ClosedCandle], timeframe: int) -> Candles:
    columns = {name: np.array([getattr(each, name) for each in candles], np.float64) for name in COLUMNS}
    return Candles(
        timeframe=timeframe,
        open_time=np.array([each.open_time for each in candles], np.int64),
        filled=np.array([each.filled for each in candles], np.bool_),
        **columns,
    )


def _funding(rates: dict[int, float]) -> Funding:
    times = sorted(rates)
    return Funding(time=np.array(times, np.int64), rate=np.array([rates[time] for time in times], np.float64))


def _trades(trades: list[MarketTrade]) -> MarketTrades:
    ordered = sorted({each.seq: each for each in trades}.values(), key=lambda each: (each.time, each.seq))
    return MarketTrades(
        time=np.array([each.time for each in ordered], np.int64),
        price=np.array([each.price for each in ordered], np.float64),
        size=np.array([each.size for each in ordered], np.float64),
        side=np.array([each.side for each in ordered], np.int8),
        trade_id=np.array([str(each.seq) for each in ordered], np.str_),
    )


def _quotes(quotes: list[Quote]) -> Quotes:
    columns = {name: np.array([_or_nan(getattr(each, name)) for each in quotes], np.float64) for name in QUOTE_COLUMNS}
    return Quotes(time=np.array([each.time for each in quotes], np.int64), **columns)


def _or_nan(price: float | None) -> float:
    return np.nan if price is None else price
