"""Every fire is counted once, in the order void, overlapped, unfilled, invalidated, traded."""

import numpy as np
import pytest

from edgeproof.core.model.candle import NO_FUNDING, Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.round_trip import JSON_KEYS, Fates
from edgeproof.core.simulation.bracket import BracketOutcomes, BracketSpec, FireTable, simulate, simulate_many
from edgeproof.core.simulation.history import price_history
from edgeproof.core.simulation.replay import replay
from tests.support.candles import closes, rows
from tests.support.scenarios import FREE, fires, run

LONG = BracketSpec(direction=1, costs=FREE)
SHORT = BracketSpec(direction=-1, costs=FREE)
FLAT = closes(*[100.0] * 10)
STOPPED_IN_2 = rows((100,) * 4, (100, 101, 99, 100), (100, 100, 94, 95), *[(100, 101, 99, 100)] * 5)
STOPPED_AT_OPEN_OF_2 = rows((100,) * 4, (100, 101, 99, 100), (94, 100, 93, 95), *[(100, 101, 99, 100)] * 5)


def fates(candles: Candles, spec: BracketSpec, table: FireTable) -> Fates:
    found = run(candles, spec, table, NO_FUNDING).fates
    assert found.signals == len(table)
    assert replay(price_history(candles, NO_FUNDING), spec, table)[0] == found
    return found


@pytest.mark.parametrize(
    ("stop", "targets"),
    [
        (100.0, (110.0,)),
        (101.0, (110.0,)),
        (95.0, (100.0,)),
        (95.0, (99.0,)),
        (np.nan, (110.0,)),
        (95.0, (np.nan,)),
        (-np.inf, (110.0,)),
    ],
)
def test_fire_with_levels_on_the_wrong_side_is_void(stop: float, targets: tuple[float, ...]) -> None:
    assert fates(FLAT, LONG, fires((0, 100.0, stop, targets))) == Fates(void=1)


def test_fire_with_one_of_two_targets_wrong_is_void() -> None:
    halves = BracketSpec(direction=1, fractions=(0.5, 0.5), costs=FREE)

    assert fates(FLAT, halves, fires((0, 100.0, 95.0, (110.0, 99.0)))) == Fates(void=1)


def test_short_fire_with_a_long_bracket_is_void() -> None:
    assert fates(FLAT, SHORT, fires((0, 100.0, 95.0, (110.0,)))) == Fates(void=1)


@pytest.mark.parametrize("open_", [95.0, 94.0, 110.0, 111.0])
def test_entry_open_at_or_beyond_stop_or_last_target_is_invalidated(open_: float) -> None:
    candles = rows((100,) * 4, (open_, 120, 90, 100))

    assert fates(candles, LONG, fires((0, 100.0, 95.0, (110.0,)))) == Fates(invalidated=1)


def test_entry_open_between_two_targets_is_a_trade_at_the_first_targets_price() -> None:
    halves = BracketSpec(direction=1, fractions=(0.5, 0.5), costs=FREE)
    candles = rows((100,) * 4, (107, 111, 106, 108))

    trips = run(candles, halves, fires((0, 100.0, 95.0, (105.0, 110.0))), NO_FUNDING).round_trips

    assert trips.entry_price[0] == 107
    assert trips.exit_price[0] == 107.5


def test_fire_while_the_position_is_open_is_overlapped_until_the_candle_has_closed() -> None:
    signal = (100.0, 95.0, (110.0,))
    table = fires((0, *signal), (1, *signal), (2, *signal))

    # Stopped within candle 2, which closes when the third signal fires: that one may enter.
    assert fates(STOPPED_IN_2, LONG, table) == Fates(overlapped=1, traded=2)


def test_fire_at_the_open_that_ended_the_position_may_enter_at_that_open() -> None:
    table = fires((0, 100.0, 95.0, (110.0,)), (1, 100.0, 90.0, (110.0,)))

    assert fates(STOPPED_AT_OPEN_OF_2, LONG, table) == Fates(traded=2)
    trips = run(STOPPED_AT_OPEN_OF_2, LONG, table, NO_FUNDING).round_trips
    assert trips.exit_time[0] == trips.entry_time[1]


