"""The declared coin and the value for where there is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.model.errors import ExpressionError
from tests.support.candles import closes, walk

_MASK = 2**64 - 1
_GOLDEN = 0x9E3779B97F4A7C15


def _scramble(x: int) -> int:
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def _coin(time: int, probability: float, seed: int) -> bool:
    origin = _scramble((seed * _GOLDEN) & _MASK)
    word = _scramble((origin + time * _GOLDEN) & _MASK)
    return (word >> 11) * 2.0**-53 < probability


@pytest.mark.parametrize(("probability", "seed"), [(0.01, 1), (0.5, 2), (0.3, 999_999)])
def test_chance_is_the_hash_it_says(probability: float, seed: int) -> None:
    candles = walk(2_000, start=1_700_000_000_000 // 60_000 * 60_000)
    found = evaluate_expression(f"chance({probability}, {seed})", candles)
    assert (found == 2).tolist() == [_coin(int(time), probability, seed) for time in candles.close_time]
    assert set(found.tolist()) <= {0, 2}


def test_scramble_is_splitmix64() -> None:
    # The first number of the generator for state 0 is published with its reference implementation.
    assert _scramble(_GOLDEN) == 0xE220A8397B1DCDAF


@pytest.mark.parametrize("probability", [0.01, 0.2, 0.9])
def test_chance_falls_as_often_as_declared(probability: float) -> None:
    n = 50_000
    hits = int((evaluate_expression(f"chance({probability})", walk(n)) == 2).sum())
    assert abs(hits - n * probability) < 4 * np.sqrt(n * probability * (1 - probability))


def test_chance_of_two_seeds_is_independent() -> None:
    n = 50_000
    candles = walk(n)
    both = [evaluate_expression(f"chance(0.5, {seed})", candles) == 2 for seed in (1, 2)]
    assert abs(int((both[0] & both[1]).sum()) - n / 4) < 4 * np.sqrt(n * 0.25 * 0.75)


def test_chance_knows_nothing_of_prices() -> None:
    one, other = walk(500, seed=1), walk(500, seed=2)
    assert np.array_equal(evaluate_expression("chance(0.3)", one), evaluate_expression("chance(0.3)", other))


@pytest.mark.parametrize("probability", ["0", "1", "1.5", "-0.1"])
def test_chance_outside_of_0_to_1_is_refused(probability: str) -> None:
    with pytest.raises(ExpressionError, match="expected a probability between 0 and 1"):
        evaluate_expression(f"chance({probability})", closes(1.0))


def test_otherwise_takes_the_fallback_only_where_there_is_no_value() -> None:
    found = evaluate_expression("otherwise(sma(3), open)", closes(1.0, 2.0, 3.0, 4.0))
    assert found.tolist() == [1.0, 2.0, 2.0, 3.0]


def test_otherwise_of_two_undefined_values_is_undefined() -> None:
    assert np.isnan(evaluate_expression("otherwise(sma(3), sma(2))", closes(1.0)))[0]


@given(st.lists(st.integers(1, 300), max_size=6))
def test_cuts_never_change_a_control(minutes: list[int]) -> None:
    candles = walk(300)
    cuts = [minute * 60_000 for minute in minutes]
    for text in ("chance(0.4, 7)", "otherwise(sma(20), close)"):
        whole = evaluate_expression(text, candles)
        assert np.array_equal(evaluate_expression(text, candles, cuts=cuts), whole, equal_nan=whole.dtype == float)
