"""Does a hypothesis still trade as it was tested? Page's CUSUM on the R of its live trades, one after the other.

1. `calibrate`: a test from the outcomes of the backtest. Its thresholds are quantiles of what the statistic reaches
   on resamples of them: so the chance of a false alarm within a number of trades is what was declared.
2. `after`: the state after one more live trade. It is a small value; folding the same trades again gives the same one.
3. `weight_of`: what share of its usual risk a signal gets: 0.5 from `half` on, 0 after `kill`, more for one that does
   better than tested, never beyond a bound.

Source: E. S. Page (1954), "Continuous inspection schemes", Biometrika 41, 100-115.
"""

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

import numpy as np

from edgeproof.core.kernels.resampling import StreamArray, cusum_peaks
from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.entry import HEAVIEST
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.sample import Untestable, require_finite, require_fraction, too_few
from edgeproof.core.performance.significance import MIN_ROUND_TRIPS, optimal_block_length

LIGHTEST = Decimal(0)
_STEP = Decimal("0.01")
_USUAL, _HALF = Decimal(1), Decimal("0.5")


class DriftStage(StrEnum):
    """How far a hypothesis has fallen short of its backtest."""

    STEADY = "steady"
    ALERT = "alert"
    HALF = "half"
    KILL = "kill"


