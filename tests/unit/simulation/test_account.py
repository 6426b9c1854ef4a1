"""What a simulated venue answers to commands, and what it takes back after a restart."""

import math
from dataclasses import replace
from decimal import Decimal

import pytest

from edgeproof.core.model.execution import (
    DUPLICATE_ID,
    Accepted,
    Amended,
    AmendRefused,
    Cancelled,
    CancelRefused,
    ExecutionEvent,
    Filled,
    Rejected,
    Triggered,
)
from edgeproof.core.model.order import AmendOrder, CancelOrder, OrderIntent, PlaceOrder, new_order
from edgeproof.core.simulation.account import (
    BELOW_FILLED,
    INVALID_CHANGE,
    NOT_REDUCING,
    UNKNOWN_ORDER,
    Execution,
    Reach,
    SimulatedAccount,
)
from edgeproof.core.simulation.costs import Costs
from tests.support.orders import (
    BTC,
    ETH,
    MINUTE,
    SHORT,
    T,
    accepted,
    after,
    bracket,
    cancelled,
    d,
    filled,
    sent,
    working,
)

MADE = bracket()
COSTS = Costs(taker=0.0005, maker=0.0002, slippage=0.0001)


def account() -> SimulatedAccount:
    return SimulatedAccount(lambda _: COSTS)


def place(venue: SimulatedAccount, intent: OrderIntent) -> ExecutionEvent:
    (event,) = venue.take(PlaceOrder(intent=intent), T)
    return event


def execute(venue: SimulatedAccount, intent: OrderIntent, quantity: str | None = None) -> tuple[ExecutionEvent, ...]:
    price = d(45_000)
    most = None if quantity is None else d(quantity)
    order = next(order for order in venue.working(intent.instrument) if order.id == intent.id)
    return venue.execute(order, Execution(time=T, price=price, reference=price, is_maker=False, quantity=most))


def entered(quantity: str | None = None) -> SimulatedAccount:
    venue = account()
    place(venue, MADE.entry)
    execute(venue, MADE.entry, quantity)
    return venue


def test_order_placed_is_accepted_under_an_id_of_the_venue() -> None:
    name = MADE.entry.id
    assert place(account(), MADE.entry) == Accepted(order_id=name, time=T, venue_id=f"simulated-{name}")


def test_order_placed_twice_is_a_duplicate_even_after_it_was_filled() -> None:
    venue = entered()
    assert place(venue, MADE.entry) == Rejected(order_id=MADE.entry.id, time=T, reason=DUPLICATE_ID)
    assert venue.position(BTC) == 1


@pytest.mark.parametrize("intent", [MADE.stop, bracket(SHORT).targets[0]], ids=["sells", "buys"])
def test_reduce_only_order_with_nothing_to_reduce_is_rejected_and_its_id_stays_free(intent: OrderIntent) -> None:
    venue = account()
    assert place(venue, intent) == Rejected(order_id=intent.id, time=T, reason=NOT_REDUCING)
    assert place(venue, intent) == Rejected(order_id=intent.id, time=T, reason=NOT_REDUCING)


def test_reduce_only_order_on_the_side_of_the_position_is_rejected() -> None:
    intent = bracket(SHORT).stop
    assert place(entered(), intent) == Rejected(order_id=intent.id, time=T, reason=NOT_REDUCING)


def test_reduce_only_order_is_cut_to_the_position_and_its_rest_cancelled() -> None:
    venue = entered("0.3")
    place(venue, MADE.stop)

    filled_, cancelled = execute(venue, MADE.stop)

    assert isinstance(filled_, Filled)
    assert filled_.fill.quantity == d("0.3")
    assert cancelled == Cancelled(order_id=MADE.stop.id, time=T, reason=NOT_REDUCING)
    assert venue.position(BTC) == 0


