"""Channels: a feed of a product, as one number, so that a session finds its messages with one look-up."""

from typing import Final

TRADE, TICKER, TICKER_LITE, BOOK = "trade", "ticker", "ticker_lite", "book"
PRODUCT_FEEDS: Final = (TRADE, TICKER, TICKER_LITE, BOOK)
HEARTBEAT_FEED: Final = "heartbeat"
HEARTBEAT: Final = -1
NOTICES: Final = -2
NOTICES_FEED: Final = "notifications_auth"
PRIVATE_FEEDS: Final = (
    "fills",
    "open_orders",
    "open_orders_verbose",
    "open_positions",
    "balances",
    "account_log",
    NOTICES_FEED,
)

Outgoing = tuple[int, bytes, int]
"""A channel, a frame for it, and the number the message has on its channel (0 where it has none)."""


def channel(feed: str, number: int) -> int:
    """The channel of a public feed of the product of a number."""
    return number * len(PRODUCT_FEEDS) + PRODUCT_FEEDS.index(feed)


def feed_of(number: int) -> str:
    """The feed of a channel; empty where it is not one of products."""
    return PRODUCT_FEEDS[number % len(PRODUCT_FEEDS)] if number >= 0 else ""


def is_trade(number: int) -> bool:
    """Whether a channel is one of trades."""
    return number >= 0 and number % len(PRODUCT_FEEDS) == 0
