"""What is asked of the venue: only what the trading state allows, remembered so that it is not asked for again."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from edgeproof.core.engine.state import EngineState, Stepped, with_order
from edgeproof.core.model.alter import altered
from edgeproof.core.model.execution import AmendSent, CancelSent
from edgeproof.core.model.order import (
    EMERGENCY,
    ENTRY,
    EXIT,
    STOP,
    AmendOrder,
    CancelOrder,
    Order,
    OrderCommand,
    PlaceOrder,
    new_order,
    parse_order_id,
)
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trading import OrderPurpose
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.risk.trading_state import allows


def issued(
    state: EngineState, commands: Iterable[OrderCommand], time: int, emergency: OrderPurpose = OrderPurpose.FLATTEN
) -> Stepped:
    """The state that knows what it asked for, and the commands that the trading state allows.

    `emergency` says on whose account an order that gets out at once is sent.
    """
    allowed: list[OrderCommand] = []
    for wanted in commands:
        command = _allowed(state, wanted, emergency)
        if command is None:
            continue
        state = _asked(state, command, time)
        allowed.append(command)
    return state, tuple(allowed)


def _allowed(state: EngineState, command: OrderCommand, emergency: OrderPurpose) -> OrderCommand | None:
    purpose = _purpose(state, command, emergency)
    if allows(state.account.status.state, purpose):
        return command
    if purpose is not OrderPurpose.STOP_MOVE or not isinstance(command, AmendOrder):
        return None
    # A stop that may not move must still grow with its position.
    quantity, trigger = _in_force(_order(state, command.order_id))
    return None if command.quantity == quantity else replace(command, trigger_price=trigger)


_PURPOSES = {
    ENTRY: OrderPurpose.ENTRY,
    STOP: OrderPurpose.PROTECTIVE_STOP,
    EXIT: OrderPurpose.EXIT,
}


def _purpose(state: EngineState, command: OrderCommand, emergency: OrderPurpose) -> OrderPurpose:
    match command:
        case PlaceOrder(intent=intent):
            return emergency if intent.leg == EMERGENCY else _PURPOSES.get(intent.leg, OrderPurpose.TARGET)
        case CancelOrder(order_id=name):
            is_entry = _leg(name) == ENTRY
            return OrderPurpose.CANCEL_ENTRY if is_entry else OrderPurpose.CANCEL_LEFTOVER
        case AmendOrder(order_id=name):
            if _leg(name) != STOP:
                return OrderPurpose.TARGET
            _, before = _in_force(_order(state, name))
            # A stop that grows with its position protects; one that moves is a decision.
            return OrderPurpose.PROTECTIVE_STOP if command.trigger_price == before else OrderPurpose.STOP_MOVE


def _order(state: EngineState, order_id: str) -> Order:
    return state.trades[order_id.partition("-")[0]].orders[order_id]


def _in_force(order: Order) -> tuple[Decimal, Decimal | None]:
    """Quantity and trigger as they will be once what was asked for is answered."""
    asked = order.asked
    return (order.quantity, order.intent.trigger_price) if asked is None else (asked.quantity, asked.trigger_price)


def _leg(order_id: str) -> str:
    name = parse_order_id(order_id)
    return "" if name is None else name.leg


def _asked(state: EngineState, command: OrderCommand, time: int) -> EngineState:
    match command:
        case PlaceOrder(intent=intent):
            sent_at = (*(at for at in state.account.sent_at if at > time - MINUTE), time)
            state = with_order(state, intent.signal_id, new_order(intent))
            return altered(state, account=altered(state.account, sent_at=sent_at))
        case AmendOrder():
            sent = AmendSent(
                order_id=command.order_id, time=time, quantity=command.quantity,
                limit_price=command.limit_price, trigger_price=command.trigger_price,
            )  # fmt: skip
            return _acted(state, sent)
        case CancelOrder():
            return _acted(state, CancelSent(order_id=command.order_id, time=time))


def _acted(state: EngineState, act: AmendSent | CancelSent) -> EngineState:
    return with_order(state, act.order_id.partition("-")[0], apply_event(_order(state, act.order_id), act))
