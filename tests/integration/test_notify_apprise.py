"""The long tail through apprise: to several receivers, of which some are away."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from edgeproof.adapters.notify.apprise_urls import AppriseChannel
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.core.model.message import Severity
from edgeproof.core.model.secret import SecretText
from tests.support.local_http import Fault, LocalHttp, Reply
from tests.support.outgoing import PNG, outgoing


def _urls(*servers: LocalHttp) -> tuple[SecretText, ...]:
    return tuple(SecretText(f"json://me:kept@127.0.0.1:{each.port}/?cto=1&rto=1") for each in servers)


def _with(doing: Callable[[LocalHttp, LocalHttp], Awaitable[None]]) -> None:
    async def run() -> None:
        servers = LocalHttp(lambda _: Reply()), LocalHttp(lambda _: Reply())
        for each in servers:
            await each.start()
        try:
            await doing(*servers)
        finally:
            for each in servers:
                await each.stop()

    asyncio.run(run())


def test_message_goes_to_all_with_its_weight_and_picture() -> None:
    async def doing(one: LocalHttp, two: LocalHttp) -> None:
        channel = AppriseChannel(_urls(one, two))
        assert await channel.send(outgoing(severity=Severity.CRITICAL, chart=lambda: PNG)) == ""
        for each in (one, two):
            document = json.loads(each.requests[0].body)
            assert document["type"] == "failure"
            assert document["title"] == "LONG BTC/USD:USD · RSI_Oversold_5m_Reversal"
            assert document["attachments"][0]["filename"] == "chart.png"

    _with(doing)


def test_receiver_that_has_it_is_left_in_peace_by_the_next_attempt() -> None:
    async def doing(one: LocalHttp, two: LocalHttp) -> None:
        channel = AppriseChannel(_urls(one, two))
        two.script.append(Reply(status=500))
        with pytest.raises(ChannelError, match=r"not taken by number 2 \(JSON\)") as caught:
            await channel.send(outgoing())
        assert caught.value.blame == "passing"
        await channel.send(outgoing())
        assert (len(one.requests), len(two.requests)) == (1, 2)

    _with(doing)


def test_receiver_that_never_answers_ends_in_time() -> None:
    async def doing(one: LocalHttp, two: LocalHttp) -> None:
        channel = AppriseChannel(_urls(one, two), timeout=0.2)
        one.script.append(Fault.NO_ANSWER)
        with pytest.raises(ChannelError, match="no end within") as caught:
            await channel.send(outgoing())
        assert caught.value.may_have_arrived

    _with(doing)


def test_look_at_the_set_up_counts_and_tries_nothing() -> None:
    async def doing(one: LocalHttp, two: LocalHttp) -> None:
        told = await AppriseChannel(_urls(one, two)).test()
        assert told == "apprise understands 2 of 2 URLs (JSON, JSON); none was tried"
        assert not one.requests

    _with(doing)


@pytest.mark.parametrize("url", ["kept-secret", "nothing://kept-secret", "json://"])
def test_url_apprise_does_not_understand_is_refused_without_it(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InputError, match="URL number 1") as caught:
        AppriseChannel((SecretText(url),))
    assert "kept-secret" not in str(caught.value)
    assert "kept-secret" not in caplog.text
