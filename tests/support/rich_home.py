"""A home with something of everything: a planted market, a discovery, a day and more of paper trading, its comparison.

It is made once, by real processes, and shared by all workers of a test session; who lets a session write copies it.
"""

import fcntl
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeproof.bootstrap import open_store
from edgeproof.bootstrap.demo import PlantedMarket, planted_market
from edgeproof.core.model.time import HOUR, MINUTE, format_time
from tests.support.papered import PACE, WIDE
from tests.support.processes import Finished, edgeproof, replica

NAMES = ("RSI_*", "MACD_*", "EMA_*", "Demo_*", "BB_*", "Support*", "Volume_*", "Bollinger*")
"""Enough of the library to fire some times an hour."""


@dataclass(frozen=True, slots=True)
class RichHome:
    """The home, and its market: it traded until `until`, with positions open then, and there is more to play after."""

    market: PlantedMarket

    @property
    def home(self) -> Path:
        """Where it is. Nobody writes there."""
        return self.market.home

    @property
    def until(self) -> int:
        """When its session ended."""
        return self.market.split + 32 * HOUR + 12 * MINUTE

    def copied(self, folder: Path) -> Path:
        """A home of one's own in which a session can go on: all of its history is the replica's, none is generated."""
        home = Path(shutil.copytree(self.home, folder / "home", ignore=shutil.ignore_patterns("venue", "data")))
        venue, store = open_store(self.market.venue), open_store(home)
        for each in self.market.instruments:
            store.save_candles(each, venue.load_candles(each, MINUTE, end=self.until), source="replica")
            store.save_funding(each, venue.load_funding(each, end=self.until), source="replica")
        return home


def rich_home(folder: Path) -> RichHome:
    """The home under a folder; the first of several processes that come makes it, the others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = RichHome(planted_market(folder, instruments=2, days=8, live_days=2, seed=0))
        if not (folder / "made").exists():
            _make(found)
            (folder / "made").touch()
    return found


def paper_words(home: Path, url: str) -> list[str]:
    """The words of a call that trades on paper as the home's session did."""
    where = ["--venue", "replica", "--url", url, "--home", str(home), "--config", str(home / "edgeproof.toml")]
    chosen = [word for name in ("BTC", "ETH") for word in ("--instrument", f"{name}/USD:USD")]
    return ["paper", *NAMES, "--all", *chosen, *where]


def _make(found: RichHome) -> None:
    home = found.home
    (home / "edgeproof.toml").write_text(WIDE)
    _expect(edgeproof("discover", *NAMES, "--pool", "--home", home))
    span = ("--from", format_time(found.market.split), "--to", format_time(found.market.end))
    with replica("--home", found.market.venue, *span, *PACE) as url:
        _expect(edgeproof(*_until(paper_words(home, url), found.until)))
    _expect(edgeproof("parity", "--home", home))


def _until(words: Sequence[str], time: int) -> list[str]:
    return [*words, "--until", format_time(time)]


def _expect(ran: Finished) -> None:
    assert ran.status == 0, ran.err[-2_000:]
