"""Could a signal without an edge have earned this? The stationary bootstrap of its round trips.

1. `optimal_block_length`: how long the blocks must be that keep the dependence between neighbouring round trips.
2. `resample`: the mean and deviation of thousands of resamples, built of blocks of random length.
3. `p_value`: how often resamples of a signal whose expectancy is 0 do as well.
4. `significance`: all of it, with the confidence interval of the expectancy.

Source: D. N. Politis and J. P. Romano (1994), "The stationary bootstrap", JASA 89, 1303-1313.
"""

import math
from dataclasses import dataclass

import numpy as np

from edgeproof.core.kernels.resampling import StreamArray, stationary_moments
from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.sample import Untestable, require_finite, require_fraction, too_few

MIN_ROUND_TRIPS = 30
"""Fewer show neither their dependence nor their tails: of 20 without an edge, up to 8 % pass at a level of 5 %."""

RESAMPLES = 10_000
"""A p-value of 5 % is then known to ± 0.4 points, and none is below 1 in 10,001."""

_SHORTEST_FOR_BLOCKS = 11
"""With fewer values the lags that `optimal_block_length` looks at reach beyond the sample."""

_TIE = 1e-10
"""Resamples of few distinct values often do exactly as well as the sample; rounding must not decide otherwise."""

_CONSTANT = 1e-12
"""A resample whose variance is this small a part of the sample's is one value over and over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Significance:
    """Evidence that the expectancy of `n` round trips is above 0; `low` and `high` bound it with the asked confidence.

    `p_value` is never 0: the observed sample counts as one of the `resamples` + 1. `block_length` in round trips.
    """

    n: int
    expectancy_r: float
    p_value: float
    low: float
    high: float
    block_length: float
    resamples: int


def significance(
    r: FloatArray,
    stream: StreamArray,
    *,
    resamples: int = RESAMPLES,
    confidence: float = 0.95,
    block_length: float | None = None,
) -> Significance | Untestable:
    """The bootstrap evidence for an expectancy above 0, or why there can be none.

    The interval is that of percentiles: the middle `confidence` of the resampled means.

    Parameters
    ----------
    r : float64 (n,)
        Outcomes in R in the order of the round trips.
    stream : uint64 (6,)
        Where the random draws come from (`research.resampling.stream`); left as it is.
    block_length : float, optional
        Mean length of a block, at least 1; by default `optimal_block_length(r)`, never less than 1.

    Raises
    ------
    InputError
        For an outcome that is not finite or an option out of range.
    """
    require_finite(r, "outcomes")
    require_fraction(confidence, "a confidence")
    if resamples < 1:
        raise InputError(f"expected at least 1 resample, found {resamples}")
    silent = _why_silent(r)
    if silent is not None:
        return silent
    length = max(1.0, optimal_block_length(r)) if block_length is None else block_length
    resampled = resample(r, stream, resamples=resamples, block_length=length)
    low, high = np.quantile(resampled.means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Significance(
        n=len(r),
        expectancy_r=float(r.mean()),
        p_value=p_value(resampled, float(r.mean()), float(r.std())),
        low=float(low),
        high=float(high),
        block_length=length,
        resamples=resamples,
    )


def _why_silent(r: FloatArray) -> Untestable | None:
    if len(r) < MIN_ROUND_TRIPS:
        return too_few(len(r), MIN_ROUND_TRIPS, "round trips")
    if r.min() == r.max():
        return Untestable(f"all {len(r)} round trips ended alike ({r[0]:+.2f} R): resampling them shows nothing")
    if r.min() > 0:
        return Untestable(f"none of {len(r)} round trips lost: what a loss would cost is not known")
    return None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resamples:
    """The mean and the standard deviation (over n) of each resample, shape (resamples,)."""

    means: FloatArray
    deviations: FloatArray


def resample(r: FloatArray, stream: StreamArray, *, resamples: int, block_length: float) -> Resamples:
    """Stationary-bootstrap resamples of `r`.

    Positions are drawn as arch's `StationaryBootstrap` draws them: for each resample n places, then n uniforms; a block
    goes on where the uniform exceeds 1 / `block_length`, and the last value is followed by the first.

    By hand, blocks that never end: every resample is the whole sample, begun somewhere, with mean 3 and variance 14/3.

    >>> stream = np.arange(6, dtype=np.uint64)
    >>> whole = resample(np.array([1.0, 2.0, 6.0]), stream, resamples=2, block_length=1e300)
    >>> whole.means.tolist(), (whole.deviations**2).round(12).tolist()
    ([3.0, 3.0], [4.666666666667, 4.666666666667])

    Raises
    ------
    InputError
        For a block length below 1 or fewer than two values.
    """
    if not block_length >= 1.0:
        raise InputError(f"expected a mean block length of at least 1, found {block_length}")
    if len(r) < 2:
        raise InputError(f"expected two or more values to resample, found {len(r)}")
    centre = float(r.mean())
    means, variances = np.empty(resamples), np.empty(resamples)
    stationary_moments(r - centre, 1.0 / block_length, stream.copy(), means, variances)
    variances[variances <= _CONSTANT * float(r.var())] = 0.0
    return Resamples(means=means + centre, deviations=np.sqrt(variances))


def p_value(resampled: Resamples, mean: float, deviation: float) -> float:
    """P(a result this good or better | the true expectancy is 0) = (1 + #{t* >= t}) / (B + 1).

    t = mean / deviation of the sample, and t* = (mean* - mean) / deviation* of a resample, which is moved so that its
    true expectancy is 0: the null hypothesis. The sample itself is counted, so that p is never 0 and never smaller than
    B resamples can show. A resample without deviation is infinitely good above the mean, infinitely bad below it.

    Why by the deviation, and not the means alone: a signal that wins little and often and loses much and seldom may
    have seen too few of its losses. Of 1,500 such signals without an edge (50 trades, 9 wins of 1/9 R to 1 loss of 1 R)
    the means alone pass 10.8 % at a level of 1 %, t passes 0.0 %; at 3:1 and 100 trades t comes nearer to its level.

    Source: A. C. Davison and D. V. Hinkley (1997), "Bootstrap methods and their application", section 4.4; the 1 + of
    B. V. North, D. Curtis and P. C. Sham (2002), American Journal of Human Genetics 71.

    By hand for a mean of 0.3 and a deviation of 1, t is 0.3; the t* are -0.2, 0.2, 0.6 / 3 and 0.1 / 0.2, one as good:
    (1 + 1) / (4 + 1).

    >>> resampled = Resamples(means=np.array([0.1, 0.5, 0.9, 0.4]), deviations=np.array([1.0, 1.0, 3.0, 0.2]))
    >>> p_value(resampled, 0.3, 1.0)
    0.4
    """
    t = mean / deviation
    moved = resampled.means - mean
    varies = resampled.deviations > 0
    t_star = np.where(moved > _TIE * deviation, np.inf, -np.inf)
    np.divide(moved, resampled.deviations, out=t_star, where=varies)
    as_good = int((t_star >= t - _TIE * max(1.0, abs(t))).sum())
    return (1 + as_good) / (len(moved) + 1)


def optimal_block_length(r: FloatArray) -> float:
    """The mean block length that makes the variance of the resampled mean most accurate, in values; may be below 1.

    b = (2 g² / d)^(1/3) n^(1/3), at most min(3 √n, n / 3), with g = Σ λ(k/m) |k| γ(k) and d = 2 (Σ λ(k/m) γ(k))² over
    k = -m..m, γ the autocovariances and λ the flat-top window: 1 up to ½, then 2 (1 - x). m is twice the first lag
    after which max(5, log10 n) autocorrelations stay within ± 2 √(log10 n / n).

    Source: D. N. Politis and H. White (2004), "Automatic block-length selection for the dependent bootstrap",
    Econometric Reviews 23, 53-70, corrected by A. Patton, D. N. Politis and H. White (2009), ibid. 28, 372-375.

    By hand: +1, -1, +1, ... of 12 values has γ(k) = (-1)^k (12 - k) / 12 and no correlation within the band, so m is
    4 + 5 = 9. The sums are g = -7/27 and Σ = 2/27, so b = (3.5² · 12)^(1/3) = 5.28, above the cap of 12 / 3.

    >>> optimal_block_length(np.array([1.0, -1.0] * 6))
    4.0

    Raises
    ------
    InputError
        For fewer than 11 values, or values that are all equal: they have no autocorrelation.
    """
    n = len(r)
    if n < _SHORTEST_FOR_BLOCKS or r.min() == r.max():
        raise InputError(f"expected {_SHORTEST_FOR_BLOCKS} or more values that differ, found {n}: give a block length")
    deviations = r - r.mean()
    lags = _lags_that_matter(deviations)
    k = np.arange(1, lags + 1)
    covariances = np.array([deviations[lag:] @ deviations[: n - lag] for lag in range(lags + 1)]) / n
    weights = 2.0 * np.minimum(1.0, 2.0 * (1.0 - k / lags))
    slope = float((weights * k) @ covariances[1:])
    spectrum = float(covariances[0] + weights @ covariances[1:])
    longest = math.ceil(min(3 * math.sqrt(n), n / 3))
    if spectrum == 0.0:
        return float(longest)
    return min(math.cbrt(slope * slope / (spectrum * spectrum) * n), float(longest))


def _lags_that_matter(deviations: FloatArray) -> int:
    n = len(deviations)
    run = max(5, int(math.log10(n)))
    most = math.ceil(math.sqrt(n)) + run
    band = 2 * math.sqrt(math.log10(n) / n)
    squares = np.concatenate([[0.0], np.cumsum(deviations * deviations)])
    inside = 0
    for lag in range(most):
        cross = abs(float(deviations[lag:] @ deviations[: n - lag]))
        late, early = squares[n] - squares[lag + 1], squares[n - lag - 1]
        # Both sums leave out the lag's own term, as the reference implementation does. Without variation: not inside.
        inside = inside + 1 if cross < band * math.sqrt(max(late * early, 0.0)) else 0
        if inside == run:
            return min(2 * max(lag + 1 - run, 1), most)
    return most
