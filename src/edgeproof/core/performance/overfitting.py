"""The best of many tries looks good by luck: how good must it look, and would the choice have held?

Sharpe ratios here are per observation (mean over standard deviation of the returns given), not annualised.

Source: D. H. Bailey and M. Lopez de Prado (2012), "The Sharpe ratio efficient frontier", Journal of Risk 15(2), and
(2014), "The deflated Sharpe ratio", Journal of Portfolio Management 40(5).
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.sample import Untestable, require_finite, too_few

_MIN_RETURNS = 4
"""The kurtosis of a sample divides by n - 3."""

_EULER_MASCHERONI = 0.5772156649015329
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What the Sharpe formulas read of `n` returns: `kurtosis` is 3 for a normal distribution (not the excess)."""

    n: int
    sharpe: float
    skew: float
    kurtosis: float

    @property
    def variance_factor(self) -> float:
        """1 - γ₃ SR + (γ₄ - 1)/4 SR²: the variance of the estimated Sharpe ratio, times n - 1.

        >>> Moments(n=10, sharpe=0.5, skew=1.0, kurtosis=3.0).variance_factor
        0.625
        """
        return 1 - self.skew * self.sharpe + (self.kurtosis - 1) / 4 * self.sharpe**2


def moments(returns: FloatArray) -> Moments | Untestable:
    """The Sharpe ratio with the deviation of the population (n), skew and kurtosis without bias (n - 1, n - 2, n - 3).

    Skew is √(n(n-1))/(n-2) · m₃/m₂^1.5 and kurtosis (n-1)/((n-2)(n-3)) · ((n+1) m₄/m₂² - 3(n-1)) + 3.

    By hand for -1, 0, 1, 4: mean 1, m₂ 3.5, m₃ 4.5, m₄ 24.5; 1/√3.5 = 0.5345, √12/2 · 4.5/3.5^1.5 = 1.1903 and
    3/2 · (5 · 2 - 9) + 3 = 4.5.

    >>> found = moments(np.array([-1.0, 0.0, 1.0, 4.0]))
    >>> round(found.sharpe, 4), round(found.skew, 4), round(found.kurtosis, 4)
    (0.5345, 1.1903, 4.5)

    Raises
    ------
    InputError
        For a return that is not finite.
    """
    require_finite(returns, "returns")
    n = len(returns)
    if n < _MIN_RETURNS:
        return too_few(n, _MIN_RETURNS, "returns")
    if returns.min() == returns.max():
        return Untestable(f"all {n} returns are equal: without variation there is no Sharpe ratio")
    mean = float(returns.mean())
    deviations = returns - mean
    # In units of the largest: high powers of very small or large returns would leave the range of a float.
    unit = float(np.abs(deviations).max())
    deviations = deviations / unit
    second, third, fourth = (float((deviations**power).mean()) for power in (2, 3, 4))
    skew = math.sqrt(n * (n - 1)) / (n - 2) * third / second**1.5
    kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * fourth / second**2 - 3 * (n - 1)) + 3
    return Moments(n=n, sharpe=mean / unit / math.sqrt(second), skew=skew, kurtosis=kurtosis)


def probabilistic_sharpe(observed: Moments, benchmark: float = 0.0) -> float | Untestable:
    """The probability that the true Sharpe ratio is above `benchmark`: Φ((SR - SR*) √(n-1) / √variance_factor).

    By hand for SR 0.5, n 10, skew 1, kurtosis 3 against 0: 0.5 · 3 / √0.625 = 1.897, Φ = 0.9711.

    >>> round(probabilistic_sharpe(Moments(n=10, sharpe=0.5, skew=1.0, kurtosis=3.0)), 4)
    0.9711
    """
    factor = observed.variance_factor
    if factor <= 0:
        return Untestable(f"skew {observed.skew:.2f} is too extreme for the normal approximation of the Sharpe ratio")
    return _NORMAL.cdf((observed.sharpe - benchmark) * math.sqrt(observed.n - 1) / math.sqrt(factor))


