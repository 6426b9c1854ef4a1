"""Does choosing the best hypothesis work? Asked of the run as a whole, on in-sample days only.

1. `daily_matrix`: what each candidate earned on each day.
2. `overfitting` (CSCV): how often the best of one half of the days falls below the median in the other.
3. `choose_forward`: choose the best so far, see what it earns next, window after window.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.time import DAY
from edgeproof.core.performance.cross_validation import BLOCKS, Overfitting, overfitting
from edgeproof.core.performance.sample import Untestable, too_few
from edgeproof.core.performance.significance import MIN_ROUND_TRIPS
from edgeproof.core.performance.walk_forward import Window, anchored_windows
from edgeproof.core.signals.hypothesis import Family
from edgeproof.research.edge import Examination

WINDOWS = 5
EMBARGO_DAYS = 1
"""Days between choosing and judging: what the market did on the last day still shows on the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardChoice:
    """The best candidate of the training days, and what it earned in the days after; in R a day.

    `rank` is the share of candidates it did better than in the test, equal ones counting half.
    """

    window: Window
    chosen: str
    instruments: tuple[str, ...]
    train_sharpe: float
    train_r: float
    test_r: float
    test_total_r: float
    median_test_r: float
    rank: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChoiceLuck:
    """What choosing among the candidates of a run is worth."""

    candidates: int
    days: int
    overfitting: Overfitting | Untestable
    forward: tuple[ForwardChoice, ...]


def candidates_of(examinations: Sequence[Examination]) -> tuple[Examination, ...]:
    """Those one could choose: tested on enough trades, and no placebo."""
    return tuple(
        each
        for each in examinations
        if each.in_sample.n >= MIN_ROUND_TRIPS
        and each.trial.kind != "ablation"
        and each.trial.hypothesis.family is not Family.PLACEBO
    )


def luck_of_choice(examinations: Sequence[Examination]) -> ChoiceLuck:
    """What choosing the best of these examinations by their in-sample days is worth."""
    candidates = candidates_of(examinations)
    if len(candidates) < 2:
        reason = too_few(len(candidates), 2, f"hypotheses with {MIN_ROUND_TRIPS} trades in-sample")
        return ChoiceLuck(candidates=len(candidates), days=0, overfitting=reason, forward=())
    first, matrix = daily_matrix(candidates)
    return ChoiceLuck(
        candidates=len(candidates),
        days=len(matrix),
        overfitting=overfitting(matrix, blocks=blocks_for(len(matrix))),
        forward=choose_forward(candidates, first, matrix),
    )


def blocks_for(days: int) -> int:
    """As many blocks as usual, or fewer and even where each would be shorter than two days; 2 at least.

    >>> blocks_for(731), blocks_for(29), blocks_for(3)
    (16, 14, 2)
    """
    return max(2, min(BLOCKS, days // 4 * 2))


def daily_matrix(candidates: Sequence[Examination]) -> tuple[int, FloatArray]:
    """The first day (since the epoch) and R a day, shape (n_days, n_candidates); 0 where nothing ended."""
    first = min(each.first_day for each in candidates)
    days = max(each.first_day + len(each.daily_r) for each in candidates) - first
    matrix = np.zeros((days, len(candidates)))
    for column, each in enumerate(candidates):
        begin = each.first_day - first
        matrix[begin : begin + len(each.daily_r), column] = each.daily_r
    return first, matrix


def choose_forward(candidates: Sequence[Examination], first: int, matrix: FloatArray) -> tuple[ForwardChoice, ...]:
    """The best candidate up to each window by its Sharpe ratio, and what it earned in the window."""
    if len(matrix) < 2 * (WINDOWS + 1):
        return ()
    found = []
    for window in anchored_windows(0, len(matrix), WINDOWS):
        train, test = matrix[: window.train_end - EMBARGO_DAYS], matrix[window.train_end : window.test_end]
        sharpes = _sharpes(train)
        best = int(np.argmax(sharpes))
        means = test.mean(axis=0)
        found.append(
            ForwardChoice(
                window=_in_milliseconds(window, first),
                chosen=candidates[best].trial.hypothesis.name,
                instruments=tuple(each.unified for each in candidates[best].instruments),
                train_sharpe=float(sharpes[best]),
                train_r=float(train[:, best].mean()),
                test_r=float(means[best]),
                test_total_r=float(test[:, best].sum()),
                median_test_r=float(np.median(means)),
                rank=float(((means < means[best]).sum() + ((means == means[best]).sum() - 1) / 2) / (len(means) - 1)),
            )
        )
    return tuple(found)


def _sharpes(returns: FloatArray) -> FloatArray:
    """Mean over deviation of each column; the lowest there is where a column does not vary."""
    deviation = returns.std(axis=0)
    sharpes: FloatArray = np.divide(
        returns.mean(axis=0), deviation, out=np.full(returns.shape[1], -np.inf), where=deviation > 0
    )
    return sharpes


def _in_milliseconds(window: Window, first: int) -> Window:
    return Window(
        train_start=(first + window.train_start) * DAY,
        train_end=(first + window.train_end) * DAY,
        test_end=(first + window.test_end) * DAY,
    )
