"""Moving averages and the regression line, against TA-Lib and naive references."""

import numpy as np
import pytest
import talib

from edgeproof.core.model.candle import FloatArray
from tests.support.candles import closes, rows, walk
from tests.support.oracle import (
    MARKETS,
    assert_agrees,
    assert_same_from_the_same_candle,
    market,
    over_window,
    value,
    wilder,
)


@pytest.mark.parametrize("name", MARKETS)
def test_averages_agree_with_talib(name: str) -> None:
    candles = market(name)
    close = candles.close
    oracles = {
        "sma(20)": talib.SMA(close, 20),
        "ema(20)": talib.EMA(close, 20),
        "ema(high, 200)": talib.EMA(candles.high, 200),
        "wma(20)": talib.WMA(close, 20),
        "dema(20)": talib.DEMA(close, 20),
        "tema(20)": talib.TEMA(close, 20),
        "kama(10)": talib.KAMA(close, 10),
        "linreg(14)": talib.LINEARREG(close, 14),
        "linreg(100)": talib.LINEARREG(close, 100),
    }
    for expression, expected in oracles.items():
        assert_same_from_the_same_candle(value(expression, candles), expected)


@pytest.mark.parametrize("name", MARKETS)
@pytest.mark.parametrize("period", [2, 14, 100])
def test_linreg_slope_agrees_with_exact_windows_and_talib(name: str, period: int) -> None:
    # TA-Lib sums prices, not distances from one: at 95,000 that costs digits, which the exact windows show.
    candles = market(name)
    places = np.arange(period) - (period - 1) / 2.0

    def slope(window: FloatArray) -> FloatArray:
        return (window - window[:, :1]) @ places / (places @ places)

    exact = over_window(candles.close, period, slope)
    found = value(f"linreg_slope({period})", candles)
    assert_same_from_the_same_candle(found, exact)
    assert_agrees(found, talib.LINEARREG_SLOPE(candles.close, period), 1e-7)


def _weighted(x: FloatArray, n: int) -> FloatArray:
    weights = np.arange(1, n + 1)
    return over_window(x, n, lambda window: window @ weights / weights.sum())


@pytest.mark.parametrize("name", MARKETS)
@pytest.mark.parametrize("period", [4, 9, 20, 55])
def test_hma_equals_hulls_definition(name: str, period: int) -> None:
    candles = market(name)
    lead = 2.0 * _weighted(candles.close, period // 2) - _weighted(candles.close, period)
    expected = _weighted(lead, int(np.sqrt(period)))
    assert_same_from_the_same_candle(value(f"hma({period})", candles), expected)


def test_hma_of_one_candle_is_the_value() -> None:
    candles = walk(20)
    np.testing.assert_array_equal(value("hma(1)", candles), candles.close)


@pytest.mark.parametrize("name", MARKETS)
def test_rma_equals_the_naive_recursion(name: str) -> None:
    candles = market(name)
    assert_same_from_the_same_candle(value("rma(14)", candles), wilder(candles.close, 14))


@pytest.mark.parametrize("name", MARKETS)
def test_vwma_equals_the_naive_window(name: str) -> None:
    candles = market(name)
    amount = over_window(candles.close * candles.volume, 20, lambda window: window.sum(axis=1))
    volume = over_window(candles.volume, 20, lambda window: window.sum(axis=1))
    assert_same_from_the_same_candle(value("vwma(20)", candles), amount / volume)


def test_vwma_without_volume_is_undefined() -> None:
    silent = rows(*((price, price, price, price, 0.0) for price in range(1, 30)))
    assert np.isnan(value("vwma(5)", silent)).all()


@pytest.mark.parametrize("name", MARKETS)
def test_regression_channel_equals_polynomial_fits(name: str) -> None:
    candles = market(name)[:400]
    period = 50
    places = np.arange(period)
    upper, lower = np.full((2, len(candles)), np.nan)
    for i in range(period - 1, len(candles)):
        window = candles.close[i - period + 1 : i + 1]
        line = np.polynomial.Polynomial.fit(places, window, 1)(places)
        deviation = np.sqrt(np.mean((window - line) ** 2))
        upper[i], lower[i] = line[-1] + 2.5 * deviation, line[-1] - 2.5 * deviation
    assert_same_from_the_same_candle(value(f"linreg_upper({period}, 2.5)", candles), upper)
    assert_same_from_the_same_candle(value(f"linreg_lower({period}, 2.5)", candles), lower)


def test_regression_line_of_a_straight_line_is_the_line() -> None:
    candles = closes(*(10.0 + 0.5 * i for i in range(60)))
    np.testing.assert_allclose(value("linreg(20)", candles)[19:], candles.close[19:], rtol=1e-13)
    np.testing.assert_allclose(value("linreg_slope(20)", candles)[19:], 0.5, rtol=1e-12)


@pytest.mark.parametrize("call", ["ema({}, 5)", "rma({}, 5)"])
def test_recursive_averages_pause_on_undefined_values(call: str) -> None:
    candles = walk(3_000)
    source = f"log(close - {np.median(candles.close)})"
    known = ~np.isnan(value(source, candles))
    compact = closes(*candles.close[known])
    found = value(call.format(source), candles)
    assert np.isnan(found[~known]).all()
    np.testing.assert_array_equal(found[known], value(call.format(source), compact))


def test_kama_of_a_constant_is_the_constant() -> None:
    candles = closes(*([3.7] * 40))
    np.testing.assert_array_equal(value("kama(10)", candles)[10:], 3.7)
