"""Candles of one instrument out of its live trades: to the bit what `aggregate`, `fill_gaps`, `resample` make of them.

1. A trade grows the base candle it falls into (`trade`). The first trade of a later candle closes those before it; so
   does the clock, so that a quiet minute closes on time (`advance`). A candle without a trade is flat, and filled.
2. Each base candle that closes may complete longer ones, which are made of the base candles kept (`_close`).
3. A trade that belongs to a closed candle is late: the candle is made again, of the trades kept for a few minutes, and
   told as a correction, with the longer ones it is part of (`_amend`). One too late for that is `unsettled`: the
   venue's own candle has to be asked for.
4. The venue's own candles take the place of whatever is known about a time (`restore`): history at the start, what
   happened while the line was down, and what was unsettled.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Protocol

import numpy as np

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import MINUTE, format_duration

KEPT_TAPES = 5
"""Base candles for which the single trades are kept, to make them again when a trade comes late."""

KEPT_CANDLES = 60
"""Base candles kept at least, to correct them; two of the longest timeframe if that is more."""

_OPEN, _HIGH, _LOW, _CLOSE, _VOLUME = range(5)


class Print(Protocol):
    """A trade on the tape: a `MarketTrade`, or a venue's message that says as much."""

    @property
    def time(self) -> int:
        """When it happened."""
        ...

    @property
    def price(self) -> float:
        """At what price."""
        ...

    @property
    def size(self) -> float:
        """How much."""
        ...

    @property
    def seq(self) -> int:
        """Its number: trades that happened later have higher ones."""
        ...


NOTHING: Sequence[ClosedCandle] = ()
"""What a trade returns, itself, that only made its candle grow: nearly all do."""

Row = tuple[float, float, float, float, float]
"""Open, high, low, close and volume."""


