"""Parts of a candle and the classic patterns.

Crypto trades around the clock, so the open is the close before it and gaps are rare: where the books ask for a gap,
these definitions ask for the size of the body. "Long" and "short" bodies are measured against the candle's own range
or against the body before, never against an average, so that every pattern is a plain statement about few candles.
"""

from edgeproof.core.indicators.arithmetic import abs_, all_of, any_of, combine, compare, earlier, max_, min_
from edgeproof.core.indicators.counting import rising
from edgeproof.core.indicators.node import CLOSE, HIGH, LOW, OPEN, Constant, Node
from edgeproof.core.indicators.registry import Number, Period, indicator
from edgeproof.core.indicators.windows import lowest_before

_NISON = "Steve Nison, Japanese Candlestick Charting Techniques, 1991"
_CRABEL = "Toby Crabel, Day Trading with Short Term Price Patterns and Opening Range Breakout, 1990"


def _number(value: float) -> Node:
    return Constant(float(value))


def _times(factor: float, x: Node) -> Node:
    return combine("*", _number(factor), x)


@indicator(family="candles")
def body() -> Node:
    """The size of the candle's body: |close - open|."""
    return abs_(combine("-", CLOSE, OPEN))


@indicator(family="candles")
def candle_range() -> Node:
    """high - low."""
    return combine("-", HIGH, LOW)


@indicator(family="candles")
def upper_wick() -> Node:
    """high - the larger of open and close."""
    return combine("-", HIGH, max_(OPEN, CLOSE))


@indicator(family="candles")
def lower_wick() -> Node:
    """The smaller of open and close - low."""
    return combine("-", min_(OPEN, CLOSE), LOW)


@indicator(family="candles")
def range_position() -> Node:
    """Where the close lies in the candle's range: 0 at the low, 1 at the high; undefined on a flat candle."""
    return combine("/", combine("-", CLOSE, LOW), candle_range())


def _body_middle() -> Node:
    return combine("/", combine("+", OPEN, CLOSE), _number(2.0))


@indicator(family="candles")
def bullish_candle() -> Node:
    """close > open."""
    return compare(">", CLOSE, OPEN)


@indicator(family="candles")
def bearish_candle() -> Node:
    """close < open."""
    return compare("<", CLOSE, OPEN)


@indicator(family="candles", source=_NISON)
def bullish_engulfing() -> Node:
    """A rising body around the falling body before it: open <= close[1], close >= open[1], the body larger."""
    return all_of(
        earlier(bearish_candle(), 1),
        bullish_candle(),
        compare("<=", OPEN, earlier(CLOSE, 1)),
        compare(">=", CLOSE, earlier(OPEN, 1)),
        compare(">", body(), earlier(body(), 1)),
    )


@indicator(family="candles", source=_NISON)
def bearish_engulfing() -> Node:
    """A falling body around the rising body before it: open >= close[1], close <= open[1], the body larger."""
    return all_of(
        earlier(bullish_candle(), 1),
        bearish_candle(),
        compare(">=", OPEN, earlier(CLOSE, 1)),
        compare("<=", CLOSE, earlier(OPEN, 1)),
        compare(">", body(), earlier(body(), 1)),
    )


@indicator(family="candles", source=_NISON)
def hammer() -> Node:
    """Lower wick >= 2 bodies, upper wick <= 1/10 of the range, a body above 0."""
    return all_of(
        compare(">=", lower_wick(), _times(2.0, body())),
        compare("<=", upper_wick(), _times(0.1, candle_range())),
        compare(">", body(), _number(0.0)),
    )


@indicator(family="candles", source=_NISON)
def shooting_star() -> Node:
    """Upper wick >= 2 bodies, lower wick <= 1/10 of the range, a body above 0."""
    return all_of(
        compare(">=", upper_wick(), _times(2.0, body())),
        compare("<=", lower_wick(), _times(0.1, candle_range())),
        compare(">", body(), _number(0.0)),
    )


@indicator(family="candles", source=_NISON)
def doji(fraction: Number = 0.1) -> Node:
    """A body of at most this fraction of the range, and a range above 0."""
    return all_of(
        compare("<=", body(), _times(fraction, candle_range())),
        compare(">", candle_range(), _number(0.0)),
    )


@indicator(family="candles", source=_NISON)
def bullish_marubozu(fraction: Number = 0.9) -> Node:
    """A rising body of at least this fraction of the range."""
    return all_of(bullish_candle(), compare(">=", body(), _times(fraction, candle_range())))


@indicator(family="candles", source=_NISON)
def bearish_marubozu(fraction: Number = 0.9) -> Node:
    """A falling body of at least this fraction of the range."""
    return all_of(bearish_candle(), compare(">=", body(), _times(fraction, candle_range())))


def _small_star() -> Node:
    # The candle between: a body of at most 1/3 of the one before it.
    return earlier(compare("<=", body(), _times(1.0 / 3.0, earlier(body(), 1))), 1)


def _long_body() -> Node:
    return compare(">=", body(), _times(0.5, candle_range()))


@indicator(family="candles", source=_NISON)
def morning_star() -> Node:
    """A long falling body, a small one, then a rising close above the middle of the first.

    Long: at least half its range. Small: at most 1/3 of the first body.
    """
    return all_of(
        earlier(all_of(bearish_candle(), _long_body()), 2),
        _small_star(),
        bullish_candle(),
        compare(">", CLOSE, earlier(_body_middle(), 2)),
    )


