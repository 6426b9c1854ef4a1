"""Kraken Futures' private REST replies about orders and fills, as typed messages.

Bytes in, messages out, or a `VenueError` that says what is wrong and where; a reply that the venue refuses with is one
too. The parsers know nothing of the network, and nothing is sent here. Statuses stay the venue's words: there are
dozens, and more are added. Accounts, positions and bookings are read by `private_rest_accounts.py`.
"""

from decimal import Decimal
from typing import Literal, TypeVar

import msgspec
from msgspec import Raw, Struct

from edgeproof.adapters.kraken.counted import check_counted
from edgeproof.adapters.kraken.order_events import OrderEvent, Side, order_events
from edgeproof.adapters.kraken.replies import Moment, Reply, read_reply
from edgeproof.adapters.kraken.rest_messages import decode

T = TypeVar("T")


class RestingOrder(Struct, rename={"client_id": "cliOrdId"}, kw_only=True):
    """An order that is open. One that waits for its trigger may come without `unfilled_size`."""

    order_id: str
    symbol: str
    side: Side
    order_type: str = msgspec.field(name="orderType")
    status: str
    filled_size: Decimal = msgspec.field(name="filledSize")
    received_time: Moment = msgspec.field(name="receivedTime")
    last_update_time: Moment = msgspec.field(name="lastUpdateTime")
    reduce_only: bool = msgspec.field(name="reduceOnly", default=False)
    unfilled_size: Decimal | None = msgspec.field(name="unfilledSize", default=None)
    limit_price: Decimal | None = msgspec.field(name="limitPrice", default=None)
    stop_price: Decimal | None = msgspec.field(name="stopPrice", default=None)
    trigger_signal: str | None = msgspec.field(name="triggerSignal", default=None)
    client_id: str | None = None
    cli_ord_id: str | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("filled_size", "unfilled_size", "limit_price", "stop_price"))
        self.client_id = self.client_id if self.client_id is not None else self.cli_ord_id


class PastFill(Struct, rename={"client_id": "cliOrdId"}, kw_only=True):
    """A fill. Its fee is not told here, only by the websocket and the account's log."""

    fill_id: str
    order_id: str
    symbol: str
    side: Side
    size: Decimal
    price: Decimal
    fill_time: Moment = msgspec.field(name="fillTime")
    fill_type: str = msgspec.field(name="fillType")
    client_id: str | None = None
    cli_ord_id: str | None = None
    realized_pnl: Decimal | None = None
    sequence_id: str | int | None = None

    def __post_init__(self) -> None:
        check_counted(self, positive=("size", "price"))
        self.client_id = self.client_id if self.client_id is not None else self.cli_ord_id


class TriggerOptions(Struct, rename="camel", kw_only=True):
    """What an order waits for: TRIGGER_ABOVE or TRIGGER_BELOW a price of MARK_PRICE, LAST_PRICE or SPOT_PRICE."""

    trigger_price: Decimal | None = None
    trigger_side: str | None = None
    trigger_signal: str | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("trigger_price",))


class StatusOrder(Struct, rename="camel", kw_only=True):
    """An order that was asked for; the `limit_price` of a market order is the worst one it may be filled at."""

    type: str
    order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    filled: Decimal
    reduce_only: bool
    timestamp: Moment
    last_update_timestamp: Moment | None = None
    cli_ord_id: str | None = None
    limit_price: Decimal | None = None
    price_trigger_options: TriggerOptions | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("quantity", "filled", "limit_price"))


class OrderStatus(Struct, rename="camel", kw_only=True):
    """What became of an order, or the `error` why the venue cannot say."""

    order: StatusOrder | None = None
    status: str | None = None
    update_reason: str | None = None
    error: str | None = None

    def __post_init__(self) -> None:
        if self.error is None and (self.order is None or self.status is None):
            raise ValueError("expected an `order` with its `status`, or an `error`")


class OrderOutcome(Struct, kw_only=True):
    """The answer to one instruction (send, edit, cancel); refused ones may have a status and no order."""

    status: str
    order_id: str | None
    client_id: str | None
    received: Moment | None
    tag: str | None
    events: tuple[OrderEvent, ...]


class CancelledOrder(Struct, rename={"client_id": "cliOrdId"}):
    """The ids of an order that was cancelled."""

    order_id: str
    client_id: str | None = None


class CancelAllOutcome(Struct, kw_only=True):
    """What was cancelled. Read `cancelled`: the status may say noOrdersToCancel although there were some."""

    status: str
    cancel_only: str | None
    received: Moment | None
    cancelled: tuple[CancelledOrder, ...]
    events: tuple[OrderEvent, ...]


class DeadMansSwitch(Struct):
    """When all orders will be cancelled unless we speak again; None when the switch is off."""

    current_time: Moment
    trigger_time: Moment | None


