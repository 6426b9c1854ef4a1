"""Whether paper trading has shown enough: journals by hand, from none to one in which everything holds."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from edgeproof.core.model.drill import DrillResult, Seen
from edgeproof.core.model.journal import BookKept, ParityRun, Record, SignalTraded, TradeClosed
from edgeproof.core.model.time import DAY, HOUR
from edgeproof.core.model.trade import Account, BookChange
from edgeproof.core.model.trading_event import FateDecided, TradeEnded, TradeFate
from edgeproof.services.readiness import DRILLED, Line, Needed, by_hypothesis, checklist
from edgeproof.services.ready_figures import read_figures
from tests.support.asked import ListJournal
from tests.support.journals import BTC, MINUTE, START, began, candle_taken, decided
from tests.support.sessions import BITCOIN
from tests.support.trading import MARKS, book, whole

NOW = START + 40 * DAY
NEEDED = Needed()


def trade(number: int, pnl: float, *, hypothesis: str = "Rebound", tested: float | None = 0.5) -> list[Record]:
    """A signal that was told, traded, and over a minute later."""
    told = decided(number * 5, hypothesis=hypothesis)
    record = {"backtest": {"win_rate": tested, "n": None if tested is None else 200}}
    told = replace(told, decision=replace(told.decision, evidence=record))
    signal = told.decision.signal
    fate = FateDecided(time=signal.time, signal_id=signal.id, fate=TradeFate.TAKEN, quantity=Decimal(1))
    end = TradeEnded(
        time=signal.time + MINUTE, signal_id=signal.id, instrument=BTC, direction=1, opened_at=signal.time,
        quantity=Decimal(1), entry_price=Decimal(100), exit_price=Decimal(101), fees=Decimal(0), funding=Decimal(0),
        net_pnl=Decimal(str(pnl)), risk=Decimal(1), is_funding_complete=True, reason="stop",
    )  # fmt: skip
    return [
        told,
        SignalTraded(session="s1", at=signal.time, signal=signal, decided=fate),
        TradeClosed(session="s1", at=end.time, hypothesis=hypothesis, trade=end),
    ]


def cash(amount: int, minute: int, *, whole: bool = True) -> list[Record]:
    """The account has this much, and a candle follows."""
    at = START + minute * MINUTE
    change = BookChange(account=Account(cash=Decimal(amount)))
    return [BookKept(session="s1", at=at, is_whole=whole, change=change), candle_taken(minute)]


def compared(unexplained: int = 0, **document: object) -> ParityRun:
    """What a session found when it compared itself."""
    return ParityRun(
        session="s1", at=NOW, start=START, end=START + 20 * DAY, unexplained=unexplained, document=document
    )


def drilled(*, at: int = NOW - DAY, holds: bool = True, names: Sequence[str] = DRILLED) -> list[DrillResult]:
    """What drills came to."""
    seen = (Seen(what="everything is closed", found="2 left", holds=holds),)
    return [DrillResult(name=name, at=at, did="", seen=seen) for name in names]


def paper(*records: Sequence[Record]) -> ListJournal:
    """The journal of a session that trades."""
    return ListJournal([replace(began(), command="paper"), *(each for some in records for each in some)])


def lines(journal: ListJournal, drills: Sequence[DrillResult] = (), now: int = NOW) -> dict[str, Line]:
    return {each.name: each for each in checklist(read_figures(journal, drills, now), NEEDED)}


def hundred(*, won: int = 55, tested: float | None = 0.52) -> list[Record]:
    """A hundred trades of two hypotheses: a win makes 2, a loss loses 1."""
    return [
        each
        for number in range(100)
        for each in trade(
            number,
            2 if number % 100 < won else -1,
            hypothesis="Rebound" if number % 2 else "Breakout",
            tested=tested,
        )
    ]


def minutes(days: float) -> list[Record]:
    return [candle_taken(minute) for minute in range(int(days * DAY / MINUTE))]


def everything() -> ListJournal:
    return paper(cash(10_000, 0), minutes(14), hundred(), cash(9_000, 30_000, whole=False), [compared()])


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
