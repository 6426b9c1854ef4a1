"""The search: the same for a seed, resumable, paid for in the ledger, and blind to the last third."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from numpy.random import default_rng

from edgeproof.adapters.compute.local import LocalRunner
from edgeproof.adapters.simulated.market import generate_market
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trial import TrialRecord
from edgeproof.research.backtest import Fees
from edgeproof.research.discover import discover
from edgeproof.research.edge import record_of
from edgeproof.research.grammar import draw, grammar_for, hypothesis_of
from edgeproof.research.search import (
    Generation,
    Scored,
    Searcher,
    SearchSpec,
    breed,
    finalists,
    parents_of,
    search_for,
)
from edgeproof.research.study import Study
from edgeproof.research.tryout import score
from tests.support.searching import BTC, Bench, CountingRunner, bench, bench_of

SPEC = SearchSpec(candidates=90, generations=3, seed=5, finalists=4)
T = TypeVar("T")


def searcher(on: Bench, runner: CountingRunner | LocalRunner | None = None) -> Searcher:
    return Searcher(
        histories=on.histories,
        fees=Fees(),
        runner=runner or on.runner,
        ledger=on.ledger,
        checkpoints=on.checkpoints,
    )


@pytest.fixture(scope="module")
def once() -> tuple[Bench, tuple[Generation, ...]]:
    on = bench()
    return on, tuple(searcher(on).search(SPEC))


def scored(generations: Sequence[Generation]) -> list[Scored]:
    return [each for generation in generations for each in generation.scored]


def test_the_same_seed_finds_the_same_on_any_runner(once: tuple[Bench, tuple[Generation, ...]]) -> None:
    again = tuple(searcher(bench(), LocalRunner(2)).search(SPEC))
    assert repr(again) == repr(once[1])


def test_another_seed_tries_others(once: tuple[Bench, tuple[Generation, ...]]) -> None:
    other = next(searcher(bench()).search(replace(SPEC, seed=6)))
    assert not {each.candidate for each in other.scored} & {each.candidate for each in once[1][0].scored}


def test_every_candidate_is_a_trial_of_its_own_in_the_ledger(once: tuple[Bench, tuple[Generation, ...]]) -> None:
    on, generations = once
    assert [len(each.scored) for each in generations] == [30, 30, 30]
    assert len({each.candidate for each in scored(generations)}) == 90
    assert on.trials == 90


def test_a_search_that_was_interrupted_goes_on_where_it_was(once: tuple[Bench, tuple[Generation, ...]]) -> None:
    on = bench()
    interrupted = iter(searcher(on).search(SPEC))
    next(interrupted)
    next(interrupted)
    assert (on.trials, on.runner.tasks) == (60, 2)
    resumed = tuple(searcher(on).search(SPEC))
    assert repr(resumed) == repr(once[1])
    assert (on.trials, on.runner.tasks) == (90, 3)


class _Interrupted:
    """A runner during whose second generation somebody presses Ctrl-C."""

    def __init__(self) -> None:
        self.runs = 0

    def run(self, tasks: Sequence[Callable[[], T]]) -> Iterator[T]:
        self.runs += 1
        if self.runs == 2:
            raise KeyboardInterrupt
        yield from (task() for task in tasks)


def test_ctrl_c_within_a_generation_keeps_those_before_it() -> None:
    on = bench()
    stopped = Searcher(
        histories=on.histories, fees=Fees(), runner=_Interrupted(), ledger=on.ledger, checkpoints=on.checkpoints
    )
    with pytest.raises(KeyboardInterrupt):
        list(stopped.search(SPEC))
    assert on.trials == 30


def test_what_was_kept_of_another_search_is_not_taken(once: tuple[Bench, tuple[Generation, ...]]) -> None:
    on = once[0]
    before = on.runner.tasks
    next(searcher(on).search(replace(SPEC, seed=9)))
    assert on.runner.tasks == before + 1


def falling_after(candles: Candles, time: int) -> Candles:
    """The candles with another ending: half the price from a time on."""
    factor = np.where(candles.open_time >= time, 0.5, 1.0)
    moved = {name: getattr(candles, name) * factor for name in ("open", "high", "low", "close")}
    return replace(candles, open=moved["open"], high=moved["high"], low=moved["low"], close=moved["close"])


def test_the_last_third_is_never_seen() -> None:
    candles, funding = generate_market([BTC], days=20, seed=1)[BTC]
    split = bench_of({BTC: (candles, funding)}).histories[0].span.split
    other = bench_of({BTC: (falling_after(candles, split), funding)})
    assert int(other.histories[0].market.candles.close_time[-1]) <= split
    first = next(searcher(bench_of({BTC: (candles, funding)})).search(SPEC))
    assert repr(next(searcher(other).search(SPEC))) == repr(first)


def test_later_generations_are_better_than_the_first(once: tuple[Bench, tuple[Generation, ...]]) -> None:
    first, *_, last = (np.median([each.score for each in generation.scored]) for generation in once[1])
    assert last > first


def test_the_record_of_a_candidate_is_that_of_its_edge_analysis(once: tuple[Bench, tuple[Generation, ...]]) -> None:
    on, generations = once
    enough = [each for each in scored(generations) if each.record.n >= 20]
    chosen = tuple(hypothesis_of(each.candidate, "") for each in enough)
    found = discover(Study(hypotheses=chosen, instruments=on.instruments), bench().means())
    records = {record.id: record for record in (record_of(each.examination) for each in found.analyses)}
    good = 0
    for each in enough:
        analysed: TrialRecord = records[each.record.id]
        assert (analysed.n, analysed.sharpe) == (each.record.n, each.record.sharpe)
        assert analysed.expectancy_r == pytest.approx(each.record.expectancy_r, rel=1e-12)
        assert each.record.p_value == 1.0 or each.record.p_value == pytest.approx(analysed.p_value, abs=0.01)
        good += each.record.p_value < 1.0
    assert good > 0


def test_several_instruments_are_searched_as_one() -> None:
    on = bench(2, days=10)
    generation = next(searcher(on).search(SearchSpec(candidates=10, generations=1)))
    alone = [next(searcher(one).search(SearchSpec(candidates=10, generations=1))) for one in singles()]
    assert [each.record.n for each in generation.scored] == [
        a.record.n + b.record.n for a, b in zip(alone[0].scored, alone[1].scored, strict=True)
    ]
    assert all(len(each.record.instruments) == 2 for each in generation.scored)


def singles() -> list[Bench]:
    return [bench_of({each: history}) for each, history in generate_market(2, days=10, seed=1).items()]


def test_finalists_are_the_best_say_where_they_come_from_and_differ_in_their_trades(
    once: tuple[Bench, tuple[Generation, ...]],
) -> None:
    on, generations = once
    study = Study(hypotheses=(), instruments=on.instruments)
    chosen = search_for(study, on.means(), SPEC)
    assert chosen == finalists(generations, SPEC)
    assert 1 <= len(chosen) <= 4
    assert all("Found by search" in each.reason and "seed 5" in each.reason for each in chosen)
    by_name = {each.record.hypothesis: each.record for each in scored(generations)}
    figures = [(by_name[each.name].n, by_name[each.name].expectancy_r) for each in chosen]
    assert len(set(figures)) == len(figures)
    best = min(each.record.p_value for each in scored(generations))
    assert by_name[chosen[0].name].p_value == best


def test_finalists_are_judged_out_of_sample_and_enter_the_ledger_as_found() -> None:
    on = bench()
    study = Study(hypotheses=(), instruments=on.instruments)
    chosen = search_for(study, on.means(), SPEC)
    found = discover(study, on.means(), found=chosen)
    assert {each.examination.trial.hypothesis for each in found.analyses} == set(chosen)
    assert all(each.examination.trial.kind == "search" for each in found.analyses)
    # Ablations are further trials; the finalists themselves have been counted when they were candidates.
    ablations = sum(len(each.ablations) for each in found.analyses)
    assert 90 <= on.trials <= 90 + ablations
    assert all(each.trials == on.trials for each in found.analyses)


def test_bred_candidates_are_new_and_mostly_of_the_parents_kind(once: tuple[Bench, tuple[Generation, ...]]) -> None:
    done = scored(once[1])
    children = breed(done, 50, grammar_for(MINUTE, funding=True), default_rng(1))
    assert len(set(children)) == 50
    assert not set(children) & {each.candidate for each in done}


def test_parents_have_a_positive_score_and_few_are_alike(once: tuple[Bench, tuple[Generation, ...]]) -> None:
    done = scored(once[1])
    scores = {each.candidate: each.score for each in done}
    parents = parents_of(done, 20)
    assert 0 < len(parents) <= 20
    assert all(scores[each] > 0 for each in parents)
    kinds = [(each.trigger.template, each.timeframe, each.direction) for each in parents]
    assert max(kinds.count(kind) for kind in kinds) <= 3


def test_with_nothing_to_breed_from_candidates_are_drawn() -> None:
    grammar = grammar_for(MINUTE, funding=False)
    assert len(breed((), 5, grammar, default_rng(1))) == 5
    assert draw(grammar, default_rng(1)) == draw(grammar, default_rng(1))


def test_few_lucky_trades_score_less_than_many_good_ones() -> None:
    lucky, good = np.full(4, 3.0), np.tile([1.5, -1.0], 150)
    assert score(good) > score(lucky) > 0 > score(-good)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"candidates": 0}, "expected 1 to 200,000 candidates"),
        ({"candidates": 10**7}, "expected 1 to 200,000 candidates"),
        ({"candidates": 5, "generations": 6}, "expected 1 to 5 generations"),
        ({"candidates": 50, "seed": -1}, "expected a seed of 0 or more"),
        ({"candidates": 50, "finalists": 0}, "expected 1 or more finalists"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(words: dict[str, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SearchSpec(**words)


def test_an_instrument_without_candles_is_refused_by_name() -> None:
    on = bench(days=2)
    empty = replace(Study(hypotheses=(), instruments=on.instruments).window, start=2**42)
    with pytest.raises(InputError, match="in-sample candles of BTC/USD:USD"):
        search_for(Study(hypotheses=(), instruments=on.instruments, window=empty), on.means(), SPEC)
