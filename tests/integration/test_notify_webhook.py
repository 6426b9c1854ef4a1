"""The webhook: what is sent, how a receiver verifies it, and what its answers mean."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from edgeproof.adapters.notify.webhook import MAX_AGE_S, WebhookChannel, signature, verify
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.core.model.message import Topic
from edgeproof.core.model.secret import SecretText
from edgeproof.core.model.time import MINUTE
from tests.support.hook_server import SECRET, HookServer
from tests.support.local_http import Fault, Reply
from tests.support.outgoing import AT, message, outgoing


class SetClock:
    """A clock that stands."""

    def __init__(self) -> None:
        self.time = AT

    def now(self) -> int:
        return self.time

    def monotonic(self) -> float:
        return self.time / 1000


def _with(doing: Callable[[HookServer, WebhookChannel], Awaitable[None]], *, secret: str = SECRET) -> None:
    async def run() -> None:
        server = HookServer(now=lambda: AT / 1000)
        await server.start()
        channel = WebhookChannel(server.hook, SecretText(secret), clock=SetClock(), timeout=2.0)
        try:
            await doing(server, channel)
        finally:
            await channel.close()
            await server.stop()

    asyncio.run(run())


async def _failure(work: Awaitable[str]) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await work
    return caught.value


def test_signal_arrives_as_json_in_the_shape_of_signals() -> None:
    async def doing(server: HookServer, channel: WebhookChannel) -> None:
        later = message("b", topic=Topic.TRADE, title="Half is out", document={"pnl": 12.0})
        assert await channel.send(outgoing("signal-7f3a", is_late=True, updates=(later,))) == "signal-7f3a"
        sent = server.taken["signal-7f3a"]
        assert {name: sent[name] for name in ("id", "topic", "severity", "at", "late", "expires_at", "instrument")} == {
            "id": "signal-7f3a",
            "topic": "signal",
            "severity": "info",
            "at": "2026-02-03T10:30:00.000Z",
            "late": True,
            "expires_at": "2026-02-03T10:35:00.000Z",
            "instrument": "BTC/USD:USD",
        }
        assert sent["fields"][0] == {"name": "entry", "value": "45,000"}
        assert sent["signal"] == {"signal": "RSI_Oversold_5m_Reversal", "entry": 45000.0, "confidence": None}
        assert sent["updates"][0]["document"] == {"pnl": 12.0}
        assert sent["marks"][0].startswith("LATE")

    _with(doing)


def test_message_that_is_not_about_a_signal_has_no_signal() -> None:
    async def doing(server: HookServer, channel: WebhookChannel) -> None:
        await channel.send(outgoing("h", topic=Topic.HEALTH, document={}, instrument=None, expires_at=None))
        assert "signal" not in server.taken["h"]
        assert "document" not in server.taken["h"]
        assert server.taken["h"]["instrument"] is None

    _with(doing)


def test_message_that_was_taken_unanswered_is_taken_once() -> None:
    async def doing(server: HookServer, channel: WebhookChannel) -> None:
        for fault in (Fault.TAKEN_AND_HANG_UP, Fault.TAKEN_AND_NO_ANSWER):
            server.script.append(fault)
            assert (await _failure(channel.send(outgoing("a")))).may_have_arrived
        await channel.send(outgoing("a"))
        assert list(server.taken) == ["a"]
        assert server.repeats == ["a", "a"]

    _with(doing)


def test_key_that_no_header_can_hold_is_the_same_each_time() -> None:
    async def doing(server: HookServer, channel: WebhookChannel) -> None:
        await channel.send(outgoing("naïve\nid"))
        await channel.send(outgoing("naïve\nid"))
        assert len(server.taken) == 1

    _with(doing)


def test_receiver_verifies_what_is_fresh_and_signed_and_nothing_else() -> None:
    body, now = b'{"id":"a"}', AT / 1000
    stamp = str(AT // 1000)
    headers = {"x-edgeproof-timestamp": stamp, "x-edgeproof-signature": signature(SECRET, stamp, body)}
    assert verify(SECRET, headers, body, now)
    assert verify(SECRET, headers, body, now + MAX_AGE_S)
    assert not verify(SECRET, headers, body, now + MAX_AGE_S + 1)
    assert not verify(SECRET, headers, body, now - MAX_AGE_S - 1)
    assert not verify("another", headers, body, now)
    assert not verify(SECRET, headers, body + b" ", now)
    assert not verify(SECRET, {**headers, "x-edgeproof-timestamp": str(AT // 1000 + 1)}, body, now)
    assert not verify(SECRET, {}, body, now)
    assert not verify(SECRET, {"x-edgeproof-signature": "sha256=é"}, body, now)


def test_receiver_that_knows_another_secret_is_told_plainly() -> None:
    async def doing(server: HookServer, channel: WebhookChannel) -> None:
        error = await _failure(channel.send(outgoing()))
        assert error.blame == "channel"
        assert "same secret" in str(error)
        assert not server.taken

    _with(doing, secret="another-secret")


def test_body_that_is_older_than_five_minutes_is_refused_by_the_receiver() -> None:
    async def doing(server: HookServer, _: WebhookChannel) -> None:
        clock = SetClock()
        clock.time -= 6 * MINUTE
        late = WebhookChannel(server.hook, SecretText(SECRET), clock=clock)
        assert (await _failure(late.send(outgoing()))).blame == "channel"
        await late.close()

    _with(doing)


@pytest.mark.parametrize(
    ("status", "blame"),
    [
        (400, "message"),
        (401, "channel"),
        (403, "channel"),
        (404, "channel"),
        (405, "channel"),
        (408, "passing"),
        (409, "message"),
        (410, "channel"),
        (413, "message"),
        (422, "message"),
        (425, "passing"),
        (429, "passing"),
        (500, "passing"),
        (503, "passing"),
    ],
)
def test_refusal_is_blamed_on_whom_it_belongs_to(status: int, blame: str) -> None:
    async def doing(server: HookServer, channel: WebhookChannel) -> None:
        server.script.append(Reply(status=status))
        error = await _failure(channel.send(outgoing()))
        assert (error.blame, error.may_have_arrived, error.retry_after) == (blame, False, None)
        assert str(status) in str(error)

    _with(doing)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("12", 12.0),
        ("0.5", 0.5),
        ("Tue, 03 Feb 2026 10:30:20 GMT", 20.0),
        ("Tue, 03 Feb 2026 10:29:00 GMT", 0.0),
        ("tomorrow", None),
        ("-5", None),
        ("1e99", 86_400.0),
    ],
)
def test_wait_is_read_as_seconds_or_as_a_date(header: str, wait: float | None) -> None:
    async def doing(server: HookServer, channel: WebhookChannel) -> None:
        server.script.append(Reply(status=503, headers={"Retry-After": header}))
        assert (await _failure(channel.send(outgoing()))).retry_after == wait

    _with(doing)


def test_redirect_is_not_followed() -> None:
    async def doing(server: HookServer, channel: WebhookChannel) -> None:
        other = HookServer()
        await other.start()
        server.script.append(Reply(status=307, headers={"Location": other.hook}))
        error = await _failure(channel.send(outgoing()))
        await other.stop()
        assert error.blame == "channel"
        assert not other.requests

    _with(doing)


def test_look_at_the_set_up_sends_a_signed_test() -> None:
    async def doing(server: HookServer, channel: WebhookChannel) -> None:
        assert await channel.test() == "webhook at 127.0.0.1 took a signed test (204)"
        assert [each["topic"] for each in server.tests] == ["test"]
        assert not server.taken

    _with(doing)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/x?key=kept", "https://"),
        ("ftp://example.com/kept", "such as https://example.com"),
        ("kept", "such as https://example.com"),
        ("https://", "such as https://example.com"),
        ("https://example.com:kept/", "such as https://example.com"),
        ("https://me:kept@example.com/", "without a user"),
    ],
)
def test_address_that_will_not_do_is_refused_without_its_secrets(url: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        WebhookChannel(url, SecretText(SECRET), clock=SetClock())
    assert "kept" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["https://example.com/x", "http://127.0.0.1:1/x", "http://[::1]:1/", "http://localhost/"]
)
def test_address_that_will_do_is_taken(url: str) -> None:
    assert WebhookChannel(url, SecretText(SECRET), clock=SetClock()).name == "webhook"


def test_body_is_what_was_signed_to_the_byte() -> None:
    async def doing(server: HookServer, channel: WebhookChannel) -> None:
        await channel.send(outgoing(title="Überkauft 🚀"))
        request: Any = server.requests[-1]
        assert verify(SECRET, request.headers, request.body, AT / 1000)
        assert json.loads(request.body)["title"] == "Überkauft 🚀"
        assert request.headers["content-type"] == "application/json"

    _with(doing)
