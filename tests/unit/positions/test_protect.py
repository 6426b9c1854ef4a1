"""How a stop moves: candles in, the stop in force for the next candle out."""

import math
from dataclasses import replace

import pytest

from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.position import Guard
from edgeproof.core.model.round_trip import StopKind
from edgeproof.core.positions.protect import Stillness, after_close, is_overdue, note_target, stillness
from tests.support.orders import BTC, MINUTE, T

LONG = Guard(signal_id="s", direction=1, entry=100.0, stop=95.0)
SHORT = Guard(signal_id="s", direction=-1, entry=100.0, stop=105.0)
INITIAL, BREAK_EVEN, TRAILING = StopKind.INITIAL, StopKind.BREAK_EVEN, StopKind.TRAILING


def candle(high: float, low: float) -> ClosedCandle:
    return ClosedCandle(
        instrument=BTC, timeframe=MINUTE, open_time=T, open=low, high=high, low=low, close=high, volume=1.0
    )


def stops(guard: Guard, *candles: tuple[float, float]) -> list[tuple[float, StopKind]]:
    """The stop in force after each candle of (high, low)."""
    told = []
    for high, low in candles:
        guard = after_close(guard, candle(high, low))
        told.append((guard.stop, guard.kind))
    return told


def test_stop_without_rules_stays_where_it_is() -> None:
    assert stops(LONG, (120, 99), (97, 96)) == [(95.0, INITIAL)] * 2


@pytest.mark.parametrize(
    ("guard", "candles", "expected"),
    [
        pytest.param(
            replace(LONG, trail=4.0),
            [(101, 99), (98, 96), (103, 100), (110, 104), (106, 105)],
            [(97.0, TRAILING), (97.0, TRAILING), (99.0, TRAILING), (106.0, TRAILING), (106.0, TRAILING)],
            id="a long's stop follows the highest high and never falls",
        ),
        pytest.param(
            replace(SHORT, trail=4.0),
            [(101, 99), (104, 102), (100, 97), (96, 90)],
            [(103.0, TRAILING), (103.0, TRAILING), (101.0, TRAILING), (94.0, TRAILING)],
            id="a short's stop follows the lowest low and never rises",
        ),
        pytest.param(
            replace(LONG, trail=8.0),
            [(101, 99), (103, 100), (104, 101)],
            [(95.0, INITIAL), (95.0, INITIAL), (96.0, TRAILING)],
            id="a distance wider than the stop's waits until it is nearer",
        ),
    ],
)
def test_trailing_stop_ratchets(
    guard: Guard, candles: list[tuple[float, float]], expected: list[tuple[float, StopKind]]
) -> None:
    assert stops(guard, *candles) == expected


@pytest.mark.parametrize("guard", [LONG, SHORT])
def test_break_even_moves_the_stop_to_the_entry_once_a_target_is_filled(guard: Guard) -> None:
    guard = replace(guard, has_break_even=True)
    assert stops(guard, (102, 98)) == [(guard.stop, INITIAL)]
    assert stops(note_target(guard), (102, 98)) == [(100.0, BREAK_EVEN)]


def test_target_filled_without_break_even_moves_nothing() -> None:
    assert stops(note_target(LONG), (102, 98)) == [(95.0, INITIAL)]


def test_break_even_never_takes_back_what_the_trail_has_gained() -> None:
    guard = replace(LONG, has_break_even=True, trail=4.0)
    trailed = after_close(guard, candle(110, 104))
    assert stops(note_target(trailed), (107, 106.5)) == [(106.0, TRAILING)]


def test_trail_nearer_than_the_entry_comes_after_break_even_at_the_same_close() -> None:
    guard = note_target(replace(LONG, has_break_even=True, trail=4.0))
    assert stops(guard, (103, 99), (106, 102)) == [(100.0, BREAK_EVEN), (102.0, TRAILING)]


@pytest.mark.parametrize(
    ("deadline", "close_time", "expected"),
    [(None, T, False), (T, T - 1, False), (T, T, True), (T, T + MINUTE, True)],
)
def test_time_stop_is_due_at_the_first_close_at_or_after_its_deadline(
    deadline: int | None, close_time: int, expected: bool
) -> None:
    assert is_overdue(replace(LONG, deadline=deadline), close_time) is expected


STILL = Stillness()
NOWHERE = Stillness(math.inf, -math.inf)


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        pytest.param(LONG, STILL, id="a stop without rules never moves"),
        pytest.param(replace(LONG, trail=4.0), NOWHERE, id="a trail has to see its first candle"),
        pytest.param(replace(LONG, trail=4.0, best=103.0), Stillness(high=103.0), id="a long's moves with a new high"),
        pytest.param(replace(SHORT, trail=4.0, best=97.0), Stillness(low=97.0), id="a short's moves with a new low"),
        pytest.param(replace(LONG, has_break_even=True), STILL, id="break-even waits for a target"),
        pytest.param(replace(LONG, has_break_even=True, targets_filled=1), NOWHERE, id="and moves at the next close"),
        pytest.param(replace(LONG, has_break_even=True, targets_filled=1, stop=100.0), STILL, id="once"),
    ],
)
def test_stillness_is_where_no_candle_moves_the_stop(guard: Guard, expected: Stillness) -> None:
    assert stillness(guard) == expected
