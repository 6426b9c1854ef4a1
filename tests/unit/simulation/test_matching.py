"""What candles make of the orders of a trade: candles in, fills out.

The signal is at 100; candle 1 is the entry candle. Every row is held against the compiled bracket as well.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from edgeproof.core.model.execution import Cancelled, Filled
from edgeproof.core.model.order import PlaceOrder
from edgeproof.core.orders.planning import Bracket
from edgeproof.core.simulation.account import NOT_REDUCING, SimulatedAccount
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.matching import CandleVenue
from tests.support.candle_desk import BTC, CandleDesk, closed_at, signal
from tests.support.candles import MINUTE
from tests.support.orders import LONG as SIGNAL
from tests.support.orders import SHORT as SHORT_SIGNAL
from tests.support.orders import bracket, d
from tests.support.scenarios import FREE, Scenario

QUIET = (100.0, 101.0, 99.0, 100.0)
LONG: dict[str, Any] = {"stop": 95.0, "targets": (110.0,)}
SHORT: dict[str, Any] = {"stop": 105.0, "targets": (90.0,), "side": -1}
HALVES: dict[str, Any] = {"stop": 95.0, "targets": (105.0, 110.0), "fractions": (0.5, 0.5)}
SHORT_HALVES: dict[str, Any] = {"stop": 105.0, "targets": (95.0, 90.0), "fractions": (0.5, 0.5), "side": -1}
DEAR = Costs(taker=0.001, maker=0.0005, slippage=0.01)

SCENARIOS = {
    "entry pays slippage, a target does not": (
        Scenario(candles=(QUIET, (100, 111, 99, 109)), costs=DEAR, **LONG),
        "entry 1 at 101 in 1, target-1 1 at 110 in 2",
    ),
    "stop pays slippage below its price": (
        Scenario(candles=(QUIET, (100, 101, 94, 96)), costs=DEAR, **LONG),
        "entry 1 at 101 in 1, stop 1 at 94.05 in 2",
    ),
    "short: entry below the open, stop above its price": (
        Scenario(candles=(QUIET, (100, 106, 99, 104)), costs=DEAR, **SHORT),
        "entry 1 at 99 in 1, stop 1 at 106.05 in 2",
    ),
    "stop in the entry candle": (
        Scenario(candles=((100, 101, 94, 96),), **LONG),
        "entry 1 at 100 in 1, stop 1 at 95 in 1",
    ),
    "target in the entry candle": (
        Scenario(candles=((100, 111, 99, 110),), **LONG),
        "entry 1 at 100 in 1, target-1 1 at 110 in 1",
    ),
    "open beyond the first target is no gap in the entry candle": (
        Scenario(candles=((107, 111, 106, 110),), **HALVES),
        "entry 1 at 107 in 1, target-1 0.5 at 105 in 1, target-2 0.5 at 110 in 1",
    ),
    "gap through the stop": (
        Scenario(candles=(QUIET, (90, 111, 89, 91)), **LONG),
        "entry 1 at 100 in 1, stop 1 at 90 in 2",
    ),
    "open exactly at the stop": (
        Scenario(candles=(QUIET, (95, 99, 94, 98)), **LONG),
        "entry 1 at 100 in 1, stop 1 at 95 in 2",
    ),
    "stop exactly touched counts": (
        Scenario(candles=(QUIET, (100, 101, 95, 96)), **LONG),
        "entry 1 at 100 in 1, stop 1 at 95 in 2",
    ),
    "short: gap through the stop": (
        Scenario(candles=(QUIET, (112, 113, 80, 90)), **SHORT),
        "entry 1 at 100 in 1, stop 1 at 112 in 2",
    ),
    "gap through the target is improved": (
        Scenario(candles=(QUIET, (112, 113, 111, 112)), costs=DEAR, **LONG),
        "entry 1 at 101 in 1, target-1 1 at 112 in 2",
    ),
    "gap through one target, the stop takes the rest in the same candle": (
        Scenario(candles=(QUIET, (107, 111, 94, 100)), **HALVES),
        "entry 1 at 100 in 1, target-1 0.5 at 107 in 2, stop 0.5 at 95 in 2",
    ),
    "stop before target in one candle": (
        Scenario(candles=(QUIET, (100, 111, 94, 100)), **LONG),
        "entry 1 at 100 in 1, stop 1 at 95 in 2",
    ),
    "two targets in one candle, the nearer first": (
        Scenario(candles=(QUIET, (100, 111, 99, 110)), **HALVES),
        "entry 1 at 100 in 1, target-1 0.5 at 105 in 2, target-2 0.5 at 110 in 2",
    ),
    "short: two targets in one candle, the nearer first": (
        Scenario(candles=(QUIET, (100, 101, 89, 92)), **SHORT_HALVES),
        "entry 1 at 100 in 1, target-1 0.5 at 95 in 2, target-2 0.5 at 90 in 2",
    ),
    "touched is not filled": (
        Scenario(candles=(QUIET, (100, 110, 99, 109), (109, 110.5, 109, 109)), **LONG),
        "entry 1 at 100 in 1, target-1 1 at 110 in 3",
    ),
    "open exactly at the target is not through it": (
        Scenario(candles=(QUIET, (110, 110, 94, 100)), **LONG),
        "entry 1 at 100 in 1, stop 1 at 95 in 2",
    ),
    "first target, then the amended stop takes the rest": (
        Scenario(candles=((100, 106, 99, 104), (104, 104, 94, 95)), **HALVES),
        "entry 1 at 100 in 1, target-1 0.5 at 105 in 1, stop 0.5 at 95 in 2",
    ),
    "break-even from the candle after the first target": (
        Scenario(candles=((100, 106, 96, 104), (104, 104, 98, 99)), break_even=True, **HALVES),
        "entry 1 at 100 in 1, target-1 0.5 at 105 in 1, stop 0.5 at 100 in 2",
    ),
    "trail follows the highest high": (
        Scenario(candles=((100, 106, 99, 105), (105, 108, 104, 107), (103.5, 107, 103, 104)), trail=4.0, **LONG),
        "entry 1 at 100 in 1, stop 1 at 103.5 in 3",
    ),
    "time stop at the close that completes the hold": (
        Scenario(candles=(QUIET, (100, 103, 99, 102), (90, 91, 89, 90)), max_hold=2, costs=DEAR, **LONG),
        "entry 1 at 101 in 1, exit 1 at 100.98 in 2",
    ),
    "the stop comes before the time stop": (
        Scenario(candles=((100, 101, 94, 100),), max_hold=1, **LONG),
        "entry 1 at 100 in 1, stop 1 at 95 in 1",
    ),
    "exit condition leaves at the next open, before a gap through the stop": (
        Scenario(candles=(QUIET, (90, 92, 89, 91)), exit_after=(1,), **LONG),
        "entry 1 at 100 in 1, exit 1 at 90 in 2",
    ),
}


def desk_of(scenario: Scenario) -> CandleDesk:
    fired = signal(scenario.side, scenario.stop, scenario.targets, scenario.fractions)
    return CandleDesk(
        replace(fired, trail=None if np.isnan(scenario.trail) else scenario.trail),
        scenario.costs,
        break_even=scenario.break_even,
        max_hold=scenario.max_hold * MINUTE,
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_candles_fill_the_orders_of_a_trade_as_told_and_as_the_compiled_bracket_does(name: str) -> None:
    scenario, expected = SCENARIOS[name]
    desk = desk_of(scenario)

    assert desk.run(scenario.candles, scenario.exit_after) == expected

    trip = scenario.trade()
    fees = float(sum(each.fill.fee for each in desk.venue.account.fills))
    assert float(desk.venue.account.fills[0].fill.price) == pytest.approx(trip.entry_price[0], rel=1e-12)
    assert closed_at(desk) == pytest.approx(trip.exit_price[0], rel=1e-12)
    assert fees == pytest.approx(trip.fees[0], rel=1e-12)


def venue_with(filled: Bracket, price: float = 45_000.0) -> CandleVenue:
    """A venue at which the entry of a bracket was filled."""
    venue = CandleVenue(SimulatedAccount(lambda _: FREE))
    venue.submit(PlaceOrder(intent=filled.entry), 0)
    venue.at_open(BTC, 0, price)
    return venue


def test_candle_without_orders_tells_nothing() -> None:
    venue = CandleVenue(SimulatedAccount(lambda _: FREE))

    told = (venue.at_open(BTC, 0, 1.0), venue.at_stops(BTC, 1, 2.0, 1.0))
    assert (*told, venue.at_limits(BTC, 1, 2.0, 1.0), venue.at_close(BTC, 1, 1.0)) == ((), (), (), ())


@pytest.mark.parametrize("side", [SIGNAL, SHORT_SIGNAL])
def test_stops_at_several_prices_fill_in_the_order_price_reaches_them(side: Any) -> None:
    made = bracket(side)
    venue = venue_with(made)
    half = replace(made.stop, quantity=d("0.5"))
    nearer = replace(half, attempt=2, trigger_price=d(45_000 - 100 * side.direction))
    venue.submit(PlaceOrder(intent=half), 0)
    venue.submit(PlaceOrder(intent=nearer), 0)

    fills = [event.fill for event in venue.at_stops(BTC, 1, 46_000.0, 44_000.0) if isinstance(event, Filled)]

    assert [fill.order_id for fill in fills] == [nearer.id, half.id]


def test_target_after_the_stop_took_everything_is_cancelled_and_not_filled() -> None:
    made = bracket()
    venue = venue_with(made)
    for intent in (made.stop, made.targets[0]):
        venue.submit(PlaceOrder(intent=intent), 0)
    venue.at_stops(BTC, 1, 46_500.0, 44_000.0)

    events = venue.at_limits(BTC, 1, 46_500.0, 44_000.0)

    assert events == (Cancelled(order_id=made.targets[0].id, time=1, reason=NOT_REDUCING),)
    assert venue.account.position(BTC) == 0


def test_fill_in_a_candle_says_what_slippage_was_assumed_and_what_came_of_it() -> None:
    made = bracket()
    venue = CandleVenue(SimulatedAccount(lambda _: DEAR))
    venue.submit(PlaceOrder(intent=made.entry), 0)
    venue.at_open(BTC, 0, 45_000.0)
    venue.submit(PlaceOrder(intent=made.targets[0]), 0)
    venue.at_open(BTC, 1, 46_460.0)

    entry, improved = venue.account.fills
    assert (entry.reference, entry.assumed_slippage, entry.simulated_slippage) == (d(45_000), d("0.01"), d("0.01"))
    assert (improved.reference, improved.assumed_slippage, improved.simulated_slippage) == (d(46_000), d(0), d("-0.01"))
