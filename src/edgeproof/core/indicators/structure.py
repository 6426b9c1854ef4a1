"""Market structure: pivots, swings, support and resistance, retracements, channels.

A pivot (left, right) is an extreme with `left` lower highs before it and `right` not higher ones after it: it becomes
known `right` candles after the extreme, and every value here changes on that candle, never sooner.
"""

from edgeproof.core.indicators.arithmetic import choose, combine, compare, earlier
from edgeproof.core.indicators.counting import bars_since, first_since, value_when
from edgeproof.core.indicators.node import CLOSE, HIGH, LOW, Constant, Node, apply
from edgeproof.core.indicators.registry import Number, Period, indicator
from edgeproof.core.indicators.volatility import atr
from edgeproof.core.kernels import levels, pivots
from edgeproof.core.model.errors import InputError

ATR_PERIOD = 14
_LONGEST_LOOKBACK = 20_000
_LONGEST_CHANNEL = 2_000
"""Longer ones cost more a candle than a backtest should: both look at every pivot or candle of their window."""


def pivot_confirmed(x: Node, left: int, right: int, sign: int) -> Node:
    """True on the candle that confirms a pivot of x `right` candles earlier; sign 1 for highs, -1 for lows."""
    return apply(pivots.pivot, x, params=(left, right, sign))


@indicator(family="structure")
def pivot_high_confirmed(left: Period = 5, right: Period = 5) -> Node:
    """True on the candle that confirms a pivot high, `right` candles after it.

    Its high is above the `left` highs before and not below the `right` highs after it.
    """
    return pivot_confirmed(HIGH, left, right, 1)


@indicator(family="structure")
def pivot_low_confirmed(left: Period = 5, right: Period = 5) -> Node:
    """True on the candle that confirms a pivot low, `right` candles after it.

    Its low is below the `left` lows before and not above the `right` lows after it.
    """
    return pivot_confirmed(LOW, left, right, -1)


@indicator(family="structure")
def pivot_high(left: Period = 5, right: Period = 5, which: Period = 1) -> Node:
    """The price of the last confirmed pivot high (`which=2`: the one before it); NaN before the first."""
    return value_when(pivot_high_confirmed(left, right), earlier(HIGH, right), which)


@indicator(family="structure")
def pivot_low(left: Period = 5, right: Period = 5, which: Period = 1) -> Node:
    """The price of the last confirmed pivot low (`which=2`: the one before it); NaN before the first."""
    return value_when(pivot_low_confirmed(left, right), earlier(LOW, right), which)


@indicator(family="structure")
def pivot_high_age(left: Period = 5, right: Period = 5, which: Period = 1) -> Node:
    """Candles since the extreme of the last confirmed pivot high: `right` on the candle that confirms it."""
    return combine("+", bars_since(pivot_high_confirmed(left, right), which), Constant(float(right)))


@indicator(family="structure")
def pivot_low_age(left: Period = 5, right: Period = 5, which: Period = 1) -> Node:
    """Candles since the extreme of the last confirmed pivot low: `right` on the candle that confirms it."""
    return combine("+", bars_since(pivot_low_confirmed(left, right), which), Constant(float(right)))


@indicator(family="structure")
def swing_high(n: Period = 5) -> Node:
    """The last confirmed swing high: a pivot high with n candles on each side."""
    return pivot_high(n, n)


@indicator(family="structure")
def swing_low(n: Period = 5) -> Node:
    """The last confirmed swing low: a pivot low with n candles on each side."""
    return pivot_low(n, n)


@indicator(family="structure")
def break_of_structure_up(left: Period = 5, right: Period = 5) -> Node:
    """True on the first close above the last confirmed pivot high since that was confirmed."""
    return first_since(compare(">", CLOSE, pivot_high(left, right)), pivot_high_confirmed(left, right))


@indicator(family="structure")
def break_of_structure_down(left: Period = 5, right: Period = 5) -> Node:
    """True on the first close below the last confirmed pivot low since that was confirmed."""
    return first_since(compare("<", CLOSE, pivot_low(left, right)), pivot_low_confirmed(left, right))


@indicator(family="structure")
def higher_lows(left: Period = 5, right: Period = 5) -> Node:
    """True while the last confirmed pivot low is above the one before it."""
    return compare(">", pivot_low(left, right), pivot_low(left, right, 2))


