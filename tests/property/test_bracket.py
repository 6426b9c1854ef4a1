"""The compiled bracket against the plain one, against itself candle by candle, and against its own shortcuts."""

import math
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.core.model.candle import Candles, Funding, IntArray
from edgeproof.core.model.round_trip import ExitReason, RoundTrips, StopKind
from edgeproof.core.simulation.bracket import BracketSpec, FireTable, simulate, simulate_many
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.history import price_history
from edgeproof.core.simulation.replay import replay
from tests.support.naive_backtest import NaiveFire, NaiveMarket, NaiveSpec, naive_backtest

MINUTE = 60_000
START = 1_700_000_040_000


@st.composite
def markets(draw: st.DrawFn, largest: int = 60) -> tuple[Candles, Funding]:
    """Prices on a coarse grid, so that touches, ties and gaps through levels are common."""
    n = draw(st.integers(1, largest))
    seed = draw(st.integers(0, 2**32 - 1))
    timeframe = draw(st.sampled_from([MINUTE, 5 * MINUTE]))
    random = np.random.default_rng(seed)
    steps = random.integers(-2, 3, n) + random.integers(-6, 7, n) * (random.random(n) < 0.1)
    close = np.maximum(5, 100 + np.cumsum(steps)).astype(float)
    gap = random.integers(-4, 5, n) * (random.random(n) < 0.2)
    open_ = np.maximum(4, np.concatenate([[100.0], close[:-1]]) + gap)
    high = np.maximum(open_, close) + random.integers(0, 3, n)
    low = np.minimum(open_, close) - random.integers(0, 3, n)
    candles = Candles(
        timeframe=timeframe,
        open_time=START + timeframe * np.arange(n),
        open=open_,
        high=high,
        low=low,
        close=close,
        volume=np.ones(n),
        filled=np.zeros(n, np.bool_),
    )
    time = np.arange(START - 7 * MINUTE, START + (n + 9) * timeframe, draw(st.sampled_from([MINUTE, 3 * MINUTE])))
    return candles, Funding(time=time, rate=random.normal(0, 1e-3, len(time)))


@st.composite
def specs(draw: st.DrawFn) -> BracketSpec:
    fractions = draw(st.sampled_from([(1.0,), (0.5, 0.5), (0.2, 0.5, 0.3)]))
    return BracketSpec(
        direction=draw(st.sampled_from([1, -1])),
        fractions=fractions,
        break_even=draw(st.booleans()),
        max_hold=draw(st.sampled_from([0, 0, MINUTE, 7 * MINUTE, 31 * MINUTE])),
        costs=Costs(slippage=draw(st.sampled_from([0.0, 2e-4, 0.02]))),
    )


