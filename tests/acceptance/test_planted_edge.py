"""What is there is found, and what is not there is not: the same market with a planted edge and without it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from edgeproof.adapters.simulated.plant import Plant
from edgeproof.adapters.storage.library import load_library
from edgeproof.core.signals.hypothesis import Direction
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.discover import discover
from edgeproof.research.edge import EdgeAnalysis
from edgeproof.research.placebos import random_placebos
from edgeproof.research.search import SearchSpec, search_for
from edgeproof.research.study import Study
from edgeproof.research.verdict import MAX_Q, State
from tests.support.searching import bench

PLANTS = (None, Plant())
REBOUND = read_hypotheses(
    """
[[hypothesis]]
name = "Rebound"
timeframe = "5m"
direction = "long"
family = "mean_reversion"
reason = "Sellers are exhausted far below the mean of the hour on a burst of volume; the next hour recovers."
entry = ["close < sma(12) - 2 * atr(14)", "volume > 2 * sma(volume, 20)"]
stop = "close - 2 * atr(14)"
target = "1.5R"
max_hold = "1h"
""",
    "rebound.toml",
)[0]


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_planted_edge_qualifies_and_the_same_market_without_it_does_not(seed: int) -> None:
    for plant in PLANTS:
        on = bench(2, days=90, seed=seed, plant=plant)
        study = Study(hypotheses=(REBOUND,), instruments=on.instruments)
        rebound = discover(study, on.means(), pool=True).analyses[0]
        assert (rebound.verdict.state is State.QUALIFIED) == (plant is not None), rebound.verdict.line


def test_a_planted_edge_qualifies_alone_among_the_whole_library(tmp_path: Path) -> None:
    for plant in PLANTS:
        on = bench(2, days=90, seed=12, plant=plant)
        study = Study(hypotheses=(REBOUND, *load_library(tmp_path, ())), instruments=on.instruments)
        analyses = discover(study, on.means(), pool=True).analyses
        qualified = [each.examination.trial.hypothesis for each in analyses if each.verdict.state is State.QUALIFIED]
        assert qualified == ([] if plant is None else [REBOUND])


def test_a_planted_edge_stands_out_among_placebos_and_not_without_it() -> None:
    for plant in PLANTS:
        on = bench(2, days=90, seed=11, plant=plant)
        study = Study(hypotheses=(REBOUND, *random_placebos(40, 1)), instruments=on.instruments)
        rebound, *placebos = discover(study, on.means(), pool=True).analyses
        assert rebound.trials == 41
        assert (rebound.q_value <= MAX_Q) == (plant is not None)
        assert not [each for each in placebos if each.verdict.state is State.QUALIFIED]


def test_the_search_finds_the_planted_edge_and_qualifies_nothing_where_there_is_none() -> None:
    found = {}
    for plant in PLANTS:
        on = bench(1, days=120, seed=12, plant=plant)
        study = Study(hypotheses=(), instruments=on.instruments)
        finalists = search_for(study, on.means(), SearchSpec(candidates=1_000, seed=1, finalists=5))
        found[plant] = discover(study, on.means(), found=finalists).analyses
    assert not [each for each in found[None] if each.verdict.state is State.QUALIFIED]
    planted = best(found[PLANTS[1]])
    # After a thousand trials it still stands out, it is what was planted, and it holds in the last third.
    assert planted.trials >= 1_000
    assert planted.q_value <= MAX_Q
    hypothesis = planted.examination.trial.hypothesis
    assert (hypothesis.timeframe, hypothesis.direction) == (300_000, Direction.LONG)
    assert planted.examination.details is not None
    assert planted.examination.details.out_of_sample.expectancy_r > 0


def best(analyses: Sequence[EdgeAnalysis]) -> EdgeAnalysis:
    return min(analyses, key=lambda each: each.q_value)
