"""The life of an order as a table: a state and an event give the next state, and what the table lacks cannot be.

1. `apply_event` names what happened (`Happening`): a fill is one of a part, or of all that was left.
2. `TRANSITIONS` says where that leads. A pair it lacks raises `IllegalTransition`: what we believe is wrong.
3. Fills, changes and reasons are kept in the order that is returned.

Venues are not tidy. What happens in the real world and is therefore in the table:

- *A fill after the cancel was acknowledged* (the venue held the order, or the words crossed): the quantity counts, the
  order stays cancelled, and is filled if that was all of it.
- *A fill before the acceptance* (two streams): the acceptance then changes nothing.
- *The same fill twice* (a snapshot after a reconnect, another stream): ignored, by the venue's id of the fill.
- *More filled than ordered*: refused, `OverfillError`.
- *A rejection after a part was filled* (what is left does not suit the venue): the order is cancelled, for a part of it
  happened; only an order without a fill is called rejected.
- *A fill of a rejected order* (the rejection was concluded, not told): the quantity counts. It is cancelled, or filled.
- *Filled and then cancelled* (some streams tell the removal of a filled order as its cancellation): it stays filled.
- *The id is taken* (sent again after a crash): the order arrived the first time, and what became of it must be asked.
- *No answer*, and every order under way when the process died: unknown. Only the venue's word leads out of it, not
  its silence; a fill alone does not, for nothing says whether the rest still lives.
- *A stop whose activation fails*: rejected after it was triggered. Its position has no stop then.
"""

from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from edgeproof.core.model.alter import altered
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
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.order import AmendOrder, Order, OrderIntent, OrderState, OrderType

INTENDED, SENT, ACCEPTED, TRIGGERED = (
    OrderState.INTENDED,
    OrderState.SENT,
    OrderState.ACCEPTED,
    OrderState.TRIGGERED,
)
PARTIALLY_FILLED, CANCELLING, UNKNOWN = OrderState.PARTIALLY_FILLED, OrderState.CANCELLING, OrderState.UNKNOWN
FILLED, CANCELLED, REJECTED, EXPIRED = (
    OrderState.FILLED,
    OrderState.CANCELLED,
    OrderState.REJECTED,
    OrderState.EXPIRED,
)


class Happening(StrEnum):
    """What an event means to an order."""

    SENT = "sent"
    ACCEPTED = "accepted"
    TRIGGERED = "triggered"
    FILLED_IN_PART = "filled in part"
    FILLED_IN_FULL = "filled in full"
    AMEND_SENT = "amend sent"
    AMENDED = "amended"
    AMEND_REFUSED = "amend refused"
    CANCEL_SENT = "cancel sent"
    CANCEL_REFUSED = "cancel refused"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    ID_TAKEN = "id taken"
    EXPIRED = "expired"
    UNANSWERED = "unanswered"


_H = Happening
_ENDINGS = {
    _H.FILLED_IN_FULL: FILLED,
    _H.CANCELLED: CANCELLED,
    _H.REJECTED: REJECTED,
    _H.EXPIRED: EXPIRED,
}
"""How an order that lives ends."""


def _unmoved(state: OrderState, *happenings: Happening) -> dict[Happening, OrderState]:
    return dict.fromkeys(happenings, state)


