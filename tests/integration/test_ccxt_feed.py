"""The ccxt feed through ccxt.pro itself, over real sockets, to a venue whose minute lasts a second."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from edgeproof.adapters.ccxt.exchanges import open_exchange
from edgeproof.adapters.ccxt.feed import CcxtFeed, CcxtFeedSettings
from edgeproof.core.candles.aggregate import aggregate
from edgeproof.core.model.candle import COLUMNS
from edgeproof.core.model.event import ClosedCandle, FeedIncident, FundingPublished, IncidentKind, MarketEvent, Quote
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.market import MarketTrades
from edgeproof.core.model.time import HOUR, MINUTE, SECOND, parse_time
from edgeproof.ports import FeedScope
from tests.support.candles import funding
from tests.support.replica import market_of, replica_of
from tests.support.venue import Venue, serving

BTC = parse_instrument("BTC/USD:USD")
START = parse_time("2026-09-01T11:56")
SPEED = 60
MINUTES = 7
END = START + MINUTES * MINUTE
HOURS = range(START - START % HOUR - 20 * HOUR, START + 3 * HOUR, HOUR)
RATES = funding(list(HOURS), [hour / 1e17 for hour in HOURS])
SETTINGS = CcxtFeedSettings(
    margin_ms=MINUTE, patience_ms=15_000, history_ms=20 * MINUTE, tick_s=0.01, lag_s=0.1, first_pause_s=0.05
)


class FastClock:
    """A clock that runs SPEED times as fast as ours."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def now(self) -> int:
        return START + int((time.monotonic() - self._begun) * 1000 * SPEED)

    def monotonic(self) -> float:
        return time.monotonic()


