"""Volatility: true range, bands and channels around price."""

from edgeproof.core.indicators.averages import ema, rma, sma
from edgeproof.core.indicators.node import CLOSE, HIGH, LOW, Node, apply
from edgeproof.core.indicators.registry import Number, Period, Source, indicator
from edgeproof.core.indicators.windows import difference, highest, lowest, stdev, sum_of
from edgeproof.core.kernels import elementwise, formulas, movements

_WILDER = "J. Welles Wilder, New Concepts in Technical Trading Systems, 1978"
_BOLLINGER = "John Bollinger, Bollinger on Bollinger Bands, 2001"
_KELTNER = "Chester W. Keltner, How to Make Money in Commodities, 1960, in Linda Raschke's form: EMA and ATR"
_DONCHIAN = "Richard Donchian's four-week rule, 1960s; Curtis Faith, Way of the Turtle, 2007"
_NAN = float("nan")


@indicator(family="volatility", source=_WILDER)
def true_range() -> Node:
    """True range: the candle's range, gap from the close before included; undefined on the first candle."""
    return apply(movements.true_range, HIGH, LOW, CLOSE)


@indicator(family="volatility", source=_WILDER)
def atr(period: Period = 14) -> Node:
    """Average true range: Wilder's smoothing of the true range."""
    return rma(true_range(), period)


@indicator(family="volatility", source=_WILDER)
def natr(period: Period = 14) -> Node:
    """Average true range in percent of the close."""
    return apply(formulas.ratio, atr(period), CLOSE, params=(100.0, _NAN))


@indicator(family="volatility", source=_BOLLINGER)
def bb_upper(source: Source = CLOSE, period: Period = 20, width: Number = 2.0) -> Node:
    """Upper Bollinger band: simple average + width x population standard deviation."""
    return apply(formulas.blend, sma(source, period), stdev(source, period), params=(1.0, width))


@indicator(family="volatility", source=_BOLLINGER)
def bb_middle(source: Source = CLOSE, period: Period = 20, width: Number = 2.0) -> Node:
    """Middle Bollinger band: the simple average (`width` is taken so that the three bands read alike)."""
    return sma(source, period)


@indicator(family="volatility", source=_BOLLINGER)
def bb_lower(source: Source = CLOSE, period: Period = 20, width: Number = 2.0) -> Node:
    """Lower Bollinger band: simple average - width x population standard deviation."""
    return apply(formulas.blend, sma(source, period), stdev(source, period), params=(1.0, -width))


@indicator(family="volatility", source=_BOLLINGER)
def bb_width(source: Source = CLOSE, period: Period = 20, width: Number = 2.0) -> Node:
    """BandWidth: (upper - lower) / middle Bollinger band, as a fraction (0.01 = 1 %)."""
    return apply(formulas.ratio, stdev(source, period), sma(source, period), params=(2.0 * width, _NAN))


@indicator(family="volatility", source=_BOLLINGER)
def bb_percent(source: Source = CLOSE, period: Period = 20, width: Number = 2.0) -> Node:
    """%b: where x lies between the Bollinger bands, 0 the lower, 1 the upper; undefined when they meet."""
    lower, upper = bb_lower(source, period, width), bb_upper(source, period, width)
    return apply(formulas.place_in_range, source, lower, upper, params=(1.0, _NAN))


@indicator(family="volatility", source=_KELTNER)
def keltner_upper(
    source: Source = CLOSE, period: Period = 20, multiplier: Number = 2.0, atr_period: Period = 10
) -> Node:
    """Upper Keltner channel: exponential average + multiplier x ATR."""
    return apply(formulas.blend, ema(source, period), atr(atr_period), params=(1.0, multiplier))


@indicator(family="volatility", source=_KELTNER)
def keltner_middle(
    source: Source = CLOSE, period: Period = 20, multiplier: Number = 2.0, atr_period: Period = 10
) -> Node:
    """Middle of the Keltner channel: the exponential average (the rest is taken so that the three lines read alike)."""
    return ema(source, period)


@indicator(family="volatility", source=_KELTNER)
def keltner_lower(
    source: Source = CLOSE, period: Period = 20, multiplier: Number = 2.0, atr_period: Period = 10
) -> Node:
    """Lower Keltner channel: exponential average - multiplier x ATR."""
    return apply(formulas.blend, ema(source, period), atr(atr_period), params=(1.0, -multiplier))


@indicator(family="volatility", source=_DONCHIAN)
def donchian_upper(period: Period = 20) -> Node:
    """Upper Donchian channel: the highest high of the last `period` candles, the current one included.

    A close can only break out of `donchian_upper(20)[1]`, the channel as it stood before the candle.
    """
    return highest(HIGH, period)


@indicator(family="volatility", source=_DONCHIAN)
def donchian_middle(period: Period = 20) -> Node:
    """Middle of the Donchian channel: half way between its bounds."""
    return apply(formulas.blend, highest(HIGH, period), lowest(LOW, period), params=(0.5, 0.5))


@indicator(family="volatility", source=_DONCHIAN)
def donchian_lower(period: Period = 20) -> Node:
    """Lower Donchian channel: the lowest low of the last `period` candles, the current one included."""
    return lowest(LOW, period)


@indicator(family="volatility", source="E. W. Dreiss, choppiness index, 1991")
def choppiness(period: Period = 14) -> Node:
    """Choppiness index: 100 log(sum of true ranges / range of the window) / log(period).

    Near 100 the price went nowhere on a long path, near 0 it went straight; 61.8 and 38.2 are the usual bounds.
    Undefined in a flat window and for period 1.
    """
    path = sum_of(true_range(), period)
    return apply(formulas.choppiness, path, highest(HIGH, period), lowest(LOW, period), params=(period,))


@indicator(family="volatility", source="Perry J. Kaufman, Smarter Trading, 1995")
def efficiency_ratio(source: Source = CLOSE, period: Period = 10) -> Node:
    """Efficiency ratio: |x - x[period]| / sum of |x - x[1]|, 1 on a straight way, 0 back where it began.

    Undefined where the value did not move at all.
    """
    net = apply(elementwise.absolute, difference(source, period))
    path = sum_of(apply(elementwise.absolute, difference(source, 1)), period)
    return apply(formulas.ratio, net, path, params=(1.0, _NAN))
