"""Measuring side by side: interleaved rounds of CPU time, medians, ratios, and the table they make.

Only ratios of contestants that took turns in one run mean anything on a shared machine; the first call of each
(imports, compilation, caches) is a warm-up that is reported apart.
"""

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 9
REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of CPU time: the warm-up call, then every measured round."""

    first: float
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one of the rounds."""
        return statistics.median(self.rounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of the table; `required` is the least ratio, or the most the figure may be where `at_most`."""

    area: str
    case: str
    ours: str
    peer: str = ""
    ratio: float | None = None
    required: float | None = None
    aim: float | None = None
    at_most: bool = False

    @property
    def holds(self) -> bool:
        """Whether the requirement is met; a line without one always holds."""
        if self.required is None or self.ratio is None:
            return True
        return self.ratio <= self.required if self.at_most else self.ratio >= self.required

    @property
    def verdict(self) -> str:
        """PASS or below; nothing where nothing is required."""
        return "" if self.required is None or self.ratio is None else ("PASS" if self.holds else "below")


def interleave(
    contestants: Mapping[str, Callable[[], object]],
    rounds: Mapping[str, int] | None = None,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, Timing]:
    """Time contestants in turns, a, b, a, b ...; `rounds` overrides how many turns a slow one gets."""
    turns = {name: (rounds or {}).get(name, ROUNDS) for name in contestants}
    first = {name: _time(work, clock) for name, work in contestants.items()}
    # What the libraries keep is set apart: collecting before a turn must not walk all of it and empty the caches.
    gc.collect()
    gc.freeze()
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(max(turns.values())):
        for name, work in contestants.items():
            if turn < turns[name]:
                taken[name].append(_time(work, clock))
    return {name: Timing(first[name], tuple(taken[name])) for name in contestants}


def _time(work: Callable[[], object], clock: Callable[[], float]) -> float:
    gc.collect()
    start = clock()
    work()
    return clock() - start


def ratio(peer: Timing, ours: Timing) -> float:
    """How many times as long the peer took, by medians."""
    return peer.median / ours.median


def milliseconds(timing: Timing) -> str:
    """The median with the spread of the rounds.

    >>> milliseconds(Timing(1.0, (0.002, 0.004, 0.003)))
    '3.00 ms (2.00-4.00)'
    """
    low, high = min(timing.rounds), max(timing.rounds)
    return f"{1e3 * timing.median:.2f} ms ({1e3 * low:.2f}-{1e3 * high:.2f})"


def peak_memory() -> int:
    """Bytes this process has occupied at most; of this program alone, unlike getrusage, which remembers its parent."""
    return _memory("VmHWM:")


def occupied_memory() -> int:
    """Bytes this process occupies now."""
    return _memory("VmRSS:")


def _memory(what: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(what):
            return int(line.split()[1]) * 1024
    raise OSError(f"expected a line {what} in /proc/self/status, found none")


def in_fresh_process(module: str, call: str) -> str:
    """What a call prints in a process of its own, such as `in_fresh_process("benchmarks.w2", "peak_of_ours()")`."""
    code = f"import {module} as module; module.{call}"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{module}.{call} failed:\n{done.stderr}")
    return done.stdout


def table(findings: Sequence[Finding]) -> str:
    """The findings as a markdown table."""
    head = "| | case | edgeproof | peer | ratio | required | aim | |\n|---|---|--:|--:|--:|--:|--:|---|"
    return "\n".join([head, *map(_row, findings)])


def _row(finding: Finding) -> str:
    sign = "<=" if finding.at_most else ">="
    required = "" if finding.required is None else f"{sign} {finding.required:g}"
    aim = "" if finding.aim is None else f"{sign} {finding.aim:g}"
    measured = (
        "" if finding.ratio is None else f"{finding.ratio:.3g}" if finding.ratio < 100 else f"{finding.ratio:,.0f}"
    )
    cells = (finding.area, finding.case, finding.ours, finding.peer, measured, required, aim, finding.verdict)
    return f"| {' | '.join(cells)} |"
