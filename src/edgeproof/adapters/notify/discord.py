"""Discord through a webhook: one embed a message, whose colour says what it is.

The limits are Discord's: title 256, description 4,096, 25 fields of 256 and 1,024, 6,000 characters in all.
Source: Discord's documentation for developers, "Webhook", "Message: Embed Limits" and "Rate Limits".
"""

import asyncio
import json
import re
from typing import Any

import httpx

from edgeproof.adapters.notify import words
from edgeproof.adapters.notify.picture import picture
from edgeproof.adapters.notify.posting import Answer, Poster, number
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.core.model.secret import SecretText
from edgeproof.core.model.time import format_time
from edgeproof.ports.channels import Outgoing, Traits

TITLE, DESCRIPTION, FIELDS, NAME, VALUE, IN_ALL = 256, 4096, 25, 256, 1024, 6000

_SILENT = 4096  # the flag SUPPRESS_NOTIFICATIONS
_UNKNOWN_MESSAGE = 10008
_PATH = re.compile(r"/api(/v\d+)?/webhooks/\d+/[\w-]+/?")
_MARKUP = frozenset("\\*_~`|<>[]()#")
_GREEN, _RED, _AMBER, _BLUE = 0x2E9E5B, 0xC0392B, 0xD98E04, 0x4A7FB5


class DiscordChannel:
    """A `Channel` to a webhook of Discord. The address is the secret: nothing this class says or raises holds it."""

    def __init__(self, url: SecretText, *, timeout: float = 10.0) -> None:
        self._url = _checked(url)
        self._poster = Poster("Discord", timeout=timeout)
        self._closed_until: dict[str, float] = {}

    @property
    def name(self) -> str:
        """As in the settings."""
        return "discord"

    @property
    def traits(self) -> Traits:
        """Five in two seconds and thirty a minute is what a webhook takes."""
        return Traits(can_edit=True, can_be_silent=True, per_second=0.5, burst=5)

    async def send(self, outgoing: Outgoing) -> str:
        """Send; the id of the message."""
        chart = await picture(outgoing)
        url = self._url.copy_set_param("wait", "true")
        return _receipt(await self._ask("POST", url, **_request(outgoing, chart, is_new=True)))

    async def edit(self, receipt: str, outgoing: Outgoing) -> str:
        """Put it in the place of a message that was sent; its id."""
        if not receipt.isdecimal():
            raise ChannelError("Discord: the message to change has no id", blame="message")
        chart = await picture(outgoing)
        url = self._url.copy_with(path=f"{self._url.path.rstrip('/')}/messages/{receipt}")
        return _receipt(await self._ask("PATCH", url, **_request(outgoing, chart, is_new=False)))

    async def test(self) -> str:
        """Ask Discord about the webhook."""
        found = _document(await self._ask("GET", self._url))
        return f'Discord knows the webhook "{words.one_line(str(found.get("name") or "without a name"))}"'

    async def close(self) -> None:
        """Let go of connections."""
        await self._poster.close()

    async def _ask(self, method: str, url: httpx.URL, **request: Any) -> Answer:  # noqa: ANN401 - as httpx takes them
        now = asyncio.get_running_loop().time
        wait = max(self._closed_until.get(each, 0.0) for each in (method, "all")) - now()
        if wait > 0:
            raise ChannelError("Discord: its limit is reached; nothing was sent", retry_after=wait)
        answer = await self._poster.ask(method, url, **request)
        closed_for = _closed_for(answer)
        if closed_for is not None:
            self._closed_until["all" if _is_global(answer) else method] = now() + closed_for
        if not answer.is_ok:
            raise _refused(answer, closed_for)
        return answer


def _checked(secret: SecretText) -> httpx.URL:
    try:
        url = httpx.URL(secret.shown())
    except httpx.InvalidURL:
        url = httpx.URL("")
    is_local = url.host in {"127.0.0.1", "::1", "localhost"}
    if not _PATH.fullmatch(url.path) or not (url.scheme == "https" or (is_local and url.scheme == "http")):
        # What was found is not repeated: it opens the door.
        raise InputError(
            "expected the secret of [notify.discord] url to be the address of a webhook, "
            "https://discord.com/api/webhooks/ID/TOKEN (in Discord: channel settings, Integrations, Webhooks)"
        )
    return url


# What is sent -----------------------------------------------------------------------------------------------------


def _escaped(character: str) -> str:
    return f"\\{character}" if character in _MARKUP else character


