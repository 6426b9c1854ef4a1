"""The receiver of drills, through the channel that tells it."""

import asyncio
from collections.abc import Sequence

import pytest

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.notify.receiver import HANG_UP, IN_TROUBLE, Receiver, receiving
from edgeproof.adapters.notify.webhook import WebhookChannel
from edgeproof.core.model.errors import ChannelError
from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.core.model.secret import SecretText
from edgeproof.ports.channels import Outgoing

KNOWN = {"m1", "m2"}


def witness(names: Sequence[str]) -> tuple[bool, int]:
    return KNOWN.issuperset(names), 60_000


def receiver() -> Receiver:
    return Receiver("between us", witness, SystemClock())


async def tell(url: str, *names: str, topic: Topic = Topic.HEALTH, secret: str = "between us") -> list[ChannelError]:
    """Send messages; what failed."""
    channel = WebhookChannel(url, SecretText(secret), clock=SystemClock())
    failed = []
    for name in names:
        told = Message(id=name, topic=topic, severity=Severity.INFO, at=0, queued_at=0, title=name)
        try:
            await channel.send(Outgoing(message=told))
        except ChannelError as error:
            failed.append(error)
    await channel.close()
    return failed


def test_receiver_remembers_what_came_and_whether_the_journal_had_it() -> None:
    there = receiver()
    with receiving(there) as url:
        assert asyncio.run(tell(url, "m1", "m3")) == []
    found = there.received()
    assert [(each.key, each.ids, each.is_known, each.market_at) for each in found.arrivals] == [
        ("m1", ("m1",), True, 60_000),
        ("m3", ("m3",), False, 60_000),
    ]
    assert (found.refused, found.unsigned, found.back_at) == ({}, 0, None)


def test_receiver_takes_the_first_signal_and_does_not_say_so() -> None:
    there = receiver()
    with receiving(there) as url:
        (error,) = asyncio.run(tell(url, "m1", "m1", "m2", topic=Topic.SIGNAL))
    assert error.may_have_arrived
    assert [(each.key, each.is_again) for each in there.received().arrivals] == [
        ("m1", False),
        ("m1", True),
        ("m2", False),
    ]


def test_receiver_that_is_away_refuses_in_turns_until_it_is_back() -> None:
    there = receiver()
    with receiving(there) as url:
        there.go_away()
        failed = asyncio.run(tell(url, "m1", "m1", "m1"))
        there.come_back()
        assert asyncio.run(tell(url, "m1")) == []
    assert [each.blame for each in failed] == ["passing"] * 3
    found = there.received()
    assert found.refused == {IN_TROUBLE: 2, HANG_UP: 1}
    assert [each.key for each in found.arrivals] == ["m1"]
    assert found.back_at is not None
    assert found.back_at <= found.arrivals[0].at


@pytest.mark.parametrize("secret", ["another", "between us "])
def test_receiver_takes_nothing_that_was_signed_with_another_secret(secret: str) -> None:
    there = receiver()
    with receiving(there) as url:
        (error,) = asyncio.run(tell(url, "m1", secret=secret))
    assert error.blame == "channel"
    assert (there.received().arrivals, there.received().unsigned) == ((), 1)