class Acknowledgement(Reply, kw_only=True):
    """The venue did as it was told, and says no more."""

    result: Literal["success"]


class _Orders(Reply, rename="camel", kw_only=True):
    open_orders: list[RestingOrder]


class _Fills(Reply, kw_only=True):
    fills: list[PastFill]


class _Statuses(Reply, kw_only=True):
    orders: list[OrderStatus]


class _Outcome(Struct, rename={"events": "orderEvents", "tag": "order_tag"}, kw_only=True):
    """The answer to one instruction, in the spellings of all endpoints."""

    status: str
    order_id: str | None = None
    other_order_id: str | None = msgspec.field(name="orderId", default=None)
    client_id: str | None = msgspec.field(name="cliOrdId", default=None)
    other_client_id: str | None = msgspec.field(name="cli_ord_id", default=None)
    received: Moment | None = msgspec.field(name="receivedTime", default=None)
    other_received: Moment | None = msgspec.field(name="dateTimeReceived", default=None)
    tag: str | None = None
    events: list[Raw] | None = None


class _Sent(Reply, rename="camel", kw_only=True):
    send_status: _Outcome


class _Edited(Reply, rename="camel", kw_only=True):
    edit_status: _Outcome


class _Cancelled(Reply, rename="camel", kw_only=True):
    cancel_status: _Outcome


class _Batch(Reply, rename="camel", kw_only=True):
    batch_status: list[_Outcome]


class _CancelAllOutcome(Struct, rename="camel", kw_only=True):
    status: str
    cancelled_orders: list[CancelledOrder]
    cancel_only: str | None = None
    received_time: Moment | None = None
    order_events: list[Raw] | None = None


class _CancelledAll(Reply, rename="camel", kw_only=True):
    cancel_status: _CancelAllOutcome


class _Switch(Struct, rename="camel"):
    current_time: Moment
    trigger_time: str


class _Switched(Reply, kw_only=True):
    status: _Switch


class _Events(Reply, rename="camel", kw_only=True):
    order_events: list[Raw]


def parse_open_orders(body: bytes) -> tuple[RestingOrder, ...]:
    """The open orders: one that is filled or cancelled is missing at once."""
    return tuple(read_reply(body, _Orders).open_orders)


def parse_fills(body: bytes) -> tuple[PastFill, ...]:
    """The last fills, newest first."""
    return tuple(read_reply(body, _Fills).fills)


def parse_order_statuses(body: bytes) -> tuple[OrderStatus, ...]:
    """What became of the orders that were asked for, if they are open or ended within the last seconds."""
    return tuple(read_reply(body, _Statuses).orders)


def parse_send(body: bytes) -> OrderOutcome:
    """What became of an order that was sent."""
    return _outcome(read_reply(body, _Sent).send_status)


def parse_edit(body: bytes) -> OrderOutcome:
    """What became of a change to an order."""
    return _outcome(read_reply(body, _Edited).edit_status)


def parse_cancel(body: bytes) -> OrderOutcome:
    """What became of a cancel."""
    return _outcome(read_reply(body, _Cancelled).cancel_status)


def parse_batch(body: bytes) -> tuple[OrderOutcome, ...]:
    """What became of each instruction of a batch; told apart by tag or id, not by their order."""
    return tuple(_outcome(each) for each in read_reply(body, _Batch).batch_status)


def parse_cancel_all(body: bytes) -> CancelAllOutcome:
    """What became of all orders."""
    told = read_reply(body, _CancelledAll).cancel_status
    return CancelAllOutcome(
        status=told.status,
        cancel_only=told.cancel_only,
        received=told.received_time,
        cancelled=tuple(told.cancelled_orders),
        events=order_events(told.order_events),
    )


def parse_dead_mans_switch(body: bytes) -> DeadMansSwitch:
    """When all orders will be cancelled; the venue writes "0" for never."""
    told = read_reply(body, _Switched).status
    if told.trigger_time == "0":
        return DeadMansSwitch(told.current_time, None)
    return DeadMansSwitch(told.current_time, decode(msgspec.json.encode(told.trigger_time), Moment))


def parse_acknowledgement(body: bytes) -> Acknowledgement:
    """The venue's word that it did as it was told: a change of preferences, a transfer."""
    return read_reply(body, Acknowledgement)


def parse_order_events(body: bytes) -> tuple[OrderEvent, ...]:
    """The events of a reply that is nothing else."""
    return order_events(read_reply(body, _Events).order_events)


def _outcome(told: _Outcome) -> OrderOutcome:
    return OrderOutcome(
        status=told.status,
        order_id=_first(told.order_id, told.other_order_id),
        client_id=_first(told.client_id, told.other_client_id),
        received=_first(told.received, told.other_received),
        tag=told.tag,
        events=order_events(told.events),
    )


def _first(one: T | None, other: T | None) -> T | None:
    return other if one is None else one
