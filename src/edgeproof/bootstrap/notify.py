"""Where notifications meet their adapters: the channels of the settings, and who tells them."""

import os
import platform
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.notify.chart import SHOWN, equity_chart, signal_chart
from edgeproof.adapters.secrets import reveal
from edgeproof.adapters.storage.session_lock import Holder
from edgeproof.bootstrap import REPLICA
from edgeproof.bootstrap.asking import kept_journal
from edgeproof.bootstrap.journal import hold_home, open_journal
from edgeproof.bootstrap.push import can_push, devices_of, open_push
from edgeproof.config import Settings, load_settings
from edgeproof.config.notify import (
    PUSH,
    AppriseSettings,
    ChannelSettings,
    DiscordSettings,
    EmailSettings,
    NotifySettings,
    TelegramSettings,
    WebhookSettings,
)
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.journal import CommandHeard, SessionBegan
from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.core.model.time import MINUTE, format_time
from edgeproof.ports import Journal, Report
from edgeproof.ports.channels import Channel, Heard, Outgoing
from edgeproof.services.notifying.daily import EQUITY_CURVE
from edgeproof.services.notifying.dispatch import Dispatcher, Telling
from edgeproof.services.notifying.policy import ChannelPolicy
from edgeproof.services.notifying.recent import RecentCandles
from edgeproof.services.notifying.tally import ChannelTally, tally_of_day
from edgeproof.services.plan import Messenger
from edgeproof.services.standing import Standing, report, starting
from edgeproof.services.watch_only import NobodyIsTold

