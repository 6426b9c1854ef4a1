"""The negative control: how often the whole procedure lets pass what cannot have an edge.

1. `random_placebos`: hypotheses that enter by a coin, with brackets as the library has them, each coin its own.
2. They go through the same `discover` as any hypothesis, on histories of their own.
3. `pass_rates`: the share with a p-value of at most 5 %, and the share that qualifies, each with its interval; and how
   far the p-values are from uniform, which they should be where trading costs nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import default_rng  # noqa: TID251 - seeded by the caller

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.time import HOUR, MINUTE, format_duration
from edgeproof.core.performance.metrics import wilson_interval
from edgeproof.core.performance.significance import Significance
from edgeproof.core.signals.hypothesis import Direction, Family, Hypothesis, Target
from edgeproof.research.edge import EdgeAnalysis
from edgeproof.research.verdict import MAX_Q, State

LEVEL = 0.05

_FIRES = {5 * MINUTE: 0.02, 15 * MINUTE: 0.06, 30 * MINUTE: 0.1, HOUR: 0.2}
"""The chance of firing on a candle: six fires a day, so that two months make a sample on any timeframe."""

_STOPS = (1.5, 2.0, 3.0)
_TARGETS = (1.0, 1.5, 2.0, 3.0)
_HOLDS = (6, 12, 24)


def random_placebos(count: int, seed: int, *, slippage_bps: float | None = None) -> tuple[Hypothesis, ...]:
    """Coins with a seed of their own each, and brackets drawn at random; the same for the same arguments."""
    rng = default_rng(seed)
    placebos = []
    for number in range(count):
        timeframe = tuple(_FIRES)[int(rng.integers(len(_FIRES)))]
        direction = (Direction.LONG, Direction.SHORT)[int(rng.integers(2))]
        sign = "-" if direction is Direction.LONG else "+"
        coin = int(rng.integers(1, 1_000_000))
        placebos.append(
            Hypothesis(
                name=f"Placebo_{number}_{format_duration(timeframe)}_{direction.word}",
                timeframe=timeframe,
                direction=direction,
                family=Family.PLACEBO,
                reason="A coin by a hash of the time: it knows nothing, and must pass no more often than luck has it.",
                entry=(f"chance({_FIRES[timeframe]}, {coin})",),
                stop=f"close {sign} {rng.choice(_STOPS)} * atr(14)",
                targets=(Target(f"{rng.choice(_TARGETS):g}R", 1.0),),
                max_hold=int(rng.choice(_HOLDS)) * timeframe,
                expires_after=timeframe,
                slippage_bps=slippage_bps,
            )
        )
    return tuple(placebos)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, with the Wilson 95 % interval of the rate."""

    passed: int
    of: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        """The share itself; NaN of nothing."""
        return self.passed / self.of if self.of else math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRates:
    """What became of placebos: `significant` have p <= 5 % by themselves, `discovered` q <= 10 % among all of them.

    `distance` is the Kolmogorov-Smirnov distance of the p-values of those with enough trades from uniform.
    """

    significant: Share
    discovered: Share
    qualified: Share
    distance: float
    median_trades: float
    mean_r: float


def pass_rates(analyses: Sequence[EdgeAnalysis]) -> PassRates:
    """What the procedure said about placebos; those without enough trades for a p-value count as not passed."""
    p_values = np.array([p_value_of(each) for each in analyses])
    tested = p_values[p_values < 1.0]
    figures = [each.examination.in_sample for each in analyses if each.examination.in_sample.n]
    return PassRates(
        significant=_share(int((p_values <= LEVEL).sum()), len(analyses)),
        discovered=_share(sum(each.q_value <= MAX_Q for each in analyses), len(analyses)),
        qualified=_share(sum(each.verdict.state is State.QUALIFIED for each in analyses), len(analyses)),
        distance=uniform_distance(tested),
        median_trades=float(np.median([each.n for each in figures])) if figures else 0.0,
        mean_r=float(np.mean([each.expectancy_r for each in figures])) if figures else math.nan,
    )


def p_value_of(analysis: EdgeAnalysis) -> float:
    """The in-sample p-value of a trial by itself; 1 where there is none."""
    tested = analysis.examination.significance
    return tested.p_value if isinstance(tested, Significance) else 1.0


def uniform_distance(values: FloatArray) -> float:
    """The largest distance between the distribution of values and the uniform one: max |F(x) - x|; NaN of nothing.

    By hand for 0.2 and 0.3: after both F is 1 and x is 0.3.

    >>> uniform_distance(np.array([0.3, 0.2]))
    0.7
    """
    n = len(values)
    if n == 0:
        return math.nan
    ordered = np.sort(values)
    above, below = np.arange(1, n + 1) / n - ordered, ordered - np.arange(n) / n
    return float(max(above.max(), below.max()))


def _share(passed: int, of: int) -> Share:
    low, high = wilson_interval(passed, of)
    return Share(passed=passed, of=of, low=low, high=high)
