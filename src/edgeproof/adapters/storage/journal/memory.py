"""A journal in memory: for tests, demonstrations, and as the journal of a home where nothing was written yet."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeVar

from edgeproof.adapters.storage.journal.rows import KIND_NAMES, Row, entry_of, kind_name, row_of
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, Decided, Entry, Record

R = TypeVar("R", bound=Record)


class MemoryJournal:
    """Keeps the rows the other journals would write, so that what they refuse is refused here too."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._keys: set[str] = set()

    def append(self, records: Sequence[Record]) -> None:
        """Keep records, all of them or none."""
        rows = [row_of(record) for record in records]
        for row in rows:
            if row.key is None or row.key not in self._keys:
                self._rows.append(row)
            if row.key is not None:
                self._keys.add(row.key)

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
        wanted = {kind_name(kind): kind for kind in kinds}
        for seq, row in enumerate(self._rows[:], 1):
            if after is not None and seq <= after:
                continue
            if row.kind not in wanted or (instrument is not None and row.instrument != instrument.unified):
                continue
            if (session is None or row.session == session) and _is_within(row.at, start, end):
                yield entry_of(seq, row, wanted[row.kind])

    def back(
        self,
        *kinds: type[Record],
        instruments: Collection[Instrument] | None = None,
        start: int | None = None,
        end: int | None = None,
        before: int | None = None,
    ) -> Iterator[Entry[Record]]:
        """The records of some kinds with start <= at <= end and before a place, the newest first."""
        wanted = None if instruments is None else {each.unified for each in instruments}
        known = {kind_name(kind): kind for kind in kinds}
        for seq, row in reversed(list(enumerate(self._rows, 1))):
            if (before is not None and seq >= before) or row.kind not in known:
                continue
            if (wanted is None or row.instrument in wanted) and _is_within(row.at, start, end):
                yield entry_of(seq, row, known[row.kind])

    def counts(self, after: int = 0) -> Mapping[type[Record], int]:
        """How many records of each kind there are beyond a place."""
        found = Counter(row.kind for row in self._rows[max(0, after) :])
        return {kind: found[name] for kind, name in KIND_NAMES.items() if found[name]}

    def last(self, kind: type[R], count: int) -> tuple[Entry[R], ...]:
        """The newest records of a kind, in the order they were written."""
        entries = tuple(self.read(kind))
        return entries[max(0, len(entries) - count) :]

    def decisions(self, id_begins: str) -> tuple[Entry[Decided], ...]:
        """The decisions on signals whose id begins with these characters, in the order they were written."""
        keyed = [(seq, row, row.key) for seq, row in enumerate(self._rows, 1) if row.key is not None]
        return tuple(entry_of(seq, row, Decided) for seq, row, key in keyed if key.startswith(id_begins))

    def taken_until(self) -> Mapping[Instrument, int]:
        """The close time of the last base candle that was taken in, by instrument."""
        until: dict[Instrument, int] = {}
        for entry in self.read(CandleTaken):
            instrument = entry.record.candle.instrument
            until[instrument] = max(entry.record.at, until.get(instrument, entry.record.at))
        return until

    def close(self) -> None:
        """Keep what there is: a journal in memory ends with its process."""


def _is_within(at: int, start: int | None, end: int | None) -> bool:
    return (start is None or at >= start) and (end is None or at <= end)
