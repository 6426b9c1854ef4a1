"""Faults of the stream of messages: each takes a batch and gives back another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from edgeproof.exchange import messages
from edgeproof.exchange.channels import BOOK, TRADE, Outgoing, feed_of
from edgeproof.exchange.faults import Active

Batch = list[Outgoing]

_GARBAGE = messages.frame(b"\x00garbage \xc3\x28"[:8])


@dataclass(slots=True)
class Distortion:
    """The faults of the stream that are at work, one after the other in the order they were asked for."""

    faults: list[Active] = field(default_factory=list)
    held: list["_Held"] = field(default_factory=list)

    def apply(self, batch: Batch) -> Batch:
        """The batch with everything that goes wrong in it."""
        for active in self.faults:
            batch = list(_DISTORTED[active.fault.name](self, active, batch))
        return batch

    def release(self) -> Batch:
        """What was held back, at the end of the market."""
        batch, self.held = [held.message for held in self.held], []
        return batch


@dataclass(slots=True)
class _Held:
    """A trade that comes late: after `left` more of its channel."""

    message: Outgoing
    left: int


def is_of_stream(name: str) -> bool:
    """Whether a fault is one of the stream of messages."""
    return name in _DISTORTED


def _duplicated(_: Distortion, active: Active, batch: Batch) -> Iterator[Outgoing]:
    for message in batch:
        yield message
        if feed_of(message[0]) == TRADE and active.strikes(message[0], message[2]):
            yield message


def _missing(feed: str) -> Callable[[Distortion, Active, Batch], Iterator[Outgoing]]:
    def without(_: Distortion, active: Active, batch: Batch) -> Iterator[Outgoing]:
        for message in batch:
            if feed_of(message[0]) != feed or not active.strikes(message[0], message[2]):
                yield message

    return without


def _delayed(distortion: Distortion, active: Active, batch: Batch) -> Iterator[Outgoing]:
    by = active.fault.whole("by") if "by" in active.fault.values else 1
    for message in batch:
        if feed_of(message[0]) != TRADE:
            yield message
        elif active.strikes(message[0], message[2]):
            distortion.held.append(_Held(message, by))
        else:
            yield message
            yield from _due(distortion, message[0])


def _due(distortion: Distortion, channel: int) -> Iterator[Outgoing]:
    for held in [each for each in distortion.held if each.message[0] == channel]:
        held.left -= 1
        if held.left <= 0:
            distortion.held.remove(held)
            yield held.message


def _beside(word: Callable[[str], bytes]) -> Callable[[Distortion, Active, Batch], Iterator[Outgoing]]:
    def with_words(_: Distortion, active: Active, batch: Batch) -> Iterator[Outgoing]:
        for channel, frame, number in batch:
            yield channel, frame, number
            if active.strikes(channel, number):
                yield channel, word(active.fault.text("message")), number

    return with_words


def _malformed(_: Distortion, active: Active, batch: Batch) -> Iterator[Outgoing]:
    is_half = active.fault.text("form") == "half"
    for channel, frame, number in batch:
        if not active.strikes(channel, number):
            yield channel, frame, number
        elif is_half:
            text = messages.unframed(frame)
            yield channel, messages.frame(text[: len(text) // 2]), number
        else:
            yield channel, frame, number
            yield channel, _GARBAGE, number


_DISTORTED: dict[str, Callable[[Distortion, Active, Batch], Iterator[Outgoing]]] = {
    "duplicate": _duplicated,
    "delay": _delayed,
    "reorder": _delayed,
    "missing": _missing(TRADE),
    "book_gap": _missing(BOOK),
    "alert": _beside(messages.alert),
    "error": _beside(messages.error),
    "malformed": _malformed,
}
