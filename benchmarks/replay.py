"""The decider: a month of seven instruments through `step`, W1 beside nautilus_trader, and what one decision takes."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks import ours
from benchmarks.harness import REPOSITORY, ROUNDS, Finding, Timing, in_fresh_process, milliseconds, ratio
from benchmarks.market import MINUTE, candles, market
from edgeproof.adapters.storage.importing.candles import read_candles
from edgeproof.adapters.storage.library import load_library
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import Funding
from edgeproof.core.model.entry import ContractTerms
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY
from edgeproof.core.model.trading import StateCause
from edgeproof.core.model.trading_event import RelationsSeen, StateAsked
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.core.signals.hypothesis import Hypothesis, variants
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.backtest import Market, fires
from edgeproof.research.engine_replay import EngineReplay, limited, unlimited
from edgeproof.research.relations import hourly_relations

DATA = Path(os.environ.get("EDGEPROOF_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
NAMES = ("BTC", "ETH", "SOL", "XRP", "ADA", "LTC", "LINK")
SPAN = (1_746_316_800_000, 1_748_908_800_000)
"""2025-05-04 to 2025-06-03, thirty days."""

PEER = REPOSITORY / ".venv-nautilus" / "bin" / "python"
SIZE, PEER_ROUNDS = 500_000, 3
LEAST, MOST_SECONDS = 20.0, 60.0
CASH, LOT, MARGIN = Decimal(10_000), Decimal("1e-6"), Decimal("0.02")


def findings() -> Iterator[Finding]:
    """The month, each way in a process of its own; then W1."""
    yield from _month()
    yield from _w1()


# --- a month ---


def _month() -> Iterator[Finding]:
    if not all(_path(name).exists() for name in NAMES):
        yield Finding(area="replay", case="left out: the recorded data is not there", ours="")
        return
    words = {
        "accounts_of_their_own": "no limits, each hypothesis in an account of its own",
        "one_account": "one account and the usual limits",
    }
    for call, how in words.items():
        taken = json.loads(in_fresh_process("benchmarks.replay", f"{call}()"))
        yield Finding(
            area="replay",
            case=(
                f"{taken['minutes']:,} minutes of {len(NAMES)} instruments, {taken['hypotheses']} hypotheses, "
                f"{taken['signals']:,} signals, {taken['trades']:,} trades; {how}: CPU s, fires included"
            ),
            ours=f"{taken['seconds']:.1f}",
            ratio=taken["seconds"],
            required=MOST_SECONDS,
            at_most=True,
        )


def _path(name: str) -> Path:
    return DATA / f"candles/binance_perp_{name}USDT_1m_2025-05_2025-06.parquet"


def _markets() -> list[Market]:
    return [
        Market(
            instrument=Instrument(name, "USD", "USD"),
            candles=fill_gaps(read_candles(_path(name), MINUTE)).between(*SPAN),
            funding=_funding(name),
        )
        for name in NAMES
    ]


def _funding(name: str) -> Funding:
    table = pl.read_parquet(DATA / f"funding/binance_perp_{name}USDT_funding.parquet")
    time = table["timestamp"].dt.epoch("ms").to_numpy().astype(np.int64)
    return Funding(time=time // MINUTE * MINUTE, rate=table["rate"].to_numpy().astype(np.float64))


def _library() -> list[Hypothesis]:
    return [variant for hypothesis in load_library() for variant in variants(hypothesis)]


def accounts_of_their_own() -> None:
    """Print what the month takes with an account for every hypothesis, one unit a trade."""
    markets, hypotheses = _markets(), _library()
    fires(markets[0], hypotheses)  # kernels warm
    start = time.process_time()
    found = [fires(each, hypotheses) for each in markets]
    done: list[EngineReplay] = []
    for number, hypothesis in enumerate(hypotheses):
        state = unlimited([each.instrument for each in markets], [hypothesis])
        replay = EngineReplay(markets=markets, hypotheses=[hypothesis], state=state)
        replay.run([[each[number]] for each in found])
        done.append(replay)
    _print(markets, hypotheses, done, time.process_time() - start)


def one_account() -> None:
    """Print what the month takes in one account, with what relates instruments told hourly and a resumption a day."""
    markets, hypotheses, limits = _markets(), _library(), RiskLimits()
    fires(markets[0], hypotheses)  # kernels warm
    start = time.process_time()
    found = [fires(each, hypotheses) for each in markets]
    resumed = [StateAsked(time=day, cause=StateCause.PERSON_RESUMES, by="bench") for day in range(*SPAN, DAY)]
    others: list[StateAsked | RelationsSeen] = [*hourly_relations(markets, limits), *resumed]
    others.sort(key=lambda each: each.time)
    contracts = {each.instrument: ContractTerms(lot_size=LOT, initial_margin_fraction=MARGIN) for each in markets}
    state = limited(contracts, hypotheses, limits, CASH)
    replay = EngineReplay(markets=markets, hypotheses=hypotheses, state=state, others=others)
    replay.run(found)
    _print(markets, hypotheses, [replay], time.process_time() - start)


def _print(markets: list[Market], hypotheses: list[Hypothesis], done: list[EngineReplay], seconds: float) -> None:
    print(
        json.dumps(
            {
                "minutes": sum(len(each.candles) for each in markets),
                "hypotheses": len(hypotheses),
                "signals": sum(len(each.fates) for each in done),
                "trades": sum(len(each.ended) for each in done),
                "seconds": seconds,
            }
        )
    )


# --- W1 ---


def _w1() -> Iterator[Finding]:
    case = f"W1, {SIZE:,} candles, text to trades through the decider"
    if not PEER.exists():
        yield Finding(area="replay", case=f"{case}: left out, `make bench` makes the peer's environment", ours="")
        return
    with tempfile.TemporaryDirectory() as folder:
        mine, theirs, entries = _taken_in_turns(Path(folder) / "candles.npz")
    yield Finding(
        area="replay",
        case=f"{case}, nautilus_trader 1.221.0 (bars made, logs and checks of risk left out, no slippage)",
        ours=milliseconds(mine),
        peer=milliseconds(theirs),
        ratio=ratio(theirs, mine),
        required=LEAST,
    )
    own = {each.opened_at for each in _replay_w1().ended}
    both = len(own & entries)
    yield Finding(
        area="replay",
        case="the same: trades with the same entry minute as nautilus_trader",
        ours=f"{both:,} of {len(own):,}",
        peer=f"{both:,} of {len(entries):,}",
    )


def _taken_in_turns(path: Path) -> tuple[Timing, Timing, set[int]]:
    bars = candles(SIZE)
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume", "close_time")}
    np.savez(path, **columns)
    first, mine = _cpu_of_w1(), list[float]()
    theirs, entries = list[float](), set[int]()
    for _ in range(PEER_ROUNDS):
        mine += [_cpu_of_w1() for _ in range(ROUNDS // PEER_ROUNDS)]
        command = [str(PEER), str(Path(__file__).parent / "nautilus_side.py"), str(path), "1"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        ((seconds, entered),) = json.loads(done.stdout)
        theirs.append(seconds)
        entries = set(entered)
    return Timing(first, tuple(mine)), Timing(theirs[0], tuple(theirs)), entries


def _cpu_of_w1() -> float:
    start = time.process_time()
    _replay_w1()
    return time.process_time() - start


def _replay_w1() -> EngineReplay:
    history = market(SIZE)
    hypotheses = [variant for each in read_hypotheses(ours.W1, "benchmark") for variant in variants(each)]
    state = unlimited([history.instrument], hypotheses)
    replay = EngineReplay(markets=[history], hypotheses=hypotheses, state=state, fees=ours.FEES)
    replay.run([fires(history, hypotheses)])
    return replay