@indicator(family="candles", source=_NISON)
def evening_star() -> Node:
    """A long rising body, a small one, then a falling close below the middle of the first.

    Long: at least half its range. Small: at most 1/3 of the first body.
    """
    return all_of(
        earlier(all_of(bullish_candle(), _long_body()), 2),
        _small_star(),
        bearish_candle(),
        compare("<", CLOSE, earlier(_body_middle(), 2)),
    )


def _three(candle: Node) -> Node:
    each = all_of(candle, _long_body())
    return all_of(each, earlier(each, 1), earlier(each, 2))


@indicator(family="candles", source=_NISON)
def three_white_soldiers() -> Node:
    """Three rising candles, each closing higher, each body at least half its range and opening within the last body."""
    inside = all_of(compare(">=", OPEN, earlier(OPEN, 1)), compare("<=", OPEN, earlier(CLOSE, 1)))
    return all_of(_three(bullish_candle()), rising(CLOSE, 2), inside, earlier(inside, 1))


@indicator(family="candles", source=_NISON)
def three_black_crows() -> Node:
    """Three falling candles, each closing lower, each body at least half its range and opening within the last body."""
    inside = all_of(compare("<=", OPEN, earlier(OPEN, 1)), compare(">=", OPEN, earlier(CLOSE, 1)))
    lower = compare("<", CLOSE, earlier(CLOSE, 1))
    return all_of(_three(bearish_candle()), lower, earlier(lower, 1), inside, earlier(inside, 1))


@indicator(family="candles", source=_CRABEL)
def inside_bar() -> Node:
    """high < high[1] and low > low[1]."""
    return all_of(compare("<", HIGH, earlier(HIGH, 1)), compare(">", LOW, earlier(LOW, 1)))


@indicator(family="candles", source=_CRABEL)
def outside_bar() -> Node:
    """high > high[1] and low < low[1]."""
    return all_of(compare(">", HIGH, earlier(HIGH, 1)), compare("<", LOW, earlier(LOW, 1)))


@indicator(family="candles", source=_NISON)
def piercing() -> Node:
    """After a long falling body: opens at or below its close, closes above its middle and below its open."""
    return all_of(
        earlier(all_of(bearish_candle(), _long_body()), 1),
        compare("<=", OPEN, earlier(CLOSE, 1)),
        compare(">", CLOSE, earlier(_body_middle(), 1)),
        compare("<", CLOSE, earlier(OPEN, 1)),
    )


@indicator(family="candles", source=_NISON)
def dark_cloud() -> Node:
    """After a long rising body: opens at or above its close, closes below its middle and above its open."""
    return all_of(
        earlier(all_of(bullish_candle(), _long_body()), 1),
        compare(">=", OPEN, earlier(CLOSE, 1)),
        compare("<", CLOSE, earlier(_body_middle(), 1)),
        compare(">", CLOSE, earlier(OPEN, 1)),
    )


def _inside_body(fraction: float) -> Node:
    return all_of(
        compare("<=", max_(OPEN, CLOSE), earlier(max_(OPEN, CLOSE), 1)),
        compare(">=", min_(OPEN, CLOSE), earlier(min_(OPEN, CLOSE), 1)),
        compare("<=", body(), _times(fraction, earlier(body(), 1))),
    )


@indicator(family="candles", source=_NISON)
def bullish_harami() -> Node:
    """A rising body inside the long falling body before it and at most half as large."""
    return all_of(earlier(all_of(bearish_candle(), _long_body()), 1), bullish_candle(), _inside_body(0.5))


@indicator(family="candles", source=_NISON)
def bearish_harami() -> Node:
    """A falling body inside the long rising body before it and at most half as large."""
    return all_of(earlier(all_of(bullish_candle(), _long_body()), 1), bearish_candle(), _inside_body(0.5))


def _near(a: Node, b: Node, fraction: float) -> Node:
    return compare("<=", abs_(combine("-", a, b)), _times(fraction, max_(candle_range(), earlier(candle_range(), 1))))


@indicator(family="candles", source=_NISON)
def tweezer_bottom(fraction: Number = 0.05) -> Node:
    """A falling then a rising candle with lows no farther apart than this fraction of the larger range."""
    return all_of(earlier(bearish_candle(), 1), bullish_candle(), _near(LOW, earlier(LOW, 1), fraction))


@indicator(family="candles", source=_NISON)
def tweezer_top(fraction: Number = 0.05) -> Node:
    """A rising then a falling candle with highs no farther apart than this fraction of the larger range."""
    return all_of(earlier(bullish_candle(), 1), bearish_candle(), _near(HIGH, earlier(HIGH, 1), fraction))


@indicator(family="candles", source=_CRABEL)
def narrowest_range(n: Period = 7) -> Node:
    """True if the candle's range is smaller than each of the n - 1 ranges before it."""
    span = candle_range()
    return compare("<", span, lowest_before(span, n - 1)) if n > 1 else compare(">=", span, _number(0.0))


@indicator(family="candles", source=_CRABEL)
def nr7() -> Node:
    """The narrowest range of the last 7 candles."""
    return narrowest_range(7)


@indicator(family="candles", source=_NISON)
def bullish_pattern() -> Node:
    """Any of bullish_engulfing, hammer, piercing, morning_star, three_white_soldiers, bullish_harami."""
    return any_of(bullish_engulfing(), hammer(), piercing(), morning_star(), three_white_soldiers(), bullish_harami())


@indicator(family="candles", source=_NISON)
def bearish_pattern() -> Node:
    """Any of bearish_engulfing, shooting_star, dark_cloud, evening_star, three_black_crows, bearish_harami."""
    return any_of(
        bearish_engulfing(), shooting_star(), dark_cloud(), evening_star(), three_black_crows(), bearish_harami()
    )
