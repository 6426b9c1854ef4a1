"""A recorded day through the whole wire: what a client makes of the trades is what was recorded, to the bit."""

from collections.abc import Iterator

import numpy as np
import pytest

from edgeproof.core.candles.aggregate import aggregate
from edgeproof.core.model.candle import COLUMNS, Candles
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.market import MarketTrades
from edgeproof.core.model.time import DAY, MINUTE
from tests.support.recorded import recorded_candles
from tests.support.replica import market_of, replica_of, without_funding
from tests.support.talk import Message, of_feed, subscribe, talk, until_time

DAYS = {name: f"binance_perp_{name}USDT_1m_2025-05_2025-06" for name in ("BTC", "ETH")}


@pytest.fixture(scope="module")
def recorded() -> dict[str, Candles]:
    return {name: recorded_candles(file)[: DAY // MINUTE] for name, file in DAYS.items()}


@pytest.fixture(scope="module", params=[4, 24], ids=lambda n: f"{n} trades a minute")
def heard(recorded: dict[str, Candles], request: pytest.FixtureRequest) -> Iterator[list[Message]]:
    history = without_funding({parse_instrument(f"{each}/USD:USD"): one for each, one in recorded.items()})
    market = market_of(history, trades_per_minute=request.param)
    end = max(int(candles.close_time[-1]) for candles in recorded.values())
    with replica_of(market) as served:
        yield talk(served, subscribe("heartbeat"), subscribe("trade", "PF_XBTUSD", "PF_ETHUSD"), until=until_time(end))


@pytest.mark.parametrize(("name", "symbol"), [("BTC", "PF_XBTUSD"), ("ETH", "PF_ETHUSD")])
def test_recorded_day_over_the_websocket_is_the_recorded_day(
    recorded: dict[str, Candles], heard: list[Message], name: str, symbol: str
) -> None:
    rows = [each for each in of_feed(heard, "trade") if each["product_id"] == symbol]
    trades = MarketTrades(
        time=np.array([each["time"] for each in rows]),
        price=np.array([each["price"] for each in rows]),
        size=np.array([each["qty"] for each in rows]),
        side=np.array([{"buy": 1, "sell": -1}[each["side"]] for each in rows], np.int8),
        trade_id=np.array([each["uid"] for each in rows]),
    )
    found, expected = aggregate(trades, MINUTE), recorded[name][1:-1]
    for column in ("open_time", *COLUMNS):
        assert np.array_equal(getattr(found, column), getattr(expected, column))
