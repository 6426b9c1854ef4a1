"""Discovery: every hypothesis on every instrument, to verdicts that have paid for every trial.

1. `_measure`: the trades of every hypothesis, and of it without each confirmation, instrument by instrument; what is
   finished is kept in a checkpoint, so that an interrupted run goes on where it was.
2. `_examine`: what the trades of each trial say by themselves; its record goes into the ledger.
3. `_opened`: the secondary timeframes of the hypotheses that pass are measured and examined in the same way.
4. `_concluded`: with all trials counted, q-values, deflated Sharpe ratios and verdicts.
5. `luck_of_choice`: what choosing the best of the run is worth.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.ports import CandleStore, Checkpoints, TaskRunner, TrialLedger
from edgeproof.research.backtest import Fees
from edgeproof.research.bias import SelfChecks
from edgeproof.research.choice import ChoiceLuck, luck_of_choice
from edgeproof.research.edge import (
    EdgeAnalysis,
    Examination,
    ask_last_third,
    conclude,
    examine,
    passed_in_sample,
    record_of,
)
from edgeproof.research.ledger import TrialFamily, family_of
from edgeproof.research.measure import InstrumentFindings, MeasureTask, packed, unpacked
from edgeproof.research.pool import Part
from edgeproof.research.study import Study
from edgeproof.research.trials import Trial, secondary_trials, trial_id, with_ablations
from edgeproof.research.verdict import MAX_Q

AT_ONCE = 16
"""Trials examined by one task: enough to be worth the hand-over, few enough to fill all cores to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a discovery works with: the ports it needs, and who hears of its trades and its progress.

    `on_measured` gets the trades of every trial on an instrument when they are known; they are not kept after that.
    `on_progress` hears how much more is done, in trials on one instrument, counted when measured and
    again when examined.
    """

    store: CandleStore
    ledger: TrialLedger
    runner: TaskRunner
    checkpoints: Checkpoints
    on_measured: Callable[[InstrumentFindings], None] = lambda _: None
    on_progress: Callable[[float], None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Discovery:
    """What a discovery found: one analysis for each hypothesis and scope, in the order of the study.

    `new_trials` had never been tried before, of `trials` entered; `known_trials` is the size of the largest family.
    """

    analyses: tuple[EdgeAnalysis, ...]
    luck: ChoiceLuck
    checks: SelfChecks
    trials: int
    new_trials: int
    known_trials: int


@dataclass(slots=True, eq=False)
class _Tally:
    """What has been found so far."""

    examinations: list[Examination] = field(default_factory=list)
    checks: SelfChecks = SelfChecks()
    trials: int = 0
    new_trials: int = 0


def discover(study: Study, means: Means, *, pool: bool = False, found: Sequence[Hypothesis] = ()) -> Discovery:
    """Every hypothesis of a study on each of its instruments, or with `pool` on all of them as one.

    `found` are those a search has come up with: judged as the declared ones are, and kept apart in the ledger.
    """
    tally = _Tally()
    trials = (*with_ablations(study.hypotheses), *with_ablations(found, "search"))
    _round(study, means, trials, tally, pool=pool)
    opened = _opened(study, means, tally)
    if opened:
        _round(study, means, with_ablations_of(opened), tally, pool=pool)
    analyses = _concluded(means.ledger, tally.examinations)
    return Discovery(
        analyses=analyses,
        luck=luck_of_choice(tally.examinations),
        checks=tally.checks,
        trials=tally.trials,
        new_trials=tally.new_trials,
        known_trials=max((each.trials for each in analyses), default=0),
    )


def with_ablations_of(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Secondary trials with their ablations."""
    expanded = with_ablations([trial.hypothesis for trial in trials], "secondary")
    parents = {trial.hypothesis.name: trial.parent for trial in trials}
    return tuple(
        each if each.kind == "ablation" else replace(each, parent=parents[each.hypothesis.name]) for each in expanded
    )


def _round(study: Study, means: Means, trials: tuple[Trial, ...], tally: _Tally, *, pool: bool) -> None:
    """Measure and examine trials, and enter them in the ledger."""
    findings = _measure(study, means, trials)
    scopes: Iterable[tuple[InstrumentFindings, ...]] = (tuple(findings),) if pool else ((each,) for each in findings)
    for scope in scopes:
        for found in scope:
            tally.checks += found.checks
            means.on_measured(found)
        examinations = list(_examine(scope, study.fees, means))
        tested = [record_of(each) for each in examinations if each.answerable]
        tally.new_trials += means.ledger.enter(tested)
        tally.trials += len({record.id for record in tested})
        tally.examinations += examinations


