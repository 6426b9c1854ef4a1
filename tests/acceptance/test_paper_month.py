"""Four weeks of the seven perpetuals through the replica into a real `paper`, at speed, with faults and ten kills.

Only in `make soak` (tests/conftest.py), which prints the tables of docs/explanation/live-proofs.md; a day of the same
is in every run of the tests (test_paper_week.py).
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeproof.core.model.journal import StandingNoted
from edgeproof.core.model.time import HOUR, format_time, parse_time
from edgeproof.core.performance.metrics import wilson_interval
from tests.support.papered import FAULTS, PACE, WIDE, Call, expect_money_adds_up, expect_nothing_unexplained
from tests.support.processes import edgeproof, replica
from tests.support.scanned import (
    Scanned,
    expect_clean_on_every_day,
    expect_each_signal_told_once,
    expect_late_closes_told,
    expect_nothing_missed,
)
from tests.support.traded import Audit, audit
from tests.support.week import NAMES, chosen, instrument, make_market

FROM, UNTIL = parse_time("2025-05-06T00:00Z"), parse_time("2025-06-03T00:00Z")
SEVEN_FROM = parse_time("2025-05-10T12:00Z")
"""The recorded minutes of ADA begin the day before: sessions that begin later watch it too."""
KILLS = 10
POINTS = 0.05
SMALL = f"{WIDE}risk_fraction = 0.005\n"
"""With the usual size a library without an edge would have lost nearly everything after three weeks."""


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the recorded candles of all seven, and their funding."""
    return make_market(tmp_path_factory.mktemp("market"))


@pytest.fixture(scope="module")
def traded(market: Path, tmp_path_factory: pytest.TempPathFactory) -> Scanned:
    """The home of sessions that were killed at times of the market, the next beginning at once."""
    return _play(market, tmp_path_factory.mktemp("traded"), SMALL, KILLS)


def _play(market: Path, home: Path, settings: str, kills: int) -> Scanned:
    (home / "edgeproof.toml").write_text(settings)
    rng = np.random.default_rng(7)
    moments = sorted((FROM + HOUR + rng.integers(0, UNTIL - FROM - 2 * HOUR, kills)).tolist())
    span = ("--from", format_time(FROM), "--to", format_time(UNTIL + HOUR))
    with replica("--home", market, *span, *PACE, faults=FAULTS) as url:
        for begun, kill_at in zip((FROM, *moments), (*moments, None), strict=True):
            Call(words=("--all", *chosen(_watched(begun))), until=UNTIL, kill_at=kill_at).run(home, url)
    return Scanned(home)


def _watched(begun: int) -> Sequence[str]:
    return [each for each in NAMES if each != "ADA" or begun >= SEVEN_FROM]


@pytest.mark.timeout(3_600)
def test_signals_of_four_weeks_of_trading_are_those_of_the_backtest(traded: Scanned) -> None:
    expect_nothing_missed(traded, [instrument(name) for name in NAMES], UNTIL)
    expect_each_signal_told_once(traded)
    expect_late_closes_told(traded)
    assert len(traded.sessions) > KILLS // 2


def test_four_weeks_of_trading_lose_nothing_double_nothing_and_leave_nothing_unguarded(traded: Scanned) -> None:
    with traded.journal() as journal:
        found = audit(journal)
    _print_audit(found)
    assert found.problems == []
    assert len(found.closed) > 500


def test_four_weeks_of_trades_differ_from_the_backtest_by_causes_that_add_up(traded: Scanned) -> None:
    found = traded.parity.json()["trades"]
    _print_parity(found)
    expect_nothing_unexplained(found)
    expect_money_adds_up(found)
    expect_clean_on_every_day(traded)


def test_win_rate_of_four_weeks_of_trading_is_within_five_points_of_the_backtest(traded: Scanned) -> None:
    found = traded.parity.json()["trades"]
    pairs = list(_pairs(found))
    assert len(pairs) == found["compared"]
    _print_win_rates(found, pairs)
    live, backtest = _rate(each for _, each, _ in pairs), _rate(each for _, _, each in pairs if each is not None)
    assert abs(live - backtest) <= POINTS


def test_ready_says_which_figures_of_four_weeks_do_not_hold(traded: Scanned) -> None:
    ran = edgeproof("ready", "--home", traded.home, "--json")
    _print(edgeproof("ready", "--home", traded.home).out)
    assert ran.status == 3
    holds = {each["name"] for each in ran.json()["checks"] if each["holds"]}
    assert holds >= {"trades", "traded", "parity"}
    drills = {"drill_breaker", "drill_stop", "drill_recovery", "drill_notifications"}
    assert not holds & {"profit_factor", "drawdown", *drills}


