"""Real `paper` processes on the replayed market, killed at times of it, each begun again at once on the same home."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import httpx

from edgeproof.core.model.time import format_time, parse_time
from edgeproof.research.parity.trades.money import EXACT
from tests.support.processes import begin

FAULTS = ("duplicate:every=50", "reorder:every=40", "drop:after=12000,code=1006,outage=7m,count=3")
PACE = ("--speed", "max", "--waits", "--ticker-every", "1m", "--trades-per-minute", "16")
WIDE = """\
[risk]
loss_streak = false
no_entries_loss = 0.3
flatten_loss = 0.4
max_drawdown = 0.9
"""
"""With the usual limits a library without an edge is stopped by the first losses of a day, and little happens."""

KILLED = -9


@dataclass(frozen=True, kw_only=True)
class Call:
    """One session: how it is called, the time of the market at which it ends, and the one at which it is killed."""

    words: Sequence[str]
    until: int
    kill_at: int | None = None

    def run(self, home: Path, url: str) -> None:
        """The session, to its end."""
        words = ("paper", *self.words, "--venue", "replica", "--url", url, "--home", str(home))
        process = begin(*words, "--until", format_time(self.until))
        said = _run(process, url, self.kill_at)
        assert process.returncode == (0 if self.kill_at is None else KILLED), said


def expect_money_adds_up(trades: Mapping[str, Any]) -> None:
    """The money per cause makes the whole difference, to the last of its digits, which may be more than usual."""
    with localcontext(EXACT):
        causes = sum(Decimal(each["money"]) for each in trades["causes"].values())
        assert causes == Decimal(trades["difference"]) == Decimal(trades["net"]) - Decimal(trades["backtest_net"])


def expect_nothing_unexplained(trades: Mapping[str, Any]) -> None:
    """Every trade that differs, or was not taken, has a cause."""
    assert [each for each in trades["differences"] if "unexplained" in each["causes"]] == []
    assert [each for each in trades["not_taken_trades"] if each["cause"] == "unexplained"] == []
    assert trades["unexplained"] == 0


def _run(process: "subprocess.Popen[str]", url: str, kill_at: int | None) -> str:
    """Let a session end by itself, or kill it once the market has come to a time; what it said on stderr."""
    said: list[str] = []
    reading = threading.Thread(target=lambda: said.extend(process.communicate()))
    reading.start()
    if kill_at is not None:
        _wait(process, url, kill_at)
        process.kill()
    reading.join()
    return said[1][-2_000:]


def _wait(process: "subprocess.Popen[str]", url: str, time_of_market: int) -> None:
    with httpx.Client(base_url=url) as client:
        while process.poll() is None and parse_time(str(client.get("/replica").json()["now"])) < time_of_market:
            time.sleep(0.02)
