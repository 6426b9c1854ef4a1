"""Candles for tests: a seeded random walk, and candles written out by hand."""

from collections.abc import Sequence

import numpy as np

from edgeproof.core.model.candle import Candles, FloatArray, Funding

MINUTE = 60_000


def walk(n: int, *, seed: int = 7, timeframe: int = MINUTE, start: int = 0, volatility: float = 1e-3) -> Candles:
    """A random walk with fat tails; opens differ a little from the last close, some candles are flat."""
    rng = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(rng.standard_t(4, n) * volatility))
    open_ = np.concatenate([[100.0], close[:-1]]) * (1 + rng.normal(0, volatility / 5, n))
    high = np.maximum(open_, close) * (1 + np.abs(rng.normal(0, volatility / 2, n)))
    low = np.minimum(open_, close) * (1 - np.abs(rng.normal(0, volatility / 2, n)))
    volume = rng.lognormal(0.0, 1.0, n)
    flat = rng.random(n) < 0.02
    previous = np.concatenate([[100.0], close[:-1]])
    for column in (open_, high, low, close):
        column[flat] = previous[flat]
    volume[flat] = 0.0
    return columns(open_, high, low, close, volume, timeframe=timeframe, start=start)


def columns(
    open_: FloatArray,
    high: FloatArray,
    low: FloatArray,
    close: FloatArray,
    volume: FloatArray,
    *,
    timeframe: int = MINUTE,
    start: int = 0,
) -> Candles:
    """Candles of columns on a regular grid."""
    n = len(close)
    return Candles(
        timeframe=timeframe,
        open_time=start + np.arange(n, dtype=np.int64) * timeframe,
        open=np.asarray(open_, float),
        high=np.maximum.reduce([open_, high, low, close]),
        low=np.minimum.reduce([open_, high, low, close]),
        close=np.asarray(close, float),
        volume=np.asarray(volume, float),
        filled=np.zeros(n, bool),
    )


def rows(*candles: Sequence[float], timeframe: int = MINUTE, start: int = 0) -> Candles:
    """Candles written as (open, high, low, close) or (open, high, low, close, volume)."""
    table = np.array([(*candle, 1.0)[:5] for candle in candles], float).reshape(len(candles), 5)
    return columns(*table.T, timeframe=timeframe, start=start)


def closes(*prices: float, timeframe: int = MINUTE, start: int = 0) -> Candles:
    """Candles that open, trade and close at one price each."""
    return rows(*((price, price, price, price) for price in prices), timeframe=timeframe, start=start)


def funding(times: Sequence[int], rates: Sequence[float]) -> Funding:
    """Funding settlements."""
    return Funding(time=np.array(times, np.int64), rate=np.array(rates, float))
