"""Moving averages and the regression line."""

import math

from edgeproof.core.indicators.node import CLOSE, VOLUME, Node, apply
from edgeproof.core.indicators.registry import Number, Period, Source, indicator
from edgeproof.core.indicators.windows import difference, sum_of, variance
from edgeproof.core.kernels import elementwise, formulas, recursive, regression, trailing, windows


@indicator(family="trend")
def sma(source: Source = CLOSE, period: Period = 20) -> Node:
    """Simple moving average: the mean of the last `period` values."""
    return apply(windows.mean, source, params=(period,))


@indicator(family="trend")
def ema(source: Source = CLOSE, period: Period = 20) -> Node:
    """Exponential moving average, alpha = 2 / (period + 1), seeded with the simple average as in TA-Lib."""
    return apply(recursive.smooth, source, params=(period, 2.0 / (period + 1)))


@indicator(family="trend", source="J. Welles Wilder, New Concepts in Technical Trading Systems, 1978")
def rma(source: Source = CLOSE, period: Period = 14) -> Node:
    """Wilder's smoothing, alpha = 1 / period, seeded with the simple average as in TA-Lib."""
    return apply(recursive.smooth, source, params=(period, 1.0 / period))


@indicator(family="trend")
def wma(source: Source = CLOSE, period: Period = 20) -> Node:
    """Weighted moving average: weights 1, 2, ... period from the oldest value to the newest."""
    return apply(regression.weighted_mean, source, params=(period,))


@indicator(family="trend", source="Patrick G. Mulloy, Smoothing Data with Faster Moving Averages, TASC 1994")
def dema(source: Source = CLOSE, period: Period = 20) -> Node:
    """Double exponential moving average: 2 EMA - EMA(EMA)."""
    once = ema(source, period)
    return apply(formulas.blend, once, ema(once, period), params=(2.0, -1.0))


@indicator(family="trend", source="Patrick G. Mulloy, Smoothing Data with Less Lag, TASC 1994")
def tema(source: Source = CLOSE, period: Period = 20) -> Node:
    """Triple exponential moving average: 3 EMA - 3 EMA(EMA) + EMA(EMA(EMA))."""
    once = ema(source, period)
    twice = ema(once, period)
    difference = apply(formulas.blend, once, twice, params=(3.0, -3.0))
    return apply(elementwise.add, difference, ema(twice, period))


@indicator(family="trend", source="Alan Hull, 2005")
def hma(source: Source = CLOSE, period: Period = 20) -> Node:
    """Hull moving average: WMA over sqrt(period) of 2 WMA(period / 2) - WMA(period); lengths are rounded down."""
    fast = wma(source, max(1, period // 2))
    lead = apply(formulas.blend, fast, wma(source, period), params=(2.0, -1.0))
    return wma(lead, math.isqrt(period))


@indicator(family="trend", source="Perry J. Kaufman, Smarter Trading, 1995")
def kama(source: Source = CLOSE, period: Period = 10) -> Node:
    """Kaufman's adaptive moving average: EMA between 2 and 30 candles, faster the straighter the price moves.

    Seeded as in TA-Lib: with the value before the first candle on which the efficiency is known.
    """
    net = difference(source, period)
    path = sum_of(apply(elementwise.absolute, difference(source, 1)), period)
    return apply(trailing.adaptive_average, source, net, path)


@indicator(family="trend")
def vwma(source: Source = CLOSE, period: Period = 20) -> Node:
    """Volume-weighted moving average: sum of x * volume / sum of volume; undefined where nothing was traded."""
    amount = sum_of(apply(elementwise.multiply, source, VOLUME), period)
    return apply(formulas.ratio, amount, sum_of(VOLUME, period), params=(1.0, float("nan")))


@indicator(family="trend")
def linreg(source: Source = CLOSE, period: Period = 14) -> Node:
    """Linear regression: the least squares line through the last `period` values, at the current candle."""
    return apply(regression.regression_line, source, params=(period,), output=0)


@indicator(family="trend")
def linreg_slope(source: Source = CLOSE, period: Period = 14) -> Node:
    """Slope of the linear regression through the last `period` values, in price a candle."""
    return apply(regression.regression_line, source, params=(period,), output=1)


def _linreg_band(source: Node, period: int, width: float) -> Node:
    spread = variance(source, period)
    deviation = apply(formulas.residual_deviation, spread, linreg_slope(source, period), params=(period,))
    return apply(formulas.blend, linreg(source, period), deviation, params=(1.0, width))


@indicator(family="trend", source="Gilbert Raff, Trading the Regression Channel, TASC 1991, with deviations for width")
def linreg_upper(source: Source = CLOSE, period: Period = 100, width: Number = 2.0) -> Node:
    """Upper bound of the regression channel: line + width x standard deviation of the values around it."""
    return _linreg_band(source, period, width)


@indicator(family="trend", source="Gilbert Raff, Trading the Regression Channel, TASC 1991, with deviations for width")
def linreg_lower(source: Source = CLOSE, period: Period = 100, width: Number = 2.0) -> Node:
    """Lower bound of the regression channel: line - width x standard deviation of the values around it."""
    return _linreg_band(source, period, -width)
