"""Paper trading's exchange: a market told by hand, batches out, as a trader would say them. BTC around 45,000."""

import asyncio
from dataclasses import replace

import pytest

from edgeproof.adapters.simulated.exchange import SimulatedExchange
from edgeproof.core.model.event import FeedIncident, FundingPublished, IncidentKind, MarketEvent
from edgeproof.core.model.execution import DUPLICATE_ID, Accepted, AmendSent, Filled, Rejected
from edgeproof.core.model.order import AmendOrder, CancelOrder, Order, OrderIntent, OrderState, new_order
from edgeproof.core.model.time import MINUTE
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.streaming import StreamVenue
from tests.support.orders import BTC, ETH, SHORT, T, after, bracket, d, filled, sent
from tests.support.paper import (
    COSTS,
    TapeFeed,
    at,
    candle,
    clock,
    exchange,
    executions,
    in_words,
    once,
    place,
    quote,
    run,
    sends,
    trade,
)

MADE = bracket()
SOLD = bracket(SHORT)
DOWN = FeedIncident(kind=IncidentKind.DISCONNECTED, time=at(70))


def bought(*intents: Order) -> list[Order]:
    """The book after one unit was bought, with the orders that guard it."""
    return [after(new_order(MADE.entry), sent(MADE.entry), accepted(MADE.entry), filled(MADE.entry, "1")), *intents]


def accepted(intent: OrderIntent, time: int = T) -> Accepted:
    return Accepted(order_id=intent.id, time=time, venue_id="there")


def waiting(intent: OrderIntent, time: int = T) -> Order:
    return after(new_order(intent), sent(intent), accepted(intent, time))


# --- batches ---


def test_batch_without_orders_is_told_with_the_last_trade_of_each_instrument() -> None:
    eth: list[MarketEvent] = [trade(3_000.0 + n, n, instrument=ETH) for n in range(3)]
    btc: list[MarketEvent] = [trade(45_000.0 + n, n) for n in range(3)]
    (batch,) = run(exchange([quote(), *btc, *eth, clock(3)]))
    assert batch == [quote(), btc[-1], eth[-1], clock(3)]


def test_batch_ends_after_the_event_that_fills() -> None:
    made = exchange(
        [trade(46_000.0, 1), trade(46_001.0, 2), trade(46_002.0, 3)], orders=bought(waiting(MADE.targets[0]))
    )
    assert in_words(run(made)) == ["trade 46001, filled target-1 0.5 at 46000", "trade 46002"]


def test_batch_ends_where_candles_have_closed_and_before_the_next_price() -> None:
    funding = FundingPublished(instrument=BTC, time=at(60), rate=0.0)
    closed: list[MarketEvent] = [
        funding,
        candle(0, 45_000.0),
        candle(0, 45_000.0, timeframe=5 * MINUTE),
        candle(0, 3_000.0, instrument=ETH),
    ]
    told = run(
        exchange([quote(), *closed, quote(seconds=61), *closed[1:2], trade(45_000.0, 61), *closed, clock(62), quote()])
    )
    assert in_words(told) == [
        "quote, fundingpublished, candle, candle, candle",
        "quote, candle",
        "trade 45000, fundingpublished, candle, candle, candle, time",
        "quote",
    ]


def test_signal_decided_at_a_close_is_filled_before_the_next_price_is_looked_at() -> None:
    made = exchange([quote(), candle(0, 45_000.0), quote(bid=45_095.0, ask=45_105.0, seconds=61)])
    told = run(made, once(place(MADE.entry, at(60)), upon=type(candle(0, 1.0))))
    assert in_words(told) == ["quote, candle", "accepted entry, filled entry 1 at 45005", "quote"]


def test_answer_to_a_fill_is_there_before_the_next_trade() -> None:
    made = exchange([quote(), clock(1), trade(44_400.0, 2)])
    told = run(made, once(place(MADE.stop, at(0)), upon=Filled), first=[place(MADE.entry)])
    assert in_words(told) == [
        "accepted entry",
        "quote, filled entry 1 at 45005",
        "accepted stop",
        "time, trade 44400, triggered stop, filled stop 1 at 44400",
    ]


