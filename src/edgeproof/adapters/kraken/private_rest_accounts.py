"""Kraken Futures' private REST replies about the account, as typed messages: wallets, positions, bookings, leverage.

Bytes in, messages out, or a `VenueError` that says what is wrong and where. Orders are read by
`private_rest_messages.py`.
"""

from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct

from edgeproof.adapters.kraken.counted import check_counted
from edgeproof.adapters.kraken.private_messages import LogEntry
from edgeproof.adapters.kraken.replies import Moment, Reply, read_reply


class CashAccount(Struct, tag="cashAccount"):
    """Money that no contract draws on, by currency."""

    balances: dict[str, Decimal]

    def __post_init__(self) -> None:
        check_counted(self)


class MarginAccount(Struct, tag="marginAccount", rename="camel", kw_only=True):
    """A wallet for contracts settled in one currency; within: im, mm, lt, tt (margins), af (available), pv (value)."""

    currency: str
    balances: dict[str, Decimal]
    auxiliary: dict[str, Decimal] = {}
    margin_requirements: dict[str, Decimal] = {}
    trigger_estimates: dict[str, Decimal] = {}

    def __post_init__(self) -> None:
        check_counted(self)


class FlexCurrency(Struct, rename="camel", kw_only=True):
    """A currency of the wallet that linear contracts draw on; older replies say `collateralValue` for `collateral`."""

    quantity: Decimal
    value: Decimal
    available: Decimal
    collateral: Decimal | None = None
    collateral_value: Decimal | None = None

    def __post_init__(self) -> None:
        check_counted(self)
        if self.collateral is None:
            self.collateral = self.collateral_value


class FlexAccount(Struct, tag="multiCollateralMarginAccount", rename="camel", kw_only=True):
    """The wallet that linear contracts draw on."""

    currencies: dict[str, FlexCurrency]
    balance_value: Decimal
    portfolio_value: Decimal
    collateral_value: Decimal
    initial_margin: Decimal
    maintenance_margin: Decimal
    margin_equity: Decimal
    available_margin: Decimal
    initial_margin_with_orders: Decimal | None = None
    pnl: Decimal | None = None
    unrealized_funding: Decimal | None = None
    total_unrealized: Decimal | None = None
    total_unrealized_as_margin: Decimal | None = None

    def __post_init__(self) -> None:
        check_counted(self)


Account: TypeAlias = CashAccount | MarginAccount | FlexAccount


class Position(Struct, rename="camel", kw_only=True):
    """An open position; `price` is the average entry, `max_fixed_leverage` is there when it is isolated."""

    side: Literal["long", "short"]
    symbol: str
    price: Decimal
    size: Decimal
    fill_time: Moment | None = None
    unrealized_funding: Decimal | None = None
    unrealized_pnl: Decimal | None = None
    pnl_currency: str | None = None
    max_fixed_leverage: Decimal | None = None

    def __post_init__(self) -> None:
        check_counted(self, positive=("price", "size"), not_negative=("max_fixed_leverage",))


class LeveragePreference(Struct, rename="camel"):
    """The leverage that makes a contract isolated."""

    symbol: str
    max_leverage: Decimal

    def __post_init__(self) -> None:
        check_counted(self, positive=("max_leverage",))


class PnlPreference(Struct, rename="camel"):
    """The currency in which the profit of a contract is paid."""

    symbol: str
    pnl_currency: str


class Announcement(Struct, rename="camel"):
    """What the venue wants to be known; `effective_time` is when it begins."""

    type: str
    priority: str
    note: str
    effective_time: Moment | None = None


class _Accounts(Reply, kw_only=True):
    accounts: dict[str, Account]


class _Positions(Reply, rename="camel", kw_only=True):
    open_positions: list[Position]


class _Leverages(Reply, rename="camel", kw_only=True):
    leverage_preferences: list[LeveragePreference]


class _Preferences(Reply, kw_only=True):
    preferences: list[PnlPreference]


class _Strategy(Reply, kw_only=True):
    strategy: str


class _Announcements(Reply, kw_only=True):
    notifications: list[Announcement]


class _Log(Reply, kw_only=True):
    logs: list[LogEntry]


def parse_accounts(body: bytes) -> dict[str, Account]:
    """The accounts by name; the one that linear contracts draw on is "flex"."""
    return read_reply(body, _Accounts).accounts


def parse_open_positions(body: bytes) -> tuple[Position, ...]:
    """The open positions: a contract that is missing is flat."""
    return tuple(read_reply(body, _Positions).open_positions)


def parse_leverage_preferences(body: bytes) -> tuple[LeveragePreference, ...]:
    """The contracts that are isolated, each with its leverage."""
    return tuple(read_reply(body, _Leverages).leverage_preferences)


def parse_account_log(body: bytes) -> tuple[LogEntry, ...]:
    """The bookings of a page, in its order."""
    return tuple(read_reply(body, _Log).logs)


def parse_pnl_preferences(body: bytes) -> tuple[PnlPreference, ...]:
    """The contracts whose profit is not paid in the currency that is usual."""
    return tuple(read_reply(body, _Preferences).preferences)


def parse_self_trade_strategy(body: bytes) -> str:
    """What happens when our orders would meet each other, in the venue's word."""
    return read_reply(body, _Strategy).strategy


def parse_announcements(body: bytes) -> tuple[Announcement, ...]:
    """What the venue wants its customers to know."""
    return tuple(read_reply(body, _Announcements).notifications)
