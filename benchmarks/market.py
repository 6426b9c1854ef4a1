"""The seeded market of the benchmarks: GARCH(1,1) minutes with fat tails, opens equal to the previous close."""

from functools import cache

import numpy as np

from edgeproof.core.model.candle import NO_FUNDING, Candles, Funding
from edgeproof.core.model.instrument import Instrument
from edgeproof.research.backtest import Market

MINUTE = 60_000
HOUR = 60 * MINUTE
BITCOIN = Instrument("BTC", "USD", "USD")


@cache
def candles(n: int, seed: int = 1) -> Candles:
    """n minutes: variance 1e-8 + 0.08 r^2 + 0.91 v, Student-t shocks, busier in the middle of each day."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_t(5, n) / np.sqrt(5 / 3)
    season = 1.0 + 0.4 * np.sin(2 * np.pi * np.arange(n) / 1440)
    returns, variance = np.empty(n), 1e-6
    for i, shock in enumerate(shocks.tolist()):
        value = variance**0.5 * shock
        returns[i] = value
        variance = 1e-8 + 0.08 * value * value + 0.91 * variance
    returns *= season
    close = 30_000 * np.exp(np.cumsum(returns))
    open_ = np.concatenate([[30_000.0], close[:-1]])
    wicks = np.abs(rng.normal(0, 0.5, (2, n))) * np.abs(returns) + 1e-5
    return Candles(
        timeframe=MINUTE,
        open_time=np.arange(n, dtype=np.int64) * MINUTE,
        open=open_,
        high=np.maximum(open_, close) * (1 + wicks[0]),
        low=np.minimum(open_, close) * (1 - wicks[1]),
        close=close,
        volume=rng.lognormal(0, 1, n),
        filled=np.zeros(n, bool),
    )


def market(n: int, *, funding: bool = False, seed: int = 1) -> Market:
    """The candles as a market, with hourly funding if wanted."""
    bars = candles(n, seed)
    return Market(instrument=BITCOIN, candles=bars, funding=hourly_funding(bars) if funding else NO_FUNDING)


def hourly_funding(bars: Candles) -> Funding:
    """A seeded rate for every hour of the candles."""
    first = -(-int(bars.open_time[0]) // HOUR) * HOUR
    time = np.arange(first, int(bars.open_time[-1]), HOUR, dtype=np.int64)
    return Funding(time=time, rate=np.random.default_rng(2).normal(1e-5, 3e-5, len(time)))
