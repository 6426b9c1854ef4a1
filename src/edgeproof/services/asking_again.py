"""What was asked of the venue and not answered, asked again: under the same ids, so that it cannot happen twice."""

from collections.abc import Iterable, Iterator, Mapping

from edgeproof.core.model.execution import Expired
from edgeproof.core.model.journal import OrderNoted
from edgeproof.core.model.order import ENTRY, CancelOrder, Order, OrderState, PlaceOrder
from edgeproof.ports import SentCommand

NOT_THERE = frozenset({OrderState.INTENDED, OrderState.SENT, OrderState.UNKNOWN})
"""States of orders of which the venue may know nothing."""


def asked_again(orders: Iterable[Order], asked: Mapping[str, OrderNoted], now: int) -> Iterator[SentCommand | Expired]:
    """What is to be asked again of the orders of a book; an entry whose time is over meanwhile has expired instead.

    `asked` are the notes of what was asked, by the ids of orders: a command keeps its time and its reason.
    """
    for order in orders:
        found = _again(order, asked.get(order.id), now)
        if found is not None:
            yield found


def _again(order: Order, note: OrderNoted | None, now: int) -> SentCommand | Expired | None:
    expires_at, time = order.intent.expires_at, now if note is None else note.at
    if order.state in NOT_THERE and order.venue_id is None:
        if order.intent.leg == ENTRY and expires_at is not None and now >= expires_at:
            return Expired(order_id=order.id, time=now)
        return SentCommand(command=PlaceOrder(intent=order.intent), time=time)
    if order.state is OrderState.CANCELLING:
        reason = "" if note is None else note.reason
        return SentCommand(command=CancelOrder(order_id=order.id, reason=reason), time=time)
    if order.is_living and order.asked is not None:
        return SentCommand(command=order.asked, time=time)
    return None
