"""Candles out of market trades."""

import numpy as np

from edgeproof.core.model.candle import Candles, FloatArray, IntArray
from edgeproof.core.model.market import MarketTrades


def aggregate(trades: MarketTrades, timeframe: int) -> Candles:
    """The candles of the whole periods between the first and the last trade; periods without a trade are left out.

    The period the first trade falls in may have begun before the record did, and the last one may go on after it:
    neither can be known to be complete, so neither is made, unless the first trade is at the very start of its period.
    """
    period = trades.time // timeframe
    if len(period) == 0:
        return _candles(trades, period, timeframe)
    first = period[0] if trades.time[0] % timeframe == 0 else period[0] + 1
    rows = slice(int(np.searchsorted(period, first)), int(np.searchsorted(period, period[-1])))
    inside = slice(rows.start, max(rows.start, rows.stop))
    return _candles(trades[inside], period[inside], timeframe)


def _candles(trades: MarketTrades, period: IntArray, timeframe: int) -> Candles:
    starts = np.flatnonzero(np.diff(period, prepend=period[:1] - 1))
    ends = np.append(starts[1:], len(period)) - 1
    return Candles(
        timeframe=timeframe,
        open_time=period[starts] * timeframe,
        open=trades.price[starts],
        high=_reduce(np.maximum, trades.price, starts),
        low=_reduce(np.minimum, trades.price, starts),
        close=trades.price[ends[: len(starts)]],
        volume=_sums_in_order(trades.size, starts),
        filled=np.zeros(len(starts), np.bool_),
    )


def _reduce(
    ufunc: np.ufunc,
    values: FloatArray,
    starts: IntArray,
) -> FloatArray:
    if len(starts) == 0:
        return np.empty(0)
    reduced: FloatArray = ufunc.reduceat(values, starts)
    return reduced


def _sums_in_order(sizes: FloatArray, starts: IntArray) -> FloatArray:
    """The sum of each candle's sizes, one addition after the other, so that a live sum has the same bits."""
    candle = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(sizes)))
    sums: FloatArray = np.bincount(candle, weights=sizes, minlength=len(starts)).astype(np.float64)
    return sums
