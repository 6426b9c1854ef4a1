"""A paper session that runs on where the rich home's ended, on a market that goes on when a test says so."""

import asyncio
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from edgeproof.adapters.storage.live_picture import LivePicture
from edgeproof.bootstrap import open_store, replayed_market
from edgeproof.bootstrap.asking import kept_journal
from edgeproof.core.model.journal import Asked
from edgeproof.core.model.time import MINUTE
from edgeproof.exchange.replica import Replica
from tests.support.processes import WAIT_S, begin
from tests.support.replica import replica_of
from tests.support.rich_home import RichHome, paper_words

_STEP_S = 4
"""So long, by the wall, for five seconds of the market while it is not led on."""


@dataclass(slots=True)
class Steered:
    """The session's home, and its market."""

    home: Path
    replica: Replica
    process: "subprocess.Popen[str]"
    until: int

    def lead_to(self, moment: int) -> None:
        """Let the market come to a moment, as fast as the session reads."""
        self.until = moment
        self._wait(lambda: self.replica.stream.now >= moment, f"the market at {moment}")

    def asked(self) -> list[Asked]:
        """What was asked of the session and granted, by its journal."""
        with kept_journal(self.home, self.home / "edgeproof.toml") as journal:
            return [each.record for each in journal.read(Asked)]

    async def rest(self, seconds: float) -> None:
        """Wait between two steps of the market; how long they would usually last does not matter."""
        del seconds
        end = time.monotonic() + _STEP_S
        while self.replica.stream.now >= self.until and time.monotonic() < end:
            await asyncio.sleep(0.02)
        await asyncio.sleep(0)

    def _wait(self, is_so: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + WAIT_S
        while not is_so():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end, f"expected in time: {what}"
            time.sleep(0.02)

    def wait_until_painted(self) -> None:
        """Wait until the session shows how it stands; it does while somebody looks."""
        self._wait(lambda: LivePicture(self.home).read() is not None, "a live picture")


@contextmanager
def steered(rich: RichHome, folder: Path, *words: str) -> Iterator[Steered]:
    """The session, with further words on its command line, while the block lasts."""
    home = rich.copied(folder)
    market = replayed_market(open_store(rich.market.venue), rich.market.instruments, trades_per_minute=16)
    with replica_of(market, speed=5, start=rich.until, waits=True, ticker_every=MINUTE) as served:
        process = begin(*paper_words(home, served.url), *words)
        found = Steered(home, served.replica, process, rich.until + MINUTE)
        served.replica.stream._rest = found.rest  # type: ignore[method-assign]
        try:
            yield found
        finally:
            process.terminate()
            process.communicate(timeout=WAIT_S)
