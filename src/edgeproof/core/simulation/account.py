"""The simulated venue's side of one account: its orders, its net positions, and what was executed of them.

An order the venue has accepted is *working* until it is filled or cancelled. Which price executes it is not decided
here: `matching` decides it from candles, `streaming` from a live stream.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from edgeproof.core.model.alter import altered
from edgeproof.core.model.errors import InputError
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
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import (
    AmendOrder,
    CancelOrder,
    Order,
    OrderCommand,
    OrderIntent,
    OrderState,
    OrderType,
    PlaceOrder,
    Side,
    TriggerSignal,
)
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.simulation.costs import Costs

NOT_REDUCING = "would_not_reduce_position"
"""The reason of a rejection or cancellation of a reduce-only order: there is nothing (left) to reduce."""
UNKNOWN_ORDER = "unknown_order"
"""The reason an amendment or a cancellation is refused: no order of this id is working."""
BELOW_FILLED = "quantity_below_filled"
"""The reason an amendment is refused: more is filled than the order should be for."""
INVALID_CHANGE = "invalid_change"
"""The reason an amendment is refused: what it asks for is no order."""

NOTHING = Decimal(0)
CostsOf = Callable[[OrderIntent], Costs]
"""What trading costs an order: as a rule those of its hypothesis' timeframe (`costs_for`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingOrder:
    """An order at the venue. `since` is when it came in, `reference` what the price was when it was sent, if known."""

    id: str
    intent: OrderIntent
    since: int
    taker: Decimal
    maker: Decimal
    slippage: Decimal
    reference: Decimal | None = None
    filled: Decimal = NOTHING
    fills: int = 0
    is_triggered: bool = False

    @property
    def remaining(self) -> Decimal:
        """What is not filled."""
        return self.intent.quantity - self.filled

    @property
    def is_at_market(self) -> bool:
        """Whether it takes whatever price there is: a market order, or a stop whose trigger was reached."""
        return self.intent.type is OrderType.MARKET or self.is_triggered

    def is_stopped_by(self, price: Decimal, signal: TriggerSignal | None = None) -> bool:
        """Whether a price of that signal (None: of any) reaches the trigger of this stop; touching is reaching."""
        trigger = self.intent.trigger_price
        if trigger is None or self.is_triggered or signal not in (None, self.intent.trigger_signal):
            return False
        return self.intent.side.sign * (price - trigger) >= 0

    def is_traded_through_by(self, price: Decimal) -> bool:
        """Whether a price is beyond the limit of this limit order; touching it is not."""
        limit = self.intent.limit_price
        return limit is not None and self.intent.side.sign * (limit - price) > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What the market makes of an order: at most `quantity` (None: all of it) at a price.

    `reference` is the price that slippage is measured from.
    """

    time: int
    price: Decimal
    reference: Decimal
    is_maker: bool
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedFill:
    """A fill, with the slippage its costs assume and the one the simulation gave.

    Both are fractions of `reference`, positive where the fill is worse than it. `reference` is the price of the candle
    (open, close or stop) or, in a stream, what the price was when the order was sent; of a stop its trigger, of a limit
    order its limit.
    """

    fill: Fill
    intent: OrderIntent
    reference: Decimal
    assumed_slippage: Decimal
    simulated_slippage: Decimal


@dataclass(frozen=True, slots=True)
class Reach:
    """Between which prices, both excluded, no order of an instrument does anything; nowhere where one is at market."""

    low: float
    high: float

    def leaves_out(self, high: float, low: float) -> bool:
        """Whether a market that moved between these extremes did nothing to any order."""
        return low > self.low and high < self.high


_UNREACHABLE = Reach(-math.inf, math.inf)
_EVERYWHERE = Reach(math.inf, -math.inf)


class SimulatedAccount:
    """One account at a simulated venue. It is owned by its venue and changed in place.

    Parameters
    ----------
    costs_of
        What trading costs an order.
    orders
        All orders of the account so far, as the book has them: those the venue had accepted and that live are working
        again, and positions are what was filled. A command that was under way never got here: whoever sent
        it has to ask again.
    """

    def __init__(self, costs_of: CostsOf, orders: Iterable[Order] = ()) -> None:
        self._costs_of = costs_of
        self._working: dict[Instrument, dict[str, WorkingOrder]] = {}
        self._instruments: dict[str, Instrument] = {}
        self._positions: dict[Instrument, Decimal] = {}
        self._fills: list[SimulatedFill] = []
        self._reaches: dict[Instrument, Reach] = {}
        self.changes = 0
        """How often its working orders have changed: who keeps a reach can tell whether it still holds."""
        for order in orders:
            self._take_back(order)

    def position(self, instrument: Instrument) -> Decimal:
        """The net position: positive long, negative short."""
        return self._positions.get(instrument, NOTHING)

    @property
    def fills(self) -> tuple[SimulatedFill, ...]:
        """Every fill since the start, in the order they happened."""
        return tuple(self._fills)

    def working(self, instrument: Instrument) -> tuple[WorkingOrder, ...]:
        """The orders of an instrument that can still be filled, in the order they came in."""
        orders = self._working.get(instrument)
        return tuple(orders.values()) if orders else ()

    def reach(self, instrument: Instrument) -> Reach:
        """Which prices do something to the orders of an instrument, so that the others need not be told."""
        found = self._reaches.get(instrument)
        if found is None:
            found = self._reaches[instrument] = _reach_of(self.working(instrument))
        return found

    def take(self, command: OrderCommand, time: int, reference: Decimal | None = None) -> tuple[ExecutionEvent, ...]:
        """The venue's answer to a command that arrives at `time`; `reference`: the price when it was sent."""
        match command:
            case PlaceOrder(intent=intent):
                return (self._place(intent, time, reference),)
            case AmendOrder():
                return (self._amend(command, time),)
        return (self._cancel(command, time),)

    def fillable(self, order: WorkingOrder) -> Decimal:
        """What can be executed of an order now: what remains of it, of a reduce-only order at most the position."""
        if not order.intent.is_reduce_only:
            return order.remaining
        return min(order.remaining, self._reducible(order.intent))

    def trigger(self, order: WorkingOrder, time: int) -> tuple[ExecutionEvent, ...]:
        """Make a stop a market order."""
        self._keep(altered(order, is_triggered=True))
        return (Triggered(order_id=order.id, time=time),)

    def execute(self, order: WorkingOrder, execution: Execution) -> tuple[ExecutionEvent, ...]:
        """The fill of a working order, and its cancellation where it can reduce no more than it did."""
        most = self.fillable(order)
        quantity = most if execution.quantity is None else min(most, execution.quantity)
        filled = self._fill(order, execution, quantity) if quantity > 0 else ()
        return (*filled, *self._drop_where_nothing_is_left(order, execution.time))

    def _place(self, intent: OrderIntent, time: int, reference: Decimal | None) -> ExecutionEvent:
        name = intent.id
        if name in self._instruments:
            return Rejected(order_id=name, time=time, reason=DUPLICATE_ID)
        if intent.is_reduce_only and self._reducible(intent) == 0:
            return Rejected(order_id=name, time=time, reason=NOT_REDUCING)
        self._instruments[name] = intent.instrument
        self._keep(self._as_working(name, intent, time, reference))
        return Accepted(order_id=name, time=time, venue_id=f"simulated-{name}")

    def _as_working(self, name: str, intent: OrderIntent, time: int, reference: Decimal | None) -> WorkingOrder:
        taker, maker, slippage = _exact(self._costs_of(intent))
        return WorkingOrder(
            id=name, intent=intent, since=time, taker=taker, maker=maker, slippage=slippage, reference=reference
        )

    def _amend(self, change: AmendOrder, time: int) -> ExecutionEvent:
        name = change.order_id
        order = self._find(name)
        if order is None:
            return AmendRefused(order_id=name, time=time, reason=UNKNOWN_ORDER)
        try:
            intent = replace(
                order.intent,
                quantity=change.quantity,
                limit_price=order.intent.limit_price if change.limit_price is None else change.limit_price,
                trigger_price=order.intent.trigger_price if change.trigger_price is None else change.trigger_price,
            )
        except InputError:
            return AmendRefused(order_id=name, time=time, reason=INVALID_CHANGE)
        if intent.quantity < order.filled:
            return AmendRefused(order_id=name, time=time, reason=BELOW_FILLED)
        self._keep(altered(order, intent=intent))
        return Amended(
            order_id=name,
            time=time,
            quantity=change.quantity,
            limit_price=change.limit_price,
            trigger_price=change.trigger_price,
        )

    def _cancel(self, command: CancelOrder, time: int) -> ExecutionEvent:
        order = self._find(command.order_id)
        if order is None:
            return CancelRefused(order_id=command.order_id, time=time, reason=UNKNOWN_ORDER)
        self._drop(order)
        return Cancelled(order_id=order.id, time=time, reason=command.reason)

    def _fill(self, before: WorkingOrder, execution: Execution, quantity: Decimal) -> tuple[ExecutionEvent, ...]:
        order = self._working[before.intent.instrument][before.id]  # it may have been triggered since it was read
        sign = order.intent.side.sign
        fill = Fill(
            id=f"{order.id}-fill-{order.fills + 1}",
            order_id=order.id,
            time=execution.time,
            price=execution.price,
            quantity=quantity,
            fee=execution.price * quantity * (order.maker if execution.is_maker else order.taker),
            is_maker=execution.is_maker,
        )
        self._positions[order.intent.instrument] = self.position(order.intent.instrument) + sign * quantity
        self._fills.append(
            SimulatedFill(
                fill=fill,
                intent=order.intent,
                reference=execution.reference,
                assumed_slippage=NOTHING if execution.is_maker else order.slippage,
                simulated_slippage=sign * (execution.price - execution.reference) / execution.reference,
            )
        )
        self._keep(altered(order, filled=order.filled + quantity, fills=order.fills + 1))
        return (Filled(fill=fill),)

    def _drop_where_nothing_is_left(self, before: WorkingOrder, time: int) -> tuple[ExecutionEvent, ...]:
        order = self._find(before.id)
        if order is None or self.fillable(order) > 0:
            return ()
        self._drop(order)
        return (Cancelled(order_id=order.id, time=time, reason=NOT_REDUCING),)

    def _reducible(self, intent: OrderIntent) -> Decimal:
        return max(-intent.side.sign * self.position(intent.instrument), NOTHING)

    def _find(self, name: str) -> WorkingOrder | None:
        instrument = self._instruments.get(name)
        return None if instrument is None else self._working[instrument].get(name)

    def _keep(self, order: WorkingOrder) -> None:
        self.changes += 1
        orders = self._working.setdefault(order.intent.instrument, {})
        orders[order.id] = order
        self._reaches.pop(order.intent.instrument, None)
        if order.remaining == 0:
            del orders[order.id]

    def _drop(self, order: WorkingOrder) -> None:
        self.changes += 1
        self._reaches.pop(order.intent.instrument, None)
        del self._working[order.intent.instrument][order.id]

    def _take_back(self, order: Order) -> None:
        instrument = order.intent.instrument
        signed = order.intent.side.sign * order.filled_quantity
        self._positions[instrument] = self.position(instrument) + signed
        if order.venue_id is None:
            return  # it never got here
        self._instruments[order.id] = instrument
        self._working.setdefault(instrument, {})
        if order.is_living:
            is_stop = order.intent.type is OrderType.STOP
            # A trade that filled a part of it may be told again, and must not fill another.
            since = max([order.accepted_at or 0, *(fill.time + 1 for fill in order.fills)])
            self._keep(
                replace(
                    self._as_working(order.id, order.intent, since, None),
                    filled=order.filled_quantity,
                    fills=len(order.fills),
                    is_triggered=is_stop and (order.state is OrderState.TRIGGERED or bool(order.fills)),
                )
            )


@lru_cache
def _exact(costs: Costs) -> tuple[Decimal, Decimal, Decimal]:
    return decimal_of(costs.taker), decimal_of(costs.maker), decimal_of(costs.slippage)


def _reach_of(orders: Iterable[WorkingOrder]) -> Reach:
    low, high = _UNREACHABLE.low, _UNREACHABLE.high
    for order in orders:
        price = order.intent.limit_price if order.intent.trigger_price is None else order.intent.trigger_price
        if order.is_at_market or price is None:
            return _EVERYWHERE
        # What buys at a limit and what sells at a stop waits for a fall, the others for a rise.
        if (order.intent.side is Side.BUY) == (order.intent.type is OrderType.LIMIT):
            low = max(low, float(price))
        else:
            high = min(high, float(price))
    return Reach(low, high)