if TYPE_CHECKING:
    from edgeproof.adapters.notify.telegram_bot import TelegramListener


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A home, its settings file and what that says."""

    home: Path
    config: Path
    settings: Settings


def messenger_of(setup: Setup, journal: Journal, longest: int, tell: Callable[[str], None]) -> Messenger:
    """Who tells people, over all channels of the settings; nobody where there can be none.

    Browsers can ask to be told at any time, so that their channel is there before the first of them.
    `longest` is the longest timeframe that signals come from: as much is remembered as their pictures show.
    """
    if setup.settings.notify.channels():
        return _dispatcher(setup, journal, tell, RecentCandles(SHOWN * longest // MINUTE))
    return _dispatcher(setup, journal, tell) if can_push() else NobodyIsTold()


def _dispatcher(
    setup: Setup, journal: Journal, tell: Callable[[str], None], recent: RecentCandles | None = None
) -> Dispatcher:
    rng = np.random.default_rng()  # noqa: TID251 - pauses must differ from one process to the next
    settings = setup.settings.notify
    channels = [*open_channels(settings, setup.config, tell)]
    if can_push():
        channels.append(open_push(setup.home, setup.settings, tell))
    telling = Telling(
        channels=tuple((each, policy_of(settings, each.name)) for each in channels),
        clock=SystemClock(),
        share=rng.random,
        recent=recent,
        chart=draw,
        repeat_after=settings.repeat_after,
        summary_after=None if settings.summary_at is None else settings.summary_at * MINUTE,
    )
    return Dispatcher(telling, journal, tell)


def draw(message: Message, candles: Candles | None) -> bytes | None:
    """The picture of a signal or of a summary; None where there is nothing to draw it with."""
    if find_spec("PIL") is None:
        return None
    if message.levels is not None and candles is not None and len(candles):
        return signal_chart(candles, message.levels, message.title)
    curve = message.document.get(EQUITY_CURVE)
    if not curve:
        return None
    times, values = zip(*curve, strict=True)
    return equity_chart(np.array(times, np.int64), np.array(values, np.float64), message.title)


def channel_names(config: Path, home: Path | None = None) -> tuple[str, ...]:
    """The channels that are set up; push where a browser of the home has asked to be told."""
    names = tuple(load_settings(config).notify.channels())
    return (*names, PUSH) if devices_of(home or config.parent).all() else names


async def try_channel(
    config: Path, name: str, tell: Callable[[str], None], *, with_message: bool, home: Path | None = None
) -> list[str]:
    """Look at a channel's set-up and send it a test; what was found. `tell` hears of what works only in part.

    Raises
    ------
    InputError
        No such channel is set up.
    ChannelError
        It does not work.
    """
    found_settings = load_settings(config)
    settings = found_settings.notify.channels()
    if name == PUSH:
        channel: Channel = open_push(home or config.parent, found_settings, tell)
    elif name in settings:
        channel = open_channel(name, settings[name], config, tell)
    else:
        there = f"set up are {', '.join(settings)}" if settings else f"none is set up in {config}"
        raise InputError(f'CHANNEL: expected one that is set up ([notify.{name}]), found "{name}"; {there}')
    return await prove(channel, with_message=with_message)


async def prove(channel: Channel, *, with_message: bool) -> list[str]:
    """Look at the set-up of a channel, send it a test, and close it; what was found.

    Raises
    ------
    ChannelError
        It does not work.
    """
    try:
        found = [await channel.test()]
        if with_message:
            receipt = await channel.send(Outgoing(message=_test_message(SystemClock().now())))
            found.append(f"a test message was taken{f' as {receipt}' if receipt else ''}")
    finally:
        await channel.close()
    return found


def _test_message(now: int) -> Message:
    return Message(
        id=f"test:{now}",
        topic=Topic.TEST,
        severity=Severity.INFO,
        at=now,
        queued_at=now,
        title="A test of edgeproof's notifications",
        text="This channel works. Nothing is to be done.",
        document={"time": format_time(now)},
    )


def told_today(home: Path, config: Path) -> tuple[ChannelTally, ...]:
    """What each channel was told on this UTC day, and what waits."""
    with kept_journal(home, config) as journal:
        return tally_of_day(journal, SystemClock().now())


async def send_waiting(home: Path, config: Path, wait: float, tell: Callable[[str], None]) -> tuple[int, int]:
    """Tell what waits in the journal of a home; how many messages were told, and how many still wait."""
    settings, clock = load_settings(config), SystemClock()
    now = clock.now()
    with ExitStack() as stack:
        holder = Holder(pid=os.getpid(), host=platform.node(), command="edgeproof notify send", venue="", since=now)
        stack.callback(hold_home(home, holder).release)
        journal = open_journal(home, settings.journal, writing=True)
        stack.callback(journal.close)
        dispatcher = _dispatcher(Setup(home=home, config=config, settings=settings), journal, tell)
        at_venue = _venue_time(journal, now)
        journal.append(dispatcher.begin(f"notify-{now}", lambda: at_venue + clock.now() - now, {}))
        before = dispatcher.waiting
        dispatcher.start()
        await dispatcher.finish(wait, is_patient=True)
        dispatcher.check()
        return before - dispatcher.waiting, dispatcher.waiting


def _venue_time(journal: Journal, now: int) -> int:
    """The venue's time: that of a replica stands where its last session ended."""
    last = journal.last(SessionBegan, 1)
    if not last or last[0].record.venue != REPLICA:
        return now
    return max(journal.taken_until().values(), default=now)


def policy_of(settings: NotifySettings, name: str) -> ChannelPolicy:
    """What a channel is told, by the settings."""
    channel = settings.of(name)
    return ChannelPolicy(
        topics={**settings.topics, **channel.topics},
        least=channel.least,
        quiet=settings.quiet_hours,
        budget=channel.budget,
        per_second=channel.per_second,
        fallback=channel.fallback,
        fallback_after=settings.fallback_after,
        keep_for=settings.keep_for,
    )


def open_channels(settings: NotifySettings, config: Path, tell: Callable[[str], None]) -> Iterator[Channel]:
    """The channels that are set up.

    Raises
    ------
    InputError
        A secret is not where the settings say it is, or a library that a channel needs is not installed.
    """
    for name, channel in settings.channels().items():
        yield open_channel(name, channel, config, tell)


