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

import numpy as np

from edgeproof.core.conditions.evaluate import Columns, Events, closed_at, evaluate_events
from edgeproof.core.conditions.parse import parse_condition, parse_number
from edgeproof.core.conditions.plan import Output, Plan, history_needed, make_plan, series_read
from edgeproof.core.indicators.arithmetic import all_of, any_of
from edgeproof.core.indicators.node import CLOSE, Node
from edgeproof.core.kernels.bracket import pool_rows
from edgeproof.core.model.candle import FloatArray, IntArray
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


@dataclass(frozen=True, slots=True, eq=False)
class SignalPlan:
    """The shared plan, and which of its outputs belong to which hypothesis (`exits` -1 where it has no exit)."""

    hypotheses: tuple[Hypothesis, ...]
    plan: Plan
    signals: tuple[int, ...]
    exits: tuple[int, ...]


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
    """One plan for all hypotheses; equal outputs are reported once."""
    numbers: dict[Output, int] = {}

    def number(output: Output) -> int:
        return numbers.setdefault(output, len(numbers))

    signals = tuple(number(signal_output(hypothesis)) for hypothesis in hypotheses)
    exits = tuple(number(exit_output(hypothesis)) if hypothesis.exit else -1 for hypothesis in hypotheses)
    return SignalPlan(tuple(hypotheses), make_plan(tuple(numbers)), signals, exits)


def evaluate_signals(plan: SignalPlan, series: Mapping[int, Columns]) -> tuple[Events, ...]:
    """The events of every output over whole history."""
    return evaluate_events(plan.plan, series)


def fires_of(plan: SignalPlan, number: int, events: Sequence[Events], series: Mapping[int, Columns]) -> Fires:
    """The fires of hypothesis `number` of the plan."""
    return Families(plan, events, series).fires([number])[0]


class Families:
    """The fires of hypotheses that share stop, targets, trail and exits: at one candle their levels are the same.

    Families that differ only in what is computed afterwards (a multiple of R) report the same events; those are pooled
    once for all of them.
    """

    def __init__(self, plan: SignalPlan, events: Sequence[Events], series: Mapping[int, Columns]) -> None:
        self._plan = plan
        self._events = events
        self._series = series
        self._pools: dict[tuple[int, ...], tuple[Events, tuple[IntArray, ...]]] = {}

    def fires(self, family: Sequence[int]) -> tuple[Fires, tuple[IntArray, ...]]:
        """Every distinct fire of the hypotheses with these numbers, and for each of them the rows of its own."""
        hypothesis, exits = self._plan.hypotheses[family[0]], self._plan.exits[family[0]]
        columns = self._series[hypothesis.timeframe]
        events, rows = self._pool(tuple(self._plan.signals[number] for number in family), len(columns["close"]))
        fires = Fires(
            time=closed_at(columns, events.index),
            exit_time=closed_at(columns, self._events[exits].index) if exits >= 0 else np.empty(0, np.int64),
            **levels_of(hypothesis, events.values),
        )
        return fires, rows

    def _pool(self, outputs: tuple[int, ...], n_candles: int) -> tuple[Events, tuple[IntArray, ...]]:
        if len(outputs) == 1:
            events = self._events[outputs[0]]
            return events, (np.arange(len(events)),)
        if outputs not in self._pools:
            self._pools[outputs] = pool_events([self._events[output] for output in outputs], n_candles)
        return self._pools[outputs]


def pool_events(events: Sequence[Events], n_candles: int) -> tuple[Events, tuple[IntArray, ...]]:
    """The distinct events of many outputs, which report equal values where two report at once; the rows of each."""
    index = np.concatenate([each.index for each in events])
    rows, first = pool_rows(index, 0, 1, n_candles)
    values = np.concatenate([each.values for each in events])[first]
    ends = np.cumsum([len(each) for each in events])
    return Events(index[first], values), tuple(np.split(rows, ends[:-1]))


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
