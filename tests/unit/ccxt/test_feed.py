"""The ccxt feed over a hand-made exchange whose clock is ours: its candles are those of the whole tape."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from ccxt.base.errors import NetworkError, NotSupported

from edgeproof.adapters.ccxt.feed import CcxtFeed, CcxtFeedSettings
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.event import (
    ClosedCandle,
    FeedIncident,
    FundingPublished,
    IncidentKind,
    MarketEvent,
    MarketTrade,
    Quote,
    VenueTime,
)
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE, SECOND, parse_time
from edgeproof.ports import FeedScope

BTC, ETH = parse_instrument("BTC/USDT:USDT"), parse_instrument("ETH/USDT:USDT")
START = parse_time("2026-09-01T11:40")
STEP = 5 * SECOND
MINUTES = 30

QUICK = CcxtFeedSettings(
    tick_s=0.001, lag_s=0.001, first_pause_s=0.001, longest_pause_s=0.002, clock_s=1000.0, history_ms=10 * MINUTE
)


class World:
    """A market of one trade every few seconds, its venue, and the clock of both. Nobody trades in some minutes."""

    id = "elsewhere"
    precisionMode = 4
    timeframes = {"1m": "1m"}

    def __init__(self, *, until: int = MINUTES) -> None:
        rng = np.random.default_rng(3)
        times = range(START - HOUR, START + until * MINUTE, STEP)
        busy = [time for time in times if time // MINUTE % 7 != 3]
        prices = 100.0 + np.cumsum(rng.normal(0, 0.1, len(busy)))
        self.tape: list[dict[str, Any]] = [
            {"id": f"t{at}", "timestamp": time + 17, "price": float(price), "amount": 1.0 + at % 3, "side": "buy"}
            for at, (time, price) in enumerate(zip(busy, prices, strict=True))
        ]
        self.time = START
        self.until = START + until * MINUTE
        self.options: dict[str, Any] = {}
        self.has = {"fetchTime": True, "fetchFundingRateHistory": True}
        self.last_json_response: Any = {}
        self.told = START
        self.breaks: list[tuple[int, Exception]] = []
        self.loses: Callable[[dict[str, Any]], bool] = lambda _: False
        self.hangs_from: int | None = None
        self.restarts = 0
        self.more: list[dict[str, Any]] = []

    # the clock

    def now(self) -> int:
        return self.time

    def monotonic(self) -> float:
        return self.time / 1000

    async def sleep(self, seconds: float) -> None:
        """Everybody's waiting moves the one clock: a second of a tick is a step of the market."""
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if seconds == QUICK.tick_s:
            self.time = min(self.time + SECOND, self.until + MINUTE)

    # the venue

    async def load_markets(self, _reload: bool) -> dict[str, Any]:
        row = {"id": "BTCUSDT", "symbol": "BTC/USDT:USDT", "swap": True, "linear": True, "precision": {}}
        return {"BTC/USDT:USDT": row}

    async def fetch_time(self) -> int:
        return self.time

    def feature_value(self, *_: object) -> int:
        return 500

    async def fetch_ohlcv(self, _symbol: str, _timeframe: str, since: int, limit: int) -> list[list[float]]:
        rows = minutes_of(self.tape)
        return [row for row in rows if since <= row[0] < min(since + limit * MINUTE, self.time)]

    async def fetch_funding_rate_history(self, _symbol: str, since: int) -> list[dict[str, Any]]:
        hours = range(START - 10 * HOUR - START % HOUR, self.time + 1, HOUR)
        return [{"timestamp": hour + 4, "fundingRate": hour / 1e17} for hour in hours if hour + 4 >= since]

    async def watch_trades(self, _symbol: str) -> list[dict[str, Any]]:
        while True:
            await asyncio.sleep(0)
            if self.breaks and self.time >= self.breaks[0][0]:
                raise self.breaks.pop(0)[1]
            if self.hangs_from is not None and self.time >= self.hangs_from:
                await asyncio.Event().wait()
            new = [row for row in self.tape if self.told <= row["timestamp"] < self.time and not self.loses(row)]
            if new:
                # The last one before comes again, as after a new subscription.
                begin = self.tape.index(new[0])
                self.told = self.time
                more, self.more = self.more, []
                return [*self.tape[max(0, begin - 1) : begin], *new, *more]

    async def watch_ticker(self, _symbol: str) -> dict[str, Any]:
        for _ in range(50):
            await asyncio.sleep(0)
        if self.hangs_from is not None and self.time >= self.hangs_from:
            await asyncio.Event().wait()
        return {"timestamp": None, "bid": 99.0, "ask": 101.0, "last": 0.0}

    async def close_ws_clients(self) -> None:
        self.restarts += 1
        self.hangs_from = None

    async def close(self) -> None:
        pass


