"""Drills on the replica: a real `paper` process, in a home of its own, in a market that does what the drill needs.

1. `_make_home`: HOME/drills/NAME is made anew, with history that stands still, one hypothesis that enters at every
   close, and settings under which the market of the drill reaches the limits soon.
2. A replica on loopback plays what follows, no faster than the session reads.
   A receiver of webhooks on loopback takes what a drill of notifications tells.
3. The drill plays its part: it waits, asks, kills. What came of it is read from the journal, and from what the
   receiver took (`services/drill_checks.py`, `services/told_checks.py`).
4. The result is kept, with its date, in HOME/drills/results.jsonl.
"""

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import msgspec

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.notify.receiver import Receiver, receiving
from edgeproof.adapters.simulated.drawn import drawn_candles
from edgeproof.adapters.storage.atomic import write_file
from edgeproof.adapters.storage.drills import DRILLS, keep_drill
from edgeproof.adapters.storage.library import USER_FOLDER
from edgeproof.bootstrap import open_store, replayed_market
from edgeproof.bootstrap.journal import home_holder, open_journal
from edgeproof.config import JournalSettings, PaperSettings
from edgeproof.core.model.drill import DrillResult, Received, Seen
from edgeproof.core.model.errors import EdgeproofError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import MessageQueued
from edgeproof.core.model.time import DAY, HOUR, MINUTE, parse_time
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.exchange.options import Options, Pace
from edgeproof.exchange.replica import Replica
from edgeproof.exchange.server import bind, serving
from edgeproof.ports import Journal

_BTC, _ETH = Instrument("BTC", "USD", "USD"), Instrument("ETH", "USD", "USD")
_PRICES = {_BTC: 60_000.0, _ETH: 3_000.0}
BEGIN = parse_time("2025-01-09T11:00:00Z")
"""When a drill begins, by the clock of its market."""

RESET = BEGIN + HOUR
"""When its trading day ends: not at midnight, when a session also compares itself with the backtest."""

_END = BEGIN + 12 * HOUR
_HISTORY = 8 * DAY + 11 * HOUR
_SPEED = 600.0
"""Ten minutes of the market a second, at most."""

FLATTEN_LOSS = RiskLimits().flatten_loss or Decimal(0)
CASH = PaperSettings().equity

_PATIENCE_S = 60.0
_LOOK_EVERY_S = 0.1
_TRADES_PER_MINUTE = 24

HYPOTHESIS = """\
# Made by edgeproof drill: no idea about the market, an entry at every close.

[[hypothesis]]
name = "Drill_Every_Close_1m"
timeframe = "1m"
direction = "long"
family = "breakout"
reason = "None: a drill needs positions."
entry = ["close > 0"]
stop = "close * 0.94"
target = "1R"
expires_after = "10m"
"""

_SETTINGS = f"""\
# Made by edgeproof drill: two positions of half the equity each; the levels of the day's loss are the usual ones.

[risk]
risk_fraction = 0.03
max_open_risk = 0.06
max_correlation = false
halve_correlation = false
max_btc_beta = false
loss_streak = false
flatten_loss = {FLATTEN_LOSS}
reset_hour = {RESET % DAY // HOUR}
"""

