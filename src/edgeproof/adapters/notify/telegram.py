"""Telegram as a channel: every listed chat is told.

A message is delivered when every chat that can be reached has it. A chat that can not (the bot was blocked there) is
told of in words, once, and does not keep the others from being told; when none can be reached, the channel cannot.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgeproof.adapters.notify.picture import picture as drawn
from edgeproof.adapters.notify.telegram_html import (
    MAX_CAPTION,
    MAX_TEXT,
    Buttons,
    buttons_of,
    is_within,
    message_html,
    message_plain,
)
from edgeproof.adapters.notify.telegram_patience import Patience
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.ports.channels import Outgoing, Traits

if TYPE_CHECKING:
    from edgeproof.adapters.notify.telegram_wire import Wire

_TOKEN = re.compile(r"\d{3,20}:[\w-]{10,100}", re.ASCII)
_REMEMBERED = 1_000
_PLACE = re.compile(r"(-?\d+):(\d+)(p?)")


@dataclass(frozen=True, slots=True)
class Place:
    """A message in a chat, as a receipt names it: `chat:number`, with a `p` where the words stand under a picture."""

    chat: int
    number: int
    is_picture: bool = False

    def __str__(self) -> str:
        return f"{self.chat}:{self.number}{'p' if self.is_picture else ''}"


def open_wire(token: str, url: str | None = None, patience: Patience | None = None) -> "Wire":
    """A bot. Channel and listener share one; `url` is another Bot API server.

    Raises
    ------
    InputError
        The token cannot be one, or the library is not there.
    """
    if not _TOKEN.fullmatch(token):
        # What was found is not repeated: most of it may be the secret.
        raise InputError(
            "telegram: expected a token such as 123456789:AAF-x0y1z2... (from @BotFather), found something else"
        )
    try:
        from edgeproof.adapters.notify.telegram_wire import Wire  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        raise InputError("telegram: it needs python-telegram-bot: install edgeproof[telegram]") from error
    return Wire(token, url, patience or Patience())


class TelegramChannel:
    """Tells chats. `on_words` is told, in words, of a chat that cannot be reached while others can."""

    name = "telegram"

    def __init__(
        self, wire: "Wire", chats: Sequence[int], *, on_words: Callable[[str], None] = lambda words: None
    ) -> None:
        self._wire = wire
        self._chats = tuple(dict.fromkeys(chats))
        self._on_words = on_words
        # What became of messages that not every chat has yet, so that none has it twice.
        self._there: OrderedDict[str, dict[int, Place]] = OrderedDict()
        self._unreachable: dict[int, str] = {}

    @property
    def traits(self) -> Traits:
        """Telegram takes about one message a second into a chat, with short bursts, and 20 a minute into a group."""
        is_group = any(chat < 0 for chat in self._chats)
        return Traits(can_edit=True, can_be_silent=True, per_second=1 / 3 if is_group else 1.0, burst=5)

    async def send(self, outgoing: Outgoing) -> str:
        """Send to every chat that does not have it yet; where it is."""
        there = self._there.setdefault(outgoing.message.id, {})
        self._there.move_to_end(outgoing.message.id)
        while len(self._there) > _REMEMBERED:
            self._there.popitem(last=False)
        missing = [chat for chat in self._chats if chat not in there]
        picture = await drawn(outgoing) if missing else None
        telling = (self._note(there, chat, self._send(chat, outgoing, picture)) for chat in missing)
        done = await asyncio.gather(*telling, return_exceptions=True)
        return self._receipt(there, dict(zip(missing, done, strict=True)))

    async def edit(self, receipt: str, outgoing: Outgoing) -> str:
        """Put a message in the place of one that was sent, in every chat that has that one."""
        places = _places(receipt)
        if not places:
            return await self.send(outgoing)
        done = await asyncio.gather(*(self._edit(each, outgoing) for each in places), return_exceptions=True)
        return self._receipt({}, {place.chat: each for place, each in zip(places, done, strict=True)})

    async def test(self) -> str:
        """Ask who the bot is, and whether each chat would take a message; in words."""
        name = await self._wire.me()
        problems = []
        for chat in self._chats:
            try:
                await self._wire.see(chat)
            except ChannelError as error:
                if error.blame == "passing":
                    raise
                problems.append(f"chat {chat}: {error}")
        if problems:
            raise ChannelError(f"bot {name}: " + "; ".join(problems), blame="channel")
        return f"bot {name} reaches {len(self._chats)} chat{'s' * (len(self._chats) != 1)}"

    async def close(self) -> None:
        """Let go of connections."""
        await self._wire.close()

    async def _note(self, there: dict[int, Place], chat: int, sending: Awaitable[Place]) -> Place:
        """Send, and remember at once that it is there: whoever waits for the other chats may lose patience."""
        there[chat] = await sending
        return there[chat]

    async def _send(self, chat: int, outgoing: Outgoing, picture: bytes | None) -> Place:
        rows, silent = _rows(outgoing), outgoing.is_silent
        if picture is not None and is_within(outgoing, MAX_CAPTION):
            try:
                caption = message_html(outgoing, MAX_CAPTION)
                number = await self._wire.show(chat, picture, caption, is_silent=silent, rows=rows)
            except ChannelError as error:
                if error.blame != "message":
                    raise
                # The words matter more than the picture.
                picture = None
            else:
                return Place(chat, number, is_picture=True)
        number = await self._say(chat, outgoing, rows)
        if picture is not None:
            await self._add_picture(chat, picture, outgoing.message.title)
        return Place(chat, number)

    async def _say(self, chat: int, outgoing: Outgoing, rows: Sequence[Buttons]) -> int:
        text = message_html(outgoing, MAX_TEXT)
        try:
            return await self._wire.say(chat, text, is_silent=outgoing.is_silent, rows=rows)
        except ChannelError as error:
            if error.blame != "message":
                raise
        plain = message_plain(outgoing, MAX_TEXT)
        return await self._wire.say(chat, plain, is_html=False, is_silent=outgoing.is_silent, rows=rows)

    async def _add_picture(self, chat: int, picture: bytes, title: str) -> None:
        """Send a picture after words that are too many to stand under it; they are there, whatever becomes of it."""
        try:
            await self._wire.show(chat, picture, "", is_silent=True)
        except ChannelError as error:
            self._on_words(f'the picture of "{title}" did not reach chat {chat}: {error}')

    async def _edit(self, place: Place, outgoing: Outgoing) -> Place:
        limit = MAX_CAPTION if place.is_picture else MAX_TEXT
        text, rows = message_html(outgoing, limit), _rows(outgoing)
        try:
            await self._wire.change(place.chat, place.number, text, is_picture=place.is_picture, rows=rows)
        except ChannelError as error:
            if "not modified" in str(error):
                return place
            if error.blame != "message":
                raise
            # It was deleted, or is too old to be changed.
            return Place(place.chat, await self._say(place.chat, outgoing, rows))
        return place

    def _receipt(self, there: dict[int, Place], done: dict[int, Place | BaseException]) -> str:
        """Where a message is. What every chat that can be reached does not have is an error."""
        failed: list[ChannelError] = []
        for chat, each in done.items():
            if isinstance(each, Place):
                there[chat] = each
                self._unreachable.pop(chat, None)
            elif isinstance(each, ChannelError):
                failed.append(each)
            else:
                raise each
        _raise_worst(failed, has_any=bool(there))
        for chat, each in done.items():
            if isinstance(each, ChannelError) and self._unreachable.get(chat) != str(each):
                self._unreachable[chat] = str(each)
                self._on_words(f"chat {chat} is not told: {each}")
        return ",".join(str(there[chat]) for chat in self._chats if chat in there)


def _raise_worst(failed: Sequence[ChannelError], *, has_any: bool) -> None:
    """What passes is worth trying again; what does not is an error only where nobody has it."""
    passing = [each for each in failed if each.blame == "passing"]
    if passing:
        waits = [each.retry_after for each in passing if each.retry_after is not None]
        raise ChannelError(
            "; ".join(dict.fromkeys(map(str, passing))),
            retry_after=max(waits, default=None),
            may_have_arrived=any(each.may_have_arrived for each in passing),
        )
    if failed and not has_any:
        message = [each for each in failed if each.blame == "message"]
        raise (message or failed)[0]


def _places(receipt: str) -> list[Place]:
    found = (_PLACE.fullmatch(each) for each in receipt.split(","))
    return [Place(int(each[1]), int(each[2]), bool(each[3])) for each in found if each is not None]


def _rows(outgoing: Outgoing) -> tuple[Buttons, ...]:
    """The buttons under a message; none where it comes too late to act on."""
    found = () if outgoing.is_late else buttons_of(outgoing.updates[-1] if outgoing.updates else outgoing.message)
    return (found,) if found else ()
