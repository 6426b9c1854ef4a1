"""Trades against the backtest, with the money worked out by hand.

The backtest of the signal: enters a unit at 105 x 1.001 = 105.105, fee 0.0525525; a target at 115 costs 0.023 and makes
9.8194475; the stop at 100 x 0.999 = 99.9 costs 0.04995 and makes -5.3075025.
"""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from edgeproof.core.model.journal import ASKS_FIRST, Asked, CloseMissed, OrderNoted
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trading import TradingState
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.research.parity.compare import compare
from edgeproof.research.parity.trades.money import TradeCause
from edgeproof.research.parity.trades.result import ComparedTrade, TradesParity
from tests.support.parity_trades import FIRED, QUIET, Story, jump, money
from tests.support.risk import dec

UP = (105.0, 116.0, 105.0, 115.5)
DOWN = (105.0, 105.0, 99.0, 104.5)
BOTH = (105.0, 116.0, 99.0, 105.0)
HALVES = '[{ at = "close + 10", fraction = 0.5 }, { at = "close + 20", fraction = 0.5 }]'


def only(found: TradesParity) -> ComparedTrade:
    (trade,) = found.trades
    assert sum(money(found).values()) == round(found.difference, 12)
    return trade


def test_a_trade_at_its_target_on_both_sides_differs_by_its_entry_and_fees() -> None:
    story = Story(bars=[QUIET, UP, QUIET])
    story.enter("105.2", "0.1")
    story.fill("target-1", story.at(1, 30_000), "115", "0.046")
    story.end(story.at(1, 30_000))
    found = story.trades()
    trade = only(found)

    assert trade.is_matched
    assert round(trade.backtest_net, 12) == dec("19.638895")  # 2 x 9.8194475
    assert trade.net == dec("19.454")  # 2 x 9.8 - 0.146
    # 2 x (105.105 - 105.2); 2 x 0.0755525 - 0.146
    assert money(found) == {"entry_price": dec("-0.19"), "fees": dec("0.005105")}
    assert found.difference == trade.difference
    assert (found.matched, found.unexplained, found.not_taken) == (1, 0, ())


def test_a_stop_with_more_slippage_differs_by_its_exit_price() -> None:
    story = Story(bars=[QUIET, DOWN, QUIET])
    story.enter("105.105", "0.105105")
    story.fill("stop", story.at(1, 30_000), "99.7", "0.0999")
    story.note("stop", "triggered", story.at(1, 30_000))
    story.end(story.at(1, 30_000))
    found = story.trades()

    assert only(found).is_matched
    assert money(found) == {"exit_price": dec("-0.4")}  # 2 x (99.7 - 99.9)


def test_a_minute_that_reached_stop_and_target_is_another_kind_of_exit() -> None:
    story = Story(bars=[QUIET, BOTH, QUIET])
    story.enter("105.105", "0.105105")
    story.fill("target-1", story.at(1, 10_000), "115", "0.046")
    story.end(story.at(1, 10_000))
    found = story.trades()

    assert not only(found).is_matched
    assert only(found).document()["backtest"]["ambiguous"]
    # 2 x (115 - 99.9); 2 x (0.0525525 + 0.04995) - 0.151105
    assert money(found) == {"exit_kind": dec("30.2"), "fees": dec("0.0539")}
    assert found.unexplained == 0


def test_a_stop_where_the_price_never_was_is_unexplained() -> None:
    story = Story(bars=[QUIET, QUIET, UP])
    story.enter("105.105", "0.105105")
    story.fill("stop", story.at(1, 10_000), "99.9", "0.0999")
    story.end(story.at(1, 10_000))
    result = story.compared()

    assert result.trades is not None
    assert money(result.trades)["unexplained"] == dec("-30.2")  # 2 x (99.9 - 115)
    assert result.unexplained_trades == 1
    assert not result.is_clean
    assert result.unexplained == 0  # of signals