def expected_max_sharpe(n_trials: int, variance: float) -> float:
    """The Sharpe ratio that the best of `n_trials` reaches on average when none has an edge.

    √variance · ((1 - γ) Φ⁻¹(1 - 1/N) + γ Φ⁻¹(1 - 1/(N e))), γ the Euler-Mascheroni constant and `variance` that of the
    Sharpe ratios of the trials. The best of one is expected at 0.

    By hand for N = 2, variance 1: 0.4228 · 0 + 0.5772 · Φ⁻¹(0.8161) = 0.5772 · 0.9005.

    >>> expected_max_sharpe(1, 1.0), round(expected_max_sharpe(2, 1.0), 3)
    (0.0, 0.52)

    Raises
    ------
    InputError
        For fewer than one trial or a variance that is negative or not finite.
    """
    if n_trials < 1:
        raise InputError(f"expected at least 1 trial, found {n_trials}")
    if not 0.0 <= variance < math.inf:
        raise InputError(f"expected a variance of 0 or more, found {variance}")
    if n_trials == 1:
        return 0.0
    likely, late = (_NORMAL.inv_cdf(1 - 1 / trials) for trials in (n_trials, n_trials * math.e))
    return math.sqrt(variance) * ((1 - _EULER_MASCHERONI) * likely + _EULER_MASCHERONI * late)


def deflated_sharpe(observed: Moments, n_trials: int, variance: float) -> float | Untestable:
    """The probability that the true Sharpe ratio is above what the best of `n_trials` reaches without an edge.

    `probabilistic_sharpe` against `expected_max_sharpe`. Falls with every trial.

    By hand for the example of `probabilistic_sharpe` as the best of two trials with variance 0.25: the benchmark is
    0.5 · 0.52 = 0.26, and 0.24 · 3 / √0.625 = 0.911, Φ = 0.819.

    >>> round(deflated_sharpe(Moments(n=10, sharpe=0.5, skew=1.0, kurtosis=3.0), 2, 0.25), 3)
    0.819
    """
    return probabilistic_sharpe(observed, expected_max_sharpe(n_trials, variance))


def min_track_record_length(observed: Moments, target: float = 0.0, *, alpha: float = 0.05) -> float | Untestable:
    """The number of returns at which `probabilistic_sharpe` against `target` reaches 1 - alpha; infinite if never.

    1 + ⌈variance_factor · (Φ⁻¹(1 - α) / (SR - SR*))²⌉, for the Sharpe ratio, skew and kurtosis observed.

    By hand for SR 0.5, skew 1, kurtosis 3, α 5 %: 1 + ⌈0.625 · (1.6449 / 0.5)²⌉ = 1 + ⌈6.76⌉.

    >>> min_track_record_length(Moments(n=10, sharpe=0.5, skew=1.0, kurtosis=3.0))
    8.0

    Raises
    ------
    InputError
        For an alpha that is not between 0 and one half.
    """
    if not 0.0 < alpha < 0.5:
        raise InputError(f"expected an alpha between 0 and 0.5, found {alpha}")
    factor = observed.variance_factor
    if factor <= 0:
        return Untestable(f"skew {observed.skew:.2f} is too extreme for the normal approximation of the Sharpe ratio")
    if observed.sharpe <= target:
        return math.inf
    steps = _NORMAL.inv_cdf(1 - alpha) / (observed.sharpe - target)
    needed = factor * steps * steps
    return 1.0 + math.ceil(needed) if math.isfinite(needed) else math.inf


def min_backtest_length(n_trials: int, yearly_sharpe: float = 1.0) -> float:
    """The years of history below which the best of `n_trials` without an edge shows `yearly_sharpe` on average.

    (expected maximum of N standard normal values / SR)².

    Source: D. H. Bailey, J. M. Borwein, M. Lopez de Prado and Q. J. Zhu (2014), "Pseudo-mathematics and financial
    charlatanism", Notices of the AMS 61(5).

    By hand for two trials: 0.52² = 0.27.

    >>> round(min_backtest_length(2), 2), min_backtest_length(1)
    (0.27, 0.0)

    Raises
    ------
    InputError
        For a Sharpe ratio that is not positive.
    """
    if not 0.0 < yearly_sharpe < math.inf:
        raise InputError(f"expected a yearly Sharpe ratio above 0, found {yearly_sharpe}")
    return (expected_max_sharpe(n_trials, 1.0) / yearly_sharpe) ** 2


def variance_of_luck(n: int) -> float:
    """The variance of the Sharpe ratio of n observations without an edge: 1 / (n - 1).

    What the spread of the trials would be if none of them had an edge. The spread they do have is mostly that of
    strategies which costs ruin: it would make the best of many losers look like the best of many gamblers. If every
    true Sharpe ratio is 0 or less, the best of the trials lies below the best of as many that are all 0, so the bound
    that follows from this variance holds whatever else was tried.

    *Source*: Lo, The Statistics of Sharpe Ratios, 2002 (normal returns, Sharpe ratio 0).

    >>> variance_of_luck(101)
    0.01

    Raises
    ------
    InputError
        For fewer than two observations.
    """
    if n < 2:
        raise InputError(f"expected two observations or more, found {n}")
    return 1.0 / (n - 1)
