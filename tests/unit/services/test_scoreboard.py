"""The scoreboard: live beside tested, and what it does not say."""

import math
from decimal import Decimal
from typing import Any

import pytest

from edgeproof.core.model.journal import TradeClosed
from edgeproof.services.evidence import TrackRecord
from edgeproof.services.scoreboard import (
    LEAST_TRADES,
    Records,
    Scoreboard,
    ScoreRow,
    Tally,
    Verdict,
    backtested,
    score,
    verdict,
)
from tests.support.live_trades import live_trade
from tests.support.sessions import BITCOIN, ETHER

RECORD = TrackRecord(
    state="qualified", n=100, win_rate=0.5, expectancy_r=0.25, mean_win_r=1.5, mean_loss_r=-1.0, run="r1", version="1"
)
OTHER = TrackRecord(
    state="tested", n=200, win_rate=0.8, expectancy_r=0.2, mean_win_r=0.5, mean_loss_r=-1.0, run="r2", version="2"
)


def ended(number: int, net: str, hypothesis: str = "A", **fields: Any) -> TradeClosed:
    trade = live_trade(number, net, hypothesis=hypothesis, **fields).trade
    return TradeClosed(session="s", at=trade.time, hypothesis=hypothesis, trade=trade)


def board(*closed: TradeClosed, records: Records | None = None) -> Scoreboard:
    made = Scoreboard(records if records is not None else {("A", BITCOIN): RECORD})
    for each in closed:
        made.ended(each)
    return made


def only(of: Scoreboard) -> ScoreRow:
    (row,) = of.rows()
    return row


def test_no_trades_have_no_rows() -> None:
    assert board().rows() == ()


def test_row_has_the_trades_beside_the_backtest() -> None:
    row = only(board(ended(0, "200"), ended(1, "-100"), ended(2, "50")))
    assert (row.live.n, row.live.n_wins) == (3, 2)
    assert row.live.profit_factor == pytest.approx(2.5)
    assert row.live.expectancy_r == pytest.approx(0.5)
    assert row.tested is not None
    assert (row.tested.win_rate, row.tested.profit_factor, row.tested.expectancy_r) == pytest.approx((0.5, 1.5, 0.25))
    assert row.difference == pytest.approx(2 / 3 - 0.5)
    assert row.verdict is Verdict.TOO_FEW


def test_hypothesis_without_a_record_is_not_tested_however_many_trades() -> None:
    row = only(board(*(ended(each, "10") for each in range(60)), records={}))
    assert (row.verdict, row.tested, row.difference) == (Verdict.NOT_TESTED, None, None)
    assert math.isinf(row.live.profit_factor)


def test_record_from_before_figures_were_kept_is_no_record() -> None:
    row = only(board(ended(0, "10"), records={("A", BITCOIN): TrackRecord(state="tested")}))
    assert row.verdict is Verdict.NOT_TESTED


def test_instruments_without_a_record_are_left_out_of_the_comparison() -> None:
    row = only(board(ended(0, "10"), ended(1, "-10", instrument=ETHER)))
    assert (row.live.n, row.compared.n, row.compared.n_wins) == (2, 1, 1)


def test_records_of_instruments_are_weighted_by_live_trades() -> None:
    tallies = {BITCOIN: Tally(n=1, n_wins=1), ETHER: Tally(n=3, n_wins=2)}
    row = score("A", tallies, {("A", BITCOIN): RECORD, ("A", ETHER): OTHER})
    assert row.tested is not None
    assert row.tested.n == 300
    assert row.tested.win_rate == pytest.approx((0.5 + 3 * 0.8) / 4)
    assert row.tested.profit_factor == pytest.approx((0.75 + 3 * 0.4) / (0.5 + 3 * 0.2))
    assert row.tested.versions == ("1", "2")


def test_one_record_over_several_instruments_counts_its_trades_once() -> None:
    found = backtested([(RECORD, 1), (RECORD, 2)])
    assert found is not None
    assert found.n == 100


def test_backtest_that_never_lost_has_an_infinite_profit_factor() -> None:
    winner = TrackRecord(n=4, win_rate=1.0, expectancy_r=1.0, mean_win_r=1.0, mean_loss_r=None)
    found = backtested([(winner, 1)])
    assert found is not None
    assert math.isinf(found.profit_factor)


def test_backtest_that_never_won_has_a_profit_factor_of_nothing() -> None:
    found = backtested([(TrackRecord(n=4, win_rate=0.0, expectancy_r=-1.0, mean_win_r=None, mean_loss_r=-1.0), 0)])
    assert found is not None
    assert found.profit_factor == 0.0


@pytest.mark.parametrize(
    ("wins", "expected"),
    [
        (50, Verdict.AS_TESTED),
        (55, Verdict.AS_TESTED),
        (45, Verdict.AS_TESTED),
        (56, Verdict.ABOVE),
        (44, Verdict.BELOW),
    ],
)
def test_verdict_is_as_tested_within_five_points(wins: int, expected: Verdict) -> None:
    assert verdict(Tally(n=100, n_wins=wins), backtested([(RECORD, 1)])) is expected


def test_verdict_takes_fifty_trades() -> None:
    tested = backtested([(RECORD, 1)])
    assert verdict(Tally(n=LEAST_TRADES - 1, n_wins=0), tested) is Verdict.TOO_FEW
    assert verdict(Tally(n=LEAST_TRADES, n_wins=0), tested) is Verdict.BELOW


def test_trade_that_a_late_fill_reopened_counts_by_its_last_end() -> None:
    row = only(board(ended(0, "200"), ended(1, "-100"), ended(0, "-50")))
    assert (row.live.n, row.live.n_wins) == (2, 0)
    assert row.live.total_r == pytest.approx(-1.5)


def test_board_remembers_no_more_ends_than_it_needs() -> None:
    many = board(*(ended(each, "10") for each in range(200)))
    assert only(many).live.n == 200
    assert len(many._over) == 50


def test_trade_without_risk_counts_without_r() -> None:
    row = only(board(ended(0, "10", risk=Decimal(0))))
    assert (row.live.n, row.live.n_wins, row.live.total_r) == (1, 1, 0.0)


def test_hypothesis_whose_trade_ended_last_stands_last() -> None:
    rows = board(ended(0, "10", "A"), ended(1, "10", "B"), ended(2, "10", "A")).rows()
    assert [each.hypothesis for each in rows] == ["B", "A"]
