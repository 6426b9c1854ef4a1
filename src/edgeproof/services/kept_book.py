"""The book and the prices as a journal has them."""

from collections.abc import Sequence

from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import BookKept, CandleTaken
from edgeproof.core.model.trade import Book, changed, folded
from edgeproof.ports import Journal

_FIRST_LOOK = 64


def book_of(journal: Journal) -> Book | None:
    """The book as a journal has it: the last whole one and all changes since; None where nothing was ever traded.

    Read from the end, twice as far each time, until a whole one is there: what was before it costs nothing.
    """
    count = _FIRST_LOOK
    while True:
        kept = [entry.record for entry in journal.last(BookKept, count)]
        whole = next((number for number in reversed(range(len(kept))) if kept[number].is_whole), None)
        if whole is not None:
            return _folded(kept[whole], kept[whole + 1 :])
        if len(kept) < count:
            return None
        count *= 2


def _folded(whole: BookKept, since: Sequence[BookKept]) -> Book:
    account = whole.change.account
    if account is None:
        raise StoreError(
            "a whole book in the journal has no account: it was damaged or written by a later edgeproof; restore a "
            "copy of the journal, or use the edgeproof that wrote it"
        )
    return folded(changed(Book(account=account), whole.change), (each.change for each in since))


def marks_of(journal: Journal) -> tuple[dict[Instrument, float], int]:
    """The close of the last base candle of each instrument, and the time of the newest of them (0 without one)."""
    until = journal.taken_until()
    marks: dict[Instrument, float] = {}
    for instrument, time in until.items():
        for entry in journal.read(CandleTaken, instrument=instrument, start=time, end=time):
            marks[instrument] = entry.record.candle.close
    return marks, max(until.values(), default=0)
