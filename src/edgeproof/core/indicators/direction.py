"""Direction: is there a trend, which way does it go, and where does it end."""

from edgeproof.core.indicators.averages import rma
from edgeproof.core.indicators.node import CLOSE, HIGH, LOW, Node, apply
from edgeproof.core.indicators.registry import Period, indicator
from edgeproof.core.kernels import movements

_WILDER = "J. Welles Wilder, New Concepts in Technical Trading Systems, 1978"


def _directional_index(period: int, output: int) -> Node:
    movement = (rma(apply(movements.directional_movement, HIGH, LOW, CLOSE, output=k), period) for k in range(3))
    return apply(movements.directional_index, *movement, output=output)


@indicator(family="trend", source=_WILDER)
def plus_di(period: Period = 14) -> Node:
    """Positive directional indicator: smoothed upward movement in percent of smoothed true range, as in TA-Lib."""
    return _directional_index(period, 0)


@indicator(family="trend", source=_WILDER)
def minus_di(period: Period = 14) -> Node:
    """Negative directional indicator: smoothed downward movement in percent of smoothed true range, as in TA-Lib."""
    return _directional_index(period, 1)


@indicator(family="trend", source=_WILDER)
def adx(period: Period = 14) -> Node:
    """Average directional index: strength of the trend either way, 0..100; above 25 is called a trend.

    Wilder's smoothing of DX = 100 |+DI - -DI| / (+DI + -DI), seeded as in TA-Lib.
    """
    return rma(_directional_index(period, 2), period)
