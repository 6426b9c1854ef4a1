"""Whether paper trading has shown enough: journals by hand, from none to one in which everything holds."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from edgeproof.core.model.drill import DrillResult
from edgeproof.core.model.journal import Decided, Record, TradeClosed
from edgeproof.core.model.time import DAY, HOUR
from edgeproof.services.readiness import Line, Needed, by_hypothesis, checklist
from edgeproof.services.ready_figures import read_figures
from tests.support.asked import ListJournal
from tests.support.journals import began, candle_taken
from tests.support.ready import NOW, cash, compared, drilled, everything, hundred, minutes, paper, trade
from tests.support.sessions import BITCOIN
from tests.support.trading import MARKS, book, whole

NEEDED = Needed()


def lines(journal: ListJournal, drills: Sequence[DrillResult] = (), now: int = NOW) -> dict[str, Line]:
    return {each.name: each for each in checklist(read_figures(journal, drills, now), NEEDED)}


def test_readiness_of_an_empty_journal_has_nothing_and_divides_by_nothing() -> None:
    found = lines(ListJournal())
    assert not any(each.holds for each in found.values())
    assert found["trades"].found == "0"
    assert found["win_rate"].found == found["profit_factor"].found == "no trade is over yet"
    assert found["trades_each"].found == "no hypothesis has traded yet"
    assert found["parity"].found == "no session has compared itself with the backtest yet"
    assert found["drill_stop"].found == "never made: edgeproof drill"


def test_readiness_where_everything_holds_is_ready() -> None:
    found = lines(everything(), drilled())
    assert [each.name for each in found.values() if not each.holds] == []
    assert found["win_rate"].found == "55.0 %, tested 52.0 %: +3.0 points"
    assert found["profit_factor"].found == "2.44: 110.00 won, 45.00 lost"
    assert found["drawdown"].found == "10.0 %"
    assert found["traded"].found == "14 days"
    assert found["parity"].found.startswith("0 unexplained, ")
    assert found["drill_breaker"].found.endswith(", 24 hours ago")


def test_readiness_after_one_trade_has_its_figures_and_no_verdict() -> None:
    found = lines(paper(trade(0, -1)))
    assert found["win_rate"].found == "0.0 %, tested 50.0 %: -50.0 points"
    assert found["profit_factor"].found == "0.00: 0.00 won, 1.00 lost"
    assert found["trades_each"].found == "0 of 1 have them"
    assert not any(found[name].holds for name in ("trades", "trades_each", "win_rate", "profit_factor"))


def test_readiness_of_nothing_but_winners_has_no_profit_factor() -> None:
    found = lines(paper(hundred(won=100, tested=0.98)))
    assert found["profit_factor"].found == "no trade has lost yet: nothing to divide by"
    assert (found["profit_factor"].value, found["profit_factor"].holds) == (None, False)
    assert found["win_rate"].holds


def test_readiness_without_a_tested_record_compares_nothing_and_says_of_what() -> None:
    journal = paper(trade(0, 1), trade(1, 1, hypothesis="Unproven", tested=None))
    found = lines(journal)["win_rate"]
    assert (found.value, found.holds) == (None, False)
    assert found.found == "100.0 %, not compared: no tested record of Unproven"
    rows = by_hypothesis(read_figures(journal, (), NOW), NEEDED)
    assert [(each.name, each.trades, each.tested_win_rate) for each in rows] == [
        ("Rebound", 1, 0.5),
        ("Unproven", 1, None),
    ]


@pytest.mark.parametrize(
    ("version", "words"),
    [("0.0.9", "; 1 of 2 tested by another version"), ("0.1.0", ""), (None, "")],
)
def test_readiness_says_where_another_version_tested(version: str | None, words: str) -> None:
    told, *rest = trade(0, 1)
    assert isinstance(told, Decided)
    record = {"backtest": {"win_rate": 0.5, "n": 200, "version": version}}
    told = replace(told, decision=replace(told.decision, evidence=record))
    found = lines(paper([told, *rest], trade(1, -1)))["win_rate"]
    assert found.found == f"50.0 %, tested 50.0 %: +0.0 points{words}"


@pytest.mark.parametrize("evidence", [{}, {"backtest": None}, {"backtest": {"win_rate": None}}, {"backtest": "gone"}])
def test_readiness_of_a_record_that_cannot_be_read_compares_nothing(evidence: dict[str, object]) -> None:
    told, *rest = trade(0, 1)
    assert isinstance(told, Decided)
    told = replace(told, decision=replace(told.decision, evidence=evidence))
    found = lines(paper([told, *rest]))["win_rate"]
    assert (found.value, found.holds) == (None, False)


@pytest.mark.parametrize(("won", "holds"), [(46, False), (47, True), (52, True), (57, True), (58, False)])
def test_win_rate_holds_within_five_points_on_either_side(won: int, holds: bool) -> None:
    assert lines(paper(hundred(won=won)))["win_rate"].holds is holds


def test_tested_win_rate_is_weighted_by_live_trades() -> None:
    journal = paper(trade(0, 1, tested=0.4), trade(1, 1, tested=0.4), trade(2, 1, hypothesis="Other", tested=0.7))
    assert lines(journal)["win_rate"].found == "100.0 %, tested 50.0 %: +50.0 points"


def test_hypothesis_that_has_a_trade_open_and_none_over_is_asked_for_its_trades_too() -> None:
    opened = [each for each in trade(200, 1, hypothesis="Fresh") if not isinstance(each, TradeClosed)]
    found = lines(paper(hundred(), opened))["trades_each"]
    assert (found.found, found.holds, found.value) == ("2 of 3 have them", False, 0)


def test_hypothesis_that_was_killed_is_asked_for_no_more_trades() -> None:
    opened = [each for each in trade(200, 1, hypothesis="Fresh") if not isinstance(each, TradeClosed)]
    figures = read_figures(paper(hundred(), opened), (), NOW, frozenset({"Fresh"}))
    found = next(each for each in checklist(figures, NEEDED) if each.name == "trades_each")
    assert (found.found, found.holds, found.value) == (
        "2 of 2 have them; 1 killed, of which nothing more is asked", True, 50,
    )  # fmt: skip
    assert [each.name for each in by_hypothesis(figures, NEEDED) if each.is_killed] == ["Fresh"]
    nobody_left = read_figures(paper(hundred(), opened), (), NOW, figures.hypotheses)
    assert not next(each for each in checklist(nobody_left, NEEDED) if each.name == "trades_each").holds


def test_market_time_counts_a_minute_once_and_only_where_somebody_trades() -> None:
    twice = [candle_taken(minute) for minute in range(60)] * 2
    watched = [replace(each, session="s2") for each in minutes(1)]
    scanned = replace(began("s2"), command="scan")
    found = lines(paper(twice, [scanned], watched))["traded"]
    assert (found.found, found.value) == ("1 hour", HOUR / DAY)


def test_drawdown_at_its_limit_does_not_hold() -> None:
    deep = paper(cash(10_000, 0), hundred(), cash(12_000, 1, whole=False), cash(10_200, 2, whole=False))
    found = lines(deep)["drawdown"]
    assert (found.found, found.holds) == ("15.0 %", False)


def test_drawdown_takes_open_loss_in() -> None:
    held: list[Record] = [whole(book()), *(candle_taken(0, instrument=each, close=MARKS[each]) for each in MARKS)]
    fallen = candle_taken(1, instrument=BITCOIN, close=MARKS[BITCOIN] - 10_000)  # 0.2 of it are open
    figures = read_figures(paper(held, [fallen]), (), NOW)
    assert figures.drawdown == pytest.approx(2_000 / 10_405.38, rel=1e-6)


def test_drill_that_failed_after_it_was_passed_does_not_hold() -> None:
    found = lines(everything(), [*drilled(), *drilled(holds=False, names=["stop"])])
    assert not found["drill_stop"].holds
    assert found["drill_stop"].found.endswith(": everything is closed: 2 left")
    assert found["drill_breaker"].holds


@pytest.mark.parametrize(("days", "holds"), [(30, True), (31, False)])
def test_drill_holds_for_thirty_days(days: int, holds: bool) -> None:
    assert lines(everything(), drilled(at=NOW - days * DAY))["drill_recovery"].holds is holds


def test_drill_dated_after_now_is_not_believed() -> None:
    found = lines(everything(), drilled(at=NOW + 2 * DAY))["drill_recovery"]
    assert not found.holds
    assert "look at the clock of this machine" in found.found


def test_last_comparison_is_the_one_that_counts() -> None:
    journal = paper([compared(3), compared(0)])
    assert lines(journal)["parity"].holds
    journal = paper([compared(0), compared(3)])
    assert not lines(journal)["parity"].holds
    assert lines(paper([compared(1, problem="no space")]))["parity"].found.startswith(
        "it could not be made: no space; "
    )


def test_many_hypotheses_without_a_record_are_not_all_named() -> None:
    trades = [each for number in range(4) for each in trade(number, 1, hypothesis=f"H{number}", tested=None)]
    assert lines(paper(trades))["win_rate"].found == "100.0 %, not compared: no tested record of H0, H1 and 2 more"