def _measure(study: Study, means: Means, trials: tuple[Trial, ...]) -> Iterator[InstrumentFindings]:
    """The findings on each instrument, in the order of the study; those of an interrupted run are taken as they are."""
    kept = {each: _kept(means.checkpoints, each, trials) for each in study.instruments}
    tasks = [
        MeasureTask(
            store=means.store,
            instrument=instrument,
            window=study.window,
            trials=trials,
            fees=study.fees,
            seed=study.seed,
            on_progress=means.on_progress,
        )
        for instrument, found in kept.items()
        if found is None
    ]
    measured = means.runner.run(tasks)
    for instrument, found in kept.items():
        if found is not None:
            means.on_progress(len(trials))
            yield found
        else:
            fresh = next(measured)
            means.checkpoints.keep(_key(instrument, trials), packed(fresh))
            yield fresh


def _kept(checkpoints: Checkpoints, instrument: Instrument, trials: tuple[Trial, ...]) -> InstrumentFindings | None:
    columns = checkpoints.find(_key(instrument, trials))
    return None if columns is None else unpacked(columns, instrument, trials)


def _key(instrument: Instrument, trials: tuple[Trial, ...]) -> str:
    names = "\n".join(trial.hypothesis.name for trial in trials)
    return f"{instrument.unified} {hashlib.sha256(names.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamineTask:
    """Examine a few trials: a task for a `TaskRunner`, made of plain values only."""

    trials: tuple[Trial, ...]
    parts: tuple[tuple[Part, ...], ...]
    fees: Fees

    def __call__(self) -> list[Examination]:
        """One examination a trial."""
        return [examine(trial, parts, self.fees) for trial, parts in zip(self.trials, self.parts, strict=True)]


def _examine(scope: Sequence[InstrumentFindings], fees: Fees, means: Means) -> Iterator[Examination]:
    with_candles = [found for found in scope if found.span.end > found.span.start] or list(scope)
    trials = [each.trial for each in scope[0].measured]
    parts = [tuple(_part(found, number) for found in with_candles) for number in range(len(trials))]
    tasks = [
        ExamineTask(trials=tuple(trials[at : at + AT_ONCE]), parts=tuple(parts[at : at + AT_ONCE]), fees=fees)
        for at in range(0, len(trials), AT_ONCE)
    ]
    for examinations in means.runner.run(tasks):
        means.on_progress(len(examinations) * len(scope))
        yield from examinations


def _part(found: InstrumentFindings, number: int) -> Part:
    return Part(instrument=found.instrument, span=found.span, digest=found.digest, measured=found.measured[number])


def _opened(study: Study, means: Means, tally: _Tally) -> tuple[Trial, ...]:
    """The secondary trials of the hypotheses that pass on their own timeframe.

    Whether they pass is judged without the secondary trials themselves: a second run, which finds those in the ledger,
    must open the same ones.
    """
    secondary = [trial for each in study.hypotheses for trial in secondary_trials(each)]
    if not secondary:
        return ()
    further = [trial.hypothesis for trial in with_ablations_of(secondary)]
    own = {each.id for each in tally.examinations}
    by_scope: dict[tuple[Instrument, ...], TrialFamily] = {}
    passed: set[str] = set()
    for each in tally.examinations:
        if each.trial.kind != "declared" or not each.answerable:
            continue
        if each.instruments not in by_scope:
            left_out = {trial_id(hypothesis, study.fees, each.data) for hypothesis in further} - own
            by_scope[each.instruments] = _family(means.ledger, each, left_out)
        if by_scope[each.instruments].q_value(each.id) <= MAX_Q:
            passed.add(each.trial.hypothesis.name)
    return tuple(trial for trial in secondary if trial.parent in passed)


def _family(ledger: TrialLedger, examination: Examination, left_out: Set[str] = frozenset()) -> TrialFamily:
    names = [each.unified for each in examination.instruments]
    records = ledger.concerning(names, examination.start, examination.end)
    return family_of([record for record in records if record.id not in left_out])


def _concluded(ledger: TrialLedger, examinations: Sequence[Examination]) -> tuple[EdgeAnalysis, ...]:
    """The analysis of every examination but the ablations, which stand with the hypothesis they belong to."""
    families: dict[tuple[Instrument, ...], TrialFamily] = {}
    ablations: dict[tuple[str, tuple[Instrument, ...]], list[Examination]] = {}
    for each in examinations:
        if each.trial.kind == "ablation":
            ablations.setdefault((each.trial.parent, each.instruments), []).append(each)
    analyses = []
    for each in examinations:
        if each.trial.kind == "ablation":
            continue
        if each.instruments not in families:
            families[each.instruments] = _family(ledger, each)
        without = ablations.get((each.trial.hypothesis.name, each.instruments), [])
        analyses.append(conclude(each, families[each.instruments], without))
    asked = sum(map(passed_in_sample, analyses))
    return tuple(ask_last_third(each, asked) if passed_in_sample(each) else each for each in analyses)
