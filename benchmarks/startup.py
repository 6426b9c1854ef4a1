"""What the command line costs before it works: help, and the first backtest of a process."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import Finding
from benchmarks.library import DATA
from benchmarks.ours import W1

TURNS = 7
RECORDED = "candles/binance_perp_BTCUSDT_1m_2025-05_2025-06.parquet"
MONTH = ("--start", "2025-05-01", "--end", "2025-06-01")


def findings() -> Iterator[Finding]:
    """CPU of `--help` above the bare interpreter, and the wall time of a small backtest with kernels in the cache."""
    bare = statistics.median(_run("-c", "pass")[0] for _ in range(TURNS))
    helped = statistics.median(_run("-m", "edgeproof", "--help")[0] for _ in range(TURNS))
    yield Finding(
        area="start",
        case="`edgeproof --help`: CPU s above the bare interpreter",
        ours=f"{helped - bare:.3f}",
        peer=f"{bare:.3f} (interpreter)",
        ratio=helped - bare,
        required=0.15,
        at_most=True,
    )
    if (DATA / RECORDED).exists():
        yield _backtest()
    else:
        yield Finding(area="start", case="backtest left out: the recorded data is not there", ours="")


def _backtest() -> Finding:
    with tempfile.TemporaryDirectory() as home:
        mine = Path(home) / "w1.toml"
        mine.write_text(W1, encoding="utf-8")
        _run("-m", "edgeproof", "data", "import", str(DATA / RECORDED), "--instrument", "BTC/USD:USD", "--home", home)
        words = ("-m", "edgeproof", "backtest", "W1", "--hypotheses", str(mine), *MONTH, "--home", home)
        _run(*words)
        wall = statistics.median(_run(*words)[1] for _ in range(TURNS))
    case = "`edgeproof backtest` of one hypothesis on a month of minutes, kernels in the cache: wall s"
    return Finding(area="start", case=case, ours=f"{wall:.2f}", ratio=wall, required=3.0, at_most=True)


def _run(*words: str) -> tuple[float, float]:
    """CPU and wall seconds of a fresh interpreter."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    said = process.stderr.read().decode() if process.stderr is not None else ""
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(words)} ended with status {process.returncode}:\n{said}")
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start
