"""`make bench`: every benchmark, as a table on stdout; `--write` keeps it in the documentation."""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from edgeproof.cli.kernel_cache import use_kernel_cache

use_kernel_cache()  # before anything imports numba

from benchmarks import (  # noqa: E402 - see above
    decision,
    exits,
    feed,
    kernels,
    library,
    live,
    paper,
    pictures,
    replay,
    replica,
    signals,
    startup,
    telling,
    w1,
    w2,
    watching,
)  # fmt: skip
from benchmarks.harness import REPOSITORY, Finding, table  # noqa: E402 - see above

DOCUMENT = REPOSITORY / "docs" / "explanation" / "benchmarks.md"
SMALL, USUAL, LARGE = 100_000, 500_000, 2_600_000
INTRODUCTION = """# Benchmarks

The table of `make bench BENCH=--write`, as it was printed on the machine named below. Times are CPU time: medians of
interleaved rounds with their range, after a warm-up call each. Only ratios can be compared between machines.

W1 is one hypothesis on one instrument, from its text to its trades and statistics; W2 is a sweep of 200 variants of it.
The market is a seeded GARCH series on which every open is the previous close. vectorbt runs its Rust engine on flat
arrays and is given TA-Lib's indicators, which are faster than its own; backtesting.py is written as its documentation
writes it. "As a gift" leaves the indicators out of vectorbt's time but not out of ours.

Live is a close taken into kept states, from candles to arrays of what holds where. Signals is the rest, in wall time:
facts to the desk, its records into a journal in SQLite and the signals into their file, both synced to the disk; the
whole library of hypotheses, on a generated market, at closes of 4 hours, on which all timeframes close.

Replay is history through the decider that also trades live, its orders placed, amended and cancelled at a simulated
venue; nautilus_trader runs as a program of its own environment, in turns with it, and its engine's `run` alone is
timed. A decision is `step` from a signal to its entry order, every limit of risk held against it.

Telling is wall time from the last fact of a close to the answer of a Bot API on loopback, for the signals of a real
`scan` on a generated market that runs two hours a minute, with what the feed of a real venue waits for late trades.
"""


def main() -> int:
    """Run what was asked for; 0 unless `--strict` and a requirement is missed."""
    words = _words()
    findings: list[Finding] = []
    for name, work in _benchmarks(large=words.large).items():
        if not words.only or name in words.only:
            print(f"... {name}", file=sys.stderr, flush=True)
            findings.extend(work())
    text = f"Machine: {machine()}.\n\n{table(findings)}\n"
    print(text)
    if words.write:
        DOCUMENT.write_text(f"{INTRODUCTION}\n{text}", encoding="utf-8")
    return int(words.strict and not all(finding.holds for finding in findings))


def _benchmarks(*, large: bool) -> dict[str, Callable[[], Iterable[Finding]]]:
    sizes = (SMALL, USUAL, LARGE) if large else (SMALL, USUAL)
    return {
        "w1": lambda: (finding for size in sizes for finding in w1.findings(size, slow=size == USUAL)),
        "w2": lambda: w2.findings(USUAL),
        "exits": lambda: exits.findings(USUAL),
        "kernels": lambda: kernels.findings(USUAL),
        "live": live.findings,
        "feed": feed.findings,
        "library": library.findings,
        "paper": paper.findings,
        "pictures": pictures.findings,
        "telling": telling.findings,
        "replay": replay.findings,
        "decision": decision.findings,
        "replica": replica.findings,
        "signals": signals.findings,
        "startup": startup.findings,
        "watching": watching.findings,
    }


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help=f"{', '.join(_benchmarks(large=False))} [default: all]")
    parser.add_argument("--large", action="store_true", help="W1 on 2.6 million candles as well")
    parser.add_argument("--write", action="store_true", help="keep the table in docs/explanation/benchmarks.md")
    parser.add_argument("--strict", action="store_true", help="status 1 when a requirement is missed")
    return parser.parse_args()


def machine() -> str:
    """The processor, its usable cores and the interpreter."""
    names = (line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name"))
    cores = len(os.sched_getaffinity(0))
    return f"{next(names, platform.machine())}, {cores} cores, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


if __name__ == "__main__":
    sys.exit(main())
