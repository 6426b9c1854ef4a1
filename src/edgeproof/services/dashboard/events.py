"""What happened, as the dashboard is told at once: a record of the journal as an event of the stream."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from edgeproof.core.model.journal import (
    Asked,
    CloseMissed,
    CommandHeard,
    Decided,
    DeliveryNoted,
    Entry,
    Noticed,
    OrderNoted,
    ParityRun,
    Record,
    SessionBegan,
    SessionEnded,
    SignalTraded,
    StandingNoted,
    TradeClosed,
)
from edgeproof.core.model.time import format_time
from edgeproof.services.dashboard.rows import signal_row, traded_row
from edgeproof.services.signal_document import plain
from edgeproof.services.trading_document import number, trade_document

Teller = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event: its place in the journal, what it is, and what it says."""

    seq: int
    kind: str
    document: dict[str, Any]


def events_of(entries: Iterable[Entry[Record]]) -> Iterator[Event]:
    """The events of records, in their order."""
    for entry in entries:
        kind, document = _TELLERS[type(entry.record)]
        yield Event(seq=entry.seq, kind=kind, document=document(entry.record))


def _said(*names: str) -> Teller:
    def document(record: Any) -> dict[str, Any]:  # noqa: ANN401 - any record
        return {"at": format_time(record.at), **{name: plain(getattr(record, name)) for name in names}}

    return document


def _traded(record: SignalTraded) -> dict[str, Any]:
    return {"id": record.signal.id, **traded_row(record.decided)}


def _missed(record: CloseMissed) -> dict[str, Any]:
    return {"at": format_time(record.at), "symbol": record.instrument.unified, "reason": record.reason}


def notice_document(record: Noticed) -> dict[str, Any]:
    """Something a person should know of, as JSON."""
    symbol = None if record.instrument is None else record.instrument.unified
    return {"at": format_time(record.at), "kind": record.kind, "detail": record.detail, "symbol": symbol}


def _standing(record: StandingNoted) -> dict[str, Any]:
    status = record.standing.status
    return {
        "at": format_time(record.at),
        "state": status.state.value,
        "cause": None if status.cause is None else status.cause.value,
        "level": record.standing.level.word,
        "by": status.by or None,
    }


def _order(record: OrderNoted) -> dict[str, Any]:
    return {
        "at": format_time(record.at),
        "symbol": record.instrument.unified,
        "order": record.order_id,
        "what": record.what,
        "quantity": number(record.quantity),
        "price": number(record.price),
        "reason": record.reason or None,
    }


def _session(record: SessionBegan | SessionEnded) -> dict[str, Any]:
    what = "began" if isinstance(record, SessionBegan) else "ended"
    return {"at": format_time(record.at), "id": record.session, "what": what}


_TELLERS: dict[type[Record], tuple[str, Teller]] = {
    Decided: ("signal", lambda record: signal_row(record.decision)),
    SignalTraded: ("traded", _traded),
    TradeClosed: ("trade_closed", trade_document),
    OrderNoted: ("order", _order),
    CloseMissed: ("missed", _missed),
    Noticed: ("notice", notice_document),
    StandingNoted: ("standing", _standing),
    Asked: ("asked", _said("id", "wish", "target", "by", "why", "outcome")),
    CommandHeard: ("command", _said("channel", "by", "role", "text", "outcome")),
    DeliveryNoted: ("delivery", _said("channel", "message_id", "what", "reason", "latency_ms")),
    SessionBegan: ("session", _session),
    SessionEnded: ("session", _session),
    ParityRun: ("parity", _said("unexplained")),
}

TOLD = tuple(_TELLERS)
"""The kinds of records that become events. Candles and funding are in the live picture, the rest is bookkeeping."""
