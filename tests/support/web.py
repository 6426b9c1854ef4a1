"""The dashboard in tests: one served from a thread on loopback, and what its stream says."""

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
import websockets
from websockets.typing import Origin

from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.bootstrap.journal import open_journal
from edgeproof.config import JournalSettings
from edgeproof.core.model.journal import Record
from edgeproof.web.app import web_app
from edgeproof.web.server import address, listening

Frame = dict[str, Any]


def place(home: Path) -> Place:
    """A home with its usual settings file."""
    return Place(home=home, config=home / "edgeproof.toml")


def write(home: Path, records: Sequence[Record]) -> None:
    """Let a session keep records in the journal of a home."""
    journal = open_journal(home, JournalSettings(), writing=True)
    journal.append(records)
    journal.close()


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of a dashboard of a home, while the block lasts."""
    with listening("127.0.0.1", 0) as socket:
        config = uvicorn.Config(web_app(place(home)), log_level="critical", timeout_graceful_shutdown=1, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[socket])))
        thread.start()
        try:
            yield address(socket)
        finally:
            server.should_exit = True
            thread.join()


def frame_of(message: str | bytes) -> Frame:
    """What a message of the stream says: pictures are packed."""
    text = gzip.decompress(message) if isinstance(message, bytes) else message
    frame: Frame = json.loads(text)
    return frame


class Stream:
    """A page that listens."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket

    async def next(self, kind: str) -> Frame:
        """The next frame of a kind."""
        async with asyncio.timeout(10):
            while True:
                frame = frame_of(await self._socket.recv())
                if frame["type"] == kind:
                    return frame

    async def events_until(self, seq: int) -> list[Frame]:
        """All events until the stream has come to a place in the journal."""
        found: list[Frame] = []
        while True:
            frame = await self.next("events")
            found += frame["events"]
            if frame["seq"] >= seq:
                return found


async def listen(url: str, after: int = 0) -> websockets.ClientConnection:
    """A connection to the stream of a dashboard."""
    return await websockets.connect(
        f"{url.replace('http', 'ws', 1)}/api/live?after={after}", max_size=None, origin=Origin(url)
    )
