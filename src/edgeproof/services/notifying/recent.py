"""The last candles of every instrument, in memory: a picture never waits for a disk.

Base candles are kept as they are taken in, corrections in their place; longer ones are made of them when asked for, by
the same code as everywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from edgeproof.core.candles.resample import resample
from edgeproof.core.model.candle import COLUMNS, BoolArray, Candles, FloatArray
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, Record
from edgeproof.core.model.time import MINUTE

_CLOSE = COLUMNS.index("close")
_LEAST_ROOM = 64


@dataclass(slots=True, eq=False)
class _Strip:
    """The candles of an instrument on a regular grid. Rows `begin` to `end` count; room behind them makes one cheap.

    Moving to the front is due once in as many candles as there is room: one candle costs the same on average, however
    many are kept.
    """

    values: FloatArray
    filled: BoolArray
    first: int  # open time of row `begin`
    begin: int = 0
    end: int = 0

    @property
    def next_open(self) -> int:
        return self.first + (self.end - self.begin) * MINUTE

    def put(self, candle: ClosedCandle, keep: int) -> None:
        if candle.open_time < self.next_open:
            row = self.begin + (candle.open_time - self.first) // MINUTE
            if row >= self.begin:
                self._write(row, candle)
            return
        missing = (candle.open_time - self.next_open) // MINUTE
        if missing >= keep or self.end == self.begin:
            self.first, self.begin, self.end, missing = candle.open_time, 0, 0, 0
        for _ in range(missing):  # a quiet minute is flat, as everywhere
            flat = self.values[self.end - 1, _CLOSE]
            self._append(keep)
            self.values[self.end - 1] = (flat, flat, flat, flat, 0.0)
            self.filled[self.end - 1] = True
        self._append(keep)
        self._write(self.end - 1, candle)

    def _append(self, keep: int) -> None:
        if self.end == len(self.values):
            kept = slice(self.end - keep + 1, self.end)
            self.first += (kept.start - self.begin) * MINUTE
            self.values[: keep - 1] = self.values[kept]
            self.filled[: keep - 1] = self.filled[kept]
            self.begin, self.end = 0, keep - 1
        elif self.end - self.begin == keep:
            self.begin += 1
            self.first += MINUTE
        self.end += 1

    def _write(self, row: int, candle: ClosedCandle) -> None:
        self.values[row] = (candle.open, candle.high, candle.low, candle.close, candle.volume)
        self.filled[row] = candle.filled

    def candles(self, start: int, end: int) -> Candles:
        """Those with start <= open time and close time <= end."""
        first = self.begin + max(0, -(-(start - self.first) // MINUTE))
        last = min(self.end, self.begin + (end - self.first) // MINUTE)
        rows = slice(min(first, self.end), max(first, last))
        times = self.first + MINUTE * np.arange(rows.start - self.begin, rows.stop - self.begin, dtype=np.int64)
        columns = {name: self.values[rows, at].copy() for at, name in enumerate(COLUMNS)}
        return Candles(timeframe=MINUTE, open_time=times, filled=self.filled[rows].copy(), **columns)


@dataclass(slots=True, eq=False)
class RecentCandles:
    """The last `keep` base candles of every instrument: enough for `keep` minutes of any timeframe."""

    keep: int
    _strips: dict[Instrument, _Strip] = field(default_factory=dict)

    def begin(self, instrument: Instrument, candles: Candles) -> None:
        """Begin with the history of an instrument: base candles without holes.

        Raises
        ------
        DataError
            They are not base candles.
        """
        if candles.timeframe != MINUTE:
            raise DataError(f"expected candles of {MINUTE} ms, found {candles.timeframe} ms")
        part = candles[max(0, len(candles) - self.keep) :]
        strip = self._strip(int(part.open_time[0]) if len(part) else 0)
        for at, name in enumerate(COLUMNS):
            strip.values[: len(part), at] = getattr(part, name)
        strip.filled[: len(part)] = part.filled
        strip.end = len(part)
        self._strips[instrument] = strip

    def taken(self, records: Iterable[Record]) -> None:
        """Take in what a session writes down; candles count, corrected ones too."""
        for record in records:
            if isinstance(record, CandleTaken):
                candle = record.candle
                strip = self._strips.get(candle.instrument)
                if strip is None:
                    strip = self._strips[candle.instrument] = self._strip(candle.open_time)
                strip.put(candle, self.keep)

    def last(self, instrument: Instrument, timeframe: int, count: int, until: int | None = None) -> Candles:
        """The last `count` candles of a timeframe that are closed at `until` (None: now), as far as they are kept.

        None of an instrument that nothing is known of.
        """
        strip = self._strips.get(instrument)
        if strip is None:
            strip = self._strip(0)
        end = strip.next_open if until is None else min(until, strip.next_open)
        end = end // timeframe * timeframe
        return resample(strip.candles(end - count * timeframe, end), timeframe)

    def _strip(self, first: int) -> _Strip:
        rows = 2 * self.keep + _LEAST_ROOM
        return _Strip(values=np.empty((rows, len(COLUMNS))), filled=np.zeros(rows, np.bool_), first=first)
