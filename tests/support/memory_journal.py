"""A journal in memory, which tests may also damage."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar, cast

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    CandleTaken,
    CloseMissed,
    Decided,
    Entry,
    FundingTaken,
    Noticed,
    OrderNoted,
    Record,
    SignalTraded,
    TradeClosed,
)

R = TypeVar("R", bound=Record)


class MemoryJournal:
    """The records of sessions in a list."""

    def __init__(self) -> None:
        self.entries: list[Entry[Record]] = []
        self._decided: set[str] = set()

    def append(self, records: Sequence[Record]) -> None:
        for record in records:
            if isinstance(record, Decided):
                if record.decision.signal.id in self._decided:
                    continue
                self._decided.add(record.decision.signal.id)
            self.entries.append(Entry(len(self.entries) + 1, record))

    def read(
        self,
        *kinds: type[R],
        instrument: Instrument | None = None,
        start: int | None = None,
        end: int | None = None,
        session: str | None = None,
        after: int | None = None,
    ) -> Iterator[Entry[R]]:
        for entry in self.entries:
            record = entry.record
            if not isinstance(record, kinds) or (session is not None and record.session != session):
                continue
            if instrument is not None and instrument_of(record) != instrument:
                continue
            if after is not None and entry.seq <= after:
                continue
            if (start is None or record.at >= start) and (end is None or record.at <= end):
                yield cast("Entry[R]", entry)

    def last(self, kind: type[R], count: int) -> tuple[Entry[R], ...]:
        return tuple(self.read(kind))[-count:]

    def decisions(self, id_begins: str) -> tuple[Entry[Decided], ...]:
        found = self.read(Decided)
        return tuple(each for each in found if each.record.decision.signal.id.startswith(id_begins))

    def taken_until(self) -> Mapping[Instrument, int]:
        until: dict[Instrument, int] = {}
        for entry in self.read(CandleTaken):
            instrument = entry.record.candle.instrument
            until[instrument] = max(until.get(instrument, 0), entry.record.at)
        return until

    def close(self) -> None:
        """Nothing to let go of."""

    def without(self, is_lost: Callable[[Record], bool]) -> "MemoryJournal":
        """The same journal with some records lost."""
        return self.changed(lambda record: [] if is_lost(record) else [record])

    def changed(self, change: Callable[[Record], Sequence[Record]]) -> "MemoryJournal":
        """The same journal with records in the place of others; numbers stay, doubles are let in."""
        other = MemoryJournal()
        other.entries = [Entry(entry.seq, record) for entry in self.entries for record in change(entry.record)]
        return other

    def replaced(self, victim: Record, *others: Record) -> "MemoryJournal":
        """The same journal with others in the place of one record."""
        return self.changed(lambda record: others if record is victim else [record])


def instrument_of(record: Record) -> Instrument | None:  # noqa: PLR0911 - one for each kind
    """The instrument a record is about."""
    match record:
        case CandleTaken():
            return record.candle.instrument
        case FundingTaken():
            return record.funding.instrument
        case Decided():
            return record.decision.signal.instrument
        case CloseMissed() | Noticed() | OrderNoted():
            return record.instrument
        case SignalTraded():
            return record.signal.instrument
        case TradeClosed():
            return record.trade.instrument
        case _:
            return None
