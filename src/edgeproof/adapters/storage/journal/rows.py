"""Records as rows: what can be searched stands in columns, the rest in a body that loses nothing.

Bodies are MessagePack: a price that is NaN stays NaN, every float keeps its bits, and a field that a later version adds
does no harm to an older body. A candle, of which there are most by far, is written without the names of its fields and
without what the columns say.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
import numpy as np

from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    Asked,
    BookKept,
    CandleTaken,
    CloseMissed,
    CommandHeard,
    Decided,
    DeliveryNoted,
    Entry,
    FundingTaken,
    MessageQueued,
    Noticed,
    OrderNoted,
    OutboxKept,
    ParityRun,
    Record,
    SessionBegan,
    SessionEnded,
    SignalTraded,
    StandingNoted,
    TradeClosed,
)

R = TypeVar("R", bound=Record)

KIND_NAMES: Mapping[type[Any], str] = {
    SessionBegan: "began",
    SessionEnded: "ended",
    CandleTaken: "candle",
    FundingTaken: "funding",
    Decided: "decided",
    CloseMissed: "missed",
    Noticed: "noticed",
    ParityRun: "parity",
    SignalTraded: "traded",
    OrderNoted: "order",
    TradeClosed: "closed",
    StandingNoted: "standing",
    Asked: "asked",
    BookKept: "book",
    MessageQueued: "message",
    DeliveryNoted: "delivery",
    OutboxKept: "outbox",
    CommandHeard: "command",
}
CANDLE = KIND_NAMES[CandleTaken]


class Row(NamedTuple):
    """A record without its place. `key` is the id of the signal that was decided."""

    kind: str
    session: str
    at: int
    instrument: str | None
    key: str | None
    body: bytes


class _Candle(msgspec.Struct, frozen=True, array_like=True, gc=False):
    timeframe: int
    open_time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    filled: bool
    is_correction: bool


def kind_name(kind: type[R]) -> str:
    """The word for a kind of record in the column `kind`."""
    return KIND_NAMES[kind]


def row_of(record: Record) -> Row:
    """A record as a row; one that holds what cannot be written is a `StoreError`."""
    try:
        return Row(
            kind=KIND_NAMES[type(record)],
            session=record.session,
            at=int(record.at),
            instrument=_instrument_name(record),
            key=record.decision.signal.id if isinstance(record, Decided) else None,
            body=_ENCODER.encode(_flat(record.candle) if isinstance(record, CandleTaken) else record),
        )
    except (TypeError, ValueError, OverflowError) as error:
        raise StoreError(
            f"a {type(record).__name__} cannot be written to the journal: {error}; nothing of its batch was kept"
        ) from error


def entry_of(seq: int, row: Row, kind: type[R]) -> Entry[R]:
    """The record of a row, with its place."""
    try:
        if row.kind == CANDLE:
            return Entry(seq, cast(R, _candle_taken(row)))
        return Entry(seq, cast(R, _DECODERS[kind](row.body)))
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        raise StoreError(
            f"entry {seq} of the journal ({row.kind}) cannot be understood: {error}; it was damaged or written by a "
            "later edgeproof, and is left as it is: restore a copy of the journal, or use the edgeproof that wrote it"
        ) from error


def _instrument_name(record: Record) -> str | None:
    of = _INSTRUMENTS.get(type(record))
    instrument: Instrument | None = None if of is None else of(record)
    return None if instrument is None else instrument.unified


_INSTRUMENTS: dict[type[Any], Callable[[Any], Instrument | None]] = {
    CandleTaken: lambda record: record.candle.instrument,
    FundingTaken: lambda record: record.funding.instrument,
    Decided: lambda record: record.decision.signal.instrument,
    CloseMissed: lambda record: record.instrument,
    Noticed: lambda record: record.instrument,
    SignalTraded: lambda record: record.signal.instrument,
    OrderNoted: lambda record: record.instrument,
    TradeClosed: lambda record: record.trade.instrument,
    MessageQueued: lambda record: record.message.instrument,
}


def _flat(candle: ClosedCandle) -> _Candle:
    return _Candle(
        candle.timeframe,
        candle.open_time,
        candle.open,
        candle.high,
        candle.low,
        candle.close,
        candle.volume,
        candle.filled,
        candle.is_correction,
    )


def _candle_taken(row: Row) -> CandleTaken:
    flat = _CANDLES(row.body)
    candle = ClosedCandle(
        instrument=instrument_named(row.instrument or ""),
        timeframe=flat.timeframe,
        open_time=flat.open_time,
        open=flat.open,
        high=flat.high,
        low=flat.low,
        close=flat.close,
        volume=flat.volume,
        filled=flat.filled,
        is_correction=flat.is_correction,
    )
    return CandleTaken(session=row.session, at=row.at, candle=candle)


@lru_cache(maxsize=4096)
def instrument_named(unified: str) -> Instrument:
    """The instrument of a name in the column `instrument`."""
    pair, _, settle = unified.rpartition(":")
    base, _, quote = pair.rpartition("/")
    return Instrument(base, quote, settle)


def _plain(thing: object) -> object:
    """What evidence and settings may hold beyond plain values."""
    if isinstance(thing, np.generic):
        return thing.item()
    if isinstance(thing, Mapping):
        return dict(thing)
    raise TypeError(f"no way to write a {type(thing).__name__}")


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)
_CANDLES = msgspec.msgpack.Decoder(_Candle).decode
_DECODERS: dict[type[Any], Callable[[bytes], Any]] = {
    kind: msgspec.msgpack.Decoder(kind).decode for kind in KIND_NAMES if kind is not CandleTaken
}
