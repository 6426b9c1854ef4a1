"""The websocket's messages: bytes to typed messages, and messages to facts. Pure.

Every message is one of `Message`, or a `Rejected` that says why. Which fields are always there, which are left out
and what they mean is written down in the venue's documentation (Derivatives websocket v1) and seen in recordings; what
nobody reads here is not decoded.
"""

from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from edgeproof.core.model.event import MarketTrade, Quote
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import HOUR

Price = Annotated[float, Meta(gt=0, lt=1e15)]
Size = Annotated[float, Meta(ge=0, lt=1e18)]
Time = Annotated[int, Meta(gt=0, lt=1 << 53)]
Number = Annotated[int, Meta(ge=0, lt=1 << 62)]
Side = Literal["buy", "sell"]

DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError)

_SIDES = {"buy": 1, "sell": -1}
_SHOWN = 120


class Trade(Struct, tag_field="feed", tag="trade", gc=False, rename={"size": "qty"}):
    """A trade between others. Its `seq` names it: the `uid` is a second name, which is not decoded."""

    product_id: str
    side: Side
    seq: Number
    time: Time
    size: Size
    price: Price


class TradeSnapshot(Struct, tag_field="feed", tag="trade_snapshot"):
    """The last trades, newest first."""

    product_id: str
    trades: list[Trade]


class Ticker(Struct, tag_field="feed", tag="ticker", rename={"open_interest": "openInterest", "mark": "markPrice"}):
    """The state of a product, about once a second; funding fields that are zero are left out."""

    product_id: str
    time: Time
    bid: float | None = None
    ask: float | None = None
    bid_size: float | None = None
    ask_size: float | None = None
    last: float | None = None
    mark: float | None = None
    index: float | None = None
    open_interest: float | None = None
    relative_funding_rate: float = 0.0
    relative_funding_rate_prediction: float = 0.0
    next_funding_rate_time: Time | None = None
    suspended: bool = False
    post_only: bool = False


class TickerLite(Struct, tag_field="feed", tag="ticker_lite"):
    """The best prices of a product, when something has changed."""

    product_id: str
    bid: float | None = None
    ask: float | None = None


class Level(Struct, gc=False):
    """One price of a book and what is offered at it."""

    price: Price
    qty: Size


class BookSnapshot(Struct, tag_field="feed", tag="book_snapshot"):
    """The whole book of a product; the changes that follow have the next numbers."""

    product_id: str
    timestamp: Time
    seq: Number
    bids: list[Level]
    asks: list[Level]


class BookChange(Struct, tag_field="feed", tag="book", gc=False):
    """The new quantity at one price; 0 takes the level away."""

    product_id: str
    side: Side
    seq: Number
    price: Price
    qty: Size
    timestamp: Time


class Heartbeat(Struct, tag_field="feed", tag="heartbeat", gc=False):
    """The venue's clock."""

    time: Time


class Info(Struct, tag_field="event", tag="info"):
    """The first message of a connection."""

    version: int


class Subscribed(Struct, tag_field="event", tag="subscribed"):
    """A feed was subscribed to, product by product."""

    feed: str
    product_ids: list[str] = []


class Unsubscribed(Struct, tag_field="event", tag="unsubscribed"):
    """A feed was given up."""

    feed: str
    product_ids: list[str] = []


class Alert(Struct, tag_field="event", tag="alert"):
    """The venue has something to say; it names neither feed nor product."""

    message: str = ""


class Error(Struct, tag_field="event", tag="error"):
    """The venue did not understand; it names neither feed nor product."""

    message: str = ""


class Challenge(Struct, tag_field="event", tag="challenge"):
    """What has to be signed for the private feeds of this connection."""

    message: str


class Pong(Struct, tag_field="event", tag="pong"):
    """An answer to a ping in words."""


class Rejected(Struct):
    """A message that is none of these: why, and how it begins."""

    reason: str
    text: str


FeedMessage: TypeAlias = Trade | TradeSnapshot | Ticker | TickerLite | BookSnapshot | BookChange | Heartbeat
EventMessage: TypeAlias = Info | Subscribed | Unsubscribed | Alert | Error | Challenge | Pong
Message: TypeAlias = FeedMessage | EventMessage | Rejected

decode_feed: Callable[[bytes], FeedMessage] = msgspec.json.Decoder(FeedMessage).decode
"""What `parse` tries first; raises where it does not succeed."""

_decode_event: Callable[[bytes], EventMessage] = msgspec.json.Decoder(EventMessage).decode


def parse(raw: bytes) -> Message:
    """The message of a frame; what cannot be understood is `Rejected`, never an exception."""
    try:
        return decode_feed(raw)
    except DECODE_ERRORS as error:
        problem = str(error)
    try:
        return _decode_event(raw)
    except DECODE_ERRORS as error:
        # A frame without "event" is a feed's: then the first problem is the one to tell.
        reason = problem if "`event`" in str(error) else str(error)
        return Rejected(reason, raw[:_SHOWN].decode(errors="replace"))


def to_trade(message: Trade, instrument: Instrument) -> MarketTrade:
    """A trade as a fact."""
    side = _SIDES[message.side]
    return MarketTrade(instrument, message.time, message.price, message.size, side, message.seq)


def to_quote(message: Ticker, instrument: Instrument) -> Quote:
    """A ticker as a fact; a perpetual's funding that is left out is zero."""
    next_time = message.next_funding_rate_time
    has_funding = next_time is not None
    return Quote(
        instrument=instrument,
        time=message.time,
        bid=_positive(message.bid),
        ask=_positive(message.ask),
        bid_size=message.bid_size,
        ask_size=message.ask_size,
        last=_positive(message.last),
        mark=_positive(message.mark),
        index=_positive(message.index),
        funding_rate=message.relative_funding_rate if has_funding else None,
        funding_time=next_time // HOUR * HOUR - HOUR if next_time is not None else None,
        next_funding_rate=message.relative_funding_rate_prediction if has_funding else None,
        suspended=message.suspended,
        post_only=message.post_only,
    )


def _positive(price: float | None) -> float | None:
    """A price; an empty side of the book is told as zero."""
    return price if price is not None and price > 0 else None


def subscribe(feed: str, product_ids: tuple[str, ...] = (), *, event: str = "subscribe") -> str:
    """The words that subscribe to a feed, or unsubscribe from it."""
    document: dict[str, object] = {"event": event, "feed": feed}
    if product_ids:
        document["product_ids"] = product_ids
    return msgspec.json.encode(document).decode()
