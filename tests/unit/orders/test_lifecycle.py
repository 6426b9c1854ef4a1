"""The life of an order: every pair of the table, and what venues do that they should not."""

from dataclasses import replace
from typing import get_args

import pytest

from edgeproof.core.model.errors import IllegalTransition, OrderError, OverfillError, StopMovedAway
from edgeproof.core.model.execution import (
    DUPLICATE_ID,
    Accepted,
    Amended,
    AmendRefused,
    AmendSent,
    Cancelled,
    CancelRefused,
    CancelSent,
    Expired,
    Filled,
    OrderEvent,
    Rejected,
    Sent,
    Triggered,
    Unanswered,
)
from edgeproof.core.model.order import Order, OrderState, new_order
from edgeproof.core.orders.lifecycle import MEANINGS, TRANSITIONS, Happening, apply_event
from tests.support.orders import T, accepted, after, bracket, cancelled, d, filled, rejected, sent, working

STOP = bracket().stop
ID = STOP.id


def amend_sent(quantity: str, trigger: str | None = None) -> AmendSent:
    return AmendSent(order_id=ID, time=T, quantity=d(quantity), trigger_price=None if trigger is None else d(trigger))


def amended(quantity: str, trigger: str | None = None) -> Amended:
    return Amended(order_id=ID, time=T, quantity=d(quantity), trigger_price=None if trigger is None else d(trigger))


EVENTS: dict[str, OrderEvent] = {
    "sent": Sent(order_id=ID, time=T),
    "accepted": Accepted(order_id=ID, time=T),
    "triggered": Triggered(order_id=ID, time=T),
    "part": filled(STOP, "0.4", name="part"),
    "full": filled(STOP, "0.7", name="full"),
    "amend sent": amend_sent("0.9"),
    "amended": amended("0.9"),
    "amend refused": AmendRefused(order_id=ID, time=T, reason="not found"),
    "cancel sent": CancelSent(order_id=ID, time=T),
    "cancel refused": CancelRefused(order_id=ID, time=T, reason="not found"),
    "cancelled": Cancelled(order_id=ID, time=T, reason="asked"),
    "rejected": Rejected(order_id=ID, time=T, reason="price_collar"),
    "id taken": Rejected(order_id=ID, time=T, reason=DUPLICATE_ID),
    "expired": Expired(order_id=ID, time=T),
    "unanswered": Unanswered(order_id=ID, time=T),
}
NO = "illegal"
# Every order is for 1, of which 0.3 is filled where its state begins with "+". Columns are the events above.
TABLE = """
                   sent       accepted   triggered  part       full      amend sent amended    amend ref. cancel sent cancel ref. cancelled rejected  id taken   expired  unanswered
 intended          sent       accepted   triggered  partially  -         illegal    illegal    illegal    cancelling  illegal     cancelled rejected  unknown    expired  unknown
 sent              sent       accepted   triggered  partially  -         illegal    accepted   illegal    cancelling  illegal     cancelled rejected  unknown    expired  unknown
 accepted          illegal    accepted   triggered  partially  -         accepted   accepted   accepted   cancelling  accepted    cancelled rejected  accepted   expired  unknown
 triggered         illegal    triggered  triggered  partially  -         illegal    triggered  triggered  cancelling  triggered   cancelled rejected  triggered  expired  unknown
+partially_filled  illegal    partially  partially  partially  filled    partially  partially  partially  cancelling  partially   cancelled cancelled partially  expired  unknown
 cancelling        cancelling cancelling cancelling cancelling -         illegal    cancelling cancelling cancelling  unknown     cancelled rejected  cancelling expired  unknown
+cancelling        cancelling cancelling cancelling cancelling filled    illegal    cancelling cancelling cancelling  unknown     cancelled cancelled cancelling expired  unknown
 unknown           sent       accepted   triggered  unknown    -         illegal    unknown    unknown    cancelling  unknown     cancelled rejected  unknown    expired  unknown
+unknown           sent       partially  partially  unknown    filled    illegal    unknown    unknown    cancelling  unknown     cancelled cancelled unknown    expired  unknown
+filled            illegal    filled     filled     overfill   overfill  illegal    filled     filled     illegal     filled      filled    illegal   filled     filled   filled
 cancelled         illegal    cancelled  cancelled  cancelled  -         illegal    cancelled  cancelled  illegal     cancelled   cancelled cancelled cancelled  cancelled cancelled
+cancelled         illegal    cancelled  cancelled  cancelled  filled    illegal    cancelled  cancelled  illegal     cancelled   cancelled cancelled cancelled  cancelled cancelled
 expired           illegal    expired    expired    expired    -         illegal    expired    expired    illegal     expired     expired   expired   expired    expired  expired
+expired           illegal    expired    expired    expired    filled    illegal    expired    expired    illegal     expired     expired   expired   expired    expired  expired
 rejected          illegal    illegal    illegal    cancelled  -         illegal    illegal    rejected   illegal     rejected    rejected  rejected  illegal    rejected rejected
"""  # noqa: E501 -- a table is read across
_ROWS = [line for line in TABLE.splitlines()[2:] if line.strip()]
CASES = [
    pytest.param(row.split()[0].lstrip("+"), row[0] == "+", name, outcome, id=f"{row.split()[0]} - {name}")
    for row in _ROWS
    for name, outcome in zip(EVENTS, row.split()[1:], strict=True)
    if outcome != "-"  # without a fill before it, 0.7 is only a part
]


