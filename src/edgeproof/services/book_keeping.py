"""The book of a session as it is written down: whole at first and now and then, between them what has changed."""

from dataclasses import dataclass

from edgeproof.core.model.journal import BookKept
from edgeproof.core.model.trade import Book, BookChange, change_between
from edgeproof.services.priced_book import Margins

WHOLE_EVERY = 1_000
"""Changes after which the whole book is written down again: who reads a journal need not go back further."""


@dataclass(slots=True, eq=False)
class BookKeeper:
    """Knows the book that was written down last. `margins` are for those who look at it."""

    session: str
    margins: Margins
    _kept: Book
    _changes: int = 0

    def change(self, book: Book, now: int) -> BookKept | None:
        """What is to be written down of a book; None where it is what was written down last."""
        change = change_between(self._kept, book)
        self._kept = book
        if not change:
            return None
        self._changes += 1
        if self._changes % WHOLE_EVERY == 0:
            return self.whole(book, now)
        return BookKept(session=self.session, at=now, is_whole=False, change=change)

    def whole(self, book: Book, now: int) -> BookKept:
        """All of a book, to be written down."""
        self._kept = book
        margins = {each.unified: tuple(levels) for each, levels in self.margins.items()}
        return BookKept(session=self.session, at=now, is_whole=True, change=_all_of(book), margins=margins)


def _all_of(book: Book) -> BookChange:
    return BookChange(
        account=book.account,
        trades=tuple(book.trades.values()),
        over=tuple(book.over.values()),
        positions=tuple(book.positions.values()),
    )
