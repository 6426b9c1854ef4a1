"""What every channel promises: it sends once, and says in time and in plain words what came of it."""

import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import get_args

import pytest

from edgeproof.core.model.errors import ChannelError
from edgeproof.core.model.message import Severity, Topic
from edgeproof.ports.channels import Outgoing
from tests.support.channels import RIGS, TIMEOUT, Open, Rig, Weather
from tests.support.outgoing import PNG, message, outgoing

Doing = Callable[[Rig], Awaitable[None]]
Play = Callable[[Doing], None]

MARKUP = r"A_b*c* <b>&amp; [x](http://y) `z` ~~s~~ ||t|| \_ # {u}"


@pytest.fixture(params=list(RIGS))
def play(request: pytest.FixtureRequest, tmp_path: Path) -> Play:
    """Runs something with a channel whose other end is up."""
    opened: Open = RIGS[request.param]

    async def played(doing: Doing) -> None:
        async with opened(tmp_path) as rig:
            await doing(rig)

    return lambda doing: asyncio.run(played(doing))


async def _failure(rig: Rig, sent: Outgoing | None = None) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        await rig.channel.send(sent or outgoing())
    return caught.value


def test_channel_with_its_other_end_up_delivers_once(play: Play) -> None:
    async def doing(rig: Rig) -> None:
        assert isinstance(await rig.channel.send(outgoing()), str)
        (text,) = rig.arrived()
        for said in ("RSI_Oversold_5m_Reversal", "entry", "45,000", "Won 44 of 100 alike"):
            assert said in text

    play(doing)


def test_channel_with_a_picture_delivers_the_words_too(play: Play) -> None:
    async def doing(rig: Rig) -> None:
        await rig.channel.send(outgoing(chart=lambda: PNG))
        assert "Won 44 of 100 alike" in rig.arrived()[0]

    play(doing)


def test_channel_whose_picture_cannot_be_drawn_delivers_the_words(play: Play) -> None:
    def broken() -> bytes:
        raise ZeroDivisionError

    async def doing(rig: Rig) -> None:
        await rig.channel.send(outgoing("a", chart=broken))
        await rig.channel.send(outgoing("b", chart=lambda: None))
        assert len(rig.arrived()) == 2

    play(doing)


def test_late_message_is_marked_before_everything_else(play: Play) -> None:
    async def doing(rig: Rig) -> None:
        await rig.channel.send(outgoing(is_late=True, marks=("for telegram, which is away",)))
        (text,) = rig.arrived()
        assert "LATE" in text
        assert "for telegram, which is away" in text

    play(doing)


def test_updates_are_told_with_the_message_they_belong_to(play: Play) -> None:
    later = message("b", title="Half is out", text="", fields=(("pnl", "+12"),))

    async def doing(rig: Rig) -> None:
        await rig.channel.send(outgoing("a", updates=(later,)))
        assert "Half is out" in rig.arrived()[0]
        assert "+12" in rig.arrived()[0]

    play(doing)


@pytest.mark.parametrize("weather", get_args(Weather))
def test_channel_in_bad_weather_says_so_in_time_and_keeps_its_secrets(
    play: Play, weather: Weather, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    async def doing(rig: Rig) -> None:
        rig.turn(weather)
        begun = time.monotonic()
        error = await _failure(rig)
        assert time.monotonic() - begun < 3 * TIMEOUT + 2
        assert error.blame == "passing"
        told = "".join(traceback.format_exception(error)) + repr(error) + repr(rig.channel) + str(vars(error))
        told += "".join(f"{each.name} {each.getMessage()}" for each in caplog.records if each.name != "mail.log")
        assert not [secret for secret in rig.secrets if secret in told]

    play(doing)


def test_channel_that_delivers_logs_no_secret(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def doing(rig: Rig) -> None:
        told = await rig.channel.test()
        await rig.channel.send(outgoing())
        told += "".join(f"{each.name} {each.getMessage()}" for each in caplog.records if each.name != "mail.log")
        assert not [secret for secret in rig.secrets if secret in told]

    play(doing)


def test_sent_message_is_changed_only_where_the_channel_can(play: Play) -> None:
    async def doing(rig: Rig) -> None:
        receipt = await rig.channel.send(outgoing("a"))
        changed = outgoing("a", text="It changed.")
        if rig.channel.traits.can_edit:
            assert await rig.channel.edit(receipt, changed)
            (text,) = rig.arrived()
            assert "It changed." in text
        else:
            with pytest.raises(ChannelError) as caught:
                await rig.channel.edit(receipt, changed)
            assert caught.value.blame == "message"

    play(doing)


def test_message_sent_twice_arrives_once_where_the_channel_can_tell(play: Play) -> None:
    async def doing(rig: Rig) -> None:
        await rig.channel.send(outgoing())
        await rig.channel.send(outgoing())
        # Telegram knows by itself what it has sent, until the process ends.
        assert len(rig.arrived()) in ({1} if rig.channel.traits.is_idempotent else {1, 2})

    play(doing)


def test_names_full_of_markup_arrive_as_they_were_written(play: Play) -> None:
    async def doing(rig: Rig) -> None:
        await rig.channel.send(outgoing(title=f"Title {MARKUP}", fields=(("name", MARKUP),), text=f"Text {MARKUP}"))
        (text,) = rig.arrived()
        assert f"Title {MARKUP}" in text
        assert f"Text {MARKUP}" in text

    play(doing)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("🚀 Überkauft 超买 \u202e", "žluťoučký кůň 🚀"),
        ("🚀_" * 2_000, "*🚀* " * 20_000),
        ("", "\n\n"),
        ("one\r\nBcc: two@example.com", "a\x00b\x1b[31m\ud800"),
    ],
    ids=["unicode", "long", "empty", "control characters"],
)
def test_odd_message_is_taken(play: Play, title: str, text: str) -> None:
    fields = tuple((f"field {number} 🚀", f"{'9' * 300}_{number}") for number in range(40)) if len(text) > 100 else ()

    async def doing(rig: Rig) -> None:
        await rig.channel.send(outgoing(title=title, text=text, fields=fields))
        assert len(rig.arrived()) == 1

    play(doing)


@pytest.mark.parametrize("topic", list(Topic))
def test_message_of_every_topic_is_taken(play: Play, topic: Topic) -> None:
    async def doing(rig: Rig) -> None:
        bare = {"fields": (), "text": "", "subject": "", "instrument": None, "expires_at": None, "levels": None}
        for severity in Severity:
            await rig.channel.send(outgoing(f"{topic}-{severity}", topic=topic, severity=severity, **bare))
        assert len(rig.arrived()) == len(Severity)

    play(doing)


def test_channel_that_failed_delivers_when_its_other_end_is_back(play: Play) -> None:
    async def doing(rig: Rig) -> None:
        rig.turn("trouble")
        await _failure(rig)
        rig.clear()
        await rig.channel.send(outgoing())
        assert len(rig.arrived()) == 1

    play(doing)


def test_closed_channel_can_be_closed_again(play: Play) -> None:
    async def doing(rig: Rig) -> None:
        await rig.channel.send(outgoing())
        await rig.channel.close()
        await rig.channel.close()

    play(doing)
