"""The feed over a real websocket, to a venue that is a script: what it says, when it hangs up, when it goes quiet."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.protocol import State

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.kraken.feed import KrakenFeed
from edgeproof.adapters.kraken.feed_settings import FeedSettings
from edgeproof.adapters.kraken.venue_clock import StreamClock
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.event import FeedIncident, FundingPublished, MarketEvent, MarketTrade, Quote, VenueTime
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.ports import FeedScope
from tests.support.lines import (
    BITCOIN,
    LENGTHS,
    START,
    TapeHistory,
    candles_of,
    incidents,
    minutes_of,
    minutes_told,
    trades_of,
)

Session = Callable[["Venue"], Awaitable[None]]
SETTINGS = FeedSettings(
    patience_ms=0,
    hole_s=0.05,
    silence_s=10.0,
    quote_silence_s=5.0,
    ack_s=0.5,
    tick_s=0.02,
    first_pause_s=0.02,
    longest_pause_s=0.1,
    history_ms=0,
)


class Venue:
    """One connection, from the venue's side."""

    def __init__(self, socket: ServerConnection, history: TapeHistory, sent: list[int]) -> None:
        self._socket = socket
        self._history = history
        self._sent = sent

    async def say(self, **message: object) -> None:
        await self._socket.send(json.dumps(message))

    async def raw(self, text: str) -> None:
        await self._socket.send(text)

    async def greet(self) -> None:
        """Acknowledge the three subscriptions, and show the last trades."""
        await self.say(event="info", version=1)
        feeds = [json.loads(await self._socket.recv())["feed"] for _ in range(3)]
        assert feeds == ["heartbeat", "ticker", "trade"]
        for feed in feeds[1:]:
            await self.say(event="subscribed", feed=feed, product_ids=["PF_XBTUSD"])
        past = self._history.tape[: self._sent[0]][-100:]
        await self.say(feed="trade_snapshot", product_id="PF_XBTUSD", trades=[_words(each) for each in past[::-1]])

    async def trade(self, count: int, *, silently: bool = False) -> None:
        """Let the market go on by some trades, and the time with it."""
        for each in self._history.tape[self._sent[0] : self._sent[0] + count]:
            self._history.now = each.time
            if not silently:
                await self.raw(json.dumps(_words(each)))
        self._sent[0] += count

    async def time(self) -> None:
        await self.say(feed="heartbeat", time=self._history.now)

    async def joined(self) -> None:
        """Wait until the client has made its first trades and its history one line."""
        await self.wait_for("candles")
        await asyncio.sleep(0.5)  # nothing tells a venue that its client is ready

    async def wait_for(self, what: str, count: int = 1) -> None:
        for _ in range(200):
            if self._history.asked.count(what) >= count:
                return
            await asyncio.sleep(0.01)

    async def beat(self) -> None:
        """Keep telling the time until the client has left."""
        while self._socket.state is State.OPEN:
            await self.time()
            await asyncio.sleep(0.1)

    async def until_left(self) -> None:
        await self._socket.wait_closed()


def _words(trade: MarketTrade) -> dict[str, object]:
    return {
        "feed": "trade",
        "product_id": "PF_XBTUSD",
        "uid": f"u{trade.seq}",
        "side": "buy" if trade.side > 0 else "sell",
        "type": "fill",
        "seq": trade.seq,
        "time": trade.time,
        "qty": trade.size,
        "price": trade.price,
    }


