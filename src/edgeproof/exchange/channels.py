"""Channels: a feed of a product, as one number, so that a session finds its messages with one look-up."""

from typing import Final

TRADE, TICKER, TICKER_LITE, BOOK = "trade", "ticker", "ticker_lite", "book"
PRODUCT_FEEDS: Final = (TRADE, TICKER, TICKER_LITE, BOOK)
HEARTBEAT_FEED: Final = "heartbeat"
HEARTBEAT: Final = -1
NOTICES: Final = -2
PRIVATE_FEEDS: Final = (
    "fills",
    "open_orders",
    "open_orders_verbose",
    "open_positions",
    "balances",
    "account_log",
    "notifications_auth",
)

Outgoing = tuple[int, bytes]
"""A channel and a frame for it."""


def channel(feed: str, number: int) -> int:
    """The channel of a public feed of the product of a number."""
    return number * len(PRODUCT_FEEDS) + PRODUCT_FEEDS.index(feed)


def is_trade(number: int) -> bool:
    """Whether a channel is one of trades."""
    return number >= 0 and number % len(PRODUCT_FEEDS) == 0
