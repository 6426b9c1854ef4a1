"""One session of a journal, read as if there were no other."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    CandleTaken,
    Decided,
    Entry,
    OrderNoted,
    Record,
    SignalTraded,
    TradeClosed,
)
from edgeproof.core.model.order import parse_order_id
from edgeproof.ports import Journal

R = TypeVar("R", bound=Record)

_OF_TRADES = frozenset({Decided, SignalTraded, OrderNoted})


@dataclass(frozen=True)
class OneSession:
    """A `Journal` that has the records of one session, and of the trades it ended those that say what they were.

    A trade may have been entered by the session before: its signal and its orders stand there.
    """

    journal: Journal
    session: str

    def append(self, records: Sequence[Record]) -> None:
        """Refused: it is for reading."""
        raise StoreError(f"expected to read session {self.session}, found {len(records)} records to keep")

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
        if session not in {None, self.session}:
            return
        if not (self._carried and _OF_TRADES & set(kinds)):
            bounds = {"start": start, "end": end, "after": after}
            yield from self.journal.read(*kinds, instrument=instrument, session=self.session, **bounds)
            return
        for entry in self.journal.read(*kinds, instrument=instrument, start=start, end=end, after=after):
            if entry.record.session == self.session or _signal_of(entry.record) in self._carried:
                yield entry

    def last(self, kind: type[R], count: int) -> tuple[Entry[R], ...]:
        """The newest records of a kind, in the order they were written."""
        return tuple(deque(self.journal.read(kind, session=self.session), maxlen=count))

    def decisions(self, id_begins: str) -> tuple[Entry[Decided], ...]:
        """The decisions on signals whose id begins with these characters, in the order they were written."""
        return tuple(each for each in self.journal.decisions(id_begins) if each.record.session == self.session)

    def taken_until(self) -> Mapping[Instrument, int]:
        """The close time of the last base candle that was taken in, by instrument."""
        found: dict[Instrument, int] = {}
        for entry in self.journal.read(CandleTaken, session=self.session):
            instrument = entry.record.candle.instrument
            found[instrument] = max(found.get(instrument, 0), entry.record.at)
        return found

    def close(self) -> None:
        """Nothing: the journal belongs to who opened it."""

    @cached_property
    def _carried(self) -> frozenset[str]:
        ended = {each.record.trade.signal_id for each in self.journal.read(TradeClosed, session=self.session)}
        own = {each.record.signal.id for each in self.journal.read(SignalTraded, session=self.session)}
        return frozenset(ended - own)


def _signal_of(record: Record) -> str | None:
    match record:
        case Decided():
            return record.decision.signal.id
        case SignalTraded():
            return record.signal.id
        case OrderNoted():
            name = parse_order_id(record.order_id)
            return None if name is None else name.signal
        case _:
            return None