def minutes_of(tape: Sequence[dict[str, Any]]) -> list[list[float]]:
    minutes: dict[int, list[dict[str, Any]]] = {}
    for row in tape:
        minutes.setdefault(row["timestamp"] // MINUTE * MINUTE, []).append(row)
    return [
        [minute, rows[0]["price"], max(r["price"] for r in rows), min(r["price"] for r in rows), rows[-1]["price"]]
        + [sum(r["amount"] for r in rows)]
        for minute, rows in sorted(minutes.items())
    ]


def follow(world: World, *, with_trades: bool = False, until: int | None = None) -> list[MarketEvent]:
    """Everything a feed tells until its candles reach a time."""
    end = world.until if until is None else until
    scope = FeedScope(instruments=(BTC,), timeframes=(MINUTE, 5 * MINUTE), with_trades=with_trades)

    async def listen() -> list[MarketEvent]:
        feed = CcxtFeed(world, scope, clock=world, settings=QUICK, sleep=world.sleep)
        told: list[MarketEvent] = []
        async for events in feed.events():
            told += events
            if any(isinstance(each, ClosedCandle) and each.close_time >= end for each in events):
                break
        await feed.close()
        return told

    async def limited() -> list[MarketEvent]:
        async with asyncio.timeout(60):
            return await listen()

    return asyncio.run(limited())


def final(told: Sequence[MarketEvent], timeframe: int = MINUTE) -> dict[int, tuple[float, ...]]:
    """What the candles of a timeframe are after all corrections, those in which somebody traded."""
    candles: dict[int, tuple[float, ...]] = {}
    for each in told:
        if isinstance(each, ClosedCandle) and each.timeframe == timeframe and not each.filled:
            candles[each.open_time] = (each.open, each.high, each.low, each.close, each.volume)
    return candles


def assert_whole(world: World, told: Sequence[MarketEvent], *, last: int | None = None) -> None:
    """Every candle from the first told to the last is there, and is the venue's own."""
    found = final(told)
    end = max(found) if last is None else last
    expected = {int(row[0]): tuple(row[1:]) for row in minutes_of(world.tape) if min(found) <= row[0] <= end}
    assert {time: row for time, row in found.items() if time <= end} == expected
    every = [each.open_time for each in told if isinstance(each, ClosedCandle) and each.timeframe == MINUTE]
    assert set(every) == set(range(min(every), max(every) + 1, MINUTE))


def incidents(told: Sequence[MarketEvent]) -> list[IncidentKind]:
    return [each.kind for each in told if isinstance(each, FeedIncident)]


def test_feed_joins_history_and_live_without_hole_or_double() -> None:
    world = World()
    told = follow(world)
    assert_whole(world, told)
    assert incidents(told) == [IncidentKind.CONNECTED, IncidentKind.JOINED]
    times = [each.close_time for each in told if isinstance(each, ClosedCandle) and each.timeframe == MINUTE]
    assert times == sorted(set(times))
    assert not any(each.is_correction for each in told if isinstance(each, ClosedCandle))


def test_feed_makes_longer_candles_after_the_shorter_ones() -> None:
    told = follow(World())
    candles = [each for each in told if isinstance(each, ClosedCandle)]
    order = [(each.close_time, each.timeframe) for each in candles]
    assert order == sorted(order)
    assert {each.timeframe for each in candles} == {MINUTE, 5 * MINUTE}


def test_feed_closes_a_quiet_minute_by_the_clock() -> None:
    told = follow(World())
    quiet = [each for each in told if isinstance(each, ClosedCandle) and each.filled and each.timeframe == MINUTE]
    assert quiet
    assert all(each.open_time // MINUTE % 7 == 3 for each in quiet)


def test_feed_tells_funding_before_the_candles_that_close_with_it() -> None:
    told = follow(World())
    hour = parse_time("2026-09-01T12:00")
    at = next(i for i, each in enumerate(told) if isinstance(each, FundingPublished) and each.time == hour)
    candle = next(i for i, each in enumerate(told) if isinstance(each, ClosedCandle) and each.close_time == hour)
    assert at < candle
    times = [each.time for each in told if isinstance(each, FundingPublished)]
    assert times == sorted(set(times))


def test_feed_that_is_cut_off_makes_itself_whole() -> None:
    world = World()
    world.breaks = [(START + minute * MINUTE + 30_000, NetworkError("gone")) for minute in (4, 5, 12)]
    told = follow(world)
    assert_whole(world, told)
    assert incidents(told).count(IncidentKind.DISCONNECTED) == 3
    assert incidents(told).count(IncidentKind.CONNECTED) == 4
    assert IncidentKind.RESTORED in incidents(told)


def test_feed_that_loses_trades_unseen_is_put_right_by_the_venue() -> None:
    world = World()
    world.loses = lambda row: row["id"].endswith("7")
    told = follow(world)
    corrected = [each for each in told if isinstance(each, ClosedCandle) and each.is_correction]
    assert corrected
    assert_whole(world, told, last=world.until - 12 * MINUTE)


def test_feed_that_hears_nothing_begins_anew() -> None:
    world = World()
    world.hangs_from = START + 8 * MINUTE
    told = follow(world)
    assert world.restarts == 1
    assert IncidentKind.STALE in incidents(told)
    assert_whole(world, told)


def test_feed_counts_trades_that_cannot_be() -> None:
    world = World()
    good = world.tape[-200]
    for changes in ({"price": None}, {"amount": 0}, {"timestamp": None}, {"price": float("nan")}):
        world.more.append(good | {"id": str(changes)} | changes)
    world.more.append(good | {"id": "later", "timestamp": START + 300 * MINUTE})
    told = follow(world)
    assert_whole(world, told)
    malformed = [each.detail for each in told if isinstance(each, FeedIncident) and each.kind == IncidentKind.MALFORMED]
    assert malformed == [
        "4 trades without time, price or size",
        "a trade of 2026-09-01T16:40:00.000Z, which is to come",
    ]


def test_feed_goes_on_after_ccxt_stumbles() -> None:
    world = World()
    world.breaks = [(START + 7 * MINUTE, KeyError("product_id"))]
    told = follow(world)
    assert_whole(world, told)
    assert incidents(told).count(IncidentKind.DISCONNECTED) == 1


def test_feed_tells_trades_once_each_when_asked_to() -> None:
    world = World()
    trades = [each for each in follow(world, with_trades=True) if isinstance(each, MarketTrade)]
    live = [row for row in world.tape if trades[0].time <= row["timestamp"] <= trades[-1].time]
    assert [(each.time, each.price, each.size) for each in trades] == [
        (row["timestamp"], row["price"], row["amount"]) for row in live
    ]
    assert all(one.seq < other.seq for one, other in zip(trades, trades[1:], strict=False))


def test_feed_tells_quotes_and_the_clock() -> None:
    told = follow(World(until=5))
    quote = next(each for each in told if isinstance(each, Quote))
    assert (quote.bid, quote.ask, quote.last) == (99.0, 101.0, None)
    times = [each.time for each in told if isinstance(each, VenueTime)]
    assert times == sorted(times)


def test_feed_of_an_instrument_that_is_not_listed_is_refused() -> None:
    world = World()

    async def listen() -> None:
        feed = CcxtFeed(world, FeedScope(instruments=(ETH,), timeframes=(MINUTE,)), clock=world, sleep=world.sleep)
        async for _ in feed.events():
            pass

    with pytest.raises(InputError, match="elsewhere lists, found ETH/USDT:USDT"):
        asyncio.run(listen())


def test_feed_of_a_venue_that_cannot_be_watched_is_an_error() -> None:
    world = World()
    world.breaks = [(0, NotSupported("elsewhere watchTrades() is not supported yet"))]
    with pytest.raises(VenueError, match="cannot be watched: NotSupported") as caught:
        follow(world)
    assert not caught.value.is_passing