def test_a_minute_that_was_corrected_afterwards_shows_either() -> None:
    story = Story(bars=[QUIET, DOWN, UP], corrections={1: QUIET})
    story.enter("105.105", "0.105105")
    story.fill("stop", story.at(1, 30_000), "99.9", "0.0999")
    story.end(story.at(1, 30_000))
    found = story.trades()

    assert money(found)["exit_kind"] == dec("-30.2")
    assert found.unexplained == 0


def test_a_stop_that_was_reached_and_did_nothing_is_unexplained() -> None:
    story = Story(bars=[QUIET, DOWN, QUIET, QUIET, UP])
    story.enter("105.105", "0.105105")
    story.fill("target-1", story.at(4, 10_000), "115", "0.046")
    story.end(story.at(4, 10_000))
    assert money(story.trades())["unexplained"] == dec("30.2")


def test_a_stop_that_stood_lower_than_the_price_went_is_another_kind_of_exit() -> None:
    story = Story(bars=[QUIET, DOWN, QUIET, QUIET, UP])
    story.enter("105.105", "0.105105", stop="98")
    story.fill("target-1", story.at(4, 10_000), "115", "0.046")
    story.end(story.at(4, 10_000))
    assert money(story.trades())["exit_kind"] == dec("30.2")


def test_a_result_that_does_not_follow_from_its_fills_is_unexplained_to_the_cent() -> None:
    story = Story(bars=[QUIET, UP, QUIET])
    story.enter("105.105", "0.105105")
    story.fill("target-1", story.at(1, 10_000), "115", "0.046")
    story.end(story.at(1, 10_000), more="0.01")
    found = story.trades()

    assert money(found) == {"unexplained": dec("0.01")}
    assert found.unexplained_money.quantize(dec("1e-12")) == dec("0.01")
    assert found.unexplained == 1


def test_a_trade_that_a_person_closed_was_cut_short() -> None:
    story = Story(bars=[QUIET, QUIET, DOWN])
    story.enter("105.105", "0.105105")
    asked = Asked(
        session="s1", at=story.at(1, 0), id="1", wish="close", target="BTC/USD:USD", by="trader", why="", outcome=""
    )
    story.records.append(asked)
    story.fill("emergency", story.at(1), "105", "0.105")
    story.end(story.at(1))
    assert money(story.trades()) == {"cut_short": dec("10.2"), "fees": dec("-0.0051")}  # 2 x (105 - 99.9)

    story.records.remove(asked)
    assert money(story.trades())["unexplained"] == dec("10.2")


def test_a_target_in_lots_leaves_by_other_parts() -> None:
    story = Story(bars=[QUIET, UP, DOWN, QUIET], hypothesis=jump(HALVES), quantity="3")
    story.enter("105.105", "0.1576575")
    story.fill("target-1", story.at(1, 10_000), "115", "0.046", "2")
    story.fill("stop", story.at(2, 10_000), "99.9", "0.04995", "1")
    story.end(story.at(2, 10_000))
    found = story.trades()

    assert only(found).is_matched
    # half a unit more at 115 and less at 99.9; 1.5 x 0.023 + 1.5 x 0.04995 - 0.09595
    assert money(found) == {"quantity": dec("7.55"), "fees": dec("0.013475")}


@pytest.mark.parametrize(("minute", "cause"), [(2, "exit_price"), (1, "unexplained")])
def test_an_exit_of_time_is_due_from_the_minute_of_the_entry_on(minute: int, cause: str) -> None:
    story = Story(bars=[QUIET, QUIET, QUIET, QUIET], hypothesis=jump(more='max_hold = "2m"'))
    story.enter("105.105", "0.105105")
    story.records[1] = replace(_order(story.records[1]), at=story.at(0, 3_000))
    story.fill("exit", story.at(minute), "105", "0.10489500")
    story.end(story.at(minute))
    assert money(story.trades()) == {cause: dec("0.21")}  # 2 x (105 - 105 x 0.999)


def _order(record: object) -> OrderNoted:
    assert isinstance(record, OrderNoted)
    return record


