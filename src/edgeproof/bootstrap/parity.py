"""Where the comparison of a session with the backtest gets its journal, its store and the hypotheses of now."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from edgeproof.bootstrap import fees, library, open_store, variants_of
from edgeproof.config import Settings
from edgeproof.core.model.errors import EdgeproofError
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.parity.compare import Question, compare
from edgeproof.research.parity.result import ParityResult


def run_parity(
    home: Path, settings: Settings, start: int | None = None, end: int | None = None, question: Question | None = None
) -> ParityResult:
    """What the sessions under a home did, between two times, against the backtest."""
    from edgeproof.bootstrap.journal import open_journal  # noqa: PLC0415 - brings the database

    asked = replace(Question() if question is None else question, fees=fees(settings))
    journal = open_journal(home, settings.journal)
    try:
        return compare(journal, open_store(home), start, end, asked)
    finally:
        journal.close()


def library_now(home: Path, files: Sequence[Path] = ()) -> tuple[Hypothesis, ...]:
    """Every hypothesis as it is defined now, variants told apart; none where a file is broken just now."""
    try:
        read = library(home, files)
    except EdgeproofError:
        return ()
    return tuple({each.name: each for each in (*read, *variants_of(read))}.values())
