"""What holds for orders whatever a venue tells: over random events, and for whole trades over random fills."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.model.errors import IllegalTransition, OverfillError, StopMovedAway
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
from edgeproof.core.model.order import (
    ENTRY,
    AmendOrder,
    CancelOrder,
    Order,
    OrderCommand,
    OrderIntent,
    OrderState,
    PlaceOrder,
    new_order,
)
from edgeproof.core.model.position import Position
from edgeproof.core.model.signal import Signal
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.orders.planning import Trade, follow, split_quantity
from edgeproof.core.positions.apply import apply_fill
from tests.support.orders import BTC, LONG, SHORT, STEPS, T, bracket, filled, working

TENTHS = st.integers(1, 12).map(lambda lots: lots * STEPS.lot_size)
STOP = bracket().stop
ID = STOP.id


def _fills() -> st.SearchStrategy[OrderEvent]:
    made = st.builds(
        Fill,
        id=st.sampled_from("abcdef"),
        order_id=st.just(ID),
        time=st.just(T),
        price=st.integers(44_000, 45_000).map(Decimal),
        quantity=TENTHS,
        fee=st.just(Decimal(0)),
        is_maker=st.booleans(),
    )
    return st.builds(Filled, fill=made)


def _changes(kind: type[Amended] | type[AmendSent]) -> st.SearchStrategy[OrderEvent]:
    prices = st.none() | st.integers(44_400, 44_600).map(Decimal)
    return st.builds(kind, order_id=st.just(ID), time=st.just(T), quantity=TENTHS, trigger_price=prices)


PLAIN: list[OrderEvent] = [
    *(kind(order_id=ID, time=T) for kind in (Sent, Accepted, Triggered, CancelSent, Expired, Unanswered)),
    *(kind(order_id=ID, time=T, reason="r") for kind in (AmendRefused, CancelRefused, Cancelled, Rejected)),
    Rejected(order_id=ID, time=T, reason=DUPLICATE_ID),
]
EVENTS = st.lists(st.sampled_from(PLAIN) | _fills() | _changes(Amended) | _changes(AmendSent), max_size=25)


@given(EVENTS)
def test_order_told_anything_counts_each_fill_once_and_never_lives_again(events: list[OrderEvent]) -> None:
    order = new_order(STOP)
    distinct: dict[str, Decimal] = {}
    for event in events:
        before = order
        try:
            order = apply_event(order, event)
        except (IllegalTransition, OverfillError, StopMovedAway):
            continue  # refused: the order is as it was
        if isinstance(event, Filled):
            distinct.setdefault(event.fill.id, event.fill.quantity)
        assert order.filled_quantity == sum(distinct.values(), Decimal(0))
        assert order.filled_quantity <= max(order.quantity, order.asked.quantity if order.asked else order.quantity)
        assert order.is_living or not order.asked
        assert order.is_living <= before.is_living
        assert before.state is not OrderState.FILLED or order.state is OrderState.FILLED
        assert (order.state is not OrderState.REJECTED) or not order.fills
        assert before.intent.trigger_price is not None
        assert order.intent.trigger_price is not None
        assert order.intent.trigger_price >= before.intent.trigger_price


@given(
    lots=st.integers(0, 10_000),
    weights=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=5),
    lot_size=st.sampled_from(["0.0001", "0.1", "1", "1000"]).map(Decimal),
)
def test_quantity_shared_out_sums_to_itself_and_no_share_is_off_by_a_lot(
    lots: int, weights: list[float], lot_size: Decimal
) -> None:
    total = lots * lot_size
    shares = split_quantity(total, weights, lot_size)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert share % lot_size == 0
        assert abs(float(share / lot_size) - lots * weight / sum(weights)) < 1 + 1e-6


class Desk:
    """A venue in a few lines: it does what it is asked at once, and fills what the test wants filled."""

    def __init__(self, signal: Signal, quantity: Decimal) -> None:
        self.signal = signal
        entry = working(bracket(signal, str(quantity)).entry)
        self.orders: dict[str, Order] = {entry.id: entry}
        self.position = Position(instrument=BTC)
        self.stop = signal.stop_loss
        self.triggers: list[Decimal] = []
        self.fills = 0

    @property
    def trade(self) -> Trade:
        return Trade(
            signal=self.signal,
            orders=tuple(self.orders.values()),
            open_quantity=self.position.quantity,
            stop=self.stop,
        )

    def fill(self, order: Order, quantity: Decimal) -> None:
        self.fills += 1
        event = filled(order.intent, str(quantity), name=f"f{self.fills}")
        self.orders[order.id] = apply_event(order, event)
        self.position = apply_fill(self.position, order.intent, event.fill)

    def obey(self) -> None:
        for command in follow(self.trade, STEPS):
            self._do(command)
        assert follow(self.trade, STEPS) == ()

    def _do(self, command: OrderCommand) -> None:
        match command:
            case PlaceOrder(intent=intent):
                assert intent.id not in self.orders
                self._note(intent)
                self.orders[intent.id] = working(intent)
            case AmendOrder(order_id=name, quantity=quantity, limit_price=limit, trigger_price=trigger):
                change = Amended(order_id=name, time=T, quantity=quantity, limit_price=limit, trigger_price=trigger)
                self.orders[name] = apply_event(self.orders[name], change)
                self._note(self.orders[name].intent)
            case CancelOrder(order_id=name, reason=reason):
                self.orders[name] = apply_event(self.orders[name], Cancelled(order_id=name, time=T, reason=reason))

    def _note(self, intent: OrderIntent) -> None:
        assert STEPS.is_quantity(intent.quantity)
        if intent.trigger_price is not None:
            self.triggers.append(intent.trigger_price)


@given(
    signal=st.sampled_from(
        [LONG, SHORT, replace(LONG, targets=(46_000.0, 46_500.0, 47_000.0), fractions=(0.2, 0.5, 0.3))]
    ),
    quantity=TENTHS,
    happenings=st.lists(st.tuples(st.integers(0, 9), st.integers(1, 12), st.integers(-200, 200)), max_size=30),
)
def test_trade_filled_anyhow_is_always_guarded_for_just_what_is_open(
    signal: Signal, quantity: Decimal, happenings: list[tuple[int, int, int]]
) -> None:
    desk = Desk(signal, quantity)
    for chosen, lots, move in happenings:
        desk.stop += move  # the rules may say what they like: the stop at the venue only comes nearer
        living = [order for order in desk.orders.values() if order.is_living]
        if not living:
            break
        order = living[chosen % len(living)]
        most = order.remaining_quantity if order.intent.leg == ENTRY else desk.position.quantity
        desk.fill(order, min(lots * STEPS.lot_size, order.remaining_quantity, most))
        desk.obey()
        guards = [each for each in desk.orders.values() if each.is_living and each.intent.leg == "stop"]
        targets = [each for each in desk.orders.values() if each.is_living and each.intent.leg.startswith("target")]
        assert sum(each.remaining_quantity for each in guards) == desk.position.quantity
        assert sum(each.remaining_quantity for each in targets) == desk.position.quantity
        assert len(guards) == (desk.position.quantity > 0)
    nearer = sorted(desk.triggers, reverse=signal.direction < 0)
    assert desk.triggers == nearer
