"""The same statistics for each hour, weekday, month, regime or instrument: where does a signal earn?

A breakdown is for reading, not for choosing: the best of 24 hours looks good by luck. An hour picked here is a
new trial.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import DAY, HOUR
from edgeproof.core.performance.metrics import mean, profit_factor, wilson_interval
from edgeproof.core.performance.sample import require_finite

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Names of the labels of `weekday`."""

_MONDAY = 3
"""The epoch was a Thursday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStatistics:
    """Figures over the round trips that share a label; `win_rate_low` and `_high` are its Wilson 95 % interval."""

    n: int
    win_rate: float
    win_rate_low: float
    win_rate_high: float
    expectancy_r: float
    total_r: float
    profit_factor: float


def breakdown(r: FloatArray, labels: NDArray[Any]) -> tuple[tuple[str | int, GroupStatistics], ...]:
    """The statistics of each label that occurs, ascending by label; nothing for nothing.

    By hand: "a" earned 2 and -1, a mean of 0.5; "b" earned -1.

    >>> found = breakdown(np.array([2.0, -1.0, -1.0]), np.array(["a", "b", "a"]))
    >>> [(label, row.n, row.expectancy_r, row.win_rate) for label, row in found]
    [('a', 2, 0.5, 0.5), ('b', 1, -1.0, 0.0)]

    Parameters
    ----------
    r : float64 (n,)
        Outcomes in R.
    labels : str or int (n,)
        Such as the answers of `hour` or `month`, or the regime at the signal.

    Raises
    ------
    InputError
        For an outcome that is not finite or a label too many or too few.
    """
    require_finite(r, "outcomes")
    if len(labels) != len(r):
        raise InputError(f"expected a label for each of {len(r)} round trips, found {len(labels)}")
    names, member = np.unique(labels, return_inverse=True)
    order = np.argsort(member, kind="stable")
    parts = np.split(r[order], np.cumsum(np.bincount(member, minlength=len(names)))[:-1])
    return tuple((name, _figures(part)) for name, part in zip(names.tolist(), parts, strict=False))


def _figures(r: FloatArray) -> GroupStatistics:
    wins = int((r > 0).sum())
    low, high = wilson_interval(wins, len(r))
    return GroupStatistics(
        n=len(r),
        win_rate=wins / len(r),
        win_rate_low=low,
        win_rate_high=high,
        expectancy_r=mean(r),
        total_r=float(r.sum()),
        profit_factor=profit_factor(r),
    )


def hour(times: IntArray) -> IntArray:
    """The UTC hour of each time, 0 to 23.

    >>> hour(np.array([0, 90 * 60_000, 25 * 3_600_000])).tolist()
    [0, 1, 1]
    """
    return times % DAY // HOUR


def weekday(times: IntArray) -> IntArray:
    """The UTC weekday of each time, 0 for Monday to 6 for Sunday (`WEEKDAYS` has the names).

    >>> weekday(np.array([0, 4 * 86_400_000])).tolist()
    [3, 0]
    """
    return (times // DAY + _MONDAY) % 7


def month(times: IntArray) -> NDArray[np.str_]:
    """The UTC month of each time, such as "2025-05"; these sort as time does.

    >>> month(np.array([1_746_057_600_000])).tolist()
    ['2025-05']
    """
    return times.astype("datetime64[ms]").astype("datetime64[M]").astype(np.str_)
