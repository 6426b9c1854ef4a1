"""One channel: what is told when, how often it is tried, and what is written down of it."""

import asyncio

import pytest

from edgeproof.core.model.errors import ChannelError
from edgeproof.core.model.message import Severity, Topic
from edgeproof.core.model.time import HOUR, MINUTE, SECOND
from edgeproof.ports.channels import Outgoing, Traits
from edgeproof.services.notifying.policy import ChannelPolicy
from tests.support.memory_journal import MemoryJournal
from tests.support.notifying import NOON, FakeChannel, Stage, failing, message, waiting

QUICK = Traits(per_second=1_000.0, burst=1_000)


def stage(channel: FakeChannel, **policy: object) -> Stage:
    return Stage(MemoryJournal(), [(channel, ChannelPolicy(**policy))])  # type: ignore[arg-type]


def test_messages_arrive_in_their_order_and_each_is_noted_delivered() -> None:
    channel = FakeChannel()
    told = stage(channel)
    told.run(message(1), message(2), message(3))

    assert channel.titles == ["message 1", "message 2", "message 3"]
    assert told.fates() == {"m1": "delivered", "m2": "delivered", "m3": "delivered"}
    assert [each.what for each in told.notes()][:2] == ["sending", "delivered"]
    assert [each.receipt for each in told.notes() if each.what == "delivered"] == ["fake-1", "fake-2", "fake-3"]


def test_what_is_critical_comes_first() -> None:
    channel = FakeChannel()
    stage(channel).run(message(1), message(2, Severity.CRITICAL))
    assert channel.titles == ["message 2", "message 1"]


