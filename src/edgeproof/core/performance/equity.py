"""What an equity curve amounts to: daily returns, the ratios made of them, drawdowns.

Equity is money at times (UTC milliseconds, ascending), open P&L included or not as the caller says. A ratio that does
not exist (too few days, no variation, no losing day, no fall) is NaN, never 0 and never infinite. Daily figures use
whole days alone: a day that has not ended yet would count as a calm one.
"""

import math
from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import DAY
from edgeproof.core.performance.metrics import DAYS_A_YEAR, mean, sharpe_of_days
from edgeproof.core.performance.sample import require_finite


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class EquityCurve:
    """Equity from each `time` (n,) on, in the settlement currency.

    Raises
    ------
    InputError
        Lengths differ, times go back, or an equity is not finite.
    """

    time: IntArray
    equity: FloatArray

    def __post_init__(self) -> None:
        if len(self.time) != len(self.equity):
            raise InputError(f"expected an equity for each of {len(self.time)} times, found {len(self.equity)}")
        if (np.diff(self.time) < 0).any():
            raise InputError("expected times of equity that ascend, found one that goes back: sort them")
        require_finite(self.equity, "equities")
        self.time.setflags(write=False)
        self.equity.setflags(write=False)

    def __len__(self) -> int:
        return len(self.time)