def test_an_exit_of_time_a_minute_later_is_of_another_time() -> None:
    story = Story(bars=[QUIET, QUIET, (105.0, 106.0, 105.0, 106.0), QUIET], hypothesis=jump(more='max_hold = "2m"'))
    story.enter("105.105", "0.105105")
    story.note("exit", "intended", story.at(3, 0), "2")
    story.fill("exit", story.at(3), "106", "0.10489500")
    story.end(story.at(3))
    found = story.trades()

    assert money(found) == {"exit_time": dec("2.21")}  # 2 x (106 - 105 x 0.999)
    assert found.unexplained == 0


@pytest.mark.parametrize(("minute", "cause"), [(4, "exit_time"), (5, "unexplained")])
def test_an_exit_of_time_of_an_entry_that_came_late_is_due_later(minute: int, cause: str) -> None:
    # A session that began anew enters two minutes after the signal and stays the two minutes its hypothesis allows.
    story = Story(bars=[QUIET] * 7, hypothesis=jump(more='max_hold = "2m"\nexpires_after = "10m"'))
    story.enter("105.105", "0.105105")
    story.records[1] = replace(_order(story.records[1]), at=story.at(2))
    story.fill("exit", story.at(minute, 20_000), "105", "0.10489500")
    story.end(story.at(minute, 20_000))
    assert money(story.trades()) == {cause: dec("0.21")}  # 2 x (105 - 105 x 0.999)


WEAK = (105.0, 105.0, 104.5, 104.5)
IF_WEAK = 'exit = ["close < 104.8"]'


def test_an_exit_of_a_condition_that_a_correction_took_back_was_due() -> None:
    story = Story(bars=[QUIET, WEAK, QUIET, UP], corrections={1: QUIET}, hypothesis=jump(more=IF_WEAK))
    story.enter("105.105", "0.105105")
    story.note("exit", "intended", story.at(2, 0), "2")
    story.fill("exit", story.at(2), "104.5", "0.1045")
    story.end(story.at(2))
    assert money(story.trades())["exit_kind"] == dec("-21")  # 2 x (104.5 - 115)

    story.corrections.clear()
    story.bars = [QUIET, QUIET, QUIET, UP]
    assert money(story.trades())["unexplained"] == dec("-21")


def test_an_exit_of_a_condition_that_held_only_after_a_correction_was_not_due() -> None:
    story = Story(bars=[QUIET, QUIET, QUIET, UP], corrections={1: WEAK}, hypothesis=jump(more=IF_WEAK))
    story.enter("105.105", "0.105105")
    story.fill("target-1", story.at(3, 10_000), "115", "0.046")
    story.end(story.at(3, 10_000))
    assert money(story.trades())["exit_kind"] == dec("20.21")  # 2 x (115 - 105 x 0.999)

    story.corrections.clear()
    story.bars = [QUIET, WEAK, QUIET, UP]
    assert money(story.trades())["unexplained"] == dec("20.21")


@pytest.mark.parametrize(("resumed", "cause"), [(4, "exit_kind"), (2, "unexplained")])
def test_an_exit_that_was_due_while_trading_was_halted_is_accounted_for(resumed: int, cause: str) -> None:
    story = Story(bars=[QUIET, QUIET, QUIET, QUIET, UP], hypothesis=jump(more='max_hold = "2m"'))
    story.enter("105.105", "0.105105")
    story.stand(TradingState.HALTED, story.at(0, 30_000))
    story.stand(TradingState.ACTIVE, story.at(resumed - 1, 30_000))
    story.fill("target-1", story.at(4, 10_000), "115", "0.046")
    story.end(story.at(4, 10_000))
    assert money(story.trades())[cause] == dec("20.21")  # 2 x (115 - 105 x 0.999)


def test_an_exit_that_was_due_before_trading_was_halted_is_unexplained() -> None:
    story = Story(bars=[QUIET, QUIET, QUIET, QUIET, UP], hypothesis=jump(more='max_hold = "2m"'))
    story.enter("105.105", "0.105105")
    story.stand(TradingState.HALTED, story.at(3, 0))
    story.fill("target-1", story.at(4, 10_000), "115", "0.046")
    story.end(story.at(4, 10_000))
    assert money(story.trades())["unexplained"] == dec("20.21")