def test_a_channel_that_is_away_is_tried_again_twice_as_late_each_time() -> None:
    at: list[int] = []
    channel = FakeChannel()
    told = stage(channel)

    def answer(_outgoing: Outgoing, attempt: int) -> str:
        at.append((told.clock.time - NOON) // SECOND)
        return failing(4)(_outgoing, attempt)

    channel.answer = answer
    told.run(message())

    assert at == [0, 1, 3, 7, 15]
    assert told.fates() == {"m1": "delivered"}
    assert told.words == ["fake: away; it is tried again until it works", "fake takes messages again"]


def test_a_channel_that_says_when_is_not_tried_before() -> None:
    channel = FakeChannel(answer=failing(1, retry_after=77.0))
    told = stage(channel)
    told.run(message(), minutes=1.2)
    assert channel.attempts == 1
    told.run(minutes=0.2)
    assert channel.titles == ["message 1"]


def test_an_attempt_without_an_answer_is_marked_the_next_time() -> None:
    channel = FakeChannel(answer=failing(1, may_have_arrived=True))
    stage(channel).run(message())
    assert channel.arrived[0].marks == ("may have come before: an earlier attempt was not answered",)


def test_a_channel_that_knows_its_messages_needs_no_such_mark() -> None:
    channel = FakeChannel(answer=failing(1, may_have_arrived=True), traits=Traits(is_idempotent=True, burst=9))
    stage(channel).run(message())
    assert channel.arrived[0].marks == ()


def test_a_message_that_is_refused_is_given_up_and_the_next_one_told() -> None:
    def answer(outgoing: Outgoing, attempt: int) -> str:
        if outgoing.message.id == "m1":
            raise ChannelError("too long", blame="message")
        return str(attempt)

    channel = FakeChannel(answer=answer)
    told = stage(channel)
    told.run(message(1), message(2))
    assert told.fates() == {"m1": "given_up", "m2": "delivered"}
    assert told.words == ["fake will not take m1: too long"]


def test_a_channel_that_a_person_has_to_set_right_loses_nothing_meanwhile() -> None:
    channel = FakeChannel(answer=failing(3, blame="channel"))
    told = stage(channel)
    told.run(message(1), message(2), minutes=6.9)
    assert channel.arrived == []
    told.run(minutes=1)
    assert channel.titles == ["message 1", "message 2"]


def test_a_fault_of_a_channel_is_an_attempt_that_failed() -> None:
    def answer(_outgoing: Outgoing, attempt: int) -> str:
        if attempt == 1:
            raise RuntimeError("secret words")
        return str(attempt)

    channel = FakeChannel(answer=answer)
    told = stage(channel)
    told.run(message())
    assert told.fates() == {"m1": "delivered"}
    assert "secret" not in " ".join([*told.words, *(each.reason for each in told.notes())])


def test_what_waits_for_too_long_is_given_up_and_said() -> None:
    channel = FakeChannel(answer=failing(10_000))
    told = stage(channel, keep_for=HOUR)
    told.run(message(), minutes=70)
    assert told.fates() == {"m1": "given_up"}
    assert told.notes()[-1].reason.endswith("away")
    assert told.words[-1] == "fake: 1 messages were given up after 1h"


def test_an_alert_that_comes_after_its_expiry_says_so() -> None:
    channel = FakeChannel(answer=failing(6))
    stage(channel).run(message(expires_at=NOON + 20 * SECOND))
    (outgoing,) = channel.arrived
    assert outgoing.is_late
    assert outgoing.marks[0].startswith("LATE: it expired 43.0 s ago")


# --- how much, how loud ---


def test_what_is_beyond_the_budget_of_an_hour_comes_together() -> None:
    channel = FakeChannel()
    told = stage(channel, budget=2)
    told.run(*(message(number) for number in range(1, 8)), minutes=70)

    assert channel.titles == ["message 1", "message 2", "5 messages, together: 2 an hour were told"]
    assert [line.partition(": ")[2] for line in channel.arrived[-1].message.text.splitlines()] == [
        f"message {number}" for number in range(3, 8)
    ]
    assert list(told.fates().values()) == ["delivered"] * 2 + ["digested"] * 5


def test_a_digest_that_was_not_answered_says_so_when_it_comes_again() -> None:
    def answer(outgoing: Outgoing, attempt: int) -> str:
        if attempt == 2:
            raise ChannelError("no answer", may_have_arrived=True)
        return f"r{attempt}"

    channel = FakeChannel(answer=answer)
    told = stage(channel, budget=1)
    told.run(*(message(number) for number in range(1, 4)), minutes=70)
    assert channel.titles == ["message 1", "2 messages, together: 1 an hour were told"]
    assert channel.arrived[-1].marks == ("may have come before: an earlier attempt was not answered",)


def test_what_is_critical_does_not_wait_for_the_budget() -> None:
    channel = FakeChannel()
    told = stage(channel, budget=1)
    told.run(message(1), message(2), message(3, Severity.CRITICAL), minutes=5)
    assert channel.titles == ["message 3", "message 1"]


@pytest.mark.parametrize(("can_be_silent", "minutes"), [(True, 0), (False, 60)])
def test_in_quiet_hours_a_channel_is_silent_or_waits(can_be_silent: bool, minutes: int) -> None:
    channel = FakeChannel(traits=Traits(can_be_silent=can_be_silent, burst=9))
    told = stage(channel, quiet=(11 * 60, 13 * 60))
    told.run(message(1), message(2, Severity.CRITICAL), minutes=minutes)

    assert channel.titles == ["message 2", "message 1"]
    assert [each.is_silent for each in channel.arrived] == [False, can_be_silent]


def test_a_silent_topic_makes_no_sound_and_one_that_is_off_is_not_told() -> None:
    channel = FakeChannel()
    told = stage(channel, topics={Topic.SIGNAL: "silent", Topic.HEALTH: "off"})
    told.run(message(1), message(2, topic=Topic.HEALTH))
    assert channel.titles == ["message 1"]
    assert channel.arrived[0].is_silent


def test_a_channel_takes_no_more_than_its_rate() -> None:
    channel = FakeChannel(traits=Traits(per_second=0.5, burst=2))
    told = stage(channel)
    told.run(*(message(number) for number in range(5)), minutes=0.05)
    assert len(channel.arrived) == 3  # two at once, one for the two seconds after


# --- what belongs together ---


def test_an_update_is_added_to_the_message_it_belongs_to() -> None:
    channel = FakeChannel(traits=Traits(can_edit=True, burst=9))
    told = stage(channel)

    async def run() -> None:
        dispatcher = told.begin()
        told.queue(dispatcher, message(1, subject="signal:a"))
        await told.pass_time(dispatcher, NOON + MINUTE)
        told.queue(dispatcher, message(2, subject="signal:a", is_update=True), message(3, subject="signal:a"))
        await told.pass_time(dispatcher, NOON + 2 * MINUTE)

    asyncio.run(run())
    assert channel.titles == ["message 1", "message 3"]
    ((receipt, outgoing),) = channel.edited
    assert (receipt, outgoing.message.id, [each.id for each in outgoing.updates]) == ("fake-1", "m1", ["m2"])
    assert told.fates() == {"m1": "delivered", "m2": "merged", "m3": "delivered"}


def test_updates_that_wait_with_their_message_come_with_it() -> None:
    channel = FakeChannel()
    told = stage(channel)
    told.run(message(1, subject="a"), message(2), message(3, subject="a", is_update=True))
    assert channel.titles == ["message 1", "message 2"]
    assert [each.id for each in channel.arrived[0].updates] == ["m3"]
    assert told.fates()["m3"] == "merged"


def test_an_update_comes_by_itself_where_each_key_is_taken_once() -> None:
    taken: dict[str, Outgoing] = {}

    def answer(outgoing: Outgoing, attempt: int) -> str:
        taken.setdefault(outgoing.message.id, outgoing)
        if attempt == 1:
            raise ChannelError("no answer", may_have_arrived=True)
        return ""

    told = stage(FakeChannel(traits=Traits(is_idempotent=True, burst=9), answer=answer))
    told.run(message(1, subject="a"), message(2, subject="a", is_update=True))
    assert list(taken) == ["m1", "m2"]
    assert not any(each.updates for each in taken.values())
    assert told.fates() == {"m1": "delivered", "m2": "delivered"}


def test_an_update_of_a_message_that_is_gone_comes_by_itself() -> None:
    def answer(_outgoing: Outgoing, attempt: int) -> str:
        if attempt < 0:
            raise ChannelError("message to edit not found", blame="message")
        return f"r{attempt}"

    channel = FakeChannel(traits=Traits(can_edit=True, burst=9), answer=answer)
    told = stage(channel)

    async def run() -> None:
        dispatcher = told.begin()
        for number, is_update in ((1, False), (2, True)):
            told.queue(dispatcher, message(number, subject="a", is_update=is_update))
            await told.pass_time(dispatcher, NOON + number * MINUTE)

    asyncio.run(run())
    assert channel.titles == ["message 1", "message 2"]
    assert told.fates() == {"m1": "delivered", "m2": "delivered"}


# --- fallback ---


def two(first: FakeChannel, second: FakeChannel, **policy: object) -> Stage:
    policies = ChannelPolicy(fallback="second", **policy), ChannelPolicy(least=Severity.CRITICAL)  # type: ignore[arg-type]
    return Stage(MemoryJournal(), list(zip((first, second), policies, strict=True)))


def test_the_fallback_speaks_once_a_channel_has_been_away_for_a_while() -> None:
    first, second = FakeChannel("first", answer=failing(10_000)), FakeChannel("second")
    told = two(first, second)
    dispatcher = told.run(message(1), message(2), minutes=0.9)
    assert second.arrived == []
    asyncio.run(told.pass_time(dispatcher, NOON + 2 * MINUTE))

    assert second.titles == ["message 1", "message 2"]
    assert second.arrived[0].marks == ("in place of first, which is away",)
    assert told.fates("first") == {"m1": "fell_back", "m2": "fell_back"}
    assert told.fates("second") == {"m1": "delivered", "m2": "delivered"}
    assert waiting(dispatcher) == []


def test_what_is_critical_goes_to_the_fallback_at_once() -> None:
    first, second = FakeChannel("first", answer=failing(10_000)), FakeChannel("second")
    told = two(first, second)
    told.channels[1] = (second, ChannelPolicy(topics={Topic.SIGNAL: "off"}))
    told.run(message(1, Severity.WARNING), message(2, Severity.CRITICAL), minutes=0.01)
    assert second.titles == ["message 2"]
    assert told.fates("first") == {"m2": "fell_back"}


def test_what_the_fallback_is_told_of_anyway_comes_once() -> None:
    first, second = FakeChannel("first", answer=failing(5)), FakeChannel("second")
    told = two(first, second)
    told.run(message(2, Severity.CRITICAL))
    assert (first.titles, second.titles) == (["message 2"], ["message 2"])
    assert told.fates("first") == told.fates("second") == {"m2": "delivered"}


def test_both_away_each_keeps_what_it_has() -> None:
    first, second = FakeChannel("first", answer=failing(50)), FakeChannel("second", answer=failing(60))
    told = two(first, second)
    told.run(message(1), message(2, Severity.CRITICAL), minutes=600)
    assert first.titles == ["message 2", "message 1"]
    assert second.titles == ["message 2"]
    assert told.fates("first") == {"m1": "delivered", "m2": "delivered"}
