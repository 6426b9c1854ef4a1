"""Which feed a venue's name stands for."""

import asyncio

import pytest

from edgeproof.adapters.ccxt.feed import CcxtFeed
from edgeproof.bootstrap.live import open_feed
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import MINUTE

BTC = parse_instrument("BTC/USDT:USDT")


def test_feed_of_a_venue_that_ccxt_knows_is_one_over_ccxt() -> None:
    feed = open_feed("bybit", None, [BTC], [MINUTE])
    assert isinstance(feed, CcxtFeed)
    asyncio.run(feed.close())


def test_feed_of_an_unknown_venue_names_the_nearest() -> None:
    with pytest.raises(InputError, match=r'expected a venue, found "krakn"; did you mean kraken'):
        open_feed("krakn", None, [BTC], [MINUTE])


def test_feed_of_a_ccxt_venue_with_an_address_is_refused() -> None:
    with pytest.raises(InputError, match="expected --url with the venues kraken and replica only"):
        open_feed("bybit", "http://127.0.0.1:1", [BTC], [MINUTE])
