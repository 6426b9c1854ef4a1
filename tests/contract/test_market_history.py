"""What every market history promises, asked of each one there is; the remote ones over a socket of loopback."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import numpy as np
import pytest

from edgeproof.adapters.ccxt.exchanges import open_exchange
from edgeproof.adapters.ccxt.history import CcxtHistory
from edgeproof.adapters.kraken.config import RestLimits
from edgeproof.adapters.kraken.rest import KrakenRest
from edgeproof.adapters.simulated.history import SimulatedHistory
from edgeproof.core.model.candle import COLUMNS, Candles
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE, parse_time
from edgeproof.exchange.options import Options, Pace
from edgeproof.exchange.replica import Replica
from edgeproof.exchange.server import bind
from edgeproof.exchange.server import serving as serving_replica
from edgeproof.ports import MarketHistory
from tests.support.candles import funding, walk
from tests.support.replica import market_of
from tests.support.venue import Venue, serving

BTC, ETH, SOL = (parse_instrument(f"{base}/USD:USD") for base in ("BTC", "ETH", "SOL"))
START = parse_time("2026-09-01")
MINUTES = 5_000
NOW = START + 4_500 * MINUTE + 30_000
WALK = walk(MINUTES, seed=4, start=START)
WHOLE = Candles(
    timeframe=MINUTE,
    open_time=WALK.open_time,
    volume=np.round(WALK.volume, 2) + 0.01,  # each minute has a trade, so that a replica can replay it
    filled=WALK.filled,
    **{name: np.round(getattr(WALK, name), 2) for name in ("open", "high", "low", "close")},
)
KEPT = np.setdiff1d(np.arange(MINUTES), [0, 5, 6, 1_999, 2_000, *range(2_100, 2_400), 4_499])
MARKET = Candles(timeframe=MINUTE, **{name: getattr(WHOLE, name)[KEPT] for name in ("open_time", *COLUMNS, "filled")})
HOURS = MINUTES // 60
RATES = funding([START + hour * HOUR for hour in range(HOURS)], [(hour - 40) / 1e6 for hour in range(HOURS)])

T = TypeVar("T")
Make = Callable[[], MarketHistory]


HISTORIES = {ETH: (WHOLE, RATES), BTC: (MARKET, RATES)}


@pytest.fixture(scope="module")
def venue() -> Iterator[str]:
    """The address of a venue that is a small script."""
    given = {each: candles for each, (candles, _) in HISTORIES.items()}
    with serving(Venue(candles=given, funding=dict.fromkeys(given, RATES), now=NOW)) as running:
        yield running.url


@pytest.fixture(scope="module")
def replica() -> Iterator[str]:
    """The address of a replica whose clock stands still."""
    options = Options(pace=Pace(start=NOW, end=NOW, speed=1.0), fill_quiet=False)
    with serving_replica(Replica(market_of(HISTORIES), options), bind("127.0.0.1", 0)) as url:
        yield url


@pytest.fixture(params=["kraken", "kraken-replica", "ccxt", "ccxt-replica", "simulated"])
def make(request: pytest.FixtureRequest, venue: str, replica: str) -> Make:
    """Make a history of the one market, as each of its adapters does."""
    name, _, remote = request.param.partition("-")
    url = replica if remote else venue
    if name == "simulated":
        return lambda: SimulatedHistory({ETH: WHOLE, BTC: MARKET}, {BTC: RATES, ETH: RATES}, now=NOW)
    if name == "kraken":
        quick = RestLimits(requests_per_second=1e6, burst=1_000, first_backoff=0.001)
        return lambda: KrakenRest(url, rng=np.random.default_rng(1), limits=quick)
    return lambda: CcxtHistory(krakenfutures(url))


def krakenfutures(url: str) -> Any:
    """ccxt's own client of Kraken Futures, pointed at a port of loopback."""
    exchange = open_exchange("krakenfutures")
    derivatives = {name: f"{url}/derivatives/api/" for name in ("public", "private")}
    exchange.urls["api"] = exchange.urls["api"] | derivatives | {"charts": f"{url}/api/charts/"}
    exchange.enableRateLimit = False
    exchange.timeout_on_exit = 0
    return exchange


