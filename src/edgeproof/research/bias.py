"""Self-checks of every run: does a signal know the future, and does it depend on where history begins?

1. Look-ahead: signals over a random stretch of the history, against the signals over the same stretch cut at random
   points. What was known at the cut cannot depend on what came later: no difference is allowed, to the bit.
2. Warm-up: the same stretch begun a third later. From then on, plus the history a hypothesis declares to need, its
   signals should be the same; averages that never forget may differ in rare cases, which are counted and said.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.random import Generator  # noqa: TID251 - seeded by the caller

from edgeproof.core.conditions.evaluate import Events, series_columns
from edgeproof.core.model.candle import Candles, FloatArray, Funding, IntArray
from edgeproof.core.signals.generate import SignalPlan, evaluate_signals, levels_of, plan_signals, warm_up
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.backtest import Market, unanswerable

STRETCH = 43_200
"""Candles of the stretch: thirty days of minutes."""

CUTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfChecks:
    """What the self-checks found.

    A look-ahead check is one hypothesis at one cut; `signals` were compared there. `warm_up_checks` are the hypotheses
    whose declared history fits the stretch, with `warm_up_signals` compared.
    """

    cuts: int = 0
    checks: int = 0
    signals: int = 0
    differences: int = 0
    warm_up_checks: int = 0
    warm_up_signals: int = 0
    warm_up_differences: int = 0

    def __add__(self, other: "SelfChecks") -> "SelfChecks":
        return SelfChecks(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The signals of each hypothesis: close times (n,) and the prices fixed then (n, n_values)."""

    times: tuple[IntArray, ...]
    events: tuple[Events, ...]


def self_checks(market: Market, hypotheses: Sequence[Hypothesis], generator: Generator) -> SelfChecks:
    """Check the signals of the hypotheses that the history of a market can answer."""
    plan = plan_signals([each for each in hypotheses if unanswerable(market, each) is None])
    n = len(market.candles)
    if n < 2 or not plan.hypotheses:
        return SelfChecks()
    length = min(n, STRETCH)
    first = int(generator.integers(0, n - length + 1))
    stretch = market.candles[first : first + length]
    whole = _signals(plan, stretch, market.funding)
    found = SelfChecks()
    for cut in np.sort(generator.integers(1, length, CUTS)).tolist():
        found += _look_ahead(plan, whole, stretch[:cut], market.funding)
    return found + _warm_up(plan, whole, stretch, market.funding)


def _signals(plan: SignalPlan, candles: Candles, funding: Funding) -> _Seen:
    end = int(candles.open_time[-1]) + candles.timeframe
    known = int(np.searchsorted(funding.time, end, side="right"))
    settled = Funding(time=funding.time[:known], rate=funding.rate[:known])
    series = series_columns(candles, settled, plan.plan.series)
    events = evaluate_signals(plan, series)
    own = tuple(events[number] for number in plan.signals)
    times = tuple(
        series[each.timeframe]["close_time"][event.index].astype(np.int64)
        for each, event in zip(plan.hypotheses, own, strict=True)
    )
    return _Seen(times, own)


def _look_ahead(plan: SignalPlan, whole: _Seen, cut: Candles, funding: Funding) -> SelfChecks:
    seen = _signals(plan, cut, funding)
    end = int(cut.open_time[-1]) + cut.timeframe
    compared = differences = 0
    for k in range(len(plan.hypotheses)):
        until = int(np.searchsorted(whole.times[k], end, side="right"))
        expected, found = whole.events[k].values[:until], seen.events[k].values
        same = np.array_equal(whole.times[k][:until], seen.times[k]) and _same_bits(plan.hypotheses[k], expected, found)
        differences += not same
        compared += until
    return SelfChecks(cuts=1, checks=len(plan.hypotheses), signals=compared, differences=differences)


def _same_bits(hypothesis: Hypothesis, left: FloatArray, right: FloatArray) -> bool:
    """Whether the prices that signals fix are the same: beyond those, values of a plan hold nothing."""
    if left.shape != right.shape:
        return False
    pairs = zip(levels_of(hypothesis, left).values(), levels_of(hypothesis, right).values(), strict=True)
    return all(np.array_equal(one, other, equal_nan=True) for one, other in pairs)


def _warm_up(plan: SignalPlan, whole: _Seen, stretch: Candles, funding: Funding) -> SelfChecks:
    later = stretch[len(stretch) // 3 :]
    begin, end = int(later.open_time[0]), int(later.open_time[-1]) + later.timeframe
    seen = _signals(plan, later, funding)
    checks = compared = differences = 0
    for k, hypothesis in enumerate(plan.hypotheses):
        settled = begin + warm_up(hypothesis)
        if settled >= end:
            continue
        expected = whole.times[k][whole.times[k] >= settled]
        found = seen.times[k][seen.times[k] >= settled]
        checks += 1
        compared += len(expected)
        differences += len(np.setxor1d(expected, found, assume_unique=True))
    return SelfChecks(warm_up_checks=checks, warm_up_signals=compared, warm_up_differences=differences)
