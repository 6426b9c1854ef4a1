"""Discord's webhook: what is sent, what its answers mean, and its limits."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from edgeproof.adapters.notify.discord import DiscordChannel, embed_of
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.core.model.message import Levels, Severity, Topic
from edgeproof.core.model.secret import SecretText
from tests.support.discord_server import TOKEN, DiscordServer
from tests.support.local_http import Fault, Reply
from tests.support.outgoing import AT, PNG, message, outgoing

SHORT = Levels(timeframe=300_000, time=AT, direction=-1, entry=1.0, stop_loss=2.0, targets=(0.5,))


@asynccontextmanager
async def _up(**options: Any) -> AsyncIterator[tuple[DiscordServer, DiscordChannel]]:
    server = DiscordServer(**options)
    await server.start()
    channel = DiscordChannel(SecretText(server.webhook), timeout=2.0)
    try:
        yield server, channel
    finally:
        await channel.close()
        await server.stop()


def _with(doing: Callable[[DiscordServer, DiscordChannel], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        async with _up(**options) as (server, channel):
            await doing(server, channel)

    asyncio.run(run())


async def _failure(work: Awaitable[str]) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await work
    return caught.value


def test_message_is_one_embed_that_pings_nobody() -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        receipt = await channel.send(outgoing(title="@everyone look"))
        sent = server.messages[receipt]
        assert sent["allowed_mentions"] == {"parse": []}
        assert "flags" not in sent
        (embed,) = sent["embeds"]
        assert embed["title"] == "@everyone look"
        assert embed["timestamp"] == "2026-02-03T10:30:00.000Z"
        assert [each["name"] for each in embed["fields"]] == ["entry", "stop", "target"]
        assert server.requests[-1].query == {"wait": ["true"]}

    _with(doing)


def test_silent_message_says_so() -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        assert server.messages[await channel.send(outgoing(is_silent=True))]["flags"] == 4096

    _with(doing)


def test_webhook_of_a_thread_keeps_its_thread() -> None:
    async def doing(server: DiscordServer, _: DiscordChannel) -> None:
        channel = DiscordChannel(SecretText(f"{server.webhook}?thread_id=42"))
        receipt = await channel.send(outgoing())
        await channel.edit(receipt, outgoing())
        await channel.close()
        assert [each.query.get("thread_id") for each in server.requests] == [["42"], ["42"]]

    _with(doing)


def test_picture_goes_with_the_message_and_is_replaced_by_a_change() -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        receipt = await channel.send(outgoing(chart=lambda: PNG))
        assert server.pictures[receipt] == PNG
        assert server.messages[receipt]["embeds"][0]["image"] == {"url": "attachment://chart.png"}
        assert await channel.edit(receipt, outgoing(chart=lambda: PNG + b"new")) == receipt
        assert server.pictures[receipt] == PNG + b"new"
        assert server.messages[receipt]["attachments"] == [{"id": 0, "filename": "chart.png"}]

    _with(doing)


@pytest.mark.parametrize(
    ("changes", "colour"),
    [
        ({}, 0x2E9E5B),
        ({"levels": SHORT}, 0xC0392B),
        ({"severity": Severity.WARNING}, 0xD98E04),
        ({"severity": Severity.CRITICAL}, 0xC0392B),
        ({"topic": Topic.SUMMARY, "levels": None}, 0x4A7FB5),
    ],
    ids=["long", "short", "warning", "critical", "summary"],
)
def test_colour_says_what_it_is(changes: dict[str, Any], colour: int) -> None:
    assert embed_of(outgoing(**changes))["color"] == colour


def test_fields_beyond_twenty_five_are_lines_of_the_text() -> None:
    embed = embed_of(outgoing(fields=tuple((f"n{number}", f"v{number}") for number in range(30)), text="Text."))
    assert len(embed["fields"]) == 25
    assert embed["description"] == "n25  v25\nn26  v26\nn27  v27\nn28  v28\nn29  v29\n\nText."


def test_marks_have_their_place_whatever_the_fields_take() -> None:
    embed = embed_of(outgoing(is_late=True, fields=tuple((f"n{number}", "v" * 2_000) for number in range(25))))
    assert embed["description"].startswith("LATE: this expired at 2026-02-03 10:35:00 UTC")


@pytest.mark.parametrize(
    ("reply", "wait"),
    [
        (Reply(status=429, body=b'{"retry_after": 1.25}', headers={"Retry-After": "2"}), 1.25),
        (Reply(status=429, headers={"Retry-After": "3"}), 3.0),
        (Reply(status=429, headers={"X-RateLimit-Reset-After": "0.75"}), 0.75),
        (Reply(status=429, body=b"<html>"), 1.0),
        (Reply(status=429, body=b'{"retry_after": "soon"}'), 1.0),
        (Reply(status=429, body=b'{"retry_after": NaN}'), 1.0),
    ],
)
def test_limit_says_how_long_to_wait(reply: Reply, wait: float) -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        server.script.append(reply)
        error = await _failure(channel.send(outgoing()))
        assert (error.blame, error.retry_after, error.may_have_arrived) == ("passing", wait, False)

    _with(doing)


def test_bucket_that_is_empty_is_not_asked_again_before_it_is_full() -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        first = await channel.send(outgoing("a"))
        await channel.send(outgoing("b"))
        asked = len(server.requests)
        error = await _failure(channel.send(outgoing("c")))
        assert error.blame == "passing"
        assert error.retry_after is not None
        assert 0 < error.retry_after <= 0.3
        assert len(server.requests) == asked
        # A change goes through another bucket.
        await channel.edit(first, outgoing("a", text="changed"))
        await asyncio.sleep(error.retry_after + 0.01)
        await channel.send(outgoing("c"))
        assert len(server.messages) == 3
        assert [each for each in server.requests if each.method == "POST"][2:] != []

    _with(doing, burst=2, per=0.3)


def test_global_limit_stops_every_bucket() -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        receipt = await channel.send(outgoing("a"))
        server.script.append(Reply(status=429, body=b'{"retry_after": 30, "global": true}'))
        await _failure(channel.send(outgoing("b")))
        asked = len(server.requests)
        assert (await _failure(channel.edit(receipt, outgoing("a")))).retry_after == pytest.approx(30, abs=1)
        assert len(server.requests) == asked

    _with(doing)


@pytest.mark.parametrize(
    ("status", "blame", "words"),
    [
        (400, "message", "refuses this message (400"),
        (401, "channel", "does not accept the webhook's address"),
        (403, "channel", "does not allow"),
        (404, "channel", "does not know this webhook"),
        (408, "passing", "in trouble"),
        (413, "message", "refuses this message (413"),
        (302, "channel", "another address"),
        (500, "passing", "in trouble"),
        (503, "passing", "in trouble"),
    ],
)
def test_refusal_is_blamed_on_whom_it_belongs_to(status: int, blame: str, words: str) -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        server.script.append(Reply(status=status, body=b'{"code": 1, "message": "no"}', headers={"Location": "/x"}))
        error = await _failure(channel.send(outgoing()))
        assert error.blame == blame
        assert words in str(error)
        assert TOKEN not in str(error)
        assert not error.may_have_arrived

    _with(doing)


@pytest.mark.parametrize("fault", [Fault.HANG_UP, Fault.HALF, Fault.TAKEN_AND_HANG_UP, Fault.TAKEN_AND_NO_ANSWER])
def test_message_without_an_answer_may_be_there(fault: Fault) -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        server.script.append(fault)
        error = await _failure(channel.send(outgoing()))
        assert (error.blame, error.may_have_arrived) == ("passing", True)

    _with(doing)


def test_answer_without_an_id_may_be_there() -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        for body in (b"", b"[]", b"{}", b'{"id": 5}', b'{"id": "../x"}', b"x" * 200_000):
            server.script.append(Reply(body=body))
            assert (await _failure(channel.send(outgoing()))).may_have_arrived

    _with(doing)


def test_server_that_is_shut_did_not_take_it() -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        await server.stop()
        error = await _failure(channel.send(outgoing()))
        assert not error.may_have_arrived
        assert "cannot be reached" in str(error)

    _with(doing)


def test_change_of_a_message_that_is_gone_is_the_messages_fault() -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        receipt = await channel.send(outgoing())
        server.messages.clear()
        assert (await _failure(channel.edit(receipt, outgoing()))).blame == "message"
        assert (await _failure(channel.edit("../../x", outgoing()))).blame == "message"

    _with(doing)


def test_look_at_the_set_up_names_the_webhook_and_tells_nobody() -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        assert await channel.test() == 'Discord knows the webhook "edgeproof"'
        assert not server.messages
        server.is_gone = True
        error = await _failure(channel.test())
        assert error.blame == "channel"
        assert "make a new one" in str(error)

    _with(doing)


def test_wrong_token_is_told_without_the_token() -> None:
    async def doing(server: DiscordServer, _: DiscordChannel) -> None:
        channel = DiscordChannel(SecretText(server.webhook + "x"))
        error = await _failure(channel.test())
        await channel.close()
        assert error.blame == "channel"
        assert TOKEN not in str(error)

    _with(doing)


@pytest.mark.parametrize(
    "url",
    [
        "http://discord.com/api/webhooks/1/kept-Token",
        "https://discord.com/api/webhooks/1",
        "https://discord.com/kept-Token",
        "kept-Token",
        "https://[kept-Token",
        "ftp://127.0.0.1/api/webhooks/1/kept-Token",
    ],
)
def test_secret_that_is_no_webhook_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(InputError, match="address of a webhook") as caught:
        DiscordChannel(SecretText(url))
    assert "kept-Token" not in str(caught.value)


def test_longest_message_is_taken_within_the_limits() -> None:
    async def doing(server: DiscordServer, channel: DiscordChannel) -> None:
        fields = tuple((f"{number}_" * 200, "*🚀" * 900) for number in range(30))
        updates = tuple(message(str(number), text="u_" * 300) for number in range(50))
        await channel.send(outgoing(title="t_" * 400, text="x_" * 9_000, fields=fields, updates=updates))
        assert not server.refused
        assert len(json.dumps(server.messages)) > 5_000

    _with(doing)
