"""A discovery from the first look at its data to the verdicts: what `discover` and `demo` share (`keep_discovery`).

1. Look at the data; the ledger is opened first, so that a damaged one is found before an hour of work.
2. Search, where it is asked for; compile what is not compiled yet, measure, examine, conclude, with progress bars.
3. Write the run: trades, run.json as a backtest does, edge.json with all that was found; keep the states.
4. Print the verdicts, or with --json edge.json (`run_discovery`; the demo has its own way).
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.progress import Progress

from edgeproof import bootstrap
from edgeproof.cli.context import Context
from edgeproof.cli.document import outcome_document, plain
from edgeproof.cli.edge_document import edge_document, states_document
from edgeproof.cli.progress import compile_ahead, progress_bars
from edgeproof.cli.verdicts import DiscoveryReport, print_verdicts
from edgeproof.core.candles.quality import certificate_document
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.core.performance.metrics import statistics
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.discover import Discovery, Means, discover
from edgeproof.research.measure import InstrumentFindings
from edgeproof.research.outcome import Outcome
from edgeproof.research.progress import Here
from edgeproof.research.report.definition import definition
from edgeproof.research.run_identity import code_version
from edgeproof.research.search import Generation, SearchSpec, search_for, search_vocabulary
from edgeproof.research.study import Study, Survey
from edgeproof.research.trials import with_ablations

INTERRUPTED = 130


@dataclass(slots=True, eq=False)
class _Keeper:
    """Writes the trades of each instrument as they come, and keeps what `run.json` says of them."""

    add: Callable[[str, str, RoundTrips], None]
    results: list[dict[str, Any]] = field(default_factory=list)

    def take(self, found: InstrumentFindings) -> None:
        for each in found.measured:
            if each.trial.kind == "ablation":
                continue
            if each.trades is not None:
                self.add(each.trial.hypothesis.name, found.instrument.unified, each.trades)
            outcome = Outcome(
                hypothesis=each.trial.hypothesis,
                instrument=found.instrument,
                fates=each.fates,
                statistics=None if each.trades is None else statistics(each.trades),
                reason=each.reason or None,
            )
            self.results.append(outcome_document(outcome))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A discovery that is done and kept: what there is to print, and edge.json."""

    report: DiscoveryReport
    edge: dict[str, Any]


def run_discovery(  # noqa: PLR0913 - what was chosen
    context: Context,
    study: Study,
    *,
    pool: bool = False,
    show_all: bool = False,
    search: SearchSpec | None = None,
    engine: str = "local",
) -> None:
    """Discover, keep the run and show it."""
    kept = keep_discovery(context.home, study, pool=pool, search=search, engine=engine)
    if context.json:
        context.print_json(kept.edge)
    else:
        print_verdicts(context.out, replace(kept.report, all=show_all))


def keep_discovery(
    home: Path, study: Study, *, pool: bool = False, search: SearchSpec | None = None, engine: str = "local"
) -> Kept:
    """Discover, and keep the run and the states under a home."""
    options = _options(search, pool=pool)
    bootstrap.open_ledger(home).concerning([study.instruments[0].unified], 0, 0)
    survey = bootstrap.look_at_data(bootstrap.open_store(home), study, options)
    run = _run_document(study, survey, options)
    data = [certificate_document(certificate) for certificate in survey.certificates]
    checkpoints = bootstrap.checkpoints(home, survey.run_id)
    with bootstrap.keep_run(home, survey.run_id) as writer:
        keeper = _Keeper(writer.add)
        with _interruptible(), bootstrap.task_runner(engine) as runner, progress_bars() as progress:
            means = Means(
                store=bootstrap.open_store(home),
                ledger=bootstrap.open_ledger(home),
                runner=runner,
                checkpoints=checkpoints,
                on_measured=keeper.take,
            )
            finalists = _search(study, means, search, progress) if search is not None else ()
            found = _judge(study, means, finalists, progress, pool=pool)
        edge = plain(edge_document(found, run, data))
        definitions = {each.examination.trial.hypothesis for each in found.analyses}
        document = {
            "run": run,
            "data": data,
            "results": keeper.results,
            "definitions": {each.name: definition(each) for each in sorted(definitions, key=lambda each: each.name)},
        }
        folder = writer.finish(plain(document), edge)
    if finalists:
        bootstrap.keep_found(folder, finalists)
    checkpoints.clear()
    bootstrap.remember_states(home, states_document(found, survey.run_id))
    report = DiscoveryReport(study=study, survey=survey, found=found, folder=folder, searched=bool(finalists))
    return Kept(report=report, edge=edge)


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write("edgeproof: interrupted; what is finished is kept, the same call goes on from there\n")
        raise SystemExit(INTERRUPTED) from None


def _search(study: Study, means: Means, spec: SearchSpec, progress: Progress) -> tuple[Hypothesis, ...]:
    """The finalists of a search, with a bar of its own."""
    compile_ahead(search_vocabulary(), progress)
    bar = progress.add_task(f"searching {spec.candidates:,} candidates", total=spec.candidates)

    def on_generation(generation: Generation) -> None:
        best = max(each.score for each in generation.scored)
        words = f"searching {spec.candidates:,} candidates: generation {generation.number + 1}, best score {best:.1f}"
        progress.update(bar, advance=len(generation.scored), description=words)

    finalists = search_for(study, means, spec, on_generation=on_generation)
    progress.remove_task(bar)
    return finalists


def _judge(study: Study, means: Means, finalists: Sequence[Hypothesis], progress: Progress, *, pool: bool) -> Discovery:
    chosen = (*study.hypotheses, *finalists)
    compile_ahead(chosen, progress)
    trials = len(with_ablations(chosen)) * len(study.instruments)
    bar = progress.add_task(f"{trials:,} trials", total=2 * trials)
    heard = replace(means, on_progress=Here(lambda done: progress.advance(bar, done)))
    return discover(study, heard, pool=pool, found=finalists)


def _options(search: SearchSpec | None, *, pool: bool) -> dict[str, object]:
    """What makes it another run; not the engine, which changes no bit of it."""
    return {"command": "discover", "pool": pool, **({} if search is None else {"search": asdict(search)})}


def _run_document(study: Study, survey: Survey, options: dict[str, object]) -> dict[str, Any]:
    config = {**study.config(), **options}
    return {"id": survey.run_id, "version": code_version(), "config": config, "seed": study.seed}
