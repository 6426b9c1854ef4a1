"""Candles as of a moment, out of trades: what the venue's chart service answers.

All sums go from left to right, as trades come in live, so that a reader's own candles can equal these to the bit.
"""

from dataclasses import dataclass

import numpy as np

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import Candles, FloatArray, IntArray
from edgeproof.core.model.time import MINUTE
from edgeproof.exchange.tape import Tape

MOST_CANDLES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The candles that are asked for: `start` and `end` are the first and last open time; None leaves it open."""

    length: int
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chart:
    """Candles, and whether the window holds more of them than one reply does."""

    candles: Candles
    has_more: bool


def candles_of_tape(tape: Tape, length: int) -> Candles:
    """The candles of all periods in which there was a trade."""
    period = tape.time // length
    starts = np.flatnonzero(np.diff(period, prepend=period[:1] - 1))
    if len(starts) == 0:
        return _no_candles(length)
    number = np.cumsum(np.diff(period, prepend=period[0]) != 0)
    return Candles(
        timeframe=length,
        open_time=period[starts] * length,
        open=tape.price[starts],
        high=np.maximum.reduceat(tape.price, starts),
        low=np.minimum.reduceat(tape.price, starts),
        close=tape.price[np.append(starts[1:], len(period)) - 1],
        volume=_sums(number, tape.size),
        filled=np.zeros(len(starts), np.bool_),
    )


def chart(minutes: Candles, tape: Tape, now: int, window: Window, *, fill_quiet: bool) -> Chart:
    """The candles of a window as of a moment, the forming one included, oldest first.

    `minutes` are the candles of the whole tape. A period without a trade is a flat candle, or left out.
    """
    span, has_more = _span(minutes, now, window)
    if span is None:
        return Chart(candles=_no_candles(window.length), has_more=False)
    base = _as_of(minutes, tape, now, range(span.start, span.stop + window.length))
    candles = _longer(base, window.length)
    if fill_quiet:
        candles = fill_gaps(_reaching(candles, span.stop))
    rows = slice(int(np.searchsorted(candles.open_time, span.start)), None)
    return Chart(candles=candles[rows], has_more=has_more)


def _span(minutes: Candles, now: int, window: Window) -> tuple[range | None, bool]:
    """First and last open time to answer with, and whether that is less than asked for."""
    if len(minutes) == 0 or minutes.open_time[0] >= now:
        return None, False
    length = window.length
    earliest = int(minutes.open_time[0]) // length * length
    first = max(earliest, -(-(earliest if window.start is None else window.start) // length) * length)
    newest = now // length * length
    last = newest if window.end is None else min(newest, window.end // length * length)
    if last < first:
        return None, False
    reach = (MOST_CANDLES - 1) * length
    has_more = last - first > reach
    if has_more and window.start is None:
        first = last - reach
    return range(first, min(last, first + reach)), has_more


def _as_of(minutes: Candles, tape: Tape, now: int, span: range) -> Candles:
    """The minutes of a span and the one before it, the one that is forming made of its trades so far."""
    forming = now // MINUTE * MINUTE
    first, last = np.searchsorted(minutes.open_time, [span.start, min(forming, span.stop)]).tolist()
    closed = minutes[max(0, first - 1) : last]
    if forming >= span.stop:
        return closed
    trades = slice(*np.searchsorted(tape.time, [forming, now]).tolist())
    part = Tape(time=tape.time[trades], price=tape.price[trades], size=tape.size[trades], side=tape.side[trades])
    return _joined(closed, candles_of_tape(part, MINUTE))


def _longer(base: Candles, length: int) -> Candles:
    if length == base.timeframe:
        return base
    period = base.open_time // length
    starts = np.flatnonzero(np.diff(period, prepend=period[:1] - 1))
    return Candles(
        timeframe=length,
        open_time=period[starts] * length,
        open=base.open[starts],
        high=np.maximum.reduceat(base.high, starts),
        low=np.minimum.reduceat(base.low, starts),
        close=base.close[np.append(starts[1:], len(period)) - 1],
        volume=_sums(np.cumsum(np.diff(period, prepend=period[0]) != 0), base.volume),
        filled=np.zeros(len(starts), np.bool_),
    )


def _sums(number: IntArray, values: FloatArray) -> FloatArray:
    """The sum of the values of each number, from left to right: `np.add.reduceat` would add in another order."""
    return np.bincount(number, weights=values).astype(np.float64)


def _reaching(candles: Candles, last: int) -> Candles:
    """The candles with a flat one at `last` unless they get there by themselves."""
    if len(candles) == 0 or candles.open_time[-1] >= last:
        return candles
    close = candles.close[-1:]
    flat = Candles(
        timeframe=candles.timeframe,
        open_time=np.array([last], np.int64),
        open=close,
        high=close,
        low=close,
        close=close,
        volume=np.zeros(1),
        filled=np.ones(1, np.bool_),
    )
    return _joined(candles, flat)


def _joined(first: Candles, then: Candles) -> Candles:
    names = ("open_time", "open", "high", "low", "close", "volume", "filled")
    columns = {name: np.concatenate([getattr(first, name), getattr(then, name)]) for name in names}
    return Candles(timeframe=first.timeframe, **columns)


def _no_candles(length: int) -> Candles:
    empty = np.empty(0)
    return Candles(
        timeframe=length,
        open_time=_no_times(),
        open=empty,
        high=empty,
        low=empty,
        close=empty,
        volume=empty,
        filled=np.empty(0, np.bool_),
    )


def _no_times() -> IntArray:
    return np.empty(0, np.int64)
