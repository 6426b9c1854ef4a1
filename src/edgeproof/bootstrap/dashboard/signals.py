"""The signals of a home: the list of them, and all about one."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.core.model.errors import EdgeproofError
from edgeproof.core.model.journal import Decided, Entry, SessionBegan, SignalTraded
from edgeproof.ports import Journal
from edgeproof.services.dashboard.signal_index import Listed, SignalIndex, Wanted, page
from edgeproof.services.explained import decisions_called, explained, the_only


class KeptSignals:
    """The newest signals of a place, read on from its journal whenever somebody asks; threads may share it."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._turn = threading.Lock()
        self._index = SignalIndex()
        self._first: Entry[SessionBegan] | None = None

    def read(self) -> None:
        """Read the journal now, before somebody asks. A home that cannot be read says so to whoever asks."""
        with suppress(EdgeproofError), self._place.journal() as journal:
            self.newest(journal)

    def page(self, wanted: Wanted, *, before: int | None, limit: int) -> Document:
        """A page of them: `GET /api/signals`."""
        with self._place.journal() as journal, self._turn:
            found = self._read_on(journal)
            about = {
                "seq": self._index.seq,
                "facets": self._index.facets(),
                "older_left_out": self._index.older_left_out,
            }
        return {**about, **page(found, wanted, before=before, limit=limit)}

    def newest(self, journal: Journal) -> tuple[Sequence[Listed], bool]:
        """All of them, the newest first, and whether older ones were left out."""
        with self._turn:
            return self._read_on(journal), self._index.older_left_out

    def _read_on(self, journal: Journal) -> Sequence[Listed]:
        # The end first: of what is written while it is read, one kind may be seen without the other.
        until = max((entry.seq for kind in (Decided, SignalTraded) for entry in _last(journal, kind)), default=0)
        first = next(iter(journal.read(SessionBegan)), None)
        if until < self._index.seq or first != self._first:  # it was taken away, and begun anew
            self._index, self._first = SignalIndex(), first
        if until > self._index.seq:
            self._index.take(journal.read(Decided, SignalTraded, after=self._index.seq), until)
        return self._index.newest()


def _last(journal: Journal, kind: type[Decided] | type[SignalTraded]) -> Sequence[Entry[Any]]:
    return journal.last(kind, 1)


def signal_document(place: Place, begins: str) -> Document | None:
    """What `edgeproof why` says of a signal; None where there is none.

    Raises
    ------
    InputError
        Its id begins those of several.
    """
    with place.journal() as journal:
        found = decisions_called(journal, begins)
        return explained(journal, the_only(begins, found)).document() if found else None
