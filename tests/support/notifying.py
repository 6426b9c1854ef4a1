"""Channels that do as they are told, and time that passes only when nobody has anything to do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from edgeproof.core.model.errors import ChannelError
from edgeproof.core.model.journal import DeliveryNoted, Entry, MessageQueued, Record
from edgeproof.core.model.message import Delivery, DeliveryFate, Message, Severity, Topic
from edgeproof.core.model.time import MINUTE, parse_time
from edgeproof.ports import Journal
from edgeproof.ports.channels import Outgoing, Traits
from edgeproof.services.notifying.dispatch import Dispatcher, Telling
from edgeproof.services.notifying.policy import ChannelPolicy, Pace
from tests.support.clocks import HandClock

NOON = parse_time("2026-02-03T12:00Z")
Answer = Callable[[Outgoing, int], str]
"""What a channel does with a message at its so manieth attempt: a receipt, or a `ChannelError`."""


def message(number: int = 1, severity: Severity = Severity.INFO, at: int = NOON, **more: object) -> Message:
    """A message; `more` are any of its fields."""
    plain = Message(
        id=f"m{number}", topic=Topic.SIGNAL, severity=severity, at=at, queued_at=at, title=f"message {number}"
    )
    return replace(plain, **more)  # type: ignore[arg-type]


@dataclass(eq=False)
class FakeChannel:
    """A channel that takes everything, unless `answer` says otherwise; `arrived` is all that people got to see."""

    name: str = "fake"
    traits: Traits = field(default_factory=lambda: Traits(per_second=1_000.0, burst=1_000))
    answer: Answer | None = None
    arrived: list[Outgoing] = field(default_factory=list)
    edited: list[tuple[str, Outgoing]] = field(default_factory=list)
    attempts: int = 0
    is_closed: bool = False

    async def send(self, outgoing: Outgoing) -> str:
        self.attempts += 1
        await asyncio.sleep(0)
        receipt = f"{self.name}-{self.attempts}"
        if self.answer is not None:
            receipt = self.answer(outgoing, self.attempts)
        self.arrived.append(outgoing)
        return receipt

    async def edit(self, receipt: str, outgoing: Outgoing) -> str:
        await asyncio.sleep(0)
        if self.answer is not None:
            self.answer(outgoing, -1)
        self.edited.append((receipt, outgoing))
        return receipt

    async def test(self) -> str:
        return "works"

    async def close(self) -> None:
        self.is_closed = True

    @property
    def titles(self) -> list[str]:
        """The titles of what arrived."""
        return [each.message.title for each in self.arrived]


def failing(times: int, **how: object) -> Answer:
    """Fail so many times, then take everything."""

    def answer(_outgoing: Outgoing, attempt: int) -> str:
        if attempt <= times:
            raise ChannelError("away", **how)  # type: ignore[arg-type]
        return f"r{attempt}"

    return answer


@dataclass(eq=False)
class Stage:
    """A dispatcher over some channels, a journal, and a clock that is moved on when there is nothing else to do."""

    journal: Journal
    channels: list[tuple[FakeChannel, ChannelPolicy]]
    clock: HandClock = field(default_factory=lambda: HandClock(NOON))
    pace: Pace = field(default_factory=Pace)
    words: list[str] = field(default_factory=list)

    def begin(self, session: str = "s1") -> Dispatcher:
        """A dispatcher that has taken up what the journal says."""
        telling = Telling(channels=self.channels, clock=self.clock, share=lambda: 1.0, pace=self.pace)
        dispatcher = Dispatcher(telling, self.journal, self.words.append)
        self.journal.append(dispatcher.begin(session, self.clock.now, {}))
        return dispatcher

    def queue(self, dispatcher: Dispatcher, *messages: Message) -> None:
        """Write messages down for every channel that is told of them, and let them go."""
        records: list[Record] = []
        for each in messages:
            names = tuple(name for name, lane in dispatcher.lanes.items() if lane.policy.is_for(each))
            records.append(MessageQueued(session="s1", at=each.at, message=each, channels=names))
        self.journal.append(records)
        dispatcher.queued(records)

    async def pass_time(self, dispatcher: Dispatcher, until: int) -> None:
        """Let everything happen that happens until a time."""
        while True:
            pauses = [await lane.turn() for lane in dispatcher.lanes.values()]
            if any(pause is not None and pause <= 0 for pause in pauses):
                continue
            waits = [pause for pause in pauses if pause is not None]
            soon = self.clock.time + max(1, round(1_000 * min(waits))) if waits else until + 1
            if soon > until:
                self.clock.time = until
                return
            self.clock.time = soon

    def run(self, *messages: Message, minutes: float = 60 * 30) -> Dispatcher:
        """Tell messages, and let time pass."""

        async def run() -> Dispatcher:
            dispatcher = self.begin()
            self.queue(dispatcher, *messages)
            await self.pass_time(dispatcher, self.clock.time + round(minutes * MINUTE))
            return dispatcher

        return asyncio.run(run())

    def notes(self) -> list[DeliveryNoted]:
        """What was written down of deliveries."""
        return [each.record for each in self.journal.read(DeliveryNoted)]

    def queued(self) -> list[Entry[MessageQueued]]:
        """What was written down to be told."""
        return list(self.journal.read(MessageQueued))

    def fates(self, channel: str = "fake") -> dict[str, str]:
        """The last word on each message at a channel."""
        return {each.message_id: each.what for each in self.notes() if each.channel == channel}


FINAL = frozenset(each.value for each in DeliveryFate if each is not DeliveryFate.WAITING)


def waiting(dispatcher: Dispatcher) -> list[Delivery]:
    """All that waits."""
    return [each for lane in dispatcher.lanes.values() for each in lane.waiting.values()]
