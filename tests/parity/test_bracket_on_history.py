"""The bracket over recorded history: with jumps, candle by candle, and whatever its holding time, the same bits."""

from dataclasses import fields

import numpy as np
import polars as pl
import pytest

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.core.simulation.bracket import BracketOutcomes, BracketSpec, FireTable, simulate
from edgeproof.core.simulation.costs import costs_for
from edgeproof.core.simulation.history import price_history
from edgeproof.core.simulation.replay import replay
from tests.support.candles import columns, walk
from tests.support.data import shared

MINUTE = 60_000


def recorded() -> tuple[Candles, Funding]:
    """The first half of two months of SOL, where funding is often negative."""
    table = pl.read_parquet(shared("candles/binance_perp_SOLUSDT_1m_2025-05_2025-06.parquet"))
    start = int(table["timestamp"].cast(pl.Int64)[0])
    prices = (table[name].to_numpy() for name in ("open", "high", "low", "close", "volume"))
    candles = fill_gaps(columns(*prices, start=start))
    settled = pl.read_parquet(shared("funding/binance_perp_SOLUSDT_funding.parquet"))
    time = settled["timestamp"].cast(pl.Int64).to_numpy() // MINUTE * MINUTE
    return candles[:20_000], Funding(time=time, rate=settled["rate"].to_numpy().copy())


def brackets(candles: Candles, *, width: float, every: int, trailing: bool, direction: int) -> FireTable:
    """A fire every so many candles with stop and targets at a distance that is a fraction of price."""
    index = np.arange(7, len(candles) - 1, every)
    reference = candles.close[index]
    distance = width * reference
    return FireTable(
        time=candles.close_time[index],
        reference=reference,
        stop=reference - direction * distance,
        targets=reference[:, None] + direction * distance[:, None] * np.array([1.0, 2.5]),
        trail=0.8 * distance if trailing else np.full(len(index), np.nan),
        exit_time=candles.close_time[::5003],
    )


def assert_same_bits(one: RoundTrips, other: RoundTrips) -> None:
    for column in fields(RoundTrips):
        assert getattr(one, column.name).tobytes() == getattr(other, column.name).tobytes(), column.name


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("trailing", [False, True])
def test_replay_of_recorded_candles_equals_the_batch_to_the_bit(direction: int, *, trailing: bool) -> None:
    candles, funding = recorded()
    history = price_history(candles, funding)
    spec = BracketSpec(
        direction=direction, fractions=(0.4, 0.6), break_even=True, max_hold=2000 * MINUTE, costs=costs_for(5 * MINUTE)
    )
    fires = brackets(candles, width=0.012, every=37, trailing=trailing, direction=direction)

    walked = simulate(history, spec, fires)
    fates, trips = replay(history, spec, fires)

    assert fates == walked.fates
    assert_same_bits(walked.round_trips, trips)
    # The comparison means something: several kinds of exit, funding in both directions, none of it unknown.
    assert len(np.unique(trips.exit_reason)) >= 3
    assert trips.funding.min() < 0 < trips.funding.max()
    assert not trips.funding_incomplete.any()


@pytest.mark.parametrize("width", [0.005, 0.05, 0.4])
@pytest.mark.parametrize("trailing", [False, True])
@pytest.mark.parametrize("direction", [1, -1])
def test_tree_over_long_history_equals_the_plain_scan_to_the_bit(
    direction: int, width: float, *, trailing: bool
) -> None:
    candles = walk(80_000, seed=3)
    none = Funding(time=np.empty(0, np.int64), rate=np.empty(0))
    spec = BracketSpec(direction=direction, fractions=(0.5, 0.5))
    fires = brackets(candles, width=width, every=211, trailing=trailing, direction=direction)
    # Every fire as a variant of its own, so that none is overlapped.
    alone = [np.array([row]) for row in range(len(fires))]

    scanned = BracketOutcomes(price_history(candles, none, plain=len(candles)), spec, fires)
    climbed = BracketOutcomes(price_history(candles, none, plain=1, patience=-1), spec, fires)

    for one, other in zip(scanned.walk_many(alone), climbed.walk_many(alone), strict=True):
        assert one.fates == other.fates
    traded = np.concatenate([walk.rows for walk in scanned.walk_many(alone)])
    assert len(traded) > 300
    assert_same_bits(scanned.round_trips(traded), climbed.round_trips(traded))
