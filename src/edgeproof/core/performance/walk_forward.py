"""Cutting history into a part to choose on and a part to be judged on, with no round trip in both.

A round trip lives from its entry to its exit, the exit excluded: [entry, exit). One whose life overlaps the test is
*purged* from the training; one that begins within the *embargo* after a test is left out too, for what the market did
in the test still shows in it.

Source: M. Lopez de Prado (2018), "Advances in financial machine learning", Wiley, chapters 7 and 12.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from edgeproof.core.model.candle import BoolArray, FloatArray, IntArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.metrics import mean
from edgeproof.core.performance.sample import require_finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Train on [train_start, train_end), be judged on [train_end, test_end), in UTC milliseconds."""

    train_start: int
    train_end: int
    test_end: int

    def __post_init__(self) -> None:
        if not self.train_start < self.train_end < self.test_end:
            raise InputError(
                f"expected train_start < train_end < test_end, "
                f"found {self.train_start}, {self.train_end} and {self.test_end}"
            )


def anchored_windows(start: int, end: int, n: int) -> tuple[Window, ...]:
    """n windows whose training always begins at `start` and grows; the tests are the last n of n + 1 equal parts.

    >>> [(w.train_start, w.train_end, w.test_end) for w in anchored_windows(0, 90, 2)]
    [(0, 30, 60), (0, 60, 90)]

    Raises
    ------
    InputError
        For no window, or less time than parts.
    """
    cuts = _cuts(start, end, n + 1)
    return tuple(Window(train_start=start, train_end=cuts[k], test_end=cuts[k + 1]) for k in range(1, n + 1))


def rolling_windows(start: int, end: int, n: int, *, train_parts: int = 1) -> tuple[Window, ...]:
    """n windows whose training is the `train_parts` parts before the test; the tests are the last n equal parts.

    >>> [(w.train_start, w.train_end, w.test_end) for w in rolling_windows(0, 90, 2)]
    [(0, 30, 60), (30, 60, 90)]

    Raises
    ------
    InputError
        For no window, no training, or less time than parts.
    """
    if train_parts < 1:
        raise InputError(f"expected at least 1 part to train on, found {train_parts}")
    cuts = _cuts(start, end, n + train_parts)
    return tuple(
        Window(train_start=cuts[k], train_end=cuts[k + train_parts], test_end=cuts[k + train_parts + 1])
        for k in range(n)
    )