def make_tape() -> MarketTrades:
    """A trade every two seconds, none in every fifth minute, from an hour before START on."""
    rng = np.random.default_rng(5)
    times = np.arange(START - HOUR, START + 60 * MINUTE, 2 * SECOND, dtype=np.int64) + 11
    times = times[times // MINUTE % 5 != 2]
    return MarketTrades(
        time=times,
        price=np.asarray(100.0 + np.cumsum(rng.integers(-2, 3, len(times))) * 0.5, np.float64),
        size=rng.integers(1, 9, len(times)) / 4,
        side=np.where(rng.random(len(times)) < 0.5, 1, -1).astype(np.int8),
        trade_id=np.array([f"id-{at}" for at in range(len(times))]),
    )


@dataclass(slots=True, eq=False)
class Stream:
    """The websocket of the venue: it hangs up on everybody at given times."""

    clock: FastClock
    tape: MarketTrades
    hangs_up: list[int] = field(default_factory=list)
    connections: int = 0

    async def serve(self, socket: ServerConnection) -> None:
        self.connections += 1
        await socket.send(json.dumps({"event": "info", "version": 1}))
        sending = asyncio.create_task(self._send(socket))
        with suppress(ConnectionClosed):
            async for raw in socket:
                request = json.loads(raw)
                for product in request.get("product_ids", ()):
                    answer = {"event": "subscribed", "feed": request["feed"], "product_ids": [product]}
                    await socket.send(json.dumps(answer))
        sending.cancel()

    async def _send(self, socket: ServerConnection) -> None:
        sent = int(np.searchsorted(self.tape.time, self.clock.now()))
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(0.005)
                now = self.clock.now()
                if self.hangs_up and now >= self.hangs_up[0]:
                    self.hangs_up.pop(0)
                    await socket.close(1001)
                    return
                end = int(np.searchsorted(self.tape.time, now))
                for row in range(sent, end):
                    await socket.send(json.dumps(self._trade(row)))
                sent = max(sent, end)
                await socket.send(json.dumps(self._ticker(now)))

    def _trade(self, row: int) -> dict[str, Any]:
        tape = self.tape
        side = "buy" if tape.side[row] > 0 else "sell"
        return {
            "feed": "trade",
            "product_id": "PF_XBTUSD",
            "uid": str(tape.trade_id[row]),
            "side": side,
            "type": "fill",
            "seq": row,
            "time": int(tape.time[row]),
            "qty": float(tape.size[row]),
            "price": float(tape.price[row]),
        }

    def _ticker(self, now: int) -> dict[str, Any]:
        return {
            "time": now,
            "product_id": "PF_XBTUSD",
            "feed": "ticker",
            "bid": 99.0,
            "ask": 101.0,
            "bid_size": 1.0,
            "ask_size": 2.0,
            "volume": 5.0,
            "index": 100.0,
            "last": 100.0,
            "change": 0.1,
            "markPrice": 100.5,
        }


def krakenfutures(rest: str, websocket: str) -> Any:
    exchange = open_exchange("krakenfutures", part="pro")
    derivatives = {name: f"{rest}/derivatives/api/" for name in ("public", "private")}
    mine = {"charts": f"{rest}/api/charts/", "ws": websocket}
    exchange.urls["api"] = exchange.urls["api"] | derivatives | mine
    exchange.enableRateLimit = False
    exchange.timeout_on_exit = 0
    return exchange


async def keep_time(venue: Venue, clock: FastClock) -> None:
    while True:
        venue.now = clock.now()
        await asyncio.sleep(0.002)


async def listen(rest: str, websocket: str, clock: FastClock) -> list[MarketEvent]:
    """What the feed tells until its candles reach END."""
    scope = FeedScope(instruments=(BTC,), timeframes=(MINUTE, 2 * MINUTE))
    feed = CcxtFeed(krakenfutures(rest, websocket), scope, clock=clock, settings=SETTINGS)
    told: list[MarketEvent] = []
    async with asyncio.timeout(60):
        async for events in feed.events():
            told += events
            if any(isinstance(each, ClosedCandle) and each.close_time >= END for each in events):
                break
    await feed.close()
    return told


async def follow(*hangs_up: float) -> tuple[list[MarketEvent], Stream]:
    clock, tape = FastClock(), make_tape()
    stream = Stream(clock, tape, [START + int(minute * MINUTE) for minute in hangs_up])
    with serving(Venue(candles={BTC: aggregate(tape, MINUTE)}, funding={BTC: RATES}, now=START)) as venue:
        timing = asyncio.create_task(keep_time(venue, clock))
        async with serve(stream.serve, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            told = await listen(venue.url, f"ws://127.0.0.1:{port}/ws/v1", clock)
        timing.cancel()
    return told, stream


def final(told: Sequence[MarketEvent]) -> dict[int, tuple[float, ...]]:
    return {
        each.open_time: (each.open, each.high, each.low, each.close, each.volume)
        for each in told
        if isinstance(each, ClosedCandle) and each.timeframe == MINUTE and not each.filled
    }


def assert_is_the_tape(told: Sequence[MarketEvent]) -> None:
    found, tape = final(told), aggregate(make_tape(), MINUTE)
    rows = zip(*(getattr(tape, name).tolist() for name in COLUMNS), strict=True)
    whole = dict(zip(tape.open_time.tolist(), rows, strict=True))
    assert found == {time: row for time, row in whole.items() if min(found) <= time <= max(found)}
    every = {each.open_time for each in told if isinstance(each, ClosedCandle) and each.timeframe == MINUTE}
    assert every == set(range(min(every), END, MINUTE))


def incidents(told: Sequence[MarketEvent]) -> list[IncidentKind]:
    return [each.kind for each in told if isinstance(each, FeedIncident)]


def test_feed_through_ccxt_pro_makes_the_candles_of_the_tape() -> None:
    told, stream = asyncio.run(follow())
    assert_is_the_tape(told)
    assert incidents(told)[:2] == [IncidentKind.CONNECTED, IncidentKind.JOINED]
    assert IncidentKind.DISCONNECTED not in incidents(told)
    assert stream.connections == 1
    quote = next(each for each in told if isinstance(each, Quote))
    assert (quote.bid, quote.ask) == (99.0, 101.0)
    noon = parse_time("2026-09-01T12:00")
    at = next(i for i, each in enumerate(told) if isinstance(each, FundingPublished) and each.time == noon)
    assert at < next(i for i, each in enumerate(told) if isinstance(each, ClosedCandle) and each.close_time == noon)


@pytest.mark.parametrize("minutes", [(0.2,), (3.4, 4.1)], ids=["while joining", "twice"])
def test_feed_through_ccxt_pro_is_whole_after_the_venue_hung_up(minutes: tuple[float, ...]) -> None:
    told, stream = asyncio.run(follow(*minutes))
    assert_is_the_tape(told)
    assert stream.connections == 1 + len(minutes)
    assert IncidentKind.DISCONNECTED in incidents(told)


def test_feed_through_ccxt_pro_makes_the_candles_of_a_replica() -> None:
    market = market_of({BTC: (aggregate(make_tape(), MINUTE), RATES)})
    with replica_of(market, speed=SPEED, start=START) as served:
        told = asyncio.run(listen(served.url, served.websocket, FastClock()))
    assert_is_the_tape(told)
    assert IncidentKind.DISCONNECTED not in incidents(told)
