"""The stationary bootstrap, against arch and against what a p-value promises."""

import math
import re

import numpy as np
import pytest
from arch.bootstrap import StationaryBootstrap
from arch.bootstrap import optimal_block_length as block_length_of_arch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, kstest

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.sample import Untestable
from edgeproof.core.performance.significance import (
    MIN_ROUND_TRIPS,
    Resamples,
    Significance,
    optimal_block_length,
    p_value,
    resample,
    significance,
)
from edgeproof.research.resampling import stream, stream_of


def three_to_one(n: int, win_rate: float, seed: int) -> FloatArray:
    return np.where(np.random.default_rng(seed).random(n) < win_rate, 3.0, -1.0)


def dependent(n: int, seed: int, memory: float = 0.6) -> FloatArray:
    shocks = np.random.default_rng(seed).normal(size=n)
    values = np.zeros(n)
    for i in range(1, n):
        values[i] = memory * values[i - 1] + shocks[i]
    return values


def of_arch(r: FloatArray, block_length: float, generator: np.random.Generator) -> StationaryBootstrap:
    # Its lengths are annotated as whole numbers, but any from 1 on will do.
    return StationaryBootstrap(block_length, r, seed=generator)  # type: ignore[arg-type, unused-ignore]


def mean_and_deviation(r: FloatArray) -> FloatArray:
    return np.array([r.mean(), r.std()])


def found_in(r: FloatArray, seed: int = 1, **options: float) -> Significance:
    found = significance(r, stream(seed), **options)  # type: ignore[arg-type]
    assert isinstance(found, Significance)
    return found


@pytest.mark.parametrize(("n", "block_length"), [(2, 1.0), (11, 2.0), (37, 4.3), (200, 12.5), (1000, 1.0)])
def test_resample_same_generator_equal_those_of_arch(n: int, block_length: float) -> None:
    r = dependent(n, seed=3)
    generator = np.random.default_rng(7)
    found = resample(r, stream_of(generator), resamples=300, block_length=block_length)

    expected = of_arch(r, block_length, generator).apply(mean_and_deviation, 300)
    assert found.means == pytest.approx(expected[:, 0], abs=1e-12)
    assert found.deviations == pytest.approx(expected[:, 1], rel=1e-9, abs=1e-12)


def test_resample_bound_that_draws_again_still_equal_arch() -> None:
    # 2**32 mod 70,000 is large enough that, of 40 x 70,000 draws, some have to be drawn a second time.
    r = dependent(70_000, seed=5)
    generator = np.random.default_rng(11)
    found = resample(r, stream_of(generator), resamples=40, block_length=3.0)

    expected = of_arch(r, 3.0, generator).apply(np.mean, 40)[:, 0]
    assert found.means == pytest.approx(expected, abs=1e-12)


def test_resample_stream_is_left_as_it_is() -> None:
    r, words = dependent(50, seed=1), stream(4)
    before = words.copy()
    first = resample(r, words, resamples=50, block_length=2.0)

    assert (words == before).all()
    assert (resample(r, words, resamples=50, block_length=2.0).means == first.means).all()


def test_interval_same_generator_equals_the_percentiles_of_arch() -> None:
    r = dependent(120, seed=9) + 0.2
    generator = np.random.default_rng(2)
    found = significance(r, stream_of(generator), resamples=2_000, block_length=5.0)
    assert isinstance(found, Significance)

    expected = of_arch(r, 5.0, generator).conf_int(np.mean, 2_000, method="percentile")
    assert (found.low, found.high) == pytest.approx((expected[0, 0], expected[1, 0]), abs=1e-12)


def test_p_value_same_generator_equals_counting_with_arch() -> None:
    r = dependent(90, seed=21) + 0.1
    generator = np.random.default_rng(6)
    found = significance(r, stream_of(generator), resamples=3_000, block_length=4.0)
    assert isinstance(found, Significance)

    means, deviations = of_arch(r, 4.0, generator).apply(mean_and_deviation, 3_000).T
    as_good = np.count_nonzero((means - r.mean()) / deviations >= r.mean() / r.std())
    assert found.p_value == (1 + as_good) / 3_001


@pytest.mark.parametrize("n", [11, 12, 30, 101, 500, 4_000])
@pytest.mark.parametrize("memory", [-0.7, 0.0, 0.3, 0.9])
def test_block_length_any_memory_equals_arch(n: int, memory: float) -> None:
    r = dependent(n, seed=n, memory=memory)

    assert optimal_block_length(r) == pytest.approx(block_length_of_arch(r)["stationary"].iloc[0], rel=1e-9)


@pytest.mark.parametrize("r", [np.ones(50), np.ones(5), np.array([])])
def test_block_length_values_without_autocorrelation_are_refused(r: FloatArray) -> None:
    with pytest.raises(InputError, match="11 or more values that differ"):
        optimal_block_length(r)