_TOLD = """
[notify.webhook]
url = "{url}"
secret = "file:{secret}"
per_second = 1000
"""
_SECRET = "hook.secret"  # noqa: S105 - where it is, not what it is
RECEIVED = "received.json"
"""In the home of a drill: what the receiver took."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a drill is played: its home, the address of its venue, who is told, and the sessions that it began."""

    home: Path
    url: str
    receiver: Receiver
    _running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def begin(self) -> "subprocess.Popen[bytes]":
        """A `paper` process, which trades from now on."""
        names = [word for each in _PRICES for word in ("--instrument", each.unified)]
        words = ("paper", "Drill_*", "--all", "--venue", "replica", "--url", self.url, "--no-preview", *names)
        with (self.home / "paper.log").open("ab") as log:
            process = subprocess.Popen(self._command(*words), stdout=log, stderr=log, env=_environment())
        self._running.append(process)
        return process

    def ask(self, *words: str) -> None:
        """Run a command of a person to its end, whatever it is: what came of it is in the journal, or is not."""
        with (self.home / "asked.log").open("ab") as log, suppress(subprocess.TimeoutExpired):
            subprocess.run(
                self._command(*words), stdout=log, stderr=log, env=_environment(), check=False, timeout=_PATIENCE_S
            )

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "edgeproof", *words, "--home", str(self.home)]

    def until(self, holds: Callable[[Journal], bool]) -> bool:
        """Wait until something is in the journal; whether it came before the market's end."""
        clock = SystemClock()
        limit = clock.monotonic() + _PATIENCE_S
        while clock.monotonic() < limit and any(each.poll() is None for each in self._running):
            with read_journal(self.home) as journal:
                if holds(journal):
                    return True
                if min(journal.taken_until().values(), default=0) >= _END:
                    return False
            time.sleep(_LOOK_EVERY_S)
        return False

    def end(self, process: "subprocess.Popen[bytes]") -> None:
        """Let a session end as a supervisor does: it tells what it can."""
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE_S)

    def close(self) -> None:
        """End what still runs."""
        for each in self._running:
            if each.poll() is None:
                each.kill()
            each.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A drill: what its market does (time, multiple of the price), what is done in it, and what has to be seen.

    `is_told` says that its sessions tell the receiver.
    """

    name: str
    did: str
    points: Sequence[tuple[int, float]]
    play: Callable[[Stage], None]
    seen: Callable[[Journal, Received], tuple[Seen, ...]]
    is_told: bool = False


def make_drill(home: Path, drill: Drill) -> DrillResult:
    """Play a drill, and keep what it came to.

    Raises
    ------
    EdgeproofError
        The same drill is under way in this home.
    """
    own = home / DRILLS / drill.name
    if (holder := home_holder(own)) is not None:
        raise EdgeproofError(f"a drill is under way in {own}: {holder}; try again when it is over")
    _make_home(own, drill)
    received = _play(own, drill)
    with read_journal(own) as journal:
        seen = drill.seen(journal, received)
    result = DrillResult(name=drill.name, at=SystemClock().now(), did=drill.did, seen=seen)
    keep_drill(home, result)
    return result


def _play(home: Path, drill: Drill) -> Received:
    """Play a drill; what the receiver took."""
    receiver = Receiver(secrets.token_hex(16), _Witness(home).look, SystemClock())
    with ExitStack() as stack:
        if drill.is_told:
            _set_up_receiver(home, stack.enter_context(receiving(receiver)), receiver.secret)
        stage = Stage(home, stack.enter_context(_venue(home)), receiver)
        stack.callback(stage.close)
        drill.play(stage)
    received = receiver.received()
    if drill.is_told:
        write_file(home / RECEIVED, msgspec.json.encode(received))
    return received


def _set_up_receiver(home: Path, url: str, secret: str) -> None:
    (home / _SECRET).touch(mode=0o600)
    (home / _SECRET).write_text(secret)
    write_file(home / "edgeproof.toml", (_SETTINGS + _TOLD.format(url=url, secret=_SECRET)).encode())


@dataclass(slots=True)
class _Witness:
    """Looks into the journal of a drill for a receiver: is what it takes written down?"""

    home: Path
    _seq: int = 0
    _known: set[str] = field(default_factory=set)

    def look(self, names: Sequence[str]) -> tuple[bool, int]:
        """Whether all of some messages are there, and the close of the last candle that is."""
        with read_journal(self.home) as journal:
            for each in journal.read(MessageQueued, after=self._seq):
                self._seq = each.seq
                self._known.add(each.record.message.id)
            return self._known.issuperset(names), max(journal.taken_until().values(), default=0)


@contextmanager
def read_journal(home: Path) -> Iterator[Journal]:
    """The journal of a drill, to be read while the block lasts."""
    journal = open_journal(home, JournalSettings())
    try:
        yield journal
    finally:
        journal.close()


def _make_home(home: Path, drill: Drill) -> None:
    shutil.rmtree(home, ignore_errors=True)
    write_file(home / USER_FOLDER / "drill.toml", HYPOTHESIS.encode())
    write_file(home / "edgeproof.toml", _SETTINGS.encode())
    for place, end in ((home, BEGIN), (home / "venue", _END)):
        store = open_store(place)
        for instrument, price in _PRICES.items():
            candles = drawn_candles(price, BEGIN - _HISTORY, _END, drill.points).between(None, end)
            store.save_candles(instrument, candles, source="edgeproof drill")


@contextmanager
def _venue(home: Path) -> Iterator[str]:
    market = replayed_market(open_store(home / "venue"), tuple(_PRICES), trades_per_minute=_TRADES_PER_MINUTE)
    pace = Pace(start=BEGIN, end=_END, speed=_SPEED, ticker_every=MINUTE, waits=True)
    with bind("127.0.0.1", 0) as listening, serving(Replica(market, Options(pace=pace)), listening) as url:
        yield url


def _environment() -> dict[str, str]:
    """That of this process without its own home: a drill must not reach into another one."""
    return {name: value for name, value in os.environ.items() if name != "EDGEPROOF_HOME"}
