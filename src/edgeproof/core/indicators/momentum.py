"""Momentum: how fast, and where in its range, the price moves."""

from edgeproof.core.indicators.averages import ema, rma, sma
from edgeproof.core.indicators.node import CLOSE, HIGH, LOW, Node, apply
from edgeproof.core.indicators.registry import Period, Source, indicator
from edgeproof.core.indicators.windows import highest, lowest
from edgeproof.core.kernels import elementwise, formulas, movements

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
def stochf_k(fastk: Period = 14) -> Node:
    """Fast stochastic %K: where the close lies in the range of the last `fastk` candles, 0..100; 0 in a flat range."""
    return _stochastic(CLOSE, HIGH, LOW, fastk)


@indicator(family="momentum", source=_LANE)
def stochf_d(fastk: Period = 14, fastd: Period = 3) -> Node:
    """Fast stochastic %D: simple average of the fast %K."""
    return sma(stochf_k(fastk), fastd)


@indicator(family="momentum", source=_LANE)
def stoch_k(fastk: Period = 14, slowk: Period = 3, slowd: Period = 3) -> Node:
    """Slow stochastic %K: simple average over `slowk` of the fast %K (`slowd` only matters to %D)."""
    return sma(stochf_k(fastk), slowk)


@indicator(family="momentum", source=_LANE)
def stoch_d(fastk: Period = 14, slowk: Period = 3, slowd: Period = 3) -> Node:
    """Slow stochastic %D: simple average over `slowd` of the slow %K."""
    return sma(stoch_k(fastk, slowk), slowd)


def _macd_line(source: Node, fast: int, slow: int) -> Node:
    """TA-Lib seeds both averages on the same candle, the slow one's first."""
    fast, slow = sorted((fast, slow))
    late = apply(movements.without_first, source, params=(slow - fast,)) if slow > fast else source
    return apply(elementwise.subtract, ema(late, fast), ema(source, slow))


@indicator(family="momentum", source=_APPEL)
def macd(source: Source = CLOSE, fast: Period = 12, slow: Period = 26, signal: Period = 9) -> Node:
    """MACD line: fast - slow exponential average, seeded on the same candle as in TA-Lib (`signal` does not matter)."""
    return _macd_line(source, fast, slow)


@indicator(family="momentum", source=_APPEL)
def macd_signal(source: Source = CLOSE, fast: Period = 12, slow: Period = 26, signal: Period = 9) -> Node:
    """MACD signal line: exponential average of the MACD line."""
    return ema(_macd_line(source, fast, slow), signal)


@indicator(family="momentum", source=_APPEL)
def macd_hist(source: Source = CLOSE, fast: Period = 12, slow: Period = 26, signal: Period = 9) -> Node:
    """MACD histogram: MACD line - signal line."""
    line = _macd_line(source, fast, slow)
    return apply(elementwise.subtract, line, ema(line, signal))
