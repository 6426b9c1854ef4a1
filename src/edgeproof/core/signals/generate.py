"""Where hypotheses fire, with the prices a signal fixes at that moment.

1. `plan_signals` turns hypotheses into one shared plan: each reports where its conditions hold, with its reference
   price, stop, target prices and trail distance there. Variants that differ only in what is computed afterwards
   (a multiple of R, a holding time) share one report.
2. A batch or a live session runs the plan (`conditions.evaluate`).
3. `fires_of` reads a hypothesis' fires out of the plan's events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgeproof.core.conditions.evaluate import Columns, Events, evaluate_events
from edgeproof.core.conditions.parse import parse_condition, parse_number
from edgeproof.core.conditions.plan import Output, Plan, history_needed, make_plan, series_read
from edgeproof.core.indicators.arithmetic import all_of, any_of
from edgeproof.core.indicators.node import CLOSE, Node
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
    hypothesis = plan.hypotheses[number]
    close_time = series[hypothesis.timeframe]["close_time"]
    signals = events[plan.signals[number]]
    exits = plan.exits[number]
    exit_time = close_time[events[exits].index] if exits >= 0 else np.empty(0)
    return Fires(
        time=close_time[signals.index].astype(np.int64),
        exit_time=exit_time.astype(np.int64),
        **levels_of(hypothesis, signals.values),
    )


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
