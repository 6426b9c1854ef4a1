"""Trades, limits and wishes as messages."""

import math
from decimal import Decimal

from edgeproof.core.model.journal import Asked, OrderNoted, StandingNoted, TradeClosed
from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.core.model.order import OrderName
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.time import format_time
from edgeproof.core.model.trading import BreakerLevel, StateCause, TradingState
from edgeproof.services.figures import money_text, price_text, quantity_text, span_text
from edgeproof.services.notifying.signal_message import about, heading
from edgeproof.services.signal_document import direction_word, plain


def entered_message(note: OrderNoted, signal_id: str, signal: Signal | None) -> Message:
    """An entry, or a part of one, was filled: it belongs to the alert of its signal."""
    return _order_message(note, signal_id, f"Opened {_what(note, signal)}", is_update=True)


def target_message(note: OrderNoted, name: OrderName, signal: Signal | None) -> Message:
    """A target, or a part of one, was filled."""
    return _order_message(note, name.signal, f"{name.leg.replace('-', ' ').capitalize()} of {_what(note, signal)}")


def unprotected_message(note: OrderNoted, name: OrderName, signal: Signal | None) -> Message:
    """An order that guards or closes a position did not come to stand at the venue."""
    title = f"The {name.leg} of {_what(note, signal)} was {note.what}"
    return _order_message(note, name.signal, title, severity=Severity.CRITICAL, topic=Topic.RISK)


def trade_message(record: TradeClosed) -> Message:
    """A trade is over."""
    trade = record.trade
    made = f"{money_text(trade.net_pnl, signed=True)} {trade.instrument.settle}"
    r = trade.r_multiple
    in_r = f" ({r:+.2f} R)" if math.isfinite(r) else ""
    return Message(
        id=f"closed:{trade.signal_id}:{trade.time}",
        topic=Topic.TRADE,
        severity=Severity.INFO,
        at=record.at,
        queued_at=0,
        title=f"Closed {direction_word(trade.direction)} {trade.instrument}: {made}{in_r}",
        fields=(
            ("Hypothesis", record.hypothesis),
            ("Left by", f"{trade.reason} ({trade.stop_kind.word})" if trade.reason == "stop" else trade.reason),
            ("Entry", _price(trade.entry_price)),
            ("Exit", _price(trade.exit_price)),
            ("Size", f"{quantity_text(trade.quantity)} {trade.instrument.base}"),
            ("Fees", money_text(trade.fees)),
            ("Funding", money_text(trade.funding, signed=True)),
            ("Held", span_text(trade.time - trade.opened_at)),
        ),
        text="" if trade.is_funding_complete else "Its funding is not complete: a rate was not known.",
        subject=f"signal:{trade.signal_id}",
        instrument=trade.instrument,
        signal_id=trade.signal_id,
        document={
            "id": trade.signal_id,
            "hypothesis": record.hypothesis,
            "instrument": trade.instrument.unified,
            "direction": direction_word(trade.direction),
            "opened_at": format_time(trade.opened_at),
            "closed_at": format_time(trade.time),
            "quantity": str(trade.quantity),
            "entry_price": str(trade.entry_price),
            "exit_price": str(trade.exit_price),
            "exit_reason": trade.reason,
            "fees": str(trade.fees),
            "funding": str(trade.funding),
            "pnl": str(trade.net_pnl),
            "r_multiple": plain(trade.r_multiple),
        },
    )


def standing_message(record: StandingNoted) -> Message:
    """The trading state or the level of the day's loss is another."""
    status, level = record.standing.status, record.standing.level
    is_grave = status.state is TradingState.HALTED or level >= BreakerLevel.NO_NEW_ENTRIES
    is_person = status.cause in {StateCause.PERSON_HALTS, StateCause.PERSON_REDUCES}
    severity = Severity.CRITICAL if is_grave and not is_person else Severity.WARNING
    is_well = status.state is TradingState.ACTIVE and level is BreakerLevel.NORMAL
    fields = [("State", status.state.value), ("Loss of the day", level.word.replace("_", " "))]
    if status.cause is not None:
        fields.append(("Because", status.cause.value.replace("_", " ")))
    if status.by:
        fields.append(("By", status.by))
    return Message(
        id=f"standing:{record.at}:{status.state}:{level.word}:{status.since}",
        topic=Topic.RISK,
        severity=Severity.INFO if is_well else severity,
        at=record.at,
        queued_at=0,
        title=_STANDING[status.state] if status.state is not TradingState.ACTIVE else _LEVELS[level],
        fields=tuple(fields),
        text=status.why,
        subject="standing",
        document={
            "state": status.state.value,
            "level": level.word,
            "cause": None if status.cause is None else status.cause.value,
            "by": status.by or None,
            "why": status.why or None,
            "time": format_time(record.at),
        },
    )


_STANDING = {
    TradingState.HALTED: "Trading is HALTED: a person has to resume it",
    TradingState.REDUCING: "Trading only REDUCES: no new entries",
}
_LEVELS = {
    BreakerLevel.NORMAL: "Trading goes on within its limits",
    BreakerLevel.WARN: "The loss of the day nears its limit",
    BreakerLevel.NO_NEW_ENTRIES: "The loss of the day has reached its limit: no new entries",
    BreakerLevel.FLATTEN: "The loss of the day: everything is being closed",
}


def asked_message(record: Asked) -> Message:
    """A person asked for something, and what came of it."""
    target = f" {record.target}" if record.target else ""
    return Message(
        id=f"asked:{record.id}",
        topic=Topic.SESSION,
        severity=Severity.INFO,
        at=record.at,
        queued_at=0,
        title=f"{record.by} asked to {record.wish.replace('_', ' ')}{target}",
        fields=(("Outcome", record.outcome),),
        text=record.why,
        document={"wish": record.wish, "target": record.target, "by": record.by, "outcome": record.outcome},
    )


def _what(note: OrderNoted, signal: Signal | None) -> str:
    return str(note.instrument) if signal is None else heading(signal).replace("LONG", "long").replace("SHORT", "short")


def _order_message(
    note: OrderNoted,
    signal_id: str,
    title: str,
    *,
    is_update: bool = False,
    severity: Severity = Severity.INFO,
    topic: Topic = Topic.TRADE,
) -> Message:
    fields = []
    if note.quantity is not None:
        fields.append(("Size", f"{quantity_text(note.quantity)} {note.instrument.base}"))
    if note.price is not None:
        fields.append(("Price", _price(note.price)))
    if note.slippage is not None:
        fields.append(("Slippage", f"{note.slippage * 1e4:.1f} bps"))
    if note.fee is not None:
        fields.append(("Fee", money_text(note.fee)))
    return Message(
        id=f"order:{note.order_id}:{note.what}:{note.at}:{about(f'{note.quantity} {note.price}')}",
        topic=topic,
        severity=severity,
        at=note.at,
        queued_at=0,
        title=title,
        fields=tuple(fields),
        text=note.reason,
        subject=f"signal:{signal_id}",
        is_update=is_update,
        instrument=note.instrument,
        signal_id=signal_id,
        actions=("close",),
        document={
            "order_id": note.order_id,
            "what": note.what,
            "quantity": None if note.quantity is None else str(note.quantity),
            "price": None if note.price is None else str(note.price),
            "time": format_time(note.at),
        },
    )


def _price(price: Decimal) -> str:
    return price_text(float(price))
