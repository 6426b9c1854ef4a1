"""The bars and the number of round trips they take, against SciPy's binomial distribution."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.bars import (
    earned_break_even,
    trades_for_expectancy,
    trades_for_win_rate,
    trades_for_win_rate_normal,
    win_rate_bars,
)

BONFERRONI = 0.05 / 160


def naive_trades_needed(win_rate: float, break_even: float, alpha: float, most: int) -> int:
    n = np.arange(1, most + 1)
    tails = binom.sf(np.ceil(win_rate * n - 1e-9) - 1, n, break_even)
    return int(max(n[tails > alpha * (1 + 1e-9)], default=0)) + 1


@pytest.mark.parametrize(
    ("stop_percent", "two_to_one", "three_to_one"),
    [(0.3, 46.7, 35.0), (0.5, 41.3, 31.0), (0.75, 38.7, 29.0), (1.0, 37.3, 28.0), (2.0, 35.3, 26.5)],
)
def test_win_rate_bars_round_trip_of_twelve_points_equals_the_published_table(
    stop_percent: float, two_to_one: float, three_to_one: float
) -> None:
    cost = 0.12 / stop_percent

    assert 100 * win_rate_bars(2.0, cost).break_even == pytest.approx(two_to_one, abs=0.05)
    assert 100 * win_rate_bars(3.0, cost).break_even == pytest.approx(three_to_one, abs=0.05)


def test_win_rate_bars_costs_above_the_table_raise_the_bar() -> None:
    cheap, dear = win_rate_bars(2.0, 0.10), win_rate_bars(2.0, 0.40)

    assert cheap.needed == 0.38
    assert dear.needed == pytest.approx(1.4 / 3)
    assert cheap.cleared_by(0.38)
    assert not dear.cleared_by(0.46)
    assert not cheap.cleared_by(math.nan)


@pytest.mark.parametrize(("risk_reward", "cost"), [(0.0, 0.1), (-1.0, 0.1), (math.nan, 0.1), (2.0, math.nan)])
def test_win_rate_bars_out_of_range_are_refused(risk_reward: float, cost: float) -> None:
    with pytest.raises(InputError, match="risk_reward above 0"):
        win_rate_bars(risk_reward, cost)


def test_earned_break_even_makes_the_expectancy_zero() -> None:
    rate = earned_break_even(1.7, -1.12)

    assert rate * 1.7 + (1 - rate) * -1.12 == pytest.approx(0)
    assert math.isnan(earned_break_even(math.nan, -1.0))
    assert math.isnan(earned_break_even(1.0, math.nan))


@pytest.mark.parametrize(
    ("win_rate", "break_even", "alpha", "published"),
    [
        (0.38, 1 / 3, 0.05, 276),
        (0.30, 0.25, 0.05, 203),
        (0.38, 1 / 3, BONFERRONI, 1_190),
        (0.30, 0.25, BONFERRONI, 877),
    ],
)
def test_trades_for_win_rate_normal_equals_the_published_sizes(
    win_rate: float, break_even: float, alpha: float, published: int
) -> None:
    # Published as "about": 1,190 stands for 1,193.9.
    assert trades_for_win_rate_normal(win_rate, break_even, alpha=alpha) == pytest.approx(published, rel=0.004)


@pytest.mark.parametrize(
    ("win_rate", "break_even", "alpha", "expected"),
    [
        (0.38, 1 / 3, 0.05, 301),
        (0.30, 0.25, 0.05, 224),
        (0.38, 1 / 3, BONFERRONI, 1_235),
        (0.30, 0.25, BONFERRONI, 931),
    ],
)
def test_trades_for_win_rate_exact_sizes_are_above_the_published_ones(
    win_rate: float, break_even: float, alpha: float, expected: int
) -> None:
    assert trades_for_win_rate(win_rate, break_even, alpha=alpha) == expected
    assert naive_trades_needed(win_rate, break_even, alpha, 4_000) == expected


@given(st.floats(0.02, 0.9), st.floats(0.03, 0.4), st.floats(1e-6, 0.4))
def test_trades_for_win_rate_any_rates_equal_the_naive_search(break_even: float, above: float, alpha: float) -> None:
    win_rate = min(1.0, break_even + above)
    found = trades_for_win_rate(win_rate, break_even, alpha=alpha)

    # Twice what was found: nothing beyond it may fail again.
    assert found == naive_trades_needed(win_rate, break_even, alpha, 2 * int(found) + 200)


@given(st.floats(0.1, 0.6), st.floats(0.02, 0.3), st.floats(1e-4, 0.2))
def test_trades_for_win_rate_smaller_alpha_or_edge_needs_more(break_even: float, above: float, alpha: float) -> None:
    needed = trades_for_win_rate(break_even + above, break_even, alpha=alpha)

    assert trades_for_win_rate(break_even + above, break_even, alpha=alpha / 10) >= needed
    assert trades_for_win_rate_normal(break_even + above / 2, break_even, alpha=alpha) > (
        trades_for_win_rate_normal(break_even + above, break_even, alpha=alpha)
    )


@pytest.mark.parametrize(("win_rate", "break_even"), [(0.3, 0.3), (0.2, 0.3), (0.30001, 0.3), (0.9, 1.2)])
def test_trades_for_win_rate_no_history_long_enough_is_infinite(win_rate: float, break_even: float) -> None:
    assert trades_for_win_rate(win_rate, break_even, alpha=0.05) == math.inf


def test_trades_for_win_rate_normal_below_the_bar_is_infinite() -> None:
    assert trades_for_win_rate_normal(0.2, 0.3, alpha=0.05) == math.inf


@given(st.floats(0.02, 1.0), st.floats(0.5, 3.0), st.floats(1e-5, 0.2), st.floats(0.5, 0.99))
def test_trades_for_expectancy_any_edge_is_where_the_power_is_reached(
    expectancy: float, deviation: float, alpha: float, power: float
) -> None:
    needed = trades_for_expectancy(expectancy, deviation, alpha=alpha, power=power)

    def power_at(n: float) -> float:
        return float(norm.sf(norm.isf(alpha) - math.sqrt(n) * expectancy / deviation))

    assert power_at(needed) >= power - 1e-9
    assert power_at(needed - 1) < power + 1e-9


def test_trades_for_expectancy_without_an_edge_is_infinite() -> None:
    assert trades_for_expectancy(0.0, 1.5, alpha=0.05) == math.inf
    assert trades_for_expectancy(-0.2, 1.5, alpha=0.05) == math.inf
    assert trades_for_expectancy(1e-9, 1.5, alpha=0.05) == math.inf


def test_trades_needed_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="alpha"):
        trades_for_win_rate(0.4, 0.3, alpha=0.0)
    with pytest.raises(InputError, match="win rate from 0 to 1"):
        trades_for_win_rate(math.nan, 0.3, alpha=0.05)
    with pytest.raises(InputError, match="deviation above 0"):
        trades_for_expectancy(0.1, 0.0, alpha=0.05)
    with pytest.raises(InputError, match="power of 0.5 or more"):
        trades_for_expectancy(0.1, 1.0, alpha=0.05, power=0.3)
