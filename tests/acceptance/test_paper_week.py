"""Real candles through the replica, at speed and with faults, into a real `paper` that is killed again and again.

By default a day of three instruments and three kills; `make soak` takes the week of all seven and ten. What trading
wrote down is gone through record by record (tests/support/traded.py): nothing lost, nothing doubled, and no position
without a stop at any of them.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from edgeproof.core.model.time import DAY, HOUR, format_time, parse_time
from tests.support.papered import FAULTS, PACE, WIDE, Call, expect_money_adds_up, expect_nothing_unexplained
from tests.support.processes import replica
from tests.support.scanned import (
    Scanned,
    expect_clean_on_every_day,
    expect_each_signal_told_once,
    expect_late_closes_told,
    expect_nothing_missed,
)
from tests.support.traded import Audit, audit
from tests.support.week import IS_SOAK, NAMES, chosen, instrument, make_market

FROM = parse_time("2025-05-18T00:00Z")
SOME, SPAN, KILLS = (NAMES, 7 * DAY, 10) if IS_SOAK else (NAMES[:3], DAY, 3)
UNTIL = FROM + SPAN


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the recorded candles of all seven, and their funding."""
    return make_market(tmp_path_factory.mktemp("market"))


@pytest.fixture(scope="module")
def traded(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """The home of sessions that were killed at times of the market, the next beginning at once."""
    home = tmp_path_factory.mktemp("traded")
    (home / "edgeproof.toml").write_text(WIDE)
    rng = np.random.default_rng(6)
    kills = sorted((FROM + HOUR + rng.integers(0, SPAN - 2 * HOUR, KILLS)).tolist())
    span = ("--from", format_time(FROM), "--to", format_time(UNTIL + HOUR))
    with replica("--home", market, *chosen(SOME), *span, *PACE, faults=FAULTS) as url:
        for kill_at in (*kills, None):
            Call(words=("--all", *chosen(SOME)), until=UNTIL, kill_at=kill_at).run(home, url)
    return Scanned(home)


@pytest.mark.timeout(3_600)
def test_signals_of_sessions_that_trade_and_are_killed_are_those_of_the_backtest(traded: Scanned) -> None:
    expect_nothing_missed(traded, [instrument(name) for name in SOME], UNTIL)
    expect_each_signal_told_once(traded)
    expect_late_closes_told(traded)
    assert len(traded.sessions) > 1


def test_trading_through_kills_and_faults_loses_nothing_doubles_nothing_and_leaves_nothing_unguarded(
    traded: Scanned,
) -> None:
    with traded.journal() as journal:
        found = audit(journal)
    if IS_SOAK:
        _print(found)
    assert found.problems == []
    assert len(found.closed) > 10 * SPAN // DAY
    assert {each.trade.reason.partition("-")[0] for each in found.closed} >= {"stop", "target", "exit"}


def test_trades_through_kills_and_faults_differ_from_the_backtest_by_causes_that_add_up(traded: Scanned) -> None:
    found = traded.parity.json()["trades"]
    if IS_SOAK:
        sys.stderr.write("\n" + json.dumps({each: found[each] for each in _SUMS}, indent=1) + "\n")
    assert found["compared"] > 10 * SPAN // DAY
    expect_nothing_unexplained(found)
    expect_money_adds_up(found)
    expect_clean_on_every_day(traded)


_SUMS = ("compared", "matched", "net", "backtest_net", "difference", "r", "backtest_r", "causes", "not_taken")


def _print(found: Audit) -> None:
    words = [
        f"fates: {dict(found.fates)}; denied by {dict(found.rules.most_common())}",
        f"{len(found.closed)} trades over, {found.fills} fills; states {dict(found.states)}",
    ]
    assumed, measured = (np.array([each[k] for each in found.slippages]) * 1e4 for k in (0, 1))
    words.append(f"slippage, basis points: assumed {assumed.mean():.2f}, simulated {measured.mean():.2f} (means)")
    sys.stderr.write("\n" + "\n".join(words) + "\n")
