"""What becomes of an order, as facts: `ExecutionEvent` is what the venue tells, `OrderAct` what we did about it.

All times are int64 UTC milliseconds. `OrderEvent`, the union of both, is all that an order's lifecycle is made of.
"""

from dataclasses import dataclass
from decimal import Decimal

from edgeproof.core.model.fill import Fill

DUPLICATE_ID = "duplicate_id"
"""The reason of a rejection that means: an order of this id is here already. It says nothing against that order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The venue has the order; a stop waits for its trigger, a limit order rests."""

    order_id: str
    time: int
    venue_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Triggered:
    """A stop's trigger was reached: it is a market order now."""

    order_id: str
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A part of the order was executed, perhaps all that was left."""

    fill: Fill

    @property
    def order_id(self) -> str:
        """The id of the order it belongs to."""
        return self.fill.order_id

    @property
    def time(self) -> int:
        """When it was executed."""
        return self.fill.time


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """The order is now for `quantity` in all, fills included, at these prices (None: as before)."""

    order_id: str
    time: int
    quantity: Decimal
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendRefused:
    """The venue left the order as it was."""

    order_id: str
    time: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRefused:
    """The venue found nothing to cancel. What became of the order it does not say."""

    order_id: str
    time: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled:
    """What was left of the order is taken back. Not the last word: a fill may have been under way."""

    order_id: str
    time: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The venue does not want the order, or what is left of it."""

    order_id: str
    time: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """The time of the order is over."""

    order_id: str
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """The order went out."""

    order_id: str
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendSent:
    """We asked for the order to be for `quantity` in all, fills included, at these prices (None: as before)."""

    order_id: str
    time: int
    quantity: Decimal
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSent:
    """We asked for what is left of the order to be taken back."""

    order_id: str
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """No answer came in time, or the process was restarted before one could: nobody here knows what became of it."""

    order_id: str
    time: int


ExecutionEvent = Accepted | Triggered | Filled | Amended | AmendRefused | CancelRefused | Cancelled | Rejected | Expired
OrderAct = Sent | AmendSent | CancelSent | Unanswered
OrderEvent = ExecutionEvent | OrderAct
