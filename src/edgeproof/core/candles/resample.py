"""Longer candles out of base candles, aligned to the epoch; only complete ones exist."""

import numpy as np

from edgeproof.core.candles.fill import grid_length
from edgeproof.core.model.candle import Candles, FloatArray
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.time import format_duration


def resample(candles: Candles, timeframe: int) -> Candles:
    """The complete candles of `timeframe` milliseconds out of gap-filled base candles.

    Open of the first, highest high, lowest low, close of the last, sum of the volumes in time order (one addition
    after the other, so that a live sum has the same bits); `filled` where every base candle is. A leading or trailing
    part of a candle does not exist.

    Raises
    ------
    DataError
        `timeframe` is not a multiple of the base timeframe, or the base candles have holes.
    """
    if timeframe == candles.timeframe:
        return candles
    if timeframe < candles.timeframe or timeframe % candles.timeframe != 0:
        raise DataError(
            f"expected a timeframe that is a multiple of the base timeframe {format_duration(candles.timeframe)}, "
            f"found {format_duration(timeframe)}: use a longer one, or import finer candles"
        )
    if grid_length(candles) != len(candles):
        raise DataError("expected candles without holes, found gaps: fill them with fill_gaps before resampling")
    per = timeframe // candles.timeframe
    rows = _complete(candles, timeframe, per)
    parts = candles[rows]
    shape = (-1, per)
    return Candles(
        timeframe=timeframe,
        open_time=parts.open_time[::per].copy(),
        open=parts.open[::per].copy(),
        high=parts.high.reshape(shape).max(axis=1, initial=-np.inf),
        low=parts.low.reshape(shape).min(axis=1, initial=np.inf),
        close=parts.close[per - 1 :: per].copy(),
        volume=_sums_in_order(parts.volume.reshape(shape)),
        filled=np.logical_and.reduce(parts.filled.reshape(shape), axis=1),
    )


def _complete(candles: Candles, timeframe: int, per: int) -> slice:
    """The base rows that make up whole candles."""
    if len(candles) == 0:
        return slice(0, 0)
    first = int(-candles.open_time[0] % timeframe)
    if first % candles.timeframe != 0:
        raise DataError(f"expected base candles aligned to the epoch, found {format_duration(first)} between them")
    start = min(first // candles.timeframe, len(candles))
    return slice(start, start + (len(candles) - start) // per * per)


def _sums_in_order(columns: FloatArray) -> FloatArray:
    """Sum of each row, left to right: numpy's own sum adds in pairs and would differ in the last bits."""
    total = np.zeros(len(columns))
    for column in columns.T:
        total += column
    return total
