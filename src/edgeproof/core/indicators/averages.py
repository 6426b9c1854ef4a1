"""Moving averages."""

from edgeproof.core.indicators.node import CLOSE, Node, apply
from edgeproof.core.indicators.registry import Period, Source, indicator
from edgeproof.core.kernels import recursive, windows


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