def test_funding_that_was_paid_at_another_price_is_its_own_cause() -> None:
    rate_at = FIRED + MINUTE
    story = Story(bars=[QUIET, QUIET, UP], rates={rate_at: 0.001})
    story.enter("105.105", "0.105105")
    story.fill("target-1", story.at(2, 10_000), "115", "0.046")
    story.end(story.at(2, 10_000), funding="0.2")
    assert money(story.trades()) == {"funding": dec("0.01")}  # 2 x 0.001 x 105 - 0.2


def test_a_trade_that_is_over_live_and_open_in_the_backtest_is_still_open() -> None:
    story = Story(bars=[QUIET, (105.0, 114.9, 105.0, 110.0)], hypothesis=jump(more='exit = ["close > 200"]'))
    story.enter("105.105", "0.105105", target="114.5")
    story.fill("target-1", story.at(1, 10_000), "114.5", "0.0458")
    story.end(story.at(1, 10_000))
    # 2 x (114.5 - 110 x 0.999); 2 x (0.0525525 + 0.054945) - 0.150905
    assert money(story.trades()) == {"still_open": dec("9.22"), "fees": dec("0.06409")}


def test_a_trade_that_is_open_on_both_sides_is_not_compared_yet() -> None:
    story = Story(bars=[QUIET, QUIET])
    story.enter("105.105", "0.105105")
    found = story.trades()

    assert found.trades == ()
    assert found.open == (story.signal,)


def test_a_trade_that_should_be_over_and_is_open_is_counted_at_the_last_price() -> None:
    late = Story(bars=[QUIET, DOWN, QUIET, QUIET])
    late.enter("105.105", "0.105105", stop="98")
    # 2 x (105 - 99.9); 2 x 0.1025025 - 0.105105
    assert money(late.trades()) == {"still_open": dec("10.2"), "fees": dec("0.0999")}

    broken = Story(bars=[QUIET, DOWN, QUIET, QUIET])
    broken.enter("105.105", "0.105105")
    assert broken.trades().unexplained == 1


def test_a_trade_the_backtest_does_not_take_stands_with_all_its_money() -> None:
    story = Story(bars=[(116.0, 117.0, 116.0, 116.0), (116.0, 116.0, 99.0, 99.0)])
    story.enter("116.1", "0.1")
    story.fill("stop", story.at(1, 10_000), "99.9", "0.1")
    story.end(story.at(1, 10_000))
    trade = only(story.trades())

    assert trade.why_not == "invalidated"
    assert trade.money == {TradeCause.NOT_IN_BACKTEST: dec("-32.6")}  # 2 x (99.9 - 116.1) - 0.2


@pytest.mark.parametrize(
    ("fate", "rule", "cause"),
    [
        (TradeFate.DENIED, "open_positions", "denied: open_positions"),
        (TradeFate.OVERLAPPED, "one_position_a_signal", "overlapped: one_position_a_signal"),
        (TradeFate.TAKEN, "", "never_filled"),
        (TradeFate.SKIPPED, "person", "skipped: person"),
        (TradeFate.EXPIRED, "nobody_took_it", "expired: nobody_took_it"),
    ],
)
def test_a_trade_that_was_not_taken_is_counted_apart_by_the_fate_of_its_signal(
    fate: TradeFate, rule: str, cause: str
) -> None:
    story = Story(bars=[QUIET, UP, QUIET])
    story.decide(fate, rule)
    found = story.trades()

    assert found.difference == 0
    assert found.not_taken_causes[cause].count == 1
    assert found.not_taken_causes[cause].r == pytest.approx(9.8194475 / 5)
    assert found.unexplained == 0


def test_a_told_signal_that_trading_says_nothing_of_is_unexplained() -> None:
    found = Story(bars=[QUIET, UP, QUIET]).compared()

    assert found.trades is not None
    assert list(found.trades.not_taken_causes) == ["unexplained"]
    assert not found.is_clean


