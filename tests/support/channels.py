"""Every channel with a local server at the other end, for what all of them promise.

A new channel is one function here, and one line in RIGS.
"""

import contextlib
import html
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.notify.apprise_urls import AppriseChannel
from edgeproof.adapters.notify.discord import DiscordChannel
from edgeproof.adapters.notify.email import EmailChannel
from edgeproof.adapters.notify.push import PushChannel
from edgeproof.adapters.notify.push_devices import Devices, device_of
from edgeproof.adapters.notify.push_wire import PushWire, Sealer, vapid_keys
from edgeproof.adapters.notify.smtp import MailServer
from edgeproof.adapters.notify.telegram import TelegramChannel, open_wire
from edgeproof.adapters.notify.telegram_patience import Patience
from edgeproof.adapters.notify.webhook import WebhookChannel
from edgeproof.adapters.storage.private_file import PrivateFile
from edgeproof.core.model.secret import SecretText
from edgeproof.ports.channels import Channel
from tests.support.bot_api import bot_api
from tests.support.bot_api_state import Fault as BotFault
from tests.support.bot_api_state import too_many
from tests.support.discord_server import TOKEN, DiscordServer
from tests.support.hook_server import SECRET, HookServer
from tests.support.local_http import Fault, LocalHttp, Reply, Request
from tests.support.push_service import KEPT, PushService
from tests.support.smtp_server import PASSWORD, USER, SmtpServer, certificate, server_context

Weather = Literal["trouble", "limit", "hang up", "no answer", "refused"]

