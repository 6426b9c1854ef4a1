"""The websocket of the replica, seen by a plain client."""

import asyncio
import json
import time

import numpy as np
import pytest
import websockets

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.market import MarketTrades
from edgeproof.core.model.time import MINUTE
from edgeproof.exchange.auth import REPLICA_KEY, REPLICA_SECRET, sign_challenge
from edgeproof.exchange.market import Market
from edgeproof.exchange.product import product_of_trades
from edgeproof.exchange.stream import CHUNK
from tests.support.replica import Served, candles_of, market_of, replica_of, without_funding
from tests.support.talk import Message, enough, of_feed, subscribe, talk, until_time

BTC, ETH = parse_instrument("BTC/USD:USD"), parse_instrument("ETH/USD:USD")
PRICES = [100.0, 101.0, 99.0, 102.0, 100.5]
TWO: dict[Instrument, Candles] = {BTC: candles_of(PRICES), ETH: candles_of([10 * price for price in PRICES])}


def test_connection_begins_with_an_info() -> None:
    with replica_of(market_of(without_funding(TWO))) as served:
        assert talk(served, until=enough(1)) == [{"event": "info", "version": 1}]


def test_subscribe_to_trades_acknowledges_each_product_then_sends_their_last_trades() -> None:
    with replica_of(market_of(without_funding(TWO)), start=2 * MINUTE, speed=1e-6) as served:
        heard = talk(served, subscribe("trade", "pf_ethusd", "PF_XBTUSD"), until=enough(5))
    acks = [{"event": "subscribed", "feed": "trade", "product_ids": [each]} for each in ("PF_ETHUSD", "PF_XBTUSD")]
    assert heard[1:3] == acks
    assert [(each["feed"], each["product_id"]) for each in heard[3:]] == [
        ("trade_snapshot", "PF_ETHUSD"),
        ("trade_snapshot", "PF_XBTUSD"),
    ]
    assert [trade["seq"] for trade in heard[4]["trades"]] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert heard[4]["trades"][0]["price"] == 99.0


def test_replay_at_most_speed_tells_every_trade_in_order_before_the_heartbeat_after_it() -> None:
    with replica_of(market_of(without_funding(TWO))) as served:
        requests = [subscribe("heartbeat"), subscribe("trade", "PF_XBTUSD", "PF_ETHUSD")]
        heard = talk(served, *requests, until=until_time(4 * MINUTE))
    trades = of_feed(heard, "trade")
    assert len(trades) == 32
    assert [each["time"] for each in trades] == sorted(each["time"] for each in trades)
    for symbol in ("PF_XBTUSD", "PF_ETHUSD"):
        assert [each["seq"] for each in trades if each["product_id"] == symbol] == list(range(1, 17))
    clock = 0
    for each in heard:
        if "event" in each:
            continue
        if each.get("feed") == "heartbeat":
            clock = each["time"]
        elif "seq" in each:
            assert each["time"] >= clock


def test_subscribe_again_alerts_and_sends_the_snapshot_again() -> None:
    with replica_of(market_of(without_funding(TWO)), start=2 * MINUTE, speed=1e-6) as served:
        heard = talk(served, *[subscribe("trade", "PF_XBTUSD")] * 2, until=enough(5))
    assert heard[3] == {"event": "alert", "message": "Already subscribed to feed, re-requesting"}
    assert heard[4] == heard[2]


def test_requests_that_mean_nothing_are_errors() -> None:
    with replica_of(market_of(without_funding(TWO)), speed=1.0) as served:
        requests: list[Message | str] = [
            subscribe("nothing"),
            subscribe("trade", "PF_NONEUSD"),
            "{half",
            subscribe("trade"),
        ]
        heard = talk(served, *requests, until=enough(5))
    words = ["Invalid feed", "Invalid product id", "Json Error", "Invalid product id"]
    assert heard[1:] == [{"event": "error", "message": word} for word in words]


