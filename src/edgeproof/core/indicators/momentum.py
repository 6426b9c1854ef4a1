"""Momentum: how fast, and where in its range, the price moves."""

from edgeproof.core.indicators.averages import ema, rma, sma
from edgeproof.core.indicators.node import CLOSE, HIGH, LOW, Node, apply
from edgeproof.core.indicators.registry import Period, Source, indicator
from edgeproof.core.indicators.volatility import true_range
from edgeproof.core.indicators.windows import difference, highest, lowest, sum_of
from edgeproof.core.kernels import elementwise, formulas, history, movements, ranks

_WILDER = "J. Welles Wilder, New Concepts in Technical Trading Systems, 1978"
_LANE = "George C. Lane, Lane's stochastics, Technical Analysis of Stocks & Commodities, 1984"
_APPEL = "Gerald Appel, The Moving Average Convergence-Divergence Trading Method, 1979"
_CHANDE_KROLL = "Tushar S. Chande and Stanley Kroll, The New Technical Trader, 1994"


@indicator(family="momentum", source=_WILDER)
def rsi(source: Source = CLOSE, period: Period = 14) -> Node:
    """Relative strength index: 100 x average gain / (average gain + average loss), 0..100.

    Both averages are Wilder's; 0 where nothing ever moved, as in TA-Lib.
    """
    gain, loss = (apply(movements.gains_losses, source, output=k) for k in (0, 1))
    return apply(formulas.share, rma(gain, period), rma(loss, period))


def _stochastic(x: Node, high: Node, low: Node, period: int) -> Node:
    return apply(formulas.place_in_range, x, lowest(low, period), highest(high, period), params=(100.0, 0.0))


@indicator(family="momentum", source=_LANE)
def stochf_k(fastk: Period = 14, fastd: Period = 3) -> Node:
    """Fast stochastic %K: where the close lies in the range of the last `fastk` candles, 0..100; 0 in a flat range.

    As in TA-Lib, defined from the candle on which its %D over `fastd` is.
    """
    return _held_back(_stochastic(CLOSE, HIGH, LOW, fastk), fastd)


@indicator(family="momentum", source=_LANE)
def stochf_d(fastk: Period = 14, fastd: Period = 3) -> Node:
    """Fast stochastic %D: simple average of the fast %K."""
    return sma(_stochastic(CLOSE, HIGH, LOW, fastk), fastd)


@indicator(family="momentum", source=_LANE)
def stoch_k(fastk: Period = 14, slowk: Period = 3, slowd: Period = 3) -> Node:
    """Slow stochastic %K: simple average over `slowk` of the fast %K.

    As in TA-Lib, defined from the candle on which its %D over `slowd` is.
    """
    return _held_back(sma(_stochastic(CLOSE, HIGH, LOW, fastk), slowk), slowd)


@indicator(family="momentum", source=_LANE)
def stoch_d(fastk: Period = 14, slowk: Period = 3, slowd: Period = 3) -> Node:
    """Slow stochastic %D: simple average over `slowd` of the slow %K."""
    return sma(sma(_stochastic(CLOSE, HIGH, LOW, fastk), slowk), slowd)


def _held_back(x: Node, period: int) -> Node:
    """x from the candle on which its average over `period` is defined: TA-Lib begins all outputs of a call together."""
    return apply(movements.without_first, x, params=(period - 1,)) if period > 1 else x


def _macd_line(source: Node, fast: int, slow: int) -> Node:
    """TA-Lib seeds both averages on the same candle, the slow one's first."""
    fast, slow = sorted((fast, slow))
    late = apply(movements.without_first, source, params=(slow - fast,)) if slow > fast else source
    return apply(elementwise.subtract, ema(late, fast), ema(source, slow))


@indicator(family="momentum", source=_APPEL)
def macd(source: Source = CLOSE, fast: Period = 12, slow: Period = 26, signal: Period = 9) -> Node:
    """MACD line: fast - slow exponential average, seeded on the same candle as in TA-Lib.

    As there, defined from the candle on which its signal line over `signal` is.
    """
    return _held_back(_macd_line(source, fast, slow), signal)


@indicator(family="momentum", source=_APPEL)
def macd_signal(source: Source = CLOSE, fast: Period = 12, slow: Period = 26, signal: Period = 9) -> Node:
    """MACD signal line: exponential average of the MACD line."""
    return ema(_macd_line(source, fast, slow), signal)


