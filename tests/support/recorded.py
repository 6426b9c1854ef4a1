"""Recorded market data as candles and funding, gaps filled; skips where the data are absent."""

from functools import cache

import numpy as np
import polars as pl

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.conditions.evaluate import series_columns
from edgeproof.core.model.candle import COLUMNS, NO_FUNDING, Candles, Funding
from edgeproof.core.model.time import MINUTE
from edgeproof.core.signals.generate import Fires, evaluate_signals, fires_of, plan_signals
from edgeproof.core.signals.hypothesis import Hypothesis
from tests.support.data import shared


@cache
def recorded_candles(name: str) -> Candles:
    """Candles of a file of `candles/`, such as "binance_perp_ETHUSDT_1m_2025-05_2025-06"."""
    table = pl.read_parquet(shared(f"candles/{name}.parquet"))
    timeframe = 5 * MINUTE if "_5m_" in name else MINUTE
    columns = {column: table[column].to_numpy().astype(np.float64) for column in COLUMNS}
    time = table["timestamp"].dt.epoch("ms").to_numpy().astype(np.int64)
    return fill_gaps(Candles(timeframe=timeframe, open_time=time, filled=np.zeros(len(time), np.bool_), **columns))


@cache
def recorded_funding(name: str) -> Funding:
    """Settlements of a file of `funding/`, such as "binance_perp_ETHUSDT_funding", floored to the minute."""
    table = pl.read_parquet(shared(f"funding/{name}.parquet"))
    time = table["timestamp"].dt.epoch("ms").to_numpy().astype(np.int64)
    return Funding(time=time // MINUTE * MINUTE, rate=table["rate"].to_numpy().astype(np.float64))


def fires(hypotheses: tuple[Hypothesis, ...], candles: Candles, funding: Funding = NO_FUNDING) -> dict[str, Fires]:
    """The fires of each hypothesis by name, over one plan."""
    plan = plan_signals(hypotheses)
    series = series_columns(candles, funding, plan.plan.series)
    events = evaluate_signals(plan, series)
    return {each.name: fires_of(plan, number, events, series) for number, each in enumerate(hypotheses)}


def is_valid(hypothesis: Hypothesis, found: Fires) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which fires are signals: the stop and every target on their side of the reference price."""
    sign = int(hypothesis.direction)
    targets = np.all(sign * (found.targets - found.reference[:, None]) > 0, axis=1)
    return np.asarray((sign * (found.reference - found.stop) > 0) & targets)
