"""Where hypotheses fire, with the prices a signal fixes at that moment.

1. `plan_signals` turns hypotheses into one shared plan: each reports where its conditions hold, with its reference
   price, stop, target prices and trail distance there. Variants that differ only in what is computed afterwards
   (a multiple of R, a holding time) share one report.
2. A batch or a live session runs the plan (`conditions.evaluate`).
3. `Families` reads fires out of the plan's events, those of hypotheses with the same bracket in one table;
   `fires_of` those of a single hypothesis.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np

from edgeproof.core.conditions.evaluate import Columns, Events, closed_at, evaluate_events
from edgeproof.core.conditions.parse import parse_condition, parse_number
from edgeproof.core.conditions.plan import Output, Plan, history_needed, make_plan, series_read
from edgeproof.core.indicators.arithmetic import all_of, any_of
from edgeproof.core.indicators.node import CLOSE, Node
from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.errors import EdgeproofError
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.library import R_MULTIPLE


@dataclass(frozen=True, slots=True, eq=False)
class Fires:
    """Every fire of one hypothesis on one instrument, ascending in time.

    `time` (n,) is the close of the candle it fired on; `reference`, `stop` and `trail` (n,), `targets` (n, n_targets)
    are prices (trail a distance, NaN for none); `exit_time` (m,) are the closes at which its exit condition held.
    """

    time: IntArray
    reference: FloatArray
    stop: FloatArray
    targets: FloatArray
    trail: FloatArray
    exit_time: IntArray

    def __len__(self) -> int:
        return len(self.time)

    def at(self, rows: IntArray) -> Self:
        """The fires of some rows, with the same exits."""
        return type(self)(
            time=self.time[rows],
            reference=self.reference[rows],
            stop=self.stop[rows],
            targets=self.targets[rows],
            trail=self.trail[rows],
            exit_time=self.exit_time,
        )


@dataclass(frozen=True, slots=True, eq=False)
class SignalPlan:
    """The shared plan, and which of its outputs belong to which hypothesis (`exits` -1 where it has no exit).

    `signals` says where each fires; `levels` reports the values of its levels, there and perhaps at more candles.
    """

    hypotheses: tuple[Hypothesis, ...]
    plan: Plan
    signals: tuple[int, ...]
    levels: tuple[int, ...]
    exits: tuple[int, ...]


@lru_cache(maxsize=65536)
def signal_output(hypothesis: Hypothesis) -> Output:
    """What the plan reports for a hypothesis: its conditions, then reference, stop, priced targets and trail."""
    conditions = [parse_condition(text) for text in (*hypothesis.entry, *hypothesis.confirm)]
    return Output(hypothesis.timeframe, all_of(*conditions), (CLOSE, *_levels(hypothesis)))


def _levels(hypothesis: Hypothesis) -> tuple[Node, ...]:
    priced = [target.at for target in hypothesis.targets if R_MULTIPLE.fullmatch(target.at) is None]
    trail = [hypothesis.trail] if hypothesis.trail is not None else []
    return tuple(parse_number(text) for text in (hypothesis.stop, *priced, *trail))


def exit_output(hypothesis: Hypothesis) -> Output:
    """What the plan reports for the exits of a hypothesis: any one of them being true is enough."""
    return Output(hypothesis.timeframe, any_of(*(parse_condition(text) for text in hypothesis.exit)))


def plan_signals(hypotheses: Sequence[Hypothesis]) -> SignalPlan:
    """One plan for all hypotheses; equal outputs are reported once, each with its levels."""
    return _numbered(hypotheses, [signal_output(hypothesis) for hypothesis in hypotheses], {})


def plan_pooled(hypotheses: Sequence[Hypothesis]) -> SignalPlan:
    """`plan_signals` for sweeps: hypotheses that differ in their conditions alone share one report of their levels.

    Each of them reports only where it fires; the levels are read once for every candle on which any of them does.
    """
    groups: dict[tuple[int, tuple[Node, ...]], dict[Node, None]] = {}
    outputs = [signal_output(hypothesis) for hypothesis in hypotheses]
    for output in outputs:
        groups.setdefault((output.series, output.values), {})[output.condition] = None
    pools = {
        (series, values): Output(series, first, values, tuple(others))
        for (series, values), (first, *others) in groups.items()
        if others
    }
    return _numbered(hypotheses, outputs, pools)


def _numbered(
    hypotheses: Sequence[Hypothesis], outputs: Sequence[Output], pools: Mapping[tuple[int, tuple[Node, ...]], Output]
) -> SignalPlan:
    numbers: dict[Output, int] = {}

    def number(output: Output) -> int:
        return numbers.setdefault(output, len(numbers))

    signals: list[int] = []
    levels: list[int] = []
    pooled: dict[tuple[int, tuple[Node, ...]], int] = {}
    for output in outputs:
        key = (output.series, output.values)
        signals.append(number(Output(output.series, output.condition) if key in pools else output))
        # Once a pool: to hash all its conditions for each of its hypotheses would cost more than the rest of the plan.
        if key in pools and key not in pooled:
            pooled[key] = number(pools[key])
        levels.append(pooled.get(key, signals[-1]))
    exits = tuple(number(exit_output(hypothesis)) if hypothesis.exit else -1 for hypothesis in hypotheses)
    return SignalPlan(tuple(hypotheses), make_plan(tuple(numbers)), tuple(signals), tuple(levels), exits)


def evaluate_signals(plan: SignalPlan, series: Mapping[int, Columns]) -> tuple[Events, ...]:
    """The events of every output over whole history."""
    return evaluate_events(plan.plan, series)


def fires_of(plan: SignalPlan, number: int, events: Sequence[Events], series: Mapping[int, Columns]) -> Fires:
    """The fires of hypothesis `number` of the plan."""
    return Families(plan, events, series).fires([number])[0]


class Families:
    """The fires of hypotheses that share stop, targets, trail and exits: at one candle their levels are the same.

    Families that differ only in what is computed afterwards (a multiple of R) have the same rows; those are found once.
    """

    def __init__(self, plan: SignalPlan, events: Sequence[Events], series: Mapping[int, Columns]) -> None:
        self._plan = plan
        self._events = events
        self._series = series
        self._rows: dict[tuple[int, ...], tuple[IntArray, ...]] = {}
        self._times: dict[int, IntArray] = {}

    def fires(self, family: Sequence[int]) -> tuple[Fires, tuple[IntArray, ...]]:
        """Every distinct fire of the hypotheses with these numbers, and for each of them the rows of its own.

        The table may hold rows of others that share the levels.

        Raises
        ------
        EdgeproofError
            When they do not share one report of their levels: a family of several needs a plan of `plan_pooled`.
        """
        plan, first = self._plan, family[0]
        if len({plan.levels[number] for number in family}) > 1:
            raise EdgeproofError("expected hypotheses that share a report of their levels; plan them with plan_pooled")
        hypothesis, exits = plan.hypotheses[first], plan.exits[first]
        columns = self._series[hypothesis.timeframe]
        levels = self._events[plan.levels[first]]
        fires = Fires(
            time=self._times_of(plan.levels[first], columns),
            exit_time=closed_at(columns, self._events[exits].index) if exits >= 0 else np.empty(0, np.int64),
            **levels_of(hypothesis, levels.values),
        )
        return fires, self._rows_of(plan.levels[first], tuple(plan.signals[number] for number in family), columns)

    def _times_of(self, levels: int, columns: Columns) -> IntArray:
        if levels not in self._times:
            self._times[levels] = closed_at(columns, self._events[levels].index)
        return self._times[levels]

    def _rows_of(self, levels: int, outputs: tuple[int, ...], columns: Columns) -> tuple[IntArray, ...]:
        # The same conditions with another stop are rows of another table of levels.
        key = (levels, *outputs)
        if key not in self._rows:
            indices = [self._events[output].index for output in outputs]
            self._rows[key] = rows_of(indices, self._events[levels].index, len(columns["close"]))
        return self._rows[key]


def rows_of(indices: Sequence[IntArray], pooled: IntArray, n_candles: int) -> tuple[IntArray, ...]:
    """For each array of candle indices the places of its members in `pooled`, which is ascending and holds them all.

    >>> [rows.tolist() for rows in rows_of([np.array([4, 9]), np.array([2])], np.array([2, 4, 9]), 10)]
    [[1, 2], [0]]
    """
    if len(indices) == 1 and len(indices[0]) == len(pooled):
        return (np.arange(len(pooled)),)
    places = np.empty(n_candles, np.int64)
    places[pooled] = np.arange(len(pooled))
    return tuple(places[index] for index in indices)


def levels_of(hypothesis: Hypothesis, values: FloatArray) -> dict[str, FloatArray]:
    """Reference, stop, targets and trail from the values a plan reported, shape (n, n_values)."""
    reference, stop = values[:, 0], values[:, 1]
    risk = np.abs(reference - stop)
    targets = np.empty((len(values), len(hypothesis.targets)))
    column = 2
    for k, target in enumerate(hypothesis.targets):
        multiple = R_MULTIPLE.fullmatch(target.at)
        if multiple is not None:
            targets[:, k] = reference + hypothesis.direction * float(multiple[1]) * risk
        else:
            targets[:, k] = values[:, column]
            column += 1
    trail = values[:, column] if hypothesis.trail is not None else np.full(len(values), np.nan)
    return {"reference": reference, "stop": stop, "targets": targets, "trail": trail}


def series_of(hypothesis: Hypothesis) -> frozenset[int]:
    """Every series the hypothesis reads: timeframes in milliseconds, or FUNDING."""
    return frozenset().union(*(series_read(node, hypothesis.timeframe) for node in _nodes(hypothesis)))


def _nodes(hypothesis: Hypothesis) -> list[Node]:
    output = signal_output(hypothesis)
    exits = [exit_output(hypothesis).condition] if hypothesis.exit else []
    return [output.condition, *output.values, *exits]


def warm_up(hypothesis: Hypothesis) -> int:
    """Milliseconds of candles before the first moment a hypothesis can fire with every value defined."""
    return max(history_needed(node, hypothesis.timeframe) for node in _nodes(hypothesis))
