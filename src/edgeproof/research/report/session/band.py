"""What the backtest leads to expect of the very trades that were made, as a band around a curve.

1. `drawn`: every trade is made again thousands of times, each time with an outcome of its own hypothesis in the
   backtest. Of a hypothesis the outcomes are drawn in blocks (stationary bootstrap), so that losses which come in
   clusters are expected in clusters; hypotheses are drawn apart from one another.
2. `band`: the running sums of the draws, times what each trade risked, and of them the quantiles.

A trade whose hypothesis has no tested record makes what it really made in all draws: it moves the band as it moves the
curve, and adds no width.

Source: D. N. Politis and J. P. Romano (1994), "The stationary bootstrap", Journal of the American Statistical
Association 89, 1303-1313.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.performance.significance import MIN_ROUND_TRIPS, optimal_block_length

DRAWS = 2_000
"""The 5 % quantile of so many is met to ± 0.5 points."""

LOW, HIGH = 0.05, 0.95

_MOST = 8_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """Quantiles of the running sum after each trade, the beginning (0) included: shape (n_trades + 1,) each.

    `share_below` is the share of draws that ended below where the trades did, equal ones counted half.
    """

    low: FloatArray
    middle: FloatArray
    high: FloatArray
    share_below: float


def is_enough(outcomes: FloatArray | None) -> bool:
    """Whether outcomes of a backtest are enough to expect anything of them."""
    return outcomes is not None and len(outcomes) >= MIN_ROUND_TRIPS


def drawn(
    names: Sequence[str],
    made: FloatArray,
    tested: Mapping[str, FloatArray],
    rng: np.random.Generator,  # noqa: TID251 - seeded by the caller
    *,
    draws: int = DRAWS,
) -> FloatArray:
    """The R of each trade in each draw: shape (draws, n_trades), fewer draws of very many trades.

    Parameters
    ----------
    names : of length n_trades
        The hypothesis of each trade, in the order in which they ended.
    made : float64 (n_trades,)
        What each trade really made, in R.
    tested : by hypothesis float64 (n,)
        The outcomes of the backtest in R, in the order in which they ended; one that is missing was not tested.
    """
    rows = min(draws, max(1, _MOST // max(1, len(names))))
    found: FloatArray = np.tile(np.nan_to_num(made), (rows, 1))
    for name in sorted(set(names) & set(tested)):
        columns = [number for number, each in enumerate(names) if each == name]
        found[:, columns] = _resampled(tested[name], len(columns), rows, rng)
    return found


def _resampled(
    outcomes: FloatArray,
    length: int,
    rows: int,
    rng: np.random.Generator,  # noqa: TID251 - seeded by the caller
) -> FloatArray:
    restart = 1.0 / _block_length(outcomes)
    at = rng.integers(len(outcomes), size=rows)
    found = np.empty((rows, length))
    for column in range(length):
        if column:
            begins, anew = rng.random(rows) < restart, rng.integers(len(outcomes), size=rows)
            at = np.where(begins, anew, (at + 1) % len(outcomes))
        found[:, column] = outcomes[at]
    return found


def _block_length(outcomes: FloatArray) -> float:
    if outcomes.min() == outcomes.max():
        return 1.0
    return max(1.0, optimal_block_length(outcomes))


def band(draws: FloatArray, scale: FloatArray, made: FloatArray) -> Band:
    """The band of draws, each trade times its `scale` (1 for R, its risk for money), and where `made` ended in it.

    By hand: two draws of two trades, +1 -1 and +3 +1, of which 10 and 20 were risked: 0, 10, -10 and 0, 30, 50. Their
    middle is 0, 20, 20; what made 10 and then 30 ended above one of two.

    >>> found = band(np.array([[1.0, -1.0], [3.0, 1.0]]), np.array([10.0, 20.0]), np.array([10.0, 30.0]))
    >>> found.middle.tolist(), found.share_below
    ([0.0, 20.0, 20.0], 0.5)
    """
    sums = np.cumsum(draws * scale, axis=1)
    low, middle, high = np.quantile(sums, [LOW, 0.5, HIGH], axis=0)
    end = float(made.sum())
    last = sums[:, -1] if sums.shape[1] else np.zeros(len(sums))
    alike = np.isclose(last, end, rtol=1e-9, atol=1e-9)
    share = float(np.mean((last < end) & ~alike) + np.mean(alike) / 2)
    start = np.zeros(1)
    return Band(
        low=np.concatenate([start, low]),
        middle=np.concatenate([start, middle]),
        high=np.concatenate([start, high]),
        share_below=share,
    )
