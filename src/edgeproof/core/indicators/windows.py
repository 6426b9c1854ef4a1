"""Statistics of the last n values: extremes, sums, spread, rank. A window holds the current candle unless said."""

from edgeproof.core.indicators.node import CLOSE, Node, apply
from edgeproof.core.indicators.registry import Period, Source, indicator
from edgeproof.core.kernels import elementwise, formulas, history, ranks, windows

_NAN = float("nan")


@indicator(family="windows")
def highest(x: Source, n: Period) -> Node:
    """The highest of the last n values, the current one included; undefined while one of them is."""
    return apply(windows.highest, x, params=(n,))


@indicator(family="windows")
def lowest(x: Source, n: Period) -> Node:
    """The lowest of the last n values, the current one included; undefined while one of them is."""
    return apply(windows.lowest, x, params=(n,))


@indicator(family="windows")
def highest_before(x: Source, n: Period) -> Node:
    """The highest of the n values before the current candle: what a breakout must exceed."""
    return apply(history.lag, highest(x, n), params=(1,))


@indicator(family="windows")
def lowest_before(x: Source, n: Period) -> Node:
    """The lowest of the n values before the current candle: what a breakdown must undercut."""
    return apply(history.lag, lowest(x, n), params=(1,))


def difference(x: Node, n: int) -> Node:
    """The change x - x[n]."""
    return apply(elementwise.subtract, x, apply(history.lag, x, params=(n,)))


@indicator(family="windows")
def sum_of(x: Source, n: Period) -> Node:
    """The sum of the last n values; undefined while one of them is."""
    return apply(windows.total, x, params=(n,))


@indicator(family="windows")
def variance(source: Source = CLOSE, period: Period = 20) -> Node:
    """Population variance of the last `period` values (divided by `period`, as in TA-Lib); 0 when all are equal."""
    return apply(windows.variance, source, params=(period,))


@indicator(family="windows")
def stdev(source: Source = CLOSE, period: Period = 20) -> Node:
    """Population standard deviation of the last `period` values, as in TA-Lib; 0 when all are equal."""
    return apply(elementwise.square_root, variance(source, period))


@indicator(family="windows")
def zscore(source: Source = CLOSE, period: Period = 20) -> Node:
    """(x - mean) / standard deviation over the last `period` values; undefined when all are equal.

    The deviation is the population's, so that the score of the Bollinger bands of width 2 is -2 and 2.
    """
    distance = apply(elementwise.subtract, source, apply(windows.mean, source, params=(period,)))
    return apply(formulas.ratio, distance, stdev(source, period), params=(1.0, _NAN))


@indicator(family="windows")
def percentile_rank(x: Source, n: Period) -> Node:
    """The percentage (100 / n .. 100) of the last n values, the current one included, that are <= it.

    100 says no value of the window is higher, 100 / n that all others are; undefined while one of them is.
    """
    return apply(ranks.percentile_rank, x, params=(n,))
