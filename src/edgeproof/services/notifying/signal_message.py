"""A signal as a message: all a trader needs to act on it, and the record behind it."""

import hashlib
from collections.abc import Iterator

from edgeproof.core.model.journal import SignalTraded
from edgeproof.core.model.message import Levels, Message, Severity, Topic
from edgeproof.core.model.signal import Decision, Signal
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.time import format_duration, format_time
from edgeproof.core.model.trading_event import FateDecided, TradeFate
from edgeproof.services.figures import denial_text, money_text, price_text, quantity_text, span_text
from edgeproof.services.signal_document import direction_word, risk_reward_text, signal_document, warning


def signal_message(decision: Decision, traded: FateDecided | None, *, waits: bool = False) -> Message:
    """A signal that was told, with what trading made of it (None where nothing is traded).

    One that `waits` is for a person to take or skip.
    """
    signal = decision.signal
    return Message(
        id=f"signal:{signal.id}",
        topic=Topic.SIGNAL,
        severity=Severity.INFO,
        at=decision.decided_at,
        queued_at=0,
        title=f"{heading(signal)} · {signal.hypothesis}",
        fields=tuple(_fields(decision, traded)),
        text="\n".join([*([_waits(signal)] if waits else []), warning(decision.state) or ""]).strip(),
        subject=f"signal:{signal.id}",
        instrument=signal.instrument,
        signal_id=signal.id,
        expires_at=signal.expires_at,
        actions=("take", "skip") if waits else (),
        levels=Levels(
            timeframe=signal.timeframe,
            time=signal.time,
            direction=signal.direction,
            entry=signal.reference_price,
            stop_loss=signal.stop_loss,
            targets=signal.targets,
        ),
        latency_ms=decision.latency_ms,
        document=signal_document(decision, traded),
    )


def offer_message(record: SignalTraded) -> Message:
    """What became of a signal that waited for a person: it belongs to its alert, which has no buttons from then on."""
    signal, decided = record.signal, record.decided
    return Message(
        id=f"offered:{signal.id}",
        topic=Topic.SIGNAL,
        severity=Severity.INFO,
        at=decided.time,
        queued_at=0,
        title=f"{_ended(decided)}: {heading(signal)}",
        fields=tuple(_size(signal, decided)) if decided.fate is TradeFate.TAKEN else (),
        subject=f"signal:{signal.id}",
        is_update=True,
        instrument=signal.instrument,
        signal_id=signal.id,
        document={"id": signal.id, "fate": decided.fate.value, "rule": decided.rule or None, "by": decided.value},
    )


def _ended(decided: FateDecided) -> str:
    match decided.fate:
        case TradeFate.TAKEN:
            return "Taken"
        case TradeFate.SKIPPED:
            return f"Skipped by {decided.value}" if decided.value else "Skipped"
        case TradeFate.EXPIRED:
            return "Expired, nobody took it"
        case fate:
            return f"Not taken, {fate.value} ({denial_text(decided)})" if decided.rule else f"Not taken, {fate.value}"


def _waits(signal: Signal) -> str:
    until = format_time(signal.expires_at)[11:16]
    return f"Waits for you until {until} UTC: edgeproof take or skip {signal.id[:8]}"


def heading(signal: Signal) -> str:
    """Which way, of what, on which candles."""
    return f"{direction_word(signal.direction).upper()} {signal.instrument} {format_duration(signal.timeframe)}"


def about(words: str) -> str:
    """A few characters that stand for words in an id."""
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _fields(decision: Decision, traded: FateDecided | None) -> Iterator[tuple[str, str]]:
    signal = decision.signal
    yield "Entry", price_text(signal.reference_price)
    yield "Stop", f"{price_text(signal.stop_loss)} ({_away(signal, signal.stop_loss)})"
    for number, (target, fraction) in enumerate(zip(signal.targets, signal.fractions, strict=True), 1):
        name = "Target" if len(signal.targets) == 1 else f"Target {number}"
        part = "" if len(signal.targets) == 1 else f", {fraction:.0%}"
        yield name, f"{price_text(target)} ({_away(signal, target)}{part})"
    yield "Reward:risk", risk_reward_text(signal.risk_reward) or "-"
    yield from _traded(signal, traded)
    yield "Record", _record(decision)
    regime = decision.evidence.get("regime")
    if regime:
        yield "Regime", str(regime)
    left = span_text(signal.expires_at - signal.time)
    yield "Expires", f"{format_time(signal.expires_at)[11:16]} UTC, {left} after its close"
    yield "Id", signal.id


def _away(signal: Signal, price: float) -> str:
    return f"{(price / signal.reference_price - 1) * 100:+.2f} %" if signal.reference_price else "-"


def _traded(signal: Signal, traded: FateDecided | None) -> Iterator[tuple[str, str]]:
    if traded is None:
        return
    if traded.fate is not TradeFate.TAKEN or traded.quantity is None:
        yield "Not traded", f"{traded.fate.value}: {denial_text(traded)}" if traded.rule else traded.fate.value
        return
    yield from _size(signal, traded)


def _size(signal: Signal, traded: FateDecided) -> Iterator[tuple[str, str]]:
    if traded.quantity is None:
        return
    risk = traded.quantity * abs(decimal_of(signal.reference_price) - decimal_of(signal.stop_loss))
    yield "Size", f"{quantity_text(traded.quantity)} {signal.instrument.base}"
    yield "Risk", f"{money_text(risk)} {signal.instrument.settle}"
    weight = traded.weight
    if weight is not None and (weight.weight != 1 or weight.note):
        yield "Weight", f"{weight.weight.normalize():f} ({weight.stage}){': ' + weight.note if weight.note else ''}"


def _record(decision: Decision) -> str:
    record = decision.evidence.get("backtest") or {}
    n, rate, mean = record.get("n"), record.get("win_rate"), record.get("expectancy_r")
    if n is None or rate is None:
        return f"{decision.state}, never tested here"
    sure = "" if decision.confidence is None else f", {decision.confidence:.0%} at least"
    made = "" if mean is None else f", {mean:+.2f} R each"
    return f"{decision.state}: won {rate:.0%} of {n}{sure}{made}"
