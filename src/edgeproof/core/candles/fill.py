"""A regular grid out of candles with holes: what a minute without a trade looks like."""

import numpy as np

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.time import format_duration, format_time

MOST_CANDLES = 50_000_000
"""A grid beyond this (95 years of minutes, 2.4 GB) is a wrong time stamp, not a history."""


def fill_gaps(candles: Candles) -> Candles:
    """The candles on a regular grid from the first to the last, each hole a flat candle marked `filled`.

    A filled candle has o = h = l = c = the previous close and volume 0. Candles without holes come back as they are.

    Raises
    ------
    DataError
        The grid would be absurdly long; the message names the longest gap.
    """
    n = len(candles)
    if n == 0:
        return candles
    length = grid_length(candles)
    if length == n:
        return candles
    if length > MOST_CANDLES:
        raise DataError(_too_long(candles, length))
    slots = (candles.open_time - candles.open_time[0]) // candles.timeframe
    filled = np.ones(length, np.bool_)
    filled[slots] = candles.filled
    source = np.repeat(np.arange(n), np.diff(slots, append=length))
    hole = np.ones(length, np.bool_)
    hole[slots] = False
    close = candles.close[source]
    return Candles(
        timeframe=candles.timeframe,
        open_time=candles.open_time[0] + candles.timeframe * np.arange(length, dtype=np.int64),
        open=np.where(hole, close, candles.open[source]),
        high=np.where(hole, close, candles.high[source]),
        low=np.where(hole, close, candles.low[source]),
        close=close,
        volume=np.where(hole, 0.0, candles.volume[source]),
        filled=filled,
    )


def fill_until(candles: Candles, end: int) -> Candles:
    """The candles on a regular grid up to the one that closes at `end`: quiet minutes at the end are flat, too.

    Stored history ends with the last trade; whoever goes on from it at a later time has to know the minutes between.
    """
    filled = fill_gaps(candles)
    missing = (end - int(filled.close_time[-1])) // filled.timeframe if len(filled) else 0
    if missing <= 0:
        return filled
    times = filled.open_time[-1] + filled.timeframe * np.arange(1, missing + 1, dtype=np.int64)
    flat = np.full(missing, filled.close[-1])
    prices = {name: np.concatenate([getattr(filled, name), flat]) for name in ("open", "high", "low", "close")}
    return Candles(
        timeframe=filled.timeframe,
        open_time=np.concatenate([filled.open_time, times]),
        volume=np.concatenate([filled.volume, np.zeros(missing)]),
        filled=np.concatenate([filled.filled, np.ones(missing, np.bool_)]),
        **prices,
    )


def grid_length(candles: Candles) -> int:
    """How many candles a regular grid from the first to the last holds; 0 when there are none.

    Raises
    ------
    DataError
        The candles are not ascending, or not a whole number of timeframes apart.
    """
    if len(candles) == 0:
        return 0
    steps = np.diff(candles.open_time)
    wrong = (steps <= 0) | (steps % candles.timeframe != 0)
    if wrong.any():
        at = int(candles.open_time[int(np.argmax(wrong)) + 1])
        raise DataError(
            f"expected ascending {format_duration(candles.timeframe)} candles on one grid, found one at "
            f"{format_time(at)} that is out of order or off the grid of the candle before it"
        )
    return int((candles.open_time[-1] - candles.open_time[0]) // candles.timeframe) + 1


def _too_long(candles: Candles, length: int) -> str:
    steps = np.diff(candles.open_time)
    widest = int(np.argmax(steps))
    start = int(candles.open_time[widest]) + candles.timeframe
    return (
        f"expected at most {MOST_CANDLES:,} candles from the first to the last, found a span of {length:,}; the "
        f"longest gap is from {format_time(start)} to {format_time(int(candles.open_time[widest + 1]))}: "
        "check the times of the file, or use --start and --end to take one side of the gap"
    )