def play(
    tape: Sequence[MarketTrade],
    *sessions: Session,
    until: int,
    settings: FeedSettings = SETTINGS,
    begun: int = 0,
) -> list[MarketEvent]:
    """Run a feed against scripted connections, one after the other, until time and candles reach their end."""
    history = TapeHistory(tape, now=tape[begun].time if begun else START)
    sent, scripts = [begun], list(sessions)

    async def connected(socket: ServerConnection) -> None:
        venue = Venue(socket, history, sent)
        await scripts.pop(0)(venue)

    async def run() -> list[MarketEvent]:
        told: list[MarketEvent] = []
        async with serve(connected, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            scope = FeedScope(instruments=(BITCOIN,), timeframes=LENGTHS, with_trades=True)
            feed = KrakenFeed(
                f"ws://127.0.0.1:{port}",
                history,
                scope,
                clock=SystemClock(),
                venue_clock=StreamClock(),
                settings=settings,
            )
            async with asyncio.timeout(20):
                async for events in feed.events():
                    told.extend(events)
                    # Every script ends by telling the time: before that, trades of the last minute are still to come.
                    is_over = VenueTime(time=tape[-1].time) in told
                    if is_over and max([0, *minutes_told(told)]) + MINUTE >= until:
                        break
            await feed.close()
        return told

    return asyncio.run(run())


TAPE = trades_of(600, every_ms=3_000)
END = TAPE[-1].time // MINUTE * MINUTE


async def whole(venue: Venue) -> None:
    await venue.greet()
    await venue.joined()
    await venue.trade(600)
    await venue.time()
    await venue.until_left()


def test_feed_of_an_undisturbed_market_makes_its_candles() -> None:
    told = play(TAPE, whole, until=END)
    assert minutes_told(told) == minutes_of(candles_of(TAPE))
    assert [each for each in told if isinstance(each, MarketTrade)] == TAPE
    assert incidents(told)[:2] == ["connected", "joined"]


def test_feed_that_joins_a_market_in_progress_has_the_whole_minute() -> None:
    told = play(TAPE, whole_from_here, until=END, begun=333)
    assert minutes_told(told) == minutes_of(candles_of(TAPE))


async def whole_from_here(venue: Venue) -> None:
    await venue.greet()
    await venue.trade(600 - 333)
    await venue.time()
    await venue.until_left()


@pytest.mark.parametrize("missed", [0, 1, 37, 150, 300])
def test_feed_that_was_cut_off_has_no_hole(missed: int) -> None:
    async def first(venue: Venue) -> None:
        await venue.greet()
        await venue.trade(150)
        await asyncio.sleep(0.05)
        await venue.trade(missed, silently=True)

    async def second(venue: Venue) -> None:
        await venue.greet()
        await venue.trade(450 - missed)
        await venue.time()
        await venue.until_left()

    told = play(TAPE, first, second, until=END)
    assert minutes_told(told) == minutes_of(candles_of(TAPE))
    assert incidents(told).count("disconnected") == 1


def test_feed_on_a_socket_that_answers_pings_and_says_nothing_connects_anew() -> None:
    async def silent(venue: Venue) -> None:
        await venue.greet()
        await venue.trade(100)
        await asyncio.sleep(0.05)
        await venue.trade(50, silently=True)
        await venue.until_left()

    async def second(venue: Venue) -> None:
        await venue.greet()
        await venue.trade(450)
        await venue.time()
        await venue.beat()

    told = play(TAPE, silent, second, until=END, settings=replace(SETTINGS, silence_s=0.6))
    assert minutes_told(told) == minutes_of(candles_of(TAPE))
    kinds = incidents(told)
    assert kinds.index("stale") < kinds.index("disconnected")


def test_feed_with_trades_that_never_came_asks_for_them() -> None:
    async def holes(venue: Venue) -> None:
        await venue.greet()
        await venue.joined()
        for _ in range(10):
            await venue.trade(50)
            await venue.trade(3, silently=True)
        await venue.trade(70)
        await venue.wait_for("trades")
        await asyncio.sleep(0.3)
        await venue.time()
        await venue.until_left()

    told = play(TAPE, holes, until=END)
    assert minutes_told(told) == minutes_of(candles_of(TAPE))
    assert "gap" in incidents(told)
    assert "repaired" in incidents(told)
    assert [each for each in told if isinstance(each, MarketTrade)] == TAPE


def test_feed_that_hears_nonsense_counts_it_and_goes_on() -> None:
    async def noisy(venue: Venue) -> None:
        await venue.greet()
        for text in ("{", "", "null", '{"feed":"trade"}', '{"feed":"trade","product_id":"PF_XBTUSD","price":-1}'):
            await venue.raw(text)
            await venue.trade(100)
        await venue.say(event="error", message="Json Error")
        await venue.say(event="alert", message="maintenance")
        await venue.trade(100)
        await venue.time()
        await venue.until_left()

    told = play(TAPE, noisy, until=END)
    assert minutes_told(told) == minutes_of(candles_of(TAPE))
    kinds = incidents(told)
    assert (kinds.count("malformed"), kinds.count("refused"), kinds.count("notice")) == (5, 1, 1)


def test_feed_whose_snapshot_never_comes_joins_all_the_same() -> None:
    async def terse(venue: Venue) -> None:
        await venue.say(event="info", version=1)
        await venue.trade(100)
        for _ in range(20):
            await venue.time()
            await asyncio.sleep(0.05)
        await venue.trade(500)
        await venue.time()
        await venue.until_left()

    told = play(TAPE, terse, until=END)
    assert minutes_told(told) == minutes_of(candles_of(TAPE))


def test_feed_tells_quotes_and_the_funding_they_carry() -> None:
    async def quoting(venue: Venue) -> None:
        await venue.greet()
        await venue.joined()
        await venue.say(
            feed="ticker",
            product_id="PF_XBTUSD",
            time=START + 1_000,
            bid=100.0,
            ask=101.0,
            last=100.0,
            relative_funding_rate=1e-5,
            next_funding_rate_time=START + HOUR,
        )
        await venue.trade(600)
        await venue.time()
        await venue.until_left()

    told = play(TAPE, quoting, until=END)
    [quote] = [each for each in told if isinstance(each, Quote)]
    assert (quote.bid, quote.ask, quote.funding_rate) == (100.0, 101.0, 1e-5)
    assert [each for each in told if isinstance(each, FundingPublished)] == [
        FundingPublished(instrument=BITCOIN, time=START, rate=1e-5)
    ]
    assert VenueTime(time=TAPE[-1].time) in told


def _fresh(history: TapeHistory, *instruments: Instrument, url: str = "ws://127.0.0.1:1") -> KrakenFeed:
    scope = FeedScope(instruments=instruments, timeframes=LENGTHS)
    return KrakenFeed(url, history, scope, clock=SystemClock(), venue_clock=StreamClock(), settings=SETTINGS)


async def _first(feed: KrakenFeed) -> Sequence[MarketEvent]:
    async for events in feed.events():
        return events
    raise AssertionError


def test_feed_of_an_instrument_the_venue_does_not_list_says_the_nearest() -> None:
    feed = _fresh(TapeHistory(TAPE, now=START), Instrument("BTX", "USD", "USD"))
    with pytest.raises(InputError, match="lists, found BTX/USD:USD; did you mean BTC/USD:USD"):
        asyncio.run(_first(feed))


def test_feed_of_a_venue_that_is_away_at_the_start_says_so() -> None:
    feed = _fresh(TapeHistory(TAPE, now=START, fails=9), BITCOIN)
    with pytest.raises(VenueError, match="503"):
        asyncio.run(_first(feed))


def test_feed_that_cannot_connect_keeps_trying_and_tells() -> None:
    async def run() -> list[str]:
        feed = _fresh(TapeHistory(TAPE, now=START), BITCOIN)
        words: list[str] = []
        async with asyncio.timeout(10):
            async for events in feed.events():
                words += [each.kind.value for each in events if isinstance(each, FeedIncident)]
                if len(words) >= 3:
                    break
        await feed.close()
        return words

    assert asyncio.run(run())[:3] == ["disconnected"] * 3
