"""A journal in memory, for the commands that ask one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, Decided, Entry, Record
from tests.support.memory_journal import instrument_of

R = TypeVar("R", bound=Record)


class ListJournal:
    """A `Journal` that keeps its records in a list."""

    def __init__(self, records: Sequence[Record] = ()) -> None:
        self.records = list(records)

    def append(self, records: Sequence[Record]) -> None:
        self.records += records

    def read(
        self,
        *kinds: type[R],
        instrument: Instrument | None = None,
        start: int | None = None,
        end: int | None = None,
        session: str | None = None,
        after: int | None = None,
    ) -> Iterator[Entry[R]]:
        for seq, each in enumerate(self.records):
            if instrument is not None and instrument_of(each) != instrument:
                continue
            is_wanted = (start is None or each.at >= start) and (end is None or each.at <= end)
            is_wanted &= after is None or seq > after
            if isinstance(each, kinds) and is_wanted and session in {None, each.session}:
                yield Entry(seq, each)

    def last(self, kind: type[R], count: int) -> tuple[Entry[R], ...]:
        return tuple(self.read(kind))[-count:]

    def decisions(self, id_begins: str) -> tuple[Entry[Decided], ...]:
        return tuple(each for each in self.read(Decided) if each.record.decision.signal.id.startswith(id_begins))

    def taken_until(self) -> Mapping[Instrument, int]:
        return {each.record.candle.instrument: each.record.at for each in self.read(CandleTaken)}

    def close(self) -> None:
        return None


def ask(monkeypatch: pytest.MonkeyPatch, journal: ListJournal, *, holder: str | None = None) -> None:
    """Let commands find a journal, and somebody who holds the home."""

    @contextmanager
    def kept(home: Path, config: Path) -> Iterator[ListJournal]:
        del home, config
        yield journal

    monkeypatch.setattr("edgeproof.bootstrap.asking.kept_journal", kept)
    monkeypatch.setattr("edgeproof.bootstrap.asking.held_by", lambda _: holder)
    monkeypatch.setattr("edgeproof.bootstrap.asking.traded_by", lambda _: holder)