TRANSITIONS: dict[OrderState, dict[Happening, OrderState]] = {
    # Written down before it goes out: after a crash it may have gone out all the same.
    INTENDED: _ENDINGS
    | {
        _H.SENT: SENT,
        _H.ACCEPTED: ACCEPTED,
        _H.TRIGGERED: TRIGGERED,
        _H.FILLED_IN_PART: PARTIALLY_FILLED,
        _H.CANCEL_SENT: CANCELLING,
        _H.ID_TAKEN: UNKNOWN,
        _H.UNANSWERED: UNKNOWN,
    },
    SENT: _ENDINGS
    | {
        _H.SENT: SENT,
        _H.ACCEPTED: ACCEPTED,
        _H.TRIGGERED: TRIGGERED,
        _H.FILLED_IN_PART: PARTIALLY_FILLED,
        _H.AMENDED: ACCEPTED,
        _H.CANCEL_SENT: CANCELLING,
        _H.ID_TAKEN: UNKNOWN,
        _H.UNANSWERED: UNKNOWN,
    },
    ACCEPTED: _ENDINGS
    | _unmoved(ACCEPTED, _H.ACCEPTED, _H.AMEND_SENT, _H.AMENDED, _H.AMEND_REFUSED, _H.CANCEL_REFUSED, _H.ID_TAKEN)
    | {
        _H.TRIGGERED: TRIGGERED,
        _H.FILLED_IN_PART: PARTIALLY_FILLED,
        _H.CANCEL_SENT: CANCELLING,
        _H.UNANSWERED: UNKNOWN,
    },
    TRIGGERED: _ENDINGS
    | _unmoved(TRIGGERED, _H.ACCEPTED, _H.TRIGGERED, _H.AMENDED, _H.AMEND_REFUSED, _H.CANCEL_REFUSED, _H.ID_TAKEN)
    | {_H.FILLED_IN_PART: PARTIALLY_FILLED, _H.CANCEL_SENT: CANCELLING, _H.UNANSWERED: UNKNOWN},
    PARTIALLY_FILLED: _ENDINGS
    | _unmoved(PARTIALLY_FILLED, _H.ACCEPTED, _H.TRIGGERED, _H.FILLED_IN_PART, _H.CANCEL_REFUSED, _H.ID_TAKEN)
    | _unmoved(PARTIALLY_FILLED, _H.AMEND_SENT, _H.AMENDED, _H.AMEND_REFUSED)
    | {_H.CANCEL_SENT: CANCELLING, _H.UNANSWERED: UNKNOWN},
    CANCELLING: _ENDINGS
    | _unmoved(CANCELLING, _H.ACCEPTED, _H.TRIGGERED, _H.FILLED_IN_PART, _H.AMENDED, _H.AMEND_REFUSED, _H.ID_TAKEN)
    # Both are decided before the order goes out, and go out in that order.
    | _unmoved(CANCELLING, _H.SENT, _H.CANCEL_SENT)
    | {_H.CANCEL_REFUSED: UNKNOWN, _H.UNANSWERED: UNKNOWN},
    UNKNOWN: _ENDINGS
    | _unmoved(UNKNOWN, _H.FILLED_IN_PART, _H.AMENDED, _H.AMEND_REFUSED, _H.CANCEL_REFUSED, _H.ID_TAKEN, _H.UNANSWERED)
    | {_H.SENT: SENT, _H.ACCEPTED: ACCEPTED, _H.TRIGGERED: TRIGGERED, _H.CANCEL_SENT: CANCELLING},
    # A fill of an order that is filled is more than was ordered, and a rejection of it a contradiction.
    FILLED: _unmoved(FILLED, _H.ACCEPTED, _H.TRIGGERED, _H.AMENDED, _H.AMEND_REFUSED, _H.CANCEL_REFUSED)
    | _unmoved(FILLED, _H.CANCELLED, _H.ID_TAKEN, _H.EXPIRED, _H.UNANSWERED),
    CANCELLED: _unmoved(CANCELLED, _H.ACCEPTED, _H.TRIGGERED, _H.FILLED_IN_PART, _H.AMENDED, _H.AMEND_REFUSED)
    | _unmoved(CANCELLED, _H.CANCEL_REFUSED, _H.CANCELLED, _H.REJECTED, _H.ID_TAKEN, _H.EXPIRED, _H.UNANSWERED)
    | {_H.FILLED_IN_FULL: FILLED},
    EXPIRED: _unmoved(EXPIRED, _H.ACCEPTED, _H.TRIGGERED, _H.FILLED_IN_PART, _H.AMENDED, _H.AMEND_REFUSED)
    | _unmoved(EXPIRED, _H.CANCEL_REFUSED, _H.CANCELLED, _H.REJECTED, _H.ID_TAKEN, _H.EXPIRED, _H.UNANSWERED)
    | {_H.FILLED_IN_FULL: FILLED},
    # An order we hold for dead that the venue says lives (accepted, triggered, id taken) is a contradiction.
    REJECTED: _unmoved(REJECTED, _H.AMEND_REFUSED, _H.CANCEL_REFUSED, _H.CANCELLED, _H.REJECTED, _H.EXPIRED)
    | {_H.FILLED_IN_PART: CANCELLED, _H.FILLED_IN_FULL: FILLED, _H.UNANSWERED: REJECTED},
}

_ONCE_FILLED = {ACCEPTED: PARTIALLY_FILLED, TRIGGERED: PARTIALLY_FILLED, REJECTED: CANCELLED}
"""What a state is called instead once a part of the order is filled."""


def apply_event(order: Order, event: OrderEvent) -> Order:
    """The order after an event; the same one where a fill is told again.

    Raises
    ------
    IllegalTransition
        The state of the order does not allow the event.
    OverfillError
        More was filled than was ordered, or the order amended to less than is filled.
    StopMovedAway
        A change would move a stop away from the price.
    OrderError
        The event is another order's.
    """
    if event.order_id != order.id:
        raise OrderError(f"expected an event of order {order.id}, found one of {event.order_id}")
    if isinstance(event, Filled):
        return _after_fill(order, event.fill)
    return _taken_in(order, _next_state(order, _happening(event)), event)


