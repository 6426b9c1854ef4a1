"""Oracles for indicators: recorded markets, naive windows, and what it means to agree."""

from collections.abc import Callable
from functools import cache

import numpy as np
import polars as pl

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.model.candle import Candles, FloatArray
from tests.support.candles import columns, walk
from tests.support.data import shared

MARKETS = ("walk", "BTCUSDT", "XRPUSDT")
"""Where oracles are asked: a seeded walk that is always there, and two recorded perpetuals a million apart in price."""


@cache
def _recorded(path: str) -> Candles:
    table = pl.read_parquet(path).head(20_000)
    return columns(*(table[name].to_numpy() for name in ("open", "high", "low", "close", "volume")))


def market(name: str) -> Candles:
    """The candles of one of `MARKETS`; skips where recorded data are absent."""
    if name == "walk":
        return walk(5_000)
    return _recorded(str(shared(f"candles/binance_perp_{name}_1m_2025-05_2025-06.parquet")))


def assert_agrees(found: FloatArray, expected: FloatArray, tolerance: float = 1e-9) -> None:
    """Equal to `tolerance`, relative to the value or to the middle one of its column where it comes close to 0.

    Every candle on which the oracle has a value is compared (TA-Lib begins later where it aligns several outputs).
    """
    known = ~np.isnan(expected)
    assert known.sum() > len(expected) // 2
    assert not np.isnan(found[known]).any()
    scale = np.maximum(np.abs(expected[known]), np.median(np.abs(expected[known])))
    assert np.max(np.abs(found[known] - expected[known]) - tolerance * scale) <= 0.0


def assert_same_from_the_same_candle(found: FloatArray, expected: FloatArray, tolerance: float = 1e-9) -> None:
    """As `assert_agrees`, and undefined on the same candles."""
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    assert_agrees(found, expected, tolerance)


def value(expression: str, candles: Candles) -> FloatArray:
    """The expression on every candle."""
    result: FloatArray = evaluate_expression(expression, candles)
    return result


def over_window(x: FloatArray, n: int, formula: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """The naive way: `formula` of each window of n values as a row of (n_windows, n); NaN before the first."""
    result = np.full(len(x), np.nan)
    if n <= len(x):
        result[n - 1 :] = formula(np.lib.stride_tricks.sliding_window_view(x, n))
    return result


def before(x: FloatArray, n: int = 1) -> FloatArray:
    """The values n candles ago."""
    return np.concatenate([np.full(n, np.nan), x[:-n]])


def smoothed(x: FloatArray, period: int, alpha: float) -> FloatArray:
    """The naive recursion s += alpha (x - s), seeded with the mean of the first `period` defined values."""
    result = np.full(len(x), np.nan)
    known = np.flatnonzero(~np.isnan(x))
    s = float(np.mean(x[known[:period]]))
    result[known[period - 1]] = s
    for i in known[period:]:
        s = s + alpha * (x[i] - s)
        result[i] = s
    return result


def exponential(x: FloatArray, period: int) -> FloatArray:
    """The naive EMA."""
    return smoothed(x, period, 2.0 / (period + 1))


def wilder(x: FloatArray, period: int) -> FloatArray:
    """The naive Wilder's smoothing."""
    return smoothed(x, period, 1.0 / period)


def naive_true_range(candles: Candles) -> FloatArray:
    """True range in the textbook's three terms."""
    previous = before(candles.close)
    terms = candles.high - candles.low, np.abs(candles.high - previous), np.abs(candles.low - previous)
    return np.maximum(np.maximum(terms[0], terms[1]), terms[2])