def test_partial_fills_have_ids_that_count_and_fees_of_what_they_took() -> None:
    venue = account()
    place(venue, MADE.entry)

    events = (*execute(venue, MADE.entry, "0.4"), *execute(venue, MADE.entry, "0.6"))

    fills = [event.fill for event in events if isinstance(event, Filled)]
    assert [fill.id for fill in fills] == [f"{MADE.entry.id}-fill-1", f"{MADE.entry.id}-fill-2"]
    assert [fill.fee for fill in fills] == [d("9"), d("13.5")]
    assert venue.working(BTC) == ()
    assert venue.fills[0].fill == fills[0]


def test_order_of_another_instrument_is_not_among_those_working() -> None:
    venue = account()
    place(venue, MADE.entry)
    assert venue.working(ETH) == ()
    assert venue.position(ETH) == 0


def test_amend_changes_what_is_working_and_leaves_prices_that_are_not_named() -> None:
    venue = entered()
    place(venue, MADE.stop)
    change = AmendOrder(order_id=MADE.stop.id, quantity=d("0.5"))

    (event,) = venue.take(change, T)
    moved = venue.take(replace(change, trigger_price=d(44_600)), T)

    assert event == Amended(order_id=MADE.stop.id, time=T, quantity=d("0.5"))
    assert moved == (Amended(order_id=MADE.stop.id, time=T, quantity=d("0.5"), trigger_price=d(44_600)),)
    (order,) = venue.working(BTC)
    assert (order.remaining, order.intent.trigger_price) == (d("0.5"), d(44_600))


def test_amend_of_a_limit_moves_it() -> None:
    venue = entered()
    place(venue, MADE.targets[0])
    venue.take(AmendOrder(order_id=MADE.targets[0].id, quantity=d("0.5"), limit_price=d(46_500)), T)
    assert [order.intent.limit_price for order in venue.working(BTC)] == [46_500]


def test_amend_to_what_is_filled_ends_the_order() -> None:
    venue = account()
    place(venue, MADE.entry)
    execute(venue, MADE.entry, "0.4")
    venue.take(AmendOrder(order_id=MADE.entry.id, quantity=d("0.4")), T)
    assert venue.working(BTC) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (AmendOrder(order_id="nobody", quantity=d(1)), UNKNOWN_ORDER),
        (AmendOrder(order_id=MADE.entry.id, quantity=d("0.3")), BELOW_FILLED),
        (AmendOrder(order_id=MADE.entry.id, quantity=d(-1)), INVALID_CHANGE),
        (AmendOrder(order_id=MADE.entry.id, quantity=d(1), limit_price=d(45_000)), INVALID_CHANGE),
    ],
    ids=["unknown", "below what is filled", "no quantity", "a limit for a market order"],
)
def test_amend_that_cannot_be_is_refused(change: AmendOrder, reason: str) -> None:
    venue = account()
    place(venue, MADE.entry)
    execute(venue, MADE.entry, "0.4")
    before = venue.working(BTC)

    assert venue.take(change, T) == (AmendRefused(order_id=change.order_id, time=T, reason=reason),)
    assert venue.working(BTC) == before


def test_cancel_takes_back_what_is_left() -> None:
    venue = account()
    place(venue, MADE.entry)
    execute(venue, MADE.entry, "0.4")

    assert venue.take(CancelOrder(order_id=MADE.entry.id, reason="expired"), T) == (
        Cancelled(order_id=MADE.entry.id, time=T, reason="expired"),
    )
    assert venue.working(BTC) == ()
    assert venue.position(BTC) == d("0.4")


@pytest.mark.parametrize("name", [MADE.entry.id, "nobody"], ids=["filled", "never placed"])
def test_cancel_of_an_order_that_does_not_work_is_refused(name: str) -> None:
    asked = CancelOrder(order_id=name, reason="closed")
    assert entered().take(asked, T) == (CancelRefused(order_id=name, time=T, reason=UNKNOWN_ORDER),)