def _cuts(start: int, end: int, parts: int) -> list[int]:
    if parts < 2 or end - start < parts:
        raise InputError(f"expected 2 or more parts of at least 1 ms, found {parts} from {start} to {end}")
    return [start + (end - start) * part // parts for part in range(parts + 1)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Split:
    """Rows to train on and rows to be judged on, ascending."""

    train: IntArray
    test: IntArray


def split(entry_time: IntArray, exit_time: IntArray, window: Window, *, embargo: int = 0) -> Split:
    """The round trips of a window: judged are those that begin in the test, trained on those that ended before it.

    A round trip is purged that still lives when the test begins. The embargo, in milliseconds, widens that: the
    training ends so much earlier.

    By hand, with trades 0-10, 8-12 and 12-20 and a test from 10 on: the second still lives at 10.

    >>> entries, exits = np.array([0, 8, 12]), np.array([10, 12, 20])
    >>> found = split(entries, exits, Window(train_start=0, train_end=10, test_end=30))
    >>> found.train.tolist(), found.test.tolist()
    ([0], [2])

    Raises
    ------
    InputError
        For times that are not ascending, an exit before its entry or a negative embargo.
    """
    _check_times(entry_time, exit_time, embargo)
    before = (entry_time >= window.train_start) & (entry_time < window.train_end)
    judged = (entry_time >= window.train_end) & (entry_time < window.test_end)
    ended = exit_time <= window.train_end - embargo
    return Split(train=np.flatnonzero(before & ended), test=np.flatnonzero(judged))


def combinatorial_splits(
    entry_time: IntArray, exit_time: IntArray, *, groups: int, test_groups: int, embargo: int = 0
) -> Iterator[Split]:
    """Every way to be judged on `test_groups` of `groups` equal runs of round trips, trained on the rest.

    From the training are purged the round trips whose life overlaps that of one in the test, and those that begin
    within `embargo` milliseconds after the exit of one in the test, both ends included; 0 is no embargo. The first
    n mod `groups` groups are one longer. There are C(groups, test_groups) splits, ordered by the groups tested.

    By hand, six trades of 15 ms every 10 ms in three groups, judged on the first: the third lives while the
    second does.

    >>> entries = np.arange(6) * 10
    >>> first = next(combinatorial_splits(entries, entries + 15, groups=3, test_groups=1))
    >>> first.train.tolist(), first.test.tolist()
    ([3, 4, 5], [0, 1])

    Raises
    ------
    InputError
        For times as in `split`, more groups than round trips, or not 1 <= test_groups < groups.
    """
    _check_times(entry_time, exit_time, embargo)
    n = len(entry_time)
    if not 1 <= test_groups < groups <= n:
        raise InputError(f"expected 1 <= test_groups < groups <= {n} (round trips), found {test_groups} and {groups}")
    size, longer = divmod(n, groups)
    group = np.repeat(np.arange(groups), [size + (each < longer) for each in range(groups)])
    for chosen in combinations(range(groups), test_groups):
        test: BoolArray = np.isin(group, chosen)
        leaks = _overlaps(entry_time, exit_time, entry_time[test], exit_time[test])
        if embargo > 0:
            leaks |= _within(entry_time, exit_time[test], embargo)
        yield Split(train=np.flatnonzero(~test & ~leaks), test=np.flatnonzero(test))


def _overlaps(starts: IntArray, ends: IntArray, other_starts: IntArray, other_ends: IntArray) -> BoolArray:
    """Which of [start, end) overlap any of the others, whose starts ascend; an empty one overlaps nothing."""
    lives = other_starts < other_ends
    reach = np.maximum.accumulate(other_ends[lives]) if lives.any() else np.zeros(0, dtype=np.int64)
    before = np.searchsorted(other_starts[lives], ends, side="left")  # how many of the others begin before the end
    latest = np.concatenate([[np.iinfo(np.int64).min], reach])[before]
    overlaps: BoolArray = (latest > starts) & (starts < ends)
    return overlaps


def _within(times: IntArray, ends: IntArray, embargo: int) -> BoolArray:
    """Which times lie in [end, end + embargo] of any end: those whose nearest end before is no farther."""
    ends = np.sort(ends)
    before = np.searchsorted(ends, times, side="right")
    found: BoolArray = (before > 0) & (times - ends[np.maximum(before - 1, 0)] <= embargo)
    return found


def _check_times(entry_time: IntArray, exit_time: IntArray, embargo: int) -> None:
    if len(entry_time) != len(exit_time):
        raise InputError(f"expected as many exits as entries, found {len(exit_time)} and {len(entry_time)}")
    if embargo < 0:
        raise InputError(f"expected an embargo of 0 ms or more, found {embargo}")
    if (np.diff(entry_time) < 0).any():
        raise InputError("expected entry times ascending: sort pooled round trips by entry first")
    if (exit_time < entry_time).any():
        place = int(np.argmax(exit_time < entry_time))
        raise InputError(f"expected exits at or after their entries, found {exit_time[place]} at {place}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowResult:
    """What a window's round trips earned in training and test; NaN where there were none. `purged` were left out."""

    window: Window
    n_train: int
    n_test: int
    purged: int
    train_expectancy_r: float
    test_expectancy_r: float
    test_win_rate: float
    test_total_r: float


def walk_forward(
    entry_time: IntArray, exit_time: IntArray, r: FloatArray, windows: tuple[Window, ...], *, embargo: int = 0
) -> tuple[WindowResult, ...]:
    """The result of each window, in their order.

    Raises
    ------
    InputError
        For times as in `split` or outcomes that are not finite, one each.
    """
    require_finite(r, "outcomes")
    if len(r) != len(entry_time):
        raise InputError(f"expected as many outcomes as entries, found {len(r)} and {len(entry_time)}")
    return tuple(
        _result(entry_time, r, window, split(entry_time, exit_time, window, embargo=embargo)) for window in windows
    )


def _result(entry_time: IntArray, r: FloatArray, window: Window, parts: Split) -> WindowResult:
    begun = (entry_time >= window.train_start) & (entry_time < window.train_end)
    train, test = r[parts.train], r[parts.test]
    return WindowResult(
        window=window,
        n_train=len(train),
        n_test=len(test),
        purged=int(begun.sum()) - len(train),
        train_expectancy_r=mean(train),
        test_expectancy_r=mean(test),
        test_win_rate=mean(test > 0),
        test_total_r=float(test.sum()),
    )