def test_command_under_way_arrives_before_the_first_event_after_it_and_can_be_answered_first() -> None:
    made = exchange([quote(), quote(bid=44_985.0, ask=44_995.0, seconds=0.3), trade(44_400.0, 0.6)], latency_ms=200)
    told = run(made, once(place(MADE.stop, at(0.2)), upon=Filled), first=[place(MADE.entry, at(0))])
    assert in_words(told) == [
        "quote, accepted entry, filled entry 1 at 45005",
        "quote, accepted stop",
        "trade 44400, triggered stop, filled stop 1 at 44400",
    ]
    assert [each.time for each in executions(told)] == [at(0.2), at(0.2), at(0.4), at(0.6), at(0.6)]


def test_command_arrives_by_the_clock_where_the_market_is_quiet() -> None:
    told = run(exchange([quote()], [clock(0.1)], [clock(0.3)], latency_ms=200), first=[place(MADE.entry, at(0))])
    assert in_words(told) == ["quote", "time", "time, accepted entry, filled entry 1 at 45005"]


def test_order_of_one_instrument_is_untouched_by_the_trades_of_another() -> None:
    made = exchange([trade(40_000.0, 1, instrument=ETH)], orders=bought(waiting(MADE.stop)))
    assert in_words(run(made)) == ["trade 40000"]


@pytest.mark.parametrize("halted", [{"suspended": True}, {"post_only": True}])
def test_nothing_fills_at_market_while_nobody_may_take(halted: dict[str, bool]) -> None:
    told = run(exchange([replace(quote(), **halted), quote(seconds=5)]), first=[place(MADE.entry)])  # type: ignore[arg-type]
    assert in_words(told) == ["accepted entry", "quote, quote, filled entry 1 at 45005"]


def test_lost_connection_makes_orders_wait_for_a_new_price() -> None:
    made = exchange([quote(), DOWN], [clock(80)], [quote(bid=46_995.0, ask=47_005.0, seconds=90)])
    told = run(made, once(place(MADE.entry, at(70)), upon=FeedIncident))
    assert in_words(told) == ["quote, incident", "accepted entry", "time", "quote, filled entry 1 at 47005"]


def test_exchange_passes_on_what_forms_and_closes_its_feed() -> None:
    feed = TapeFeed([])
    made = SimulatedExchange(feed, StreamVenue(SimulatedAccount(lambda _: COSTS)))
    assert made.forming() == {}
    asyncio.run(made.close())
    assert feed.is_closed


# --- minutes that were not seen as they happened ---


def test_candle_not_told_by_trades_stops_out_before_the_target_and_before_it_is_told() -> None:
    both = candle(0, 45_000.0, 46_500.0, 44_400.0, 45_000.0)
    told = run(exchange([both], orders=bought(waiting(MADE.stop), waiting(MADE.targets[0]))))
    assert in_words(told) == [
        "triggered stop, filled stop 1 at 44055",  # 44,500 less the assumed 1 %
        "cancelled target-1 (would_not_reduce_position)",
        "candle",
    ]
    assert [each.time for each in executions(told)] == [at(60)] * 3


def test_candle_that_opens_beyond_the_stop_fills_at_its_open() -> None:
    told = run(exchange([candle(0, 44_000.0, 44_600.0, 43_900.0, 44_600.0)], orders=bought(waiting(MADE.stop))))
    assert in_words(told) == ["triggered stop, filled stop 1 at 43560", "candle"]
    assert [each.time for each in executions(told)] == [T, T]


def test_candle_fills_limits_that_it_trades_through_for_no_more_than_was_traded() -> None:
    orders = bought(*map(waiting, MADE.targets))
    told = run(exchange([candle(0, 45_000.0, 47_001.0, 45_000.0, 47_000.0, volume=0.7)], orders=orders))
    assert in_words(told) == ["filled target-1 0.5 at 46000, filled target-2 0.2 at 47000", "candle"]


def test_candle_that_only_touches_a_limit_leaves_it() -> None:
    told = run(exchange([candle(0, 45_000.0, 46_000.0, 45_000.0, 45_000.0)], orders=bought(waiting(MADE.targets[0]))))
    assert in_words(told) == ["candle"]


