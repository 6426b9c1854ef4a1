"""Between the socket and a listener who may be slow."""

import asyncio

import pytest

from edgeproof.adapters.kraken.mailbox import Mailbox
from edgeproof.core.model.event import MarketTrade, Quote, VenueTime
from tests.support.lines import BITCOIN


def _quote(time: int) -> Quote:
    nothing = dict.fromkeys(("bid", "ask", "bid_size", "ask_size", "last", "mark", "index", "funding_rate"))
    return Quote(
        instrument=BITCOIN,
        time=time,
        funding_time=None,
        next_funding_rate=None,
        suspended=False,
        post_only=False,
        **nothing,
    )


def test_mailbox_gives_what_waits_in_order() -> None:
    async def run() -> None:
        box = Mailbox()
        for time in range(3):
            box.put(VenueTime(time=time))
        box.ring()
        assert await box.take() == [VenueTime(time=0), VenueTime(time=1), VenueTime(time=2)]

    asyncio.run(run())


def test_mailbox_wakes_a_listener_that_waits() -> None:
    async def run() -> None:
        box = Mailbox()
        waiting = asyncio.create_task(box.take())
        await asyncio.sleep(0)
        assert not waiting.done()
        box.put(VenueTime(time=1))
        box.ring()
        assert await waiting == [VenueTime(time=1)]

    asyncio.run(run())


def test_mailbox_with_many_drops_overtaken_quotes_and_nothing_else() -> None:
    async def run() -> None:
        box = Mailbox()
        for time in range(2_000):
            box.put(_quote(time))
            box.put(MarketTrade(BITCOIN, time, 1.0, 1.0, 1, time))
        box.ring()
        taken = await box.take()
        assert [each.time for each in taken if isinstance(each, Quote)] == [1_999]
        assert len([each for each in taken if isinstance(each, MarketTrade)]) == 2_000

    asyncio.run(run())


def test_mailbox_that_is_full_makes_the_reader_wait() -> None:
    async def run() -> None:
        box = Mailbox(most=3)
        for time in range(3):
            box.put(VenueTime(time=time))
        assert box.is_full
        room = asyncio.create_task(box.has_room())
        await asyncio.sleep(0)
        assert not room.done()
        assert len(await box.take()) == 3
        await room

    asyncio.run(run())


def test_mailbox_that_failed_gives_what_there_was_and_then_the_error() -> None:
    async def run() -> None:
        box = Mailbox()
        box.put(VenueTime(time=1))
        box.fail(ValueError("broken"))
        assert await box.take() == [VenueTime(time=1)]
        with pytest.raises(ValueError, match="broken"):
            await box.take()

    asyncio.run(run())
