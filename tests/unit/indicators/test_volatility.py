"""Volatility, against TA-Lib and naive references."""

import numpy as np
import pytest
import talib

from tests.support.candles import closes
from tests.support.oracle import (
    MARKETS,
    assert_same_from_the_same_candle,
    before,
    exponential,
    market,
    naive_true_range,
    over_window,
    value,
    wilder,
)


@pytest.mark.parametrize("name", MARKETS)
def test_volatility_agrees_with_talib(name: str) -> None:
    candles = market(name)
    high, low, close = candles.high, candles.low, candles.close
    upper, middle, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    oracles = {
        "true_range()": talib.TRANGE(high, low, close),
        "atr(14)": talib.ATR(high, low, close, 14),
        "natr(14)": talib.NATR(high, low, close, 14),
        "bb_upper(20, 2)": upper,
        "bb_middle(20)": middle,
        "bb_lower(20, 2)": lower,
        "donchian_upper(20)": talib.MAX(high, 20),
        "donchian_lower(20)": talib.MIN(low, 20),
        "donchian_middle(20)": (talib.MAX(high, 20) + talib.MIN(low, 20)) / 2.0,
    }
    for expression, expected in oracles.items():
        assert_same_from_the_same_candle(value(expression, candles), expected)


@pytest.mark.parametrize("name", MARKETS)
def test_bollinger_width_and_percent_equal_the_naive_windows(name: str) -> None:
    candles = market(name)
    close = candles.close
    mean = over_window(close, 20, lambda window: window.mean(axis=1))
    deviation = over_window(close, 20, lambda window: window.std(axis=1))
    assert_same_from_the_same_candle(value("bb_width(20, 2.5)", candles), 5.0 * deviation / mean)
    percent = (close - (mean - 2.0 * deviation)) / (4.0 * deviation)
    assert_same_from_the_same_candle(value("bb_percent(20, 2)", candles), percent)


@pytest.mark.parametrize("name", MARKETS)
def test_keltner_channel_equals_the_naive_recursions(name: str) -> None:
    candles = market(name)
    middle = exponential(candles.close, 20)
    spread = wilder(naive_true_range(candles), 10)
    assert_same_from_the_same_candle(value("keltner_upper(20, 1.5, 10)", candles), middle + 1.5 * spread)
    assert_same_from_the_same_candle(value("keltner_lower(20, 1.5, 10)", candles), middle - 1.5 * spread)
    assert_same_from_the_same_candle(value("keltner_middle(20)", candles), middle)


@pytest.mark.parametrize("name", MARKETS)
def test_choppiness_equals_the_naive_window(name: str) -> None:
    candles = market(name)
    path = over_window(naive_true_range(candles), 14, lambda window: window.sum(axis=1))
    top = over_window(candles.high, 14, lambda window: window.max(axis=1))
    bottom = over_window(candles.low, 14, lambda window: window.min(axis=1))
    expected = 100.0 * np.log10(path / (top - bottom)) / np.log10(14)
    assert_same_from_the_same_candle(value("choppiness(14)", candles), expected)


@pytest.mark.parametrize("name", MARKETS)
def test_efficiency_ratio_equals_the_naive_window(name: str) -> None:
    candles = market(name)
    steps = np.abs(candles.close - before(candles.close))
    path = over_window(steps, 10, lambda window: window.sum(axis=1))
    expected = np.abs(candles.close - before(candles.close, 10)) / np.where(path > 0.0, path, np.nan)
    assert_same_from_the_same_candle(value("efficiency_ratio(10)", candles), expected)


def test_volatility_of_constant_prices_is_none() -> None:
    candles = closes(*([0.1] * 60))
    for expression, expected in (("atr(14)", 0.0), ("natr(14)", 0.0), ("bb_width(20, 2)", 0.0), ("stdev(20)", 0.0)):
        np.testing.assert_array_equal(value(expression, candles)[20:], expected)
    for expression in ("bb_percent(20, 2)", "choppiness(14)", "efficiency_ratio(10)"):
        assert np.isnan(value(expression, candles)).all()
    for expression in ("bb_upper(20, 2)", "bb_lower(20, 2)", "keltner_upper()", "donchian_middle(20)"):
        np.testing.assert_allclose(value(expression, candles)[20:], 0.1, rtol=1e-15)


def test_choppiness_of_one_candle_is_undefined() -> None:
    assert np.isnan(value("choppiness(1)", closes(1, 2, 3, 4))).all()


def test_efficiency_of_a_straight_way_is_one() -> None:
    candles = closes(*range(1, 40))
    np.testing.assert_array_equal(value("efficiency_ratio(10)", candles)[10:], 1.0)
