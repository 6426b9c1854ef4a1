"""A home whose session paints hundreds of instruments, without a session; and a crowd of pages that listens to it."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import msgspec

from edgeproof.adapters.storage.live_picture import LivePicture
from edgeproof.bootstrap.journal import open_journal
from edgeproof.bootstrap.painting import EVERY_S
from edgeproof.config import JournalSettings
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import MINUTE
from edgeproof.services.live_picture import picture_document
from edgeproof.services.standing import Standing
from tests.support.journals import began, noticed
from tests.support.sessions import CLOSE, standing
from tests.support.web import listen


def instruments(count: int) -> tuple[Instrument, ...]:
    """So many of them."""
    return tuple(Instrument(f"C{number:03}", "USD", "USD") for number in range(count))


class Painted:
    """A picture in which every price moves each time."""

    def __init__(self, count: int) -> None:
        self._standing: Standing = standing(instruments(count))
        self._standing.see_forming = lambda: self._forming
        self._forming: dict[Instrument, ClosedCandle] = {}
        self._n = 0

    def next(self) -> bytes:
        """The next picture."""
        self._n += 1
        for each, of in self._standing.health.instruments.items():
            price = 100 + (self._n * 7 + hash(each.base)) % 100 / 10
            if of.quote is not None:
                of.quote = replace(of.quote, last=price, mark=price, bid=price - 0.01, ask=price + 0.01)
            self._forming[each] = ClosedCandle(
                instrument=each, timeframe=MINUTE, open_time=CLOSE, open=100.0, high=max(price, 100.0),
                low=min(price, 100.0), close=price, volume=float(self._n),
            )  # fmt: skip
        document = picture_document(self._standing, session="s1", at=CLOSE + self._n * 500, monotonic=10.0)
        return msgspec.json.encode(document)


@contextmanager
def painted(home: Path, count: int) -> Iterator[None]:
    """A home in which a picture of so many instruments is painted twice a second, and a notice written with each."""
    ending = threading.Event()
    journal, picture, paint = open_journal(home, JournalSettings(), writing=True), LivePicture(home), Painted(count)
    journal.append([began()])

    def run() -> None:
        number = 0
        while not ending.wait(EVERY_S):
            number += 1
            picture.paint(paint.next())
            journal.append([noticed(number, detail=f"notice {number}")])

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        journal.close()


async def watch(url: str, viewers: int, seconds: float) -> list[int]:
    """How many pictures each of so many pages was shown while it listened for some seconds."""

    async def one() -> int:
        shown = 0
        async with await listen(url) as socket:
            try:
                async with asyncio.timeout(seconds):
                    while True:
                        shown += isinstance(await socket.recv(), bytes)
            except TimeoutError:
                return shown

    return list(await asyncio.gather(*(one() for _ in range(viewers))))


def cpu_seconds(pid: int) -> float:
    """CPU time a process has used so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Memory a process holds (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
