"""Records of a session as messages to people: a pure function of what is about to be written down.

What goes on (a venue that is away, closes evaluated late) is told at once and then at doubling intervals, each time
with how often it happened meanwhile.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from edgeproof.core.model.event import IncidentKind
from edgeproof.core.model.journal import (
    ASKS_FIRST,
    Asked,
    CloseMissed,
    Decided,
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
from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.core.model.order import EMERGENCY, ENTRY, EXIT, STOP, OrderName, parse_order_id
from edgeproof.core.model.signal import Decision, Fate, Signal
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_time
from edgeproof.core.model.trading_event import FateDecided, TradeFate
from edgeproof.services.notifying.signal_message import about, offer_message, signal_message
from edgeproof.services.notifying.trade_messages import (
    asked_message,
    entered_message,
    standing_message,
    target_message,
    trade_message,
    unprotected_message,
)

_LEAVES_IN_PEACE = frozenset(
    {
        IncidentKind.CONNECTED.value,
        IncidentKind.JOINED.value,
        IncidentKind.REPAIRED.value,
        IncidentKind.DUPLICATE.value,
        IncidentKind.LATE.value,
        IncidentKind.MALFORMED.value,
        IncidentKind.INSTRUMENT.value,
        IncidentKind.NOTICE.value,
        "limits",
    }
)
"""What is mended in passing, or was asked for: it can be looked up, and disturbs nobody."""

_GOOD = frozenset({IncidentKind.RESTORED.value})
_LONGEST = 8 * HOUR
_KNOWN = 2_000


@dataclass(slots=True)
class _Telling:
    """What was told last of something that goes on, and since when nothing is told of it."""

    at: int
    interval: int
    untold: int = 0


@dataclass(slots=True, eq=False)
class Composer:
    """What to tell of the records of one session. `repeat_after` is the first interval between repeats.

    `signals` are those whose trades may still go on, by their ids; `offered` are the ids of those that wait for
    a person.
    """

    repeat_after: int = 5 * MINUTE
    signals: dict[str, Signal] = field(default_factory=dict)
    offered: set[str] = field(default_factory=set)
    _asks: bool = False
    _going_on: dict[str, _Telling] = field(default_factory=dict)

    def messages(self, records: Sequence[Record], now: int) -> list[Message]:
        """The messages of records that are written down together, at this machine's time."""
        for each in records:
            if isinstance(each, SessionBegan):
                self._asks = bool(each.settings.get(ASKS_FIRST))
        fates = {each.signal.id: each.decided for each in records if isinstance(each, SignalTraded)}
        found = [message for each in records for message in self._of(each, fates)]
        found += self._missed([each for each in records if isinstance(each, CloseMissed)])
        return [replace(each, queued_at=now) for each in found]

    def _of(self, record: Record, fates: Mapping[str, FateDecided]) -> Iterator[Message]:
        match record:
            case Decided(decision=decision):
                if decision.fate is Fate.TOLD:
                    yield self._of_signal(decision, fates.get(decision.signal.id))
            case SignalTraded():
                yield from self._of_fate(record)
            case OrderNoted():
                yield from self._of_order(record)
            case Noticed():
                yield from self._of_notice(record)
            case _:
                simple = _SIMPLE.get(type(record))
                if simple is not None:
                    yield simple(record)

    def _of_signal(self, decision: Decision, fate: FateDecided | None) -> Message:
        waits = self._asks and fate is None
        if waits:
            self.offered.add(decision.signal.id)
        return signal_message(decision, fate, waits=waits)

    def _of_fate(self, record: SignalTraded) -> Iterator[Message]:
        if record.decided.fate is TradeFate.TAKEN:
            self._remember(record.signal)
        if record.signal.id in self.offered:
            self.offered.remove(record.signal.id)
            yield offer_message(record)

    def _remember(self, signal: Signal) -> None:
        self.signals[signal.id] = signal
        while len(self.signals) > _KNOWN:
            del self.signals[next(iter(self.signals))]

    def _of_order(self, note: OrderNoted) -> Iterator[Message]:
        name = parse_order_id(note.order_id)
        if name is None:
            return
        signal = self.signals.get(name.signal)
        match note.what:
            case "filled" if name.leg == ENTRY:
                yield entered_message(note, name.signal, signal)
            case "filled" if name.leg.startswith("target"):
                yield target_message(note, name, signal)
            case "rejected" | "unanswered" if _guards(name):
                yield unprotected_message(note, name, signal)
            case _:
                pass

    # --- what goes on ---

    def _of_notice(self, notice: Noticed) -> Iterator[Message]:
        if notice.kind in _LEAVES_IN_PEACE:
            return
        is_good = notice.kind in _GOOD
        where = "" if notice.instrument is None else f" {notice.instrument}"
        subject = f"{notice.kind}{where}"
        again = self._again(subject, notice.at, 1)
        if again is None:
            return
        yield Message(
            id=f"notice:{notice.kind}:{notice.instrument or ''}:{notice.at}:{about(notice.detail)}",
            topic=Topic.HEALTH,
            severity=Severity.INFO if is_good else Severity.WARNING,
            at=notice.at,
            queued_at=0,
            title=f"{notice.kind.replace('_', ' ').capitalize()}{where}",
            text=f"{notice.detail}{again}",
            subject=subject,
            instrument=notice.instrument,
            document={"kind": notice.kind, "detail": notice.detail, "time": format_time(notice.at)},
        )

    def _missed(self, missed: Sequence[CloseMissed]) -> Iterator[Message]:
        """Closes evaluated late, those of one append in one message. At the start of all there is nothing to miss."""
        late = [each for each in missed if each.reason != "start"]
        for reason, count in Counter(each.reason for each in late).items():
            own = [each for each in late if each.reason == reason]
            again = self._again(f"missed {reason}", own[-1].at, count)
            if again is None:
                continue
            signals = tuple(name for each in own for name in each.signals)
            names = ", ".join(sorted({each.instrument.unified for each in own}))
            yield Message(
                id=f"missed:{reason}:{own[0].at}:{own[0].instrument}",
                topic=Topic.HEALTH,
                severity=Severity.WARNING,
                at=own[-1].at,
                queued_at=0,
                title=f"{count} close{'s' * (count > 1)} evaluated late",
                fields=(("Why", reason.replace("_", " ")), ("Of", names), ("Signals on them", str(len(signals)))),
                text=f"edgeproof missed lists them{again}",
                subject=f"missed {reason}",
                document={"reason": reason, "closes": count, "signals": list(signals)},
            )

    def _again(self, subject: str, at: int, count: int) -> str | None:
        """Words on how often something happened untold; None while it is not to be told again."""
        last = self._going_on.get(subject)
        if last is None or at - last.at >= 2 * last.interval:
            self._going_on[subject] = _Telling(at, self.repeat_after)
            return "" if last is None or not last.untold else _times(last)
        last.untold += count
        if at - last.at < last.interval:
            return None
        words = _times(last)
        self._going_on[subject] = _Telling(at, min(2 * last.interval, _LONGEST))
        return words