@indicator(family="structure")
def lower_highs(left: Period = 5, right: Period = 5) -> Node:
    """True while the last confirmed pivot high is below the one before it."""
    return compare("<", pivot_high(left, right), pivot_high(left, right, 2))


@indicator(family="structure")
def fib_level(ratio: Number, left: Period = 5, right: Period = 5) -> Node:
    """Price at which this fraction of the last swing is retraced: 0.5, 0.618 ...

    The last swing runs between the last confirmed pivot low L and pivot high H. Up (H is the later): H - ratio (H - L);
    down: L + ratio (H - L).
    """
    top, bottom = pivot_high(left, right), pivot_low(left, right)
    step = combine("*", Constant(ratio), combine("-", top, bottom))
    is_up = compare("<", pivot_high_age(left, right), pivot_low_age(left, right))
    return choose(is_up, combine("-", top, step), combine("+", bottom, step))


def _levels(lookback: int, tolerance: float, touches: int, pivot: int, output: int) -> Node:
    if lookback > _LONGEST_LOOKBACK:
        raise InputError(f"expected a lookback of at most {_LONGEST_LOOKBACK:,} candles for levels, found {lookback:,}")
    if tolerance < 0.0:
        raise InputError(f"expected a tolerance of 0 or more ATR for levels, found {tolerance:g}")
    inputs = (
        CLOSE,
        pivot_high_confirmed(pivot, pivot),
        earlier(HIGH, pivot),
        pivot_low_confirmed(pivot, pivot),
        earlier(LOW, pivot),
        atr(ATR_PERIOD),
    )
    return apply(levels.cluster_levels, *inputs, params=(lookback, tolerance, touches), output=output)


@indicator(family="structure")
def support_level(lookback: Period = 200, tolerance: Number = 0.5, touches: Period = 2, pivot: Period = 3) -> Node:
    """The nearest support: the highest level at or below the close; NaN where there is none.

    Levels are made of the pivot highs and lows (`pivot` candles on each side; a broken resistance is support)
    confirmed in the last `lookback` candles. Pivots within `tolerance` ATR(14), taken at the newest one, of the lowest
    of a group belong to it; the level is their mean price, and each is one touch. At least `touches` are asked for.
    """
    return _levels(lookback, tolerance, touches, pivot, 0)


@indicator(family="structure")
def support_touches(lookback: Period = 200, tolerance: Number = 0.5, touches: Period = 2, pivot: Period = 3) -> Node:
    """How many pivots make up `support_level` of the same parameters; 0 where there is none."""
    return _levels(lookback, tolerance, touches, pivot, 1)


@indicator(family="structure")
def resistance_level(lookback: Period = 200, tolerance: Number = 0.5, touches: Period = 2, pivot: Period = 3) -> Node:
    """The nearest resistance: the lowest level at or above the close; NaN where there is none.

    Levels are made as for `support_level`.
    """
    return _levels(lookback, tolerance, touches, pivot, 2)


@indicator(family="structure")
def resistance_touches(lookback: Period = 200, tolerance: Number = 0.5, touches: Period = 2, pivot: Period = 3) -> Node:
    """How many pivots make up `resistance_level` of the same parameters; 0 where there is none."""
    return _levels(lookback, tolerance, touches, pivot, 3)


def _channel(period: int, output: int) -> Node:
    if period > _LONGEST_CHANNEL:
        raise InputError(f"expected a channel over at most {_LONGEST_CHANNEL:,} candles, found {period:,}")
    return apply(levels.regression_channel, CLOSE, HIGH, LOW, params=(period,), output=output)


@indicator(family="structure")
def channel_middle(period: Period = 50) -> Node:
    """The least-squares line through the last closes, at the current candle."""
    return _channel(period, 0)


@indicator(family="structure")
def channel_upper(period: Period = 50) -> Node:
    """The upper line of the trend channel: parallel to `channel_middle`, through the high farthest above it.

    The current candle is part of the channel, so its high never lies above; compare with `channel_upper()[1]`.
    """
    return _channel(period, 1)


@indicator(family="structure")
def channel_lower(period: Period = 50) -> Node:
    """The lower line of the trend channel: parallel to `channel_middle`, through the low farthest below it.

    The current candle is part of the channel, so its low never lies below; compare with `channel_lower()[1]`.
    """
    return _channel(period, 2)


@indicator(family="structure")
def channel_slope(period: Period = 50) -> Node:
    """The slope of the trend channel, in price a candle."""
    return _channel(period, 3)
