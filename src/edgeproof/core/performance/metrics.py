"""The statistics of a signal: what its closed round trips amount to, in units of the planned risk R.

A figure that does not exist (a mean of nothing, a ratio without a denominator) is NaN, which JSON shows as null; a
profit factor without losses is infinite. Nothing here annualises, smooths or leaves out outliers unless it says so.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from edgeproof.core.kernels.tally import tally, tally_days
from edgeproof.core.model.candle import BoolArray, FloatArray, IntArray
from edgeproof.core.model.round_trip import ExitReason, RoundTrips
from edgeproof.core.model.time import DAY

CONFIDENCE = 0.95
DAYS_A_YEAR = 365
"""Crypto trades every day."""

_NORMAL = NormalDist()
_RULES = tuple(reason for reason in ExitReason if reason != ExitReason.END_OF_DATA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Figures over the closed round trips of one signal on one instrument; suffix `_r`: in units of planned risk.

    `n` closed round trips; `end_of_data` more were open when the data ended and count nowhere else. `cost_r` is
    `fees_r` + `slippage_r` + `funding_r`, each a mean. `risk_reward` is the mean planned one; `break_even_win_rate` the
    win rate at which such a signal, with these costs, earns nothing. `median_hold` is in milliseconds.
    `expectancy_r_best` is the expectancy had ambiguous candles gone well. `funding_incomplete` counts the trades that
    funding history does not cover.
    """

    n: int
    end_of_data: int
    win_rate: float
    win_rate_low: float
    win_rate_high: float
    break_even_win_rate: float
    risk_reward: float
    profit_factor: float
    expectancy_r: float
    expectancy_r_best: float
    mean_win_r: float
    mean_loss_r: float
    max_drawdown_r: float
    sharpe: float
    cost_r: float
    fees_r: float
    slippage_r: float
    funding_r: float
    median_hold: float
    mae_r: float
    mfe_r: float
    ambiguous_share: float
    funding_incomplete: int
    exits: Mapping[ExitReason, int]


def statistics(round_trips: RoundTrips) -> Statistics:
    """The statistics of a signal's round trips, those still open at the end of data left out."""
    closed = round_trips.closed()
    n, r = len(closed), closed.r_multiple
    n_wins, won, lost, fall = tally(r)
    low, high = wilson_interval(n_wins, n)
    parts = [closed.fees / closed.risk, closed.slippage / closed.risk, closed.funding / closed.risk]
    columns = [r, closed.r_best, closed.risk_reward, closed.mae_r, closed.mfe_r, *parts]
    expectancy, best, risk_reward, mae, mfe, fees, slippage, funding = _means(columns)
    return Statistics(
        n=n,
        end_of_data=len(round_trips) - n,
        win_rate=_share(n_wins, n),
        win_rate_low=low,
        win_rate_high=high,
        break_even_win_rate=break_even_win_rate(risk_reward, fees + slippage + funding),
        risk_reward=risk_reward,
        profit_factor=_profit_factor(won, lost),
        expectancy_r=expectancy,
        expectancy_r_best=best,
        mean_win_r=_share(won, n_wins),
        mean_loss_r=_share(lost, n - n_wins),
        max_drawdown_r=fall if n else math.nan,
        sharpe=sharpe_of_days(closed.exit_time, r),
        cost_r=fees + slippage + funding,
        fees_r=fees,
        slippage_r=slippage,
        funding_r=funding,
        median_hold=_median(closed.exit_time - closed.entry_time),
        mae_r=mae,
        mfe_r=mfe,
        ambiguous_share=_share(int(np.count_nonzero(closed.ambiguous)), n),
        funding_incomplete=int(np.count_nonzero(closed.funding_incomplete)),
        exits=_exits(closed),
    )


# Sums are taken by the ufuncs themselves: on a few hundred trades the means, deviations and medians of NumPy, layers of
# Python around them, cost several times the arithmetic.


def _means(columns: Sequence[FloatArray]) -> list[float]:
    n = len(columns[0])
    means: list[float] = (np.add.reduce(np.array(columns), axis=1) / n).tolist() if n else [math.nan] * len(columns)
    return means


def _share(total: float, n: int) -> float:
    return total / n if n else math.nan


