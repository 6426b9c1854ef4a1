"""The band by hand, and against the formula it must agree with."""

import math

import numpy as np
import pytest

from edgeproof.research.report.session.band import band, drawn, is_enough


def test_draws_of_outcomes_that_are_all_alike_are_those() -> None:
    found = drawn(["A", "A"], np.array([0.0, 0.0]), {"A": np.full(40, 0.5)}, np.random.default_rng(0), draws=10)
    assert (found == 0.5).all()


def test_draws_keep_what_an_untested_trade_made_and_count_an_unknown_r_as_nothing() -> None:
    found = drawn(["A", "B"], np.array([1.5, math.nan]), {}, np.random.default_rng(0), draws=3)
    assert found.tolist() == [[1.5, 0.0]] * 3


def test_band_of_independent_outcomes_is_that_of_the_normal_distribution() -> None:
    outcomes = np.where(np.random.default_rng(1).random(2_000) < 0.5, 1.0, -1.0)
    n = 100
    draws = drawn(["A"] * n, np.zeros(n), {"A": outcomes}, np.random.default_rng(0), draws=4_000)
    found = band(draws, np.ones(n), np.zeros(n))
    mean, deviation = n * outcomes.mean(), math.sqrt(n) * outcomes.std()
    # The sum steps by 2: the quantile of the normal distribution is met to one step.
    assert found.low[-1] == pytest.approx(mean - 1.645 * deviation, abs=2.0)
    assert found.high[-1] == pytest.approx(mean + 1.645 * deviation, abs=2.0)
    assert found.middle[-1] == pytest.approx(mean, abs=2.0)


def test_band_expects_losses_in_clusters_where_the_backtest_had_them_so() -> None:
    clustered = np.tile(np.repeat([1.0, -1.0], 20), 25)
    alternating = np.tile([1.0, -1.0], 500)
    widths = []
    for outcomes in (clustered, alternating):
        draws = drawn(["A"] * 50, np.zeros(50), {"A": outcomes}, np.random.default_rng(0))
        found = band(draws, np.ones(50), np.zeros(50))
        widths.append(found.high[-1] - found.low[-1])
    assert widths[0] > 2 * widths[1]


def test_share_below_counts_draws_that_ended_alike_half() -> None:
    found = band(np.array([[1.0], [2.0], [2.0], [3.0]]), np.ones(1), np.array([2.0]))
    assert found.share_below == 0.5


def test_draws_of_very_many_trades_are_fewer_so_that_they_fit_into_memory() -> None:
    n = 9_000
    assert len(drawn(["A"] * n, np.zeros(n), {}, np.random.default_rng(0))) == 888


def test_thirty_tested_trades_are_enough_to_expect_anything() -> None:
    assert not is_enough(None)
    assert not is_enough(np.zeros(29))
    assert is_enough(np.zeros(30))
