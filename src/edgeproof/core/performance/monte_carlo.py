"""The same round trips in another order, or without some of them: how much of a result was luck of the sequence?

Shuffling the order changes the way, not the end: the number of trades, total r, expectancy, win rate, profit factor and
their costs are the same in every order. The maximum drawdown and the longest losing streak are not, and the ones that
happened are one draw from their distribution: the next year will draw another.
"""

from dataclasses import dataclass

import numpy as np

from edgeproof.core.kernels.resampling import StreamArray, shuffled_paths, thinned_means
from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.metrics import max_drawdown
from edgeproof.core.performance.sample import Untestable, require_finite, require_fraction, too_few

LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95, 0.99)
"""The percentiles of every distribution, as fractions."""

DRAWS = 1_000
"""Enough for a 95th percentile that moves by less than a point from seed to seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A figure of the run as it happened beside its distribution over the draws.

    `percentiles` stand for `LEVELS`; `share_below` is the share of draws below `actual`, equal ones counting half.
    """

    actual: float
    percentiles: tuple[float, ...]
    share_below: float
    draws: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLuck:
    """What the order of the round trips decided: the deepest fall in R, and the longest run without a win."""

    max_drawdown_r: Distribution
    losing_streak: Distribution


def shuffle_order(r: FloatArray, stream: StreamArray, *, draws: int = DRAWS) -> OrderLuck | Untestable:
    """The maximum drawdown and the longest losing streak over random orders of the same round trips.

    Parameters
    ----------
    r : float64 (n,)
        Outcomes in R in the order they happened.
    stream : uint64 (6,)
        Where the random draws come from (`research.resampling.stream`); left as it is.

    Raises
    ------
    InputError
        For an outcome that is not finite or no draw.
    """
    _check(r, draws)
    if len(r) < 2:
        return too_few(len(r), 2, "round trips to put into another order")
    drawdowns, streaks = np.empty(draws), np.empty(draws)
    shuffled_paths(np.ascontiguousarray(r, dtype=np.float64), stream.copy(), drawdowns, streaks)
    return OrderLuck(
        max_drawdown_r=distribution(max_drawdown(r), drawdowns),
        losing_streak=distribution(float(longest_losing_streak(r)), streaks),
    )


def miss_trades(
    r: FloatArray, stream: StreamArray, *, missed: float = 0.1, draws: int = DRAWS
) -> Distribution | Untestable:
    """The expectancy when each round trip is missed with probability `missed`, as when a computer sleeps.

    Draws that leave nothing are left out of the distribution.

    Raises
    ------
    InputError
        For an outcome that is not finite, no draw or a fraction that is not between 0 and 1.
    """
    _check(r, draws)
    require_fraction(missed, "a share of missed trades")
    if len(r) < 2:
        return too_few(len(r), 2, "round trips to miss some of")
    means = np.empty(draws)
    thinned_means(np.ascontiguousarray(r, dtype=np.float64), missed, stream.copy(), means)
    left = means[~np.isnan(means)]
    if len(left) == 0:
        return Untestable(f"missing {missed:.0%} of {len(r)} round trips left nothing in any of {draws} draws")
    return distribution(float(r.mean()), left)


def distribution(actual: float, drawn: FloatArray) -> Distribution:
    """The percentiles of what was drawn, linear between draws, and where the actual figure falls.

    By hand, 2 among 1, 2, 3 and 4: one below and one equal of four.

    >>> found = distribution(2.0, np.array([1.0, 2.0, 3.0, 4.0]))
    >>> found.share_below, found.percentiles[2]
    (0.375, 2.5)
    """
    below, equal = int((drawn < actual).sum()), int((drawn == actual).sum())
    return Distribution(
        actual=actual,
        percentiles=tuple(np.quantile(drawn, LEVELS).tolist()),
        share_below=(below + equal / 2) / len(drawn),
        draws=len(drawn),
    )


def longest_losing_streak(r: FloatArray) -> int:
    """The longest run of round trips that won nothing (r <= 0).

    >>> longest_losing_streak(np.array([-1.0, 2.0, -1.0, 0.0, -1.0, 3.0])), longest_losing_streak(np.array([]))
    (3, 0)
    """
    ends = np.flatnonzero(np.concatenate([[True], r > 0, [True]]))
    return int(np.diff(ends).max()) - 1


def _check(r: FloatArray, draws: int) -> None:
    require_finite(r, "outcomes")
    if draws < 1:
        raise InputError(f"expected at least 1 draw, found {draws}")
