"""Each fault of the replica, seen by a plain client."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest
import websockets

from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import MINUTE
from edgeproof.exchange.auth import REPLICA_KEY, REPLICA_SECRET, sign_request
from edgeproof.exchange.market import Market
from tests.support.replica import Served, candles_of, market_of, replica_of, without_funding
from tests.support.talk import Message, enough, of_feed, subscribe, talk, until_time

BTC, ETH = parse_instrument("BTC/USD:USD"), parse_instrument("ETH/USD:USD")
BOTH = ("PF_XBTUSD", "PF_ETHUSD")
MINUTES = 120
END = MINUTES * MINUTE
V3 = "/derivatives/api/v3"
EVERYTHING = [subscribe("heartbeat"), subscribe("ticker", *BOTH), subscribe("trade", *BOTH)]


@pytest.fixture(scope="module")
def market() -> Market:
    prices = [100.0 + (step * 7) % 13 for step in range(MINUTES + 1)]
    return market_of(without_funding({BTC: candles_of(prices), ETH: candles_of([10 * price for price in prices])}))


def replay(market: Market, *faults: str, seed: int = 0) -> list[Message]:
    with replica_of(market, faults=faults, seed=seed) as served:
        return talk(served, *EVERYTHING, until=until_time(END))


def numbers(heard: list[Message], symbol: str = "PF_XBTUSD") -> list[int]:
    return [each["seq"] for each in of_feed(heard, "trade") if each["product_id"] == symbol]


def get(served: Served, path: str) -> httpx.Response:
    return httpx.get(served.url + path)


def test_without_faults_every_trade_comes_once_in_order(market: Market) -> None:
    assert numbers(replay(market)) == list(range(1, 4 * MINUTES + 1))


def test_duplicate_sends_some_trades_twice(market: Market) -> None:
    found = numbers(replay(market, "duplicate:every=10"))
    assert sorted(set(found)) == list(range(1, 4 * MINUTES + 1))
    assert len(found) > 4 * MINUTES + 40


def test_missing_trades_are_never_sent_and_still_in_rest(market: Market) -> None:
    with replica_of(market, faults=["missing:rate=0.2,count=3"]) as served:
        found = numbers(talk(served, *EVERYTHING, until=until_time(END)))
        seqs = _executions(served)
    assert len(set(range(1, 4 * MINUTES + 1)) - set(found)) in {1, 2, 3}
    assert seqs == list(range(1, 4 * MINUTES + 1))


def _executions(served: Served) -> list[int]:
    elements = get(served, "/api/history/v3/market/PF_XBTUSD/executions?sort=asc").json()["elements"]
    return [int(each["event"]["Execution"]["execution"]["uid"][-12:], 16) for each in elements]


def test_delay_lets_later_trades_go_first(market: Market) -> None:
    found = numbers(replay(market, "delay:every=50,by=3"))
    assert sorted(found) == list(range(1, 4 * MINUTES + 1))
    assert max(before - after for before, after in zip(found, found[1:], strict=False)) == 3


def test_reorder_swaps_neighbours(market: Market) -> None:
    found = numbers(replay(market, "reorder:every=50"))
    assert sorted(found) == list(range(1, 4 * MINUTES + 1))
    assert max(before - after for before, after in zip(found, found[1:], strict=False)) == 1


def test_faults_of_a_seed_strike_the_same_trades_again(market: Market) -> None:
    first, again, other = (numbers(replay(market, "missing:rate=0.1", seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_drop_cuts_the_connection_after_so_many_messages(market: Market) -> None:
    with replica_of(market, faults=["drop:after=50,code=1006"]) as served:
        heard = talk(served, *EVERYTHING, until=until_time(END))
        again = talk(served, *EVERYTHING, until=until_time(END))
    assert heard[-1] == {"closed": 1006}
    assert len(heard) <= 51
    assert again[-1]["time"] == END


def test_drop_with_a_close_frame_sends_its_code_and_loses_nothing_before(market: Market) -> None:
    with replica_of(market, faults=["drop:after=50,code=1000"]) as served:
        heard = talk(served, *EVERYTHING, until=until_time(END))
    assert heard[-1] == {"closed": 1000}
    assert len(heard) == 51


def test_drop_with_an_outage_leaves_a_hole_of_at_least_that_long(market: Market) -> None:
    with replica_of(market, faults=["drop:after=50,code=1000,outage=30m"]) as served:
        before = of_feed(talk(served, *EVERYTHING, until=until_time(END)), "trade")
        after = of_feed(talk(served, *EVERYTHING, until=until_time(END)), "trade")
    assert after[0]["time"] - before[-1]["time"] >= 30 * MINUTE


def test_silent_connection_answers_pings_and_says_no_more(market: Market) -> None:
    with replica_of(market, faults=["silent:after=60,outage=5m"]) as served:
        heard = _heard_in_silence(served)
    assert heard == 60


def _heard_in_silence(served: Served) -> int:
    async def run() -> int:
        heard = 0
        async with asyncio.timeout(20), websockets.connect(served.websocket, compression=None) as socket:
            for request in EVERYTHING:
                await socket.send(json.dumps(request))
            try:
                while True:
                    await asyncio.wait_for(socket.recv(), 1.0)
                    heard += 1
            except TimeoutError:
                await asyncio.wait_for(await socket.ping(), 5)
        return heard

    return asyncio.run(run())


@pytest.mark.parametrize(("fault", "event"), [("alert:every=20,message=Boo", "alert"), ("error:every=20", "error")])
def test_words_come_between_messages(market: Market, fault: str, event: str) -> None:
    assert sum(each.get("event") == event for each in replay(market, fault)) > 10


def test_malformed_halves_a_message(market: Market) -> None:
    heard = replay(market, "malformed:every=100,count=3")
    assert sum("raw" in each for each in heard) == 3


def test_malformed_garbage_comes_beside_the_messages(market: Market) -> None:
    heard = replay(market, "malformed:every=100,count=3,form=garbage")
    assert sum("raw" in each for each in heard) == 3
    assert numbers(heard) == list(range(1, 4 * MINUTES + 1))


def test_book_gap_leaves_out_a_change(market: Market) -> None:
    with replica_of(market, faults=["book_gap:every=40,count=1"]) as served:
        heard = talk(served, *EVERYTHING[:1], subscribe("book", "PF_XBTUSD"), EVERYTHING[2], until=until_time(END))
    seqs = [each["seq"] for each in of_feed(heard, "book")]
    steps = [after - before for before, after in zip(seqs, seqs[1:], strict=False)]
    assert sorted(set(steps)) == [1, 2]
    assert steps.count(2) == 1


def test_late_snapshot_comes_after_changes(market: Market) -> None:
    with replica_of(market, faults=["late_snapshot:by=15"]) as served:
        heard = talk(served, *EVERYTHING, until=until_time(END))
    feeds = [each.get("feed") for each in heard if "event" not in each]
    assert feeds.index("trade_snapshot") > feeds.index("trade")


def test_503_answers_so_often_then_as_usual(market: Market) -> None:
    with replica_of(market, faults=["503:count=2"]) as served:
        assert [get(served, f"{V3}/instruments").status_code for _ in range(3)] == [503, 503, 200]


def test_html_is_a_page_with_the_status_asked_for(market: Market) -> None:
    with replica_of(market, faults=["html:status=200,count=1"]) as served:
        answer = get(served, f"{V3}/instruments")
    assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")


def test_429_says_when_to_come_again(market: Market) -> None:
    with replica_of(market, faults=["429:reset=7,path=charts"]) as served:
        answers = [get(served, path) for path in (f"{V3}/instruments", "/api/charts/v1/trade/PF_XBTUSD/1m")]
    assert [each.status_code for each in answers] == [200, 429]
    assert answers[1].headers["rate-limit-reset"] == "7"


def test_slow_rest_takes_its_time(market: Market) -> None:
    with replica_of(market, faults=["slow_rest:seconds=0.3,count=1"]) as served:
        began = time.monotonic()
        get(served, f"{V3}/instruments")
    assert time.monotonic() - began >= 0.3


def test_clock_skew_moves_every_stamp_but_those_of_trades(market: Market) -> None:
    plain, skewed = replay(market), replay(market, "clock_skew:ms=0")
    with replica_of(market, faults=["clock_skew:ms=-2500"]) as served:
        skewed = talk(served, *EVERYTHING, until=until_time(END - 2500))
        stamp = get(served, f"{V3}/instruments").json()["serverTime"]
    assert of_feed(skewed, "trade") == of_feed(plain, "trade")
    times = [[each["time"] for each in of_feed(heard, "heartbeat")] for heard in (plain, skewed)]
    assert times[1][: len(times[0])] == [each - 2500 for each in times[0]]
    assert stamp == "1970-01-01T01:59:57.500Z"


def test_maintenance_disconnects_refuses_and_comes_back_post_only(market: Market) -> None:
    with replica_of(market, faults=["maintenance:after=10m,down=2m,post_only=5m"]) as served:
        heard = talk(served, *EVERYTHING, until=until_time(END))
        refused = [get(served, f"{V3}/instruments").status_code for _ in range(5)]
        back = talk(served, *EVERYTHING, until=until_time(END))
    assert heard[-1] == {"closed": 1001}
    assert refused[0] == 503
    assert refused[-1] == 200
    flags = [each["post_only"] for each in of_feed(back, "ticker")]
    assert flags[0] is True
    assert flags[-1] is False


def test_maintenance_is_announced(market: Market) -> None:
    path = f"{V3}/notifications"
    headers = {"APIKey": REPLICA_KEY, "Authent": sign_request(REPLICA_SECRET, path)}
    with replica_of(market, faults=["maintenance:after=10m"]) as served:
        rows = httpx.get(served.url + path, headers=headers).json()["notifications"]
    assert [(row["type"], row["effectiveTime"]) for row in rows] == [("maintenance", "1970-01-01T00:10:00.000Z")]


def test_instrument_added_is_listed_from_its_time_on(market: Market) -> None:
    with replica_of(market, faults=["instrument_added:product=PF_ETHUSD,after=30m"]) as served:
        before = _symbols(served)
        heard = talk(served, *EVERYTHING, until=until_time(END))
        after = _symbols(served)
    assert (before, after) == (["PF_XBTUSD"], ["PF_ETHUSD", "PF_XBTUSD"])
    assert {"event": "error", "message": "Invalid product id"} in heard


def _symbols(served: Served) -> list[str]:
    return [each["symbol"] for each in _instruments(served)]


def _instruments(served: Served) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(served, f"{V3}/instruments").json()["instruments"]
    return found


def test_instrument_expired_trades_no_more_and_is_suspended(market: Market) -> None:
    with replica_of(market, faults=["instrument_expired:product=PF_ETHUSD,after=30m"]) as served:
        heard = talk(served, *EVERYTHING, until=until_time(END))
        rows = {each["symbol"]: each["tradeable"] for each in _instruments(served)}
    assert numbers(heard, "PF_ETHUSD")[-1] == 4 * 30
    assert numbers(heard)[-1] == 4 * MINUTES
    last = [each for each in of_feed(heard, "ticker") if each["product_id"] == "PF_ETHUSD"][-1]
    assert last["suspended"]
    assert rows == {"PF_ETHUSD": False, "PF_XBTUSD": True}


def test_tick_changed_shows_in_the_instruments(market: Market) -> None:
    with replica_of(market, faults=["tick_changed:product=PF_XBTUSD,after=30m,tick=0.5"]) as served:
        talk(served, *EVERYTHING, until=until_time(END))
        rows = {each["symbol"]: each["tickSize"] for each in _instruments(served)}
    assert rows["PF_XBTUSD"] == 0.5


def test_fault_can_be_asked_for_and_ended_while_it_runs(market: Market) -> None:
    with replica_of(market) as served:
        asked = httpx.post(f"{served.url}/replica/faults", json={"fault": "503", "count": 0})
        statuses = [get(served, f"{V3}/instruments").status_code]
        httpx.delete(f"{served.url}/replica/faults")
        statuses.append(get(served, f"{V3}/instruments").status_code)
    assert statuses == [503, 200]
    assert asked.json()["faults"][0]["fault"] == "503"


def test_unknown_fault_is_refused_with_the_known_ones(market: Market) -> None:
    with replica_of(market) as served:
        answer = httpx.post(f"{served.url}/replica/faults", content=b'"dropp"')
    assert answer.status_code == 400
    assert 'did you mean "drop"?' in answer.json()["error"]


def test_client_that_sends_nothing_is_disconnected(market: Market) -> None:
    with replica_of(market, speed=1.0, keep_alive_seconds=0.1) as served:
        assert talk(served, until=enough(9))[-1] == {"closed": 1000}


def test_replica_says_what_it_is(market: Market) -> None:
    with replica_of(market) as served:
        found = get(served, "/replica").json()
    assert (found["speed"], found["now"]) == ("max", "1970-01-01T00:00:00.000Z")
    assert found["instruments"] == ["PF_ETHUSD", "PF_XBTUSD"]


def test_same_market_is_told_the_same_way_again(market: Market) -> None:
    assert replay(market) == replay(market)


def test_two_clients_are_both_told_everything(market: Market) -> None:
    async def listen(socket: websockets.ClientConnection) -> list[int]:
        heard: list[Message] = []
        while not until_time(END)(heard):
            heard.append(json.loads(await socket.recv()))
        return numbers(heard)

    async def run(url: str) -> list[list[int]]:
        async with asyncio.timeout(20), websockets.connect(url) as first, websockets.connect(url) as second:
            for request in EVERYTHING[:2]:
                await first.send(json.dumps(request))
                await second.send(json.dumps(request))
            await asyncio.gather(*(socket.send(json.dumps(EVERYTHING[2])) for socket in (first, second)))
            return list(await asyncio.gather(listen(first), listen(second)))

    with replica_of(market) as served:
        first, second = asyncio.run(run(served.websocket))
    longer, shorter = sorted((first, second), key=len, reverse=True)
    assert longer == list(range(1, 4 * MINUTES + 1))
    assert longer[-len(shorter) :] == shorter
