"""`KrakenRest` against a hand-made venue: paging, what is closed, retries, and words for what goes wrong."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import httpx
import numpy as np
import pytest

from edgeproof.adapters.kraken.config import RestLimits
from edgeproof.adapters.kraken.rest import KrakenRest
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE, SECOND, format_time, parse_time

BTC = parse_instrument("BTC/USD:USD")
START = parse_time("2026-09-01")

Answer = Callable[[httpx.Request], httpx.Response]


class Slept:
    """A sleep that takes no time and remembers how long it was asked for."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


class Venue:
    """Minute candles from START on, of which the last is forming; at most `most` a reply, the oldest or the newest."""

    def __init__(self, now: int, *, most: int = 2_000, keeps: str = "oldest", holes: Sequence[int] = ()) -> None:
        self.now = now
        self.most = most
        self.keeps = keeps
        self.holes = frozenset(START + minute * MINUTE for minute in holes)
        self.asked: list[tuple[int, int]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if "/charts/" not in request.url.path:
            return httpx.Response(200, json={"result": "success", "serverTime": format_time(self.now)})
        begin, finish = (int(request.url.params[name]) * SECOND for name in ("from", "to"))
        self.asked.append((begin, finish))
        first = max(START, -(-begin // MINUTE) * MINUTE)
        times = [each for each in range(first, min(finish, self.now) + 1, MINUTE) if each not in self.holes]
        is_cut = len(times) > self.most
        kept = times[: self.most] if self.keeps == "oldest" else times[-self.most :]
        rows = [{"time": at, "open": "1", "high": "3", "low": "1", "close": "2", "volume": "0.5"} for at in kept]
        return httpx.Response(200, json={"candles": rows, "more_candles": is_cut})


def client(answer: Answer, slept: Slept | None = None, **limits: Any) -> KrakenRest:
    settings = RestLimits(**({"requests_per_second": 1e9, "burst": 1000} | limits))
    sleep = slept if slept is not None else Slept()
    transport = httpx.MockTransport(answer)
    return KrakenRest(
        "http://127.0.0.1:1", rng=np.random.default_rng(1), limits=settings, sleep=sleep, transport=transport
    )


def candles(rest: KrakenRest, start: int, end: int, timeframe: int = MINUTE) -> list[Candles]:
    async def collect() -> list[Candles]:
        return [page async for page in rest.candles(BTC, timeframe, start, end)]

    return asyncio.run(collect())


def open_times(pages: Sequence[Candles]) -> list[int]:
    return [int(time) for page in pages for time in page.open_time]


def answers(*given: httpx.Response | Exception) -> Answer:
    """Each answer once, in order; the last again and again."""
    left = list(given)

    def answer(_: httpx.Request) -> httpx.Response:
        now = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(now, Exception):
            raise now
        return now

    return answer


def told(now: int) -> httpx.Response:
    return httpx.Response(200, json={"result": "success", "serverTime": format_time(now)})


def error(name: str) -> httpx.Response:
    return httpx.Response(200, json={"result": "error", "error": name, "serverTime": format_time(START)})


def test_candles_over_several_windows_come_in_order_each_once() -> None:
    venue = Venue(START + 4_500 * MINUTE)
    pages = candles(client(venue), START, START + 4_321 * MINUTE)
    assert [len(page) for page in pages] == [2_000, 2_000, 321]
    assert open_times(pages) == [START + minute * MINUTE for minute in range(4_321)]
    assert all(finish - begin < 2_000 * MINUTE for begin, finish in venue.asked)


def test_candles_of_now_leave_out_the_forming_one_by_the_clock_of_the_venue() -> None:
    venue = Venue(START + 10 * MINUTE + 59 * SECOND)
    assert open_times(candles(client(venue), START, START + HOUR)) == [START + minute * MINUTE for minute in range(10)]


def test_candles_between_two_times_off_the_grid_lie_entirely_within() -> None:
    found = candles(client(Venue(START + HOUR)), START + 1, START + 4 * MINUTE - 1)
    assert open_times(found) == [START + MINUTE, START + 2 * MINUTE]


def test_candles_of_an_empty_range_ask_for_no_chart() -> None:
    venue = Venue(START + HOUR)
    assert candles(client(venue), START + HOUR, START) == []
    assert venue.asked == []


@pytest.mark.parametrize("keeps", ["oldest", "newest"])
def test_candles_that_the_venue_cuts_short_are_asked_for_until_whole(keeps: str) -> None:
    venue = Venue(START + 1_000 * MINUTE, most=300, keeps=keeps)
    found = open_times(candles(client(venue), START, START + 1_000 * MINUTE))
    assert found == [START + minute * MINUTE for minute in range(1_000)]


def test_candles_with_holes_stay_with_holes() -> None:
    venue = Venue(START + HOUR, holes=(3, 4, 59))
    found = open_times(candles(client(venue), START, START + HOUR))
    assert found == [START + minute * MINUTE for minute in range(60) if minute not in (3, 4, 59)]


def test_candles_that_are_cut_without_end_are_an_error() -> None:
    with pytest.raises(VenueError, match="keeps cutting"):
        candles(client(Venue(START + 100 * MINUTE, most=1)), START, START + 100 * MINUTE)


def test_candles_of_a_timeframe_without_a_chart_name_those_there_are() -> None:
    with pytest.raises(InputError, match="1m, 5m, 15m, 30m, 1h, 4h, 12h, 1d.*found 2m"):
        candles(client(Venue(START)), START, START, 2 * MINUTE)


def test_funding_leaves_out_what_is_not_settled_and_what_is_older() -> None:
    rows = [{"timestamp": format_time(START + hour * HOUR), "relativeFundingRate": hour / 1e5} for hour in range(5)]
    reply = {"result": "success", "rates": rows, "serverTime": format_time(START + 3 * HOUR + 1)}
    funding: Funding = asyncio.run(client(answers(httpx.Response(200, json=reply))).funding(BTC, START + HOUR))
    assert funding.time.tolist() == [START + hour * HOUR for hour in (1, 2, 3)]


def test_recent_trades_before_a_time_ask_for_it_with_milliseconds() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        row = {"time": format_time(START), "price": 5, "size": 1, "side": "buy", "uid": "a", "sequence_id": "12"}
        return httpx.Response(200, json={"result": "success", "history": [row]})

    (trade,) = asyncio.run(client(answer).recent_trades(BTC, START + 1))
    assert dict(asked[0].params) == {"symbol": "PF_XBTUSD", "lastTime": "2026-09-01T00:00:00.001Z"}
    assert (trade.seq, trade.side) == (12, 1)


@pytest.mark.parametrize(
    "passing",
    [
        httpx.Response(503, text="upstream"),
        httpx.Response(500, json={"errors": [{"code": 1, "message": "hiccup"}]}),
        httpx.Response(200, text="<html><body>maintenance</body></html>"),
        httpx.Response(200, text='{"result":"success","serv'),
        httpx.Response(429, json={"result": "error", "error": "apiLimitExceeded"}),
        error("apiLimitExceeded"),
        error("Unavailable"),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("gone"),
    ],
    ids=repr,
)
def test_what_may_pass_is_tried_again(passing: httpx.Response | Exception) -> None:
    slept = Slept()
    assert asyncio.run(client(answers(passing, told(START)), slept).time()) == START
    assert len(slept.waits) == 1


@pytest.mark.parametrize(
    ("lasting", "words"),
    [
        (error("authenticationError"), "it refused: authenticationError"),
        (error("contractNotFound"), "it refused: contractNotFound"),
        (
            httpx.Response(
                400, json={"result": "error", "errors": [{"code": 11, "message": "Argument invalid: symbol"}]}
            ),
            "HTTP 400: Argument invalid: symbol",
        ),
        (httpx.Response(401, json={"status": "unauthorized", "reason": "You are not"}), "HTTP 401: You are not"),
        (httpx.Response(400, text="Invalid resolution"), 'HTTP 400: "Invalid resolution"'),
        (httpx.Response(400, json={"type": "Invalid arguments", "field": "interval"}), "Invalid arguments: interval"),
        (httpx.Response(404, text="<html>nothing here</html>"), "HTTP 404 with a page of HTML"),
        (httpx.Response(301, headers={"location": "https://elsewhere"}), "moved to https://elsewhere; .*--url"),
        (httpx.Response(200, json={"result": "success"}), "missing required field `serverTime`"),
        (httpx.Response(200, json=[1]), "another shape"),
    ],
    ids=repr,
)
def test_what_lasts_is_an_error_at_once(lasting: httpx.Response, words: str) -> None:
    slept = Slept()
    with pytest.raises(VenueError, match=words) as caught:
        asyncio.run(client(answers(lasting), slept).time())
    assert not caught.value.is_passing
    assert slept.waits == []
    assert "127.0.0.1:1/derivatives/api/v3/instruments/status" in str(caught.value)


def test_what_does_not_pass_is_an_error_after_so_many_tries() -> None:
    slept = Slept()
    with pytest.raises(
        VenueError, match=r"127\.0\.0\.1:1.*cannot be reached.*check the network.*--url.*tried 4 times"
    ) as caught:
        asyncio.run(client(answers(httpx.ConnectError("refused")), slept, tries=4).time())
    assert caught.value.is_passing
    assert len(slept.waits) == 3


def test_waits_grow_with_a_ceiling_and_are_jittered() -> None:
    slept = Slept()
    with pytest.raises(VenueError):
        asyncio.run(
            client(answers(error("Unavailable")), slept, tries=40, first_backoff=1.0, longest_backoff=8.0).time()
        )
    ceilings = [min(8.0, 2.0**attempt) for attempt in range(39)]
    assert all(0 <= wait <= ceiling for wait, ceiling in zip(slept.waits, ceilings, strict=True))
    assert max(slept.waits) > 4.0
    assert len(set(slept.waits)) == len(slept.waits)


def test_a_wait_the_venue_asks_for_is_kept() -> None:
    slept = Slept()
    busy = httpx.Response(429, headers={"rate-limit-reset": "17"})
    assert asyncio.run(client(answers(busy, told(START)), slept).time()) == START
    assert slept.waits == [17.0]


def test_a_wait_that_is_too_long_is_an_error_that_says_so() -> None:
    busy = httpx.Response(429, headers={"Rate-Limit-Reset": "600"})
    with pytest.raises(VenueError, match="too many requests.*asks to wait 600 seconds") as caught:
        asyncio.run(client(answers(busy)).time())
    assert caught.value.is_passing


def test_requests_beyond_the_burst_wait_for_their_turn() -> None:
    slept = Slept()
    rest = client(answers(told(START)), slept, requests_per_second=2.0, burst=3)

    async def ask() -> None:
        for _ in range(5):
            await rest.time()

    asyncio.run(ask())
    assert slept.waits == pytest.approx([0.5, 1.0], abs=0.2)


@pytest.mark.parametrize("text", ["", "futures.kraken.com", "ftp://host", "http://", "http://[::1"])
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--url"):
        KrakenRest(text, rng=np.random.default_rng(1))


def test_reach_gives_up_after_two_tries_when_nobody_is_there() -> None:
    slept = Slept()
    with pytest.raises(VenueError, match=r"127\.0\.0\.1:1 cannot be reached \(refused\)"):
        asyncio.run(client(answers(httpx.ConnectError("refused")), slept).reach())
    assert len(slept.waits) == 1


def test_reach_is_content_with_any_answer() -> None:
    slept = Slept()
    asyncio.run(client(answers(httpx.Response(503)), slept).reach())
    assert slept.waits == []
