"""The fill rules one by one, as candles a trader can follow. The signal is at 100; candle 1 is the entry candle."""

from typing import Any

import numpy as np
import pytest

from edgeproof.core.model.candle import NO_FUNDING
from edgeproof.core.simulation.bracket import BracketSpec
from edgeproof.core.simulation.costs import Costs
from tests.support.candles import MINUTE, rows
from tests.support.scenarios import FREE, Scenario, fires, run, told

QUIET = (100.0, 101.0, 99.0, 100.0)
LONG: dict[str, Any] = {"stop": 95.0, "targets": (110.0,)}
SHORT: dict[str, Any] = {"stop": 105.0, "targets": (90.0,), "side": -1}
HALVES: dict[str, Any] = {"stop": 95.0, "targets": (105.0, 110.0), "fractions": (0.5, 0.5)}

SCENARIOS = {
    "stop traded through": (Scenario(candles=(QUIET, (100, 101, 94, 96)), **LONG), "stop 95 by minute 3"),
    "stop exactly touched counts": (Scenario(candles=(QUIET, (100, 101, 95, 96)), **LONG), "stop 95 by minute 3"),
    "stop missed by a hair": (
        Scenario(candles=(QUIET, (100, 101, 95.01, 96)), **LONG),
        "end_of_data 96 by minute 3",
    ),
    "target traded through": (Scenario(candles=(QUIET, (100, 111, 99, 109)), **LONG), "target 110 by minute 3"),
    "target touched but not traded through": (
        Scenario(candles=(QUIET, (100, 110, 99, 109)), **LONG),
        "end_of_data 109 by minute 3",
    ),
    "gap below the stop fills at the open": (
        Scenario(candles=(QUIET, (90, 92, 89, 91)), **LONG),
        "stop 90 by minute 2",
    ),
    "open exactly at the stop": (Scenario(candles=(QUIET, (95, 99, 94, 98)), **LONG), "stop 95 by minute 2"),
    "gap above the target is improved": (
        Scenario(candles=(QUIET, (112, 113, 111, 112)), **LONG),
        "target 112 by minute 2",
    ),
    "open exactly at the target waits for a trade through": (
        Scenario(candles=(QUIET, (110, 110, 108, 109)), **LONG),
        "end_of_data 109 by minute 3",
    ),
    "both in one candle: the stop comes first": (
        Scenario(candles=(QUIET, (100, 111, 94, 100)), **LONG),
        "stop 95 by minute 3 (ambiguous)",
    ),
    "both in the entry candle": (
        Scenario(candles=((100, 111, 94, 100),), **LONG),
        "stop 95 by minute 2 (ambiguous)",
    ),
    "gap through the stop is not ambiguous whatever comes later": (
        Scenario(candles=(QUIET, (94, 111, 93, 100)), **LONG),
        "stop 94 by minute 2",
    ),
    "target in the entry candle": (Scenario(candles=((100, 111, 99, 110),), **LONG), "target 110 by minute 2"),
    "short: stop above": (Scenario(candles=(QUIET, (100, 105, 99, 104)), **SHORT), "stop 105 by minute 3"),
    "short: target below": (Scenario(candles=(QUIET, (100, 101, 89, 92)), **SHORT), "target 90 by minute 3"),
    "short: gap below the target is improved": (
        Scenario(candles=(QUIET, (88, 89, 87, 88)), **SHORT),
        "target 88 by minute 2",
    ),
    "halves: both targets": (
        Scenario(candles=((100, 106, 99, 106), (106, 111, 105, 110)), **HALVES),
        "target 107.5 by minute 3",
    ),
    "halves: first target, then the stop": (
        Scenario(candles=((100, 106, 99, 104), (104, 104, 94, 95)), **HALVES),
        "stop 100 by minute 3",
    ),
    "halves: one gap fills both at the open": (
        Scenario(candles=(QUIET, (112, 113, 111, 112)), **HALVES),
        "target 112 by minute 2",
    ),
    "halves: targets given in any order": (
        Scenario(
            candles=((100, 106, 99, 104), (104, 104, 94, 95)), stop=95.0, targets=(110.0, 105.0), fractions=(0.2, 0.8)
        ),
        "stop 103 by minute 3",
    ),
    "break-even after the first target": (
        Scenario(candles=((100, 106, 99, 104), (104, 104, 98, 99)), break_even=True, **HALVES),
        "stop 102.5 by minute 3 (break_even)",
    ),
    "break-even takes effect from the next candle only": (
        Scenario(candles=(QUIET, (100, 106, 96, 104), (104, 104, 103, 104)), break_even=True, **HALVES),
        "end_of_data 104.5 by minute 4 (break_even)",
    ),
    "trail follows the highest high": (
        Scenario(candles=((100, 106, 99, 105), (105, 108, 104, 107), (107, 107, 103, 104)), trail=4.0, **LONG),
        "stop 104 by minute 4 (trailing)",
    ),
    "trail takes effect from the next candle only": (
        Scenario(candles=((100, 108, 99, 107), (107, 109, 105, 108)), trail=4.0, **LONG),
        "end_of_data 108 by minute 3 (trailing)",
    ),
    "trail never lowers the stop": (
        Scenario(candles=(QUIET, (100, 101, 95, 96)), trail=50.0, **LONG),
        "stop 95 by minute 3",
    ),
    "short: trail follows the lowest low": (
        Scenario(candles=((100, 101, 94, 95), (95, 99, 94, 98)), trail=4.0, **SHORT),
        "stop 98 by minute 3 (trailing)",
    ),
    "time stop at the close that completes the hold": (
        Scenario(candles=(QUIET, (100, 103, 99, 102), (102, 103, 101, 101)), max_hold=2, **LONG),
        "time_stop 102 by minute 3",
    ),
    "time stop within the entry candle": (
        Scenario(candles=((100, 103, 99, 102), QUIET), max_hold=1, **LONG),
        "time_stop 102 by minute 2",
    ),
    "the stop comes before the time stop": (
        Scenario(candles=(QUIET, (100, 101, 94, 100)), max_hold=2, **LONG),
        "stop 95 by minute 3",
    ),
    "exit condition leaves at the next open": (
        Scenario(candles=(QUIET, (100, 103, 99, 102), (103, 104, 102, 103)), exit_after=(2,), **LONG),
        "exit_condition 103 by minute 3",
    ),
    "exit condition at the signal itself does not count": (
        Scenario(candles=(QUIET, (100, 103, 99, 102)), exit_after=(0,), **LONG),
        "end_of_data 102 by minute 3",
    ),
    "exit condition at the last close has no open to leave at": (
        Scenario(candles=(QUIET, (100, 103, 99, 102)), exit_after=(2,), **LONG),
        "end_of_data 102 by minute 3",
    ),
    "exit condition comes before a gap through the stop": (
        Scenario(candles=(QUIET, (90, 92, 89, 91)), exit_after=(1,), **LONG),
        "exit_condition 90 by minute 2",
    ),
    "data of one candle": (Scenario(candles=(QUIET,), **LONG), "end_of_data 100 by minute 2"),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_fill_scenario_ends_as_the_rules_say(name: str) -> None:
    scenario, expected = SCENARIOS[name]

    assert told(scenario.trade()) == expected


def test_ambiguous_candle_best_order_takes_the_target() -> None:
    trips = Scenario(candles=(QUIET, (100, 111, 94, 100)), **LONG).trade()

    assert trips.r_multiple[0] == -1.0
    assert trips.r_best[0] == 2.0


def test_ambiguous_candle_best_order_stops_out_what_no_target_took() -> None:
    trips = Scenario(candles=(QUIET, (100, 106, 94, 100)), **HALVES).trade()

    assert trips.r_multiple[0] == -1.0
    assert trips.r_best[0] == 0.5 * 1 + 0.5 * -1


def test_long_costs_are_charged_as_written() -> None:
    trips = Scenario(
        candles=((100, 106, 99, 104), (104, 104, 94, 95)),
        costs=Costs(taker=0.001, maker=0.0005, slippage=0.01),
        **HALVES,
    ).trade()

    entry, stop = 100 * 1.01, 95 * 0.99
    assert trips.entry_price[0] == entry
    assert trips.exit_price[0] == pytest.approx(0.5 * 105 + 0.5 * stop, rel=1e-15)
    assert trips.fees[0] == pytest.approx(entry * 0.001 + 0.5 * 105 * 0.0005 + 0.5 * stop * 0.001, rel=1e-15)
    assert trips.slippage[0] == pytest.approx(1 + 0.5 * 0.95, rel=1e-15)
    assert trips.pnl[0] == pytest.approx(0.5 * 105 + 0.5 * stop - entry - trips.fees[0], rel=1e-14)
    assert trips.r_multiple[0] == trips.pnl[0] / 5
    assert trips.risk_reward[0] == 1.5


def test_short_slippage_lowers_the_entry_and_raises_the_exit() -> None:
    trips = Scenario(
        candles=(QUIET, (100, 106, 99, 104)), costs=Costs(taker=0, maker=0, slippage=0.01), **SHORT
    ).trade()

    assert trips.entry_price[0] == 99.0
    assert trips.exit_price[0] == pytest.approx(105 * 1.01, rel=1e-15)
    assert trips.pnl[0] == pytest.approx(99 - 105 * 1.01, rel=1e-14)


@pytest.mark.parametrize(
    ("settled_at", "paid"),
    [(1, 0.0), (2, 0.01 * 101), (3, 0.01 * 102), (4, 0.0)],
    ids=["at the entry: not yet held", "while held", "at the open of the last candle", "after the end"],
)
def test_funding_is_paid_on_what_was_held_at_the_settlement(settled_at: int, paid: float) -> None:
    candles = (QUIET, (101, 102, 100, 101), (102, 103, 94, 95), QUIET)

    trips = Scenario(candles=candles, funding=((settled_at, 0.01),), **LONG).trade()

    assert told(trips) == "stop 95 by minute 4"
    assert trips.funding[0] == paid
    assert trips.pnl[0] == -5 - paid


def test_funding_after_a_partial_exit_is_paid_on_the_rest_and_received_by_a_short() -> None:
    scenario = Scenario(
        candles=((100, 101, 94, 95), (95, 96, 94, 95), (95, 106, 94, 100)),
        stop=105.0,
        targets=(95.0, 90.0),
        side=-1,
        fractions=(0.75, 0.25),
        funding=((2, 0.01),),
    )

    assert scenario.trade().funding[0] == -0.01 * 95 * 0.25


def test_excursions_reach_over_the_candles_of_the_trade_but_not_one_left_at_its_open() -> None:
    trips = Scenario(candles=((100, 103, 98, 101), (101, 107, 97, 100), (90, 120, 80, 91)), **LONG).trade()

    assert told(trips) == "stop 90 by minute 3"
    assert (trips.mae_r[0], trips.mfe_r[0]) == ((100 - 97) / 5, (107 - 100) / 5)


@pytest.mark.parametrize("scale", [1e-10, 1.0, 1e9])
def test_any_scale_of_price_earns_the_same_r(scale: float) -> None:
    candles = tuple(tuple(price * scale for price in candle) for candle in (QUIET, (100, 111, 99, 109)))
    market = rows((100 * scale,) * 4, *candles)
    walk = run(
        market,
        BracketSpec(direction=1, costs=FREE),
        fires((0, 100 * scale, 95 * scale, (110 * scale,))),
        NO_FUNDING,
    )

    assert walk.round_trips.r_multiple == pytest.approx(np.array([2.0]))
    assert walk.round_trips.exit_time[0] == 3 * MINUTE
