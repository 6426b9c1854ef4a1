"""A study from the first look at its data to the table: what `backtest` and `demo` share.

1. Look at the data: certificates, the id of the run.
2. Compile the kernels that are not compiled yet, with a line that says so (`compile_ahead`).
3. Backtest with a progress bar on stderr; each result is written to the run, and to stdout with --json, and let go.
4. Print the table with its legend, certificates, assumptions and what to do next.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from edgeproof import bootstrap
from edgeproof.cli.context import Context
from edgeproof.cli.document import DocumentWriter, outcome_document, plain
from edgeproof.cli.progress import compile_ahead, progress_bars
from edgeproof.cli.report import Report, print_report
from edgeproof.core.candles.quality import certificate_document
from edgeproof.ports import CandleStore
from edgeproof.research.outcome import Outcome, outcome_of
from edgeproof.research.report.definition import definition
from edgeproof.research.run_identity import code_version
from edgeproof.research.study import Study, Survey


def run_study(context: Context, study: Study, *, top: int = 0, closing: str = "") -> None:
    """Backtest a study and show it; `closing` is what follows the report, in place of the usual next steps."""
    store = bootstrap.open_store(context.home)
    survey = bootstrap.look_at_data(store, study)
    run = _run_document(study, survey)
    data = [certificate_document(certificate) for certificate in survey.certificates]
    writer = DocumentWriter(sys.stdout) if context.json else None
    with _interruptible(), bootstrap.keep_run(context.home, survey.run_id) as keeper:
        if writer is not None:
            writer.begin(run, data)
        outcomes = _work(store, study, survey, keeper.add, writer)
        results = [outcome_document(outcome) for outcome in outcomes]
        definitions = {each.name: definition(each) for each in study.hypotheses}
        document = {"run": run, "data": data, "results": results, "definitions": definitions}
        folder = keeper.finish(plain(document))
    if writer is not None:
        writer.end()
    else:
        report = Report(study=study, survey=survey, outcomes=tuple(outcomes), folder=folder, top=top, closing=closing)
        print_report(context.out, report)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C says that it was heard, and that the run was dropped."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write("edgeproof: interrupted; the run was dropped, nothing was left half written\n")
        raise


def _run_document(study: Study, survey: Survey) -> dict[str, Any]:
    return {"id": survey.run_id, "version": code_version(), "config": study.config(), "seed": study.seed}


def _work(
    store: CandleStore,
    study: Study,
    survey: Survey,
    keep: Callable[[str, str, Any], None],
    writer: DocumentWriter | None,
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with progress_bars() as progress:
        compile_ahead(study.hypotheses, progress)
        tests = len(study.hypotheses) * len(study.instruments)
        bar = progress.add_task(f"backtesting {tests} pairs of hypothesis and instrument", total=tests)

        def on_progress(done: float) -> None:
            progress.advance(bar, done)

        batches = bootstrap.run_backtest(store, study, on_progress=on_progress)
        for certificate, results in zip(survey.certificates, batches, strict=True):
            for result in results:
                outcome = outcome_of(result, certificate)
                outcomes.append(outcome)
                trades = result.round_trips()
                if trades is not None:
                    keep(result.hypothesis.name, result.instrument.unified, trades)
                if writer is not None:
                    writer.add(outcome, result)
    return outcomes
