"""How trading stands, in numbers worked by hand.

The book of tests/support/trading.py at BTC 46,250, ETH 2,410, SOL 151.2:

| | realised | open | fees | funding | net | planned risk | R |
|---|--:|--:|--:|--:|--:|--:|--:|
| BTC | 0.2 x 1,000 = 200 | 0.2 x 1,250 = 250 | 10.84 | 0.54 | 438.62 | 0.4 x 500 = 200 | 2.1931 |
| ETH | 0 | 3 x -10 = -30 | 3.60 | -0.36 | -33.24 | 3 x 40 = 120 | -0.277 |

Equity: 10,000 + 438.62 - 33.24 = 10,405.38. The day: 194.38 realised, 220 - 40 = 180 open; 10,031 + 374.38 = 10,405.38.
"""

from dataclasses import replace
from decimal import Decimal

import pytest

from edgeproof.core.model.execution import CancelSent, Sent
from edgeproof.core.model.margin import MarginLevel
from edgeproof.core.model.order import EMERGENCY, OrderIntent, OrderType, Side, new_order
from edgeproof.core.model.portfolio import LossStreak
from edgeproof.core.model.round_trip import StopKind
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.core.model.trade import Account, Book, TradeAtWork
from edgeproof.core.model.trading import BreakerLevel, StateCause, TradingState, TradingStatus
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.risk.limits import RiskLimits, without_limits
from edgeproof.services.priced_book import Protection
from edgeproof.services.trading_view import PositionView, TradingView, trading_view
from tests.support.risk import dec
from tests.support.sessions import BITCOIN, ETHER, NOW, SOLANA
from tests.support.trading import (
    LIMITS,
    LONG,
    MARKS,
    SHORT,
    WAITING,
    account,
    book,
    bracket,
    guard,
    long_trade,
    order,
    positions,
    short_trade,
    trade_of,
)


def view(of: Book | None = None, limits: RiskLimits = LIMITS, now: int = NOW) -> TradingView:
    return trading_view(of or book(), MARKS, limits, now)


def plain(*values: object) -> tuple[object, ...]:
    """Values as they are, so that money can be compared with a whole number."""
    return values


def position(trade: TradeAtWork) -> PositionView:
    """The view of one position, whose trade is another."""
    of = book()
    trades = {**of.trades, trade.signal.id: trade}
    return next(each for each in view(replace(of, trades=trades)).positions if each.signal_id == trade.signal.id)


def test_account_is_cash_and_what_is_open_at_the_marks() -> None:
    found = view()
    assert plain(found.cash, found.equity, found.peak_equity) == (Decimal(10_000), dec("10405.38"), Decimal(10_500))
    assert found.drawdown == dec("94.62") / 10_500
    assert found.max_drawdown == dec("0.15")


def test_day_is_realised_and_open_and_says_what_is_left_to_each_level() -> None:
    day = view().day
    assert day is not None
    assert plain(day.opening_equity, day.realized_pnl, day.open_pnl, day.pnl) == (
        10_031,
        dec("194.38"),
        180,
        dec("374.38"),
    )
    assert [plain(each.level.word, each.left, each.is_reached) for each in day.levels] == [
        ("warn", dec("524.845"), False),  # 1.5 % of 10,031 is 150.465
        ("no_new_entries", dec("625.155"), False),
        ("flatten", dec("675.31"), False),
    ]


def test_level_that_was_reached_stays_and_nothing_is_left_to_it() -> None:
    day = account().day
    assert day is not None
    lost = replace(day, realized=dec("-340"), level=BreakerLevel.NO_NEW_ENTRIES)  # -340 + 180 = -160: 1.6 % of 10,031
    found = view(book(account=replace(account(), day=lost))).day
    assert found is not None
    assert [plain(each.left, each.is_reached) for each in found.levels] == [
        (0, True),
        (dec("90.775"), True),
        (dec("140.93"), False),
    ]


def test_open_risk_is_what_is_lost_from_the_entries_to_the_stops() -> None:
    found = view()
    assert found.open_risk == 180  # BTC none: its stop stands at the entry; ETH 3 x 40; SOL 20 x 3
    assert found.open_risk_share == Decimal(180) / dec("10405.38")
    assert found.leverage == Decimal(9_250 + 7_230 + 3_000) / dec("10405.38")
    assert plain(found.instruments, found.max_positions) == (3, 3)


