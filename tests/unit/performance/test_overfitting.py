"""Sharpe ratios that pay for luck, against purgedcv and SciPy."""

import math

import numpy as np
import purgedcv
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import kurtosis, skew

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.overfitting import (
    Moments,
    deflated_sharpe,
    expected_max_sharpe,
    min_backtest_length,
    min_track_record_length,
    moments,
    probabilistic_sharpe,
    variance_of_luck,
)
from edgeproof.core.performance.sample import Untestable


def returns_of(seed: int, n: int) -> FloatArray:
    generator = np.random.default_rng(seed)
    return generator.standard_t(5, size=n) + 0.2 * generator.normal()


def moments_of(returns: FloatArray) -> Moments:
    found = moments(returns)
    assert isinstance(found, Moments)
    return found


def value(answer: float | Untestable) -> float:
    assert isinstance(answer, float)
    return answer


@given(st.integers(0, 10_000), st.integers(4, 400))
def test_moments_any_returns_equal_scipy(seed: int, n: int) -> None:
    returns = returns_of(seed, n)
    found = moments_of(returns)

    assert found.sharpe == pytest.approx(returns.mean() / returns.std(), abs=1e-12)
    assert found.skew == pytest.approx(skew(returns, bias=False), rel=1e-9, abs=1e-12)
    assert found.kurtosis == pytest.approx(kurtosis(returns, bias=False, fisher=False), rel=1e-9)


@given(st.integers(0, 10_000), st.integers(30, 400), st.integers(1, 100_000), st.floats(0, 0.2))
def test_deflated_sharpe_any_returns_equal_purgedcv(seed: int, n: int, n_trials: int, variance: float) -> None:
    returns = returns_of(seed, n)
    found = moments_of(returns)

    assert value(probabilistic_sharpe(found, 0.05)) == pytest.approx(
        purgedcv.probabilistic_sharpe_ratio(returns, 0.05), abs=1e-9
    )
    full = purgedcv.deflated_sharpe_ratio_full(returns, n_trials, variance)
    assert expected_max_sharpe(n_trials, variance) == pytest.approx(full.sr_star, abs=1e-9)
    assert value(deflated_sharpe(found, n_trials, variance)) == pytest.approx(full.dsr, abs=1e-9)


@given(st.floats(-0.5, 1.0), st.floats(-0.5, 1.0), st.floats(0.001, 0.49), st.floats(-1, 1), st.floats(1.5, 9))
def test_min_track_record_length_any_moments_equal_purgedcv(
    sharpe: float, target: float, alpha: float, skewness: float, tails: float
) -> None:
    assume(abs(sharpe - target) > 1e-6)
    observed = Moments(n=50, sharpe=sharpe, skew=skewness, kurtosis=tails)
    found = min_track_record_length(observed, target, alpha=alpha)

    if observed.variance_factor <= 0:
        assert isinstance(found, Untestable)
        return
    expected = purgedcv.min_track_record_length(sharpe, target, alpha, skewness, tails)
    # A whole number of returns: where the two sides of a rounding differ in the last digit, by one.
    assert value(found) == pytest.approx(expected, rel=1e-9, abs=1)


def test_min_track_record_length_gap_too_small_to_square_is_infinite() -> None:
    observed = Moments(n=50, sharpe=0.0, skew=0.0, kurtosis=3.0)

    assert min_track_record_length(observed, -1e-250) == math.inf


@pytest.mark.parametrize("unit", [1e-200, 1e200])
def test_moments_are_the_same_in_any_unit(unit: float) -> None:
    returns = returns_of(3, 50)
    one, other = moments_of(returns), moments_of(returns * unit)

    assert (other.sharpe, other.skew, other.kurtosis) == pytest.approx((one.sharpe, one.skew, one.kurtosis), rel=1e-12)


