"""The dashboard in tests: one served from a thread on loopback, and what its stream says."""

import asyncio
import gzip
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
import websockets
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.testclient import TestClient
from websockets.typing import Origin

from edgeproof.bootstrap.dashboard.door import Door
from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.bootstrap.journal import open_journal
from edgeproof.config import JournalSettings
from edgeproof.core.model.journal import Record
from edgeproof.web.app import web_app
from edgeproof.web.guard import Guard
from edgeproof.web.server import address, listening

Frame = dict[str, Any]
HERE = "http://127.0.0.1:8800"
OUTSIDE = "https://edge.example.com"
OPERATOR, VIEWER = "the operator's password", "the viewer's password"


def place(home: Path) -> Place:
    """A home with its usual settings file."""
    return Place(home=home, config=home / "edgeproof.toml")


def write(home: Path, records: Sequence[Record]) -> None:
    """Let a session keep records in the journal of a home."""
    journal = open_journal(home, JournalSettings(), writing=True)
    journal.append(records)
    journal.close()


def looking(home: Path) -> TestClient:
    """A browser of the machine's user at the dashboard of a home: its pages are ours, and its writes say so."""
    client = TestClient(web_app(place(home)), base_url=HERE, headers={"Origin": HERE})
    client.headers["X-CSRF-Token"] = client.get("/api/me").json()["csrf"]
    return client


@dataclass(slots=True)
class SetTime:
    """The time at a dashboard: UTC milliseconds, and seconds that never go back."""

    at: int = 1_770_114_600_000
    ticks: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """A dashboard, and a browser at it."""

    client: TestClient
    guard: Guard
    time: SetTime

    def login(self, password: str, name: str = "") -> httpx.Response:
        """Come in; from then on the browser's writes say so."""
        answer: httpx.Response = self.client.post("/api/login", json={"password": password, "name": name})
        if answer.status_code == 200:
            self.client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return answer


def dashboard(
    home: Path,
    door: Door | None = None,
    *,
    base: str = HERE,
    operator: str = "",
    viewer: str = "",
    time: SetTime | None = None,
    change: Callable[[Place], Place] = lambda place: place,
) -> Dashboard:
    """A dashboard of a home whose time stands still, with the passwords that are given; hashed quickly."""
    time = time or SetTime()
    app = web_app(change(place(home)), door)
    guard: Guard = app.state.guard
    guard.now, guard.ticks = lambda: time.at, lambda: time.ticks
    guard.access.passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    for role, password in (("operator", operator), ("viewer", viewer)):
        if password:
            guard.access.passwords.set(role, password, at="2026-02-03T10:30:00.000Z")
    return Dashboard(client=TestClient(app, base_url=base, headers={"Origin": base}), guard=guard, time=time)


@contextmanager
def served(home: Path, *, port: int = 0) -> Iterator[str]:
    """The address of a dashboard of a home, while the block lasts; port 0 is any that is free."""
    with app_served(web_app(place(home)), port=port) as url:
        yield url


@contextmanager
def app_served(app: FastAPI, *, port: int = 0) -> Iterator[str]:
    """The address of an application that is served from a thread while the block lasts."""
    with listening("127.0.0.1", port) as socket:
        config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, lifespan="off")
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