def test_stop_triggered_keeps_its_trigger_through_a_partial_fill() -> None:
    venue = entered()
    place(venue, MADE.stop)
    (order,) = venue.working(BTC)

    assert venue.trigger(order, T + MINUTE) == (Triggered(order_id=MADE.stop.id, time=T + MINUTE),)
    venue.execute(order, Execution(time=T, price=d(1), reference=d(1), is_maker=False, quantity=d("0.4")))

    (rest,) = venue.working(BTC)
    assert rest.is_at_market
    assert rest.remaining == d("0.6")


def test_reach_is_where_nothing_happens_to_any_order_and_moves_with_them() -> None:
    venue = account()
    assert venue.reach(BTC) == Reach(-math.inf, math.inf)
    place(venue, MADE.entry)
    assert not venue.reach(BTC).leaves_out(45_000.0, 45_000.0)
    execute(venue, MADE.entry)
    assert venue.reach(BTC) == Reach(-math.inf, math.inf)
    for intent in (MADE.stop, *MADE.targets):
        place(venue, intent)
    assert venue.reach(BTC) == Reach(44_500.0, 46_000.0)
    venue.take(CancelOrder(order_id=MADE.targets[0].id, reason="asked"), T)
    assert venue.reach(BTC) == Reach(44_500.0, 47_000.0)
    assert [venue.reach(BTC).leaves_out(high, low) for high, low in ((46_999, 44_501), (47_000, 44_501))] == [
        True,
        False,
    ]
    venue.trigger(venue.working(BTC)[0], T)
    assert not venue.reach(BTC).leaves_out(45_000.0, 45_000.0)


def test_reach_of_a_short_is_between_its_target_and_its_stop() -> None:
    venue = account()
    short = bracket(SHORT)
    place(venue, short.entry)
    execute(venue, short.entry)
    for intent in (short.stop, *short.targets):
        place(venue, intent)
    assert venue.reach(BTC) == Reach(44_000.0, 45_500.0)


def test_account_after_a_restart_works_on_as_the_book_has_it() -> None:
    here = accepted(MADE.entry)
    entry = after(new_order(MADE.entry), sent(MADE.entry), replace(here, venue_id="v"), filled(MADE.entry, "1"))
    stop = after(working(MADE.stop), replace(accepted(MADE.stop), venue_id="v"), filled(MADE.stop, "0.2", name="f2"))
    waiting = after(working(MADE.targets[0]), replace(accepted(MADE.targets[0]), venue_id="v"))
    lost = after(new_order(MADE.targets[1]), sent(MADE.targets[1]))

    venue = SimulatedAccount(lambda _: COSTS, (entry, stop, waiting, lost))

    assert venue.position(BTC) == d("0.8")
    assert [(order.id, order.remaining, order.is_at_market) for order in venue.working(BTC)] == [
        (MADE.stop.id, d("0.8"), True),
        (MADE.targets[0].id, d("0.5"), False),
    ]
    assert isinstance(place(venue, MADE.entry), Rejected)
    assert isinstance(place(venue, MADE.targets[1]), Accepted)
    (again, *_) = execute(venue, MADE.stop)
    assert isinstance(again, Filled)
    assert again.fill.id == f"{MADE.stop.id}-fill-2"


def test_order_cancelled_before_a_restart_is_known_and_not_working() -> None:
    entry = after(working(MADE.entry), replace(accepted(MADE.entry), venue_id="v"), cancelled(MADE.entry))
    venue = SimulatedAccount(lambda _: COSTS, (entry,))
    assert venue.working(BTC) == ()
    assert place(venue, MADE.entry) == Rejected(order_id=MADE.entry.id, time=T, reason=DUPLICATE_ID)


def test_stop_triggered_before_a_restart_is_still_at_market() -> None:
    stop = after(
        working(MADE.stop), replace(accepted(MADE.stop), venue_id="v"), Triggered(order_id=MADE.stop.id, time=T)
    )
    (order,) = SimulatedAccount(lambda _: COSTS, (stop,)).working(BTC)
    assert order.is_at_market
    assert order.taker == Decimal("0.0005")
