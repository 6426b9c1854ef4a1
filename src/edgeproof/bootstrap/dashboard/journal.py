"""The journal of a home: a page of its records, and all of them to be taken away."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, get_args

from edgeproof.adapters.storage.journal.rows import KIND_NAMES
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import Entry, Record, SessionBegan
from edgeproof.ports import SearchedJournal
from edgeproof.services.dashboard.record_rows import csv_of, has_words, jsonl_of, page_of, row_of, words_of

Format = Literal["csv", "jsonl"]
KINDS: dict[str, type[Record]] = {KIND_NAMES[kind]: kind for kind in get_args(Record)}
"""The kinds of records by their names."""

_ROWS_A_PIECE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which records are wanted; None for all. `symbol` is a part of a name of an instrument."""

    kind: str | None = None
    symbol: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None


class KeptJournal:
    """The journal of a place; how many records of each kind it has is counted on from the last time."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._turn = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._until = 0

    def page(self, wanted: Filters, *, before: int | None, limit: int) -> Document:
        """`GET /api/journal`."""
        with self._place.journal() as journal:
            kinds = self._counted(journal)
            page = page_of(_found(journal, wanted, before), words_of(wanted.text or ""), limit=limit)
        return {
            "seq": self._until,
            "records": [_row(each) for each in page.entries],
            "before": page.before,
            "kinds": kinds,
        }

    def pieces(self, wanted: Filters, form: Format) -> Iterator[str]:
        """`GET /api/journal/export`, piece by piece, newest first: the journal may not fit into memory."""
        words = words_of(wanted.text or "")
        with self._place.journal() as journal:
            found = (each for each in _found(journal, wanted, None) if not words or has_words(each, words))
            if form == "csv":
                yield csv_of((), with_heading=True)
            while rows := [_row(each) for each in islice(found, _ROWS_A_PIECE)]:
                yield csv_of(rows, with_heading=False) if form == "csv" else jsonl_of(rows)

    def _counted(self, journal: SearchedJournal) -> dict[str, int]:
        with self._turn:
            last = next((each.seq for each in journal.back(*KINDS.values())), 0)
            if last < self._until:  # it was taken away, and begun anew
                self._counts, self._until = Counter(), 0
            if last > self._until:
                beyond, self._until = self._until, last
                newer = Counter(journal.counts(beyond))
                newer.subtract(journal.counts(last))  # written since we looked: counted the next time
                self._counts.update({KIND_NAMES[kind]: n for kind, n in newer.items()})
            return {name: n for name, n in sorted(self._counts.items()) if n}


def _row(entry: Entry[Record]) -> Document:
    return row_of(entry, KIND_NAMES[type(entry.record)])


def _found(journal: SearchedJournal, wanted: Filters, before: int | None) -> Iterator[Entry[Record]]:
    kinds = KINDS.values() if wanted.kind is None else (KINDS[wanted.kind],)
    instruments = None if wanted.symbol is None else _called(journal, wanted.symbol)
    return journal.back(*kinds, instruments=instruments, start=wanted.start, end=wanted.end, before=before)


def _called(journal: SearchedJournal, symbol: str) -> set[Instrument]:
    """The instruments of the journal that have this in their name, whichever of their names it is."""
    began = (each.record for each in journal.read(SessionBegan))
    known = {*journal.taken_until(), *(used.instrument for each in began for used in each.history)}
    wanted = symbol.strip().upper()
    return {each for each in known if any(wanted in name for name in _names(each))}


def _names(instrument: Instrument) -> tuple[str, str, str]:
    return instrument.unified, instrument.venue_symbol, instrument.chart_symbol