def test_significance_planted_edge_is_seen_and_its_interval_is_above_zero() -> None:
    found = found_in(three_to_one(400, 0.40, seed=5))

    assert found.p_value < 0.001
    assert 0 < found.low < found.expectancy_r < found.high
    assert (found.n, found.resamples) == (400, 10_000)
    assert found.block_length >= 1.0


@pytest.mark.parametrize("seed", range(8))
def test_significance_negative_mean_has_a_p_value_above_a_half(seed: int) -> None:
    r = three_to_one(80, 0.2, seed)

    assert r.mean() < 0
    assert found_in(r).p_value > 0.5


def test_significance_null_gives_uniform_p_values() -> None:
    p_values = []
    for seed in range(400):
        r = np.random.default_rng([1, seed]).normal(size=150)
        p_values.append(found_in(r, seed, resamples=999, block_length=1.0).p_value)

    assert kstest(p_values, "uniform").pvalue > 0.05


@pytest.mark.parametrize(("n", "level"), [(MIN_ROUND_TRIPS, 0.05), (50, 0.01), (50, 0.05), (200, 0.05)])
@pytest.mark.parametrize("reward", [3.0, 2.0, 1.0, 0.25, 1 / 9])
def test_significance_brackets_without_an_edge_pass_at_no_more_than_the_level(
    n: int, level: float, reward: float
) -> None:
    passed = 0
    for seed in range(600):
        won = np.random.default_rng([2, seed]).random(n) < 1 / (1 + reward)
        found = significance(np.where(won, reward, -1.0), stream(seed), resamples=299)
        passed += isinstance(found, Significance) and found.p_value <= level

    # Three deviations above what the level allows, were it reached exactly.
    assert passed <= binom.isf(0.00135, 600, level)


def test_significance_longer_memory_is_given_less_credit() -> None:
    r = dependent(300, seed=2, memory=0.8) + 0.5

    assert found_in(r, block_length=30.0).p_value > found_in(r, block_length=1.0).p_value


@given(st.integers(0, 1_000), st.integers(MIN_ROUND_TRIPS, 60))
def test_p_value_any_sample_is_above_zero_and_at_most_one(seed: int, n: int) -> None:
    r = np.random.default_rng(seed).normal(size=n)
    found = found_in(r, seed, resamples=99)

    assert 1 / 100 <= found.p_value <= 1
    assert found.low <= found.high


def test_p_value_tie_counts_as_as_good_whatever_the_rounding() -> None:
    means = np.array([0.1 + 0.2, 0.6, 0.6000000000000001, 0.5999999999999999])

    assert p_value(Resamples(means=means, deviations=np.ones(4)), 0.3, 1.0) == 4 / 5


def test_p_value_resample_of_one_value_is_as_good_only_above_the_mean() -> None:
    resampled = Resamples(means=np.array([2.0, -1.0, 0.5]), deviations=np.zeros(3))

    assert p_value(resampled, 0.5, 1.2) == 2 / 4


@pytest.mark.parametrize(
    ("r", "reason"),
    [
        (np.array([]), "at least 30 round trips, has 0"),
        (np.array([2.0]), "at least 30 round trips, has 1"),
        (np.full(30, 2.0), r"all 30 round trips ended alike \(\+2.00 R\)"),
        (np.full(30, -1.0), r"all 30 round trips ended alike \(-1.00 R\)"),
        (np.linspace(0.5, 2.0, 30), "none of 30 round trips lost"),
    ],
)
def test_significance_sample_that_says_nothing_has_a_reason(r: FloatArray, reason: str) -> None:
    found = significance(r, stream(0))

    assert isinstance(found, Untestable)
    assert re.search(reason, found.reason)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_significance_outcome_that_is_not_finite_is_refused_with_its_place(bad: float) -> None:
    r = three_to_one(40, 0.3, seed=1)
    r[7] = bad

    with pytest.raises(InputError, match="expected finite outcomes, found (nan|inf) at 7"):
        significance(r, stream(0))


@pytest.mark.parametrize("options", [{"resamples": 0}, {"confidence": 1.0}, {"block_length": 0.5}])
def test_significance_option_out_of_range_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(InputError, match="expected"):
        significance(three_to_one(40, 0.3, seed=1), stream(0), **options)  # type: ignore[arg-type]


def test_resample_one_value_is_refused() -> None:
    with pytest.raises(InputError, match="two or more values"):
        resample(np.array([1.0]), stream(0), resamples=10, block_length=1.0)


def test_stream_keys_are_independent_and_repeatable() -> None:
    assert (stream(1, 2, 3) == stream(1, 2, 3)).all()
    assert (stream(1, 2, 3) != stream(1, 2, 4)).any()
    assert (stream(1, 2, 3) != stream(2, 2, 3)).any()


def test_stream_other_generator_is_refused() -> None:
    with pytest.raises(InputError, match="expected a PCG64 generator"):
        stream_of(np.random.Generator(np.random.MT19937(1)))
