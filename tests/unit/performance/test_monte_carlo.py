"""Other orders and missed trades, against naive draws of the same generator and against every order there is."""

import re
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from edgeproof.core.kernels.resampling import shuffled_paths, thinned_means
from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.metrics import max_drawdown
from edgeproof.core.performance.monte_carlo import (
    Distribution,
    OrderLuck,
    distribution,
    longest_losing_streak,
    miss_trades,
    shuffle_order,
)
from edgeproof.core.performance.sample import Untestable
from edgeproof.research.resampling import stream, stream_of

TRADES = np.array([2.0, -1.0, -1.0, 3.0, -1.0, 0.0, 1.5, -0.5])


def trades(n: int, seed: int) -> FloatArray:
    return np.where(np.random.default_rng(seed).random(n) < 0.35, 2.0, -1.0)


@pytest.mark.parametrize("n", [1, 2, 3, 50])
def test_shuffled_paths_same_generator_equal_naive_swaps(n: int) -> None:
    r = np.random.default_rng(n).normal(size=n)
    generator = np.random.default_rng(5)
    drawdowns, streaks = np.empty(40), np.empty(40)
    shuffled_paths(r, stream_of(generator).copy(), drawdowns, streaks)

    order = r.copy()
    for b in range(40):
        for i in range(n - 1, 0, -1):
            j = int(generator.integers(i + 1))
            order[[i, j]] = order[[j, i]]
        assert drawdowns[b] == pytest.approx(max_drawdown(order), abs=1e-12)
        assert streaks[b] == longest_losing_streak(order)


def test_thinned_means_same_generator_equal_naive_draws() -> None:
    generator = np.random.default_rng(6)
    means = np.empty(200)
    thinned_means(TRADES, 0.6, stream_of(generator).copy(), means)

    for mean in means:
        kept = TRADES[generator.random(len(TRADES)) >= 0.6]
        assert mean == pytest.approx(kept.mean() if len(kept) else np.nan, abs=1e-12, nan_ok=True)


def test_shuffle_order_six_trades_equal_all_their_orders() -> None:
    r = TRADES[:6]
    found = shuffle_order(r, stream(1), draws=40_000)
    assert isinstance(found, OrderLuck)

    every = np.array([max_drawdown(np.array(order)) for order in permutations(r)])
    expected = distribution(max_drawdown(r), every)
    assert found.max_drawdown_r.percentiles == expected.percentiles
    assert found.max_drawdown_r.share_below == pytest.approx(expected.share_below, abs=0.01)
    streaks = np.array([longest_losing_streak(np.array(order)) for order in permutations(r)], dtype=float)
    assert found.losing_streak.share_below == pytest.approx(distribution(2.0, streaks).share_below, abs=0.01)


def test_shuffle_order_losses_all_at_the_end_stand_out() -> None:
    found = shuffle_order(np.sort(trades(200, seed=1))[::-1], stream(2))

    assert isinstance(found, OrderLuck)
    assert found.max_drawdown_r.share_below == 1.0
    assert found.losing_streak.share_below == 1.0
    assert found.max_drawdown_r.actual > found.max_drawdown_r.percentiles[-1]


def test_shuffle_order_random_order_falls_anywhere() -> None:
    shares = []
    for seed in range(150):
        found = shuffle_order(trades(60, seed), stream(seed), draws=200)
        assert isinstance(found, OrderLuck)
        shares.append(found.max_drawdown_r.share_below)

    # Uniform, apart from ties: quarter by quarter within four deviations of a binomial count.
    counts = np.histogram(shares, bins=4, range=(0, 1))[0]
    assert (binom.cdf(counts, 150, 0.25) > 1e-4).all()
    assert (binom.sf(counts - 1, 150, 0.25) > 1e-4).all()


@given(st.integers(0, 1_000), st.integers(2, 40))
def test_shuffle_order_any_trades_stay_within_what_is_possible(seed: int, n: int) -> None:
    r = np.random.default_rng(seed).normal(size=n)
    found = shuffle_order(r, stream(seed), draws=50)

    assert isinstance(found, OrderLuck)
    lost = -r[r < 0].sum()
    assert max(0.0, -r.sum()) - 1e-9 <= found.max_drawdown_r.percentiles[0]
    assert found.max_drawdown_r.percentiles[-1] <= lost + 1e-9
    assert found.losing_streak.percentiles[-1] <= (r <= 0).sum()


def test_shuffle_order_all_winning_has_no_fall_and_no_streak() -> None:
    found = shuffle_order(np.full(30, 2.0), stream(3))

    assert isinstance(found, OrderLuck)
    assert set(found.max_drawdown_r.percentiles) == {0.0}
    assert (found.max_drawdown_r.share_below, found.losing_streak.share_below) == (0.5, 0.5)


def test_miss_trades_distribution_is_centred_and_as_wide_as_sampling_says() -> None:
    r = trades(400, seed=9)
    found = miss_trades(r, stream(4), missed=0.1, draws=20_000)
    assert isinstance(found, Distribution)

    # The mean of a random 90 %: deviation √((0.1 / 0.9) var / n).
    deviation = np.sqrt(0.1 / 0.9 * r.var() / 400)
    expected = [r.mean() + deviation * norm.ppf(level) for level in (0.05, 0.25, 0.5, 0.75, 0.95, 0.99)]
    assert found.percentiles == pytest.approx(expected, abs=0.1 * deviation)
    assert found.actual == r.mean()


def test_miss_trades_nearly_all_missed_may_leave_nothing() -> None:
    found = miss_trades(np.array([1.0, -1.0]), stream(5), missed=0.999999, draws=10)

    assert isinstance(found, Untestable)
    assert "left nothing in any of 10 draws" in found.reason


@pytest.mark.parametrize("r", [np.array([]), np.array([1.0])])
def test_monte_carlo_too_few_trades_have_a_reason(r: FloatArray) -> None:
    for found in (shuffle_order(r, stream(0)), miss_trades(r, stream(0))):
        assert isinstance(found, Untestable)
        assert re.fullmatch(f"needs at least 2 round trips to .*, has {len(r)}", found.reason)


def test_monte_carlo_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="finite outcomes"):
        shuffle_order(np.array([1.0, np.nan]), stream(0))
    with pytest.raises(InputError, match="at least 1 draw"):
        shuffle_order(TRADES, stream(0), draws=0)
    with pytest.raises(InputError, match="share of missed trades between 0 and 1"):
        miss_trades(TRADES, stream(0), missed=1.0)


def test_monte_carlo_same_stream_gives_the_same_and_leaves_it() -> None:
    words = stream(7)
    before = words.copy()

    assert shuffle_order(TRADES, words) == shuffle_order(TRADES, words)
    assert miss_trades(TRADES, words) == miss_trades(TRADES, words)
    assert (words == before).all()
