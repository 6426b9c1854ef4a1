"""Two clients that others wrote, unchanged: ccxt.pro and python-kraken-sdk."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import ccxt.pro
import pytest
from kraken.exceptions import KrakenAuthenticationError
from kraken.futures import Funding, Market, Trade, User

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.candle import Funding as Rates
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.exchange.auth import REPLICA_KEY, REPLICA_SECRET
from tests.support.recorded import recorded_candles, recorded_funding
from tests.support.replica import Served, market_of, replica_of

BTC = "BTC/USD:USD"
SYMBOL = "PF_XBTUSD"


@pytest.fixture(scope="module")
def history() -> tuple[Candles, Rates]:
    candles = recorded_candles("binance_perp_BTCUSDT_1m_2025-05_2025-06")[: 2 * DAY // MINUTE]
    rates = recorded_funding("hyperliquid_perp_BTC_funding")
    rows = (rates.time >= candles.open_time[0]) & (rates.time < candles.open_time[-1])
    return candles, Rates(time=rates.time[rows], rate=rates.rate[rows])


@pytest.fixture(scope="module")
def served(history: tuple[Candles, Rates]) -> Iterator[Served]:
    market = market_of({parse_instrument(BTC): history})
    with replica_of(market, start=market.start // MINUTE * MINUTE + DAY, speed=60.0) as replica:
        yield replica


def with_ccxt(served: Served, ask: Callable[[Any], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        base = served.url
        urls = {
            "public": f"{base}/derivatives/api/",
            "private": f"{base}/derivatives/api/",
            "charts": f"{base}/api/charts/",
            "history": f"{base}/api/history/",
            "feeschedules": f"{base}/api/feeschedules/",
            "ws": served.websocket,
        }
        words = {"apiKey": REPLICA_KEY, "secret": REPLICA_SECRET, "enableRateLimit": False, "urls": {"api": urls}}
        exchange = ccxt.pro.krakenfutures(words)
        try:
            async with asyncio.timeout(20):
                return await ask(exchange)
        finally:
            await exchange.close()

    return asyncio.run(run())


def test_ccxt_loads_the_markets(served: Served) -> None:
    markets = with_ccxt(served, lambda exchange: exchange.load_markets())
    assert list(markets) == [BTC]
    assert markets[BTC]["precision"] == {"amount": 0.001, "price": 0.1}


def test_ccxt_fetches_the_candles_to_the_bit(served: Served, history: tuple[Candles, Rates]) -> None:
    candles, _ = history
    start = int(candles.open_time[0])
    rows = with_ccxt(served, lambda exchange: exchange.fetch_ohlcv(BTC, "1m", since=start, limit=1440))
    assert len(rows) == 1440
    for row, found in enumerate(rows):
        columns = (candles.open, candles.high, candles.low, candles.close, candles.volume)
        assert found == [int(candles.open_time[row]), *(float(column[row]) for column in columns)]


def test_ccxt_fetches_the_funding_rates(served: Served, history: tuple[Candles, Rates]) -> None:
    _, rates = history
    rows = with_ccxt(served, lambda exchange: exchange.fetch_funding_rate_history(BTC))
    expected = list(zip(rates.time.tolist(), rates.rate.tolist(), strict=True))[: len(rows)]
    assert [(row["timestamp"], row["fundingRate"]) for row in rows] == expected
    assert len(rows) >= DAY // HOUR


def test_ccxt_fetches_the_last_trades(served: Served) -> None:
    rows = with_ccxt(served, lambda exchange: exchange.fetch_trades(BTC, limit=50))
    assert len(rows) == 50
    assert {row["symbol"] for row in rows} == {BTC}


def test_ccxt_watches_trades_that_come(served: Served) -> None:
    async def watch(exchange: Any) -> list[Any]:
        await exchange.watch_trades(BTC)
        return list(await exchange.watch_trades(BTC))

    rows = with_ccxt(served, watch)
    assert rows[-1]["info"]["seq"] > 1440 * 4 - 8


def test_ccxt_watches_the_ticker(served: Served) -> None:
    info = with_ccxt(served, lambda exchange: exchange.watch_ticker(BTC))["info"]
    assert info["product_id"] == SYMBOL
    assert info["next_funding_rate_time"] % HOUR == 0


def test_ccxt_watches_the_book(served: Served) -> None:
    async def watch(exchange: Any) -> Any:
        await exchange.watch_order_book(BTC)
        return await exchange.watch_order_book(BTC)

    book = with_ccxt(served, watch)
    assert book["bids"][0][0] < book["asks"][0][0]
    assert len(book["bids"]) == len(book["asks"]) == 25


def test_ccxt_signs_in_for_its_balance(served: Served) -> None:
    assert with_ccxt(served, lambda exchange: exchange.fetch_balance())["total"] == {}
    assert with_ccxt(served, lambda exchange: exchange.watch_balance())["info"]["feed"] == "balances_snapshot"


def test_kraken_sdk_reads_the_market(served: Served) -> None:
    market = Market(url=served.url)
    assert [row["symbol"] for row in market.get_instruments()["instruments"]] == [SYMBOL]
    assert market.get_tickers()["tickers"][0]["symbol"] == SYMBOL
    assert len(market.get_orderbook(SYMBOL)["orderBook"]["bids"]) == 25
    assert len(market.get_trade_history(SYMBOL)["history"]) == 100
    assert market.get_tick_types() == ["mark", "spot", "trade"]
    assert len(market.get_ohlc("trade", SYMBOL, "1h")["candles"]) >= 24


def test_kraken_sdk_reads_the_funding_rates(served: Served) -> None:
    assert len(Funding(url=served.url).get_historical_funding_rates(SYMBOL)["rates"]) >= DAY // HOUR


def test_kraken_sdk_signs_its_requests(served: Served) -> None:
    user = User(key=REPLICA_KEY, secret=REPLICA_SECRET, url=served.url)
    assert user.get_wallets()["accounts"]["flex"]["balanceValue"] == 0
    assert user.get_open_orders()["openOrders"] == []
    assert user.get_open_positions()["openPositions"] == []
    assert user.get_account_log(count=5, sort="asc")["logs"] == []
    assert (
        Trade(key=REPLICA_KEY, secret=REPLICA_SECRET, url=served.url).get_fills(
            lastFillTime="2025-05-01T00:00:00.000Z"
        )["fills"]
        == []
    )


def test_kraken_sdk_with_a_wrong_secret_is_refused(served: Served) -> None:
    with pytest.raises(KrakenAuthenticationError):
        User(key=REPLICA_KEY, secret="AAAA", url=served.url).get_wallets()
