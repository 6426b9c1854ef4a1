"""The private websocket's messages: bytes to typed messages. Pure.

They tell what became of our orders and of our money. Every message is one of `PrivateMessage`, or a `Rejected` that
says why; the venue's words (`subscribed`, `alert`, `challenge` and so on) come over the same connection and are read
too. What is counted (quantities, prices, fees, balances) is a `Decimal`; what the venue estimates is a float.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from edgeproof.adapters.kraken.counted import Estimate, check_counted
from edgeproof.adapters.kraken.messages import EventMessage, Heartbeat, Number, Rejected, Time
from edgeproof.adapters.kraken.replies import Moment

Direction = Literal[0, 1]
"""0 buys, 1 sells."""

_SHOWN = 120


class TrailingStop(Struct):
    """How far a trailing stop stays behind: in percent, or in the currency of the quote."""

    max_deviation: Decimal
    unit: str

    def __post_init__(self) -> None:
        check_counted(self, positive=("max_deviation",))


class OpenOrder(
    Struct, rename={"remaining": "qty", "client_id": "cli_ord_id", "trigger_signal": "triggerSignal"}, kw_only=True
):
    """An order in the book, or waiting for its trigger.

    `remaining` (the venue's `qty`) is what is still to be filled, `filled` what has been: after the last fill 0
    remains. A `limit_price` or `stop_price` of 0 is none.
    """

    instrument: str
    time: Time
    last_update_time: Time
    remaining: Decimal
    filled: Decimal
    type: str
    order_id: str
    direction: Direction
    reduce_only: bool
    client_id: str | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trigger_signal: str | None = None
    trailing_stop_options: TrailingStop | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("remaining", "filled", "limit_price", "stop_price"))


class OpenOrdersSnapshot(Struct, tag_field="feed", tag="open_orders_snapshot"):
    """All open orders."""

    orders: list[OpenOrder]
    account: str | None = None


class OpenOrdersVerboseSnapshot(Struct, tag_field="feed", tag="open_orders_verbose_snapshot"):
    """All open orders."""

    orders: list[OpenOrder]
    account: str | None = None


class OpenOrderUpdate(Struct, tag_field="feed", tag="open_orders", rename={"client_id": "cli_ord_id"}, kw_only=True):
    """An order was placed, edited, filled in part, or is gone (`is_cancel`); `reason` says which.

    Gone by a fill it comes whole, gone by a cancel it comes as its ids only: `order` is None then.
    """

    is_cancel: bool
    reason: str
    order: OpenOrder | None = None
    order_id: str | None = None
    client_id: str | None = None

    def __post_init__(self) -> None:
        _check_update(self)


class OpenOrderVerboseUpdate(
    Struct, tag_field="feed", tag="open_orders_verbose", rename={"client_id": "cli_ord_id"}, kw_only=True
):
    """The same as `OpenOrderUpdate`; post-only orders that were turned away are told here too."""

    is_cancel: bool
    reason: str
    order: OpenOrder | None = None
    order_id: str | None = None
    client_id: str | None = None

    def __post_init__(self) -> None:
        _check_update(self)


def _check_update(update: OpenOrderUpdate | OpenOrderVerboseUpdate) -> None:
    order = update.order
    if order is None:
        if not update.is_cancel:
            raise ValueError("expected the `order` of an update that does not end it")
        if update.order_id is None and update.client_id is None:
            raise ValueError("expected an `order`, an `order_id` or a `cli_ord_id`")
    elif update.order_id not in {None, order.order_id}:
        raise ValueError(f"expected one order, found `order_id` {update.order_id} beside order {order.order_id}")


class Fill(Struct, rename={"quantity": "qty", "client_id": "cli_ord_id"}, kw_only=True):
    """A fill of one of our orders. `fee_paid` is below 0 when the venue paid; the live source of the real fee."""

    instrument: str
    time: Time
    price: Decimal
    seq: Number
    buy: bool
    quantity: Decimal
    order_id: str
    fill_id: str
    fill_type: str
    fee_paid: Decimal
    fee_currency: str | None = None
    client_id: str | None = None
    remaining_order_qty: Decimal | None = None
    order_type: str | None = None
    taker_order_type: str | None = None

    def __post_init__(self) -> None:
        check_counted(self, positive=("price", "quantity"), not_negative=("remaining_order_qty",))


class FillsSnapshot(Struct, tag_field="feed", tag="fills_snapshot"):
    """The last fills, at most a hundred."""

    fills: list[Fill]
    account: str | None = None


class Fills(Struct, tag_field="feed", tag="fills"):
    """New fills. The account is called `username` here."""

    fills: list[Fill]
    username: str | None = None


class OpenPosition(Struct, kw_only=True):
    """A position: `balance` is above 0 when long, below 0 when short. Options come without most of the rest."""

    instrument: str
    balance: Decimal
    entry_price: Decimal | None = None
    pnl: Estimate | None = None
    mark_price: Estimate | None = None
    index_price: Estimate | None = None
    liquidation_threshold: Estimate | None = None
    effective_leverage: Estimate | None = None
    return_on_equity: Estimate | None = None
    unrealized_funding: Estimate | None = None
    initial_margin: Estimate | None = None
    initial_margin_with_orders: Estimate | None = None
    maintenance_margin: Estimate | None = None
    pnl_currency: str | None = None

    def __post_init__(self) -> None:
        check_counted(self)


class OpenPositions(Struct, tag_field="feed", tag="open_positions"):
    """All positions, each time anew: an instrument that is missing is flat."""

    positions: list[OpenPosition]
    account: str | None = None
    seq: Number | None = None
    timestamp: Time | None = None


class Wallet(Struct, kw_only=True):
    """A wallet for contracts settled in one currency."""

    balance: Decimal
    name: str | None = None
    pair: str | None = None
    unit: str | None = None
    portfolio_value: Estimate | None = None
    maintenance_margin: Estimate | None = None
    initial_margin: Estimate | None = None
    available: Estimate | None = None
    unrealized_funding: Estimate | None = None
    pnl: Estimate | None = None

    def __post_init__(self) -> None:
        check_counted(self)


class Collateral(Struct, kw_only=True):
    """A currency of the wallet that linear contracts draw on."""

    quantity: Decimal
    value: Estimate | None = None
    collateral_value: Estimate | None = None
    available: Estimate | None = None
    haircut: Estimate | None = None
    conversion_spread: Estimate | None = None

    def __post_init__(self) -> None:
        check_counted(self)


class FlexWallet(Struct, kw_only=True):
    """The wallet that linear contracts draw on. How it is split between isolated and cross positions is not decoded."""

    currencies: dict[str, Collateral] = {}
    balance_value: Estimate | None = None
    portfolio_value: Estimate | None = None
    collateral_value: Estimate | None = None
    initial_margin: Estimate | None = None
    initial_margin_without_orders: Estimate | None = None
    maintenance_margin: Estimate | None = None
    pnl: Estimate | None = None
    unrealized_funding: Estimate | None = None
    total_unrealized: Estimate | None = None
    total_unrealized_as_margin: Estimate | None = None
    margin_equity: Estimate | None = None
    available_margin: Estimate | None = None


class BalancesSnapshot(Struct, tag_field="feed", tag="balances_snapshot", kw_only=True):
    """All wallets."""

    timestamp: Time
    seq: Number
    account: str | None = None
    holding: dict[str, Decimal] | None = None
    futures: dict[str, Wallet] | None = None
    flex_futures: FlexWallet | None = None

    def __post_init__(self) -> None:
        check_counted(self)


class Balances(Struct, tag_field="feed", tag="balances", kw_only=True):
    """The wallets that have changed; one that is None has not."""

    timestamp: Time
    seq: Number
    account: str | None = None
    holding: dict[str, Decimal] | None = None
    futures: dict[str, Wallet] | None = None
    flex_futures: FlexWallet | None = None

    def __post_init__(self) -> None:
        check_counted(self)


class LogEntry(Struct, kw_only=True):
    """A booking: one balance changed. A trade makes two, one of the position (`asset` is `contract`) and one of money.

    `realized_pnl` is before the fee: the change of a money balance is realized_pnl - fee + realized_funding.
    """

    id: Number
    date: Moment
    asset: str
    info: str
    booking_uid: str
    margin_account: str
    old_balance: Decimal
    new_balance: Decimal
    contract: str | None = None
    execution: str | None = None
    collateral: str | None = None
    old_average_entry_price: Decimal | None = None
    new_average_entry_price: Decimal | None = None
    trade_price: Decimal | None = None
    mark_price: Decimal | None = None
    realized_pnl: Decimal | None = None
    fee: Decimal | None = None
    funding_rate: Decimal | None = None
    realized_funding: Decimal | None = None
    conversion_spread_percentage: Decimal | None = None
    liquidation_fee: Decimal | None = None

    def __post_init__(self) -> None:
        check_counted(self)


class AccountLogSnapshot(Struct, tag_field="feed", tag="account_log_snapshot"):
    """The last bookings, newest first."""

    logs: list[LogEntry]


class AccountLogUpdate(Struct, tag_field="feed", tag="account_log"):
    """A new booking."""

    new_entry: LogEntry


class Notification(Struct, kw_only=True):
    """What the venue wants to be known; `effective_time` is when it begins."""

    type: str
    priority: str
    note: str
    id: Number | None = None
    effective_time: Time | None = None


class Notifications(Struct, tag_field="feed", tag="notifications_auth"):
    """What the venue wants its customers to know."""

    notifications: list[Notification]


OpenOrdersMessage: TypeAlias = OpenOrdersSnapshot | OpenOrdersVerboseSnapshot | OpenOrderUpdate | OpenOrderVerboseUpdate
AccountMessage: TypeAlias = (
    OpenPositions | BalancesSnapshot | Balances | AccountLogSnapshot | AccountLogUpdate | Notifications
)
PrivateFeedMessage: TypeAlias = OpenOrdersMessage | FillsSnapshot | Fills | AccountMessage | Heartbeat
PrivateMessage: TypeAlias = PrivateFeedMessage | EventMessage

_decode_feed: Callable[[bytes], PrivateFeedMessage] = msgspec.json.Decoder(PrivateFeedMessage).decode
_decode_event: Callable[[bytes], EventMessage] = msgspec.json.Decoder(EventMessage).decode


def parse_private(raw: bytes) -> PrivateMessage | Rejected:
    """The message of a frame; what cannot be understood is `Rejected`, never an exception."""
    try:
        return _decode_feed(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        problem = str(error)
    try:
        return _decode_event(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # A frame without "event" is a feed's: then the first problem is the one to tell.
        reason = problem if "`event`" in str(error) else str(error)
        # What the venue says to a subscription repeats the key: it is not for the log.
        return Rejected(reason, raw.partition(b'"api_key"')[0][:_SHOWN].decode(errors="replace"))
