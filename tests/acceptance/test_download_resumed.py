"""A download that is broken off in every way there is, and run again: the store of an undisturbed run, to the byte."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from edgeproof.core.model.candle import COLUMNS, Candles
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE, parse_time
from tests.support.candles import funding, walk
from tests.support.venue import Venue, serving

BTC, ETH = parse_instrument("BTC/USD:USD"), parse_instrument("ETH/USD:USD")
START = parse_time("2026-08-20")
MINUTES = 20_000  # over the end of a month: two files of the store
WORDS = ("-i", "BTC/USD:USD", "-i", "ETH/USD:USD", "--since", "2026-08-20")


def market(seed: int) -> Candles:
    """Candles of which one in a hundred is not there."""
    whole = walk(MINUTES, seed=seed, start=START)
    kept = np.flatnonzero(np.random.default_rng(seed).random(MINUTES) > 0.01)
    return Candles(timeframe=MINUTE, **{name: getattr(whole, name)[kept] for name in ("open_time", *COLUMNS, "filled")})


def new_venue() -> Venue:
    hours = MINUTES // 60
    rates = funding([START + hour * HOUR for hour in range(hours)], [hour / 1e7 for hour in range(hours)])
    now = START + MINUTES * MINUTE + 20_000
    return Venue(candles={BTC: market(1), ETH: market(2)}, funding={BTC: rates, ETH: rates}, now=now)


@pytest.fixture
def venue() -> Iterator[Venue]:
    with serving(new_venue()) as running:
        yield running


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the store holds after a download that nothing disturbed."""
    home = tmp_path_factory.mktemp("undisturbed")
    with serving(new_venue()) as running:
        finished(running.url, home)
    held = content(home)
    assert len(held) > 4
    return held


def started(url: str, home: Path, words: Sequence[str] = WORDS) -> "subprocess.Popen[str]":
    program = [sys.executable, "-m", "edgeproof", "data", "download", "--venue", "replica", "--url", url]
    return subprocess.Popen(
        [*program, *words, "--home", str(home)],
        env=os.environ | {"COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(url: str, home: Path, words: Sequence[str] = WORDS) -> str:
    running = started(url, home, words)
    out, err = running.communicate(timeout=100)
    assert running.returncode == 0, err
    return out


def broken_off(venue: Venue, home: Path, charts: int, how: signal.Signals) -> tuple[int, str]:
    """Start a download, and send it a signal when it has asked for so many pages; how it ended and what it said."""
    already = count_charts(venue)
    running = started(venue.url, home)
    deadline = time.monotonic() + 60
    while count_charts(venue) - already < charts and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.005)
    running.send_signal(how)
    _, err = running.communicate(timeout=60)
    return running.returncode, err


def count_charts(venue: Venue) -> int:
    return sum("/charts/" in path for path in venue.asked)


def content(home: Path) -> dict[str, bytes]:
    """Every file of the store by its name, without those that are being written."""
    root = home / "data"
    found = {}
    for path in sorted(root.rglob("[!.]*.*")):
        with suppress(FileNotFoundError, IsADirectoryError):  # replaced meanwhile
            found[str(path.relative_to(root))] = path.read_bytes()
    return found


def test_download_killed_again_and_again_leaves_the_same_store(
    venue: Venue, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    venue.delay = 0.05
    for charts in (1, 3, 4, 2):
        status, _ = broken_off(venue, tmp_path, charts, signal.SIGKILL)
        assert status == -signal.SIGKILL
    assert "there already" in finished(venue.url, tmp_path)
    assert content(tmp_path) == undisturbed


def test_download_interrupted_says_what_is_kept_and_goes_on(
    venue: Venue, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    venue.delay = 0.05
    status, said = broken_off(venue, tmp_path, 4, signal.SIGINT)
    assert status == 130
    assert "new candles of BTC/USD:USD are kept, and the same command goes on from there" in said
    finished(venue.url, tmp_path)
    assert content(tmp_path) == undisturbed


@pytest.mark.parametrize("fault", ["503", "429", "limit", "html", "cut", "hangs up"])
def test_download_from_a_failing_venue_leaves_the_same_store(
    venue: Venue, tmp_path: Path, undisturbed: dict[str, bytes], fault: str
) -> None:
    venue.faults = deque([fault, "", fault, fault, ""] * 2)
    finished(venue.url, tmp_path)
    assert not venue.faults
    assert content(tmp_path) == undisturbed


def test_download_from_a_venue_that_stays_away_fails_and_goes_on_later(
    venue: Venue, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    venue.faults = deque(["", ""] + ["503"] * 100)
    running = started(venue.url, tmp_path)
    _, err = running.communicate(timeout=100)
    assert running.returncode == 1
    assert "HTTP 503" in err
    assert "tried 6 times" in err
    assert "new candles of BTC/USD:USD are kept" in err
    venue.faults.clear()
    finished(venue.url, tmp_path)
    assert content(tmp_path) == undisturbed


REPLICA_WORDS = ("-i", "BTC/USD:USD", "-i", "ETH/USD:USD", "--since", "2025-01-01", "--until", "2025-01-14T20:00")


@contextmanager
def exchange(home: Path, *words: str) -> Iterator[str]:
    """The address of `edgeproof exchange`, a process of its own that replays a generated market."""
    program = [sys.executable, "-m", "edgeproof", "exchange", "--generated", "2", "--days", "15", "--warmup", "14d"]
    more = ["--speed", "1", "--port", "0", "--json", "--home", str(home), *words]
    with subprocess.Popen([*program, *more], stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            yield json.loads(running.stdout.readline())["url"]
        finally:
            running.terminate()


@pytest.fixture(scope="module")
def replica(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with exchange(tmp_path_factory.mktemp("exchange")) as url:
        yield url


@pytest.fixture(scope="module")
def undisturbed_replica(tmp_path_factory: pytest.TempPathFactory, replica: str) -> dict[str, bytes]:
    """What the store holds after a download from the replica that nothing disturbed."""
    home = tmp_path_factory.mktemp("undisturbed")
    finished(replica, home, REPLICA_WORDS)
    held = content(home)
    assert len(held) >= 8
    return held


def test_download_from_a_replica_killed_as_soon_as_something_is_kept_leaves_the_same_store(
    replica: str, tmp_path: Path, undisturbed_replica: dict[str, bytes]
) -> None:
    for _ in range(3):
        before = content(tmp_path)
        running = started(replica, tmp_path, REPLICA_WORDS)
        deadline = time.monotonic() + 60
        while content(tmp_path) == before and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        running.kill()
        running.communicate(timeout=60)
    assert content(tmp_path) != undisturbed_replica
    finished(replica, tmp_path, REPLICA_WORDS)
    assert content(tmp_path) == undisturbed_replica


def test_download_from_a_replica_with_every_fault_of_rest_leaves_the_same_store(
    tmp_path: Path, undisturbed_replica: dict[str, bytes]
) -> None:
    faults = [
        "503:every=4,count=0,after=3",
        "html:every=7,count=0",
        "429:every=9,count=2,reset=1",
        "slow_rest:every=5,count=4,seconds=0.3",
    ]
    with exchange(tmp_path / "exchange", *(word for fault in faults for word in ("--fault", fault))) as url:
        finished(url, tmp_path / "home", REPLICA_WORDS)
    assert content(tmp_path / "home") == undisturbed_replica
