"""What happened to an order, as replies of REST tell it.

The events are a closed union, with `UnknownEvent` for what the venue may add.
"""

from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Raw, Struct

from edgeproof.adapters.kraken.counted import check_counted
from edgeproof.adapters.kraken.replies import Moment
from edgeproof.adapters.kraken.rest_messages import decode
from edgeproof.core.model.errors import VenueError

Side = Literal["buy", "sell"]

_SHOWN = 500
_KNOWN = {"PLACE", "EXECUTION", "REJECT", "CANCEL", "EDIT"}


class EventOrder(Struct, rename="camel", kw_only=True):
    """An order as an event shows it. Types are the venue's words: lmt, post, ioc, stp, liquidation and others."""

    order_id: str
    symbol: str
    side: Side
    type: str
    quantity: Decimal
    filled: Decimal
    reduce_only: bool
    timestamp: Moment
    last_update_timestamp: Moment | None = None
    cli_ord_id: str | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("quantity", "filled", "limit_price", "stop_price"))


class EventTrigger(Struct, rename="camel", kw_only=True):
    """An order that waits for its trigger; the words of side and signal may be "unknown"."""

    uid: str
    symbol: str
    side: Side
    type: str
    quantity: Decimal
    reduce_only: bool
    timestamp: Moment
    last_update_timestamp: Moment | None = None
    client_id: str | None = None
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None
    trigger_side: str | None = None
    trigger_signal: str | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("quantity", "limit_price", "trigger_price"))


class Place(Struct, tag="PLACE", rename="camel", kw_only=True):
    """An order stands in the book, or waits for its trigger: one of `order` and `order_trigger` is there."""

    order: EventOrder | None = None
    order_trigger: EventTrigger | None = None
    reduced_quantity: Decimal | None = None
    uid: str | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("reduced_quantity",))
        if (self.order is None) is (self.order_trigger is None):
            raise ValueError("expected one of `order` and `orderTrigger`")


class Execution(Struct, tag="EXECUTION", rename="camel", kw_only=True):
    """A match: `amount` at `price`. The order is shown as it was before."""

    execution_id: str
    price: Decimal
    amount: Decimal
    order_prior_execution: EventOrder
    order_prior_edit: EventOrder | None = None
    taker_reduced_quantity: Decimal | None = None

    def __post_init__(self) -> None:
        check_counted(self, positive=("price", "amount"), not_negative=("taker_reduced_quantity",))


class Reject(Struct, tag="REJECT", rename="camel", kw_only=True):
    """An order was turned away, for a reason such as POST_WOULD_EXECUTE."""

    reason: str
    uid: str | None = None
    order: EventOrder | None = None
    order_trigger: EventTrigger | None = None


class Cancel(Struct, tag="CANCEL", rename="camel", kw_only=True):
    """An order is gone."""

    uid: str | None = None
    order: EventOrder | None = None
    order_trigger: EventTrigger | None = None

    def __post_init__(self) -> None:
        if self.uid is None and self.order is None and self.order_trigger is None:
            raise ValueError("expected a `uid`, an `order` or an `orderTrigger`")


class Edit(Struct, tag="EDIT", rename="camel", kw_only=True):
    """An order was changed; its id stays."""

    old: EventOrder
    new: EventOrder
    reduced_quantity: Decimal | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("reduced_quantity",))


class UnknownEvent(Struct):
    """An event that this version has no name for: its type, and how it is written."""

    type: str
    text: str


KnownEvent: TypeAlias = Place | Execution | Reject | Cancel | Edit
OrderEvent: TypeAlias = KnownEvent | UnknownEvent


class _Kind(Struct):
    type: str


def order_events(raws: list[Raw] | None) -> tuple[OrderEvent, ...]:
    """The events of a reply, in its order."""
    return tuple(_event(bytes(raw), at) for at, raw in enumerate(raws or ()))


def _event(raw: bytes, at: int) -> OrderEvent:
    try:
        kind = decode(raw, _Kind).type
        if kind in _KNOWN:
            event: OrderEvent = decode(raw, KnownEvent)  # type: ignore[arg-type]  # a union is no type for mypy
            return event
    except VenueError as error:
        raise VenueError(f"{error}, within `orderEvents[{at}]`", is_passing=error.is_passing) from error
    return UnknownEvent(kind, raw[:_SHOWN].decode(errors="replace"))
