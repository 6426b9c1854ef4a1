"""A discovery from the first look at its data to the verdicts: what `discover` and `demo` share.

1. Look at the data; the ledger is opened first, so that a damaged one is found before an hour of work.
2. Compile what is not compiled yet, measure, examine, conclude, with one progress bar.
3. Write the run: trades, run.json as a backtest does, edge.json with all that was found; keep the states.
4. Print the verdicts, or with --json edge.json.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edgeproof import bootstrap
from edgeproof.cli.context import Context
from edgeproof.cli.document import outcome_document, plain
from edgeproof.cli.edge_document import edge_document, states_document
from edgeproof.cli.progress import compile_ahead, progress_bars
from edgeproof.cli.verdicts import DiscoveryReport, print_verdicts
from edgeproof.core.candles.quality import certificate_document
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.core.performance.metrics import statistics
from edgeproof.ports import Checkpoints
from edgeproof.research.discover import Discovery, Means, discover
from edgeproof.research.measure import InstrumentFindings
from edgeproof.research.outcome import Outcome
from edgeproof.research.report.definition import definition
from edgeproof.research.run_identity import code_version
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


def run_discovery(
    context: Context, study: Study, *, pool: bool = False, show_all: bool = False, closing: str = ""
) -> Path:
    """Discover, keep the run and show it; the folder of the run."""
    bootstrap.open_ledger(context.home).concerning([study.instruments[0].unified], 0, 0)
    survey = bootstrap.look_at_data(bootstrap.open_store(context.home), study, _options(pool=pool))
    run = _run_document(study, survey, pool=pool)
    data = [certificate_document(certificate) for certificate in survey.certificates]
    checkpoints = bootstrap.checkpoints(context.home, survey.run_id)
    with bootstrap.keep_run(context.home, survey.run_id) as writer:
        keeper = _Keeper(writer.add)
        with _interruptible():
            found = _work(context.home, study, keeper, checkpoints, pool=pool)
        edge = plain(edge_document(found, run, data))
        definitions = {each.examination.trial.hypothesis for each in found.analyses}
        document = {
            "run": run,
            "data": data,
            "results": keeper.results,
            "definitions": {each.name: definition(each) for each in sorted(definitions, key=lambda each: each.name)},
        }
        folder = writer.finish(plain(document), edge)
    checkpoints.clear()
    bootstrap.remember_states(context.home, states_document(found, survey.run_id))
    if context.json:
        context.print_json(edge)
    else:
        report = DiscoveryReport(study=study, survey=survey, found=found, folder=folder, all=show_all, closing=closing)
        print_verdicts(context.out, report)
    return folder


@contextmanager
def _interruptible() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write("edgeproof: interrupted; what is finished is kept, the same call goes on from there\n")
        raise SystemExit(INTERRUPTED) from None


def _work(home: Path, study: Study, keeper: _Keeper, checkpoints: Checkpoints, *, pool: bool) -> Discovery:
    with progress_bars() as progress:
        compile_ahead(study.hypotheses, progress)
        trials = len(with_ablations(study.hypotheses)) * len(study.instruments)
        bar = progress.add_task(f"{trials:,} trials", total=2 * trials)
        means = Means(
            store=bootstrap.open_store(home),
            ledger=bootstrap.open_ledger(home),
            runner=bootstrap.local_runner(),
            checkpoints=checkpoints,
            on_measured=keeper.take,
            on_progress=lambda done: progress.advance(bar, done),
        )
        return discover(study, means, pool=pool)


def _options(*, pool: bool) -> dict[str, object]:
    return {"command": "discover", "pool": pool}


def _run_document(study: Study, survey: Survey, *, pool: bool) -> dict[str, Any]:
    config = {**study.config(), **_options(pool=pool)}
    return {"id": survey.run_id, "version": code_version(), "config": config, "seed": study.seed}