def test_unsubscribe_ends_a_feed_and_alerts_where_there_was_none() -> None:
    with replica_of(market_of(without_funding(TWO)), speed=1e-6) as served:
        leave = {"event": "unsubscribe", "feed": "trade", "product_ids": ["PF_XBTUSD"]}
        heard = talk(served, subscribe("trade", "PF_XBTUSD"), leave, leave, until=enough(5))
    assert heard[3:] == [
        {"event": "unsubscribed", "feed": "trade", "product_ids": ["PF_XBTUSD"]},
        {"event": "alert", "message": "Not subscribed to feed"},
    ]


def private(served: Served, secret: str) -> list[Message]:
    async def run() -> list[Message]:
        async with asyncio.timeout(20), websockets.connect(served.websocket, compression=None) as socket:
            await socket.recv()
            await socket.send(json.dumps({"event": "challenge", "api_key": REPLICA_KEY}))
            challenge = json.loads(await socket.recv())["message"]
            signed = {"original_challenge": challenge, "signed_challenge": sign_challenge(secret, challenge)}
            await socket.send(json.dumps(subscribe("open_orders") | {"api_key": REPLICA_KEY} | signed))
            first = json.loads(await socket.recv())
            return [first] if first["event"] == "alert" else [first, json.loads(await socket.recv())]

    return asyncio.run(run())


def test_private_feed_with_a_signed_challenge_sends_an_empty_snapshot() -> None:
    with replica_of(market_of(without_funding(TWO)), speed=1.0) as served:
        heard = private(served, REPLICA_SECRET)
    assert (heard[0]["event"], heard[0]["feed"]) == ("subscribed", "open_orders")
    assert (heard[1]["feed"], heard[1]["orders"]) == ("open_orders_snapshot", [])


def test_private_feed_with_a_wrong_signature_alerts() -> None:
    with replica_of(market_of(without_funding(TWO)), speed=1.0) as served:
        heard = private(served, "AAAA")
    assert heard == [{"event": "alert", "message": "Failed to subscribe to authenticated feed"}]