@indicator(family="momentum", source=_APPEL)
def macd_hist(source: Source = CLOSE, fast: Period = 12, slow: Period = 26, signal: Period = 9) -> Node:
    """MACD histogram: MACD line - signal line."""
    line = _macd_line(source, fast, slow)
    return apply(elementwise.subtract, line, ema(line, signal))


@indicator(family="momentum", source=_CHANDE_KROLL)
def stochrsi_k(source: Source = CLOSE, period: Period = 14, fastk: Period = 14, fastd: Period = 3) -> Node:
    """Stochastic RSI, %K: where the RSI lies in the range of its last `fastk` values, 0..100; 0 in a flat range.

    As in TA-Lib, defined from the candle on which its %D over `fastd` is.
    """
    strength = rsi(source, period)
    return _held_back(_stochastic(strength, strength, strength, fastk), fastd)


@indicator(family="momentum", source=_CHANDE_KROLL)
def stochrsi_d(source: Source = CLOSE, period: Period = 14, fastk: Period = 14, fastd: Period = 3) -> Node:
    """Stochastic RSI, %D: simple average over `fastd` of %K."""
    strength = rsi(source, period)
    return sma(_stochastic(strength, strength, strength, fastk), fastd)


@indicator(family="momentum", source="Donald R. Lambert, Commodity Channel Index, Commodities Magazine, 1980")
def cci(period: Period = 20) -> Node:
    """Commodity channel index: (typical price - its average) / (0.015 x its mean deviation); 0 where it is flat."""
    price = apply(formulas.typical_price, HIGH, LOW, CLOSE)
    average = sma(price, period)
    deviation = apply(ranks.mean_deviation, price, average, params=(period,))
    distance = apply(elementwise.subtract, price, average)
    return apply(formulas.ratio, distance, deviation, params=(1.0 / 0.015, 0.0))


@indicator(
    family="momentum", source="Larry Williams, How I Made One Million Dollars Last Year Trading Commodities, 1973"
)
def williams_r(period: Period = 14) -> Node:
    """Williams %R: 100 (close - highest high) / (highest high - lowest low), -100..0; 0 in a flat range."""
    top, bottom = highest(HIGH, period), lowest(LOW, period)
    return apply(formulas.place_in_range, CLOSE, top, bottom, params=(-100.0, 0.0))


@indicator(family="momentum")
def roc(source: Source = CLOSE, period: Period = 10) -> Node:
    """Rate of change in percent: 100 (x / x[period] - 1); 0 where x[period] is 0, as in TA-Lib."""
    before = apply(history.lag, source, params=(period,))
    return apply(formulas.ratio, difference(source, period), before, params=(100.0, 0.0))


@indicator(family="momentum")
def momentum(source: Source = CLOSE, period: Period = 10) -> Node:
    """Momentum: x - x[period]."""
    return difference(source, period)


@indicator(family="momentum", source="Jack K. Hutson, Good TRIX, TASC 1983")
def trix(source: Source = CLOSE, period: Period = 30) -> Node:
    """TRIX: rate of change over one candle, in percent, of a three times exponentially smoothed price."""
    return roc(ema(ema(ema(source, period), period), period), 1)


@indicator(family="momentum", source="Larry Williams, The Ultimate Oscillator, TASC 1985")
def ultimate_oscillator(fast: Period = 7, middle: Period = 14, slow: Period = 28) -> Node:
    """Ultimate oscillator: buying pressure / true range over three windows, weighted 4, 2 and 1, 0..100.

    A window without any range counts as 0, as in TA-Lib.
    """
    pressure, path = apply(movements.buying_pressure, LOW, CLOSE), true_range()
    fast, middle, slow = sorted((fast, middle, slow))

    def part(period: int, weight: float) -> Node:
        total = sum_of(pressure, period), sum_of(path, period)
        return apply(formulas.ratio, *total, params=(100.0 * weight / 7.0, 0.0))

    return apply(elementwise.add, apply(elementwise.add, part(fast, 4.0), part(middle, 2.0)), part(slow, 1.0))


@indicator(family="momentum", source="William Blau, Momentum, Direction, and Divergence, 1995")
def tsi(source: Source = CLOSE, slow: Period = 25, fast: Period = 13) -> Node:
    """True strength index: 100 x twice smoothed change / twice smoothed |change|, -100..100.

    Smoothed by EMA over `slow`, then `fast` candles; undefined where nothing ever moved.
    """
    change = difference(source, 1)
    size = apply(elementwise.absolute, change)
    return apply(formulas.ratio, ema(ema(change, slow), fast), ema(ema(size, slow), fast), params=(100.0, float("nan")))
