"""Windows without a leak, against purgedcv and by hand."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from purgedcv import CombinatorialPurgedCV, WalkForwardSplit

from edgeproof.core.model.candle import IntArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.walk_forward import (
    Window,
    anchored_windows,
    combinatorial_splits,
    rolling_windows,
    split,
    walk_forward,
)

HOUR = 3_600_000


def lives(n: int, seed: int, longest: int = 30 * HOUR) -> tuple[IntArray, IntArray]:
    """Entries about two hours apart, some at the same time, and exits up to `longest` later, some at once."""
    generator = np.random.default_rng(seed)
    entry = np.cumsum(generator.integers(0, 5, size=n)) * HOUR
    return entry, entry + generator.integers(0, longest // HOUR + 1, size=n) * HOUR


def as_times(milliseconds: IntArray) -> NDArray[np.datetime64]:
    return milliseconds.astype("datetime64[ms]")


@pytest.mark.parametrize(("groups", "test_groups"), [(2, 1), (5, 1), (6, 2), (6, 3), (7, 6)])
@pytest.mark.parametrize("embargo", [0, HOUR, 20 * HOUR])
def test_combinatorial_splits_any_embargo_equal_purgedcv(groups: int, test_groups: int, embargo: int) -> None:
    entry, exits = lives(83, seed=groups)
    found = list(combinatorial_splits(entry, exits, groups=groups, test_groups=test_groups, embargo=embargo))

    expected = CombinatorialPurgedCV(
        groups,
        test_groups,
        prediction_times=as_times(entry),
        evaluation_times=as_times(exits),
        embargo=np.timedelta64(embargo, "ms"),
    ).split(np.zeros((83, 1)))
    for ours, (train, test) in zip(found, expected, strict=True):
        assert ours.train.tolist() == train.tolist()
        assert ours.test.tolist() == test.tolist()
    assert len(found) == math.comb(groups, test_groups)


@given(st.integers(0, 10_000), st.integers(4, 60), st.integers(2, 4), st.integers(0, 15))
def test_combinatorial_splits_any_lives_never_leak(seed: int, n: int, groups: int, embargo_hours: int) -> None:
    entry, exits = lives(n, seed)
    for part in combinatorial_splits(entry, exits, groups=groups, test_groups=1, embargo=embargo_hours * HOUR):
        begins, ends = entry[part.train][:, np.newaxis], exits[part.train][:, np.newaxis]
        overlap = (begins < exits[part.test]) & (entry[part.test] < ends) & (begins < ends)
        assert not (overlap & (entry[part.test] < exits[part.test])).any()
        assert not set(part.train.tolist()) & set(part.test.tolist())


@pytest.mark.parametrize("embargo", [0, 6 * HOUR])
def test_split_window_of_rows_equals_purgedcv(embargo: int) -> None:
    # One trade at a time and a test that begins with a trade: then a window and rows are the same thing.
    entry = np.arange(60) * 2 * HOUR
    exits = entry + np.random.default_rng(1).integers(1, 12, size=60) * HOUR
    expected = WalkForwardSplit(
        3,
        12,
        prediction_times=as_times(entry),
        evaluation_times=as_times(exits),
        purge_horizon=np.timedelta64(embargo, "ms"),
    ).split(np.zeros((60, 1)))
    for train, test in expected:
        window = Window(train_start=0, train_end=int(entry[test[0]]), test_end=int(entry[test[-1]]) + 1)
        found = split(entry, exits, window, embargo=embargo)

        assert found.train.tolist() == train.tolist()
        assert found.test.tolist() == test.tolist()


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 3), st.integers(0, 20))
def test_split_any_window_trains_only_on_what_had_ended(seed: int, n: int, parts: int, embargo_hours: int) -> None:
    entry, exits = lives(80, seed)
    embargo = embargo_hours * HOUR
    end = int(entry[-1]) + 1
    for window in (*anchored_windows(0, end, n), *rolling_windows(0, end, n, train_parts=parts)):
        found = split(entry, exits, window, embargo=embargo)
        assert (exits[found.train] + embargo <= window.train_end).all()
        assert (entry[found.test] >= window.train_end).all()


@pytest.mark.parametrize("make", [anchored_windows, rolling_windows])
def test_windows_tests_follow_one_another_to_the_end(make: Callable[[int, int, int], tuple[Window, ...]]) -> None:
    windows = make(1_000, 98_765, 7)

    assert all(first.test_end == second.train_end for first, second in pairwise(windows))
    assert windows[-1].test_end == 98_765
    assert windows[0].train_start == 1_000
    lengths = [window.test_end - window.train_end for window in windows]
    assert max(lengths) - min(lengths) <= 1


def test_rolling_windows_three_parts_to_train_on_have_one_length() -> None:
    windows = rolling_windows(0, 700, 4, train_parts=3)

    assert [(window.train_start, window.train_end) for window in windows] == [
        (0, 300), (100, 400), (200, 500), (300, 600),
    ]  # fmt: skip


def test_walk_forward_two_windows_equal_the_sums_by_hand() -> None:
    entry = np.array([0, 10, 28, 35, 50, 65, 80])
    exits = np.array([5, 20, 33, 40, 70, 75, 85])
    r = np.array([1.0, 2.0, -1.0, 3.0, -1.0, -2.0, 4.0])
    first, second = walk_forward(entry, exits, r, anchored_windows(0, 90, 2))

    assert (first.n_train, first.purged, first.n_test) == (2, 1, 2)
    assert (first.train_expectancy_r, first.test_expectancy_r, first.test_total_r) == (1.5, 1.0, 2.0)
    assert first.test_win_rate == 0.5
    assert (second.n_train, second.purged, second.n_test) == (4, 1, 2)
    assert (second.train_expectancy_r, second.test_expectancy_r) == (1.25, 1.0)


def test_walk_forward_embargo_lets_fewer_train() -> None:
    entry, exits = np.array([0, 10, 20]), np.array([5, 25, 28])
    (result,) = walk_forward(entry, exits, np.ones(3), anchored_windows(0, 60, 1), embargo=3)

    assert (result.n_train, result.purged) == (2, 1)


def test_walk_forward_nothing_traded_has_no_figures_and_no_warning() -> None:
    nothing = np.array([], dtype=np.int64)
    (result,) = walk_forward(nothing, nothing, np.array([]), anchored_windows(0, 60, 1))

    assert (result.n_train, result.n_test, result.test_total_r) == (0, 0, 0.0)
    assert math.isnan(result.test_expectancy_r)
    assert math.isnan(result.train_expectancy_r)


def test_splits_bad_input_is_refused() -> None:
    entry, exits = np.array([0, 10]), np.array([5, 15])
    with pytest.raises(InputError, match="exits at or after their entries, found 3 at 1"):
        split(entry, np.array([5, 3]), anchored_windows(0, 60, 1)[0])
    with pytest.raises(InputError, match="ascending"):
        split(entry[::-1], exits[::-1], anchored_windows(0, 60, 1)[0])
    with pytest.raises(InputError, match="as many exits as entries"):
        split(entry, exits[:1], anchored_windows(0, 60, 1)[0])
    with pytest.raises(InputError, match="embargo of 0 ms or more"):
        split(entry, exits, anchored_windows(0, 60, 1)[0], embargo=-1)
    with pytest.raises(InputError, match="test_groups < groups <= 2"):
        next(combinatorial_splits(entry, exits, groups=3, test_groups=1))
    with pytest.raises(InputError, match="as many outcomes as entries"):
        walk_forward(entry, exits, np.ones(3), anchored_windows(0, 60, 1))
    with pytest.raises(InputError, match="expected finite outcomes"):
        walk_forward(entry, exits, np.array([1.0, math.nan]), anchored_windows(0, 60, 1))


def test_windows_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="2 or more parts"):
        anchored_windows(0, 100, 0)
    with pytest.raises(InputError, match="2 or more parts of at least 1 ms"):
        anchored_windows(0, 3, 5)
    with pytest.raises(InputError, match="at least 1 part to train on"):
        rolling_windows(0, 100, 2, train_parts=0)
    with pytest.raises(InputError, match="train_start < train_end < test_end"):
        Window(train_start=5, train_end=5, test_end=9)
