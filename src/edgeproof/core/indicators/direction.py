"""Direction: is there a trend, which way does it go, and where does it end."""

from edgeproof.core.indicators.averages import rma
from edgeproof.core.indicators.node import CLOSE, HIGH, LOW, Node, apply
from edgeproof.core.indicators.registry import Number, Period, indicator
from edgeproof.core.indicators.volatility import atr
from edgeproof.core.indicators.windows import highest, lowest
from edgeproof.core.kernels import formulas, history, movements, ranks, trailing

_WILDER = "J. Welles Wilder, New Concepts in Technical Trading Systems, 1978"
_CHANDE = "Tushar S. Chande, A Time Price Oscillator, TASC 1995"
_SEBAN = "Olivier Seban, Tout le monde mérite d'être riche, 2009"
_HOSODA = "Goichi Hosoda (Ichimoku Sanjin), Ichimoku Kinko Hyo, 1969"
_LE_BEAU = "Charles Le Beau's chandelier exit, in Alexander Elder, Come Into My Trading Room, 2002"


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


def _extreme_ages(period: int, output: int) -> Node:
    return apply(ranks.extreme_ages, HIGH, LOW, params=(period + 1,), output=output)


@indicator(family="trend", source=_CHANDE)
def aroon_up(period: Period = 14) -> Node:
    """Aroon up: 100 (period - candles since the highest high) / period over the last period + 1 candles.

    Of equal highs the newest counts, as in TA-Lib.
    """
    return apply(formulas.freshness, _extreme_ages(period, 0), params=(period,))


@indicator(family="trend", source=_CHANDE)
def aroon_down(period: Period = 14) -> Node:
    """Aroon down: 100 (period - candles since the lowest low) / period over the last period + 1 candles.

    Of equal lows the newest counts, as in TA-Lib.
    """
    return apply(formulas.freshness, _extreme_ages(period, 1), params=(period,))


@indicator(family="trend", source=_CHANDE)
def aroon_oscillator(period: Period = 14) -> Node:
    """Aroon oscillator: Aroon up - Aroon down, -100..100."""
    scale = 100.0 / period
    ages = _extreme_ages(period, 1), _extreme_ages(period, 0)
    return apply(formulas.blend, *ages, params=(scale, -scale))


@indicator(family="trend", source=_SEBAN)
def supertrend(period: Period = 10, multiplier: Number = 3.0) -> Node:
    """Supertrend: the stop line `multiplier` ATRs from the middle of the candle, below price in an uptrend, else above.

    The line only moves with the trend and flips when the close crosses it; the first trend is down.
    """
    return apply(trailing.supertrend, HIGH, LOW, CLOSE, atr(period), params=(multiplier,), output=0)


@indicator(family="trend", source=_SEBAN)
def supertrend_direction(period: Period = 10, multiplier: Number = 3.0) -> Node:
    """Direction of the supertrend: 1 up, -1 down."""
    return apply(trailing.supertrend, HIGH, LOW, CLOSE, atr(period), params=(multiplier,), output=1)


@indicator(family="trend", source=_WILDER)
def psar(acceleration: Number = 0.02, maximum: Number = 0.2) -> Node:
    """Parabolic stop and reverse, as in TA-Lib: the stop in force on the candle, or the new one where it was hit."""
    return apply(trailing.parabolic, HIGH, LOW, params=(acceleration, maximum))


def _middle(period: int) -> Node:
    return apply(formulas.blend, highest(HIGH, period), lowest(LOW, period), params=(0.5, 0.5))


@indicator(family="trend", source=_HOSODA)
def ichimoku_tenkan(period: Period = 9) -> Node:
    """Ichimoku conversion line: middle of the highest high and lowest low of the last 9 candles."""
    return _middle(period)


@indicator(family="trend", source=_HOSODA)
def ichimoku_kijun(period: Period = 26) -> Node:
    """Ichimoku base line: middle of the highest high and lowest low of the last 26 candles."""
    return _middle(period)


@indicator(family="trend", source=_HOSODA)
def ichimoku_lead_a(tenkan: Period = 9, kijun: Period = 26) -> Node:
    """First bound of the cloud ahead, as known now: middle of conversion and base line, not displaced."""
    return apply(formulas.blend, _middle(tenkan), _middle(kijun), params=(0.5, 0.5))


@indicator(family="trend", source=_HOSODA)
def ichimoku_lead_b(period: Period = 52) -> Node:
    """Second bound of the cloud ahead, as known now: middle of the range of the last 52 candles, not displaced."""
    return _middle(period)


@indicator(family="trend", source=_HOSODA)
def ichimoku_span_a(tenkan: Period = 9, kijun: Period = 26, displacement: Period = 26) -> Node:
    """First bound of the cloud at the current candle: `ichimoku_lead_a` of `displacement` candles ago."""
    return apply(history.lag, ichimoku_lead_a(tenkan, kijun), params=(displacement,))


@indicator(family="trend", source=_HOSODA)
def ichimoku_span_b(period: Period = 52, displacement: Period = 26) -> Node:
    """Second bound of the cloud at the current candle: `ichimoku_lead_b` of `displacement` candles ago."""
    return apply(history.lag, ichimoku_lead_b(period), params=(displacement,))


@indicator(family="trend", source=_LE_BEAU)
def chandelier_long(period: Period = 22, multiplier: Number = 3.0) -> Node:
    """Chandelier exit of a long: highest high of the last `period` candles - multiplier x ATR(period)."""
    return apply(formulas.blend, highest(HIGH, period), atr(period), params=(1.0, -multiplier))


@indicator(family="trend", source=_LE_BEAU)
def chandelier_short(period: Period = 22, multiplier: Number = 3.0) -> Node:
    """Chandelier exit of a short: lowest low of the last `period` candles + multiplier x ATR(period)."""
    return apply(formulas.blend, lowest(LOW, period), atr(period), params=(1.0, multiplier))
