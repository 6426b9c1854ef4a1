"""The book and the prices as a journal has them."""

from collections.abc import Iterable

from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import BookKept, CandleTaken
from edgeproof.core.model.trade import Book, changed
from edgeproof.ports import Journal

_NEAR = (64, 1_024)
"""How many records are looked at from the end before all of their session are read."""


def book_of(journal: Journal) -> Book | None:
    """The book as a journal has it: the last whole one and all changes since; None where nothing was ever traded.

    A whole one that is near the end is found from there; the one at the beginning of a session by reading it once.
    """
    kept: list[BookKept] = []
    for count in _NEAR:
        kept = [entry.record for entry in journal.last(BookKept, count)]
        if (found := _folded(kept)) is not None or len(kept) < count:
            return found
    return _folded(entry.record for entry in journal.read(BookKept, session=kept[-1].session))


def _folded(kept: Iterable[BookKept]) -> Book | None:
    """The book that records lead to, from the last whole one among them; None where none of them is whole."""
    book: Book | None = None
    for each in kept:
        if each.is_whole:
            book = _whole(each)
        elif book is not None:
            book = changed(book, each.change)
    return book


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
