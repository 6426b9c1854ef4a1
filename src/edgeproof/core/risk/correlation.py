"""How much two instruments are the same bet: correlation and beta of returns, and exposure in BTC-equivalents.

Estimates are floats; one that is not known is NaN, and whoever decides on it refuses.
"""

import math
from collections.abc import Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.model.entry import EntryMarket, EntryRequest
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.portfolio import Portfolio
from edgeproof.core.model.trading_event import RelationsSeen
from edgeproof.core.risk.limits import RiskLimits

FloatArray = NDArray[np.float64]

BTC = "BTC"


def returns(closes: FloatArray) -> FloatArray:
    """Logarithms of close over the close before, shape (n - 1,); NaN where either is NaN or not positive.

    By hand: 100 to 110 is ln 1.1 = 0.09531.

    >>> returns(np.array([100.0, 110.0, np.nan])).round(5)
    array([0.09531,     nan])
    """
    logs = np.log(np.where(closes > 0, closes, np.nan))
    changes: FloatArray = logs[1:] - logs[:-1]
    return changes


def correlation(first: FloatArray, second: FloatArray, limits: RiskLimits) -> float:
    """Pearson's correlation of the newest returns of two instruments, in [-1, 1].

    The last rows of both are the same time. The last `correlation_window` rows are used, without those where one is
    NaN. NaN with fewer than `min_observations` of them, or where one does not move.

    By hand: deviations (-1, 0, 1) and (-2, 1, 1): 3 / √(2 x 6) = 0.86603.

    >>> few = RiskLimits(correlation_window=3, min_observations=3)
    >>> round(correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 4.0, 4.0]), few), 5)
    0.86603
    """
    x, y = _deviations(first, second, limits)
    spread = math.sqrt(float(x @ x)) * math.sqrt(float(y @ y))
    if not spread > 0:
        return math.nan
    return max(-1.0, min(1.0, float(x @ y) / spread))


def beta(asset: FloatArray, market: FloatArray, limits: RiskLimits) -> float:
    """How much the asset moves when the market moves by 1: covariance over the market's variance.

    *Source*: W. F. Sharpe (1964), "Capital asset prices", Journal of Finance 19. Rows and NaN as in `correlation`.

    By hand: 3 / 2 with the deviations (-2, 1, 1) against (-1, 0, 1).

    >>> few = RiskLimits(correlation_window=3, min_observations=3)
    >>> beta(np.array([1.0, 4.0, 4.0]), np.array([1.0, 2.0, 3.0]), few)
    1.5
    """
    y, x = _deviations(asset, market, limits)
    variance = float(x @ x)
    return float(x @ y) / variance if variance > 0 else math.nan


def relations(moved: Mapping[Instrument, FloatArray], time: int, limits: RiskLimits) -> RelationsSeen:
    """How alike instruments moved until `time`: the correlation of every pair, and each one's beta to BTC.

    The last rows of all returns are the same time; what is not known is NaN, and betas are left out without BTC.
    """
    found: dict[tuple[Instrument, Instrument], float] = {}
    for one, other in combinations(moved, 2):
        found[one, other] = found[other, one] = correlation(moved[one], moved[other], limits)
    bitcoin = next((each for instrument, each in moved.items() if instrument.base == BTC), None)
    betas = {} if bitcoin is None else {each: beta(own, bitcoin, limits) for each, own in moved.items()}
    return RelationsSeen(time=time, correlations=found, betas=betas)


def _deviations(first: FloatArray, second: FloatArray, limits: RiskLimits) -> tuple[FloatArray, FloatArray]:
    # Nothing instead of too little: without deviations there is no spread, and the figure is not known.
    rows = min(len(first), len(second), limits.correlation_window)
    x, y = first[len(first) - rows :], second[len(second) - rows :]
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    if len(x) < limits.min_observations:
        return np.empty(0), np.empty(0)
    return _centred(x), _centred(y)


def _centred(values: FloatArray) -> FloatArray:
    # The mean of equal values may miss them by a rounding, which would make a correlation out of nothing.
    if np.all(values == values[0]):
        return np.zeros(len(values))
    centred: FloatArray = values - np.mean(values)
    return centred


def beta_of(instrument: Instrument, betas: Mapping[Instrument, float]) -> float:
    """The beta to BTC: 1 for BTC itself, NaN where it is not known.

    >>> beta_of(Instrument("BTC", "USD", "USD"), {}), beta_of(Instrument("SOL", "USD", "USD"), {})
    (1.0, nan)
    """
    return 1.0 if instrument.base == BTC else betas.get(instrument, math.nan)


def btc_exposure(portfolio: Portfolio, betas: Mapping[Instrument, float]) -> float:
    """The net exposure in BTC-equivalents: sum of beta x signed notional / equity; resting entries count as filled.

    At 1.0 the account moves like one that holds all of its equity in BTC. NaN while anything of it is not known.
    """
    if portfolio.equity is None or not portfolio.equity > 0:
        return math.nan
    held = 0.0
    for each in portfolio.exposures:
        notional = each.notional
        held += math.nan if notional is None else each.direction * beta_of(each.instrument, betas) * float(notional)
    return held / float(portfolio.equity)


def exposure_words(added: float, existing: float) -> str:
    """What an entry does to the net exposure, in words.

    >>> exposure_words(0.8, 1.0)
    'would add 0.80 BTC-equivalents to an existing 1.00'
    >>> exposure_words(-0.8, 1.0)
    'would take 0.80 BTC-equivalents off an existing 1.00'
    """
    if added * existing >= 0:
        return f"would add {added:.2f} BTC-equivalents to an existing {existing:.2f}"
    return f"would take {abs(added):.2f} BTC-equivalents off an existing {existing:.2f}"


def worst_correlation(request: EntryRequest, portfolio: Portfolio, market: EntryMarket) -> float:
    """The greatest correlation of the entry with what is open elsewhere; a short beside a long counts negative.

    -1 where nothing else is open; NaN while one is not known. More of the same instrument has a rule of its own.
    """
    worst = -1.0
    for each in portfolio.exposures:
        if each.instrument == request.instrument:
            continue
        alike = market.correlations.get(each.instrument, math.nan) * request.direction * each.direction
        if math.isnan(alike):
            return math.nan
        worst = max(worst, alike)
    return worst
