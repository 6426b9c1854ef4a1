"""Telegram as a channel, through the library's own HTTP against a Bot API server on loopback."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from edgeproof.adapters.notify.telegram import TelegramChannel, open_wire
from edgeproof.adapters.notify.telegram_patience import Patience
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.ports.channels import Outgoing
from tests.support.bot_api import TOKEN, BotApi, Fault, bot_api, texts, too_many, until
from tests.support.messages import OPENED, PNG, SIGNAL, words

ANN, BEN = 101, -1_002_345
QUICK = Patience(connect=0.3, answer=0.3, picture=0.3)
SILENCE, LOST, HANG_UP, GARBAGE = Fault("silence"), Fault("lost"), Fault("hang_up"), Fault("garbage")
MessageOut = Outgoing(message=SIGNAL)

Work = Callable[[BotApi, TelegramChannel], Awaitable[None]]


@asynccontextmanager
async def channel_at(
    api: BotApi, *chats: int, token: str = TOKEN, told: list[str] | None = None
) -> AsyncIterator[TelegramChannel]:
    """A channel to chats."""
    ignored: list[str] = []
    channel = TelegramChannel(
        open_wire(token, api.url, QUICK), chats, on_words=(ignored if told is None else told).append
    )
    try:
        yield channel
    finally:
        await channel.close()


def run(work: Work, *chats: int, told: list[str] | None = None) -> None:
    """Do something with a channel to chats that are there."""

    async def main() -> None:
        async with bot_api(*(chats or (ANN,))) as api, channel_at(api, *(chats or (ANN,)), told=told) as channel:
            await work(api, channel)

    asyncio.run(main())


async def error_of(sending: Awaitable[str]) -> ChannelError:
    """The error of something that must fail."""
    with pytest.raises(ChannelError) as found:
        await sending
    assert TOKEN not in str(found.value)
    assert found.value.__cause__ is None
    return found.value


def test_signal_sent_to_two_chats_reaches_both_with_buttons() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        receipt = await channel.send(MessageOut)
        first, second = api.said
        assert {first.chat, second.chat} == {ANN, BEN}
        assert receipt == ",".join(f"{chat}:{api.of(chat)[0].id}" for chat in (ANN, BEN))
        assert list(first.buttons) == ["Take", "Skip"]
        assert "Reward:risk  2.0:1" in first.text

    run(work, ANN, BEN)


def test_silent_message_makes_no_sound() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        await channel.send(replace(MessageOut, is_silent=True))
        assert api.said[0].is_silent

    run(work)


def test_picture_goes_with_the_words_under_it() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        receipt = await channel.send(replace(MessageOut, chart=lambda: PNG))
        (said,) = api.said
        assert said.photo == PNG
        assert said.text.startswith("LONG BTC/USD:USD 5m")
        assert receipt == f"{ANN}:{said.id}p"

    run(work)


def test_picture_with_long_words_comes_after_them() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        message = replace(SIGNAL, text="\n".join(["and so on"] * 200))
        receipt = await channel.send(Outgoing(message=message, chart=lambda: PNG))
        first, second = api.said
        assert (first.photo, second.photo) == (None, PNG)
        assert receipt == f"{ANN}:{first.id}"

    run(work)


def test_picture_that_is_refused_leaves_the_words() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        await channel.send(replace(MessageOut, chart=lambda: b"no picture"))
        assert api.said[0].photo is None

    run(work)


def test_edit_puts_words_in_place_of_those_sent() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        receipt = await channel.send(MessageOut)
        assert await channel.edit(receipt, replace(MessageOut, updates=(OPENED,))) == receipt
        (said,) = api.said
        assert "↳ Opened long" in said.text
        assert list(said.buttons) == ["Close"]

    run(work)


def test_edit_under_a_picture_changes_its_words() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        receipt = await channel.send(replace(MessageOut, chart=lambda: PNG))
        await channel.edit(receipt, replace(MessageOut, updates=(OPENED,)))
        assert "↳ Opened long" in api.said[0].text
        assert api.said[0].photo == PNG

    run(work)


def test_edit_that_changes_nothing_is_no_error() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        receipt = await channel.send(MessageOut)
        assert await channel.edit(receipt, MessageOut) == receipt

    run(work)


def test_edit_of_what_was_deleted_sends_it_anew() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        receipt = await channel.send(MessageOut)
        api.said.clear()
        assert await channel.edit(receipt, MessageOut) == f"{ANN}:{api.said[0].id}"

    run(work)


def test_message_sent_again_reaches_only_the_chat_without_it() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        api.fail("sendMessage", Fault("status", 500))
        error = await error_of(channel.send(MessageOut))
        assert (error.blame, error.may_have_arrived) == ("passing", False)
        receipt = await channel.send(MessageOut)
        assert sorted(each.chat for each in api.said) == [BEN, ANN]
        assert receipt.count(",") == 1

    run(work, ANN, BEN)


def test_send_that_was_broken_off_is_remembered_by_the_chats_that_have_it() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        api.fail("sendMessage", SILENCE)
        sending = asyncio.ensure_future(channel.send(MessageOut))
        await until(lambda: api.said)
        await asyncio.sleep(0.05)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await channel.send(MessageOut)
        assert sorted(each.chat for each in api.said) == [BEN, ANN]

    run(work, ANN, BEN)


def test_names_with_markup_arrive_as_they_are() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        name = "_*[RSI](<b>5m</b>)`& <5 > 3"
        await channel.send(words(name))
        assert texts(api.said) == [name]

    run(work)


def test_message_of_twenty_thousand_characters_arrives_cut() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        await channel.send(words("Long", text="a line of it <&>\n" * 1_200))
        assert api.said[0].text.endswith("<&>\n…")

    run(work)


def test_markup_that_is_refused_goes_as_plain_text_once() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        wrong = Fault("status", 400, description="Bad Request: can't parse entities: Unsupported start tag")
        api.fail("sendMessage", wrong)
        await channel.send(words("A <b> title"))
        assert api.said[0].html == "A <b> title"
        api.fail("sendMessage", wrong, wrong)
        assert (await error_of(channel.send(words("Another", id="b")))).blame == "message"

    run(work)


@pytest.mark.parametrize(
    ("fault", "blame", "may_have_arrived", "says"),
    [
        (too_many(7), "passing", False, "asks for 7 s"),
        (Fault("status", 500), "passing", False, "its server failed"),
        (Fault("status", 502), "passing", False, "its server failed"),
        (SILENCE, "passing", True, "no answer"),
        (LOST, "passing", True, "no answer"),
        (HANG_UP, "passing", True, "broke"),
        (GARBAGE, "passing", True, "nvalid"),
        (Fault("status", 403, description="Forbidden: bot was kicked from the group chat"), "channel", False, "add"),
        (Fault("status", 400, description="Bad Request: not enough rights to send"), "channel", False, "admin"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_failure_of_the_server_is_blamed_on_who_can_mend_it(
    fault: Fault, blame: str, may_have_arrived: bool, says: str
) -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        api.fail("sendMessage", fault)
        error = await error_of(channel.send(MessageOut))
        assert (error.blame, error.may_have_arrived) == (blame, may_have_arrived)
        assert error.retry_after == fault.retry_after
        assert says in str(error)

    run(work)


def test_server_that_is_not_there_cannot_have_the_message() -> None:
    async def main() -> None:
        async with bot_api(ANN) as api:
            pass
        async with channel_at(api, ANN) as channel:
            error = await error_of(channel.send(MessageOut))
            assert (error.blame, error.may_have_arrived) == ("passing", False)

    asyncio.run(main())


def test_blocked_chat_is_told_of_once_and_the_others_have_it() -> None:
    told: list[str] = []

    async def work(api: BotApi, channel: TelegramChannel) -> None:
        api.blocked.add(BEN)
        await channel.send(words("One", id="1"))
        await channel.send(words("Two", id="2"))
        assert texts(api.of(ANN)) == ["One", "Two"]
        assert len(told) == 1
        assert "press Start" in told[0]

    run(work, ANN, BEN, told=told)


def test_only_chat_blocked_is_the_fault_of_the_channel() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        api.blocked.add(ANN)
        error = await error_of(channel.send(MessageOut))
        assert error.blame == "channel"
        assert "press Start" in str(error)

    run(work)


def test_set_up_that_is_right_says_whom_it_reaches() -> None:
    async def work(api: BotApi, channel: TelegramChannel) -> None:
        assert await channel.test() == "bot @edgeproof_bot reaches 2 chats"
        assert not api.said

    run(work, ANN, BEN)


def test_set_up_with_an_unknown_chat_names_it_and_the_remedy() -> None:
    async def main() -> None:
        async with bot_api(ANN) as api, channel_at(api, ANN, 404) as channel:
            error = await error_of(channel.test())
            assert error.blame == "channel"
            assert "chat 404" in str(error)
            assert "press Start" in str(error)

    asyncio.run(main())


def test_set_up_with_a_wrong_token_says_so_without_it() -> None:
    async def main() -> None:
        wrong = "987654321:BBB-never_to_be_seen_0123456789"
        async with bot_api(ANN) as api, channel_at(api, ANN, token=wrong) as channel:
            error = await error_of(channel.test())
            assert error.blame == "channel"
            assert "@BotFather" in str(error)
            assert wrong not in str(error)

    asyncio.run(main())


@pytest.mark.parametrize("token", ["", "secret", "123:abc\ndef0123456", "12345678:with spaces in it"])
def test_token_that_cannot_be_one_is_refused_and_not_repeated(token: str) -> None:
    with pytest.raises(InputError, match="BotFather") as found:
        open_wire(token)
    assert not token or token not in str(found.value)


def test_token_is_in_no_log_and_no_name(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def work(api: BotApi, channel: TelegramChannel) -> None:
        api.fail("sendMessage", Fault("status", 500), HANG_UP, GARBAGE)
        for _ in range(3):
            await error_of(channel.send(MessageOut))
        await channel.send(MessageOut)
        wire = open_wire(TOKEN, api.url, QUICK)
        await wire.poll(0, 0)
        assert TOKEN not in f"{channel!r} {wire!r}"
        await wire.close()

    run(work)
    assert not [each for each in caplog.records if TOKEN in each.getMessage() or TOKEN in caplog.text]


def test_library_that_is_not_there_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "edgeproof.adapters.notify.telegram_wire", raising=False)
    monkeypatch.setitem(sys.modules, "telegram", None)
    with pytest.raises(InputError, match=r"edgeproof\[telegram\]"):
        open_wire(TOKEN)
