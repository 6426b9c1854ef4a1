"""From a signal and a size to the orders of its trade, and from what was filled to what must change.

1. `plan_bracket` says what the whole trade would be: entry, stop, targets.
2. Only the entry is sent at first. `follow` is asked after every fill and every move of the stop: it places, amends and
   cancels until the stop guards all that is open and the targets share it out.
3. `leave` and `leave_all` get out at market: an exit of the plan, or an emergency.

The venue knows no brackets and no "one cancels the other", and takes a reduce-only order only where there is a
position; hence 2. The stop always comes first, so that nothing is asked for while a position is unguarded.

Rounding. A **stop** is rounded towards the entry: it loses at most what was planned. A **target** is rounded away from
it: it earns at least what was promised, and fills only where the price went at least as far as the signal said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.order import (
    EMERGENCY,
    ENTRY,
    STOP,
    AmendOrder,
    CancelOrder,
    Order,
    OrderCommand,
    OrderIntent,
    OrderState,
    OrderType,
    PlaceOrder,
    next_attempt,
    side_to_close,
    side_to_open,
    target_leg,
)
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.steps import Steps, decimal_of, round_down, round_up

_AMENDABLE = frozenset({OrderState.ACCEPTED, OrderState.PARTIALLY_FILLED})
_NOT_CANCELLED_AGAIN = frozenset({OrderState.CANCELLING, OrderState.UNKNOWN})
"""An order whose fate is unknown is asked after: cancelling it at each event would be a cancellation an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplannable:
    """Why a signal cannot become orders: `rule`, with what was found and what it was held against."""

    rule: str
    value: Decimal
    limit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """The whole trade of a signal. Targets too small to be a lot are left out; their share is with the others."""

    entry: OrderIntent
    stop: OrderIntent
    targets: tuple[OrderIntent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What a signal has at work: all its orders so far, what is open of its position, and the stop in force.

    `stop` is the price of the rules, not rounded yet.
    """

    signal: Signal
    orders: tuple[Order, ...]
    open_quantity: Decimal
    stop: float

    def legs(self, *legs: str) -> tuple[Order, ...]:
        """Its orders of some legs, in the order they were made."""
        return tuple([order for order in self.orders if order.intent.leg in legs])


def split_quantity(total: Decimal, fractions: Sequence[float], lot_size: Decimal) -> tuple[Decimal, ...]:
    """Shares of a quantity in whole lots that sum to it exactly, by the method of the largest remainder.

    Each share gets the whole lots of total x fraction / sum of fractions; lots left over go to the shares that lost
    most by that, the earlier of equals first. No share is off by a lot or more.

    >>> split_quantity(Decimal("0.4"), (0.5, 0.3, 0.2), Decimal("0.1"))
    (Decimal('0.2'), Decimal('0.1'), Decimal('0.1'))
    >>> split_quantity(Decimal(7), (0.5, 0.5), Decimal(1))
    (Decimal('4'), Decimal('3'))

    Raises
    ------
    InputError
        The quantity is not in whole lots, or there is nothing to share it by.
    """
    return _split(total, tuple(fractions), lot_size)


@lru_cache(maxsize=4096)
def _split(total: Decimal, fractions: tuple[float, ...], lot_size: Decimal) -> tuple[Decimal, ...]:
    lots, rest = divmod(total, lot_size)
    weights = [decimal_of(fraction) for fraction in fractions]
    if rest or total < 0 or not weights or min(weights) <= 0:
        raise InputError(f"expected whole lots of {lot_size} and positive fractions, found {total} and {fractions}")
    ideal = [lots * weight / sum(weights) for weight in weights]
    shares = [share.to_integral_value("ROUND_FLOOR") for share in ideal]
    losses = sorted(range(len(ideal)), key=lambda each: (shares[each] - ideal[each], each))
    for each in losses[: int(lots - sum(shares))]:
        shares[each] += 1
    return tuple(share * lot_size for share in shares)


def stop_price(stop: float, direction: int, steps: Steps) -> Decimal:
    """The trigger price of a stop: rounded towards the entry, so that it loses at most what was planned.

    >>> long = Steps(tick_size=Decimal(1), lot_size=Decimal(1))
    >>> stop_price(44_500.3, 1, long), stop_price(44_500.3, -1, long)
    (Decimal('44501'), Decimal('44500'))
    """
    return round_up(stop, steps.tick_size) if direction > 0 else round_down(stop, steps.tick_size)


def target_price(target: float, direction: int, steps: Steps) -> Decimal:
    """The limit price of a target: rounded away from the entry, so that it earns at least what was promised.

    >>> long = Steps(tick_size=Decimal(1), lot_size=Decimal(1))
    >>> target_price(46_000.3, 1, long), target_price(46_000.3, -1, long)
    (Decimal('46001'), Decimal('46000'))
    """
    return round_up(target, steps.tick_size) if direction > 0 else round_down(target, steps.tick_size)


def invalidated_by(signal: Signal, price: float) -> str | None:
    """What speaks against entering at a price: it is at or beyond the stop, or at or beyond the last target.

    None where nothing does (`semantics.md`, Fills 1).
    """
    if signal.direction * (price - signal.stop_loss) <= 0:
        return "stop"
    if signal.targets and signal.direction * (price - signal.targets[-1]) >= 0:
        return "target"
    return None


def plan_bracket(signal: Signal, quantity: Decimal, steps: Steps) -> Bracket | Unplannable:
    """The entry at market, the reduce-only stop over all of it, and the reduce-only limit orders of the targets.

    `Unplannable` where the quantity is not a positive number of whole lots, where the stop in whole ticks reaches the
    reference price, or where a price is not positive.
    """
    stop = stop_price(signal.stop_loss, signal.direction, steps)
    reference = decimal_of(signal.reference_price)
    if not steps.is_quantity(quantity):
        return Unplannable(rule="lot_size", value=quantity, limit=steps.lot_size)
    if signal.direction * (reference - stop) <= 0:
        return Unplannable(rule="stop_at_entry", value=stop, limit=reference)
    prices = [target_price(target, signal.direction, steps) for target in signal.targets]
    if (lowest := min((stop, *prices))) <= 0:
        return Unplannable(rule="price_not_positive", value=lowest, limit=Decimal(0))
    shares = split_quantity(quantity, signal.fractions, steps.lot_size)
    return Bracket(
        entry=_intent(signal, ENTRY, quantity),
        stop=_intent(signal, STOP, quantity, _At(trigger=stop)),
        targets=tuple(
            _intent(signal, target_leg(number), share, _At(limit=price))
            for number, (share, price) in enumerate(zip(shares, prices, strict=True), start=1)
            if share
        ),
    )


def follow(trade: Trade, steps: Steps) -> tuple[OrderCommand, ...]:
    """What brings the orders of a trade in line with what is open of it; nothing where they are.

    The stop is for all that is open, at the stop in force unless it is nearer already. Each target is for its share of
    what was entered; where less is open than they ask for, the last ones give way. Once all is closed, whatever still
    lives of the trade is cancelled, a rest of the entry included. A stop that the venue rejects is not tried again:
    what is open goes at market. Nor is an exit that the venue rejects: that is for the next close (`leave`).

    An order whose fate is unknown counts as living. One the venue has not accepted yet is not amended: ask again.
    """
    if trade.open_quantity == 0:
        return _wind_up(trade)
    if has_no_stop(trade):
        return () if is_refused(trade) else leave(trade, EMERGENCY)
    return (*_follow_stop(trade, steps), *_follow_targets(trade, steps))


def expire_entry(order: Order, now: int) -> CancelOrder | None:
    """The cancellation of an entry whose time is over and that still waits for a fill; None for any other.

    What is filled of it stays, guarded by its stop.
    """
    expires_at = order.intent.expires_at
    if expires_at is None or now < expires_at or not order.is_living or order.state is OrderState.CANCELLING:
        return None
    return CancelOrder(order_id=order.id, reason="expired")


def has_no_stop(trade: Trade) -> bool:
    """Whether the venue rejected its stop: nothing guards it, and it has to go at market."""
    stops = trade.legs(STOP)
    return bool(stops) and stops[-1].state is OrderState.REJECTED


def is_refused(trade: Trade) -> bool:
    """Whether the venue rejected its last exit at market. What asks again at once asks without end."""
    exits = _exits(trade)
    return bool(exits) and exits[-1].state is OrderState.REJECTED


def leave(trade: Trade, leg: str) -> tuple[OrderCommand, ...]:
    """What gets out of a trade at market: the rest of the entry is cancelled first, then all that is open is sold.

    Stop and targets stay until the position is closed: they only reduce, and guard it should the exit fail. What an
    exit under way will still close is not asked for twice.
    """
    return (*_cancel_entry(trade, leg), *_market_exit(trade, leg))


def leave_all(trades: Iterable[Trade]) -> tuple[OrderCommand, ...]:
    """What gets out of all trades at once, in an emergency: every entry is cancelled before the first exit."""
    every = tuple(trades)
    cancels = [command for trade in every for command in _cancel_entry(trade, EMERGENCY)]
    exits = [command for trade in every for command in _market_exit(trade, EMERGENCY)]
    return (*cancels, *exits)


@dataclass(frozen=True, slots=True)
class _At:
    """Where an order trades: at a limit, from a trigger on, or at once."""

    limit: Decimal | None = None
    trigger: Decimal | None = None

    @property
    def type(self) -> OrderType:
        if self.limit is not None:
            return OrderType.LIMIT
        return OrderType.MARKET if self.trigger is None else OrderType.STOP


_AT_ONCE = _At()


def _intent(signal: Signal, leg: str, quantity: Decimal, at: _At = _AT_ONCE, attempt: int = 1) -> OrderIntent:
    is_entry = leg == ENTRY
    return OrderIntent(
        hypothesis=signal.hypothesis,
        instrument=signal.instrument,
        signal_time=signal.time,
        leg=leg,
        attempt=attempt,
        side=side_to_open(signal.direction) if is_entry else side_to_close(signal.direction),
        type=at.type,
        quantity=quantity,
        limit_price=at.limit,
        trigger_price=at.trigger,
        is_reduce_only=not is_entry,
        expires_at=signal.expires_at if is_entry else None,
    )


def _wind_up(trade: Trade) -> tuple[OrderCommand, ...]:
    if not any(order.fills for order in trade.legs(ENTRY)):
        return ()
    return tuple(
        CancelOrder(order_id=order.id, reason="closed")
        for order in trade.orders
        if order.is_living and order.state not in _NOT_CANCELLED_AGAIN
    )


def _follow_stop(trade: Trade, steps: Steps) -> tuple[OrderCommand, ...]:
    trigger = stop_price(trade.stop, trade.signal.direction, steps)
    return _follow_leg(trade, STOP, trade.legs(STOP), trade.open_quantity, _At(trigger=trigger))


def _follow_targets(trade: Trade, steps: Steps) -> tuple[OrderCommand, ...]:
    signal = trade.signal
    entered = sum((order.filled_quantity for order in trade.legs(ENTRY)), Decimal(0))
    commands: list[OrderCommand] = []
    left = trade.open_quantity
    for number, share in enumerate(split_quantity(entered, signal.fractions, steps.lot_size), start=1):
        leg = target_leg(number)
        orders = trade.legs(leg)
        taken = sum((order.filled_quantity for order in orders), Decimal(0))
        wanted = min(max(share - taken, Decimal(0)), left)
        left -= wanted
        if orders and orders[-1].state is OrderState.REJECTED:
            continue  # the stop guards its share: trying again would fail again
        price = target_price(signal.targets[number - 1], signal.direction, steps)
        commands += _follow_leg(trade, leg, orders, wanted, _At(limit=price))
    return tuple(commands)


def _follow_leg(trade: Trade, leg: str, orders: Sequence[Order], wanted: Decimal, at: _At) -> tuple[OrderCommand, ...]:
    living = next((order for order in reversed(orders) if order.is_living), None)
    if living is None:
        return (_place(trade, leg, wanted, at),) if wanted else ()
    if living.state is OrderState.CANCELLING:
        # A late fill has opened again what was being wound up: a stop that goes away guards nothing.
        return (_place(trade, leg, wanted, at),) if leg == STOP else ()
    if not wanted:
        if living.state is OrderState.UNKNOWN:
            return ()
        return (CancelOrder(order_id=living.id, reason="nothing left for it"),)
    return _amend(living, living.filled_quantity + wanted, at.trigger)


def _place(trade: Trade, leg: str, quantity: Decimal, at: _At) -> PlaceOrder:
    return PlaceOrder(intent=_intent(trade.signal, leg, quantity, at, attempt=next_attempt(leg, trade.orders)))


def _amend(order: Order, quantity: Decimal, trigger: Decimal | None) -> tuple[OrderCommand, ...]:
    # What was asked for already is not asked for again.
    quantity_before = order.quantity if order.asked is None else order.asked.quantity
    trigger_before = order.intent.trigger_price if order.asked is None else order.asked.trigger_price
    nearer = _nearer(order.intent, trigger_before, trigger)
    if order.state not in _AMENDABLE or (quantity == quantity_before and nearer == trigger_before):
        return ()
    limit = order.intent.limit_price
    return (AmendOrder(order_id=order.id, quantity=quantity, limit_price=limit, trigger_price=nearer),)


def _nearer(intent: OrderIntent, before: Decimal | None, wanted: Decimal | None) -> Decimal | None:
    # A stop never moves away: a buy stop only goes down, a sell stop only up.
    if before is None or wanted is None:
        return before
    return before if intent.side.sign * (wanted - before) > 0 else wanted


def _cancel_entry(trade: Trade, reason: str) -> tuple[OrderCommand, ...]:
    return tuple(
        CancelOrder(order_id=order.id, reason=reason)
        for order in trade.legs(ENTRY)
        if order.is_living and order.state not in _NOT_CANCELLED_AGAIN
    )


def _exits(trade: Trade) -> list[Order]:
    return [order for order in trade.orders if order.intent.type is OrderType.MARKET and order.intent.is_reduce_only]


def _market_exit(trade: Trade, leg: str) -> tuple[OrderCommand, ...]:
    under_way = sum((order.remaining_quantity for order in _exits(trade) if order.is_living), Decimal(0))
    quantity = trade.open_quantity - under_way
    if quantity <= 0:
        return ()
    return (_place(trade, leg, quantity, _AT_ONCE),)
