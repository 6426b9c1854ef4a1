"""The venue that reads candles against the compiled bracket: the same fills over random markets."""

from dataclasses import replace

import numpy as np
import pytest

from edgeproof.core.model.candle import NO_FUNDING, Candles
from edgeproof.core.simulation.bracket import BracketSpec, FireTable
from edgeproof.core.simulation.costs import Costs
from tests.support.candle_desk import CandleDesk, closed_at, signal
from tests.support.candles import MINUTE, walk
from tests.support.scenarios import run

COSTS = Costs(taker=0.0005, maker=0.0002, slippage=0.00015)
FRACTIONS = (0.5, 0.25, 0.25)
HOLD = 40
SPAN = 60


def _spec(direction: int) -> BracketSpec:
    return BracketSpec(direction=direction, fractions=FRACTIONS, break_even=True, max_hold=HOLD * MINUTE, costs=COSTS)


def _fired(candles: Candles, at: int, direction: int, *, trailing: bool) -> FireTable:
    reference = np.array([candles.close[at]])
    distance = 0.004 * reference
    return FireTable(
        time=candles.close_time[[at]],
        reference=reference,
        stop=reference - direction * distance,
        targets=reference[:, None] + direction * distance[:, None] * np.array([[0.5, 1.0, 1.5]]),
        trail=0.8 * distance if trailing else np.array([np.nan]),
        exit_time=np.array([], np.int64),
    )


def _desk(table: FireTable, direction: int) -> CandleDesk:
    fired = signal(
        direction, float(table.stop[0]), tuple(map(float, table.targets[0])), FRACTIONS, float(table.reference[0])
    )
    trail = None if np.isnan(table.trail[0]) else float(table.trail[0])
    return CandleDesk(replace(fired, trail=trail), COSTS, break_even=True, max_hold=HOLD * MINUTE)


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("trailing", [False, True])
def test_fills_of_random_markets_are_those_of_the_compiled_bracket(direction: int, *, trailing: bool) -> None:
    candles = walk(4_000, seed=11, volatility=8e-4)
    compared = 0
    for at in range(7, len(candles) - SPAN, 29):
        table = _fired(candles, at, direction, trailing=trailing)
        trips = run(candles, _spec(direction), table, NO_FUNDING).round_trips
        prices = np.column_stack([candles.open, candles.high, candles.low, candles.close])[at + 1 : at + SPAN]
        desk = _desk(table, direction)
        told = desk.run(tuple(map(tuple, prices.tolist())))
        if told == "invalidated":
            assert len(trips) == 0
            continue
        fills = desk.venue.account.fills
        assert float(fills[0].fill.price) == pytest.approx(trips.entry_price[0], rel=1e-12), told
        assert closed_at(desk) == pytest.approx(trips.exit_price[0], rel=1e-12), told
        assert float(sum(each.fill.fee for each in fills)) == pytest.approx(trips.fees[0], rel=1e-12), told
        compared += 1
    assert compared > 100
