"""Kraken Futures' REST replies about the state of the market and its fees, as typed messages.

The feed takes the market from the websocket; this is for a look from outside. Numbers are decimals: by endpoint and by
year the venue writes them as numbers or as text.
"""

from decimal import Decimal

from msgspec import Struct, field

from edgeproof.adapters.kraken.counted import check_counted
from edgeproof.adapters.kraken.replies import Moment, Reply, read_reply
from edgeproof.core.model.errors import VenueError


class MarketState(Struct, rename="camel", kw_only=True):
    """The state of a product, or the last value of an index, which has little more."""

    symbol: str
    last: Decimal | None = None
    last_time: Moment | None = None
    last_size: Decimal | None = None
    bid: Decimal | None = None
    bid_size: Decimal | None = None
    ask: Decimal | None = None
    ask_size: Decimal | None = None
    mark_price: Decimal | None = None
    index_price: Decimal | None = None
    open_interest: Decimal | None = None
    funding_rate: Decimal | None = None
    funding_rate_prediction: Decimal | None = None
    suspended: bool = False
    post_only: bool = False

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("bid_size", "ask_size", "last_size", "open_interest"))


class BookLevel(Struct, array_like=True):
    """One price of a book and what is offered at it."""

    price: Decimal
    quantity: Decimal

    def __post_init__(self) -> None:
        check_counted(self, positive=("price",), not_negative=("quantity",))


class RestBook(Struct):
    """The whole book of a product; it has no number, so no change can be joined to it."""

    bids: list[BookLevel]
    asks: list[BookLevel]


class InstrumentStatus(Struct, rename="camel", kw_only=True):
    """Whether a product is out of its usual bounds; `tradeable` is its symbol."""

    tradeable: str
    experiencing_dislocation: bool | None = None
    is_experiencing_dislocation: bool | None = None
    experiencing_extreme_volatility: bool | None = None
    is_experiencing_extreme_volatility: bool | None = None
    price_dislocation_direction: str | None = None
    extreme_volatility_initial_margin_multiplier: Decimal | None = None

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("extreme_volatility_initial_margin_multiplier",))
        if self.experiencing_dislocation is None:
            self.experiencing_dislocation = self.is_experiencing_dislocation
        if self.experiencing_extreme_volatility is None:
            self.experiencing_extreme_volatility = self.is_experiencing_extreme_volatility


class FeeTier(Struct, rename="camel"):
    """Fees in percent from a volume of thirty days on."""

    maker_fee: Decimal
    taker_fee: Decimal
    usd_volume: Decimal

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("usd_volume",))


class FeeSchedule(Struct):
    """The tiers of a schedule, by volume."""

    name: str
    tiers: list[FeeTier]
    uid: str | None = None


class _States(Reply, kw_only=True):
    tickers: list[MarketState] | None = None
    ticker: MarketState | None = None


class _Book(Reply, rename="camel", kw_only=True):
    order_book: RestBook


class _Statuses(Reply, rename="camel", kw_only=True):
    instrument_status: list[InstrumentStatus]


class _Schedules(Reply, rename="camel", kw_only=True):
    fee_schedules: list[FeeSchedule]


class _Volumes(Reply, kw_only=True):
    volumes: dict[str, Decimal] = field(name="volumesByFeeSchedule")

    def __post_init__(self) -> None:
        check_counted(self, not_negative=("volumes",))


def parse_market_states(body: bytes) -> tuple[MarketState, ...]:
    """The state of all products, or of the one that was asked for."""
    told = read_reply(body, _States)
    if told.tickers is not None:
        return tuple(told.tickers)
    if told.ticker is None:
        raise VenueError("expected `tickers` or a `ticker`, found neither", is_passing=False)
    return (told.ticker,)


def parse_book(body: bytes) -> RestBook:
    """The book of a product."""
    return read_reply(body, _Book).order_book


def parse_instrument_statuses(body: bytes) -> tuple[InstrumentStatus, ...]:
    """Which products are out of their usual bounds."""
    return tuple(read_reply(body, _Statuses).instrument_status)


def parse_fee_schedules(body: bytes) -> tuple[FeeSchedule, ...]:
    """The schedules of fees; instruments name theirs."""
    return tuple(read_reply(body, _Schedules).fee_schedules)


def parse_fee_volumes(body: bytes) -> dict[str, Decimal]:
    """Our volume of thirty days in dollars, by schedule."""
    return read_reply(body, _Volumes).volumes