def at_ends_of_days(curve: EquityCurve) -> FloatArray:
    """The equity at the beginning of a curve and at the end of each whole day (24 hours) since; nothing for nothing.

    Days without a change have the equity of the day before.

    By hand: 100 at first, 90 after half a day, 120 after two days and a half, which is not the end of a day.

    >>> at_ends_of_days(EquityCurve(time=np.array([0, DAY // 2, DAY * 5 // 2]), equity=np.array([100.0, 90.0, 120.0])))
    array([100.,  90.,  90.])
    """
    if not len(curve):
        return np.empty(0)
    first, last = int(curve.time[0]), int(curve.time[-1])
    ends = first + np.arange((last - first) // DAY + 1) * DAY
    found: FloatArray = curve.equity[np.searchsorted(curve.time, ends, side="right") - 1]
    return found


def returns(equity: FloatArray) -> FloatArray:
    """Each equity over the one before, less 1; nothing where there are fewer than two.

    From an equity of 0 or less nothing returns: such a step is NaN, and so is what is made of it.

    By hand: 100 to 110 is +0.1, 110 to 55 is -0.5.

    >>> returns(np.array([100.0, 110.0, 55.0])).round(12).tolist(), returns(np.array([100.0])).tolist()
    ([0.1, -0.5], [])
    """
    before = equity[:-1]
    ratio: FloatArray = np.divide(equity[1:], before, out=np.full(len(before), math.nan), where=before > 0)
    return ratio - 1


def sharpe(daily: FloatArray) -> float:
    """Mean over sample deviation of daily returns, times √365, with nothing taken off for cash.

    Source: W. F. Sharpe (1994), "The Sharpe ratio", Journal of Portfolio Management 21. NaN with fewer than two days or
    without variation.

    By hand, +1 %, 0, +2 %: mean 1 %, deviation 1 %, so √365 = 19.105.

    >>> round(sharpe(np.array([0.01, 0.0, 0.02])), 3), sharpe(np.array([0.01]))
    (19.105, nan)
    """
    return sharpe_of_days(np.arange(len(daily)) * DAY, daily)


def sortino(daily: FloatArray) -> float:
    """Mean of daily returns over their downside deviation √(Σ min(r, 0)² / n), times √365; the target is 0.

    Source: F. A. Sortino and L. N. Price (1994), "Performance measurement in a downside risk framework", Journal of
    Investing 3. The days without a loss count in n. NaN with fewer than two days or without a losing day.

    By hand, +3 %, -1 %, +1 %, +1 %: mean 1 %, downside √(0.0001 / 4) = 0.5 %, so 2 √365 = 38.21.

    >>> round(sortino(np.array([0.03, -0.01, 0.01, 0.01])), 2), sortino(np.array([0.01, 0.02]))
    (38.21, nan)
    """
    if len(daily) < 2:
        return math.nan
    downside = math.sqrt(mean(np.minimum(daily, 0.0) ** 2))
    return mean(daily) / downside * math.sqrt(DAYS_A_YEAR) if downside > 0 else math.nan


def growth_a_year(daily: FloatArray) -> float:
    """What daily returns compound to in 365 days: Π(1 + r)^(365 / n) - 1; NaN of nothing, -1 where all was lost.

    By hand: two days of +10 % and -10 % make 0.99; 0.99^(365 / 2) - 1 = -0.8403.

    >>> round(growth_a_year(np.array([0.1, -0.1])), 4), growth_a_year(np.array([]))
    (-0.8403, nan)
    """
    if not len(daily):
        return math.nan
    whole = float(np.multiply.reduce(1 + daily))
    if math.isnan(whole):
        return math.nan
    if whole <= 0:
        return -1.0
    exponent = math.log(whole) * DAYS_A_YEAR / len(daily)
    return math.expm1(exponent) if exponent < 700 else math.nan  # beyond the range of a float


def calmar(daily: FloatArray) -> float:
    """Growth a year over the deepest drawdown of daily equity, the first day's beginning included.

    Source: T. W. Young (1991), "Calmar ratio: a smoother tool", Futures 20. NaN without a fall. Over a few weeks the
    growth of a year is a wild guess: whoever shows it, says over how many days.

    By hand, 365 days of which the first is -10 %, the second +22.2 %, the others 0: 0.9 x 1.2222 = 1.1, so 0.1 / 0.1.

    >>> round(calmar(np.array([-0.1, 1.1 / 0.9 - 1] + [0.0] * 363)), 9), calmar(np.array([0.01, 0.02]))
    (1.0, nan)
    """
    deepest = deepest_fall(np.concatenate([[1.0], np.multiply.accumulate(1 + daily)]))
    return growth_a_year(daily) / deepest if deepest > 0 else math.nan


def falls(equity: FloatArray) -> FloatArray:
    """How far each equity is below the highest so far, itself included, as a fraction of that highest.

    NaN while the highest is 0 or less. The first equity is a peak like any other: for 100, 50, 55 the fall is 50 %,
    where a peak that begins after the first return, or the trough as the divisor, gives 0 or 100 %.

    >>> falls(np.array([100.0, 50.0, 55.0])).tolist()
    [0.0, 0.5, 0.45]
    """
    peak = np.maximum.accumulate(equity)
    found: FloatArray = np.divide(peak - equity, peak, out=np.full(len(equity), math.nan), where=peak > 0)
    return found


def deepest_fall(equity: FloatArray) -> float:
    """The deepest of the falls, 0 where equity never fell; NaN of nothing.

    >>> deepest_fall(np.array([100.0, 50.0, 55.0])), deepest_fall(np.array([1.0, 2.0])), deepest_fall(np.array([]))
    (0.5, 0.0, nan)
    """
    return float(np.maximum.reduce(falls(equity))) if len(equity) else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdowns:
    """The falls of an equity curve from its peaks; depths are fractions of the peak, spans milliseconds.

    `peak_at` and `trough_at` are when the deepest began and was deepest. `longest` is the longest time from a peak
    until equity was there again, or until `end` where it is not yet. `current` is how far it is below the peak now,
    `current_since` when that peak was, None at a peak.
    """

    deepest: float
    peak_at: int | None
    trough_at: int | None
    longest: int
    current: float
    current_since: int | None


def drawdowns(curve: EquityCurve, end: int) -> Drawdowns:
    """The drawdowns of a curve that is looked at until `end`, which is no earlier than its last time.

    By hand: 100 falls to 50, and is at 55 when it ends; the peak was at 0.

    >>> found = drawdowns(EquityCurve(time=np.array([0, 10, 20]), equity=np.array([100.0, 50.0, 55.0])), 30)
    >>> (found.deepest, found.peak_at, found.trough_at, found.longest, found.current, found.current_since)
    (0.5, 0, 10, 30, 0.45, 0)
    """
    if not len(curve):
        nothing = math.nan
        return Drawdowns(deepest=nothing, peak_at=None, trough_at=None, longest=0, current=nothing, current_since=None)
    fall, time = falls(curve.equity), curve.time
    is_peak = ~(fall > 0)
    # The place of the last peak up to each point, and the time at which a fall from it was made good.
    place = np.maximum.accumulate(np.where(is_peak, np.arange(len(time)), 0))
    until = np.append(time[1:], max(end, int(time[-1])))
    longest = int(np.maximum.reduce((until - time[place]) * (fall > 0)))
    trough = int(np.argmax(np.nan_to_num(fall)))
    is_down = bool(fall[-1] > 0)
    return Drawdowns(
        deepest=float(np.maximum.reduce(fall)),
        peak_at=int(time[place[trough]]) if fall[trough] > 0 else None,
        trough_at=int(time[trough]) if fall[trough] > 0 else None,
        longest=longest,
        current=float(fall[-1]),
        current_since=int(time[place[-1]]) if is_down else None,
    )
