"""The bars a signal must clear, and how many round trips it takes to see that it does."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from edgeproof.core.kernels.binomial import last_insignificant
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.metrics import break_even_win_rate, live_threshold
from edgeproof.core.performance.sample import require_fraction

MOST_ROUND_TRIPS = 1_000_000
"""Beyond this the answer is: no history is long enough (infinite)."""

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class WinRateBars:
    """The two win rates a signal must reach: that of the table, and the break-even at its own measured costs."""

    risk_reward: float
    cost_r: float
    live_threshold: float
    break_even: float

    @property
    def needed(self) -> float:
        """The higher of the two: both must be cleared."""
        return max(self.live_threshold, self.break_even)

    def cleared_by(self, win_rate: float) -> bool:
        """Whether a win rate reaches both bars; NaN, the win rate of nothing, does not."""
        return win_rate >= self.needed


def win_rate_bars(risk_reward: float, cost_r: float) -> WinRateBars:
    """The bars for a planned risk_reward and the mean cost in R measured for this very signal.

    By hand at 2:1 with costs of 0.24 R: the table says 38 %, the break-even is 1.24 / 3 = 41.3 %.

    >>> bars = win_rate_bars(2.0, 0.24)
    >>> round(bars.break_even, 3), bars.live_threshold, bars.cleared_by(0.4)
    (0.413, 0.38, False)

    Raises
    ------
    InputError
        For a risk_reward that is not above 0 or costs that are not finite.
    """
    if not 0.0 < risk_reward < math.inf or not math.isfinite(cost_r):
        raise InputError(f"expected a risk_reward above 0 and finite costs, found {risk_reward} and {cost_r}")
    return WinRateBars(
        risk_reward=risk_reward,
        cost_r=cost_r,
        live_threshold=live_threshold(risk_reward),
        break_even=break_even_win_rate(risk_reward, cost_r),
    )


def earned_break_even(mean_win_r: float, mean_loss_r: float) -> float:
    """The win rate at which the wins and losses that were really had would cancel: |loss| / (win + |loss|).

    It differs from the planned break-even where exits are not the stop and the last target: partial targets, trailing
    stops, time stops. Both means are net of costs. NaN if one of them is, that is without a win or without a loss.

    By hand: wins of 1.5 R and losses of 1 R cancel at 1 / 2.5.

    >>> earned_break_even(1.5, -1.0)
    0.4
    """
    if math.isnan(mean_win_r) or math.isnan(mean_loss_r):
        return math.nan
    return -mean_loss_r / (mean_win_r - mean_loss_r)


def trades_for_win_rate(win_rate: float, break_even: float, *, alpha: float) -> float:
    """The number of round trips from which an observed `win_rate` is significant against `break_even`; or infinity.

    Exact and one-sided: the smallest N such that for every n >= N, ⌈win_rate · n⌉ wins or more have a probability of at
    most alpha under the binomial distribution with `break_even`. "For every n" because the wins are whole numbers, so
    that significance comes and goes from one n to the next. By Chernoff's bound none fails beyond ln(1/α) / KL.

    Source: C. J. Clopper and E. S. Pearson (1934), "The use of confidence or fiducial limits", Biometrika 26; for the
    bound H. Chernoff (1952), Annals of Mathematical Statistics 23.

    By hand, all of n won against 1/2 at 10 %: 0.5³ = 0.125 is not significant, 0.5⁴ = 0.0625 is.

    >>> trades_for_win_rate(1.0, 0.5, alpha=0.1)
    4.0

    Raises
    ------
    InputError
        For a rate or an alpha out of range.
    """
    _check_rates(win_rate, break_even, alpha)
    if win_rate <= break_even:
        return math.inf
    bound = math.log(1 / alpha) / _divergence(win_rate, break_even)
    if bound > MOST_ROUND_TRIPS:
        return math.inf
    # One more wins a whole trade at most: the bound holds for ⌈win_rate · n⌉ as for win_rate · n.
    return float(last_insignificant(win_rate, break_even, alpha, math.ceil(bound) + 1) + 1)


def trades_for_win_rate_normal(win_rate: float, break_even: float, *, alpha: float) -> float:
    """The normal approximation of `trades_for_win_rate`, not rounded: z² p₀ (1 - p₀) / (p - p₀)²; infinite if never.

    Good for a feeling and for comparing; it is a tenth too low for small n, because wins are whole numbers.

    By hand for 30 % against 25 % at 5 %: 1.6449² · 0.1875 / 0.0025 = 202.9.

    >>> round(trades_for_win_rate_normal(0.30, 0.25, alpha=0.05), 1)
    202.9

    Raises
    ------
    InputError
        For a rate or an alpha out of range.
    """
    _check_rates(win_rate, break_even, alpha)
    if win_rate <= break_even:
        return math.inf
    z = _NORMAL.inv_cdf(1 - alpha)
    return z * z * break_even * (1 - break_even) / (win_rate - break_even) ** 2


def trades_for_expectancy(expectancy_r: float, deviation_r: float, *, alpha: float, power: float = 0.8) -> float:
    """The number of round trips at which a true expectancy is found significant with probability `power`.

    ⌈((z₁₋α + z_power) σ / μ)²⌉, one-sided, for independent round trips; infinite for an expectancy of 0 or less. Trades
    that come in clusters need more: multiply by the variance they share.

    Source: J. Cohen (1988), "Statistical power analysis for the behavioral sciences", chapter 2.

    By hand for 0.1 R with a deviation of 1.5 R at 5 %: ((1.6449 + 0.8416) · 15)² = 1391.1.

    >>> trades_for_expectancy(0.1, 1.5, alpha=0.05)
    1392.0

    Raises
    ------
    InputError
        For a figure that is not finite, a deviation that is not above 0, an alpha of a half or more or a power below.
    """
    if not math.isfinite(expectancy_r) or not 0.0 < deviation_r < math.inf:
        raise InputError(f"expected a finite expectancy and a deviation above 0, found {expectancy_r}, {deviation_r}")
    if not 0.0 < alpha < 0.5 <= power < 1.0:
        raise InputError(f"expected an alpha below 0.5 and a power of 0.5 or more, found {alpha} and {power}")
    if expectancy_r <= 0:
        return math.inf
    both = _NORMAL.inv_cdf(1 - alpha) + _NORMAL.inv_cdf(power)
    needed = (both * deviation_r / expectancy_r) ** 2
    return float(math.ceil(needed)) if needed <= MOST_ROUND_TRIPS else math.inf


def _check_rates(win_rate: float, break_even: float, alpha: float) -> None:
    require_fraction(alpha, "an alpha")
    if not (0.0 <= win_rate <= 1.0 and break_even > 0.0):
        raise InputError(f"expected a win rate from 0 to 1 and a break-even above 0, found {win_rate} and {break_even}")


def _divergence(p: float, q: float) -> float:
    """Kullback and Leibler's divergence of a coin that shows heads with p from one with q."""
    wins = p * math.log(p / q)
    return wins if p == 1.0 else wins + (1 - p) * math.log((1 - p) / (1 - q))