def _median(values: IntArray) -> float:
    n = len(values)
    if n == 0:
        return math.nan
    ascending = values.copy()
    ascending.sort()
    return float(ascending[(n - 1) // 2] + ascending[n // 2]) / 2


def _exits(closed: RoundTrips) -> dict[ExitReason, int]:
    counts = np.bincount(closed.exit_reason, minlength=len(ExitReason)).tolist()
    return {reason: counts[reason] for reason in _RULES}


def mean(values: FloatArray | BoolArray) -> float:
    """The arithmetic mean, NaN of nothing.

    >>> mean(np.array([1.0, 2.0, 6.0])), mean(np.array([]))
    (3.0, nan)
    """
    return float(np.add.reduce(values)) / len(values) if len(values) else math.nan


def wilson_interval(successes: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The Wilson score interval of a rate: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n).

    Source: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22. Chosen
    over p ± z·se because it holds its level for small n and for rates near 0 and 1.

    By hand for 1 of 2 at z = 1.96 (z² = 3.8416): middle (0.5 + 0.9604) / 2.9208 = 0.5, half width
    1.96 √(0.125 + 0.2401) / 2.9208 = 0.4055.

    >>> [round(bound, 4) for bound in wilson_interval(1, 2)]
    [0.0945, 0.9055]
    """
    if n == 0:
        return math.nan, math.nan
    z = _NORMAL.inv_cdf((1 + confidence) / 2)
    rate = successes / n
    middle = rate + z * z / (2 * n)
    half = z * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    # Exact at the ends, where rounding would leave 1e-17 instead of 0.
    low = 0.0 if successes == 0 else (middle - half) / scale
    high = 1.0 if successes == n else (middle + half) / scale
    return low, high


def profit_factor(r: FloatArray) -> float:
    """The sum of positive r over the absolute sum of negative r; infinite without losses, NaN without either.

    By hand: (2 + 1) / |-1 - 0.5| = 2.

    >>> profit_factor(np.array([2.0, -1.0, 1.0, -0.5])), profit_factor(np.array([1.0])), profit_factor(np.array([]))
    (2.0, inf, nan)
    """
    _, won, lost, _ = tally(r)
    return _profit_factor(won, lost)


def _profit_factor(won: float, lost: float) -> float:
    if lost < 0:
        return won / -lost
    return math.inf if won > 0 else math.nan


def max_drawdown(r: FloatArray) -> float:
    """The deepest fall of cumulative r below its highest point so far, the start (0) included; >= 0.

    By hand: cumulative 1, -1, 0, -1.5, 1.5 falls from 1 to -1.5.

    >>> max_drawdown(np.array([1.0, -2.0, 1.0, -1.5, 3.0])), max_drawdown(np.array([]))
    (2.5, nan)
    """
    return tally(r)[3] if len(r) else math.nan


def sharpe_of_days(exit_time: IntArray, r: FloatArray) -> float:
    """Mean over standard deviation of the r earned on each UTC day, times √365, with nothing taken off for cash.

    Source: W. F. Sharpe (1994), "The Sharpe ratio", Journal of Portfolio Management 21. A round trip belongs to the
    day it ended on; the days run from the first exit to the last, days without an exit count as 0, the deviation is
    that of a sample (n - 1). NaN with fewer than two days or without variation.

    By hand, +1 R on day 0, nothing on day 1, +2 R on day 2: mean 1, deviation 1, so √365 = 19.105.

    >>> round(sharpe_of_days(np.array([0, 2 * DAY]), np.array([1.0, 2.0])), 3)
    19.105
    """
    if len(r) == 0:
        return math.nan
    middle, variance = tally_days(exit_time, r, DAY)
    return middle / math.sqrt(variance) * math.sqrt(DAYS_A_YEAR) if variance > 0 else math.nan


def break_even_win_rate(risk_reward: float, cost_r: float = 0.0) -> float:
    """The win rate at which p (b - c) = (1 - p)(1 + c), that is (1 + c) / (1 + b).

    `risk_reward` b is what a win pays and `cost_r` c what every round trip costs, both in R.

    By hand at 2:1 and costs of a fifth of R: 1.2 / 3 = 0.4 instead of 1/3.

    >>> round(break_even_win_rate(2.0, 0.2), 12)
    0.4
    """
    return (1 + cost_r) / (1 + risk_reward)


def live_threshold(risk_reward: float) -> float:
    """The win rate a signal must reach before it may go live: 30 % from 3:1, 38 % from 2:1, else break-even + 5 points.

    >>> live_threshold(3.0), live_threshold(2.0), round(live_threshold(1.0), 12)
    (0.3, 0.38, 0.55)
    """
    if risk_reward >= 3.0:
        return 0.30
    return 0.38 if risk_reward >= 2.0 else break_even_win_rate(risk_reward) + 0.05