@pytest.mark.timeout(3_600)
def test_four_weeks_under_the_usual_limits_end_before_their_end_and_nothing_is_unexplained(
    market: Path, tmp_path: Path
) -> None:
    scanned = _play(market, tmp_path, "", 0)
    with scanned.journal() as journal:
        found = audit(journal)
        states = _states(each.record for each in journal.read(StandingNoted))
    _print_audit(found)
    _print("states: " + "; ".join(states))
    trades = scanned.parity.json()["trades"]
    _print_parity(trades)
    _print_win_rates(trades, list(_pairs(trades)))
    assert found.problems == []
    assert scanned.parity.status == 0
    expect_nothing_unexplained(trades)
    expect_money_adds_up(trades)


# --- figures ---

Pair = tuple[str, bool, bool | None]
"""A trade: its hypothesis, and whether it won live and in the backtest; None where the backtest has none."""


def _pairs(found: Mapping[str, Any]) -> Iterator[Pair]:
    for each in found["differences"]:
        backtest = each["backtest"]
        yield each["hypothesis"], Decimal(each["live"]["net"]) > 0, Decimal(backtest["net"]) > 0 if backtest else None


def _rate(won: Iterable[bool]) -> float:
    return float(np.mean(list(won)))


def _print_win_rates(found: Mapping[str, Any], pairs: Sequence[Pair]) -> None:
    live, backtest = [each for _, each, _ in pairs], [each for _, _, each in pairs if each is not None]
    everything = backtest + [each["r"] > 0 for each in found["not_taken_trades"]]
    _print("\n| trades | won | 95 % |\n|---|--:|---|")
    for name, won in (("taken", live), ("the same in the backtest", backtest), ("all of the backtest", everything)):
        _print(f"| {name}, {len(won):,} | {_won(won)}")
    if not pairs:
        return
    both = Counter((mine, theirs) for _, mine, theirs in pairs)
    _print(f"won only live: {both[True, False]}; only in the backtest: {both[False, True]}")
    by_name: defaultdict[str, list[Pair]] = defaultdict(list)
    for each in pairs:
        by_name[each[0]].append(each)
    _print("\n| hypothesis | trades | won live | 95 % | won in the backtest |\n|---|--:|--:|---|--:|")
    for name, own in sorted(by_name.items(), key=lambda each: (-len(each[1]), each[0])):
        backtest = [each for _, _, each in own if each is not None]
        rate = f"{_rate(backtest) * 100:.1f} %" if backtest else "-"
        _print(f"| {name} | {len(own)} | {_won([each for _, each, _ in own])} {rate} |")


def _won(won: Sequence[bool]) -> str:
    if not won:
        return "- | - |"
    low, high = wilson_interval(sum(won), len(won))
    return f"{_rate(won) * 100:.1f} % | {low * 100:.1f} to {high * 100:.1f} |"


def _print_audit(found: Audit) -> None:
    _print(f"\nfates: {dict(found.fates)}; denied by {dict(found.rules.most_common())}")
    _print(f"{len(found.closed)} trades over, {found.fills} fills; standings {dict(found.states)}")
    if found.book is not None:
        _print(f"cash {found.book.account.cash:.2f}; problems: {len(found.problems)}")
    if found.slippages:
        assumed, simulated = np.array(found.slippages).mean(axis=0) * 1e4
        _print(f"slippage, basis points: assumed {assumed:.2f}, simulated {simulated:.2f} (means)")


def _print_parity(found: Mapping[str, Any]) -> None:
    sums = ("compared", "matched", "unexplained", "net", "backtest_net", "difference", "r", "backtest_r")
    _print(json.dumps({each: found[each] for each in sums}, indent=1))
    _print("\n| cause | trades | money |\n|---|--:|--:|")
    for cause, each in found["causes"].items():
        _print(f"| {cause} | {each['trades']} | {Decimal(each['money']):+,.2f} |")
    _print("\n| not taken | trades | R |\n|---|--:|--:|")
    for cause, each in found["not_taken"].items():
        _print(f"| {cause} | {each['trades']:,} | {each['r']:+,.1f} |")


def _states(notes: Iterable[StandingNoted]) -> Iterator[str]:
    """What the account came to, each change of it, with its time."""
    last = ""
    for note in notes:
        words = f"{note.standing.status.state.value}/{note.standing.level.word}"
        if words != last:
            yield f"{format_time(note.at)[:16]} {words}"
        last = words


def _print(words: str) -> None:
    sys.stderr.write(words + "\n")
