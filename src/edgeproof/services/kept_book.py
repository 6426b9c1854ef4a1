"""The book and the prices as a journal has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import BookKept, CandleTaken
from edgeproof.core.model.margin import MarginLevel
from edgeproof.core.model.trade import Book, changed
from edgeproof.ports import Journal
from edgeproof.services.priced_book import Margins

_NEAR = (64, 1_024)
"""How many records are looked at from the end before all of their session are read."""


@dataclass(frozen=True, slots=True)
class KeptBook:
    """A book, and the margin levels that the venue had when it was last written down whole."""

    book: Book
    levels: Mapping[str, tuple[MarginLevel, ...]] = field(default_factory=dict)

    @property
    def margins(self) -> Margins:
        """The levels of what is held; an instrument of which the journal does not say them is left out."""
        return {each: self.levels[each.unified] for each in self.book.positions if each.unified in self.levels}


def book_of(journal: Journal) -> Book | None:
    """The book as a journal has it; None where nothing was ever traded."""
    found = kept_book(journal)
    return None if found is None else found.book


def kept_book(journal: Journal) -> KeptBook | None:
    """The last whole book of a journal with all changes since; None where nothing was ever traded.

    A whole one that is near the end is found from there; the one at the beginning of a session by reading it once.
    """
    kept: list[BookKept] = []
    for count in _NEAR:
        kept = [entry.record for entry in journal.last(BookKept, count)]
        if (found := _folded(kept)) is not None or len(kept) < count:
            return found
    return _folded(entry.record for entry in journal.read(BookKept, session=kept[-1].session))


def _folded(kept: Iterable[BookKept]) -> KeptBook | None:
    """The book that records lead to, from the last whole one among them; None where none of them is whole."""
    found: KeptBook | None = None
    for each in kept:
        if each.is_whole:
            found = KeptBook(_whole(each), each.margins)
        elif found is not None:
            found = replace(found, book=changed(found.book, each.change))
    return found


def _whole(kept: BookKept) -> Book:
    account = kept.change.account
    if account is None:
        raise StoreError(
            "a whole book in the journal has no account: it was damaged or written by a later edgeproof; restore a "
            "copy of the journal, or use the edgeproof that wrote it"
        )
    return changed(Book(account=account), kept.change)


def marks_of(journal: Journal) -> tuple[dict[Instrument, float], int]:
    """The close of the last base candle of each instrument, and the time of the newest of them (0 without one)."""
    until = journal.taken_until()
    marks: dict[Instrument, float] = {}
    for instrument, time in until.items():
        for entry in journal.read(CandleTaken, instrument=instrument, start=time, end=time):
            marks[instrument] = entry.record.candle.close
    return marks, max(until.values(), default=0)
