"""The probability of backtest overfitting, against purgedcv and on data whose answer is known."""

import numpy as np
import purgedcv
import pytest

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance import cross_validation
from edgeproof.core.performance.cross_validation import Overfitting, overfitting
from edgeproof.core.performance.sample import Untestable


def noise(n_rows: int, n_columns: int, seed: int) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(n_rows, n_columns))


def found_in(returns: FloatArray, blocks: int = 8) -> Overfitting:
    found = overfitting(returns, blocks=blocks)
    assert isinstance(found, Overfitting)
    return found


def check_against_purgedcv(returns: FloatArray, blocks: int) -> None:
    found = found_in(returns, blocks)
    expected = purgedcv.probability_of_backtest_overfitting(returns.T, n_splits=blocks)

    assert found.probability == expected.pbo
    assert found.logits == pytest.approx(expected.logits, abs=1e-9)
    assert found.in_sample == pytest.approx(expected.is_oos_performance[:, 0], rel=1e-9, abs=1e-9)
    assert found.out_of_sample == pytest.approx(expected.is_oos_performance[:, 1], rel=1e-9, abs=1e-9)
    assert found.slope == pytest.approx(expected.slope, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(("n_rows", "n_columns", "blocks"), [(16, 2, 8), (243, 7, 8), (61, 5, 6), (100, 12, 2)])
def test_overfitting_noise_equals_purgedcv(n_rows: int, n_columns: int, blocks: int) -> None:
    check_against_purgedcv(noise(n_rows, n_columns, seed=n_rows), blocks)


def test_overfitting_sixteen_blocks_equal_purgedcv() -> None:
    check_against_purgedcv(noise(37, 2, seed=4), 16)


def test_overfitting_columns_far_from_zero_keep_their_digits() -> None:
    check_against_purgedcv(1e-4 * noise(200, 5, seed=6) + 1_000, 8)


def test_overfitting_days_without_trades_equal_purgedcv() -> None:
    returns = noise(160, 6, seed=7) * (np.random.default_rng(8).random((160, 6)) < 0.03)
    returns[:, 5] = 0.0
    returns[:80, 4] = 0.5
    returns[80:, 3] = -0.25
    check_against_purgedcv(returns, 8)


def test_overfitting_same_column_twice_equals_purgedcv() -> None:
    returns = noise(120, 3, seed=9)
    check_against_purgedcv(np.column_stack([returns, returns, returns[:, :1]]), 6)


def test_overfitting_small_pieces_equal_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    returns = noise(150, 9, seed=10)
    whole = found_in(returns)
    monkeypatch.setattr(cross_validation, "_AT_ONCE", 40)

    assert found_in(returns).logits == pytest.approx(whole.logits, abs=1e-12)


def test_overfitting_pure_noise_is_near_one_half() -> None:
    found = [found_in(noise(320, 20, seed), blocks=16).probability for seed in range(40)]

    # One history says little (the halves overlap); the mean of 40 has a deviation of about 0.04.
    assert 0.38 < np.mean(found) < 0.62


def test_overfitting_one_real_edge_among_noise_holds() -> None:
    returns = noise(320, 20, seed=1)
    returns[:, 13] += 0.5
    found = found_in(returns, blocks=16)

    assert found.probability < 0.01
    assert found.probability_of_loss < 0.01
    assert len(found.logits) == 12_870


def test_overfitting_edge_that_turns_at_half_time_never_holds() -> None:
    returns = np.repeat([[1.0, -1.0], [-1.0, 1.0]], 40, axis=0) + 0.1 * noise(80, 2, seed=2)
    found = found_in(returns, blocks=2)

    assert found.probability == 1.0
    assert found.probability_of_loss == 1.0


@pytest.mark.parametrize(
    ("returns", "reason"),
    [
        (np.zeros((0, 3)), "at least 32 periods for 16 blocks, has 0"),
        (noise(31, 3, seed=0), "at least 32 periods for 16 blocks, has 31"),
        (noise(100, 1, seed=0), "at least 2 trials to choose between, has 1"),
        (np.tile([0.1, 0.2, 0.3], (64, 1)), "none of 3 trials varies over 64 periods"),
    ],
)
def test_overfitting_sample_that_says_nothing_has_a_reason(returns: FloatArray, reason: str) -> None:
    found = overfitting(returns)

    assert isinstance(found, Untestable)
    assert reason in found.reason


def test_overfitting_bad_input_is_refused() -> None:
    returns = noise(64, 3, seed=0)
    with pytest.raises(InputError, match="even number of blocks, 2 or more, found 7"):
        overfitting(returns, blocks=7)
    with pytest.raises(InputError, match="found 1 dimensions"):
        overfitting(returns[:, 0])
    returns[5, 2] = np.nan
    with pytest.raises(InputError, match=r"found nan at \(5, 2\)"):
        overfitting(returns)
