"""The journal in a database: an SQLite file or PostgreSQL, by URL.

One row a record, in the order of `seq`. Whoever reads cannot change it. Whoever claims it to write is the only one, has
its pages checked and its table brought to the newest revision first, and numbers the rows inside the transaction that
adds them.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from heapq import merge
from typing import TypeVar

import sqlalchemy as sa

from edgeproof.adapters.storage.journal.migrate import check
from edgeproof.adapters.storage.journal.place import Problems, place_of, reading_engine, store_error
from edgeproof.adapters.storage.journal.rows import (
    CANDLE,
    KIND_NAMES,
    Row,
    entry_of,
    instrument_named,
    kind_name,
    row_of,
)
from edgeproof.adapters.storage.journal.schema import (
    JOURNAL,
    TAKEN_UNTIL,
    Bounds,
    Entries,
    counted,
    entries,
    keyed,
    newest,
    newest_place,
    part,
)
from edgeproof.adapters.storage.journal.writer import Writer
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import Decided, Entry, Record

R = TypeVar("R", bound=Record)

_ROWS_A_FETCH = 2_000
_FIRST_PART = 250
_Found = sa.Row[int, str, str, int, str | None, str | None, bytes]
_LAST_PLACE = 2**63 - 1


class SqlJournal:
    """A `Journal` at a URL, `sqlite:///FILE` or `postgresql+psycopg://...`: to be read, and once claimed, written."""

    def __init__(self, url: str) -> None:
        self._place = place_of(url)
        self._readers = reading_engine(self._place)
        self._writer: Writer | None = None
        self._turn = threading.Lock()

    def claim(self) -> None:
        """Become the one who writes; the journal is checked, and made or migrated where need be.

        Raises
        ------
        StoreError
            Another process writes it, it is damaged, it is of a revision this program does not know, or no journal.
        """
        with self._turn, self._telling():
            if self._writer is None:
                self._writer = Writer(self._place)

    def is_there(self) -> bool:
        """Whether anything was ever written; a journal this program does not know is a `StoreError`."""
        path = self._place.path
        if path is not None and (not path.exists() or path.stat().st_size == 0):
            return False
        with self._telling(), self._readers.connect() as connection:
            return check(connection, self._place) is not None

    def append(self, records: Sequence[Record]) -> None:
        """Keep records, all of them or none; a `Decided` whose signal is there already is left out."""
        rows = [row_of(record) for record in records]
        with self._turn, self._telling():
            if self._writer is None:
                raise StoreError(f"the journal {self._place.name} was opened to be read: claim it before writing")
            self._writer.append(rows)

    def read(
        self,
        *kinds: type[R],
        instrument: Instrument | None = None,
        start: int | None = None,
        end: int | None = None,
        session: str | None = None,
        after: int | None = None,
    ) -> Iterator[Entry[R]]:
        """The records of some kinds with start <= at <= end, in the order they were written."""
        name = None if instrument is None else instrument.unified
        with self._telling(), ExitStack() as stack:
            connection = stack.enter_context(self._readers.connect())
            streams = []
            for kind in dict.fromkeys(kinds):
                wanted = entries(kind_name(kind), instrument=name, start=start, end=end, session=session)
                if after is not None:
                    wanted = wanted.where(JOURNAL.c.seq > after)
                streams.append(_stream(stack, connection, wanted, kind))
            yield from merge(*streams, key=lambda entry: entry.seq)

    def back(
        self,
        *kinds: type[Record],
        instruments: Collection[Instrument] | None = None,
        start: int | None = None,
        end: int | None = None,
        before: int | None = None,
    ) -> Iterator[Entry[Record]]:
        """The records of some kinds with start <= at <= end and before a place, the newest first, read in parts."""
        known = {kind_name(kind): kind for kind in kinds}
        bounds = Bounds(
            kinds=tuple(known),
            instruments=None if instruments is None else tuple(each.unified for each in instruments),
            start=start,
            end=end,
        )
        place, size = _LAST_PLACE if before is None else before, _FIRST_PART
        while rows := self._part(bounds, place, size):
            for row in rows:
                yield entry_of(row[0], Row._make(row[1:]), known[row[1]])
            place, size = rows[-1][0], min(_ROWS_A_FETCH, 2 * size)  # most leaf through little

    def _part(self, bounds: Bounds, before: int, size: int) -> Sequence[_Found]:
        """The newest rows before a place: some, where there are any. Nothing is held open between two of them."""
        if not bounds.can_have_any:
            return ()
        with self._telling(), self._readers.connect() as connection:
            last = connection.execute(newest_place(bounds, before)).scalar_one()
            return () if last is None else connection.execute(part(bounds, last - size + 1, last)).all()

    def counts(self, after: int = 0) -> Mapping[type[Record], int]:
        """How many records of each kind there are beyond a place."""
        with self._telling(), self._readers.connect() as connection:
            rows = connection.execute(counted(tuple(KIND_NAMES.values()), after)).all()
        found = {name: count for name, count in rows if count}
        return {kind: found[name] for kind, name in KIND_NAMES.items() if name in found}

    def last(self, kind: type[R], count: int) -> tuple[Entry[R], ...]:
        """The newest records of a kind, in the order they were written."""
        return tuple(reversed(self._all(newest(kind_name(kind), max(0, count)), kind)))

    def decisions(self, id_begins: str) -> tuple[Entry[Decided], ...]:
        """The decisions on signals whose id begins with these characters, in the order they were written."""
        return self._all(keyed(id_begins), Decided)

    def taken_until(self) -> Mapping[Instrument, int]:
        """The close time of the last base candle that was taken in, by instrument."""
        with self._telling(), self._readers.connect() as connection:
            rows = connection.execute(TAKEN_UNTIL, {"kind": CANDLE}).all()
        return {instrument_named(row.instrument): row.until for row in rows}

    def close(self) -> None:
        """Let go of the database, and of the claim to it."""
        with self._turn, self._telling():
            self._readers.dispose()
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _all(self, wanted: Entries, kind: type[R]) -> tuple[Entry[R], ...]:
        with self._telling(), self._readers.connect() as connection:
            return tuple(entry_of(row[0], Row._make(row[1:]), kind) for row in connection.execute(wanted))

    @contextmanager
    def _telling(self) -> Iterator[None]:
        try:
            yield
        except Problems as error:
            raise store_error(self._place, error) from error


def _stream(stack: ExitStack, connection: sa.Connection, wanted: Entries, kind: type[R]) -> Iterator[Entry[R]]:
    options = {"stream_results": True, "yield_per": _ROWS_A_FETCH}
    result = stack.enter_context(connection.execute(wanted, execution_options=options))
    return (entry_of(row[0], Row._make(row[1:]), kind) for row in result)