def test_candle_never_fills_a_limit_better_than_its_price() -> None:
    told = run(exchange([candle(0, 46_500.0, 46_600.0, 46_400.0, 46_500.0)], orders=bought(waiting(MADE.targets[0]))))
    assert in_words(told) == ["filled target-1 0.5 at 46000", "candle"]


@pytest.mark.parametrize(
    "candles",
    [
        [replace(candle(0, 44_000.0), is_correction=True)],
        [replace(candle(0, 44_000.0), filled=True, volume=0.0)],
        [candle(0, 44_000.0, timeframe=5 * MINUTE)],
        [candle(-1, 44_000.0)],
    ],
    ids=["a correction", "nobody traded", "a longer candle", "before the order came"],
)
def test_candle_that_says_nothing_of_the_orders_matches_nothing(candles: list[MarketEvent]) -> None:
    told = run(exchange(candles, orders=bought(waiting(MADE.stop))))
    assert executions(told) == []


def test_candle_told_trade_by_trade_is_not_matched_again() -> None:
    trades: list[MarketEvent] = [trade(44_499.0 + n, n, size=0.1) for n in (2, 3, 40)]
    closing: list[MarketEvent] = [
        trade(45_000.0, 61),
        candle(0, 44_501.0, 44_539.0, 44_501.0, 44_539.0, volume=0.1 + 0.1 + 0.1),
    ]
    answers = once(place(MADE.stop, at(50)), upon=type(clock(0)))
    told = run(exchange([*trades, clock(50)], closing, orders=bought()), answers)
    assert in_words(told) == ["trade 44539, time", "accepted stop", "trade 45000, candle"]


def test_candle_told_in_part_matches_what_was_not_told_of_it() -> None:
    orders = bought(waiting(MADE.stop), waiting(MADE.targets[0]))
    part: list[MarketEvent] = [trade(45_000.0, 1, size=4.0), trade(45_100.0, 20, size=2.0), DOWN]
    rest = candle(0, 45_000.0, 46_001.0, 45_000.0, 45_500.0, volume=6.3)
    assert in_words(run(exchange(part, [rest], orders=orders))) == [
        "trade 45100, incident",
        "filled target-1 0.3 at 46000",
        "candle",
    ]


def test_extreme_that_was_told_before_an_order_came_does_not_touch_it() -> None:
    part: list[MarketEvent] = [trade(44_400.0, 1), trade(45_000.0, 20), clock(30), DOWN]
    rest = candle(0, 44_400.0, 45_000.0, 44_400.0, 44_900.0, volume=5.0)
    made = exchange(part, [rest], orders=bought())
    told = run(made, once(place(MADE.stop, at(30)), upon=FeedIncident))
    assert in_words(told) == ["trade 45000, time, incident", "accepted stop", "candle"]


def test_stop_that_came_within_a_candle_not_told_takes_its_close() -> None:
    orders = bought(waiting(MADE.stop, at(30)))
    low = candle(0, 45_000.0, 45_000.0, 44_000.0, 45_000.0)
    assert executions(run(exchange([low], orders=orders))) == []
    beyond = candle(0, 45_000.0, 45_000.0, 44_000.0, 44_500.0)
    assert in_words(run(exchange([beyond], orders=orders))) == ["triggered stop, filled stop 1 at 44055", "candle"]


def test_entry_and_stop_decided_at_an_open_live_through_the_candle_not_told() -> None:
    made = exchange(
        [candle(1, 45_000.0, 45_100.0, 44_400.0, 44_900.0)], orders=[waiting(MADE.entry, at(60.2))], latency_ms=200
    )
    told = run(made, once(place(MADE.stop, at(60.2)), upon=Filled))
    assert in_words(told) == [
        "filled entry 1 at 45450",
        "accepted stop",
        "triggered stop, filled stop 1 at 44055",
        "candle",
    ]
    assert [each.time for each in executions(told)] == [at(60.2), at(60.4), at(120), at(120)]