class LiveCandles:
    """The candles of an instrument as its market goes on.

    `timeframes` are multiples of `base`, which is always among them. Until `restore` or `begin` has said where to
    start, trades and time change nothing.
    """

    __slots__ = (
        "_base",
        "_end",
        "_first",
        "_flags",
        "_high",
        "_longer",
        "_low",
        "_open",
        "_rows",
        "_start",
        "_tape",
        "_tapes",
        "_volume",
        "instrument",
        "last",
        "late",
        "unsettled",
    )

    def __init__(self, instrument: Instrument, timeframes: Sequence[int], base: int = MINUTE) -> None:
        wrong = [each for each in timeframes if each < base or each % base != 0]
        if wrong:
            raise InputError(
                f"expected timeframes that are multiples of {format_duration(base)}, found {format_duration(wrong[0])}"
            )
        self.instrument = instrument
        self.last: Print | None = None
        self.late = 0
        self.unsettled: set[int] = set()
        self._base = base
        self._longer = sorted({each for each in timeframes if each != base})
        kept = max(KEPT_CANDLES, 2 * max([base, *self._longer]) // base)
        self._rows = np.full((kept, 5), np.nan)
        self._flags = np.zeros(kept, np.bool_)
        self._first = 0
        self._start = self._end = 0
        self._open = self._high = self._low = np.nan
        self._volume = 0.0
        self._tape: list[Print] = []
        self._tapes: dict[int, list[Print] | None] = {}

    @property
    def closed_until(self) -> int:
        """The close time of the last closed candle, the open time of the one that forms; 0 before the start."""
        return self._start

    @property
    def has_trades(self) -> bool:
        """Whether the candle that forms has any."""
        return bool(self._tape)

    def forming(self) -> ClosedCandle | None:
        """The base candle that forms, as its trades make it so far; None where it has none yet."""
        if not self._tape:
            return None
        row = (self._open, self._high, self._low, self._tape[-1].price, self._volume)
        return self._told(self._base, self._start, row, is_filled=False)

    def begin(self, at: int) -> None:
        """Start with the base candle that opens at `at`: its trades will be complete, none before it is known."""
        self._first = self._start = at
        self._end = at + self._base

    def forget(self) -> None:
        """Start over: what is known lies too far back for the candles between to matter."""
        self._first = self._start = self._end = 0
        self._forget_forming()
        self._tapes.clear()
        self.unsettled.clear()

    def trade(self, trade: Print) -> Sequence[ClosedCandle]:
        """Take in a trade, in the order of `seq` unless it is late; the candles it closes or corrects."""
        time = trade.time
        if self._start <= time < self._end:
            price = trade.price
            if not self._tape:
                self._open = self._high = self._low = price
            elif price > self._high:
                self._high = price
            elif price < self._low:
                self._low = price
            self.last = trade
            self._volume += trade.size
            self._tape.append(trade)
            return NOTHING
        if time < self._start:
            return [*self._amend(time - time % self._base, trade)]
        if self._end == 0:
            return NOTHING
        closed = self.advance(time)
        self.trade(trade)
        return closed

    def advance(self, now: int) -> Sequence[ClosedCandle]:
        """Close every candle whose close time has come."""
        if now < self._end or self._end == 0:
            return NOTHING
        closed: list[ClosedCandle] = []
        while self._end <= now:
            closed.extend(self._close_forming())
        return closed

    def restore(self, candles: Candles) -> Iterator[ClosedCandle]:
        """Take the venue's own base candles; those that are new or different, with the longer ones they make.

        Minutes the venue has no candle for were quiet. What was forming is given up for what the venue says of it.
        """
        columns = (candles.open, candles.high, candles.low, candles.close, candles.volume)
        values = zip(*(column.tolist() for column in columns), strict=True)
        for open_time, row, filled in zip(candles.open_time.tolist(), values, candles.filled.tolist(), strict=True):
            if self._end == 0:
                self.begin(open_time)
            while self._start < open_time:
                self._forget_forming()
                yield from self._close_forming()
            is_quiet = filled or (row[_VOLUME] == 0.0 and row[_HIGH] == row[_LOW])
            if open_time == self._start:
                self._forget_forming()
                yield from self._close(row, is_filled=is_quiet, tape=None)
            else:
                yield from self._replace(open_time, row, is_filled=is_quiet)
                if open_time in self._tapes:
                    self._tapes[open_time] = None
            self.unsettled.discard(open_time)

    def _close_forming(self) -> Iterator[ClosedCandle]:
        """Close the candle that forms as its trades made it; flat where there were none."""
        tape = self._tape
        row = (self._open, self._high, self._low, tape[-1].price, self._volume) if tape else _flat(self._last_close())
        self._forget_forming()
        yield from self._close(row, is_filled=not tape, tape=tape)

    def _last_close(self) -> float:
        if self._start == self._first:
            return float("nan")
        return float(self._rows[self._slot(self._start - self._base), _CLOSE])

    def _forget_forming(self) -> None:
        self._tape = []
        self._volume = 0.0

    def _close(self, row: Row, *, is_filled: bool, tape: list[Print] | None) -> Iterator[ClosedCandle]:
        """Keep the candle that opened at `_start`, go on to the next, and tell it with the longer ones it completes."""
        open_time = self._start
        self._start, self._end = self._end, self._end + self._base
        if row[_CLOSE] != row[_CLOSE]:  # not a number: nobody has ever traded, so there is no candle yet
            self._first = self._start
            return
        slot = self._slot(open_time)
        self._rows[slot], self._flags[slot] = row, is_filled
        self._first = max(self._first, self._start - len(self._rows) * self._base)
        self._tapes[open_time] = tape
        self._tapes.pop(open_time - KEPT_TAPES * self._base, None)
        yield self._told(self._base, open_time, row, is_filled)
        for timeframe in self._longer:
            if self._start % timeframe == 0 and self._start - timeframe >= self._first:
                yield self._longer_candle(timeframe, self._start - timeframe)

    def _longer_candle(self, timeframe: int, open_time: int, *, is_correction: bool = False) -> ClosedCandle:
        first = open_time // self._base
        slots = np.arange(first, first + timeframe // self._base) % len(self._rows)
        rows = self._rows[slots]
        row = (
            float(rows[0, _OPEN]),
            float(rows[:, _HIGH].max()),
            float(rows[:, _LOW].min()),
            float(rows[-1, _CLOSE]),
            # One addition after the other, as `resample` does it: the sum has the same bits.
            float(np.add.accumulate(rows[:, _VOLUME])[-1]),
        )
        is_filled = bool(self._flags[slots].all())
        return self._told(timeframe, open_time, row, is_filled, is_correction=is_correction)

    def _amend(self, open_time: int, late: Print) -> Iterator[ClosedCandle]:
        """Make a closed candle again with one trade more."""
        tape = self._tapes.get(open_time)
        if tape is None and open_time in self._tapes:
            return  # the venue's own candle, which has the trade already
        self.late += 1
        if tape is None:
            if open_time >= self._first:
                self.unsettled.add(open_time)
            return
        tape.append(late)
        tape.sort(key=attrgetter("seq"))
        prices = [trade.price for trade in tape]
        volume = 0.0
        for trade in tape:
            volume += trade.size
        yield from self._replace(open_time, (prices[0], max(prices), min(prices), prices[-1], volume), is_filled=False)

    def _replace(self, open_time: int, row: Row, *, is_filled: bool) -> Iterator[ClosedCandle]:
        """Put another candle in the place of one that was told, where it differs; what follows from it changes too."""
        slot = self._slot(open_time)
        is_same = tuple(self._rows[slot].tolist()) == row and bool(self._flags[slot]) == is_filled
        if open_time < self._first or is_same:
            return
        self._rows[slot], self._flags[slot] = row, is_filled
        changed = [open_time]
        while (after := changed[-1] + self._base) < self._start and self._flags[self._slot(after)]:
            self._rows[self._slot(after)] = _flat(row[_CLOSE])  # a quiet candle is flat at the close before it
            changed.append(after)
        for each in changed:
            told = self._rows[self._slot(each)].tolist()
            yield self._told(self._base, each, told, bool(self._flags[self._slot(each)]), is_correction=True)
        for timeframe in self._longer:
            for start in sorted({each - each % timeframe for each in changed}):
                if self._first <= start and start + timeframe <= self._start:
                    yield self._longer_candle(timeframe, start, is_correction=True)

    def _slot(self, open_time: int) -> int:
        return open_time // self._base % len(self._rows)

    def _told(
        self,
        timeframe: int,
        open_time: int,
        row: Iterable[float],
        is_filled: bool,  # noqa: FBT001 - beside the row it belongs to
        *,
        is_correction: bool = False,
    ) -> ClosedCandle:
        open_, high, low, close, volume = row
        return ClosedCandle(
            instrument=self.instrument,
            timeframe=timeframe,
            open_time=open_time,
            open=open_,
            high=high,
            low=low,
            close=close,
            volume=volume,
            filled=is_filled,
            is_correction=is_correction,
        )


def _flat(price: float) -> Row:
    """A candle in which nobody traded."""
    return price, price, price, price, 0.0
