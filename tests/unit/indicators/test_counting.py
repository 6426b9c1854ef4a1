"""Conditions over time against their definitions, on random conditions that are also undefined at times."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.kernels.abi import FALSE, TRUE, UNDEFINED
from edgeproof.core.model.candle import Candles, FloatArray
from tests.support.candles import closes, columns

F, U, T = FALSE, UNDEFINED, TRUE
CONDITION = "volume > 0.5"
OTHER = "open > 0.8"


def random_candles(n: int = 400, seed: int = 3) -> Candles:
    """Volumes and opens that make conditions true, false and undefined; closes with holes, in steps of a half."""
    rng = np.random.default_rng(seed)
    volume = rng.choice([0.0, 1.0, math.nan], n, p=[0.45, 0.45, 0.1])
    close: FloatArray = np.cumsum(rng.integers(-2, 4, n)).astype(np.float64) * 0.5
    close[rng.random(n) < 0.05] = math.nan
    return columns(rng.random(n), close, close, close, volume)


def kleene(x: FloatArray, threshold: float) -> list[int]:
    return [U if math.isnan(value) else (T if value > threshold else F) for value in x]


def last(values: Sequence[int], i: int, n: int) -> Sequence[int]:
    return values[max(0, i - n + 1) : i + 1]


def within(c: Sequence[int], i: int, n: int) -> int:
    window = last(c, i, n)
    return T if T in window else (U if U in window or i + 1 < n else F)


def every(c: Sequence[int], i: int, n: int) -> int:
    window = last(c, i, n)
    return F if F in window else (U if U in window or i + 1 < n else T)


def count(c: Sequence[int], i: int, n: int) -> float:
    window = last(c, i, n)
    return math.nan if U in window or i + 1 < n else window.count(T)


def bars_since(c: Sequence[int], i: int, which: int) -> float:
    places = [j for j in range(i + 1) if c[j] == T]
    return i - places[-which] if len(places) >= which else math.nan


@pytest.mark.parametrize("n", [1, 2, 3, 7, 50, 399, 400, 401])
@pytest.mark.parametrize("reference", [within, every, count, bars_since])
def test_condition_over_time_is_as_defined(reference: Callable[[Sequence[int], int, int], float], n: int) -> None:
    candles = random_candles()
    flags = kleene(candles.volume, 0.5)
    expected = [reference(flags, i, n) for i in range(len(flags))]
    found = evaluate_expression(f"{reference.__name__}({CONDITION}, {n})", candles)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("which", [1, 2, 5])
def test_value_when_is_the_value_on_the_candle_where_it_was_true(which: int) -> None:
    candles = random_candles()
    flags = kleene(candles.volume, 0.5)
    expected = []
    for i in range(len(flags)):
        places = [j for j in range(i + 1) if flags[j] == T]
        expected.append(candles.close[places[-which]] if len(places) >= which else math.nan)
    found = evaluate_expression(f"value_when({CONDITION}, close, {which})", candles)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("name", ["rising", "falling"])
def test_runs_are_strict_steps_in_a_row(name: str, n: int) -> None:
    candles = random_candles()
    x = candles.close * (1 if name == "rising" else -1)
    steps = [U] + [U if math.isnan(x[i] - x[i - 1]) else (T if x[i] > x[i - 1] else F) for i in range(1, len(x))]
    expected = [every(steps, i, n) for i in range(len(x))]
    np.testing.assert_array_equal(evaluate_expression(f"{name}(close, {n})", candles), expected)


def test_rising_three_needs_four_candles() -> None:
    assert evaluate_expression("rising(close, 3)", closes(1, 2, 3, 4, 4, 5)).tolist() == [U, U, U, T, F, F]


def test_turns_true_only_on_the_first_candle_of_a_run() -> None:
    assert evaluate_expression("turns_true(close > 2)", closes(1, 3, 3, 1, 3)).tolist() == [F, T, F, F, T]


def test_first_since_is_true_once_after_each_event() -> None:
    candles = random_candles()
    flags, events = kleene(candles.volume, 0.5), kleene(candles.open, 0.8)
    expected, since = [], None
    for i in range(len(flags)):
        since = i if events[i] == T else since
        if since is None:
            expected.append(U)
        else:
            expected.append(F if T in flags[since:i] else flags[i])
    found = evaluate_expression(f"first_since({CONDITION}, {OTHER})", candles)
    np.testing.assert_array_equal(found, expected)
    assert {F, U, T} == set(expected)


@pytest.mark.parametrize(("name", "extreme"), [("highest_since", max), ("lowest_since", min)])
def test_extreme_since_starts_afresh_with_each_event(name: str, extreme: Callable[[list[float]], float]) -> None:
    candles = random_candles()
    events = kleene(candles.open, 0.8)
    expected = []
    for i in range(len(candles)):
        places = [j for j in range(i + 1) if events[j] == T]
        known = [x for x in candles.close[places[-1] : i + 1] if not math.isnan(x)] if places else []
        expected.append(math.nan if not known or math.isnan(candles.close[i]) else extreme(known))
    np.testing.assert_array_equal(evaluate_expression(f"{name}({OTHER}, close)", candles), expected)