@pytest.mark.parametrize(("n_trials", "target"), [(1, 1.0), (2, 1.0), (45, 1.0), (160, 0.8), (10_000, 2.5)])
def test_min_backtest_length_equals_purgedcv(n_trials: int, target: float) -> None:
    assert min_backtest_length(n_trials, target) == pytest.approx(
        purgedcv.minimum_backtest_length(n_trials, target), abs=1e-9
    )


def test_expected_max_sharpe_is_near_the_mean_of_simulated_best() -> None:
    best = np.random.default_rng(3).normal(scale=0.5, size=(4_000, 100)).max(axis=1)

    assert expected_max_sharpe(100, 0.25) == pytest.approx(best.mean(), abs=0.02)


@given(st.integers(0, 10_000), st.integers(1, 1_000), st.integers(1, 1_000))
def test_deflated_sharpe_every_further_trial_costs(seed: int, n_trials: int, more: int) -> None:
    found = moments_of(returns_of(seed, 60))

    before, after = (value(deflated_sharpe(found, trials, 0.02)) for trials in (n_trials, n_trials + more))
    assert after < before


def test_min_track_record_length_is_where_the_probability_is_reached() -> None:
    observed = Moments(n=60, sharpe=0.2, skew=-0.4, kurtosis=5.0)
    needed = value(min_track_record_length(observed, 0.02, alpha=0.05))

    def at(n: float) -> float:
        grown = Moments(n=int(n), sharpe=0.2, skew=-0.4, kurtosis=5.0)
        return value(probabilistic_sharpe(grown, 0.02))

    assert at(needed - 1) < 0.95 <= at(needed)


def test_min_track_record_length_sharpe_not_above_the_target_never_suffices() -> None:
    assert min_track_record_length(Moments(n=60, sharpe=0.1, skew=0.0, kurtosis=3.0), 0.1) == math.inf


@pytest.mark.parametrize(
    ("returns", "reason"),
    [
        (np.array([]), "at least 4 returns, has 0"),
        (np.array([1.0]), "at least 4 returns, has 1"),
        (np.full(40, 0.1), "all 40 returns are equal"),
    ],
)
def test_moments_sample_that_says_nothing_has_a_reason(returns: FloatArray, reason: str) -> None:
    found = moments(returns)

    assert isinstance(found, Untestable)
    assert reason in found.reason


def test_probabilistic_sharpe_extreme_skew_has_a_reason() -> None:
    extreme = Moments(n=30, sharpe=1.5, skew=4.0, kurtosis=3.0)

    for answer in (probabilistic_sharpe(extreme), deflated_sharpe(extreme, 3, 0.1), min_track_record_length(extreme)):
        assert isinstance(answer, Untestable)
        assert "skew 4.00" in answer.reason


def test_moments_nan_is_refused() -> None:
    with pytest.raises(InputError, match="expected finite returns, found nan at 1"):
        moments(np.array([0.1, math.nan, 0.2, 0.3]))


@pytest.mark.parametrize(("n_trials", "variance"), [(0, 1.0), (2, -1.0), (2, math.nan), (2, math.inf)])
def test_expected_max_sharpe_out_of_range_is_refused(n_trials: int, variance: float) -> None:
    with pytest.raises(InputError, match="expected"):
        expected_max_sharpe(n_trials, variance)


def test_lengths_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="yearly Sharpe ratio above 0"):
        min_backtest_length(10, 0.0)
    with pytest.raises(InputError, match="alpha between 0 and 0.5"):
        min_track_record_length(Moments(n=9, sharpe=0.1, skew=0.0, kurtosis=3.0), alpha=0.5)


def test_variance_of_luck_is_the_spread_of_sharpe_ratios_without_an_edge() -> None:
    draws = np.random.default_rng(5).normal(size=(20_000, 60))
    sharpes = draws.mean(axis=1) / draws.std(axis=1, ddof=1)
    assert variance_of_luck(60) == pytest.approx(sharpes.var(), rel=0.05)


def test_variance_of_luck_of_one_observation_is_refused() -> None:
    with pytest.raises(InputError, match="two observations"):
        variance_of_luck(1)