def test_position_that_took_half() -> None:
    found = view().positions[0]
    assert plain(found.signal_id, found.hypothesis, found.instrument) == (LONG.id, LONG.hypothesis, BITCOIN)
    assert plain(found.direction, found.entered, found.quantity, found.entry_price) == (
        1,
        dec("0.4"),
        dec("0.2"),
        45_000,
    )
    assert plain(found.realized_pnl, found.unrealized_pnl, found.net_pnl) == (200, 250, dec("438.62"))
    assert plain(found.unrealized_r, found.net_r) == (1.25, pytest.approx(2.1931, abs=1e-12))
    assert plain(found.stop, found.stop_kind, found.protection) == (45_000, StopKind.BREAK_EVEN, Protection.RESTING)
    assert plain(found.open_risk, found.fees, found.funding) == (0, dec("10.84"), dec("0.54"))
    assert [plain(each.price, each.quantity, each.filled, each.is_done) for each in found.targets] == [
        (46_000, dec("0.2"), dec("0.2"), True),
        (47_000, dec("0.2"), 0, False),
    ]
    assert plain(found.opened_at, found.closes_at, found.is_closing) == (LONG.time + 200, NOW + 3 * HOUR, False)


def test_position_under_water_is_short() -> None:
    found = view().positions[1]
    assert plain(found.signal_id, found.direction, found.quantity, found.mark_price) == (SHORT.id, -1, 3, 2_410)
    assert plain(found.unrealized_pnl, found.net_pnl, found.net_r) == (
        -30,
        dec("-33.24"),
        pytest.approx(-0.277, abs=1e-12),
    )
    assert plain(found.stop, found.open_risk, found.funding) == (2_440, 120, dec("-0.36"))


def test_entry_that_rests() -> None:
    [found] = view().resting
    assert plain(found.signal_id, found.instrument, found.direction) == (WAITING.id, SOLANA, 1)
    assert plain(found.quantity, found.filled, found.price, found.stop) == (20, 0, 150, 147)
    assert plain(found.targets, found.open_risk, found.expires_at, found.is_accepted) == (
        (156,),
        60,
        WAITING.expires_at,
        True,
    )


def test_stop_that_was_sent_and_not_taken_yet_is_on_its_way() -> None:
    trade = short_trade()
    stop = bracket(SHORT, "3").stop
    sent = apply_event(new_order(stop), Sent(order_id=stop.id, time=NOW))
    found = position(replace(trade, orders={**trade.orders, stop.id: sent}))
    assert plain(found.protection, found.stop, found.open_risk) == (Protection.UNDER_WAY, 2_440, 120)


@pytest.mark.parametrize("state", ["missing", "cancelling", "too small"])
def test_stop_that_does_not_guard_all_that_is_open_is_none_and_its_risk_is_not_known(state: str) -> None:
    trade, stop = short_trade(), bracket(SHORT, "3").stop
    orders = {key: each for key, each in trade.orders.items() if key != stop.id}
    if state == "cancelling":
        orders[stop.id] = apply_event(trade.orders[stop.id], CancelSent(order_id=stop.id, time=NOW))
    if state == "too small":
        orders[stop.id] = order(replace(stop, quantity=Decimal(2)), time=NOW)
    found = view(book(trades={**book().trades, SHORT.id: replace(trade, orders=orders)}))
    assert [each.signal_id for each in found.unprotected] == [SHORT.id]
    [bare] = found.unprotected
    assert plain(bare.stop, bare.open_risk) == (2_440, None)  # the stop of the rules is still told
    assert plain(found.open_risk, found.open_risk_share) == (None, None)


def test_exit_at_market_under_way_says_that_it_closes() -> None:
    trade = long_trade()
    intent = OrderIntent(
        hypothesis=LONG.hypothesis,
        instrument=BITCOIN,
        signal_time=LONG.time,
        leg=EMERGENCY,
        side=Side.SELL,
        type=OrderType.MARKET,
        quantity=dec("0.2"),
        is_reduce_only=True,
    )
    found = position(replace(trade, orders={**trade.orders, intent.id: new_order(intent)}))
    assert found.is_closing


def test_targets_that_were_not_placed_yet_have_the_prices_of_the_signal() -> None:
    orders = [each for each in long_trade().orders.values() if not each.intent.leg.startswith("target")]
    found = position(trade_of(LONG, orders, guard(LONG, 45_000.0)))
    assert [plain(each.price, each.quantity, each.is_done) for each in found.targets] == [
        (46_000, None, False),
        (47_000, None, False),
    ]


