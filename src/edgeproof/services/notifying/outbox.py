"""What waits to be told, as a fold over the journal: what was queued, less what came to an end."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from edgeproof.core.model.journal import DeliveryNoted, Entry, MessageQueued, OutboxKept
from edgeproof.core.model.message import Delivery, DeliveryFate, Message
from edgeproof.ports import Journal

QUEUED = "queued"
SENDING = "sending"
FAILED = "failed"
_FINAL = frozenset(each.value for each in DeliveryFate if each is not DeliveryFate.WAITING)


@dataclass(slots=True)
class Outbox:
    """Deliveries that are not at their end, by channel and message, in the order they were queued."""

    waiting: dict[tuple[str, str], Delivery] = field(default_factory=dict)
    _messages: dict[str, Message] = field(default_factory=dict)

    def take(self, record: OutboxKept | MessageQueued | DeliveryNoted) -> None:
        """Take in what was written down."""
        match record:
            case OutboxKept(waiting=waiting):
                self.waiting = {(each.channel, each.message.id): each for each in waiting}
                self._messages = {each.message.id: each.message for each in waiting}
            case MessageQueued(message=message):
                self._messages[message.id] = message
                for channel in record.channels:
                    self.waiting.setdefault((channel, message.id), Delivery(message=message, channel=channel))
            case DeliveryNoted():
                self._note(record)

    def _note(self, note: DeliveryNoted) -> None:
        key = (note.channel, note.message_id)
        if note.what in _FINAL:
            self.waiting.pop(key, None)
            return
        if note.what == QUEUED and note.message_id in self._messages:
            message = self._messages[note.message_id]
            self.waiting[key] = Delivery(message=message, channel=note.channel, failed_for=note.failed_for)
            return
        found = self.waiting.get(key)
        if found is not None and note.what == SENDING:
            self.waiting[key] = replace(found, attempts=note.attempt, may_be_there=True)
        elif found is not None and note.what == FAILED:
            self.waiting[key] = replace(found, may_be_there=note.may_be_there, because=note.reason)


def waiting_in(journal: Journal) -> tuple[Delivery, ...]:
    """What waits according to a journal, the oldest first."""
    outbox = Outbox()
    kept = journal.last(OutboxKept, 1)
    for entry in kept:
        outbox.take(entry.record)
    since = kept[0].seq if kept else 0
    later: Iterator[Entry[MessageQueued | DeliveryNoted]] = journal.read(MessageQueued, DeliveryNoted, after=since)
    for each in later:
        outbox.take(each.record)
    return tuple(outbox.waiting.values())
