"""What was told over a span, by channel: sent, acknowledged, failed, and how long it took from the close."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeproof.core.model.journal import DeliveryNoted, MessageQueued
from edgeproof.core.model.message import Delivery, DeliveryFate
from edgeproof.core.model.time import DAY, format_time
from edgeproof.ports import Journal
from edgeproof.services.notifying.outbox import FAILED, SENDING, waiting_in
from edgeproof.services.signal_document import plain

_ACKNOWLEDGED = (DeliveryFate.DELIVERED.value, DeliveryFate.MERGED.value, DeliveryFate.DIGESTED.value)
_LEVELS = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTally:
    """One channel over a span. `sent` counts attempts, `acknowledged` messages that it took, by how they came.

    `percentiles` are of the milliseconds from a close to the channel's answer, at 50, 90 and 99 %; () before there is
    one.
    """

    channel: str
    sent: int = 0
    acknowledged: int = 0
    merged: int = 0
    digested: int = 0
    late: int = 0
    failed: int = 0
    fell_back: int = 0
    given_up: int = 0
    waiting: int = 0
    because: str = ""
    percentiles: tuple[float, ...] = ()

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "channel": self.channel,
            "sent": self.sent,
            "acknowledged": self.acknowledged,
            "merged": self.merged,
            "digested": self.digested,
            "late": self.late,
            "failed": self.failed,
            "fell_back": self.fell_back,
            "given_up": self.given_up,
            "waiting": self.waiting,
            "because": self.because or None,
            "latency_ms": {f"p{level * 100:g}": plain(found) for level, found in zip(_LEVELS, self.percentiles)},  # noqa: B905 - () without one
        }

    @property
    def words(self) -> str:
        """For people, in a line."""
        parts = [f"{self.acknowledged:,} delivered"]
        parts += [f"{count:,} {name}" for name, count in self._more() if count]
        if self.percentiles:
            parts.append(f"p99 {self.percentiles[-1]:,.0f} ms after the close")
        if self.waiting and self.because:
            parts.append(self.because)
        return ", ".join(parts)

    def _more(self) -> Sequence[tuple[str, int]]:
        return (
            ("waiting", self.waiting),
            ("late", self.late),
            ("attempts failed", self.failed),
            ("told by its fallback", self.fell_back),
            ("given up", self.given_up),
        )


def tally(notes: Iterable[DeliveryNoted], waiting: Iterable[Delivery]) -> tuple[ChannelTally, ...]:
    """What notes come to, by the names of the channels."""
    counts: dict[str, Counter[str]] = {}
    latencies: dict[str, list[float]] = {}
    for note in notes:
        found = counts.setdefault(note.channel, Counter())
        found[note.what] += 1
        found["late"] += note.is_late and note.what in _ACKNOWLEDGED
        if note.what == DeliveryFate.DELIVERED and note.latency_ms is not None:
            latencies.setdefault(note.channel, []).append(note.latency_ms)
    left: dict[str, list[Delivery]] = {}
    for each in waiting:
        left.setdefault(each.channel, []).append(each)
    names = sorted({*counts, *left})
    return tuple(_of(name, counts.get(name, Counter()), latencies.get(name, []), left.get(name, [])) for name in names)


def _of(name: str, counts: Mapping[str, int], latencies: Sequence[float], left: Sequence[Delivery]) -> ChannelTally:
    return ChannelTally(
        channel=name,
        sent=counts.get(SENDING, 0),
        acknowledged=sum(counts.get(each, 0) for each in _ACKNOWLEDGED),
        merged=counts.get(DeliveryFate.MERGED.value, 0),
        digested=counts.get(DeliveryFate.DIGESTED.value, 0),
        late=counts.get("late", 0),
        failed=counts.get(FAILED, 0),
        fell_back=counts.get(DeliveryFate.FELL_BACK.value, 0),
        given_up=counts.get(DeliveryFate.GIVEN_UP.value, 0),
        waiting=len(left),
        because=next((each.because for each in left if each.because), ""),
        percentiles=percentiles(latencies),
    )


def percentiles(latencies: Iterable[float]) -> tuple[float, ...]:
    """The levels that are shown; () of nothing.

    >>> percentiles(map(float, range(1, 101)))
    (51.0, 91.0, 100.0)
    """
    ordered = sorted(latencies)
    return tuple(ordered[min(len(ordered) - 1, int(level * len(ordered)))] for level in _LEVELS) if ordered else ()


def tally_of_day(journal: Journal, now: int) -> tuple[ChannelTally, ...]:
    """What was told on the UTC day of this machine's time, and what waits."""
    start = now // DAY * DAY
    notes = (each.record for each in journal.read(DeliveryNoted, start=start, end=start + DAY - 1))
    return tally(notes, waiting_in(journal))


def deliveries_of(journal: Journal, signal_id: str, start: int) -> list[dict[str, Any]]:
    """Where a signal was told, for JSON: every message about it, and what became of it at each channel.

    `start` is the venue's time it fired at.
    """
    queued = [each.record for each in journal.read(MessageQueued, start=start)]
    own = {each.message.id: each for each in queued if each.message.signal_id == signal_id}
    if not own:
        return []
    since = min(each.message.queued_at for each in own.values())
    found: dict[tuple[str, str], DeliveryNoted] = {}
    for entry in journal.read(DeliveryNoted, start=since):
        if entry.record.message_id in own:
            found[entry.record.message_id, entry.record.channel] = entry.record
    return [
        {
            "message": each.message.id,
            "title": each.message.title,
            "channel": channel,
            "fate": _word(found.get((each.message.id, channel))),
            "at": None if (note := found.get((each.message.id, channel))) is None else format_time(note.at),
            "latency_ms": None if note is None else plain(note.latency_ms),
            "reason": None if note is None else note.reason or None,
        }
        for each in own.values()
        for channel in dict.fromkeys([*each.channels, *(of for name, of in found if name == each.message.id)])
    ]


def _word(note: DeliveryNoted | None) -> str:
    if note is None or note.what in {SENDING, FAILED, "queued"}:
        return DeliveryFate.WAITING.value
    return note.what
