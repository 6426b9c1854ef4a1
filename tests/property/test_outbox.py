"""No message is lost and none is told twice unmarked, whatever channels do and wherever the process is killed."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.core.model.errors import ChannelError
from edgeproof.core.model.journal import DeliveryNoted, Record
from edgeproof.core.model.message import Severity
from edgeproof.core.model.time import MINUTE
from edgeproof.ports.channels import Outgoing, Traits
from edgeproof.services.notifying.dispatch import Dispatcher
from edgeproof.services.notifying.outbox import waiting_in
from edgeproof.services.notifying.policy import ChannelPolicy
from tests.support.memory_journal import MemoryJournal
from tests.support.notifying import FINAL, FakeChannel, Stage, message, waiting

COUNT = 12


class Killed(BaseException):
    """The process was killed."""


@dataclass
class Fuse:
    """Kills after so many steps; a step is anything that is written or sent, before it and after it."""

    steps: int

    def burn(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            raise Killed


@dataclass
class BurningJournal(MemoryJournal):
    """A journal during whose writing a process may be killed."""

    fuse: Fuse = field(default_factory=lambda: Fuse(-1))

    def __post_init__(self) -> None:
        MemoryJournal.__init__(self)

    def append(self, records: Sequence[Record]) -> None:
        self.fuse.burn()
        super().append(records)
        self.fuse.burn()


def unreliable(rng: np.random.Generator, fuse: Fuse, channel: FakeChannel) -> None:
    """Let a channel fail in every way there is; some of what fails has arrived all the same."""

    def answer(outgoing: Outgoing, attempt: int) -> str:
        fuse.burn()
        kind = rng.integers(0, 10)
        if kind == 0:
            raise ChannelError("away")
        if kind == 1:
            raise ChannelError("limit", retry_after=float(rng.uniform(0, 90)))
        if kind == 2:
            channel.arrived.append(outgoing)
            raise ChannelError("no answer", may_have_arrived=True)
        if kind == 3:
            raise ChannelError("no answer", may_have_arrived=True)
        if kind == 4:
            raise ChannelError("wrong token", blame="channel")
        if kind == 5 and attempt >= 0:
            channel.arrived.append(outgoing)
            fuse.burn()  # killed when it was sent and nobody knew
            channel.arrived.pop()
        return f"{channel.name}{attempt}"

    channel.answer = answer


def live(stage: Stage, journal: BurningJournal, rng: np.random.Generator, kills: Sequence[int]) -> Dispatcher:
    """Sessions that tell some messages each, killed after so many steps, the last one not."""
    left = [
        message(number, list(Severity)[int(rng.integers(0, 3))], subject=f"s{number % 3}") for number in range(COUNT)
    ]
    dispatcher = None
    for number, steps in enumerate((*kills, -1)):
        journal.fuse.steps = steps
        try:
            dispatcher = stage.begin(f"s{number}")
            known = {each.record.message.id for each in stage.queued()}
            new = [each for each in left if each.id not in known]
            stage.queue(dispatcher, *(new if steps < 0 else new[: COUNT // 2]))
            asyncio.run(stage.pass_time(dispatcher, stage.clock.time + (1200 if steps < 0 else 20) * MINUTE))
        except Killed:
            continue
    assert dispatcher is not None
    return dispatcher


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), kills=st.lists(st.integers(1, 60), max_size=5), has_fallback=st.booleans())
def test_every_message_arrives_and_a_double_is_marked(seed: int, kills: list[int], has_fallback: bool) -> None:
    rng = np.random.default_rng(seed)
    journal = BurningJournal()
    fuse = journal.fuse
    plain, knowing = FakeChannel("plain"), FakeChannel("knowing", traits=Traits(is_idempotent=True, burst=99))
    for each in (plain, knowing):
        unreliable(rng, fuse, each)
    fallback = "knowing" if has_fallback else None
    stage = Stage(
        journal, [(plain, ChannelPolicy(fallback=fallback)), (knowing, ChannelPolicy(least=Severity.WARNING))]
    )
    dispatcher = live(stage, journal, rng, kills)

    assert waiting(dispatcher) == []
    assert waiting_in(journal) == ()
    expected = {(name, each.record.message.id) for each in stage.queued() for name in each.record.channels}
    ends = [note for note in stage.notes() if note.what in FINAL]
    assert len({each.record.message.id for each in stage.queued()}) == COUNT
    assert expected <= {(each.channel, each.message_id) for each in ends}
    _expect_told(plain, knowing, stage.notes())


def _expect_told(plain: FakeChannel, knowing: FakeChannel, notes: Sequence[DeliveryNoted]) -> None:
    for channel in (plain, knowing):
        arrived = [each.message.id for each in channel.arrived]
        told = {each.message_id for each in notes if each.channel == channel.name and each.what == "delivered"}
        assert told <= set(arrived)
    for name, count in Counter(each.message.id for each in plain.arrived).items():
        marked = sum(
            "may have come before" in " ".join(each.marks) for each in plain.arrived if each.message.id == name
        )
        assert marked >= count - 1, name


@given(seed=st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_the_journal_knows_what_waits_at_any_moment(seed: int) -> None:
    rng = np.random.default_rng(seed)
    journal = BurningJournal()
    channel = FakeChannel()
    unreliable(rng, Fuse(-1), channel)
    stage = Stage(journal, [(channel, ChannelPolicy(budget=3))])

    async def run() -> None:
        dispatcher = stage.begin()
        for number in range(COUNT):
            stage.queue(dispatcher, message(number))
            await stage.pass_time(dispatcher, stage.clock.time + int(rng.integers(0, 10 * MINUTE)))
            kept = {each.message.id for each in waiting_in(journal)}
            assert kept == {each.message.id for each in waiting(dispatcher)}

    asyncio.run(run())
