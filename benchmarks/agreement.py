"""Whether two engines made the same trades: (candle that fired, candle of the exit) of each."""

from collections.abc import Iterable, Iterator

import numpy as np

from benchmarks import ours
from benchmarks.market import MINUTE
from edgeproof.core.conditions.evaluate import series_columns
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.core.signals.generate import Families, evaluate_signals, plan_pooled
from edgeproof.core.signals.hypothesis import variants
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.simulation.bracket import BracketOutcomes
from edgeproof.core.simulation.history import price_history
from edgeproof.research.backtest import Market, bracket_spec, families

Trade = tuple[int, int]


def trades(round_trips: RoundTrips) -> list[Trade]:
    """The candles of round trips."""
    fired, left = round_trips.signal_time // MINUTE - 1, round_trips.exit_time // MINUTE - 1
    return list(zip(fired.tolist(), left.tolist(), strict=True))


def outcomes_of_fires(text: str, market: Market) -> Iterator[list[Trade]]:
    """For every variant of a text what each of its fires would have done alone, in order of time."""
    hypotheses = [variant for hypothesis in read_hypotheses(text, "benchmark") for variant in variants(hypothesis)]
    plan = plan_pooled(hypotheses)
    series = series_columns(market.candles, market.funding, plan.plan.series)
    pooled = Families(plan, evaluate_signals(plan, series), series)
    history = price_history(market.candles, market.funding)
    for family in families(plan):
        fires, selections = pooled.fires(family)
        shared = BracketOutcomes(history, bracket_spec(hypotheses[family[0]], ours.FEES), fires)
        alone = shared.walk_many([np.array([row]) for row in range(len(fires))])
        traded = np.concatenate([walk.rows for walk in alone])
        found = dict(zip(traded.tolist(), trades(shared.round_trips(traded)), strict=True))
        for rows in selections:
            yield [found[row] for row in rows.tolist() if row in found]


def once_a_candle(outcomes: Iterable[Trade]) -> list[Trade]:
    """The trades of one who, as vectorbt, cannot enter on the candle in which he left."""
    taken: list[Trade] = []
    for fired, left in outcomes:
        if not taken or fired > taken[-1][1]:
            taken.append((fired, left))
    return taken
