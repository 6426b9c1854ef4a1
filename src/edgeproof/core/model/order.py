"""Orders: what is wanted of the venue, what it made of it, and the commands that ask for it.

The id of an order is a pure function of the signal and the leg: a decision that is made again after a crash carries
the same id, which the venue refuses to take twice.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.signal import signal_id

ENTRY = "entry"
STOP = "stop"
EXIT = "exit"
EMERGENCY = "emergency"
_LEG = re.compile(r"entry|stop|target-[1-9]\d*|exit|emergency")
_ID = re.compile(r"([0-9a-f]{16})-(entry|stop|target-[1-9]\d*|exit|emergency)(?:-again-([1-9]\d*))?")


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """1 for BUY, -1 for SELL: what a fill does to the position."""
        return 1 if self is Side.BUY else -1


class OrderType(StrEnum):
    """When an order trades: at once, at a price or better, or at market once a trigger was reached."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"


class TriggerSignal(StrEnum):
    """Which price a stop listens to. LAST is the backtest's, whose candles are made of trades."""

    LAST = "last"
    MARK = "mark"
    INDEX = "index"


class OrderState(StrEnum):
    """Where an order stands; which event leads where is the table of `core/orders/lifecycle.py`."""

    INTENDED = "intended"
    SENT = "sent"
    ACCEPTED = "accepted"
    TRIGGERED = "triggered"
    PARTIALLY_FILLED = "partially_filled"
    CANCELLING = "cancelling"
    UNKNOWN = "unknown"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    EXPIRED = "expired"

    @property
    def is_final(self) -> bool:
        """Whether the order can no longer be worked with. (A late fill may still be told.)"""
        return self in _FINAL


_FINAL = frozenset({OrderState.FILLED, OrderState.CANCELLED, OrderState.REJECTED, OrderState.EXPIRED})


def side_to_open(direction: int) -> Side:
    """The side that opens a position of a direction (1 long, -1 short)."""
    return Side.BUY if direction > 0 else Side.SELL


def side_to_close(direction: int) -> Side:
    """The side that closes a position of a direction (1 long, -1 short)."""
    return Side.SELL if direction > 0 else Side.BUY


def target_leg(number: int) -> str:
    """The leg of a target, counted from 1.

    >>> target_leg(2)
    'target-2'
    """
    return f"target-{number}"


def order_id(signal: str, leg: str, attempt: int = 1) -> str:
    """The id of an order: the signal's, the leg, and which attempt it is where it is sent again on purpose.

    At most 48 characters of a-z, 0-9 and "-", so that a venue can carry it and a person can read it.

    >>> order_id("c708679e8078c384", "target-1"), order_id("c708679e8078c384", "stop", 2)
    ('c708679e8078c384-target-1', 'c708679e8078c384-stop-again-2')
    """
    return f"{signal}-{leg}" if attempt == 1 else f"{signal}-{leg}-again-{attempt}"


@dataclass(frozen=True, slots=True)
class OrderName:
    """What the id of an order says: the id of its signal, its leg, its attempt."""

    signal: str
    leg: str
    attempt: int


@lru_cache(maxsize=4096)
def parse_order_id(text: str) -> OrderName | None:
    """What an id says, None where it is not one of ours.

    >>> parse_order_id("c708679e8078c384-stop-again-2")
    OrderName(signal='c708679e8078c384', leg='stop', attempt=2)
    >>> parse_order_id("web-0815") is None
    True
    """
    match = _ID.fullmatch(text)
    return None if match is None else OrderName(match[1], match[2], int(match[3] or 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIntent:
    """An order as it is wanted: whole ticks, whole lots. Every leg but the entry only ever reduces the position.

    `hypothesis`, `instrument` and `signal_time` name the signal it serves. An order not filled by `expires_at` is to be
    cancelled.
    """

    hypothesis: str
    instrument: Instrument
    signal_time: int
    leg: str
    attempt: int = 1
    side: Side
    type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None
    trigger_signal: TriggerSignal = TriggerSignal.LAST
    is_reduce_only: bool
    is_post_only: bool = False
    expires_at: int | None = None

    def __post_init__(self) -> None:
        wanted = (self.type is OrderType.LIMIT, self.type is OrderType.STOP)
        prices = [price for price in (self.limit_price, self.trigger_price) if price is not None]
        promises = (
            (_LEG.fullmatch(self.leg) is not None and self.attempt >= 1, "a leg such as entry, stop or target-1"),
            (self.quantity.is_finite() and self.quantity > 0, "a positive quantity"),
            (wanted == (self.limit_price is not None, self.trigger_price is not None), "a price just where it is used"),
            (all(price.is_finite() and price > 0 for price in prices), "positive prices"),
            (self.is_reduce_only != (self.leg == ENTRY), "every order but the entry to be reduce-only"),
            (self.type is OrderType.LIMIT or not self.is_post_only, "only limit orders to be post-only"),
        )
        for is_kept, promise in promises:
            if not is_kept:
                raise InputError(f"{self.instrument} {self.leg}: expected {promise}, found {self}")

    @property
    def signal_id(self) -> str:
        """The id of the signal it serves."""
        return signal_id(self.hypothesis, self.instrument, self.signal_time)

    @property
    def id(self) -> str:
        """A pure function of hypothesis, instrument, signal time, leg and attempt."""
        return order_id(self.signal_id, self.leg, self.attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """Send this order."""

    intent: OrderIntent


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendOrder:
    """Make the order one for `quantity` in all, fills included, at these prices (None: as before)."""

    order_id: str
    quantity: Decimal
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """Take back what is left of the order."""

    order_id: str
    reason: str


OrderCommand = PlaceOrder | AmendOrder | CancelOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as far as is known: what was wanted, where it stands, its distinct fills in the order they were told.

    `asked` is a change the venue has not answered yet. `reason` says why it was cancelled or rejected. `accepted_at` is
    when the venue had it, as it told.
    """

    id: str
    intent: OrderIntent
    state: OrderState = OrderState.INTENDED
    fills: tuple[Fill, ...] = ()
    asked: AmendOrder | None = None
    reason: str = ""
    venue_id: str | None = None
    accepted_at: int | None = None

    @property
    def quantity(self) -> Decimal:
        """What it is for, fills included."""
        return self.intent.quantity

    @property
    def filled_quantity(self) -> Decimal:
        """The sum of its distinct fills."""
        return sum((fill.quantity for fill in self.fills), Decimal(0))

    @property
    def remaining_quantity(self) -> Decimal:
        """What is not filled, whether or not it still can be."""
        return self.quantity - self.filled_quantity

    @property
    def average_price(self) -> Decimal | None:
        """The quantity-weighted mean price of its fills, to 28 digits; None without a fill."""
        if not self.fills:
            return None
        return sum((fill.notional for fill in self.fills), Decimal(0)) / self.filled_quantity

    @property
    def is_living(self) -> bool:
        """Whether it can still do something at the venue, as far as is known."""
        return not self.state.is_final


def new_order(intent: OrderIntent) -> Order:
    """The order of an intent, before anything happened to it."""
    return Order(id=intent.id, intent=intent)


def next_attempt(leg: str, orders: Iterable[Order]) -> int:
    """The attempt that none of a signal's orders of a leg has been yet."""
    return max((order.intent.attempt for order in orders if order.intent.leg == leg), default=0) + 1
