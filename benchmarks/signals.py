"""A close to its signals decided, in the journal and in the file: the curve over instruments, and a month of memory."""

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.harness import Finding, in_fresh_process, occupied_memory
from benchmarks.pipeline import Batch, Pipeline
from edgeproof.core.model.time import DAY, HOUR, MINUTE

CURVE = {10: 60, 20: 100, 50: 40, 100: 30, 200: 20, 300: 20}
"""Instruments, and how many closes are timed on which every timeframe closes."""

MOST_MS = {20: 50.0, 300: 500.0}
BESIDE, NAIVE_CLOSES = 20, 15
"""Instruments, and closes, of which the same records are also written one by one."""

EVERY = 4 * HOUR
"""When all timeframes of the library close together."""

MONTH_INSTRUMENTS, MONTH_DAYS = 20, 30
MOST_MEMORY = 400
MEGABYTE = 2**20


def findings() -> Iterator[Finding]:
    """The curve, with what is written one by one beside it, and what a month does to memory."""
    for instruments, closes in CURVE.items():
        yield from _at(instruments, json.loads(in_fresh_process("benchmarks.signals", f"run({instruments}, {closes})")))
    yield from _memory()


def _at(instruments: int, taken: dict[str, list[float]]) -> Iterator[Finding]:
    median, late = np.percentile(taken["all"], (50, 99)).tolist()
    usual, usual_late = np.percentile(taken["minute"], (50, 99)).tolist()
    naive = float(np.median(taken["naive"])) if taken["naive"] else None
    cpu = float(np.median(taken["cpu"]))
    signals = float(np.mean(taken["signals"]))
    yield Finding(
        area="signals",
        case=f"{instruments} instruments, all timeframes close, {signals:.0f} signals: ms to journal and file, p99",
        ours=f"{late:.1f} (p50 {median:.1f}, CPU {cpu:.1f}; a minute alone: p99 {usual_late:.1f}, p50 {usual:.1f})",
        peer="" if naive is None else f"{naive:.1f} (p50, a record at a time)",
        ratio=late,
        required=MOST_MS.get(instruments),
        at_most=True,
    )


def run(instruments: int, closes: int) -> None:
    """Print the milliseconds of closes on which all timeframes close, and of the minutes just before them.

    The minutes in between are evaluated, but neither decided nor written.
    """
    taken: dict[str, list[float]] = {"all": [], "minute": [], "cpu": [], "signals": [], "naive": []}
    with tempfile.TemporaryDirectory() as home, Pipeline(Path(home), instruments) as line:
        for number in range(1, closes + 1):
            close = line.start + number * EVERY
            for minute in range(close - EVERY + MINUTE, close - MINUTE, MINUTE):
                line.pass_over(minute)
            taken["minute"].append(_timed(line, close - MINUTE, [])[0])
            milliseconds, batch = _timed(line, close, taken["cpu"])
            taken["all"].append(milliseconds)
            taken["signals"].append(len(batch.told))
            if instruments == BESIDE and number <= NAIVE_CLOSES:
                taken["naive"].append(_naive(line, batch, milliseconds))
    print(json.dumps(taken))


def _timed(line: Pipeline, close: int, cpu: list[float]) -> tuple[float, Batch]:
    facts = line.facts(close)
    begin, busy = time.perf_counter(), time.process_time()
    batch = line.take(facts)
    cpu.append(1e3 * (time.process_time() - busy))
    return 1e3 * (time.perf_counter() - begin), batch


def _naive(line: Pipeline, batch: Batch, whole: float) -> float:
    """What it would have taken with an append for every record, and for every signal."""
    together = line.written_again(batch, one_by_one=False)
    return whole + 1e3 * (line.written_again(batch, one_by_one=True) - together)


def _memory() -> Iterator[Finding]:
    found = json.loads(in_fresh_process("benchmarks.signals", "month()"))
    imports, begun, first, last = (found[name] / MEGABYTE for name in ("imports", "begun", "first", "last"))
    case = f"{MONTH_INSTRUMENTS} instruments, a simulated month, {found['signals']:,} signals: memory, MB"
    yield Finding(
        area="signals",
        case=f"{case}, beside that after the first day",
        ours=f"{last:.1f}",
        peer=f"{first:.1f} (after the first day)",
        ratio=last / first,
        required=1.05,
        at_most=True,
    )
    yield Finding(
        area="signals",
        case=case,
        ours=f"{last:.0f}",
        peer=f"{imports:.0f} (imports alone), {begun:.0f} (history taken in)",
        ratio=last,
        required=MOST_MEMORY,
        at_most=True,
    )


def month(days: int = MONTH_DAYS) -> None:
    """Print the bytes occupied at the start, with all history taken in, after the first day and after the last."""
    found: dict[str, int] = {"imports": occupied_memory(), "signals": 0}
    with tempfile.TemporaryDirectory() as home, Pipeline(Path(home), MONTH_INSTRUMENTS) as line:
        found["begun"] = occupied_memory()
        for day in range(days):
            begin = line.start + day * DAY
            for minute in range(begin + MINUTE, begin + DAY + MINUTE, MINUTE):
                found["signals"] += len(line.take(line.facts(minute)).told)
            found["last"] = occupied_memory()
            found.setdefault("first", found["last"])
            print(f"day {day + 1}: {found['last'] / MEGABYTE:.1f} MB", file=sys.stderr, flush=True)
    print(json.dumps(found))