def in_state(state: str, *, has_fill: bool) -> Order:
    """An order for 1 in a state; with a fill of 0.3, or of all of it where it is filled."""
    before = filled(STOP, "1" if state == "filled" else "0.3", name="before").fill
    return replace(new_order(STOP), state=OrderState(state), fills=(before,) if has_fill else ())


@pytest.mark.parametrize(("state", "has_fill", "name", "outcome"), CASES)
def test_order_in_a_state_told_an_event_goes_where_the_table_says(
    state: str, has_fill: bool, name: str, outcome: str
) -> None:
    order = in_state(state, has_fill=has_fill)
    if outcome in (NO, "overfill"):
        with pytest.raises(IllegalTransition if outcome == NO else OverfillError):
            apply_event(order, EVENTS[name])
        return
    assert apply_event(order, EVENTS[name]).state.startswith(outcome)


def test_table_covers_every_state_and_every_event() -> None:
    assert {row.split()[0].lstrip("+") for row in _ROWS} == set(OrderState) == set(TRANSITIONS)
    assert {type(event) for event in EVENTS.values()} == set(get_args(OrderEvent)) == {*MEANINGS, Filled}
    assert len(EVENTS) == len(Happening)


def test_fill_after_the_cancel_was_acknowledged_counts_and_leaves_it_cancelled() -> None:
    order = working(STOP, cancelled(STOP), filled(STOP, "0.4"))
    assert (order.state, order.filled_quantity, order.reason) == (OrderState.CANCELLED, d("0.4"), "asked")


def test_fill_of_all_after_the_cancel_was_acknowledged_makes_it_filled() -> None:
    assert working(STOP, cancelled(STOP), filled(STOP, "1")).state is OrderState.FILLED


def test_fill_before_the_acceptance_is_kept_by_it() -> None:
    order = after(new_order(STOP), sent(STOP), filled(STOP, "0.4"), accepted(STOP))
    assert (order.state, order.filled_quantity) == (OrderState.PARTIALLY_FILLED, d("0.4"))


def test_acceptance_after_the_last_fill_changes_nothing_but_the_venues_id() -> None:
    order = after(new_order(STOP), sent(STOP), filled(STOP, "1"), Accepted(order_id=ID, time=T, venue_id="v1"))
    assert (order.state, order.venue_id) == (OrderState.FILLED, "v1")


def test_fill_told_twice_is_ignored() -> None:
    once = working(STOP, filled(STOP, "0.4"))
    assert apply_event(once, filled(STOP, "0.4", "44990")) is once


