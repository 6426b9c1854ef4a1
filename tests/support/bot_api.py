"""A Bot API server on loopback: what Telegram would take, refuse and forget, and every way to fail while doing it.

It keeps what it took (`said`), answers long polls with the updates it was handed, and fails when it was told to.
"""

import asyncio
import json
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message as Mime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.support.bot_api_text import MAX_CAPTION, MAX_TEXT, TextError, parse_html, units

TOKEN = "123456789:AAF-local_test_token_0123456789abcde"
_MAX_CALLBACK_DATA = 64
_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


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


class _Refused(Exception):
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
        self._fresh.set()

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
            raise _Refused(404, "Not Found")
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
                raise _Refused(400, "Bad Request: BOT_COMMAND_INVALID")
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
            raise _Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
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
            raise _Refused(400, "Bad Request: chat not found")
        return int(chat)

    def _reached(self, words: dict[str, str]) -> int:
        chat = self._known(words)
        if chat in self.blocked:
            raise _Refused(403, "Forbidden: bot was blocked by the user")
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
        raise _Refused(400, "Bad Request: message to edit not found")

    def _change(self, words: dict[str, str], part: str, limit: int) -> Any:
        place, old = self._place(words)
        if (old.photo is None) != (part == "text"):
            raise _Refused(400, f"Bad Request: there is no {part} in the message to edit")
        html = words.get(part, "")
        text = _text(html, words, part, limit)
        if (html, _rows(words)) == (old.html, old.rows):
            raise _Refused(
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
        raise _Refused(400, f"Bad Request: can't parse entities: {error}") from None
    if not text.strip() and part == "text":
        raise _Refused(400, "Bad Request: message text is empty")
    if units(text) > limit:
        name = "message is too long" if part == "text" else "message caption is too long"
        raise _Refused(400, f"Bad Request: {name}")
    return text


def _rows(words: dict[str, str]) -> tuple[tuple[tuple[str, str], ...], ...]:
    markup = json.loads(words.get("reply_markup") or "{}")
    rows = tuple(
        tuple((each["text"], each["callback_data"]) for each in row) for row in markup.get("inline_keyboard", ())
    )
    for _, data in (each for row in rows for each in row):
        if not 1 <= len(data.encode()) <= _MAX_CALLBACK_DATA:
            raise _Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return rows


# --- the wire ---


@asynccontextmanager
async def bot_api(*chats: int, token: str = TOKEN) -> AsyncIterator[BotApi]:
    """A Bot API server on a free port of loopback, while the block lasts."""
    api = BotApi(token=token, chats=set(chats))
    open_: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_.add(task)
        try:
            while await _one(api, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            open_.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    api.url = f"http://{host}:{port}"
    try:
        yield api
    finally:
        server.close()
        for task in list(open_):
            task.cancel()
        await asyncio.gather(*open_, return_exceptions=True)


async def _one(api: BotApi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Answer a request; False when the connection has ended."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return False
    line, _, rest = head.decode("latin-1").partition("\r\n")
    headers = message_from_bytes(rest.encode("latin-1"))
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    target = urlsplit(line.split()[1])
    begin, _, method = target.path.rpartition("/")
    if begin != f"/bot{api.token}":
        await _answer(writer, 401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        return True
    api.calls[method] += 1
    faults = api.faults[method] or api.faults["*"]
    fault = faults.popleft() if faults else None
    words, files = _read(target.query, headers, body)
    return await _respond(api, writer, (method, words, files), fault)


async def _respond(
    api: BotApi,
    writer: asyncio.StreamWriter,
    call: tuple[str, dict[str, str], dict[str, bytes]],
    fault: Fault | None,
) -> bool:
    if fault is not None and fault.kind != "lost":
        return await _fail(writer, fault)
    try:
        status, document = 200, {"ok": True, "result": await api.call(*call)}
    except _Refused as error:
        status, document = error.status, {"ok": False, "error_code": error.status, "description": error.description}
    if fault is not None:
        await asyncio.Event().wait()
    await _answer(writer, status, document)
    return True


async def _fail(writer: asyncio.StreamWriter, fault: Fault) -> bool:
    match fault.kind:
        case "silence":
            await asyncio.Event().wait()
        case "hang_up":
            return False
        case "garbage":
            await _answer(writer, 200, b"<html>It works!</html>")
        case _:
            document: dict[str, Any] = {"ok": False, "error_code": fault.status, "description": fault.description}
            if fault.retry_after is not None:
                document["parameters"] = {"retry_after": fault.retry_after}
            # What stands in front of the servers answers in HTML.
            await _answer(writer, fault.status, b"<html>Bad Gateway</html>" if fault.status == 502 else document)
    return True


def _read(query: str, headers: Mime, body: bytes) -> tuple[dict[str, str], dict[str, bytes]]:
    words, files = dict(parse_qsl(query)), {}
    kind = headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        whole = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        for part in whole.walk():
            if part.is_multipart():
                continue
            name = str(part.get_param("name", header="content-disposition"))
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            if part.get_filename() is None:
                words[name] = content.decode()
            else:
                files[name] = content
    elif kind.startswith("application/json"):
        words |= {name: each if isinstance(each, str) else json.dumps(each) for name, each in json.loads(body).items()}
    else:
        words |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    return words, files


async def _answer(writer: asyncio.StreamWriter, status: int, document: Any) -> None:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    kind = "text/html" if isinstance(document, bytes) else "application/json"
    head = f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}\r\ncontent-type: {kind}\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()


async def until(holds: Any, *, seconds: float = 5.0) -> None:
    """Wait until something holds.

    Raises
    ------
    TimeoutError
        It did not.
    """
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.005)


def texts(said: Sequence[Said]) -> list[str]:
    """What people see of messages."""
    return [each.text for each in said]
