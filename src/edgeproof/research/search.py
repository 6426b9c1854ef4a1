"""The search beyond the declared: candidates of the grammar, tried generation by generation on in-sample candles only.

1. `load_in_sample` cuts the history of an instrument at the split; what comes after it is not in reach of the search.
2. `search` yields generation after generation: the first is drawn at random (`grammar.draw`), each later one is bred
   from the better candidates so far (`breed`): half mutated, three in ten crossed, the rest drawn anew.
3. `try_out` backtests a batch of candidates in one shared plan an instrument; the round trips of several instruments
   are pooled in the order they were entered.
4. `score` ranks: how sure the expectancy is, as if a few indifferent round trips had come before.
5. `finalists` are the best of all generations, to be judged like any declared hypothesis, out of sample included.

Every candidate is a trial and enters the ledger, the bad ones too, before the next generation is bred. A seed gives the
same generations on any machine, and a search that was interrupted goes on from the last one it had done.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import partial

import numpy as np
from numpy.random import Generator, default_rng  # noqa: TID251 - one seeded stream a generation

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trial import TrialRecord
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.ports import Checkpoints, TaskRunner, TrialLedger
from edgeproof.research.backtest import Fees
from edgeproof.research.discover import Means
from edgeproof.research.grammar import Candidate, Grammar, cross, draw, grammar_for, hypothesis_of, mutate, samples
from edgeproof.research.study import Study
from edgeproof.research.tryout import InSample, load_in_sample, search_record, try_out

BATCH = 250
"""Candidates that share one plan: enough to share indicators, few enough to keep memory flat."""

MOST_CANDIDATES = 200_000

_PARENTS = 0.2
_FRESH, _MUTATED = 0.2, 0.5
"""Of each generation after the first; the rest is crossed."""

_ALIKE = 3
"""Parents with the same trigger, timeframe and direction: more would be the same idea in small variations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpec:
    """How far to search: `candidates` in all, in so many `generations`, from a `seed`; the best few are `finalists`."""

    candidates: int
    generations: int = 10
    seed: int = 0
    finalists: int = 20

    def __post_init__(self) -> None:
        if not 1 <= self.candidates <= MOST_CANDIDATES:
            raise InputError(f"expected 1 to {MOST_CANDIDATES:,} candidates to search, found {self.candidates:,}")
        if not 1 <= self.generations <= self.candidates:
            raise InputError(f"expected 1 to {self.candidates:,} generations, found {self.generations:,}")
        if self.seed < 0:
            raise InputError(f"expected a seed of 0 or more, found {self.seed}")
        if self.finalists < 1:
            raise InputError(f"expected 1 or more finalists, found {self.finalists}")

    def sizes(self) -> tuple[int, ...]:
        """How many candidates each generation has.

        >>> SearchSpec(candidates=10, generations=4).sizes()
        (3, 3, 2, 2)
        """
        share, rest = divmod(self.candidates, self.generations)
        return tuple(share + (k < rest) for k in range(self.generations))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A candidate, how it ranks, and the record of its trial."""

    candidate: Candidate
    score: float
    record: TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What one round of the search tried, in the order it was bred."""

    number: int
    scored: tuple[Scored, ...]


def search_vocabulary() -> tuple[Hypothesis, ...]:
    """Hypotheses that use everything a search may say: what to compile before one."""
    return tuple(hypothesis_of(each, "") for each in samples(grammar_for(MINUTE, funding=True)))


def search_for(
    study: Study, means: Means, spec: SearchSpec, *, on_generation: Callable[[Generation], None] = lambda _: None
) -> tuple[Hypothesis, ...]:
    """The finalists of a search over the instruments of a study, which are searched as one.

    They are to be judged by `discover(..., found=finalists)`, pooled where there are several instruments.

    Raises
    ------
    InputError
        When an instrument has no in-sample candles, or only candles too coarse to search.
    """
    histories = tuple(load_in_sample(means.store, instrument, study.window) for instrument in study.instruments)
    for history in histories:
        if len(history.market.candles) == 0:
            raise InputError(
                f"expected in-sample candles of {history.market.instrument} to search, found none in this window; "
                "leave the instrument out, or take a longer window"
            )
    searcher = Searcher(
        histories=histories,
        fees=study.fees,
        runner=means.runner,
        ledger=means.ledger,
        checkpoints=means.checkpoints,
    )
    generations = []
    for generation in searcher.search(spec):
        on_generation(generation)
        generations.append(generation)
    return finalists(generations, spec)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Searcher:
    """What a search works with: the history it may see, what trading costs, and where work is done and kept."""

    histories: tuple[InSample, ...]
    fees: Fees
    runner: TaskRunner
    ledger: TrialLedger
    checkpoints: Checkpoints

    def search(self, spec: SearchSpec) -> Iterator[Generation]:
        """Every generation when it is done and its trials are in the ledger; those done before come at once."""
        grammar = self._grammar()
        done: list[Scored] = []
        for number, size in enumerate(spec.sizes()):
            candidates = breed(done, size, grammar, default_rng([spec.seed, number]))
            scored = self._found(spec, number, candidates)
            if scored is None:
                scored = tuple(self._try_out(spec, number, candidates))
                self._keep(spec, number, scored)
            self.ledger.enter([each.record for each in scored])
            done += scored
            yield Generation(number=number, scored=scored)

    def _grammar(self) -> Grammar:
        markets = [history.market for history in self.histories]
        coarsest = max(market.candles.timeframe for market in markets)
        return grammar_for(coarsest, funding=all(len(market.funding) for market in markets))

    def _try_out(self, spec: SearchSpec, number: int, candidates: Sequence[Candidate]) -> Iterator[Scored]:
        reason = reason_of(spec, number)
        hypotheses = [hypothesis_of(candidate, reason) for candidate in candidates]
        batches = [tuple(hypotheses[start : start + BATCH]) for start in range(0, len(hypotheses), BATCH)]
        results = self.runner.run([partial(try_out, self.histories, batch, self.fees) for batch in batches])
        remaining = iter(candidates)
        for batch in results:
            for outcome, record in batch:
                yield Scored(candidate=next(remaining), score=outcome, record=record)

    def _found(self, spec: SearchSpec, number: int, candidates: Sequence[Candidate]) -> tuple[Scored, ...] | None:
        """The generation as it was kept, if it was the same one."""
        columns = self.checkpoints.find(_key(spec, number))
        if columns is None or str(columns["candidates"]) != _digest(candidates):
            return None
        names = [hypothesis_of(candidate, "").name for candidate in candidates]
        rows = zip(candidates, names, columns["id"].tolist(), columns["n"].tolist(), columns["figures"], strict=True)
        return tuple(
            Scored(
                candidate=candidate,
                score=float(figures[0]),
                record=search_record(self.histories, name, identity, n, *figures[1:].tolist()),
            )
            for candidate, name, identity, n, figures in rows
        )

    def _keep(self, spec: SearchSpec, number: int, scored: Sequence[Scored]) -> None:
        records = [each.record for each in scored]
        figures = [
            [each.score, each.record.p_value, _or_nan(each.record.expectancy_r), _or_nan(each.record.sharpe)]
            for each in scored
        ]
        columns = {
            "candidates": np.array(_digest([each.candidate for each in scored])),
            "id": np.array([record.id for record in records], dtype=np.str_),
            "n": np.array([record.n for record in records], np.int64),
            "figures": np.array(figures, np.float64),
        }
        self.checkpoints.keep(_key(spec, number), columns)


def reason_of(spec: SearchSpec, number: int) -> str:
    """What a found hypothesis says of itself where a declared one gives its idea."""
    return (
        f"Found by search, not thought of beforehand: seed {spec.seed}, generation {number + 1} of {spec.generations}, "
        f"one of {spec.candidates:,} candidates. It has to stand out among all of them."
    )


def breed(scored: Sequence[Scored], size: int, grammar: Grammar, rng: Generator) -> tuple[Candidate, ...]:
    """The next `size` candidates, none of which has been tried: at random when there is nothing to breed from."""
    tried = {each.candidate for each in scored}
    parents = parents_of(scored, max(2, int(_PARENTS * size)))
    fresh: dict[Candidate, None] = {}
    while len(fresh) < size:
        candidate = _offspring(parents, grammar, rng)
        if candidate not in tried:
            fresh[candidate] = None
    return tuple(fresh)


def parents_of(scored: Sequence[Scored], most: int) -> tuple[Candidate, ...]:
    """The best candidates so far with a positive score, few that are alike."""
    alike: Counter[tuple[str, int, int]] = Counter()
    parents: list[Candidate] = []
    for each in ranked(scored):
        candidate = each.candidate
        kind = (candidate.trigger.template, candidate.timeframe, candidate.direction)
        if each.score <= 0 or len(parents) == most:
            break
        if alike[kind] < _ALIKE:
            alike[kind] += 1
            parents.append(candidate)
    return tuple(parents)


def ranked(scored: Sequence[Scored]) -> list[Scored]:
    """Best first; of equals the one that sorts first, so that the order never depends on chance."""
    return sorted(scored, key=lambda each: (-each.score, each.candidate))


def finalists(generations: Sequence[Generation], spec: SearchSpec) -> tuple[Hypothesis, ...]:
    """The best candidates of all generations by in-sample evidence, each with the reason where it was found.

    One in-sample result is one finalist: candidates that traded the same are the same idea in other words. Those with
    too few trades to be tested are none.
    """
    born = [(each, generation.number) for generation in generations for each in generation.scored]
    born.sort(key=lambda pair: (pair[0].record.p_value, -pair[0].score, pair[0].candidate))
    distinct: dict[tuple[int, float | None, float | None], Hypothesis] = {}
    for each, number in born:
        outcome = (each.record.n, each.record.expectancy_r, each.record.sharpe)
        if each.record.p_value < 1.0 and len(distinct) < spec.finalists and outcome not in distinct:
            distinct[outcome] = hypothesis_of(each.candidate, reason_of(spec, number))
    return tuple(distinct.values())


def _offspring(parents: Sequence[Candidate], grammar: Grammar, rng: Generator) -> Candidate:
    kind = rng.random()
    if not parents or kind < _FRESH:
        return draw(grammar, rng)
    one = parents[int(rng.integers(len(parents)))]
    if kind < _FRESH + _MUTATED:
        return mutate(one, grammar, rng)
    return cross(one, parents[int(rng.integers(len(parents)))], rng)


def _key(spec: SearchSpec, number: int) -> str:
    return f"search seed {spec.seed}, {spec.candidates} candidates, generation {number + 1} of {spec.generations}"


def _digest(candidates: Sequence[Candidate]) -> str:
    return hashlib.sha256(repr([astuple(candidate) for candidate in candidates]).encode()).hexdigest()


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
