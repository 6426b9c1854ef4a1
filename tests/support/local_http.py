"""A small HTTP server on loopback whose connections can be made to fail in every way a network has."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(urlsplit(self.target).query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Fault(StrEnum):
    """What goes wrong instead of an answer; where it is TAKEN, the server has done its work all the same."""

    HANG_UP = "hang up"
    NO_ANSWER = "no answer"
    HALF = "half an answer"
    TAKEN_AND_HANG_UP = "taken, and hang up"
    TAKEN_AND_NO_ANSWER = "taken, and no answer"


class Server(Protocol):
    """What can be run on a loop."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class LocalHttp:
    """Asks `answer` for each request; `script` comes before, one entry a request, None for what is usual."""

    def __init__(self, answer: Callable[[Request], Reply], *, port: int = 0) -> None:
        self._answer = answer
        self._port = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.script: deque[Reply | Fault | None] = deque()
        self.always: Reply | Fault | None = None
        self.requests: list[Request] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    def shut(self) -> None:
        """From now on connections are refused."""
        assert self._server is not None
        self._server.close()

    async def start(self) -> None:
        """Begin, on the port it had before if it had one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End, hanging up on everybody: connections are refused from then on."""
        if self._server is None:
            return
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._one(reader, writer):
                    pass
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        request = await _read(reader)
        self.requests.append(request)
        scripted = self.script.popleft() if self.script else None
        reply = scripted if scripted is not None else self.always
        if reply is None or str(reply).startswith("taken"):
            usual = self._answer(request)
            reply = usual if reply is None else reply
        match reply:
            case Reply():
                writer.write(_written(reply))
                await writer.drain()
                return True
            case Fault.HANG_UP | Fault.TAKEN_AND_HANG_UP:
                return False
            case Fault.HALF:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{")
                await writer.drain()
                return False
        await asyncio.Event().wait()
        return False


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method=method, target=target, headers=headers, body=body)


def _written(reply: Reply) -> bytes:
    headers = {"Content-Length": str(len(reply.body)), "Content-Type": "application/json", **reply.headers}
    lines = [f"HTTP/1.1 {reply.status} Status", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + reply.body


@contextlib.contextmanager
def in_thread(server: Server) -> Iterator[None]:
    """Runs a server on a loop of its own, for tests whose own loop is not there or busy."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
        yield
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
