"""The probability of backtest overfitting: does the best of the first half stay good in the second, over all halves?

Combinatorially symmetric cross-validation (CSCV):

1. The history is cut into S blocks; each way to choose S/2 of them is the in-sample half once.
2. `_Blocks` holds the sums of each block, from which the Sharpe ratio of any union of blocks follows at once.
3. The in-sample best column is ranked out of sample; below the median, the choice was worth nothing.

Source: D. H. Bailey, J. M. Borwein, M. Lopez de Prado and Q. J. Zhu (2017), "The probability of backtest overfitting",
Journal of Computational Finance 20(4).
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from edgeproof.core.model.candle import BoolArray, FloatArray, IntArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.sample import Untestable, require_finite, too_few

BLOCKS = 16
"""12,870 halves: enough for a smooth figure, and blocks long enough to hold trades."""

_AT_ONCE = 1_000_000
"""Sharpe ratios held at a time: memory stays that of a few such arrays, however many columns are compared."""

_TIE = 1e-12
"""Sharpe ratios nearer than this (relative to them, above 1) are equal: rounding must not tell equal columns apart."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overfitting:
    """How the in-sample best fared out of sample, one row a half; arrays of shape (n_halves,).

    `probability` is the share of halves in which it fell below the median (`logits` < 0): about one half for noise.
    `probability_of_loss` is the share with a Sharpe ratio of 0 or less out of sample. `slope` is that of the Sharpe
    ratio out of sample on the one in sample (NaN if the latter never varies). `logits` are ln(ω / (1 - ω)), ω the rank
    out of sample over n_columns + 1, equal ones sharing their mean rank.
    """

    probability: float
    probability_of_loss: float
    slope: float
    logits: FloatArray
    in_sample: FloatArray
    out_of_sample: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """Sums over each block of each column; all of shape (n_blocks, n_columns) but `rows` (n_blocks,).

    The values are taken from the mean of their column, `centre` (n_columns,), so that squares lose no digits.
    """

    rows: FloatArray
    centre: FloatArray
    sums: FloatArray
    squares: FloatArray
    lowest: FloatArray
    highest: FloatArray


def overfitting(returns: FloatArray, *, blocks: int = BLOCKS) -> Overfitting | Untestable:
    """How the best of several columns of returns fares out of sample, over all halves of the history.

    Columns without variation in a half have a Sharpe ratio of 0 there. Of equal in-sample bests the first is taken.

    Parameters
    ----------
    returns : float64 (n_rows, n_columns)
        What each trial earned in each period, such as R a day, over the same periods.
    blocks : int
        An even number; the first n_rows mod `blocks` are one row longer.

    Raises
    ------
    InputError
        For an odd number of blocks, a return that is not finite or an array that is no matrix.
    """
    if blocks < 2 or blocks % 2:
        raise InputError(f"expected an even number of blocks, 2 or more, found {blocks}")
    if returns.ndim != 2:
        raise InputError(f"expected returns as (periods, trials), found {returns.ndim} dimensions")
    require_finite(returns, "returns")
    n_rows, n_columns = returns.shape
    if n_columns < 2:
        return too_few(n_columns, 2, "trials to choose between")
    if n_rows < 2 * blocks:
        return too_few(n_rows, 2 * blocks, f"periods for {blocks} blocks")
    if (returns.min(axis=0) == returns.max(axis=0)).all():
        return Untestable(f"none of {n_columns} trials varies over {n_rows} periods: there is nothing to choose")
    summed = _sum_blocks(returns, blocks)
    chosen = np.array(list(combinations(range(blocks), blocks // 2)))
    halves = np.zeros((len(chosen), blocks))
    np.put_along_axis(halves, chosen, 1.0, axis=1)
    step = max(1, _AT_ONCE // n_columns)
    parts = [_judge(summed, halves[at : at + step]) for at in range(0, len(halves), step)]
    ranks, inside, outside = (np.concatenate(each) for each in zip(*parts, strict=True))
    return _conclude(ranks / (n_columns + 1), inside, outside)


def _sum_blocks(returns: FloatArray, blocks: int) -> _Blocks:
    size, longer = divmod(len(returns), blocks)
    begins = np.array([block * size + min(block, longer) for block in range(blocks)])
    centre = returns.mean(axis=0)
    centred = returns - centre
    return _Blocks(
        rows=np.diff(begins, append=len(returns)).astype(np.float64),
        centre=centre,
        sums=np.add.reduceat(centred, begins),
        squares=np.add.reduceat(centred * centred, begins),
        lowest=np.minimum.reduceat(returns, begins),
        highest=np.maximum.reduceat(returns, begins),
    )


def _judge(blocks: _Blocks, out_halves: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rank out of sample of the in-sample best, its Sharpe ratio in and out of sample, one each a half."""
    inside, outside = _sharpes(blocks, 1.0 - out_halves), _sharpes(blocks, out_halves)
    highest = inside.max(axis=1, keepdims=True)
    best: IntArray = np.argmax(inside >= highest - _tie(highest), axis=1)
    each = np.arange(len(best))
    reached = outside[each, best][:, np.newaxis]
    below = (outside < reached - _tie(reached)).sum(axis=1)
    equal = (np.abs(outside - reached) <= _tie(reached)).sum(axis=1)
    return below + (equal + 1) / 2, inside[each, best], outside[each, best]


def _tie(sharpes: FloatArray) -> FloatArray:
    return _TIE * np.maximum(1.0, np.abs(sharpes))


def _sharpes(blocks: _Blocks, halves: FloatArray) -> FloatArray:
    rows = (halves @ blocks.rows)[:, np.newaxis]
    sums = halves @ blocks.sums
    variance = np.maximum(halves @ blocks.squares - sums * sums / rows, 0.0) / (rows - 1)
    constant = _constant(blocks, halves) | (variance == 0.0)
    means = sums / rows + blocks.centre
    sharpes: FloatArray = np.where(constant, 0.0, means / np.sqrt(np.where(constant, 1.0, variance)))
    return sharpes


def _constant(blocks: _Blocks, halves: FloatArray) -> BoolArray:
    """Which columns take one value only in all blocks of a half, shape (n_halves, n_columns)."""
    constant = np.zeros((len(halves), blocks.sums.shape[1]), dtype=np.bool_)
    flat = blocks.lowest == blocks.highest
    # Days without a trade are 0: many columns have such blocks, few so many that they fill a half.
    for column in np.flatnonzero(flat.sum(axis=0) >= halves.shape[1] // 2):
        level = blocks.lowest[:, column]
        for value in np.unique(level[flat[:, column]]):
            other = ~(flat[:, column] & (level == value))
            constant[:, column] |= halves @ other == 0
    return constant


def _conclude(omega: FloatArray, inside: FloatArray, outside: FloatArray) -> Overfitting:
    logits = np.log(omega / (1 - omega))
    spread = inside - inside.mean()
    power = float(spread @ spread)
    return Overfitting(
        probability=float((logits < 0).mean()),
        probability_of_loss=float((outside <= 0).mean()),
        slope=float(spread @ (outside - outside.mean())) / power if power > 0 else math.nan,
        logits=logits,
        in_sample=inside,
        out_of_sample=outside,
    )
