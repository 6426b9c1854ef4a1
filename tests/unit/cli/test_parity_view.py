"""What `edgeproof parity` shows, as text within the width of a terminal."""

import io
from dataclasses import replace

from rich.console import Console

from edgeproof.cli.parity_view import SHOWN, show
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.journal import CandleTaken, Decided, Record
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.research.parity.compare import Question
from edgeproof.research.parity.result import ParityResult
from tests.support import parity
from tests.support.memory_journal import MemoryJournal
from tests.support.parity import asked, decisions, moved, watched, world


def _shown(found: ParityResult, width: int = 80) -> list[str]:
    console = Console(width=width, file=io.StringIO(), record=True, highlight=False)
    show(console, found)
    return console.export_text().splitlines()


def test_view_fits_80_columns_and_names_what_is_wrong() -> None:
    seen = world(2)
    batches = [list(batch) for batch in seen.facts()]
    candle = next(fact for fact in batches[60] if isinstance(fact, ClosedCandle))
    batches[61].append(moved(candle, 0.004))
    journal, store = watched(batches, seen=seen)
    lost = decisions(journal)[-1]
    hole = seen.begin + HOUR + 30 * MINUTE

    def is_lost(record: Record) -> bool:
        return record is lost or (isinstance(record, CandleTaken | Decided) and record.at == hole)

    found = asked(journal.without(is_lost), store)
    lines = _shown(found)

    assert max(map(len, lines)) <= 80
    assert lines[0].startswith(
        f"matched {found.matched:,} of {found.signals:,} signals, {found.unexplained} unexplained"
    )
    assert "2 closes not evaluated" in lines[0]
    assert any(line.startswith("late_candle") for line in lines)
    assert any(line.startswith("unexplained") for line in lines)
    assert any(line.startswith("not evaluated: BTC/USD:USD") for line in lines)
    assert any("only the backtest has it" in line for line in lines)


def test_view_shows_the_first_differences_only() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    lines = _shown(asked(journal.without(lambda record: isinstance(record, Decided)), store))

    assert sum("only the backtest has it" in line for line in lines) == SHOWN
    assert any(line.startswith("and ") and "--json" in line for line in lines)


def test_view_says_what_has_changed_since() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    first, *others = parity.hypotheses()
    lines = _shown(asked(journal, store, Question(library=(replace(first, stop="low - 1"), *others))))

    assert any(line.startswith("1 hypothesis says something else now") for line in lines)


def test_view_of_a_journal_with_doubles_says_so() -> None:
    seen = world()
    journal, store = watched(seen.facts(), seen=seen)
    victim = decisions(journal)[0]
    doubled: MemoryJournal = journal.replaced(victim, victim, victim)

    assert _shown(asked(doubled, store))[0].endswith("1 doubled")
