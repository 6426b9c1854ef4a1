"""The websocket at the level of frames: where bytes go out many at once, and where a connection can be cut."""

import asyncio
from contextlib import suppress
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

_HIGH_WATER = 1 << 18
_FLUSH_SECONDS = 0.01
_PING = b"\x89\x00"
_LONGEST_WITHOUT_PONG = 5.0
NAME = "wire"


class Wire(WebSocketsSansIOProtocol):
    """uvicorn's websocket that also takes ready frames, and tells when it last heard of its client.

    Nothing the frames of this module need is kept in uvicorn's protocol object: without compression a text frame has
    no state.
    """

    def __init__(self, *words: Any, **named: Any) -> None:  # noqa: ANN401 - uvicorn's own arguments, passed on
        super().__init__(*words, **named)
        self.answers_pings = True
        self.heard_at = self.loop.time()
        self._answered = asyncio.Event()

    def handle_connect(self, event: Request) -> None:
        """Let the application find this object under `scope["state"]["wire"]`."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.transport.set_write_buffer_limits(high=_HIGH_WATER)
            self.scope["state"][NAME] = self

    def data_received(self, data: bytes) -> None:
        """Remember when; any frame counts, pings as well."""
        self.heard_at = self.loop.time()
        super().data_received(data)

    async def send(self, message: Any) -> None:  # noqa: ANN401 - an event of ASGI, whose types are uvicorn's own
        """Pass on what the application sends; a refusal ends the handshake, which uvicorn would call unfinished."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True

    def handle_ping(self) -> None:
        """Answer, unless told not to."""
        if self.answers_pings:
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_pong(self, event: Frame) -> None:
        """Take note that the client has read what came before a ping."""
        self._answered.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let nobody wait for a client that is gone."""
        super().connection_lost(exc)
        self._answered.set()

    def write(self, frames: bytes) -> None:
        """Send ready frames."""
        if not (self.disconnected or self.close_sent or self.transport.is_closing()):
            self.transport.write(frames)

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken yet, as far as this side knows."""
        return self.transport.get_write_buffer_size()

    async def drain(self) -> None:
        """Wait until the client reads."""
        await self.writable.wait()

    async def catch_up(self) -> None:
        """Wait until the client answers a ping, which comes after all it was sent; not long where it never does."""
        if self.disconnected:
            return
        self._answered.clear()
        self.write(_PING)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_WITHOUT_PONG):
                await self._answered.wait()

    async def flush(self) -> None:
        """Wait until nothing waits, or the client is gone."""
        while self.waiting and not self.disconnected:
            await asyncio.sleep(_FLUSH_SECONDS)

    def close(self, code: int) -> None:
        """End the connection: with a close frame, or by cutting it (1006, and where the client does not read)."""
        if code == 1006 or not self.writable.is_set():
            self.transport.abort()
            return
        task = self.loop.create_task(self._close(code))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _close(self, code: int) -> None:
        if not self.close_sent and not self.disconnected:
            await self.send({"type": "websocket.close", "code": code, "reason": ""})


def current_time() -> float:
    """Seconds by the running loop's clock."""
    return asyncio.get_running_loop().time()
