"""Direction, against TA-Lib and naive references."""

import numpy as np
import pytest
import talib

from edgeproof.core.model.candle import Candles, FloatArray
from tests.support.candles import closes, rows, walk
from tests.support.oracle import (
    MARKETS,
    assert_same_from_the_same_candle,
    before,
    market,
    naive_true_range,
    over_window,
    value,
    wilder,
)


@pytest.mark.parametrize("name", MARKETS)
def test_direction_agrees_with_talib(name: str) -> None:
    candles = market(name)
    high, low, close = candles.high, candles.low, candles.close
    down, up = talib.AROON(high, low, 14)
    oracles = {
        "adx(14)": talib.ADX(high, low, close, 14),
        "adx(5)": talib.ADX(high, low, close, 5),
        "plus_di(14)": talib.PLUS_DI(high, low, close, 14),
        "minus_di(14)": talib.MINUS_DI(high, low, close, 14),
        "aroon_up(14)": up,
        "aroon_down(14)": down,
        "aroon_oscillator(14)": talib.AROONOSC(high, low, 14),
        "aroon_up(25)": talib.AROON(high, low, 25)[1],
        "psar(0.02, 0.2)": talib.SAR(high, low, 0.02, 0.2),
        "psar(0.05, 0.03)": talib.SAR(high, low, 0.05, 0.03),
    }
    for expression, expected in oracles.items():
        assert_same_from_the_same_candle(value(expression, candles), expected)


def _naive_supertrend(candles: Candles, period: int, multiplier: float) -> tuple[FloatArray, FloatArray]:
    middle = (candles.high + candles.low) / 2.0
    spread = multiplier * wilder(naive_true_range(candles), period)
    n = len(candles)
    line, direction = np.full(n, np.nan), np.full(n, np.nan)
    upper, lower = middle + spread, middle - spread
    for i in range(period, n):
        if i > period:
            if not (upper[i] < upper[i - 1] or candles.close[i - 1] > upper[i - 1]):
                upper[i] = upper[i - 1]
            if not (lower[i] > lower[i - 1] or candles.close[i - 1] < lower[i - 1]):
                lower[i] = lower[i - 1]
        was_down = i == period or direction[i - 1] < 0.0
        if was_down:
            direction[i] = 1.0 if candles.close[i] > upper[i] else -1.0
        else:
            direction[i] = -1.0 if candles.close[i] < lower[i] else 1.0
        line[i] = lower[i] if direction[i] > 0.0 else upper[i]
    return line, direction


@pytest.mark.parametrize("name", MARKETS)
@pytest.mark.parametrize(("period", "multiplier"), [(10, 3.0), (7, 1.5)])
def test_supertrend_equals_the_definition(name: str, period: int, multiplier: float) -> None:
    candles = market(name)
    line, direction = _naive_supertrend(candles, period, multiplier)
    assert 20 < np.count_nonzero(np.diff(direction[period:])) < len(candles) // 4
    assert_same_from_the_same_candle(value(f"supertrend({period}, {multiplier})", candles), line)
    np.testing.assert_array_equal(value(f"supertrend_direction({period}, {multiplier})", candles), direction)


def _middle(candles: Candles, n: int) -> FloatArray:
    top = over_window(candles.high, n, lambda window: window.max(axis=1))
    return (top + over_window(candles.low, n, lambda window: window.min(axis=1))) / 2.0


@pytest.mark.parametrize("name", MARKETS)
def test_ichimoku_equals_the_definition(name: str) -> None:
    candles = market(name)
    tenkan, kijun, slow = _middle(candles, 9), _middle(candles, 26), _middle(candles, 52)
    oracles = {
        "ichimoku_tenkan()": tenkan,
        "ichimoku_kijun()": kijun,
        "ichimoku_lead_a()": (tenkan + kijun) / 2.0,
        "ichimoku_lead_b()": slow,
        "ichimoku_span_a()": before((tenkan + kijun) / 2.0, 26),
        "ichimoku_span_b()": before(slow, 26),
    }
    for expression, expected in oracles.items():
        assert_same_from_the_same_candle(value(expression, candles), expected)


@pytest.mark.parametrize("name", MARKETS)
def test_chandelier_equals_the_definition(name: str) -> None:
    candles = market(name)
    spread = wilder(naive_true_range(candles), 22)
    top = over_window(candles.high, 22, lambda window: window.max(axis=1))
    bottom = over_window(candles.low, 22, lambda window: window.min(axis=1))
    assert_same_from_the_same_candle(value("chandelier_long(22, 3)", candles), top - 3.0 * spread)
    assert_same_from_the_same_candle(value("chandelier_short(22, 3)", candles), bottom + 3.0 * spread)


def test_direction_of_constant_prices_is_talibs() -> None:
    candles = closes(*([2.5] * 60))
    high, low, close = candles.high, candles.low, candles.close
    oracles = {
        "adx(14)": talib.ADX(high, low, close, 14),
        "plus_di(14)": talib.PLUS_DI(high, low, close, 14),
        "minus_di(14)": talib.MINUS_DI(high, low, close, 14),
        "aroon_up(14)": talib.AROON(high, low, 14)[1],
        "psar()": talib.SAR(high, low, 0.02, 0.2),
    }
    for expression, expected in oracles.items():
        np.testing.assert_array_equal(value(expression, candles), expected)


def test_adx_of_prices_that_begin_to_move_late_agrees_with_talib() -> None:
    still = rows(*([(100.0, 100.0, 100.0, 100.0)] * 40))
    moving = walk(400)
    joined = [np.concatenate([getattr(still, c), getattr(moving, c)]) for c in ("open", "high", "low", "close")]
    candles = rows(*zip(*joined, strict=True))
    expected = talib.ADX(candles.high, candles.low, candles.close, 14)
    assert_same_from_the_same_candle(value("adx(14)", candles), expected)


def test_aroon_takes_the_newest_of_equal_extremes() -> None:
    candles = closes(5, 9, 9, 3, 3, 7)
    assert value("aroon_up(5)", candles)[-1] == 40.0
    assert value("aroon_down(5)", candles)[-1] == 80.0


def test_supertrend_of_a_rising_market_turns_up_and_stays() -> None:
    candles = closes(*(100.0 * 1.02**i for i in range(80)))
    direction = value("supertrend_direction(10, 1)", candles)
    assert direction[10] == -1.0
    assert (direction[40:] == 1.0).all()
    assert (value("supertrend(10, 1)", candles)[40:] < candles.low[40:]).all()
