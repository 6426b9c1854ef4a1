"""What a drill of notifications has to have left: what was queued in its journal, against what a receiver took."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from edgeproof.core.model.drill import Arrival, Received, Seen
from edgeproof.core.model.journal import DeliveryNoted, MessageQueued, SessionBegan, SessionEnded
from edgeproof.core.model.message import DeliveryFate, Message, Severity, Topic
from edgeproof.core.model.time import MINUTE
from edgeproof.ports import Journal

SOON_S = 30.0
"""Seconds after its return within which a receiver has to have all that waited for it."""

_NEAR = 2 * MINUTE
"""Market time around its expiry in which a message may be called late or not: the journal tells the time by candles."""

_HELD_BACK = 10
"""Messages that have to wait before it says something that they came."""

_FINAL = frozenset(each.value for each in DeliveryFate if each is not DeliveryFate.WAITING)


@dataclass(frozen=True, slots=True)
class _Told:
    """The messages that were queued by id, and how each came for the first time."""

    queued: Mapping[str, Message]
    first: Mapping[str, Arrival]
    received: Received
    back_at: int

    @property
    def waited(self) -> list[Message]:
        """What waited when the receiver was back, in the order it was queued."""
        return [
            each
            for name, each in self.queued.items()
            if each.queued_at <= self.back_at and (name not in self.first or self.first[name].at >= self.back_at)
        ]


def untold_in(journal: Journal, session: str) -> frozenset[str]:
    """The messages a session queued and did not tell itself."""
    told = {each.record.message_id for each in journal.read(DeliveryNoted, session=session) if _is_final(each.record)}
    return frozenset(each.record.message.id for each in journal.read(MessageQueued, session=session)) - told


def have_ended(journal: Journal, names: Iterable[str]) -> bool:
    """Whether messages have met their fate."""
    return {each.record.message_id for each in journal.read(DeliveryNoted) if _is_final(each.record)} >= set(names)


def _is_final(note: DeliveryNoted) -> bool:
    return note.what in _FINAL


def told_seen(journal: Journal, received: Received) -> tuple[Seen, ...]:
    """All that was queued has come once, none before it was written down, though the receiver and a session failed."""
    sessions = [each.record.session for each in journal.read(SessionBegan)]
    ended = {each.record.session for each in journal.read(SessionEnded)}
    if len(sessions) < 2 or sessions[0] in ended:  # noqa: PLR2004 - one that dies, one that takes over
        return (Seen(what="a session is killed and another begins", found=f"{len(sessions)} began", holds=False),)
    if received.back_at is None:
        return (Seen(what="the receiver comes back", found="it never did", holds=False),)
    queued = {each.record.message.id: each.record.message for each in journal.read(MessageQueued)}
    told = _Told(queued, _first(received.arrivals), received, received.back_at)
    return (
        _refused(received),
        _untold(journal, sessions[0]),
        _arrived(told),
        _once(told),
        _known(told),
        _late(told),
        _grave_first(told),
        _soon(told),
    )


def _first(arrivals: Iterable[Arrival]) -> dict[str, Arrival]:
    found: dict[str, Arrival] = {}
    for each in arrivals:
        if not each.is_again:
            for name in each.ids:
                found.setdefault(name, each)
    return found


def _refused(received: Received) -> Seen:
    how = ", ".join(f"{count} x {name}" for name, count in sorted(received.refused.items()))
    return Seen(
        what="the receiver is away, in more than one way",
        found=how or "it refused nothing",
        holds=len(received.refused) > 1,
    )


def _untold(journal: Journal, session: str) -> Seen:
    untold = len(untold_in(journal, session))
    return Seen(
        what="messages are untold when the session is killed", found=f"{untold} are", holds=untold >= _HELD_BACK
    )


def _arrived(told: _Told) -> Seen:
    came = [each for name, each in told.queued.items() if name in told.first]
    topics = Counter(each.topic for each in came)
    grave = sum(each.severity is Severity.CRITICAL for each in came)
    return Seen(
        what="every message that was queued has come",
        found=f"{len(came)} of {len(told.queued)}, {topics[Topic.SIGNAL]} signals and {grave} critical ones among them",
        holds=len(came) == len(told.queued) and topics[Topic.SIGNAL] > 0 and grave > 0,
    )


def _once(told: _Told) -> Seen:
    arrivals = told.received.arrivals
    counts = Counter(name for each in arrivals if not each.is_again for name in each.ids)
    again = sum(each.is_again for each in arrivals)
    doubled = sum(count > 1 for count in counts.values())
    return Seen(
        what="each of them comes once, or is known by its key when it comes again",
        found=f"{again} came again and were known, {doubled} were not",
        holds=doubled == 0 and again > 0,
    )


def _known(told: _Told) -> Seen:
    arrivals, unsigned = told.received.arrivals, told.received.unsigned
    early = sum(not each.is_known for each in arrivals)
    return Seen(
        what="none comes before the journal has it, and all are signed",
        found=f"{early} of {len(arrivals)} did, {unsigned} were not signed",
        holds=bool(arrivals) and early == 0 and unsigned == 0,
    )


def _late(told: _Told) -> Seen:
    # The mark is that of the message itself: what was merged into it has none of its own.
    firsts = ((each, told.first.get(name)) for name, each in told.queued.items())
    pairs = [(each, came) for each, came in firsts if came is not None and came.ids[0] == each.id]
    expired = [came for each, came in pairs if each.expires_at is not None and each.expires_at < came.market_at - _NEAR]
    marked = sum(came.is_late for came in expired)
    wrong = sum(came.is_late and not _may_be_late(each, came) for each, came in pairs)
    return Seen(
        what="what had expired when it came is marked late, and nothing else",
        found=f"{marked} of {len(expired)} are, and {wrong} others",
        holds=bool(expired) and marked == len(expired) and wrong == 0,
    )


def _may_be_late(message: Message, came: Arrival) -> bool:
    return message.expires_at is not None and message.expires_at <= came.market_at + _NEAR


def _grave_first(told: _Told) -> Seen:
    waited = [each for each in told.waited if each.id in told.first]
    order = sorted(waited, key=lambda each: told.received.arrivals.index(told.first[each.id]))
    leading = list(_leading(order))
    grave = sum(each.severity is Severity.CRITICAL for each in order)
    title = f': "{leading[0].title}"' if leading else ""
    return Seen(
        what="what is critical comes first",
        found=f"{len(leading)} of {grave} critical ones came before the {len(order) - grave} others{title}",
        holds=grave > 0 and len(leading) == grave,
    )


def _leading(order: Sequence[Message]) -> Iterator[Message]:
    for each in order:
        if each.severity is not Severity.CRITICAL:
            return
        yield each


def _soon(told: _Told) -> Seen:
    waited = told.waited
    times = [told.first[each.id].at for each in waited if each.id in told.first]
    last = (max(times, default=told.back_at) - told.back_at) / 1000
    return Seen(
        what=f"all that waited has come within {SOON_S:g} s of the receiver's return",
        found=f"the last of {len(times)} came {last:.1f} s after it",
        holds=len(times) == len(waited) >= _HELD_BACK and last <= SOON_S,
    )