def open_channel(name: str, settings: ChannelSettings, config: Path, tell: Callable[[str], None]) -> Channel:
    """One channel by its settings. Libraries load with the channel that needs them."""
    home = config.parent
    match settings:
        case TelegramSettings():
            from edgeproof.adapters.notify.telegram import TelegramChannel, open_wire  # noqa: PLC0415

            wire = open_wire(reveal(settings.token, home=home).shown(), settings.url)
            return TelegramChannel(wire, [each.id for each in settings.chats], on_words=tell)
        case DiscordSettings():
            from edgeproof.adapters.notify.discord import DiscordChannel  # noqa: PLC0415

            return DiscordChannel(reveal(settings.url, home=home))
        case EmailSettings():
            return _email(settings, home)
        case WebhookSettings():
            from edgeproof.adapters.notify.webhook import WebhookChannel  # noqa: PLC0415

            return WebhookChannel(settings.url, reveal(settings.secret, home=home), clock=SystemClock())
        case AppriseSettings():
            from edgeproof.adapters.notify.apprise_urls import AppriseChannel  # noqa: PLC0415

            return AppriseChannel(tuple(reveal(each, home=home) for each in settings.urls))
        case _:
            raise InputError(f'expected a channel, found "{name}"')


def _email(settings: EmailSettings, home: Path) -> Channel:
    from edgeproof.adapters.notify.email import EmailChannel  # noqa: PLC0415 - see above
    from edgeproof.adapters.notify.smtp import MailServer  # noqa: PLC0415

    certificates = None if settings.certificates is None else str(home / Path(settings.certificates).expanduser())
    server = MailServer(
        host=settings.host,
        port=settings.port,
        security=settings.security,
        user=settings.user,
        password=None if settings.password is None else reveal(settings.password, home=home),
        certificates=certificates,
    )
    return EmailChannel(server, sender=settings.sender, to=settings.to)


class Ear:
    """Hears commands of people at a channel, while a session runs."""

    def __init__(self, listener: "TelegramListener") -> None:
        self._listener = listener

    async def hear(self) -> None:
        """Hear until cancelled."""
        try:
            await self._listener.listen()
        finally:
            await self._listener.wire.close()


def ear_of(  # noqa: PLR0913, PLR0917 - what an ear is made of
    settings: NotifySettings,
    home: Path,
    config: Path,
    journal: Journal,
    standing: Callable[[], Standing | None],
    tell: Callable[[str], None],
) -> Ear | None:
    """Who hears commands in Telegram's chats; None where nobody is to be heard there.

    Every command is in the journal, with who gave it and what came of it, before it is answered.
    """
    telegram = settings.telegram
    if telegram is None or not telegram.commands:
        return None
    from edgeproof.adapters.notify.telegram import open_wire  # noqa: PLC0415 - see above
    from edgeproof.adapters.notify.telegram_bot import TelegramListener  # noqa: PLC0415
    from edgeproof.bootstrap.answers import answers_of  # noqa: PLC0415

    clock = SystemClock()

    def health() -> Report:
        found = standing()
        return starting() if found is None else report(found, clock.monotonic())

    def heard(command: Heard, outcome: str) -> None:
        by = f"{command.by} (user {command.user} in chat {command.chat})"
        record = CommandHeard(
            session=f"telegram-{os.getpid()}", at=clock.now(), channel=command.channel, by=by, role=command.role,
            text=command.text, outcome=outcome,
        )  # fmt: skip
        journal.append([record])

    def deliveries(kept: Journal) -> tuple[str, ...]:
        return tuple(f"{each.channel}: {each.words}" for each in tally_of_day(kept, clock.now()))

    listener = TelegramListener(
        wire=open_wire(reveal(telegram.token, home=config.parent).shown(), telegram.url),
        roles={each.id: each.role for each in telegram.chats},
        answers=answers_of(home, config, health=health, deliveries=deliveries),
        clock=clock,
        on_heard=heard,
        on_words=tell,
    )
    return Ear(listener)
