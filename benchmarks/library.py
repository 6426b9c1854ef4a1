"""The whole library over three years of recorded minutes: time, memory, and whether more hypotheses need more of it."""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks import ours
from benchmarks.harness import REPOSITORY, Finding, in_fresh_process, peak_memory
from benchmarks.market import BITCOIN, MINUTE, hourly_funding, market
from edgeproof.adapters.storage.importing.candles import read_candles
from edgeproof.adapters.storage.library import load_library
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.signals.hypothesis import variants
from edgeproof.research.backtest import Market, backtest

DATA = Path(os.environ.get("EDGEPROOF_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
RECORDED = "candles/bitfinex_BTCUSD_1m_2017_2019.parquet"
GIGABYTE = 2**30
THREADED = (500_000, 8)


def findings() -> Iterator[Finding]:
    """The whole library and half of it, each in a process of its own; then threads over instruments."""
    if not (DATA / RECORDED).exists():
        yield Finding(area="library", case="left out: the recorded data is not there", ours="")
    else:
        whole, half = (json.loads(in_fresh_process("benchmarks.library", f"run({share})")) for share in (1, 2))
        case = (
            f"{whole['tested']} hypotheses tested on {whole['candles']:,} minutes, {whole['trades']:,} trades, one run"
        )
        yield _bound(f"{case}: CPU s, with statistics", whole["cpu"], 60.0)
        yield _bound(f"{case}: wall s, one thread", whole["wall"], 30.0)
        yield _bound(f"{case}: peak memory, GB", whole["peak"] / GIGABYTE, 1.5)
        case = f"peak memory, GB: all {whole['tested']} beside {half['tested']} of them"
        yield Finding(
            area="library",
            case=case,
            ours=f"{whole['peak'] / GIGABYTE:.2f}",
            peer=f"{half['peak'] / GIGABYTE:.2f} (half)",
            ratio=whole["peak"] / half["peak"],
            aim=1.25,
            at_most=True,
        )
    yield _threads()


def _bound(case: str, value: float, most: float) -> Finding:
    return Finding(area="library", case=case, ours=f"{value:.2f}", ratio=value, required=most, at_most=True)


def run(share: int) -> None:
    """Print what every `share`-th hypothesis of the library costs over the recorded minutes."""
    candles = fill_gaps(read_candles(DATA / RECORDED, MINUTE))
    hypotheses = [variant for hypothesis in load_library()[::share] for variant in variants(hypothesis)]
    # No funding was recorded with these candles; without any, a third of the library would be set aside.
    history = Market(instrument=BITCOIN, candles=candles, funding=hourly_funding(candles))
    backtest(history, hypotheses, ours.FEES)  # kernels warm
    wall, cpu = time.perf_counter(), time.process_time()
    tested = trades = 0
    for result in backtest(history, hypotheses, ours.FEES):
        if (figures := result.statistics) is not None:
            tested += 1
            trades += figures.n
    print(
        json.dumps(
            {
                "tested": tested,
                "candles": len(candles),
                "trades": trades,
                "wall": time.perf_counter() - wall,
                "cpu": time.process_time() - cpu,
                "peak": peak_memory(),
            }
        )
    )


def _threads() -> Finding:
    size, instruments = THREADED
    markets = [market(size, seed=seed) for seed in range(instruments)]
    ours.totals(ours.W2, markets[0])
    wall = {threads: _wall(markets, threads) for threads in (1, 2)}
    return Finding(
        area="library",
        case=f"W2 on {instruments} instruments of {size:,} candles: wall s on 2 threads beside 1",
        ours=f"{wall[2]:.2f} (2)",
        peer=f"{wall[1]:.2f} (1)",
        ratio=wall[1] / wall[2],
    )


def _wall(markets: list[Market], threads: int) -> float:
    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda each: ours.totals(ours.W2, each), markets))
    return time.perf_counter() - start
