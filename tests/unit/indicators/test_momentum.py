"""Momentum, against TA-Lib and naive references."""

import numpy as np
import pytest
import talib

from tests.support.candles import closes, walk
from tests.support.oracle import (
    MARKETS,
    assert_same_from_the_same_candle,
    before,
    exponential,
    market,
    value,
)


@pytest.mark.parametrize("name", MARKETS)
def test_momentum_agrees_with_talib_from_the_same_candle(name: str) -> None:
    candles = market(name)
    high, low, close = candles.high, candles.low, candles.close
    oracles = {
        "rsi(14)": talib.RSI(close, 14),
        "rsi(high, 5)": talib.RSI(high, 5),
        "cci(20)": talib.CCI(high, low, close, 20),
        "cci(14)": talib.CCI(high, low, close, 14),
        "williams_r(14)": talib.WILLR(high, low, close, 14),
        "roc(10)": talib.ROC(close, 10),
        "momentum(10)": talib.MOM(close, 10),
        "trix(15)": talib.TRIX(close, 15),
        "ultimate_oscillator()": talib.ULTOSC(high, low, close, 7, 14, 28),
        "macd(12, 26, 9)": talib.MACD(close, 12, 26, 9)[0],
        "macd(26, 12, 9)": talib.MACD(close, 26, 12, 9)[0],
        "macd_signal(12, 26, 9)": talib.MACD(close, 12, 26, 9)[1],
        "macd_hist(12, 26, 9)": talib.MACD(close, 12, 26, 9)[2],
        "stoch_k(14, 3, 3)": talib.STOCH(high, low, close, fastk_period=14, slowk_period=3, slowd_period=3)[0],
        "stochf_k(5, 3)": talib.STOCHF(high, low, close, 5, 3)[0],
        "stochrsi_k(14, 5, 3)": talib.STOCHRSI(close, 14, 5, 3)[0],
        "stoch_d(14, 3, 3)": talib.STOCH(high, low, close, fastk_period=14, slowk_period=3, slowd_period=3)[1],
        "stochf_d(5, 3)": talib.STOCHF(high, low, close, 5, 3)[1],
        "stochrsi_d(14, 5, 3)": talib.STOCHRSI(close, 14, 5, 3)[1],
    }
    for expression, expected in oracles.items():
        assert_same_from_the_same_candle(value(expression, candles), expected)


@pytest.mark.parametrize("name", MARKETS)
def test_tsi_equals_blaus_definition(name: str) -> None:
    candles = market(name)
    change = candles.close - before(candles.close)
    net = exponential(exponential(change, 25), 13)
    size = exponential(exponential(np.abs(change), 25), 13)
    assert_same_from_the_same_candle(value("tsi(25, 13)", candles), 100.0 * net / size)


def test_momentum_of_constant_prices_is_talibs() -> None:
    candles = closes(*([2.5] * 60))
    high, low, close = candles.high, candles.low, candles.close
    oracles = {
        "rsi(14)": talib.RSI(close, 14),
        "williams_r(14)": talib.WILLR(high, low, close, 14),
        "cci(20)": talib.CCI(high, low, close, 20),
        "roc(10)": talib.ROC(close, 10),
        "ultimate_oscillator()": talib.ULTOSC(high, low, close, 7, 14, 28),
        "stoch_d(14, 3, 3)": talib.STOCH(high, low, close, fastk_period=14, slowk_period=3, slowd_period=3)[1],
        "stochrsi_d(14, 14, 3)": talib.STOCHRSI(close, 14, 14, 3)[1],
        "macd_hist()": talib.MACD(close, 12, 26, 9)[2],
    }
    for expression, expected in oracles.items():
        np.testing.assert_allclose(value(expression, candles), expected, rtol=0, atol=1e-12, err_msg=expression)
    assert np.isnan(value("tsi()", candles)).all()


def test_rsi_does_not_depend_on_the_scale_of_prices() -> None:
    # A power of two scales without rounding, so that prices of 1e-10 must give the very same bits.
    candles = walk(500)
    tiny = value(f"rsi(close * {2.0**-40}, 14)", candles)
    np.testing.assert_array_equal(tiny, value("rsi(14)", candles))


def test_cci_of_a_flat_stretch_is_zero() -> None:
    # (h + l + c) / 3 = 0.1 is not representable: an average off by one rounding would read as a CCI of 67.
    candles = closes(*(list(np.linspace(1.0, 2.0, 30)) + [0.1] * 40))
    np.testing.assert_array_equal(value("cci(20)", candles)[50:], 0.0)


def test_rising_prices_drive_the_oscillators_to_their_bounds() -> None:
    candles = closes(*range(1, 101))
    for expression, bound in (("rsi(14)", 100.0), ("stoch_k(14, 3, 3)", 100.0), ("williams_r(14)", 0.0),
                              ("ultimate_oscillator()", 100.0), ("tsi()", 100.0)):  # fmt: skip
        np.testing.assert_allclose(value(expression, candles)[60:], bound, rtol=1e-12, err_msg=expression)


def test_stochastic_rsi_of_unchanged_prices_is_flat() -> None:
    # Gain and loss decay at the same rate, so that the RSI stays but for its rounding.
    candles = closes(*([*walk(100).close] + [99.0] * 30))
    assert len(set(value("rsi(14)", candles)[101:])) > 1
    np.testing.assert_array_equal(value("stochrsi_k(14, 5)", candles)[110:], 0.0)