@pytest.mark.parametrize(("minutes", "cause"), [(2, "waits: person"), (3, "unexplained")])
def test_a_told_signal_that_a_person_may_still_take_waits_until_it_has_expired(minutes: int, cause: str) -> None:
    hypothesis = jump(more='expires_after = "3m"')
    story = Story(bars=[QUIET, UP, QUIET][:minutes], hypothesis=hypothesis, settings={ASKS_FIRST: True})
    assert list(story.trades().not_taken_causes) == [cause]


def test_taking_a_signal_ends_no_trade() -> None:
    story = Story(bars=[QUIET, QUIET, DOWN])
    story.enter("105.105", "0.105105")
    taken = Asked(
        session="s1", at=story.at(0, 0), id="1", wish="take", target=story.signal.id, by="ann", why="", outcome=""
    )
    story.records.append(taken)
    story.fill("emergency", story.at(1), "105", "0.105")
    story.end(story.at(1))
    assert "unexplained" in money(story.trades())


def test_a_told_signal_that_fired_between_sessions_was_not_there_to_be_traded() -> None:
    story = Story(bars=[QUIET, UP, QUIET])
    missed = CloseMissed(
        session="s1",
        at=FIRED,
        instrument=story.signal.instrument,
        evaluated_at=story.at(0),
        reason="restart_gap",
        signals=(story.signal.id,),
    )
    story.records.append(missed)
    assert list(story.trades().not_taken_causes) == ["restart_gap"]


def test_a_session_that_only_scanned_has_no_trades() -> None:
    found = Story(bars=[QUIET, UP, QUIET], command="scan").compared()

    assert found.trades is None
    assert found.is_clean
    assert found.document()["trades"] is None


def test_a_span_compares_the_trades_that_ended_in_it() -> None:
    story = Story(bars=[QUIET, UP, QUIET, QUIET])
    story.enter("105.2", "0.1")
    story.fill("target-1", story.at(1, 30_000), "115", "0.046")
    story.end(story.at(1, 30_000))

    for start, end, count in ((story.at(1, 0), None, 1), (story.at(2, 0), None, 0), (None, story.at(2, 0), 1)):
        found = compare(story.journal, story.store, start, end).trades
        assert found is not None
        assert len(found.trades) == count


def test_the_document_of_trades_adds_up_as_text() -> None:
    story = Story(bars=[QUIET, BOTH, QUIET])
    story.enter("105.2", "0.1")
    story.fill("target-1", story.at(1, 10_000), "115", "0.046")
    story.end(story.at(1, 10_000))
    document = story.compared().document()["trades"]

    causes = {name: Decimal(each["money"]) for name, each in document["causes"].items()}
    assert sum(causes.values()) == Decimal(document["difference"])
    assert Decimal(document["net"]) - Decimal(document["backtest_net"]) == Decimal(document["difference"])
    assert document["compared"] == 1
    (trade,) = document["differences"]
    assert trade["live"]["exits"][0]["leg"] == "target-1"
    assert trade["backtest"]["exits"][0]["leg"] == trade["backtest"]["reason"] == "stop"
    assert trade["live"]["r"] == pytest.approx((2 * 9.8 - 0.146) / 10)


# --- bad input ---


def strict(found: TradesParity) -> str:
    """The document as JSON, which has no word for what is no number."""
    return json.dumps(found.document(), allow_nan=False)


def test_without_a_trade_everything_is_zero_and_nothing_is_divided() -> None:
    found = TradesParity(trades=(), not_taken=(), open=())
    assert (found.matched, found.unexplained, found.r) == (0, 0, 0)
    assert found.difference == found.mean_risk == dec("0")
    assert '"compared": 0' in strict(found)


def winner(**fields: Any) -> Story:
    story = Story(bars=[QUIET, UP, QUIET], **fields)
    story.enter("105.2", "0.1")
    story.fill("target-1", story.at(1, 30_000), "115", "0.046")
    story.end(story.at(1, 30_000))
    return story


def test_one_trade_that_won_is_compared_without_a_loss_to_divide_by() -> None:
    found = winner().trades()
    only(found)
    assert '"matched": 1' in strict(found)


def test_a_session_of_another_version_is_compared_all_the_same() -> None:
    story = winner(version="0.0.1")
    assert story.trades().unexplained == 0
    assert not story.compared().is_code_same
