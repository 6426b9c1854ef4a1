"""What a Bot API server knows: what Telegram would take, refuse and forget.

It keeps what it took (`said`), answers long polls with the updates it was handed, and fails when it was told to.
"""

import asyncio
import json
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.bot_api_text import MAX_CAPTION, MAX_TEXT, TextError, parse_html, units

TOKEN = "123456789:AAF-local_test_token_0123456789abcde"
_MAX_CALLBACK_DATA = 64


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens instead of an answer.

    `kind` is "status" (with `status`, and `retry_after` of a 429), "silence" (never answered, nothing done), "lost"
    (done, and never answered), "hang_up" (the connection ends, nothing done) or "garbage" (200 without sense).
    """

    kind: str
    status: int = 500
    retry_after: int | None = None
    description: str = "Internal Server Error"


def too_many(retry_after: int) -> Fault:
    """429."""
    return Fault("status", 429, retry_after, f"Too Many Requests: retry after {retry_after}")


@dataclass(frozen=True, slots=True)
class Said:
    """A message a chat has. `text` is as people see it, `html` as it came, `rows` the buttons as (label, data)."""

    chat: int
    id: int
    text: str
    html: str
    is_silent: bool = False
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    photo: bytes | None = None
    edits: int = 0

    @property
    def buttons(self) -> dict[str, str]:
        """What a press on each button sends, by its label."""
        return {label: data for row in self.rows for label, data in row}


class Refused(Exception):
    """The server says no."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass
class BotApi:
    """The server's state; tests look at it, hand it updates and faults."""

    token: str = TOKEN
    chats: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)
    answered: list[dict[str, str]] = field(default_factory=list)
    commands: list[dict[str, str]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    updates: list[Any] = field(default_factory=list)
    polled: int = 0
    url: str = ""
    loop: asyncio.AbstractEventLoop | None = None
    shut: Callable[[], None] = lambda: None
    _numbers: int = 0
    _update_id: int = 1_000
    _fresh: asyncio.Event = field(default_factory=asyncio.Event)

    # --- what tests ask for ---

    def fail(self, method: str, *faults: Fault) -> None:
        """Let the next calls of a method fail, one fault each."""
        self.faults[method].extend(faults)

    def of(self, chat: int) -> list[Said]:
        """What a chat has, the oldest first."""
        return [each for each in self.said if each.chat == chat]

    def hand(self, *updates: Any) -> None:
        """Give the bot updates as they are, sound or not."""
        self.updates += updates
        if self.loop is None:
            self._fresh.set()
        else:
            self.loop.call_soon_threadsafe(self._fresh.set)

    def next_id(self) -> int:
        """A number for an update."""
        self._update_id += 1
        return self._update_id

    def say(self, chat: int, text: str, *, user: str = "ann", update_id: int | None = None) -> dict[str, Any]:
        """A person writes in a chat; the update it makes."""
        message = {**self._message(chat), "from": _user(chat, user), "text": text}
        if text.startswith("/"):
            entity = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
            message["entities"] = [entity]
        update = {"update_id": self.next_id() if update_id is None else update_id, "message": message}
        self.hand(update)
        return update

    def press(self, chat: int, data: str, message_id: int, *, user: str = "ann") -> dict[str, Any]:
        """A person presses a button under a message; the update it makes."""
        number = self.next_id()
        update = {
            "update_id": number,
            "callback_query": {
                "id": f"q{number}",
                "from": _user(chat, user),
                "message": {**self._message(chat), "message_id": message_id, "text": "..."},
                "chat_instance": "1",
                "data": data,
            },
        }
        self.hand(update)
        return update

    def _message(self, chat: int) -> dict[str, Any]:
        self._numbers += 1
        return {"message_id": self._numbers, "date": 1_770_000_000, "chat": _chat(chat)}

    # --- the methods ---

    async def call(self, method: str, words: dict[str, str], files: dict[str, bytes]) -> Any:
        """The result of a method."""
        found = getattr(self, f"_on_{method.lower()}", None)
        if found is None:
            raise Refused(404, "Not Found")
        return await found(words, files)

    async def _on_getme(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        return {"id": 123456789, "is_bot": True, "first_name": "edgeproof", "username": "edgeproof_bot"}

    async def _on_getchat(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        return {**_chat(self._known(words)), "accent_color_id": 0, "max_reaction_count": 11}

    async def _on_sendchataction(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        self._reached(words)
        return True

    async def _on_deletewebhook(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        return True

    async def _on_setmycommands(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        self.commands = json.loads(words["commands"])
        for each in self.commands:
            if not each["command"].islower() or not 1 <= len(each["description"]) <= 256:
                raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        return True

    async def _on_getupdates(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        self.polled += 1
        offset, limit = int(words.get("offset", 0)), int(words.get("limit", 100))
        self.updates = [each for each in self.updates if not _is_acknowledged(each, offset)]
        until = asyncio.get_running_loop().time() + float(words.get("timeout", 0))
        while not self.updates:
            self._fresh.clear()
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                return []
            with suppress(TimeoutError):
                await asyncio.wait_for(self._fresh.wait(), left)
        taken = self.updates[:limit]
        # What bears no number can never be acknowledged; it is handed out once.
        self.updates = [each for each in self.updates if each not in taken or _number(each) is not None]
        return taken

    async def _on_sendmessage(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        chat = self._reached(words)
        return self._keep(chat, words, "text", MAX_TEXT, None)

    async def _on_sendphoto(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        chat = self._reached(words)
        photo = next(iter(files.values()), b"")
        if not photo.startswith(b"\x89PNG\r\n\x1a\n"):
            raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
        return self._keep(chat, words, "caption", MAX_CAPTION, photo)

    async def _on_editmessagetext(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        return self._change(words, "text", MAX_TEXT)

    async def _on_editmessagecaption(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        return self._change(words, "caption", MAX_CAPTION)

    async def _on_editmessagereplymarkup(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        place, old = self._place(words)
        self.said[place] = replace(old, rows=_rows(words))
        return self._document(self.said[place])

    async def _on_answercallbackquery(self, words: dict[str, str], files: dict[str, bytes]) -> Any:
        self.answered.append(words)
        return True

    def _known(self, words: dict[str, str]) -> int:
        chat = words.get("chat_id", "")
        if not chat.lstrip("-").isdigit() or int(chat) not in self.chats:
            raise Refused(400, "Bad Request: chat not found")
        return int(chat)

    def _reached(self, words: dict[str, str]) -> int:
        chat = self._known(words)
        if chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat

    def _keep(self, chat: int, words: dict[str, str], part: str, limit: int, photo: bytes | None) -> Any:
        html = words.get(part, "")
        text = _text(html, words, part, limit)
        self._numbers += 1
        said = Said(
            chat=chat,
            id=self._numbers,
            text=text,
            html=html,
            is_silent=words.get("disable_notification", "").lower() == "true",
            rows=_rows(words),
            photo=photo,
        )
        self.said.append(said)
        return self._document(said)

    def _place(self, words: dict[str, str]) -> tuple[int, Said]:
        chat, number = self._reached(words), words.get("message_id", "")
        for place, each in enumerate(self.said):
            if each.chat == chat and str(each.id) == number:
                return place, each
        raise Refused(400, "Bad Request: message to edit not found")

    def _change(self, words: dict[str, str], part: str, limit: int) -> Any:
        place, old = self._place(words)
        if (old.photo is None) != (part == "text"):
            raise Refused(400, f"Bad Request: there is no {part} in the message to edit")
        html = words.get(part, "")
        text = _text(html, words, part, limit)
        if (html, _rows(words)) == (old.html, old.rows):
            raise Refused(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly the "
                "same as a current content and reply markup of the message",
            )
        self.said[place] = replace(old, text=text, html=html, rows=_rows(words), edits=old.edits + 1)
        return self._document(self.said[place])

    def _document(self, said: Said) -> Any:
        document = {"message_id": said.id, "date": 1_770_000_000, "chat": _chat(said.chat)}
        if said.photo is None:
            return {**document, "text": said.text}
        sizes = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
        return {**document, "caption": said.text, "photo": sizes}


def _chat(chat: int) -> dict[str, Any]:
    if chat < 0:
        return {"id": chat, "type": "supergroup", "title": f"group {chat}"}
    return {"id": chat, "type": "private", "first_name": f"user {chat}"}


def _user(chat: int, name: str) -> dict[str, Any]:
    number = chat if chat > 0 else 7_000 + sum(map(ord, name))
    return {"id": number, "is_bot": False, "first_name": name.title(), "username": name}


def _number(update: Any) -> int | None:
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if isinstance(found, int) else None


def _is_acknowledged(update: Any, offset: int) -> bool:
    number = _number(update)
    return number is not None and number < offset


def _text(html: str, words: dict[str, str], part: str, limit: int) -> str:
    try:
        text = parse_html(html) if words.get("parse_mode") == "HTML" else html
    except TextError as error:
        raise Refused(400, f"Bad Request: can't parse entities: {error}") from None
    if not text.strip() and part == "text":
        raise Refused(400, "Bad Request: message text is empty")
    if units(text) > limit:
        name = "message is too long" if part == "text" else "message caption is too long"
        raise Refused(400, f"Bad Request: {name}")
    return text


def _rows(words: dict[str, str]) -> tuple[tuple[tuple[str, str], ...], ...]:
    markup = json.loads(words.get("reply_markup") or "{}")
    rows = tuple(
        tuple((each["text"], each["callback_data"]) for each in row) for row in markup.get("inline_keyboard", ())
    )
    for _, data in (each for row in rows for each in row):
        if not 1 <= len(data.encode()) <= _MAX_CALLBACK_DATA:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows
