"""What happened to orders, as lines that people read: each with its numbers, fills with the slippage they paid."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from edgeproof.core.engine.state import EngineState
from edgeproof.core.model.execution import (
    Accepted,
    Amended,
    AmendRefused,
    Cancelled,
    CancelRefused,
    Expired,
    Filled,
    OrderEvent,
    Rejected,
    Triggered,
    Unanswered,
)
from edgeproof.core.model.journal import OrderNoted
from edgeproof.core.model.order import (
    AmendOrder,
    CancelOrder,
    Order,
    OrderCommand,
    OrderIntent,
    OrderType,
    PlaceOrder,
    parse_order_id,
)
from edgeproof.core.model.trading_event import TradingEvent

_WORDS: dict[type[object], str] = {
    Accepted: "accepted",
    Triggered: "triggered",
    Amended: "amended",
    AmendRefused: "amend_refused",
    Cancelled: "cancelled",
    CancelRefused: "cancel_refused",
    Rejected: "rejected",
    Expired: "expired",
    Unanswered: "unanswered",
}


@dataclass(slots=True)
class Notes:
    """Notes of one session. `assumed` is the slippage a backtest assumes for an order, a fraction of price.

    `references` are what the price was when market orders were decided, by their ids.
    """

    session: str
    assumed: Callable[[OrderIntent], float]
    references: dict[str, Decimal] = field(default_factory=dict)

    def asked(self, command: OrderCommand, time: int, state: EngineState) -> Iterator[OrderNoted]:
        """What we asked the venue for."""
        match command:
            case PlaceOrder(intent=intent):
                mark = state.mark(intent.instrument)
                if intent.type is OrderType.MARKET and mark is not None:
                    self.references[intent.id] = mark
                note = self._note(intent, time, "intended", quantity=intent.quantity, price=_price(intent))
                yield replace(note, reference=self.references.get(intent.id))
            case AmendOrder(order_id=name, quantity=quantity):
                if (order := _order(state, name)) is not None:
                    price = command.trigger_price if command.limit_price is None else command.limit_price
                    yield self._note(order.intent, time, "amend_sent", quantity=quantity, price=price)
            case CancelOrder(order_id=name, reason=reason):
                if (order := _order(state, name)) is not None:
                    yield self._note(order.intent, time, "cancel_sent", reason=reason)

    def of(self, event: TradingEvent, before: EngineState, after: EngineState) -> Iterator[OrderNoted]:
        """What the venue said of an order; nothing where it was none of ours or is told again."""
        if isinstance(event, Filled):
            yield from self._filled(event, before, after)
        elif (what := _WORDS.get(type(event))) is not None and isinstance(event, OrderEvent):
            order = _order(after, event.order_id)
            if order is not None and order is not _order(before, event.order_id):
                yield self._note(order.intent, event.time, what, reason=getattr(event, "reason", ""))

    def _filled(self, event: Filled, before: EngineState, after: EngineState) -> Iterator[OrderNoted]:
        order, known, fill = _order(after, event.order_id), _order(before, event.order_id), event.fill
        if order is None or (known is not None and len(known.fills) == len(order.fills)):
            return
        reference = self.references.get(order.id, _price(order.intent))
        slippage = None
        if reference is not None:
            slippage = float(order.intent.side.sign * (fill.price - reference) / reference)
        yield OrderNoted(
            session=self.session,
            at=event.time,
            instrument=order.intent.instrument,
            order_id=order.id,
            what="filled",
            quantity=fill.quantity,
            price=fill.price,
            fee=fill.fee,
            is_maker=fill.is_maker,
            reference=reference,
            slippage=slippage,
            assumed_slippage=0.0 if fill.is_maker else self.assumed(order.intent),
        )

    def _note(
        self,
        intent: OrderIntent,
        time: int,
        what: str,
        *,
        quantity: Decimal | None = None,
        price: Decimal | None = None,
        reason: str = "",
    ) -> OrderNoted:
        return OrderNoted(
            session=self.session,
            at=time,
            instrument=intent.instrument,
            order_id=intent.id,
            what=what,
            quantity=quantity,
            price=price,
            reason=reason,
        )


def _price(intent: OrderIntent) -> Decimal | None:
    return intent.trigger_price if intent.limit_price is None else intent.limit_price


def _order(state: EngineState, order_id: str) -> Order | None:
    name = parse_order_id(order_id)
    trade = None if name is None else state.trades.get(name.signal) or state.over.get(name.signal)
    return None if trade is None else trade.orders.get(order_id)