def test_fill_beyond_the_quantity_is_refused_with_the_numbers() -> None:
    with pytest.raises(OverfillError, match=r"is for 1, and fill f2 makes it 1\.1"):
        working(STOP, filled(STOP, "0.4"), filled(STOP, "0.7", name="f2"))


def test_rejection_after_a_partial_fill_is_a_cancellation_with_its_reason() -> None:
    order = working(STOP, filled(STOP, "0.4"), rejected(STOP))
    assert (order.state, order.reason, order.filled_quantity) == (OrderState.CANCELLED, "price_collar", d("0.4"))


def test_reason_of_a_cancellation_is_not_overwritten_by_a_later_one() -> None:
    assert working(STOP, rejected(STOP), cancelled(STOP)).reason == "price_collar"


def test_order_under_way_at_a_restart_is_unknown_until_the_venue_says() -> None:
    lost = after(new_order(STOP), sent(STOP), Unanswered(order_id=ID, time=T))
    assert lost.state is OrderState.UNKNOWN
    assert apply_event(lost, filled(STOP, "0.4")).state is OrderState.UNKNOWN
    assert after(lost, filled(STOP, "0.4"), accepted(STOP)).state is OrderState.PARTIALLY_FILLED
    assert after(lost, sent(STOP), rejected(STOP, DUPLICATE_ID)).state is OrderState.UNKNOWN


def test_stop_filled_at_several_prices_has_their_weighted_mean() -> None:
    order = working(STOP, filled(STOP, "0.4", "44500"), filled(STOP, "0.6", "44490", name="f2"))
    assert (order.average_price, order.remaining_quantity) == (d("44494"), d(0))
    assert working(STOP).average_price is None


def test_amendment_takes_the_new_quantity_and_prices() -> None:
    asked = working(STOP, amend_sent("0.5", "44600"))
    assert (asked.quantity, asked.asked is not None) == (d(1), True)
    order = apply_event(asked, amended("0.5", "44600"))
    assert (order.quantity, order.intent.trigger_price, order.asked) == (d("0.5"), d("44600"), None)


def test_amendment_refused_leaves_the_order_as_it_was() -> None:
    order = working(STOP, EVENTS["amend sent"], EVENTS["amend refused"])
    assert (order.quantity, order.asked) == (d(1), None)


def test_amendment_down_to_what_is_filled_makes_it_filled() -> None:
    order = working(STOP, filled(STOP, "0.9"), EVENTS["amend sent"], EVENTS["amended"])
    assert (order.state, order.quantity) == (OrderState.FILLED, d("0.9"))


def test_amendment_below_what_is_filled_is_refused() -> None:
    with pytest.raises(OverfillError, match=r"amended to 0\.9, and 0\.95 is filled"):
        working(STOP, filled(STOP, "0.95"), EVENTS["amended"])


def test_fill_of_all_while_a_larger_quantity_was_asked_for_waits_for_the_answer() -> None:
    racing = working(STOP, amend_sent("1.5"), filled(STOP, "1"))
    assert racing.state is OrderState.PARTIALLY_FILLED
    assert apply_event(racing, EVENTS["amend refused"]).state is OrderState.FILLED
    assert after(racing, amended("1.5"), filled(STOP, "0.5", name="f2")).state is OrderState.FILLED


@pytest.mark.parametrize("event", [amend_sent("1", "44499"), amended("1", "44499")])
def test_stop_moved_away_from_the_price_is_refused(event: OrderEvent) -> None:
    with pytest.raises(StopMovedAway, match="guards at 44500"):
        apply_event(working(STOP), event)


def test_limit_order_may_be_amended_either_way() -> None:
    target = bracket().targets[0]
    change = Amended(order_id=target.id, time=T, quantity=d("0.5"), limit_price=d("45500"))
    assert apply_event(working(target), change).intent.limit_price == d("45500")


def test_event_of_another_order_is_refused() -> None:
    with pytest.raises(OrderError, match="found one of"):
        apply_event(new_order(STOP), sent(bracket().entry))