def _times(last: _Telling) -> str:
    return f" ({last.untold} more since {format_time(last.at)[11:16]})"


def _guards(name: OrderName) -> bool:
    return name.leg in {STOP, EXIT, EMERGENCY}


def _parity_message(run: ParityRun) -> Message:
    problem = run.document.get("problem")
    if problem:
        title = "Live could not be compared with the backtest"
    elif run.unexplained:
        title = f"{run.unexplained} differences to the backtest that nothing explains"
    else:
        title = "Live agrees with the backtest"
    return Message(
        id=f"parity:{run.session}:{run.start}:{run.end}",
        topic=Topic.PARITY,
        severity=Severity.WARNING if run.unexplained else Severity.INFO,
        at=run.end,
        queued_at=0,
        title=title,
        fields=(("From", _moment(run.start)), ("To", _moment(run.end))),
        text=str(problem or ("edgeproof parity shows each of them" if run.unexplained else "")),
        document={"start": format_time(run.start), "end": format_time(run.end), "unexplained": run.unexplained},
    )


def _session_message(record: SessionBegan | SessionEnded) -> Message:
    match record:
        case SessionBegan():
            names = ", ".join(sorted({each.instrument.unified for each in record.history}))
            title = f"edgeproof {record.command} began on {record.host}"
            fields = [("Venue", record.venue), ("Watches", f"{len(record.hypotheses)} hypotheses on {names}")]
            severity, id_ = Severity.INFO, f"began:{record.session}"
        case SessionEnded():
            title, severity = _ended(record)
            fields = [("Why", record.reason)]
            id_ = f"ended:{record.session}"
        case _:
            assert_never(record)
    return Message(
        id=id_,
        topic=Topic.SESSION,
        severity=severity,
        at=record.at,
        queued_at=0,
        title=title,
        fields=tuple(fields),
        document={"session": record.session, "time": format_time(record.at)},
    )


def _ended(record: SessionEnded) -> tuple[str, Severity]:
    if record.reason in {"done", "stopped"}:
        return "The session ended", Severity.INFO
    if record.goes_on:
        return "The session begins anew", Severity.WARNING
    return "The session ended by an error: nothing is watched any more", Severity.CRITICAL


_SIMPLE: dict[type[Any], Callable[[Any], Message]] = {
    TradeClosed: trade_message,
    StandingNoted: standing_message,
    Asked: asked_message,
    ParityRun: _parity_message,
    SessionBegan: _session_message,
    SessionEnded: _session_message,
}


def _moment(time: int) -> str:
    return format_time(time)[: 10 if time % DAY == 0 else 16].replace("T", " ")
