"""Volume, against TA-Lib and naive references."""

import numpy as np
import pytest
import talib

from tests.support.candles import rows
from tests.support.oracle import MARKETS, assert_same_from_the_same_candle, market, over_window, value


@pytest.mark.parametrize("name", MARKETS)
def test_volume_agrees_with_talib(name: str) -> None:
    candles = market(name)
    high, low, close, volume = candles.high, candles.low, candles.close, candles.volume
    oracles = {
        "obv()": talib.OBV(close, volume),
        "mfi(14)": talib.MFI(high, low, close, volume, 14),
        "mfi(5)": talib.MFI(high, low, close, volume, 5),
    }
    for expression, expected in oracles.items():
        assert_same_from_the_same_candle(value(expression, candles), expected)


@pytest.mark.parametrize("name", MARKETS)
def test_cmf_equals_the_naive_window(name: str) -> None:
    candles = market(name)
    width = candles.high - candles.low
    place = ((candles.close - candles.low) - (candles.high - candles.close)) / np.where(width > 0.0, width, 1.0)
    flow = over_window(place * candles.volume, 20, lambda window: window.sum(axis=1))
    expected = flow / over_window(candles.volume, 20, lambda window: window.sum(axis=1))
    assert_same_from_the_same_candle(value("cmf(20)", candles), expected)


@pytest.mark.parametrize("name", MARKETS)
def test_volume_ratio_equals_the_naive_window(name: str) -> None:
    candles = market(name)
    expected = over_window(candles.volume, 20, lambda window: window[:, -1] / window.mean(axis=1))
    assert_same_from_the_same_candle(value("volume_ratio(20)", candles), expected)


def test_volume_of_a_market_without_trades_is_plainly_undefined() -> None:
    candles = rows(*((price, price, price, price, 0.0) for price in range(1, 60)))
    for expression in ("cmf(20)", "volume_ratio(20)"):
        assert np.isnan(value(expression, candles)).all()
    np.testing.assert_array_equal(value("obv()", candles), 0.0)
    np.testing.assert_array_equal(value("mfi(14)", candles)[14:], 0.0)


def test_mfi_takes_rounding_of_the_typical_price_for_no_movement() -> None:
    # Both candles sum to 6.4311, yet (high + low + close) / 3 differ in the last bit.
    still = [(2.1459, 2.1459, 2.1426, 2.1426, 5.0), (2.1444, 2.1444, 2.1427, 2.144, 5.0)] * 10
    candles = rows(*still)
    typical = (candles.high + candles.low + candles.close) / 3.0
    assert typical[0] != typical[1]
    np.testing.assert_array_equal(value("mfi(5)", candles)[5:], 0.0)


def test_obv_adds_volume_on_rises_and_takes_it_off_on_falls() -> None:
    candles = rows((5, 5, 5, 5, 10), (5, 6, 5, 6, 20), (6, 6, 6, 6, 30), (6, 6, 4, 4, 40))
    np.testing.assert_array_equal(value("obv()", candles), [10.0, 30.0, 30.0, -10.0])