def test_without_a_mark_nothing_that_needs_it_is_known() -> None:
    found = trading_view(book(), {BITCOIN: 46_250.0}, LIMITS, NOW)
    assert plain(found.equity, found.drawdown, found.open_risk_share, found.leverage) == (None, None, None, None)
    assert found.open_risk == 180  # from entries to stops: no mark is needed
    assert found.day is not None
    assert plain(found.day.pnl, found.day.open_pnl, [each.left for each in found.day.levels]) == (
        None,
        None,
        [None] * 3,
    )
    assert plain(found.positions[1].net_pnl, found.positions[1].net_r) == (None, None)
    assert found.positions[0].net_pnl == dec("438.62")


def test_position_whose_trade_is_not_in_the_book_is_shown_as_unprotected() -> None:
    found = view(book(trades={}))
    assert [each.protection for each in found.positions] == [Protection.NONE] * 2
    assert plain(found.positions[0].hypothesis, found.positions[0].stop, found.positions[0].net_r) == ("", None, None)
    assert found.positions[0].net_pnl == dec("438.62")


def test_liquidation_under_cross_margin() -> None:
    levels = (MarginLevel(notional=Decimal(0), initial=dec("0.02"), maintenance=dec("0.01")),)
    margins = {BITCOIN: levels, ETHER: levels}
    long, short = trading_view(book(), MARKS, LIMITS, NOW, margins=margins).positions
    # BTC: 10,405.38 - 250 - 1 % of 7,230 stand behind 0.2 x 45,000: all the way down.
    assert plain(long.liquidation_price, long.liquidation_distance) == (0, 1)
    # ETH: (10,405.38 + 30 - 1 % of 9,250 + 7,200) / (3 x 1.01) = 17,542.88 / 3.03
    assert short.liquidation_price == dec("17542.88") / dec("3.03")
    assert short.liquidation_distance == (dec("17542.88") / dec("3.03") - 2_410) / 2_410


def test_liquidation_is_not_known_where_the_margin_of_another_position_is_not() -> None:
    levels = (MarginLevel(notional=Decimal(0), initial=dec("0.02"), maintenance=dec("0.01")),)
    long, short = trading_view(book(), MARKS, LIMITS, NOW, margins={BITCOIN: levels}).positions
    assert plain(long.liquidation_price, short.liquidation_price) == (None, None)


def test_new_day_begins_at_the_equity_there_is_and_ends_what_the_breaker_reduced() -> None:
    reduced = TradingStatus(state=TradingState.REDUCING, cause=StateCause.DAILY_LOSS, since=NOW)
    of = book(account=replace(account(), status=reduced))
    assert view(of).status == reduced
    found = view(of, now=NOW + DAY)
    assert found.day is not None
    assert plain(found.day.start, found.day.opening_equity, found.day.pnl) == (
        (NOW + DAY) // DAY * DAY,
        dec("10405.38"),
        0,
    )
    assert plain(found.status.state, found.status.cause) == (TradingState.ACTIVE, StateCause.NEW_DAY)


def test_cooldown_is_told_until_it_is_over() -> None:
    losses = LossStreak(length=3, last_at=NOW - HOUR)
    of = book(account=replace(account(), losses=losses))
    assert plain(view(of).losses_in_a_row, view(of).cooldown_until) == (3, NOW + 3 * HOUR)
    assert view(of, now=NOW + 3 * HOUR).cooldown_until is None
    assert view(of, without_limits()).cooldown_until is None


def test_orders_of_the_last_minute_are_counted() -> None:
    assert plain(view().orders_last_minute, view().max_orders_a_minute) == (2, 30)
    assert view(now=NOW + MINUTE).orders_last_minute == 0


def test_limits_that_are_off_are_none_and_levels_without_a_limit_are_left_out() -> None:
    found = view(limits=without_limits())
    assert plain(found.max_positions, found.max_open_risk, found.max_drawdown, found.max_leverage) == (None,) * 4
    assert found.day is not None
    assert found.day.levels == ()


def test_book_in_which_nothing_happened_yet() -> None:
    found = trading_view(Book(account=Account(cash=Decimal(10_000))), {}, LIMITS, NOW)
    assert plain(found.equity, found.drawdown, found.open_risk, found.instruments) == (10_000, 0, 0, 0)
    assert plain(found.positions, found.resting, found.status.state) == ((), (), TradingState.ACTIVE)
    assert found.day is not None
    assert found.day.pnl == 0


def test_what_was_closed_of_a_trade_that_is_not_over_counts_without_a_mark() -> None:
    [_, long] = positions()
    closed = replace(long.attributions[0], exited=dec("0.4"), exit_value=dec("18500"))
    of = book(positions={BITCOIN: replace(long, attributions=(closed,))}, trades={})
    found = trading_view(of, {}, LIMITS, NOW)
    assert plain(found.positions, found.equity) == ((), dec("10488.62"))  # 10,000 + 500 - 10.84 - 0.54
