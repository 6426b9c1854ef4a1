"""A record of the journal as one line for people, without its time."""

import math
from collections.abc import Callable
from typing import Any

from edgeproof.core.model.journal import (
    Asked,
    BookKept,
    CandleTaken,
    CloseMissed,
    CommandHeard,
    Decided,
    DeliveryNoted,
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
from edgeproof.core.model.signal import Fate, Signal
from edgeproof.core.model.time import format_duration, format_time
from edgeproof.services.figures import price_text, prices_text, quantity_text, span_text
from edgeproof.services.notifying.trade_messages import asked_message, standing_message, trade_message
from edgeproof.services.record_words import LATE_REASONS, confidence_text, reason_text, traded_text, way_out
from edgeproof.services.signal_document import direction_word


def line_of(record: Record) -> str:
    """What a record says."""
    try:
        return _LINES[type(record)](record)
    except (ValueError, ArithmeticError) as error:
        # One record whose figures cannot be meant must not hide all others.
        return f"its figures cannot be said in words ({error}): see its fields"


def time_text(milliseconds: int) -> str:
    """A time as JSON has it; the bare number where no calendar reaches."""
    try:
        return format_time(milliseconds)
    except (ValueError, OverflowError, OSError):
        return str(milliseconds)


def _began(record: SessionBegan) -> str:
    watched = f"{len(record.hypotheses):,} hypotheses on {len(record.history):,} instruments"
    return f"{record.command} on {record.venue} began with {watched}, edgeproof {record.version}"


def _ended(record: SessionEnded) -> str:
    return f"the session ended: {record.reason}{'; another goes on' if record.goes_on else ''}"


def _candle(record: CandleTaken) -> str:
    candle = record.candle
    change = candle.close / candle.open - 1 if candle.open else math.nan
    moved = f" ({change:+.2%})" if math.isfinite(change) else ""
    what = "corrected: closed" if candle.is_correction else "filled: closed" if candle.filled else "closed"
    return (
        f"{candle.instrument} {_duration(candle.timeframe)} {what} at {price_text(candle.close)}{moved}, "
        f"volume {candle.volume:,.6g}"
    )


def _funding(record: FundingTaken) -> str:
    return f"{record.funding.instrument} funding rate {100 * record.funding.rate:+.6f} %"


def _signal(signal: Signal) -> str:
    direction = direction_word(signal.direction).upper()
    return f"{direction} {signal.instrument} {_duration(signal.timeframe)} {signal.hypothesis}"


def _decided(record: Decided) -> str:
    decision = record.decision
    fate = "" if decision.fate is Fate.TOLD else f": {reason_text(decision)}"
    said = f"{prices_text(decision)}  {confidence_text(decision)}"
    return f"{decision.fate.value}{fate}  {_signal(decision.signal)}  {said}  {decision.signal.id}"


def _missed(record: CloseMissed) -> str:
    late = span_text(max(0, record.evaluated_at - record.at))
    fired = f"; {len(record.signals)} fired" if record.signals else ""
    why = LATE_REASONS.get(record.reason, record.reason)
    return f"{record.instrument} evaluated {late} after the close: {why}{fired}"


def _noticed(record: Noticed) -> str:
    where = "" if record.instrument is None else f" {record.instrument}"
    return f"{record.kind}{where} {record.detail}".rstrip()


def _parity(record: ParityRun) -> str:
    span = f"{time_text(record.start)[:16].replace('T', ' ')} to {time_text(record.end)[:16].replace('T', ' ')} UTC"
    found = f"{record.unexplained:,} unexplained differences" if record.unexplained else "no unexplained difference"
    return f"compared with the backtest, {span}: {found}"


def _traded(record: SignalTraded) -> str:
    return f"{record.decided.fate.value}  {_signal(record.signal)}  {traded_text(record.decided)}  {record.signal.id}"


def _order(record: OrderNoted) -> str:
    size = "" if record.quantity is None else f" {quantity_text(record.quantity)} {record.instrument.base}"
    price = "" if record.price is None else f" at {price_text(float(record.price))}"
    reason = f": {record.reason}" if record.reason else ""
    return f"{record.what.replace('_', ' ')}  {record.instrument}  {record.order_id}{size}{price}{reason}"


def _closed(record: TradeClosed) -> str:
    return f"{trade_message(record).title}  by {way_out(record.trade)}  {record.hypothesis}  {record.trade.signal_id}"


def _standing(record: StandingNoted) -> str:
    message = standing_message(record)
    fields = (f"{name.lower()} {value}" for name, value in message.fields)
    return "; ".join(filter(None, (message.title, *fields, message.text)))


def _asked(record: Asked) -> str:
    why = f" ({record.why})" if record.why else ""
    return f"{asked_message(record).title}{why}: {record.outcome}"


def _book(record: BookKept) -> str:
    change = record.change
    parts = [
        f"{len(each)} {what}" for each, what in ((change.positions, "positions"), (change.trades, "trades")) if each
    ]
    about = f": {', '.join(parts)}" if parts else ""
    return f"{'the whole book' if record.is_whole else 'the book changed'}{about}"


def _queued(record: MessageQueued) -> str:
    return f"to be told by {', '.join(record.channels) or 'nobody'}: {record.message.title}"


def _delivery(record: DeliveryNoted) -> str:
    attempt = f", attempt {record.attempt}" if record.attempt > 1 else ""
    late = ", too late to act on" if record.is_late else ""
    instead = f", in place of {record.failed_for}" if record.failed_for else ""
    reason = f": {record.reason}" if record.reason else ""
    return f"{record.channel} {record.what.replace('_', ' ')}{attempt}{late}{instead}  {record.message_id}{reason}"


def _outbox(record: OutboxKept) -> str:
    return f"{len(record.waiting):,} messages wait to be told"


def _command(record: CommandHeard) -> str:
    return f"{record.by} ({record.role}) by {record.channel}: {record.text}: {record.outcome}"


def _duration(milliseconds: int) -> str:
    return format_duration(milliseconds) if milliseconds > 0 else f"{milliseconds} ms"


_LINES: dict[type[Record], Callable[[Any], str]] = {
    SessionBegan: _began,
    SessionEnded: _ended,
    CandleTaken: _candle,
    FundingTaken: _funding,
    Decided: _decided,
    CloseMissed: _missed,
    Noticed: _noticed,
    ParityRun: _parity,
    SignalTraded: _traded,
    OrderNoted: _order,
    TradeClosed: _closed,
    StandingNoted: _standing,
    Asked: _asked,
    BookKept: _book,
    MessageQueued: _queued,
    DeliveryNoted: _delivery,
    OutboxKept: _outbox,
    CommandHeard: _command,
}