@st.composite
def fires_on(draw: st.DrawFn, candles: Candles, spec: BracketSpec) -> FireTable:
    """Levels at whole prices, here and there on the wrong side or not a number."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    index = np.flatnonzero(random.random(len(candles)) < draw(st.sampled_from([0.05, 0.3, 1.0])))
    n, k = len(index), len(spec.fractions)
    width = draw(st.sampled_from([3, 8, 40]))
    reference = candles.close[index]
    stop = reference - spec.direction * random.integers(0, width, n)
    targets = reference[:, None] + spec.direction * random.integers(0, 2 * width, (n, k))
    stop = np.where(random.random(n) < 0.05, np.nan, stop)
    trailing = draw(st.booleans())
    trail = random.integers(0, width, n).astype(float) if trailing else np.full(n, np.nan)
    every = draw(st.sampled_from([0, 5, 23]))
    exits = candles.close_time[::every] if every else np.empty(0, np.int64)
    return FireTable(
        time=candles.close_time[index],
        reference=reference,
        stop=stop,
        targets=targets.astype(float),
        trail=trail,
        exit_time=exits,
    )


def naive(
    candles: Candles, funding: Funding, spec: BracketSpec, fires: FireTable
) -> tuple[dict[str, int], list[dict[str, Any]]]:
    inside = (funding.time >= START) & (funding.time < START + len(candles) * candles.timeframe)
    market = NaiveMarket(
        START,
        candles.timeframe,
        list(zip(*(getattr(candles, c).tolist() for c in ("open", "high", "low", "close")), strict=True)),
        list(zip(funding.time[inside].tolist(), funding.rate[inside].tolist(), strict=True)),
    )
    plain = NaiveSpec(
        spec.direction == 1,
        list(spec.fractions),
        spec.break_even,
        spec.max_hold,
        spec.costs.taker,
        spec.costs.maker,
        spec.costs.slippage,
    )
    rows = zip(fires.time, fires.reference, fires.stop, fires.targets, fires.trail, strict=True)
    plain_fires = [NaiveFire(int(t), float(r), float(s), x.tolist(), float(d)) for t, r, s, x, d in rows]
    return naive_backtest(market, plain, plain_fires, fires.exit_time.tolist())


def assert_same_bits(one: RoundTrips, other: RoundTrips) -> None:
    for column in fields(RoundTrips):
        left, right = getattr(one, column.name), getattr(other, column.name)
        assert left.tobytes() == right.tobytes(), column.name


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_batch_any_market_and_bracket_equals_the_plain_rules(data: st.DataObject) -> None:
    candles, funding = data.draw(markets())
    spec = data.draw(specs())
    fires = data.draw(fires_on(candles, spec))

    walk = simulate(price_history(candles, funding), spec, fires)

    fates, trades = naive(candles, funding, spec, fires)
    assert {name: getattr(walk.fates, name) for name in fates} == fates
    assert walk.fates.signals == len(fires)
    trips = walk.round_trips
    assert len(trips) == len(trades)
    words: dict[str, type[ExitReason] | type[StopKind]] = {"exit_reason": ExitReason, "stop_kind": StopKind}
    for row, trade in enumerate(trades):
        for name, value in trade.items():
            found = getattr(trips, name)[row]
            if name in words:
                assert words[name](int(found)).word == value, (row, name)
            else:
                assert math.isclose(found, value, rel_tol=1e-12, abs_tol=1e-12), (row, name, found, value)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_replay_candle_by_candle_equals_batch_to_the_bit(data: st.DataObject) -> None:
    candles, funding = data.draw(markets())
    spec = data.draw(specs())
    fires = data.draw(fires_on(candles, spec))
    history = price_history(candles, funding)

    walk = simulate(history, spec, fires)
    fates, trips = replay(history, spec, fires)

    assert fates == walk.fates
    assert_same_bits(walk.round_trips, trips)


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(0, 20))
def test_tree_search_equals_plain_scan_to_the_bit(data: st.DataObject, plain: int) -> None:
    candles, funding = data.draw(markets(largest=1500))
    spec = data.draw(specs())
    fires = data.draw(fires_on(candles, spec))
    scanned = price_history(candles, funding, plain=len(candles))
    climbed = price_history(candles, funding, plain=plain, patience=-1)

    one, other = simulate(scanned, spec, fires), simulate(climbed, spec, fires)

    assert one.fates == other.fates
    assert_same_bits(one.round_trips, other.round_trips)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_many_variants_sharing_outcomes_equal_each_on_its_own(data: st.DataObject) -> None:
    candles, funding = data.draw(markets())
    spec = data.draw(specs())
    fires = data.draw(fires_on(candles, spec))
    random = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    selections = [np.flatnonzero(random.random(len(fires)) < 0.5) for _ in range(5)]
    variants = [_rows(fires, rows) for rows in selections]
    history = price_history(candles, funding)

    shared = simulate_many(history, spec, fires, selections)

    for walk, variant in zip(shared, variants, strict=True):
        alone = simulate(history, spec, variant)
        assert walk.fates == alone.fates
        assert walk.r_multiples.tobytes() == alone.round_trips.r_multiple.tobytes()
        assert_same_bits(walk.round_trips, alone.round_trips)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_mirrored_market_earns_the_same_on_the_other_side(data: st.DataObject) -> None:
    candles, _ = data.draw(markets())
    spec = BracketSpec(direction=1, costs=Costs(taker=0.0, maker=0.0))
    fires = data.draw(fires_on(candles, spec))
    mirror = Candles(
        timeframe=candles.timeframe,
        open_time=candles.open_time,
        open=1000 - candles.open,
        high=1000 - candles.low,
        low=1000 - candles.high,
        close=1000 - candles.close,
        volume=candles.volume,
        filled=candles.filled,
    )
    reflected = FireTable(
        time=fires.time,
        reference=1000 - fires.reference,
        stop=1000 - fires.stop,
        targets=1000 - fires.targets,
        trail=fires.trail,
        exit_time=fires.exit_time,
    )
    short = BracketSpec(direction=-1, costs=spec.costs)
    none = Funding(time=np.empty(0, np.int64), rate=np.empty(0))

    up = simulate(price_history(candles, none), spec, fires)
    down = simulate(price_history(mirror, none), short, reflected)

    assert up.fates == down.fates
    assert up.r_multiples == pytest.approx(down.r_multiples, abs=1e-9)


def _rows(fires: FireTable, rows: IntArray) -> FireTable:
    return FireTable(
        time=fires.time[rows],
        reference=fires.reference[rows],
        stop=fires.stop[rows],
        targets=fires.targets[rows],
        trail=fires.trail[rows],
        exit_time=fires.exit_time,
    )
