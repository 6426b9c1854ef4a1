"""The ccxt adapter over a hand-made exchange: paging, clocks, names, and what ccxt raises."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest
from ccxt.base.decimal_to_precision import DECIMAL_PLACES, SIGNIFICANT_DIGITS, TICK_SIZE
from ccxt.base.errors import BadSymbol, ExchangeNotAvailable, RateLimitExceeded

from edgeproof.adapters.ccxt.exchanges import open_exchange
from edgeproof.adapters.ccxt.history import CcxtHistory
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE, format_time, parse_time

BTC = parse_instrument("BTC/USDT:USDT")
START = parse_time("2026-09-01")
NOW = START + 100 * MINUTE + 30_000

T = TypeVar("T")


def market(symbol: str = "BTC/USDT:USDT", **changes: Any) -> dict[str, Any]:
    base, _, quote = symbol.partition("/")
    row = {"id": f"{base}{quote[:4]}", "symbol": symbol, "swap": True, "linear": True, "active": True}
    return row | {"precision": {"price": 0.1, "amount": 0.001}, "contractSize": 1.0, "created": START} | changes


class Exchange:
    """As much of a ccxt exchange as is asked of one."""

    id = "elsewhere"
    precisionMode = TICK_SIZE
    timeframes = {"1m": "1", "1h": "60"}

    def __init__(
        self, *markets: dict[str, Any], minutes: frozenset[int] = frozenset(range(101)), most: int = 30
    ) -> None:
        self.markets = {each["symbol"]: each for each in markets or (market(),)}
        self.options: dict[str, Any] = {}
        self.has: dict[str, Any] = {"fetchTime": True, "fetchFundingRateHistory": True}
        self.last_json_response: Any = {}
        self.last_response_headers: dict[str, str] = {}
        self.minutes = minutes
        self.most = 30
        self.rates: list[tuple[Any, Any]] = [(START + hour * HOUR + 3, hour / 1e5) for hour in range(8)]
        self.raises: Exception | None = None
        self.rows: Any = None
        self.is_closed = False

    async def load_markets(self, _reload: bool) -> dict[str, Any]:
        return self.markets

    async def fetch_time(self) -> int:
        return NOW

    async def fetch_ticker(self, symbol: str) -> dict[str, Any]:
        assert symbol in self.markets
        return {}

    def feature_value(self, _symbol: str, method: str, what: str, _otherwise: int) -> int:
        assert (method, what) == ("fetchOHLCV", "limit")
        return self.most

    async def fetch_ohlcv(self, symbol: str, timeframe: str, since: int, limit: int) -> Any:
        assert (symbol, timeframe) == ("BTC/USDT:USDT", "1m")
        if self.raises is not None:
            raise self.raises
        if self.rows is not None:
            return self.rows
        wanted = range((since - START) // MINUTE, (since - START) // MINUTE + limit)
        return [[START + at * MINUTE, 1.0, 3.0, 1.0, 2.0, 0.5] for at in wanted if at in self.minutes]

    async def fetch_funding_rate_history(self, _symbol: str, since: int) -> list[dict[str, Any]]:
        newer = [(time, rate) for time, rate in self.rates if not isinstance(time, int) or time >= since]
        return [{"timestamp": time, "fundingRate": rate} for time, rate in newer[:3]]

    async def close(self) -> None:
        self.is_closed = True


def run(exchange: Exchange, ask: Callable[[CcxtHistory], Coroutine[Any, Any, T]]) -> T:
    async def asked() -> T:
        history = CcxtHistory(exchange)
        try:
            return await ask(history)
        finally:
            await history.close()

    return asyncio.run(asked())


def candles(exchange: Exchange, start: int = START, end: int = NOW, timeframe: int = MINUTE) -> list[Candles]:
    async def collect(history: CcxtHistory) -> list[Candles]:
        return [page async for page in history.candles(BTC, timeframe, start, end)]

    return run(exchange, collect)


def minutes_of(pages: list[Candles]) -> list[int]:
    return [int(time - START) // MINUTE for page in pages for time in page.open_time]


def funding(exchange: Exchange, start: int = START) -> Funding:
    return run(exchange, lambda history: history.funding(BTC, start))


def test_candles_come_page_by_page_without_the_forming_one() -> None:
    pages = candles(Exchange())
    assert [len(page) for page in pages] == [30, 30, 30, 10]
    assert minutes_of(pages) == list(range(100))


def test_candles_after_a_hole_longer_than_a_page_are_found() -> None:
    present = frozenset({0, 1, 80, 99})
    assert minutes_of(candles(Exchange(minutes=present))) == [0, 1, 80, 99]


def test_candles_between_times_off_the_grid_lie_within() -> None:
    assert minutes_of(candles(Exchange(), START + 1, START + 5 * MINUTE - 1)) == [1, 2, 3]


def test_candles_of_a_timeframe_the_venue_has_not_name_those_it_has() -> None:
    with pytest.raises(InputError, match=r"elsewhere \(1m, 1h\), found 5m"):
        candles(Exchange(), timeframe=5 * MINUTE)


@pytest.mark.parametrize(
    "rows",
    [
        [[START, 1, 3, 1, 2]],
        [[START, None, 3, 1, 2, 1]],
        [[START, 1, 3, 2, 2, 1]],
        [[START, 1, 1.5, 1, 2, 1]],
        [[START, 1, 3, 1, 2, -1]],
        [[START, 1, 3, 1, float("nan"), 1]],
        [[START + 1, 1, 3, 1, 2, 1]],
        [[START, 1, 3, 1, 2, 1], [START, 1, 3, 1, 2, 1]],
    ],
)
def test_candles_that_cannot_be_are_refused(rows: list[Any]) -> None:
    exchange = Exchange()
    exchange.rows = rows
    with pytest.raises(VenueError, match="elsewhere: expected .*found") as caught:
        candles(exchange)
    assert not caught.value.is_passing


@pytest.mark.parametrize(
    ("raised", "is_passing"),
    [
        (ExchangeNotAvailable("elsewhere GET nothing"), True),
        (RateLimitExceeded("elsewhere slow down"), True),
        (BadSymbol("elsewhere no such thing"), False),
        (KeyError("result"), True),
    ],
)
def test_errors_of_ccxt_become_errors_of_the_venue(raised: Exception, is_passing: bool) -> None:
    exchange = Exchange()
    exchange.raises = raised
    with pytest.raises(VenueError, match="elsewhere") as caught:
        candles(exchange)
    assert caught.value.is_passing is is_passing
    assert exchange.is_closed


def test_an_answer_that_is_no_json_is_an_error_and_not_an_empty_page() -> None:
    exchange = Exchange()
    exchange.rows, exchange.last_json_response = [], None
    with pytest.raises(VenueError, match="cannot be understood"):
        candles(exchange)


def test_funding_comes_over_several_pages_on_the_whole_minute_up_to_now() -> None:
    found = funding(Exchange(), START + HOUR)
    assert found.time.tolist() == [START + HOUR]
    exchange = Exchange()
    exchange.rates = [(START - hour * HOUR + 3, hour / 1e5) for hour in range(8, 0, -1)]
    found = funding(exchange, START - 8 * HOUR)
    assert found.time.tolist() == [START - hour * HOUR for hour in range(8, 0, -1)]
    assert found.rate[0] == 8e-5


@pytest.mark.parametrize("rates", [[(START, None)], [(None, 1e-5)], [(START, 1e-5), (START + 1, 2e-5)]])
def test_funding_that_cannot_be_is_refused(rates: list[tuple[Any, Any]]) -> None:
    exchange = Exchange()
    exchange.rates = rates
    with pytest.raises(VenueError, match="expected"):
        funding(exchange)


def test_funding_of_a_venue_without_its_history_is_an_error() -> None:
    exchange = Exchange()
    exchange.has["fetchFundingRateHistory"] = False
    with pytest.raises(VenueError, match="no history of funding rates"):
        funding(exchange)


def test_instruments_are_the_active_linear_swaps_by_name() -> None:
    exchange = Exchange(
        market("ETH/USDT:USDT", contractSize=0.1, created=None),
        market(),
        market("BTC/USD:BTC", linear=False),
        market("BTC/USDT", swap=False),
        market("OLD/USDT:USDT", active=False),
        market("BTC/USDT:USDT-261225"),
    )
    rules = run(exchange, lambda history: history.instruments())
    assert [each.instrument.unified for each in rules] == ["BTC/USDT:USDT", "ETH/USDT:USDT"]
    assert (rules[0].tick_size, rules[0].lot_size, rules[0].opened) == (0.1, 0.001, START)
    assert rules[1].lot_size == pytest.approx(0.0001)
    assert rules[1].opened is None


@pytest.mark.parametrize(
    ("limits", "margin"),
    [
        ({"limits": {"leverage": {"min": 1, "max": 50}}}, 0.02),
        ({"limits": {"leverage": {"min": None, "max": None}}}, None),
        ({"limits": {"leverage": {"max": 0}}}, None),
        ({"limits": None}, None),
        ({}, None),
    ],
)
def test_instrument_margin_is_one_part_of_the_highest_leverage_where_the_market_says_it(
    limits: dict[str, Any], margin: float | None
) -> None:
    (rules,) = run(Exchange(market(**limits)), lambda history: history.instruments())
    assert rules.initial_margin_fraction == margin


@pytest.mark.parametrize(("mode", "tick"), [(DECIMAL_PLACES, 0.01), (SIGNIFICANT_DIGITS, float("nan"))])
def test_instruments_say_steps_as_far_as_the_venue_does(mode: int, tick: float) -> None:
    exchange = Exchange(market(precision={"price": 2, "amount": 3}))
    exchange.precisionMode = mode
    (rules,) = run(exchange, lambda history: history.instruments())
    assert rules.tick_size == pytest.approx(tick, nan_ok=True)


def test_time_of_a_venue_without_a_clock_is_that_of_its_answers() -> None:
    exchange = Exchange()
    exchange.has["fetchTime"] = None
    exchange.last_json_response = {"serverTime": format_time(NOW + 1)}
    exchange.last_response_headers = {"Date": "Tue, 01 Sep 2026 00:00:05 GMT"}
    assert run(exchange, lambda history: history.time()) == NOW + 1
    exchange.last_json_response = {}
    assert run(exchange, lambda history: history.time()) == START + 5_000
    exchange.last_response_headers = {}
    with pytest.raises(VenueError, match="tell the time"):
        run(exchange, lambda history: history.time())


def test_an_instrument_that_is_not_listed_is_an_error() -> None:
    with pytest.raises(VenueError, match="lists no linear perpetual ETH/USD:USD"):
        run(Exchange(), lambda history: history.funding(parse_instrument("ETH/USD:USD"), START))


def test_a_venue_that_ccxt_knows_is_opened_without_asking_it_anything() -> None:
    exchange = open_exchange("krakenfutures")
    history = CcxtHistory(exchange)
    assert history.name == "krakenfutures"
    asyncio.run(history.close())


def test_a_venue_can_be_opened_to_watch_it() -> None:
    exchange = open_exchange("krakenfutures", part="pro")
    assert exchange.has["watchTrades"]
    asyncio.run(exchange.close())


def test_a_venue_that_is_like_no_other_is_refused_with_the_list() -> None:
    with pytest.raises(InputError, match=r'found "zzzzzz"; known are kraken, .*bybit'):
        open_exchange("zzzzzz", besides=("kraken",))
