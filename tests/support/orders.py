"""Signals, orders and fills for the tests of orders and positions: BTC in ticks of 1 and lots of 0.1."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import reduce

from edgeproof.core.model.execution import Accepted, Cancelled, Filled, OrderEvent, Rejected, Sent
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import (
    AmendOrder,
    CancelOrder,
    Order,
    OrderCommand,
    OrderIntent,
    PlaceOrder,
    new_order,
)
from edgeproof.core.model.position import Position
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.steps import steps_of
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.orders.planning import Bracket, Trade, plan_bracket

BTC = Instrument("BTC", "USD", "USD")
ETH = Instrument("ETH", "USD", "USD")
STEPS = steps_of(1.0, 0.1)
T = 1_770_114_600_000
MINUTE = 60_000
LONG = Signal(
    hypothesis="Rebound",
    instrument=BTC,
    timeframe=15 * MINUTE,
    direction=1,
    time=T,
    reference_price=45_000.0,
    stop_loss=44_500.0,
    targets=(46_000.0, 47_000.0),
    fractions=(0.5, 0.5),
    trail=None,
    expires_at=T + 15 * MINUTE,
)
SHORT = replace(LONG, direction=-1, stop_loss=45_500.0, targets=(44_000.0, 43_000.0))


def d(number: str | float) -> Decimal:
    return Decimal(str(number))


def bracket(signal: Signal = LONG, quantity: str = "1") -> Bracket:
    planned = plan_bracket(signal, d(quantity), STEPS)
    assert isinstance(planned, Bracket)
    return planned


def fill(intent: OrderIntent, quantity: str, price: str = "45000", *, name: str = "f1", fee: str = "0") -> Fill:
    return Fill(id=name, order_id=intent.id, time=T, price=d(price), quantity=d(quantity), fee=d(fee), is_maker=False)


def filled(intent: OrderIntent, quantity: str, price: str = "45000", *, name: str = "f1") -> Filled:
    return Filled(fill=fill(intent, quantity, price, name=name))


def sent(intent: OrderIntent) -> Sent:
    return Sent(order_id=intent.id, time=T)


def accepted(intent: OrderIntent) -> Accepted:
    return Accepted(order_id=intent.id, time=T)


def cancelled(intent: OrderIntent) -> Cancelled:
    return Cancelled(order_id=intent.id, time=T, reason="asked")


def rejected(intent: OrderIntent, reason: str = "price_collar") -> Rejected:
    return Rejected(order_id=intent.id, time=T, reason=reason)


def after(order: Order, *events: OrderEvent) -> Order:
    return reduce(apply_event, events, order)


def working(intent: OrderIntent, *events: OrderEvent) -> Order:
    """An order the venue has accepted, after some events."""
    return after(new_order(intent), sent(intent), accepted(intent), *events)


def trade(orders: Sequence[Order], open_quantity: str, *, signal: Signal = LONG, stop: float | None = None) -> Trade:
    price = signal.stop_loss if stop is None else stop
    return Trade(signal=signal, orders=tuple(orders), open_quantity=d(open_quantity), stop=price)


def flat() -> Position:
    return Position(instrument=BTC)


def told(commands: Sequence[OrderCommand]) -> list[str]:
    """Commands as a trader would say them: "stop: sell 1 at 44500", "amend stop: 0.5 at 44500", "cancel target-1"."""
    return [_told(command) for command in commands]


def _told(command: OrderCommand) -> str:
    match command:
        case PlaceOrder(intent=intent):
            leg = intent.id.split("-", 1)[1]
            return f"{leg}: {intent.side} {_plain(intent.quantity)}{_at(intent.limit_price, intent.trigger_price)}"
        case AmendOrder(order_id=name, quantity=quantity, limit_price=limit, trigger_price=trigger):
            return f"amend {name.split('-', 1)[1]}: {_plain(quantity)}{_at(limit, trigger)}"
        case CancelOrder(order_id=name):
            return f"cancel {name.split('-', 1)[1]}"


def _at(limit: Decimal | None, trigger: Decimal | None) -> str:
    price = limit if trigger is None else trigger
    return "" if price is None else f" at {_plain(price)}"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