_GRAVER = (DriftStage.STEADY, DriftStage.ALERT, DriftStage.HALF, DriftStage.KILL)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRules:
    """What is declared: the chance that a hypothesis which trades as tested reaches a stage within `horizon` trades.

    `gain` is the chance that one which does no better than tested gains weight.

    Raises
    ------
    InputError
        Where a chance is none, a graver stage has the greater one, or the horizon is no number of trades.
    """

    horizon: int = 250
    alert: float = 0.05
    half: float = 0.02
    kill: float = 0.01
    gain: float = 0.05

    def __post_init__(self) -> None:
        for name in ("alert", "half", "kill", "gain"):
            require_fraction(getattr(self, name), f"the chance of a false {name}")
        if not self.alert >= self.half >= self.kill:
            raise InputError(
                f"expected chances that fall from alert to kill, found {self.alert}, {self.half}, {self.kill}"
            )
        if self.horizon < 1:
            raise InputError(f"expected a horizon of 1 trade or more, found {self.horizon}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftTest:
    """What live trades are held against: `n` outcomes of a backtest, their `mean` and `deviation` in R.

    A stage is reached where the statistic is above its threshold. All thresholds and `reference` are in deviations.
    """

    n: int
    mean: float
    deviation: float
    reference: float
    block_length: float
    alert: float
    half: float
    kill: float
    gain: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What is known after `trades` live trades that made `total_r`: the two statistics, and what they have led to.

    `below` grows with what trades fall short, `above` with what they exceed. A stage, and a gain, hold until their
    statistic is back at 0, where Page's test begins anew; a kill holds, and nothing that comes after it counts.
    """

    trades: int = 0
    total_r: float = 0.0
    below: float = 0.0
    above: float = 0.0
    stage: DriftStage = DriftStage.STEADY
    is_gaining: bool = False

    @property
    def word(self) -> str:
        """The stage, or "gaining" for one that has gained weight."""
        return "gaining" if self.is_gaining and self.stage is DriftStage.STEADY else self.stage.value


_SHORT = 0.75
"""What makes the statistic rise is less than this share of the mean: z < -k."""

RESAMPLES = 10_000
"""A chance of 1 % is then met to ± 0.2 points."""


def calibrate(
    r: FloatArray,
    stream: StreamArray,
    rules: DriftRules | None = None,
    *,
    resamples: int = RESAMPLES,
    block_length: float | None = None,
) -> DriftTest | Untestable:
    """The test that a backtest's outcomes make, or why they make none.

    With z = (r - mean) / deviation the statistic is c = max(0, c - z - k). The reference k = mean / (4 deviation) is
    half way to what is to be found, a halved edge: while the edge is whole c falls by k a trade, and when it is halved
    it rises by k. A threshold is the quantile of the greatest c on resamples of `r` over the horizon: stationary
    bootstrap, so that losses that come in clusters are expected in clusters. The gain is the mirror image.

    Parameters
    ----------
    r : float64 (n,)
        Outcomes in R, after costs, in the order in which they ended.
    stream : uint64 (6,)
        Where the random draws come from (`research.resampling.stream`); left as it is.
    block_length : float, optional
        Mean length of a block, at least 1; by default `optimal_block_length(r)`, never less than 1.

    Raises
    ------
    InputError
        For an outcome that is not finite or an option out of range.
    """
    rules = DriftRules() if rules is None else rules
    require_finite(r, "outcomes")
    silent = why_silent(r)
    if silent is not None:
        return silent
    length = max(1.0, optimal_block_length(r)) if block_length is None else block_length
    if resamples < 1 or not length >= 1.0:
        raise InputError(f"expected a resample and a block length of at least 1, found {resamples} and {length}")
    mean, deviation = float(r.mean()), float(r.std())
    reference = mean / (4 * deviation)
    peaks = np.empty((resamples, 2))
    cusum_peaks((r - mean) / deviation, reference, 1.0 / length, stream.copy(), peaks, rules.horizon)
    if _threshold(peaks[:, 0], rules.kill) <= 0:
        return Untestable(f"too few of {len(r)} tested round trips fell short: what a loss means is unclear")
    return DriftTest(
        n=len(r),
        mean=mean,
        deviation=deviation,
        reference=reference,
        block_length=length,
        alert=_threshold(peaks[:, 0], rules.alert),
        half=_threshold(peaks[:, 0], rules.half),
        kill=_threshold(peaks[:, 0], rules.kill),
        gain=_threshold(peaks[:, 1], rules.gain),
    )


def _threshold(peaks: FloatArray, chance: float) -> float:
    # The one of the peaks that no more than this share of them is above: never more alarms than declared.
    return float(np.quantile(peaks, 1 - chance, method="higher"))


def why_silent(r: FloatArray) -> Untestable | None:
    """Why outcomes make no test; None where they make one.

    >>> why_silent(np.array([1.0, -1.0]))
    Untestable(reason='needs at least 30 tested round trips, has 2')
    """
    if len(r) < MIN_ROUND_TRIPS:
        return too_few(len(r), MIN_ROUND_TRIPS, "tested round trips")
    if not np.isfinite(r).all():
        return Untestable(f"{np.count_nonzero(~np.isfinite(r))} of {len(r)} tested round trips have no R")
    if r.min() == r.max():
        return Untestable(f"all {len(r)} tested round trips ended alike ({r[0]:+.2f} R): nothing can be unlike them")
    if r.mean() <= 0:
        return Untestable(f"{len(r)} tested round trips made {r.mean():+.3f} R each: there is no edge to lose")
    if r.min() >= _SHORT * r.mean():
        return Untestable(f"none of {len(r)} tested round trips fell short: what a loss means is unclear")
    return None


def after(test: DriftTest, drift: Drift, r: float) -> Drift:
    """The state after a live trade that made `r`; the same one after a kill, or where `r` is no number.

    By hand, mean 0.4 and deviation 1, so k = 0.1: a loss of 1 R is z = -1.4, and the statistic rises by 1.3.

    >>> test = DriftTest(n=100, mean=0.4, deviation=1.0, reference=0.1, block_length=1.0,
    ...                  alert=2.0, half=3.0, kill=5.0, gain=9.0)
    >>> drift = Drift()
    >>> for _ in range(3):
    ...     drift = after(test, drift, -1.0)
    >>> round(drift.below, 12), drift.stage.value, weight_of(test, drift)
    (3.9, 'half', Decimal('0.5'))
    """
    if drift.stage is DriftStage.KILL or not math.isfinite(r):
        return drift
    z = (r - test.mean) / test.deviation
    below, above = max(0.0, drift.below - z - test.reference), max(0.0, drift.above + z - test.reference)
    reached = _reached(test, below)
    held = drift.stage if below > 0 else DriftStage.STEADY
    return replace(
        drift,
        trades=drift.trades + 1,
        total_r=drift.total_r + r,
        below=below,
        above=above,
        stage=max(reached, held, key=_GRAVER.index),
        is_gaining=above > test.gain or (drift.is_gaining and above > 0),
    )


def _reached(test: DriftTest, below: float) -> DriftStage:
    if below > test.kill:
        return DriftStage.KILL
    if below > test.half:
        return DriftStage.HALF
    return DriftStage.ALERT if below > test.alert else DriftStage.STEADY


def weight_of(test: DriftTest, drift: Drift) -> Decimal:
    """The share of its usual risk that a signal gets, from 0 to `HEAVIEST`, to the hundredth.

    0 after a kill, 0.5 at half, 1 otherwise, but for one that gains: the edge that is believed over the tested one,

        w = (n mean + sum of live R) / ((n + trades) mean) = 1 + s (live mean / mean - 1), s = trades / (n + trades)

    The backtest's n trades are the prior that the live mean is shrunk towards, so that a few wins move little. Trades
    alike in their spread deserve a size in proportion to their edge (Kelly), hence the ratio.

    *Source*: for the shrinkage the mean of a normal distribution after n earlier observations: A. Gelman and others
    (2013), "Bayesian data analysis", section 2.5, and B. Efron and C. Morris (1977), "Stein's paradox in statistics",
    Scientific American 236; for the proportion E. O. Thorp (2006), "The Kelly criterion in blackjack, sports betting
    and the stock market", section 7: f = mean / variance.

    By hand: 100 tested trades of 0.2 R, 50 live ones that made 20 R: (20 + 20) / (150 x 0.2) = 1.333, down to 1.33.

    >>> test = DriftTest(n=100, mean=0.2, deviation=1.0, reference=0.05, block_length=1.0,
    ...                  alert=9.0, half=9.0, kill=9.0, gain=9.0)
    >>> weight_of(test, Drift(trades=50, total_r=20.0, is_gaining=True)), weight_of(test, Drift())
    (Decimal('1.33'), Decimal('1'))
    """
    match drift.stage:
        case DriftStage.KILL:
            return LIGHTEST
        case DriftStage.HALF:
            return _HALF
        case DriftStage.ALERT:
            return _USUAL
    if not drift.is_gaining:
        return _USUAL
    believed = (test.n * test.mean + drift.total_r) / ((test.n + drift.trades) * test.mean)
    within = min(max(believed, float(_USUAL)), float(HEAVIEST))
    return Decimal(math.floor(within / float(_STEP) + 1e-9)) * _STEP
