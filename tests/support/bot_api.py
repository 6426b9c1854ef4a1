"""A Bot API server on loopback, as plain HTTP/1.1: what there is to fail with is below what a framework would show."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message as Mime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.support.bot_api_state import TOKEN, BotApi, Fault, Refused, Said, too_many

__all__ = ["TOKEN", "BotApi", "Fault", "Said", "bot_api", "texts", "too_many", "until"]

_REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


@asynccontextmanager
async def bot_api(*chats: int, token: str = TOKEN, port: int = 0) -> AsyncIterator[BotApi]:
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

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    host, port = server.sockets[0].getsockname()[:2]
    api.shut = server.close
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
    except Refused as error:
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