def run(make: Make, ask: Callable[[MarketHistory], Coroutine[Any, Any, T]]) -> T:
    async def asked() -> T:
        history = make()
        try:
            return await ask(history)
        finally:
            await history.close()

    return asyncio.run(asked())


def pages(make: Make, start: int, end: int, timeframe: int = MINUTE) -> list[Candles]:
    async def collect(history: MarketHistory) -> list[Candles]:
        return [page async for page in history.candles(BTC, timeframe, start, end)]

    return run(make, collect)


def assert_is(found: list[Candles], expected: Candles) -> None:
    for name in ("open_time", *COLUMNS):
        joined = np.concatenate([getattr(page, name) for page in found]) if found else np.empty(0)
        np.testing.assert_array_equal(joined, getattr(expected, name), err_msg=name)
    assert not any(page.filled.any() for page in found)


def test_history_says_what_is_listed_by_name(make: Make) -> None:
    rules = run(make, lambda history: history.instruments())
    assert [each.instrument for each in rules] == [BTC, ETH]
    assert [each.venue_symbol for each in rules] == ["PF_XBTUSD", "PF_ETHUSD"]
    assert all(each.tick_size > 0 and each.lot_size > 0 and each.is_tradeable for each in rules)


def test_history_tells_the_time_of_the_venue(make: Make) -> None:
    assert run(make, lambda history: history.time()) == NOW


def test_candles_are_those_of_the_venue_to_the_bit_with_its_holes(make: Make) -> None:
    assert_is(pages(make, START, START + 4_000 * MINUTE), MARKET.between(START, START + 4_000 * MINUTE))


def test_candles_come_in_several_pages_none_of_them_empty(make: Make) -> None:
    found = pages(make, START, START + 4_400 * MINUTE)
    assert len(found) > 2
    assert all(len(page) for page in found)


def test_candles_up_to_now_leave_out_the_forming_one(make: Make) -> None:
    assert_is(pages(make, NOW - HOUR, NOW + HOUR), MARKET.between(NOW - HOUR, NOW))


def test_candles_between_times_off_the_grid_lie_within(make: Make) -> None:
    begin, finish = START + 20 * MINUTE + 1, START + 30 * MINUTE - 1
    assert_is(pages(make, begin, finish), MARKET.between(begin, finish))


@pytest.mark.parametrize(
    ("begin", "finish"),
    [(-100, 0), (2_100, 2_400), (10, 10), (20, 10), (4_500, 4_600), (6_000, 7_000)],
    ids=["before", "hole", "nothing", "reversed", "forming", "future"],
)
def test_candles_of_a_time_without_any_are_none(make: Make, begin: int, finish: int) -> None:
    assert pages(make, START + begin * MINUTE, START + finish * MINUTE) == []


def test_candles_of_a_timeframe_the_venue_has_not_are_refused(make: Make) -> None:
    with pytest.raises(InputError, match="expected a timeframe of .*found 7m"):
        pages(make, START, NOW, 7 * MINUTE)


def test_candles_of_an_instrument_that_is_not_listed_are_an_error(make: Make) -> None:
    async def ask(history: MarketHistory) -> None:
        async for _ in history.candles(SOL, MINUTE, START, NOW):
            pass

    with pytest.raises(VenueError) as caught:
        run(make, ask)
    assert not caught.value.is_passing


def test_funding_is_what_has_begun_since_a_time(make: Make) -> None:
    found = run(make, lambda history: history.funding(BTC, START + 3 * HOUR))
    expected = RATES.time[(RATES.time >= START + 3 * HOUR) & (RATES.time <= NOW)]
    np.testing.assert_array_equal(found.time, expected)
    np.testing.assert_array_equal(found.rate, RATES.rate[3 : 3 + len(expected)])


def test_funding_after_now_is_none(make: Make) -> None:
    assert len(run(make, lambda history: history.funding(BTC, NOW + 1))) == 0


def test_history_that_is_closed_twice_stays_closed(make: Make) -> None:
    run(make, lambda history: history.close())
