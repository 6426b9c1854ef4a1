"""A month of seven perpetuals through the decider: the trades of the backtest, and with limits a cause for the rest.

Only in `make soak` (tests/conftest.py), which prints the tables of docs/explanation/live-proofs.md.
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest

from edgeproof.core.model.time import parse_time
from edgeproof.core.model.trading import TradingState
from edgeproof.core.model.trading_event import StandingChanged
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.core.signals.generate import Fires
from edgeproof.research.backtest import Market, backtest, fires
from edgeproof.research.engine_replay import EngineReplay
from tests.support.replayed import (
    AS_WITHOUT,
    FLATTENED,
    WIDE,
    Explained,
    expect_trades_of,
    explained,
    library,
    recorded_market,
    replay_limited,
    replay_unlimited,
)
from tests.support.week import NAMES

FROM, UNTIL = parse_time("2025-05-04T00:00Z"), parse_time("2025-06-03T00:00Z")


@cache
def _world() -> tuple[tuple[Market, ...], tuple[tuple[Fires, ...], ...]]:
    markets = tuple(recorded_market(name, FROM, UNTIL) for name in NAMES)
    return markets, tuple(fires(each, library()) for each in markets)


@pytest.mark.timeout(900)
def test_month_without_limits_gives_the_trades_of_the_backtest() -> None:
    markets, own = _world()
    results = [backtest(each, library()) for each in markets]
    began, trades, fates = time.process_time(), Counter[str](), Counter[str]()
    for number, hypothesis in enumerate(library()):
        replayed = replay_unlimited(markets, hypothesis, [each[number] for each in own])
        expect_trades_of(replayed, [each[number] for each in results])
        trades.update(each.instrument.base for each in replayed.ended)
        fates.update(each.fate.value for each in replayed.fates)
    taken = time.process_time() - began
    _print("\n| instrument | minutes | trades, all equal |\n|---|---|---|")
    for name, market in zip(NAMES, markets, strict=True):
        _print(f"| {name} | {len(market.candles):,} | {trades[name]:,} |")
    _print(f"| all | {sum(len(each.candles) for each in markets):,} | {trades.total():,} |")
    _print(
        f"{len(library())} hypotheses, each in an account of its own; {dict(fates)}; {taken:.0f} s with the comparison"
    )
    assert min(trades[name] for name in NAMES) > 0


@pytest.mark.timeout(900)
def test_month_with_limits_gives_every_other_signal_a_recorded_cause() -> None:
    markets, own = _world()
    told: list[Explained] = []
    for limits in (RiskLimits(), WIDE):
        replayed = replay_limited(markets, library(), own, limits)
        told.append(explained(replayed, markets, library(), own))
        _print_standings(replayed)
    _print_causes(told)
    assert all(each.signals[AS_WITHOUT] > 0 for each in told)
    assert all(each.signals[FLATTENED] > 0 for each in told)


def _print_standings(replayed: EngineReplay) -> None:
    ways = Counter(map(_way, replayed.standings))
    _print(f"equity {replayed.state.account.cash:.2f}, {len(replayed.ended):,} trades ended, {dict(ways)}")


def _way(standing: StandingChanged) -> str:
    state = standing.status.state
    return standing.level.word if state is TradingState.ACTIVE else f"{standing.level.word}, {state.value}"


def _print_causes(told: Sequence[Explained]) -> None:
    _print("\n| what became of it | signals | trades without limits | wide: signals | trades without limits |")
    _print("|---|---|---|---|---|")
    words = sum((each.signals for each in told), Counter[str]())
    for word, _ in words.most_common():
        _print(f"| {word} | {' | '.join(f'{each.signals[word]:,} | {each.trades[word]:,}' for each in told)} |")
    totals = " | ".join(f"{each.signals.total():,} | {each.trades.total():,}" for each in told)
    _print(f"| all | {totals} |")


def _print(words: str) -> None:
    sys.stderr.write(f"{words}\n")