def test_void_fire_during_a_position_counts_as_void() -> None:
    table = fires((0, 100.0, 95.0, (110.0,)), (1, 100.0, 101.0, (110.0,)))

    assert fates(FLAT, LONG, table) == Fates(void=1, traded=1)


def test_fire_at_the_last_close_is_unfilled() -> None:
    assert fates(FLAT, LONG, fires((9, 100.0, 95.0, (110.0,)))) == Fates(unfilled=1)
    # The position that was closed at that very close is no longer open.
    assert fates(FLAT, LONG, fires((0, 100.0, 95.0, (110.0,)), (9, 100.0, 95.0, (110.0,)))) == Fates(
        traded=1, unfilled=1
    )


def test_no_fires_and_no_candles_make_no_trades() -> None:
    nothing = FLAT[0:0]

    assert fates(FLAT, LONG, fires()) == Fates()
    assert fates(nothing, LONG, fires()) == Fates()
    assert fates(nothing, LONG, fires((0, 100.0, 95.0, (110.0,)))) == Fates(unfilled=1)
    assert simulate_many(price_history(FLAT, NO_FUNDING), LONG, fires(), []) == ()
    assert len(run(FLAT, LONG, fires(), NO_FUNDING).round_trips) == 0


def test_constant_prices_hold_to_the_end_of_data() -> None:
    trips = run(FLAT, LONG, fires((0, 100.0, 95.0, (110.0,))), NO_FUNDING).round_trips

    assert (trips.pnl[0], trips.mae_r[0], trips.mfe_r[0]) == (0, 0, 0)
    assert len(trips.closed()) == 0


def test_rows_hold_the_keys_of_the_contract_as_plain_values() -> None:
    (row,) = run(STOPPED_IN_2, LONG, fires((0, 100.0, 95.0, (110.0,))), NO_FUNDING).round_trips.rows()

    assert tuple(row) == JSON_KEYS
    assert " ".join(JSON_KEYS) == (
        "signal_time entry_time entry_price reference_price stop_loss targets risk_reward exit_time exit_price "
        "exit_reason stop_kind fees slippage funding pnl r_multiple mae_r mfe_r ambiguous"
    )
    assert row["signal_time"] == row["entry_time"] == "1970-01-01T00:01:00.000Z"
    assert row["exit_time"] == "1970-01-01T00:03:00.000Z"
    assert (row["exit_reason"], row["stop_kind"], row["ambiguous"]) == ("stop", "initial", False)
    assert row["targets"] == [110.0]
    assert type(row["pnl"]) is float


def test_columns_cannot_be_written() -> None:
    trips = run(STOPPED_IN_2, LONG, fires((0, 100.0, 95.0, (110.0,))), NO_FUNDING).round_trips

    with pytest.raises(ValueError, match="read-only"):
        trips.pnl[0] = 1.0


def test_outcomes_walked_again_are_the_same() -> None:
    signal = (100.0, 95.0, (110.0,))
    outcomes = BracketOutcomes(
        price_history(STOPPED_IN_2, NO_FUNDING), LONG, fires((0, *signal), (1, *signal), (3, *signal))
    )

    first, later = outcomes.walk(), outcomes.walk(np.array([1, 2]))

    assert (first.fates, outcomes.walk().fates) == (Fates(overlapped=1, traded=2),) * 2
    assert later.rows.tolist() == [1, 2]
    assert simulate(outcomes.history, LONG, fires((1, *signal), (3, *signal))).fates == later.fates


@pytest.mark.parametrize(
    "wrong",
    [
        {"direction": 0},
        {"direction": 1, "fractions": (0.5, 0.4)},
        {"direction": 1, "fractions": (1.5, -0.5)},
        {"direction": 1, "max_hold": -1},
    ],
)
def test_spec_that_makes_no_bracket_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match="expected"):
        BracketSpec(**wrong)  # type: ignore[arg-type]


def test_targets_that_do_not_match_the_fractions_are_refused() -> None:
    halves = BracketSpec(direction=1, fractions=(0.5, 0.5))

    with pytest.raises(InputError, match="2 fractions"):
        simulate(price_history(FLAT, NO_FUNDING), halves, fires((0, 100.0, 95.0, (110.0,))))
