"""A month of seven perpetuals into one `scan`: how many signals there are, how fast they are told, how much it holds.

Only in `make soak` (tests/conftest.py), which prints the tables of docs/explanation/live-proofs.md.
"""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest

from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import DAY, format_duration, format_time, parse_time
from tests.support.processes import begin, free_port, replica
from tests.support.scanned import (
    Scanned,
    expect_each_signal_told_once,
    expect_late_closes_told,
    expect_nothing_missed,
    late_after_the_start,
    scan_words,
)
from tests.support.week import NAMES, chosen, instrument, make_market

FROM, UNTIL = parse_time("2025-05-10T00:00Z"), parse_time("2025-06-03T00:00Z")
"""The recorded minutes of one of the seven begin on 2025-05-09, those of six end on 2025-06-03."""
MOST_MB, MOST_GROWTH = 400, 0.05
LEVELS = (50, 90, 99)
PACE = ("3000", "--waits", "--ticker-every", "1m")
"""Fifty minutes of the market a second: slow enough that facts come one close at a time."""


@dataclass(frozen=True)
class Sample:
    """What a session held at a time of the market, in MB, and how fast signals were kept lately, by percentile."""

    time: int
    held: float
    kept_ms: tuple[float, ...]


@dataclass(frozen=True)
class Watched:
    """What a session left, and what was seen of it while it ran."""

    scanned: Scanned
    samples: Sequence[Sample]
    took_s: float


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the recorded candles of all seven, and their funding."""
    return make_market(tmp_path_factory.mktemp("market"))


def _watch(market: Path, home: Path, names: Sequence[str], span: tuple[int, int], speed: tuple[str, ...]) -> Watched:
    """Watch a replayed span, looking at the process now and then."""
    began, port = time.monotonic(), free_port()
    with replica("--home", market, *chosen(names), "--from", format_time(span[0]), "--speed", *speed) as url:
        words = (*scan_words(home, url, names), "--until", format_time(span[1]), "--serve", str(port))
        process = begin(*words)
        said: list[str] = []
        reading = threading.Thread(target=lambda: said.extend(process.communicate()))
        reading.start()
        samples = list(_samples(process, url, port))
        reading.join()
    assert process.returncode == 0, said[1]
    return Watched(Scanned(home), samples, time.monotonic() - began)


def _samples(process: "subprocess.Popen[str]", url: str, port: int) -> Iterator[Sample]:
    while process.poll() is None:
        time.sleep(0.5)
        try:
            now = parse_time(httpx.get(f"{url}/replica").json()["now"])
            metrics = httpx.get(f"http://127.0.0.1:{port}/metrics").text
            pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        except (httpx.TransportError, OSError, IndexError):
            continue  # it has not begun to serve, or has just ended
        yield Sample(now, pages * 4096 / 1e6, _latencies(metrics))


def _latencies(metrics: str) -> tuple[float, ...]:
    lines = (each for each in metrics.splitlines() if each.startswith("edgeproof_signal_latency_seconds{"))
    return tuple(1e3 * float(each.split()[-1]) for each in lines)


@pytest.mark.timeout(3_600)
def test_month_of_seven_instruments_is_clean_flat_and_never_quiet(market: Path, tmp_path: Path) -> None:
    seen = _watch(market, tmp_path, NAMES, (FROM, UNTIL), ("max",))
    scanned = seen.scanned
    _print_signals(scanned.decisions)
    _print_memory(seen)
    document = scanned.parity.json()
    _print(f"parity: {document['matched']:,} of {document['signals']:,} matched, causes {document['causes']}")
    _print(f"{sum(len(scanned.closes(instrument(name))) for name in NAMES):,} closes in {seen.took_s:.0f} s")

    expect_nothing_missed(scanned, [instrument(name) for name in NAMES], UNTIL)
    expect_each_signal_told_once(scanned)
    expect_late_closes_told(scanned)
    assert late_after_the_start(scanned) == []
    days = _days(scanned.decisions)
    assert len(days) == (UNTIL - FROM) // DAY
    assert min(days.values()) >= 10
    early, at_the_end = _held(seen, FROM + DAY, FROM + 2 * DAY), _held(seen, UNTIL - 2 * DAY, UNTIL)
    assert at_the_end < early * (1 + MOST_GROWTH)
    assert max(each.held for each in seen.samples if each.time < UNTIL) < MOST_MB


@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", [1, 3, 7])
def test_day_of_some_instruments_is_clean_at_a_pace_that_shows_speed(market: Path, tmp_path: Path, count: int) -> None:
    begin_at = parse_time("2025-05-20T00:00Z")
    seen = _watch(market, tmp_path, NAMES[:count], (begin_at, begin_at + DAY), PACE)
    decided = np.percentile([each.latency_ms for each in seen.scanned.decisions], LEVELS)
    kept = next(each.kept_ms for each in reversed(seen.samples) if each.kept_ms)
    words = " | ".join(f"{each:.1f}" for each in (*decided, *kept))
    _print(f"| {count} | {len(seen.scanned.decisions):,} | {words} |")
    assert seen.scanned.parity.status == 0


def _held(seen: Watched, start: int, end: int) -> float:
    return float(np.median([each.held for each in seen.samples if start <= each.time < end]))


def _print_signals(decisions: Sequence[Decision]) -> None:
    days = (UNTIL - FROM) / DAY
    inside = [each for each in decisions if each.signal.time <= UNTIL]
    fates = sorted({each.fate.value for each in inside})
    counts = Counter((each.signal.timeframe, each.fate.value) for each in inside)
    _print(f"\n| timeframe | a day | {' | '.join(fates)} |\n|---|---|{'---|' * len(fates)}")
    for timeframe in sorted({each for each, _ in counts}):
        row = [counts[timeframe, fate] for fate in fates]
        _print(_row(format_duration(timeframe), row, days))
    _print(_row("all", [sum(each.fate.value == fate for each in inside) for fate in fates], days))
    by_day = _days(decisions)
    _print(f"the quietest day had {min(by_day.values()):,} signals, the liveliest {max(by_day.values()):,}")


def _days(decisions: Sequence[Decision]) -> Counter[int]:
    """How many signals each day had; the close at midnight belongs to the day that ends."""
    return Counter((each.signal.time - 1) // DAY for each in decisions if FROM < each.signal.time <= UNTIL)


def _row(name: str, row: Sequence[int], days: float) -> str:
    return f"| {name} | {sum(row) / days:.1f} | {' | '.join(f'{each:,}' for each in row)} |"


def _print_memory(seen: Watched) -> None:
    _print("\n| day | held, MB |\n|---|---|")
    for day in (0, 1, 2, 3, 7, 14, 21, 23):
        here = [each.held for each in seen.samples if FROM + day * DAY <= each.time < FROM + (day + 1) * DAY]
        if here:
            _print(f"| {day + 1} | {np.median(here):.0f} |")
    watching, all_ = (max(each.held for each in seen.samples if each.time < end) for end in (UNTIL, UNTIL + DAY))
    _print(f"at most {watching:.0f} MB while it watches, {all_:.0f} MB in the comparison of the whole at the end")


def _print(words: str) -> None:
    sys.stderr.write(f"{words}\n")
