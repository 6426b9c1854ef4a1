"""Trading in a terminal, as text within its width."""

import io
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console, Group

from edgeproof.cli.trading_lines import account_lines, exposure_lines, trading_lines
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.portfolio import LossStreak
from edgeproof.core.model.time import HOUR
from edgeproof.core.model.trade import Account, Book
from edgeproof.core.model.trading import BreakerLevel, StateCause, TradingState, TradingStatus
from edgeproof.core.positions.liquidation import MarginLevel
from edgeproof.core.risk.limits import without_limits
from edgeproof.services.trading_view import TradingView, trading_view
from tests.support.risk import dec
from tests.support.sessions import BITCOIN, ETHER, NOW
from tests.support.trading import LIMITS, MARKS, SHORT, account, book, short_trade


def view(of: Book | None = None) -> TradingView:
    return trading_view(of or book(), MARKS, LIMITS, NOW)


def shown(of: TradingView, width: int = 80) -> list[str]:
    """The lines of a terminal."""
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(Group(*trading_lines(of, width)))
    return [line.rstrip() for line in console.export_text().splitlines()]


def unprotected() -> TradingView:
    trade = short_trade()
    orders = {key: each for key, each in trade.orders.items() if each.intent.leg != "stop"}
    return view(book(trades={**book().trades, SHORT.id: replace(trade, orders=orders)}))


def test_narrow_terminal_has_the_account_in_two_lines_and_each_position_in_two() -> None:
    assert shown(view()) == [
        "ACTIVE  equity 10,405.38  today +374.38 (+194.38 realised, +180.00 open)",
        "524.84 left to warn  drawdown 0.9 of 15 %  risk 1.73 of 4 %  positions 3 of 3",
        "",
        "      on  quantity     entry      mark      stop P&L net     R id",
        "LONG  BTC      0.2 45,000.00 46,250.00 45,000.00 +438.62 +2.19 3dd8fa",
        "      break-even stop 2.7 % away  target 47,000.00 2/2  risk 0.00  Suppor…ce_15m",
        "SHORT ETH        3  2,400.00  2,410.00  2,440.00  -33.24 -0.28 2afa37",
        "      stop 1.24 % away  target 2,320.00  risk 120.00  Bearish_Engul…Reversal_15m",
        "LONG  SOL       20  150.0000  151.2000  147.0000   waits       32312a",
        "      entry  expires in 13m 41s  target 156.0000  risk 60.00  Momentum_Shift_15m",
    ]


def test_wide_terminal_says_more() -> None:
    lines = shown(view(), 120)
    assert lines[1] == (
        "drawdown 0.9 of 15 %  risk 180.00 (1.73 of 4 %)  positions 3 of 3  leverage 1.87 of 5  orders 2 of 30 a minute"
    )
    assert lines[4] == (
        "LONG   BTC       0.2  45,000.00  46,250.00  45,000.00  47,000.00 2/2    0.00  +438.62  +2.19  3dd8fa"
    )
    assert lines[5].split("  ")[3:8] == [
        "break-even stop 2.7 % away",
        "fees 10.84",
        "funding 0.54",
        "for 9h 16m",
        "closes in 3h",
    ]


@pytest.mark.parametrize("width", [80, 99, 100, 115, 116, 120, 200])
def test_lines_fit_the_terminal(width: int) -> None:
    halted = TradingStatus(
        state=TradingState.HALTED, cause=StateCause.PERSON_HALTS, since=NOW - HOUR, by="ann", why="w" * 100
    )
    crowded = book(account=replace(account(), status=halted, losses=LossStreak(length=3, last_at=NOW - HOUR)))
    for each in (view(), view(crowded), unprotected(), trading_view(book(), {}, without_limits(), NOW)):
        assert max(map(len, shown(each, width))) <= width


def test_position_without_a_stop_is_conspicuous() -> None:
    lines = shown(unprotected())
    assert lines[0].startswith("ACTIVE  ETH/USD:USD HAS NO STOP  equity")
    text = "\n".join(lines)
    assert "risk ? of 4 %" in text
    assert " NO STOP  -33.24" in text
    assert lines[-3].startswith("      no stop at the venue; by its rules 2,440.00")


def test_breaker_says_the_level_that_was_reached_and_what_is_left_to_the_next() -> None:
    day = account().day
    assert day is not None
    lost = replace(day, realized=dec("-440"), level=BreakerLevel.NO_NEW_ENTRIES)
    reduced = TradingStatus(state=TradingState.REDUCING, cause=StateCause.DAILY_LOSS, since=NOW - HOUR)
    lines = shown(view(book(account=replace(account(), day=lost, status=reduced))))
    assert lines[0] == "REDUCING since 09:31 by the day's loss, until the reset  equity 10,405.38"
    assert lines[2].startswith("NO NEW ENTRIES, 40.93 left to flatten")


def test_cooldown_and_a_person_who_halted_are_told() -> None:
    halted = TradingStatus(
        state=TradingState.HALTED, cause=StateCause.PERSON_HALTS, since=NOW - 48 * HOUR, by="ann", why="news"
    )
    of = replace(account(), status=halted, losses=LossStreak(length=3, last_at=NOW - HOUR))
    text = "\n".join(shown(view(book(account=of))))
    assert 'HALTED since 2026-02-01 10:31 by ann ("news")' in text
    assert "COOLDOWN 3h more, after 3 losses in a row" in text


def test_liquidation_is_told_where_it_is_near() -> None:
    levels = (MarginLevel(notional=Decimal(0), initial=dec("0.02"), maintenance=dec("0.01")),)
    poor = book(account=replace(account(), cash=Decimal(1_000)))
    found = trading_view(poor, MARKS, LIMITS, NOW, margins={BITCOIN: levels, ETHER: levels})
    text = "\n".join(shown(found, 120))
    assert "liquidation 16.99 % away" in text  # ETH: (1,405.38 + 30 - 92.5 + 7,200) / 3.03 = 2,819.43


def test_nothing_open_is_one_line() -> None:
    found = trading_view(Book(account=Account(cash=Decimal(10_000))), {}, LIMITS, NOW)
    assert shown(found)[-1] == "nothing is open"
    assert exposure_lines(found, 80).heading is None


def test_limits_that_are_off_are_not_shown() -> None:
    [first, *_] = account_lines(trading_view(book(), MARKS, without_limits(), NOW), 120)
    text = "\n".join(shown(trading_view(book(), MARKS, without_limits(), NOW), 120))
    assert "no breaker" in first.plain
    assert "drawdown 0.9 %  risk 180.00 (1.73 %)  positions 3  leverage 1.87  orders 2 a minute" in text


def test_unknown_marks_are_dashes() -> None:
    text = "\n".join(shown(trading_view(book(), {Instrument("ADA", "USD", "USD"): 1.0}, LIMITS, NOW)))
    assert "equity -  today - (+194.38 realised, - open)" in text
    assert "- left to warn" in text