def _taken_in(order: Order, state: OrderState, event: OrderEvent) -> Order:
    match event:
        case AmendSent():
            return _asked(altered(order, state=state), _changed(event))
        case Amended() if not state.is_final:
            return _amended(altered(order, state=state, asked=None), _changed(event))
        case AmendRefused():
            return _settled(altered(order, state=state, asked=None))
        case Accepted(venue_id=str(venue_id), time=time):
            return altered(order, state=state, venue_id=venue_id, accepted_at=time)
        case Cancelled(reason=reason) | Rejected(reason=reason) if order.is_living and state.is_final:
            return altered(order, state=state, reason=reason, asked=None)
    return altered(order, state=state, asked=None if state.is_final else order.asked)


def _asked(order: Order, change: AmendOrder) -> Order:
    _require_guarding(order.intent, change)
    return altered(order, asked=change)


def _next_state(order: Order, happening: Happening) -> OrderState:
    try:
        state = TRANSITIONS[order.state][happening]
    except KeyError:
        raise IllegalTransition(order.id, order.state.value, happening.value) from None
    has_fills = bool(order.fills) or happening is Happening.FILLED_IN_PART
    return _ONCE_FILLED.get(state, state) if has_fills else state


def _after_fill(order: Order, fill: Fill) -> Order:
    if any(fill.id == known.id for known in order.fills):
        return order
    filled = order.filled_quantity + fill.quantity
    most = order.quantity if order.asked is None else max(order.quantity, order.asked.quantity)
    if filled > most:
        raise OverfillError(f"order {order.id} is for {most}, and fill {fill.id} makes it {filled}")
    # While a change is under way the full quantity is not known: it is settled with the answer.
    happening = Happening.FILLED_IN_FULL if filled == most else Happening.FILLED_IN_PART
    state = _next_state(order, happening)
    asked = None if state.is_final else order.asked
    return altered(order, state=state, fills=(*order.fills, fill), asked=asked)


def _changed(event: Amended | AmendSent) -> AmendOrder:
    return AmendOrder(
        order_id=event.order_id,
        quantity=event.quantity,
        limit_price=event.limit_price,
        trigger_price=event.trigger_price,
    )


def _amended(order: Order, change: AmendOrder) -> Order:
    _require_guarding(order.intent, change)
    if change.quantity < order.filled_quantity:
        raise OverfillError(f"order {order.id} was amended to {change.quantity}, and {order.filled_quantity} is filled")
    intent = replace(
        order.intent,
        quantity=change.quantity,
        limit_price=_or_before(change.limit_price, order.intent.limit_price),
        trigger_price=_or_before(change.trigger_price, order.intent.trigger_price),
    )
    return _settled(altered(order, intent=intent))


def _or_before(price: Decimal | None, before: Decimal | None) -> Decimal | None:
    return before if price is None else price


def _settled(order: Order) -> Order:
    # The answer to a change can be what makes the fills so far all there is to fill.
    is_full = not order.state.is_final and order.fills and order.remaining_quantity == 0
    return altered(order, state=FILLED) if is_full else order


def _require_guarding(intent: OrderIntent, change: AmendOrder) -> None:
    before, after = intent.trigger_price, change.trigger_price
    if intent.type is not OrderType.STOP or before is None or after is None:
        return
    if intent.side.sign * (after - before) > 0:
        raise StopMovedAway(f"stop {intent.id} guards at {before} and must not be moved away to {after}")


def _happening(event: OrderEvent) -> Happening:
    if isinstance(event, Rejected) and event.reason == DUPLICATE_ID:
        return Happening.ID_TAKEN
    return MEANINGS[type(event)]


MEANINGS: dict[type[OrderEvent], Happening] = {
    Sent: Happening.SENT,
    Accepted: Happening.ACCEPTED,
    Triggered: Happening.TRIGGERED,
    AmendSent: Happening.AMEND_SENT,
    Amended: Happening.AMENDED,
    AmendRefused: Happening.AMEND_REFUSED,
    CancelSent: Happening.CANCEL_SENT,
    CancelRefused: Happening.CANCEL_REFUSED,
    Cancelled: Happening.CANCELLED,
    Rejected: Happening.REJECTED,
    Expired: Happening.EXPIRED,
    Unanswered: Happening.UNANSWERED,
}
"""What every event but a fill means; a rejection means something else where the id is taken."""