TIMEOUT = 2.0
"""What the channels of the rigs are given: long enough for a busy machine, short enough to wait for."""


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A channel and its other end.

    `turn` changes the weather there and `clear` makes it good again, `arrived` is what a reader sees of each message
    that is there, `secrets` are texts that must not show anywhere.
    """

    channel: Channel
    turn: Callable[[Weather], None]
    clear: Callable[[], None]
    arrived: Callable[[], list[str]]
    secrets: tuple[str, ...]


Open = Callable[[Path], AbstractAsyncContextManager[Rig]]

_HTTP: dict[Weather, Reply | Fault] = {
    "trouble": Reply(status=502),
    "limit": Reply(status=429, headers={"Retry-After": "7"}, body=b'{"retry_after": 7.5, "global": false}'),
    "hang up": Fault.HANG_UP,
    "no answer": Fault.NO_ANSWER,
}


def http_weather(server: LocalHttp, weather: Weather) -> None:
    """Turn the weather at a server of HTTP. A refused connection is one to a server whose door is shut."""
    if weather == "refused":
        server.shut()
    else:
        server.always = _HTTP[weather]


def http_clear(server: LocalHttp) -> None:
    """Good weather again."""
    server.always = None


@contextlib.asynccontextmanager
async def discord(_: Path) -> AsyncIterator[Rig]:
    server = DiscordServer()
    await server.start()
    channel = DiscordChannel(SecretText(server.webhook), timeout=TIMEOUT)
    try:
        yield Rig(
            channel=channel,
            turn=lambda weather: http_weather(server, weather),
            clear=lambda: http_clear(server),
            arrived=lambda: [_seen(each) for each in server.messages.values()],
            secrets=(TOKEN, server.webhook),
        )
    finally:
        await channel.close()
        await server.stop()


def _seen(document: object) -> str:
    assert isinstance(document, dict)
    embed = document["embeds"][0]
    texts = [
        embed["title"],
        embed["description"],
        *(each[key] for each in embed["fields"] for key in ("name", "value")),
    ]
    return "\n".join(re.sub(r"\\([\\*_~`|<>\[\]()#])", r"\1", each) for each in texts)


@contextlib.asynccontextmanager
async def webhook(_: Path) -> AsyncIterator[Rig]:
    server = HookServer()
    await server.start()
    channel = WebhookChannel(server.hook, SecretText(SECRET), clock=SystemClock(), timeout=TIMEOUT)
    try:
        yield Rig(
            channel=channel,
            turn=lambda weather: http_weather(server, weather),
            clear=lambda: http_clear(server),
            arrived=lambda: [_strings(each) for each in server.taken.values()],
            secrets=(SECRET, "kept-from-view"),
        )
    finally:
        await channel.close()
        await server.stop()


def _strings(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(_strings(each) for each in value.values())
    return "\n".join(_strings(each) for each in value) if isinstance(value, list) else str(value)


@contextlib.asynccontextmanager
async def email(folder: Path) -> AsyncIterator[Rig]:
    paths = certificate(folder)
    with SmtpServer(context=server_context(paths), needs_password=True) as server:
        where = MailServer(
            host="127.0.0.1", port=server.port, user=USER, password=SecretText(PASSWORD), certificates=str(paths[0])
        )
        channel = EmailChannel(where, sender="edgeproof <bot@example.com>", to=("me@example.com",), timeout=TIMEOUT)
        yield Rig(
            channel=channel,
            turn=lambda weather: _mail_weather(server, weather),
            clear=lambda: _mail_clear(server),
            arrived=lambda: [_read(server, number) for number in range(len(server.mails))],
            secrets=(PASSWORD,),
        )
        await channel.close()


def _mail_weather(server: SmtpServer, weather: Weather) -> None:
    match weather:
        case "trouble":
            server.answers["DATA"] = "451 disk is full"
        case "limit":
            server.refuses["me@example.com"] = "450 greylisted, come again"
        case "hang up":
            server.drop = "data"
        case "no answer":
            server.drop = "silent data"
        case "refused":
            server.shut()


def _mail_clear(server: SmtpServer) -> None:
    server.answers.clear()
    server.refuses.clear()
    server.drop = ""


def _read(server: SmtpServer, number: int) -> str:
    mail = server.parsed(number)
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    return f"{mail['Subject']}\n{plain.get_content()}\n{html.unescape(page.get_content())}"


@contextlib.asynccontextmanager
async def apprise(_: Path) -> AsyncIterator[Rig]:
    texts: list[str] = []

    def taken(request: Request) -> Reply:
        document = json.loads(request.body)
        texts.append(f"{document['title']}\n{document['message']}")
        return Reply()

    server = LocalHttp(taken)
    await server.start()
    url = f"json://me:kept-password@127.0.0.1:{server.port}/kept/path?cto={TIMEOUT}&rto={TIMEOUT}"
    channel = AppriseChannel((SecretText(url),), timeout=3 * TIMEOUT)
    try:
        yield Rig(
            channel=channel,
            turn=lambda weather: http_weather(server, weather),
            clear=lambda: http_clear(server),
            arrived=lambda: list(texts),
            secrets=("kept-password", "kept/path", url),
        )
    finally:
        await channel.close()
        await server.stop()


_BOT: dict[Weather, BotFault] = {
    "trouble": BotFault("status", 502),
    "limit": too_many(7),
    "hang up": BotFault("hang_up"),
    "no answer": BotFault("silence"),
}


@contextlib.asynccontextmanager
async def telegram(_: Path) -> AsyncIterator[Rig]:
    async with bot_api(77) as api:
        wire = open_wire(api.token, api.url, Patience(connect=TIMEOUT, answer=TIMEOUT, picture=TIMEOUT))
        channel = TelegramChannel(wire, [77])
        yield Rig(
            channel=channel,
            turn=lambda weather: api.shut() if weather == "refused" else api.fail("*", *[_BOT[weather]] * 9),
            clear=api.faults.clear,
            arrived=lambda: [each.text for each in api.said if each.text],
            secrets=(api.token,),
        )
        await channel.close()


@contextlib.asynccontextmanager
async def push(folder: Path) -> AsyncIterator[Rig]:
    service = PushService()
    await service.start()
    keys = vapid_keys(PrivateFile(folder / "vapid.json"))
    service.key = keys.shown
    devices = Devices(PrivateFile(folder / "push.json"), may_be_local=True)
    given = service.subscribe()
    devices.add(device_of({"endpoint": given["endpoint"], **given["keys"]}, label="x", role="operator", by="", at=""))
    wire = PushWire(Sealer(keys, "me@example.com"), timeout=TIMEOUT, may_be_local=True)
    channel = PushChannel(devices, wire, clock=SystemClock(), on_words=lambda _: None)
    try:
        yield Rig(
            channel=channel,
            turn=lambda weather: http_weather(service, weather),
            clear=lambda: http_clear(service),
            arrived=lambda: [f"{each['title']}\n{each['body']}" for each in service.browser().shown.values()],
            secrets=(KEPT, *given["keys"].values(), keys.private.decode().splitlines()[1]),
        )
        assert service.problems == []
    finally:
        await channel.close()
        await service.stop()


RIGS: dict[str, Open] = {
    "telegram": telegram,
    "discord": discord,
    "email": email,
    "webhook": webhook,
    "apprise": apprise,
    "push": push,
}