def _request(outgoing: Outgoing, chart: bytes | None, *, is_new: bool) -> dict[str, Any]:
    embed = embed_of(outgoing)
    document: dict[str, Any] = {"embeds": [embed], "allowed_mentions": {"parse": []}}
    if is_new and outgoing.is_silent:
        document["flags"] = _SILENT
    if chart is None:
        return {"json": document}
    embed["image"] = {"url": "attachment://chart.png"}
    # Naming it here puts it in the place of the one that an edited message had.
    document["attachments"] = [{"id": 0, "filename": "chart.png"}]
    return {"data": {"payload_json": json.dumps(document)}, "files": {"files[0]": ("chart.png", chart, "image/png")}}


def embed_of(outgoing: Outgoing) -> dict[str, Any]:
    """The embed of a message, within Discord's limits; what is too long is cut, the most important last."""
    message = outgoing.message
    title = words.cut(words.title(outgoing), TITLE, _escaped)
    fields, room = _fields(message.fields, IN_ALL - words.length(title) - _least_text(outgoing))
    text = words.cut(_text(outgoing), min(DESCRIPTION, room + _least_text(outgoing)), _escaped)
    return {
        "title": title,
        "description": text,
        "color": _colour(message),
        "timestamp": format_time(message.at),
        "fields": fields,
    }


def _text(outgoing: Outgoing) -> str:
    blocks = (
        "\n".join(words.marks(outgoing)),
        "\n".join(words.aligned(outgoing.message.fields[FIELDS:])),
        outgoing.message.text.strip(),
        "\n".join(words.updates(outgoing)),
    )
    return "\n\n".join(each for each in blocks if each)


def _least_text(outgoing: Outgoing) -> int:
    # Marks have their place whatever the fields take; the rest of the text has some.
    return 500 if _text(outgoing) else 0


def _fields(pairs: tuple[tuple[str, str], ...], room: int) -> tuple[list[dict[str, Any]], int]:
    fields: list[dict[str, Any]] = []
    for name, value in pairs[:FIELDS]:
        head = words.cut(words.one_line(name), NAME, _escaped) or "\u200b"  # Discord refuses a field without a name
        body = words.cut(value.strip(), min(VALUE, max(0, room - words.length(head))), _escaped) or "\u200b"
        needed = words.length(head) + words.length(body)
        if needed > room:
            break
        fields.append({"name": head, "value": body, "inline": words.length(body) <= 40})
        room -= needed
    return fields, room


def _colour(message: Message) -> int:
    if message.severity is Severity.CRITICAL:
        return _RED
    if message.severity is Severity.WARNING:
        return _AMBER
    if message.topic is Topic.SIGNAL and message.levels is not None:
        return _GREEN if message.levels.direction > 0 else _RED
    return _BLUE


# What came back ---------------------------------------------------------------------------------------------------


def _document(answer: Answer) -> dict[str, Any]:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _receipt(answer: Answer) -> str:
    found = _document(answer).get("id")
    if not isinstance(found, str) or not found.isdecimal():
        raise ChannelError("Discord: it took the message and gave it no id", may_have_arrived=True)
    return found


def _is_global(answer: Answer) -> bool:
    return _document(answer).get("global") is True or answer.headers.get("x-ratelimit-scope") == "global"


def _closed_for(answer: Answer) -> float | None:
    reset = number(answer.headers.get("x-ratelimit-reset-after", ""))
    if answer.status == 429:
        told = number(_document(answer).get("retry_after"))
        return next((each for each in (told, number(answer.headers.get("retry-after", "")), reset) if each), 1.0)
    return reset if answer.headers.get("x-ratelimit-remaining") == "0" else None


_CHANNEL = {
    401: "it does not accept the webhook's address; make a new webhook and put its address where the secret is",
    403: "it does not allow this webhook to write there; check the channel's permissions, or make a new webhook",
    404: "it does not know this webhook (any more); make a new one and put its address where the secret is",
}


def _refused(answer: Answer, closed_for: float | None) -> ChannelError:
    status, document = answer.status, _document(answer)
    if status == 429:
        return ChannelError("Discord: its limit is reached", retry_after=closed_for)
    if document.get("code") == _UNKNOWN_MESSAGE:
        return ChannelError("Discord: the message to change is gone", blame="message")
    if status in _CHANNEL:
        return ChannelError(f"Discord: {_CHANNEL[status]} ({status})", blame="channel")
    if status == 408 or status >= 500:
        return ChannelError(f"Discord: it is in trouble ({status})", retry_after=None)
    if 300 <= status < 400:
        return ChannelError(f"Discord: it points to another address ({status}); check the webhook", blame="channel")
    return ChannelError(f"Discord: it refuses this message ({status}, code {document.get('code')})", blame="message")
