"""The backtest: hypotheses over the history of an instrument, to round trips.

1. Hypotheses that this history cannot answer are set aside, each with its reason.
2. The rest become one shared plan; one pass over the candles gives every fire of every hypothesis.
3. Hypotheses with the same bracket (levels, exits, costs) form a family: the outcome of a fire is computed once for all
   of them, and each walks its own fires through the shared outcomes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from edgeproof.core.conditions.evaluate import series_columns
from edgeproof.core.indicators.node import FUNDING
from edgeproof.core.model.candle import Candles, Funding, IntArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.round_trip import Fates, RoundTrips
from edgeproof.core.model.time import format_duration
from edgeproof.core.performance.metrics import Statistics, statistics
from edgeproof.core.signals.generate import Families, Fires, SignalPlan, evaluate_signals, plan_pooled, series_of
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.simulation.bracket import BracketOutcomes, BracketSpec, Walk
from edgeproof.core.simulation.costs import costs_for
from edgeproof.core.simulation.history import price_history


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """The history of one instrument: gap-filled base candles and its funding."""

    instrument: Instrument
    candles: Candles
    funding: Funding


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """Fractions of notional; slippage comes from the table by timeframe or from the hypothesis."""

    taker: float = 0.0005
    maker: float = 0.0002


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """What one hypothesis did on one instrument. `reason` says why there is nothing, where it could not be tested."""

    hypothesis: Hypothesis
    instrument: Instrument
    walk: Walk | None
    reason: str | None = None

    @property
    def fates(self) -> Fates:
        """What became of every fire."""
        return self.walk.fates if self.walk is not None else Fates()

    @cached_property
    def statistics(self) -> Statistics | None:
        """Statistics over the closed round trips; None where it could not be tested."""
        return statistics(self.walk.round_trips) if self.walk is not None else None

    def round_trips(self) -> RoundTrips | None:
        """The trades in full."""
        return self.walk.round_trips if self.walk is not None else None


def backtest(
    market: Market,
    hypotheses: Sequence[Hypothesis],
    fees: Fees = Fees(),  # noqa: B008 - frozen
    *,
    on_progress: Callable[[int], None] = lambda _: None,
) -> tuple[Result, ...]:
    """Every hypothesis over one instrument, in the order given. `on_progress` hears how many more are done."""
    reasons = [unanswerable(market, hypothesis) for hypothesis in hypotheses]
    tested = [number for number, reason in enumerate(reasons) if reason is None]
    on_progress(len(hypotheses) - len(tested))
    walks: list[Walk | None] = [None] * len(hypotheses)
    answerable = [hypotheses[number] for number in tested]
    history = price_history(market.candles, market.funding)
    for family, table, rows in _pooled_fires(market, answerable):
        outcomes = BracketOutcomes(history, bracket_spec(answerable[family[0]], fees), table)
        for number, walk in zip(family, outcomes.walk_many(rows), strict=True):
            walks[tested[number]] = walk
        on_progress(len(family))
    return tuple(
        Result(hypothesis=hypothesis, instrument=market.instrument, walk=walk, reason=reason)
        for hypothesis, walk, reason in zip(hypotheses, walks, reasons, strict=True)
    )


def fires(market: Market, hypotheses: Sequence[Hypothesis]) -> tuple[Fires, ...]:
    """Every fire of every hypothesis over one instrument, void ones too: the very fires that `backtest` trades.

    In the order given; a hypothesis that this history cannot answer has none.
    """
    answerable = [number for number, each in enumerate(hypotheses) if unanswerable(market, each) is None]
    found = [_no_fires(hypothesis) for hypothesis in hypotheses]
    for family, table, rows in _pooled_fires(market, [hypotheses[number] for number in answerable]):
        for number, own in zip(family, rows, strict=True):
            found[answerable[number]] = table.at(own)
    return tuple(found)


def _pooled_fires(
    market: Market, hypotheses: Sequence[Hypothesis]
) -> Iterator[tuple[list[int], Fires, tuple[IntArray, ...]]]:
    """Family by family: the numbers of its hypotheses, their fires in one table, and the rows of each."""
    plan = plan_pooled(hypotheses)
    series = series_columns(market.candles, market.funding, plan.plan.series)
    pooled = Families(plan, evaluate_signals(plan, series), series)
    for family in families(plan):
        yield family, *pooled.fires(family)


def _no_fires(hypothesis: Hypothesis) -> Fires:
    none = np.empty(0)
    times = np.empty(0, np.int64)
    targets = np.empty((0, len(hypothesis.targets)))
    return Fires(time=times, reference=none, stop=none, targets=targets, trail=none, exit_time=times)


def unanswerable(market: Market, hypothesis: Hypothesis) -> str | None:
    """Why this history cannot answer a hypothesis, or None when it can."""
    if len(market.candles) == 0:
        return "no candles"
    base = market.candles.timeframe
    for series in sorted(series_of(hypothesis)):
        if series == FUNDING and len(market.funding) == 0:
            return "needs funding; none is stored for this instrument"
        if series != FUNDING and series % base:
            return f"needs {format_duration(series)} candles; the stored {format_duration(base)} ones cannot make them"
    return None


def families(plan: SignalPlan) -> Iterator[list[int]]:
    """Numbers of the hypotheses that share a bracket: where two fire at the same time, they earn the same."""
    groups: dict[object, list[int]] = {}
    for number, hypothesis in enumerate(plan.hypotheses):
        key = (
            hypothesis.timeframe,
            hypothesis.direction,
            hypothesis.stop,
            hypothesis.targets,
            hypothesis.trail,
            plan.exits[number],
            hypothesis.max_hold,
            hypothesis.break_even,
            hypothesis.slippage_bps,
        )
        groups.setdefault(key, []).append(number)
    yield from groups.values()


def bracket_spec(hypothesis: Hypothesis, fees: Fees) -> BracketSpec:
    """What is fixed for every signal of a hypothesis."""
    costs = costs_for(hypothesis.timeframe, bps=hypothesis.slippage_bps, taker=fees.taker, maker=fees.maker)
    return BracketSpec(
        direction=int(hypothesis.direction),
        fractions=tuple(target.fraction for target in hypothesis.targets),
        break_even=hypothesis.break_even,
        max_hold=hypothesis.max_hold or 0,
        costs=costs,
    )
