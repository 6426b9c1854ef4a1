"""What the whole set of exits costs beside the plain bracket, on the same entries; and how long holds cost."""

from collections.abc import Iterator

import numpy as np

from benchmarks import ours
from benchmarks.harness import Finding, Timing, interleave, milliseconds
from benchmarks.market import candles, market
from edgeproof.core.conditions.evaluate import evaluate_expression, series_columns
from edgeproof.core.model.candle import NO_FUNDING
from edgeproof.core.signals.generate import Fires, evaluate_signals, fires_of, plan_signals
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.simulation.bracket import BracketOutcomes, BracketSpec, FireTable
from edgeproof.core.simulation.history import PriceHistory, price_history
from edgeproof.research.backtest import bracket_spec

ALL_EXITS = ours.W1.replace(
    'target = "2R"',
    """targets = [{ at = "1R", fraction = 0.5 }, { at = "3R", fraction = 0.5 }]
trail = "3 * atr(14)"
break_even = true
max_hold = "2h"
exit = ["crosses_above(rsi(14), 75)"]""",
)
DISTANCES = (1.5, 5.0, 15.0, 40.0, 100.0, 250.0)
EVERY = 500
NEVER = 2**62


def findings(size: int) -> Iterator[Finding]:
    """All exits (partials, trail, break-even, time stop, funding, exit condition) against the plain bracket."""
    plain, funded = market(size), market(size, funding=True)
    taken = interleave({"plain": lambda: ours.in_full(ours.W1, plain), "all": lambda: ours.in_full(ALL_EXITS, funded)})
    yield _times(f"W1, {size:,} candles, text to statistics: all exits beside the plain bracket", taken)
    brackets = {"plain": _bracket(ours.W1, size), "all": _bracket(ALL_EXITS, size)}
    taken = interleave(brackets)
    yield _times(f"W1, {size:,} candles, brackets alone: all exits beside the plain bracket", taken)
    yield from _long_holds(size)


def _times(case: str, taken: dict[str, Timing]) -> Finding:
    times = taken["all"].median / taken["plain"].median
    return Finding(
        area="exits",
        case=case,
        ours=milliseconds(taken["all"]),
        peer=milliseconds(taken["plain"]),
        ratio=times,
        required=2.0,
        at_most=True,
    )


def _bracket(text: str, size: int):  # noqa: ANN202 - a parameterless call
    prepared = market(size, funding=text is ALL_EXITS)
    (hypothesis,) = read_hypotheses(text, "benchmark")
    plan = plan_signals([hypothesis])
    series = series_columns(prepared.candles, prepared.funding, plan.plan.series)
    fires: Fires = fires_of(plan, 0, evaluate_signals(plan, series), series)
    spec = bracket_spec(hypothesis, ours.FEES)
    history = price_history(prepared.candles, prepared.funding)
    return lambda: BracketOutcomes(history, spec, fires).walk()


def _long_holds(size: int) -> Iterator[Finding]:
    bars = candles(size)
    climbing = price_history(bars, NO_FUNDING, patience=0)
    scanning = price_history(bars, NO_FUNDING, plain=NEVER)
    for distance in DISTANCES:
        yield _long_hold(distance, _spaced_fires(size, distance), climbing, scanning)


def _long_hold(distance: float, table: FireTable, climbing: PriceHistory, scanning: PriceHistory) -> Finding:
    taken = interleave(
        {"tree": lambda: _every_outcome(climbing, table), "scan": lambda: _every_outcome(scanning, table)}, {"scan": 3}
    )
    tree, scan = (1e9 * taken[name].median / len(table) for name in ("tree", "scan"))
    hold = _mean_hold(climbing, table)
    return Finding(
        area="holds",
        case=f"stop and target {distance:g} ATR away, mean hold {hold:,.0f} candles: ns a trade",
        ours=f"{tree:,.0f} (tree)",
        peer=f"{scan:,.0f} (plain scan)",
        ratio=tree,
        aim=1000.0,
        at_most=True,
    )


def _spaced_fires(size: int, distance: float) -> FireTable:
    bars = candles(size)
    rows = np.arange(EVERY, size - 1, EVERY)
    reference = bars.close[rows]
    away = distance * evaluate_expression("atr(14)", bars)[rows]
    return FireTable(
        time=bars.close_time[rows],
        reference=reference,
        stop=reference - away,
        targets=(reference + away)[:, None],
        trail=np.full(len(rows), np.nan),
    )


def _every_outcome(history: PriceHistory, table: FireTable) -> BracketOutcomes:
    # Two equal selections make the outcome of every fire found, whether or not a walk would reach it.
    outcomes = BracketOutcomes(history, BracketSpec(direction=1), table)
    everything = np.arange(len(table))
    outcomes.walk_many([everything, everything])
    return outcomes


def _mean_hold(history: PriceHistory, table: FireTable) -> float:
    trips = _every_outcome(history, table).round_trips(np.arange(len(table)))
    return float((trips.exit_time - trips.entry_time).mean() / history.kernel.timeframe)