def test_replay_by_the_wall_keeps_the_same_order() -> None:
    with replica_of(market_of(without_funding(TWO)), speed=240.0) as served:
        requests = [subscribe("heartbeat"), subscribe("trade", "PF_XBTUSD", "PF_ETHUSD")]
        heard = talk(served, *requests, until=until_time(4 * MINUTE))
    told = [each for each in heard if each.get("feed") in {"trade", "heartbeat"} and "event" not in each]
    clock = 0
    for each in told:
        assert each["time"] >= clock
        clock = each["time"] if each["feed"] == "heartbeat" else clock
    assert [each["seq"] for each in of_feed(heard, "trade") if each["product_id"] == "PF_XBTUSD"][-1] == 16
    beats = [each["time"] // MINUTE for each in of_feed(heard, "heartbeat")]
    assert beats == list(range(beats[0], 5))


def test_a_clock_that_waits_stands_until_trades_are_wanted_and_then_is_no_faster_than_its_speed() -> None:
    with replica_of(market_of(without_funding(TWO)), speed=600.0, waits=True) as served:
        time.sleep(0.2)
        assert served.replica.stream.now == 0
        began = time.monotonic()
        requests = [subscribe("heartbeat"), subscribe("trade", "PF_XBTUSD", "PF_ETHUSD")]
        heard = talk(served, *requests, until=until_time(4 * MINUTE))
        took = time.monotonic() - began
    assert [each["seq"] for each in of_feed(heard, "trade") if each["product_id"] == "PF_XBTUSD"][0] == 1
    assert [each["time"] // MINUTE for each in of_feed(heard, "heartbeat")][-4:] == [1, 2, 3, 4]
    assert took >= 3 * 0.1


def test_a_clock_that_waits_at_most_speed_is_never_far_ahead_of_its_reader() -> None:
    prices = [100.0 + step % 7 for step in range(1_001)]

    async def run(served: Served) -> tuple[int, int]:
        async with asyncio.timeout(20), websockets.connect(served.websocket, compression=None) as socket:
            await socket.send(json.dumps(subscribe("heartbeat")))
            await socket.send(json.dumps(subscribe("trade", "PF_XBTUSD")))
            await asyncio.sleep(0.5)
            before, count = served.replica.stream.now, 0
            while json.loads(await socket.recv()).get("time", 0) < 1_000 * MINUTE:
                count += 1
        return before, count

    with replica_of(market_of(without_funding({BTC: candles_of(prices)})), waits=True) as served:
        before, count = asyncio.run(run(served))
    # The library answers a ping as soon as it comes off the wire, with up to one chunk before it still unread; the next
    # chunk is then sent, and its ping waits for the reader.
    chunk = CHUNK // 4 * MINUTE
    assert 0 < before <= 2 * chunk
    assert count >= 4_000


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize(("every", "seconds"), [(None, 60), (10_000, 10), (MINUTE, 60), (2 * MINUTE, 120)])
def test_tickers_at_most_speed_come_as_often_as_they_are_asked_for(
    every: int | None, seconds: int, waits: bool
) -> None:
    with replica_of(market_of(without_funding(TWO)), start=MINUTE, waits=waits, ticker_every=every) as served:
        requests = [subscribe("heartbeat"), subscribe("ticker", "PF_XBTUSD"), subscribe("trade", "PF_XBTUSD")]
        heard = talk(served, *requests, until=until_time(4 * MINUTE))
    times = [each["time"] for each in of_feed(heard, "ticker")]
    step = seconds * 1000
    assert times == [MINUTE, *range(MINUTE // step * step + step, 4 * MINUTE + 1, step)]


def test_client_that_does_not_read_is_cut_off() -> None:
    prices = [100.0 + step % 7 for step in range(20_000)]
    market = market_of(without_funding({BTC: candles_of(prices)}))
    with replica_of(market, speed=1e7, most_waiting=1 << 16) as served:
        assert _closed_after_a_pause(served.websocket)


def _closed_after_a_pause(url: str) -> bool:
    async def run() -> bool:
        async with asyncio.timeout(20), websockets.connect(url, compression=None, max_queue=1) as socket:
            await socket.send(json.dumps(subscribe("trade", "PF_XBTUSD")))
            await asyncio.sleep(1.0)
            try:
                while True:
                    await socket.recv()
            except websockets.ConnectionClosedError as error:
                return error.rcvd is None

    return asyncio.run(run())


def test_recorded_trades_come_as_they_were_recorded() -> None:
    trades = MarketTrades(
        time=np.array([5, 5, MINUTE - 1, MINUTE, MINUTE]),
        price=np.array([10.0, 10.5, 10.25, 11.0, 10.75]),
        size=np.array([1.0, 0.3, 0.1, 0.2, 7.0]),
        side=np.array([1, -1, -1, 1, -1], np.int8),
        trade_id=np.array(list("abcde")),
    )
    with replica_of(Market([product_of_trades(BTC, trades)])) as served:
        requests = [subscribe("heartbeat"), subscribe("trade", "PF_XBTUSD")]
        heard = talk(served, *requests, until=until_time(2 * MINUTE))
    told = [
        ("beat", each["time"], 0.0) if each["feed"] == "heartbeat" else (each["side"], each["time"], each["qty"])
        for each in heard
        if each.get("feed") in {"trade", "heartbeat"} and "event" not in each
    ]
    assert told == [
        ("buy", 5, 1.0),
        ("sell", 5, 0.3),
        ("sell", MINUTE - 1, 0.1),
        ("beat", MINUTE, 0.0),
        ("buy", MINUTE, 0.2),
        ("sell", MINUTE, 7.0),
        ("beat", 2 * MINUTE, 0.0),
    ]
