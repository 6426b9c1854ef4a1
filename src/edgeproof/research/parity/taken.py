"""What a session took in of one instrument, and the market it knew at any moment.

The journal numbers its records, so what was known when a close was evaluated is: everything numbered up to then.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import COLUMNS, BoolArray, Candles, Funding, IntArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, Entry, FundingTaken
from edgeproof.core.model.time import MINUTE
from edgeproof.ports import Journal
from edgeproof.research.backtest import Market

_COLUMNS = ("open_time", *COLUMNS, "filled")


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """Candles and funding in the order they were taken in, with their numbers in the journal, ascending.

    The same minute stands there again where it was corrected; `is_correction` says so.
    """

    candle_seq: IntArray
    candles: Candles
    is_correction: BoolArray
    funding_seq: IntArray
    funding: Funding

    @property
    def last(self) -> int | None:
        """The close time of the last candle; None where there is none."""
        return int(self.candles.close_time.max()) if len(self.candles) else None

    def first_revisions(self, after: int) -> tuple[IntArray, IntArray]:
        """The close times after one that were evaluated, ascending, and the number of the record by which each was."""
        is_first = ~self.is_correction & (self.candles.close_time > after)
        time, seq = self.candles.close_time[is_first], self.candle_seq[is_first]
        closes, rows = np.unique(time, return_index=True)
        return closes, seq[rows]

    def taken_twice(self, after: int) -> IntArray:
        """The close times after one that have more than one first revision."""
        is_first = ~self.is_correction & (self.candles.close_time > after)
        closes, counts = np.unique(self.candles.close_time[is_first], return_counts=True)
        return closes[counts > 1]

    def late_candles(self, time: int, seq: int) -> frozenset[int]:
        """The records of candles that closed by `time` and were taken in after record `seq`."""
        return frozenset(self.candle_seq[(self.candles.close_time <= time) & (self.candle_seq > seq)].tolist())

    def late_funding(self, time: int, seq: int) -> frozenset[int]:
        """The records of funding published by `time` and taken in after record `seq`."""
        return frozenset(self.funding_seq[(self.funding.time <= time) & (self.funding_seq > seq)].tolist())

    def without(self, records: frozenset[int]) -> "Taken":
        """What was known without some records."""
        left_out = np.array(sorted(records), np.int64)
        candles, funding = ~np.isin(self.candle_seq, left_out), ~np.isin(self.funding_seq, left_out)
        return Taken(
            candle_seq=self.candle_seq[candles],
            candles=rows_of(self.candles, candles),
            is_correction=self.is_correction[candles],
            funding_seq=self.funding_seq[funding],
            funding=Funding(time=self.funding.time[funding], rate=self.funding.rate[funding]),
        )


def read_taken(journal: Journal, session: str | None, instrument: Instrument, timeframe: int, end: int | None) -> Taken:
    """What the journal says a session (None for all of them) took in of an instrument, up to a time."""
    candle_seq, is_correction, candles = _read_candles(
        journal.read(CandleTaken, instrument=instrument, end=end, session=session), timeframe
    )
    funding_seq, funding = _read_funding(journal.read(FundingTaken, instrument=instrument, end=end, session=session))
    return Taken(candle_seq, candles, is_correction, funding_seq, funding)


def _read_candles(entries: Iterable[Entry[CandleTaken]], timeframe: int) -> tuple[IntArray, BoolArray, Candles]:
    # Growing arrays of plain numbers: a month of minutes as objects would take a hundred times the room.
    numbers, flags, values = array("q"), array("b"), array("d")
    for entry in entries:
        candle = entry.record.candle
        if candle.timeframe != timeframe:
            continue
        numbers.extend((entry.seq, candle.open_time))
        flags.extend((candle.filled, candle.is_correction))
        values.extend((candle.open, candle.high, candle.low, candle.close, candle.volume))
    seq, open_time = np.array(numbers, np.int64).reshape(-1, 2).T
    filled, is_correction = np.array(flags, np.bool_).reshape(-1, 2).T
    columns = dict(zip(COLUMNS, np.array(values, np.float64).reshape(-1, len(COLUMNS)).T, strict=True))
    return seq, is_correction, Candles(timeframe=timeframe, open_time=open_time, filled=filled, **columns)


def _read_funding(entries: Iterable[Entry[FundingTaken]]) -> tuple[IntArray, Funding]:
    numbers, rates = array("q"), array("d")
    for entry in entries:
        funding = entry.record.funding
        # To the whole minute, as everywhere: settlement stamps jitter.
        numbers.extend((entry.seq, funding.time // MINUTE * MINUTE))
        rates.append(funding.rate)
    seq, time = np.array(numbers, np.int64).reshape(-1, 2).T
    return seq, Funding(time=time, rate=np.array(rates, np.float64))


def market_of(instrument: Instrument, candles: Candles, funding: Funding, taken: Taken) -> Market:
    """History and what was taken in since as one market, gaps filled; of a minute the last revision counts."""
    kept, rates = joined(candles, funding, taken.candles, taken.funding)
    return Market(instrument=instrument, candles=fill_gaps(kept), funding=rates)


def joined(candles: Candles, funding: Funding, since: Candles, rates: Funding) -> tuple[Candles, Funding]:
    """Candles and funding with others in the place of those of the same time, the last of each; in order of time."""
    columns = {name: np.concatenate([getattr(candles, name), getattr(since, name)]) for name in _COLUMNS}
    rows = _last_of_each(columns["open_time"])
    time = np.concatenate([funding.time, rates.time])
    settled = _last_of_each(time)
    rate = np.concatenate([funding.rate, rates.rate])
    kept = Candles(timeframe=candles.timeframe, **{name: column[rows] for name, column in columns.items()})
    return kept, Funding(time=time[settled], rate=rate[settled])


def _last_of_each(time: IntArray) -> IntArray:
    """The rows of the last occurrence of every time, ascending in time."""
    _, from_the_end = np.unique(time[::-1], return_index=True)
    return len(time) - 1 - from_the_end


def rows_of(candles: Candles, rows: BoolArray) -> Candles:
    """Some of the candles."""
    return Candles(timeframe=candles.timeframe, **{name: getattr(candles, name)[rows] for name in _COLUMNS})
