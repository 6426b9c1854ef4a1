"""The stream of the dashboard: looks at the home a few times a second and tells everybody the same bytes.

1. While anybody listens, `_look` reads what is new and makes a frame of it, once for all.
2. Each listener has a queue of frames of its own; of live pictures only the newest waits. Who does not read is let go:
   it comes back, and what it missed is told from the journal.
"""

import asyncio
import gzip
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from starlette.websockets import WebSocket, WebSocketDisconnect

from edgeproof.bootstrap.dashboard.follow import Follower
from edgeproof.bootstrap.live import system_clock
from edgeproof.core.model.errors import EdgeproofError
from edgeproof.core.model.time import format_time
from edgeproof.services.dashboard.events import Event

LOOK_EVERY_S = 0.25
MOST_WAITING = 500


@dataclass(slots=True, eq=False)
class Listener:
    """One page that listens."""

    socket: WebSocket
    frames: deque[str] = field(default_factory=deque)
    picture: bytes | None = None
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, frame: str) -> None:
        """Let it be told."""
        self.frames.append(frame)
        self.woken.set()

    def show(self, picture: bytes) -> None:
        """Let it be shown a picture, in the place of one it has not taken yet."""
        self.picture = picture
        self.woken.set()

    async def serve(self) -> None:
        """Send what waits until the page is gone, or does not read."""
        while len(self.frames) <= MOST_WAITING:
            await self.woken.wait()
            self.woken.clear()
            while self.frames:
                await self.socket.send_text(self.frames.popleft())
            if self.picture is not None:
                picture, self.picture = self.picture, None
                await self.socket.send_bytes(picture)


class Hub:
    """Everybody who listens to a home."""

    def __init__(self, follower: Follower, greeting: dict[str, str]) -> None:
        self._follower = follower
        self._greeting = greeting
        self._listeners: set[Listener] = set()
        self._looking: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._trouble: str | None = None

    async def join(self, socket: WebSocket, after: int) -> None:
        """Tell a page everything from a place in the journal on, until it goes."""
        listener = Listener(socket)
        await self._greet(listener, after)
        reading = asyncio.create_task(_until_gone(socket))
        serving = asyncio.create_task(listener.serve())
        try:
            await asyncio.wait([reading, serving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._listeners.discard(listener)
            for each in (reading, serving):
                each.cancel()
            await asyncio.gather(reading, serving, return_exceptions=True)
            if not self._listeners and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _greet(self, listener: Listener, after: int) -> None:
        async with self._turn:
            if self._looking is None:
                await asyncio.to_thread(self._follower.begin)
                self._looking = asyncio.create_task(self._look())
            missed = await asyncio.to_thread(self._follower.since, after) if after else ()
            now = format_time(system_clock().now())
            hello = {"type": "hello", "seq": self._follower.seq, "reset": missed is None, "now": now, **self._greeting}
            listener.tell(json.dumps(hello))
            if missed:
                listener.tell(_frame(self._follower.seq, missed))
            listener.show(_live(self._follower.shown))
            self._listeners.add(listener)

    async def _look(self) -> None:
        while True:
            async with self._turn:
                for frame in await asyncio.to_thread(self._news):
                    for each in self._listeners:
                        each.tell(frame)
                picture = await asyncio.to_thread(self._follower.picture)
                if picture is not None:
                    shown = await asyncio.to_thread(_live, picture)
                    for each in self._listeners:
                        each.show(shown)
            await asyncio.sleep(LOOK_EVERY_S)

    def _news(self) -> Iterable[str]:
        """Frames of what is new. A journal that cannot be read is told too, and looked at again."""
        try:
            news = self._follower.news()
        except EdgeproofError as error:
            return self._troubled(str(error))
        frames = self._troubled(None)
        return [*frames, _frame(self._follower.seq, news)] if news else frames

    def _troubled(self, words: str | None) -> list[str]:
        if words == self._trouble:
            return []
        self._trouble = words
        return [json.dumps({"type": "trouble", "words": words})]


def _frame(seq: int, events: Sequence[Event]) -> str:
    told = [{"seq": each.seq, "kind": each.kind, "document": each.document} for each in events]
    return json.dumps({"type": "events", "seq": seq, "events": told}, allow_nan=False)


def _live(picture: bytes) -> bytes:
    """A picture as it is sent: 300 instruments are 110 kB, twice a second; packed once for all, a tenth."""
    return gzip.compress(b'{"type":"live","document":' + picture + b"}", compresslevel=1, mtime=0)


async def _until_gone(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        return