def test_candles_of_an_instrument_with_orders_are_told_one_by_one_so_that_they_can_be_answered() -> None:
    fall = [candle(0, 45_000.0), candle(0, 45_000.0, timeframe=5 * MINUTE), candle(1, 44_400.0)]
    moved = sends(AmendOrder(order_id=MADE.stop.id, quantity=d(1), trigger_price=d(44_900)), at(60))
    told = run(exchange(fall, orders=bought(waiting(MADE.stop))), once(moved, upon=type(fall[0])))
    assert in_words(told) == ["candle, candle", "amended stop", "triggered stop, filled stop 1 at 43956", "candle"]


def test_candle_is_matched_once_though_it_is_told_twice() -> None:
    again = candle(0, 45_000.0, 46_500.0, 45_000.0, 45_000.0, volume=0.2)
    told = run(exchange([again, again], orders=bought(waiting(MADE.targets[0])), missed=[again]))
    assert in_words(told) == ["filled target-1 0.2 at 46000", "candle", "candle"]


def test_candles_missed_are_matched_first_and_not_told() -> None:
    made = exchange(
        [quote(seconds=200)], orders=bought(waiting(MADE.stop)), missed=[candle(1, 44_400.0), candle(2, 44_000.0)]
    )
    assert in_words(run(made)) == ["triggered stop, filled stop 1 at 43956", "quote"]


# --- restarts ---


def test_order_that_never_arrived_is_taken_when_it_is_sent_again() -> None:
    lost = after(new_order(MADE.entry), sent(MADE.entry))
    told = run(exchange([quote(seconds=90)], orders=[lost], latency_ms=200), first=[place(MADE.entry, at(0))])
    assert in_words(told) == ["accepted entry", "quote, filled entry 1 at 45005"]
    (came, fill) = executions(told)
    assert (came.time, fill.time) == (at(0.2), at(90))


def test_order_sent_twice_is_rejected_and_the_one_that_is_there_is_none_the_worse() -> None:
    stop = waiting(MADE.stop)
    (batch,) = run(exchange([], orders=bought(stop)), first=[place(MADE.stop)])
    (event,) = batch
    assert isinstance(event, Rejected)
    assert event.reason == DUPLICATE_ID
    assert apply_event(stop, event) == stop


def test_order_filled_before_the_restart_is_not_filled_again() -> None:
    told = run(exchange([quote()], orders=bought()), first=[place(MADE.entry)])
    assert in_words(told) == ["rejected entry (duplicate_id)", "quote"]


def test_commands_lost_in_a_restart_are_told_as_refused() -> None:
    stop = apply_event(waiting(MADE.stop), _asked())
    target = replace(waiting(MADE.targets[0]), state=OrderState.CANCELLING)
    unknown = replace(waiting(MADE.targets[1]), state=OrderState.UNKNOWN)
    (batch,) = run(exchange([], orders=bought(stop, target, unknown)))
    assert in_words([batch]) == [
        "amendrefused stop (restarted), cancelrefused target-1 (restarted), accepted target-1, accepted target-2"
    ]
    book = {each.id: each for each in (stop, target, unknown)}
    for event in executions([batch]):
        book[event.order_id] = apply_event(book[event.order_id], event)
    assert [(each.state, each.asked) for each in book.values()] == [(OrderState.ACCEPTED, None)] * 3


def _asked() -> AmendSent:
    return AmendSent(order_id=MADE.stop.id, time=T, quantity=d("0.5"))


def test_order_taken_back_remembers_since_when_it_was_there() -> None:
    late: list[MarketEvent] = [trade(44_000.0, 5)]
    assert executions(run(exchange(late, orders=bought(waiting(MADE.stop, at(6)))))) == []
    assert executions(run(exchange(late, orders=bought(waiting(MADE.stop, at(5)))))) != []


def test_amend_and_cancel_are_answered_with_the_next_batch() -> None:
    commands = [
        sends(AmendOrder(order_id=MADE.stop.id, quantity=d("0.5"))),
        sends(CancelOrder(order_id=MADE.targets[0].id, reason="asked")),
    ]
    made = exchange([quote()], orders=bought(waiting(MADE.stop), waiting(MADE.targets[0])))
    assert in_words(run(made, first=commands)) == ["amended stop, cancelled target-1 (asked)", "quote"]
