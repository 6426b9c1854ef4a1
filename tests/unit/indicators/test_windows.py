"""Statistics of the last n values, against TA-Lib and naive windows."""

import numpy as np
import pytest
import talib

from tests.support.candles import closes, walk
from tests.support.oracle import (
    MARKETS,
    assert_agrees,
    assert_same_from_the_same_candle,
    market,
    over_window,
    value,
)


@pytest.mark.parametrize("name", MARKETS)
def test_window_statistics_agree_with_talib(name: str) -> None:
    candles = market(name)
    high, low, close = candles.high, candles.low, candles.close
    oracles = {
        "highest(high, 50)": talib.MAX(high, 50),
        "lowest(low, 50)": talib.MIN(low, 50),
        "sum_of(close, 30)": talib.SUM(close, 30),
        "variance(20)": talib.VAR(close, 20),
        "stdev(20)": talib.STDDEV(close, 20),
        "stdev(high, 100)": talib.STDDEV(high, 100),
    }
    for expression, expected in oracles.items():
        assert_same_from_the_same_candle(value(expression, candles), expected)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 64, 999])
def test_windows_of_any_size_equal_the_naive_windows(n: int) -> None:
    candles = walk(1_000)
    close = candles.close
    assert_equal = np.testing.assert_array_equal
    assert_equal(value(f"highest(close, {n})", candles), over_window(close, n, lambda window: window.max(axis=1)))
    assert_equal(value(f"lowest(close, {n})", candles), over_window(close, n, lambda window: window.min(axis=1)))
    for name, formula in (("sum_of", np.sum), ("stdev", np.std), ("sma", np.mean)):
        expected = over_window(close, n, lambda window, formula=formula: formula(window, axis=1))  # type: ignore[misc]
        # Two prices a millionth apart: their deviation is known to the rounding of the prices, not of itself.
        np.testing.assert_allclose(value(f"{name}(close, {n})", candles), expected, rtol=1e-9, atol=1e-10)


def test_window_larger_than_the_data_is_never_defined() -> None:
    candles = walk(50)
    for expression in ("highest(close, 51)", "sum_of(close, 51)", "stdev(51)", "percentile_rank(close, 51)", "wma(51)"):
        assert np.isnan(value(expression, candles)).all()


def test_highest_before_and_lowest_before_leave_out_the_current_candle() -> None:
    candles = closes(5, 9, 7, 8, 6, 10)
    nan = np.nan
    np.testing.assert_array_equal(value("highest_before(close, 2)", candles), [nan, nan, 9, 9, 8, 8])
    np.testing.assert_array_equal(value("lowest_before(close, 2)", candles), [nan, nan, 5, 7, 7, 6])
    np.testing.assert_array_equal(value("highest(close, 2)", candles), [nan, 9, 9, 8, 8, 10])


@pytest.mark.parametrize("name", MARKETS)
def test_zscore_equals_the_naive_window(name: str) -> None:
    candles = market(name)
    expected = over_window(candles.close, 20, lambda window: (window[:, -1] - window.mean(axis=1)) / window.std(axis=1))
    assert_agrees(value("zscore(20)", candles), expected)


def test_percentile_rank_counts_values_up_to_the_current_one() -> None:
    candles = closes(3, 1, 2, 2, 5, 0)
    expected = [np.nan, np.nan, np.nan, 75.0, 100.0, 25.0]
    np.testing.assert_array_equal(value("percentile_rank(close, 4)", candles), expected)


def test_percentile_rank_equals_the_naive_window() -> None:
    candles = walk(2_000)
    expected = over_window(candles.close, 100, lambda window: 100.0 * (window <= window[:, -1:]).mean(axis=1))
    np.testing.assert_allclose(value("percentile_rank(close, 100)", candles), expected, rtol=1e-12)


@pytest.mark.parametrize("n", [1, 5])
@pytest.mark.parametrize(
    "call", ["sma({}, {})", "stdev({}, {})", "highest({}, {})", "lowest({}, {})", "sum_of({}, {})", "wma({}, {})",
             "linreg({}, {})", "linreg_slope({}, {})", "percentile_rank({}, {})", "variance({}, {})"]
)  # fmt: skip
def test_windows_are_undefined_while_they_hold_an_undefined_value_and_no_longer(call: str, n: int) -> None:
    candles = walk(3_000)
    # Undefined wherever the close is not above its median, which a walk crosses many times.
    source = f"log(close - {np.median(candles.close)})"
    holes = np.isnan(value(source, candles))
    assert np.count_nonzero(np.diff(holes)) > 20
    expected = np.isnan(over_window(np.where(holes, np.nan, 0.0), n, lambda window: window.sum(axis=1)))
    np.testing.assert_array_equal(np.isnan(value(call.format(source, n), candles)), expected)


def test_windows_of_equal_values_are_exact() -> None:
    # 0.1 is not a sum of powers of two: adding it up and dividing would miss it.
    candles = closes(*([7.3] * 5 + [0.1] * 60))
    for expression, expected in (("sma(20)", 0.1), ("wma(20)", 0.1), ("linreg(20)", 0.1), ("stdev(20)", 0.0),
                                 ("linreg_slope(20)", 0.0), ("bb_upper(20, 2)", 0.1)):  # fmt: skip
        assert (value(expression, candles)[24:] == expected).all(), expression
    assert np.isnan(value("zscore(20)", candles)[24:]).all()


def test_sums_do_not_drift_after_a_large_value_has_left() -> None:
    prices = np.concatenate([[1e12], np.linspace(1.0, 2.0, 500)])
    candles = closes(*prices)
    tail = slice(100, None)
    for name, formula in (("sum_of", np.sum), ("stdev", np.std), ("sma", np.mean)):
        expected = over_window(prices, 10, lambda window, formula=formula: formula(window, axis=1))  # type: ignore[misc]
        np.testing.assert_allclose(value(f"{name}(close, 10)", candles)[tail], expected[tail], rtol=1e-9)
