"""How alike instruments moved, hour by hour of a history: what a session would have known at each of them."""

from collections.abc import Sequence

import numpy as np

from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import HOUR
from edgeproof.core.model.trading_event import RelationsSeen
from edgeproof.core.risk.correlation import relations, returns
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.research.backtest import Market


def hourly_relations(markets: Sequence[Market], limits: RiskLimits) -> list[RelationsSeen]:
    """Correlations and betas to BTC at each full hour of the candles, from the hourly closes until then.

    An hour that an instrument has no candle of is one whose return is not known.
    """
    hours = _hours(markets)
    moved = {each.instrument: returns(_closes(each, hours)) for each in markets}
    # Of n closes there are n - 1 returns: those until the close in row k are the first k.
    return [relations(_until(moved, row, limits), int(hour), limits) for row, hour in enumerate(hours)]


def _hours(markets: Sequence[Market]) -> IntArray:
    first = min(int(each.candles.close_time[0]) for each in markets)
    last = max(int(each.candles.close_time[-1]) for each in markets)
    return np.arange(-(-first // HOUR) * HOUR, last + 1, HOUR, dtype=np.int64)


def _closes(market: Market, hours: IntArray) -> FloatArray:
    times = market.candles.close_time
    rows = np.minimum(np.searchsorted(times, hours), len(times) - 1)
    closes: FloatArray = np.where(times[rows] == hours, market.candles.close[rows], np.nan)
    return closes


def _until(moved: dict[Instrument, FloatArray], row: int, limits: RiskLimits) -> dict[Instrument, FloatArray]:
    first = max(0, row - limits.correlation_window)
    return {instrument: each[first:row] for instrument, each in moved.items()}
