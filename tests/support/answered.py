"""Answers to people from a journal in memory, with a session that grants what is asked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from edgeproof.bootstrap.asking import waiting_signals
from edgeproof.core.model.journal import Record
from edgeproof.ports import Journal, Report
from edgeproof.ports.wishes import Wish
from edgeproof.services.answers.commands import PhoneAnswers, Sources
from edgeproof.services.kept_book import kept_book, marks_of
from edgeproof.services.scoreboard import Records
from edgeproof.services.trading_view import TradingView, trading_view
from tests.support.asked import ListJournal
from tests.support.sessions import NOW
from tests.support.trading import LIMITS

HOLDER = '"edgeproof paper" (kraken), process 7 on here'


@dataclass
class Home:
    """A home that is asked: its journal, who holds it, and what was asked of whoever trades in it."""

    journal: ListJournal
    holder: str | None = HOLDER
    grants: str | None = "done"
    records: Records = field(default_factory=dict)
    report: Report | None = None
    now: int = NOW
    wishes: list[Wish] = field(default_factory=list)

    def answers(self) -> PhoneAnswers:
        """What answers for it."""
        return PhoneAnswers(
            Sources(
                journal=self._journal,
                trading=self._trading,
                records=lambda journal: self.records,
                held_by=lambda: self.holder,
                traded_by=lambda: self.holder,
                leave=self._leave,
                outcome=lambda wish: self.grants,
                health=lambda: self.report,
                deliveries=lambda journal: ("2 messages wait for telegram",),
            )
        )

    @contextmanager
    def _journal(self) -> Iterator[ListJournal]:
        yield self.journal

    def _trading(self, journal: Journal) -> TradingView | None:
        kept = kept_book(journal)
        if kept is None:
            return None
        view = trading_view(kept.book, marks_of(journal)[0], LIMITS, NOW)
        return replace(view, offers=waiting_signals(journal, self.now))

    def _leave(self, word: str, target: str, by: str) -> Wish:
        wish = Wish(id=str(len(self.wishes)), at=NOW, wish=word, target=target, by=by, why="")
        self.wishes.append(wish)
        return wish


def home_of(records: Sequence[Record] = ()) -> Home:
    """A home whose journal has some records."""
    return Home(ListJournal(records))
