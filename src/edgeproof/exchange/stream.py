"""The clock of the market, and what it tells on its way.

1. `advance` takes the clock to a moment: from beat to beat, the trades before the beat in the order of time (`_until`),
   what is on the agenda, the tickers that are due, then the heartbeat (`_beat`). So a session has been sent everything
   with a time before T when it gets the heartbeat of T.
2. `run` decides up to when: by the wall (`_by_the_wall`), or as fast as the clients read (`_as_fast_as_read`), if need
   be with rests so that it is not too fast (`_rest`).
3. Every session takes what it subscribed to (`_tell`). Nothing is made into a message that nobody listens to.
"""

import asyncio
from typing import Protocol

import numpy as np

from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.exchange import book as books
from edgeproof.exchange import messages
from edgeproof.exchange.book import Book
from edgeproof.exchange.channels import (
    BOOK,
    HEARTBEAT,
    NOTICES,
    PRODUCT_FEEDS,
    TICKER,
    TICKER_LITE,
    TRADE,
    Outgoing,
    channel,
    feed_of,
    is_trade,
)
from edgeproof.exchange.distortion import Distortion
from edgeproof.exchange.listing import Listing
from edgeproof.exchange.market import Market
from edgeproof.exchange.notices import Notice, websocket_notices
from edgeproof.exchange.options import Options
from edgeproof.exchange.product import Product
from edgeproof.exchange.state import state_of
from edgeproof.exchange.wire import current_time

CHUNK = 256
"""Trades that go out together at most speed, at least; enough to make what a step costs small."""
_SHORTEST_NAP = 0.005
_LONGEST_NAP = 1.0
_MOST_MADE_UP = 0.1


class Agenda(Protocol):
    """What is to happen to the market itself, and when."""

    def is_due(self, now: int) -> bool:
        """Whether something is to happen now."""
        ...

    def next_time(self) -> int | None:
        """When something is to happen next."""
        ...

    def play(self, now: int) -> None:
        """Let it happen."""
        ...


class Listener(Protocol):
    """Who is told: a session."""

    wanted: set[int]

    @property
    def is_waited_for(self) -> bool:
        """Whether the clock, at most speed, goes on only as this one reads."""
        ...

    def take(self, batch: list[Outgoing]) -> None:
        """Take what belongs to the channels it wants."""
        ...

    async def drain(self) -> None:
        """Wait until it reads."""
        ...

    async def catch_up(self) -> None:
        """Wait until it has read what it was told."""
        ...

    async def flush(self) -> None:
        """Wait until it has read everything, or is gone."""
        ...


class Stream:
    """The moving market. `now` is its time: trades before it have happened, rates from it or before are published."""

    def __init__(self, market: Market, options: Options) -> None:
        self.market = market
        self.options = options
        self.pace = options.pace
        self.listing = Listing(market)
        self.listeners: set[Listener] = set()
        self.now = options.pace.start
        self.skew = 0
        self.distortion = Distortion()
        self.agenda: Agenda | None = None
        self.notices: list[Notice] = []
        self._next = int(np.searchsorted(market.trades.time, self.now))
        self._heads = [messages.trade_head(product) for product in market.products]
        self._trade_channels = [channel(TRADE, number) for number in range(len(market.products))]
        self._book_channels = [channel(BOOK, number) for number in range(len(market.products))]
        self._books: dict[int, Book] = {}
        self._wanted: frozenset[int] = frozenset()
        self._lite: dict[int, bytes] = {}
        self._woken = asyncio.Event()
        self._owed = 0
        self._rested = 0.0
        self._began: tuple[float, int] | None = None

    @property
    def has_ended(self) -> bool:
        """Whether the clock stands still for good."""
        return self.now >= self.pace.end

    @property
    def stamp(self) -> int:
        """The time as the venue says it, skew included."""
        return self.now + self.skew

    def changed(self) -> None:
        """Take note that listeners came, went or want something else."""
        quiet = {channel(feed, number) for number in self.listing.quiet() for feed in PRODUCT_FEEDS}
        self._wanted = frozenset().union(*(each.wanted for each in self.listeners)) - quiet
        self._woken.set()

    def expire(self, product: Product) -> None:
        """Let a product trade no more; its last ticker says so."""
        self.listing.expired[product.symbol] = self.now
        self._tell(self.tickers(self.market.numbers[product.symbol]))
        self.changed()

    def book(self, number: int) -> Book:
        """The book of a product, as of now."""
        if number not in self._books:
            self._books[number] = Book(self.market.products[number])
        found = self._books[number]
        found.move(found.product.trades_before(self.now))
        return found

    def tickers(self, number: int) -> list[Outgoing]:
        """The tickers of a product as of now, for the channels somebody wants."""
        full, lite = channel(TICKER, number), channel(TICKER_LITE, number)
        listed = self.listing.at(number)
        if full not in self._wanted and lite not in self._wanted:
            return []
        state = state_of(listed.product, listed.seen(self.now))
        if state is None:
            return []
        found = [(full, messages.ticker(listed, state, self.stamp), 0)] if full in self._wanted else []
        return [*found, (lite, messages.ticker_lite(listed, state), 0)] if lite in self._wanted else found

    def notify(self, notice: Notice) -> None:
        """Keep a notice, and tell all there are to those who want them."""
        self.notices.append(notice)
        self._tell([(NOTICES, messages.json_frame(websocket_notices(self.notices)), 0)])

    async def run(self) -> None:
        """Move through the market until its end, then stand still and go on beating once a second."""
        speed = self.pace.speed
        await (self._by_the_wall(speed) if speed and self.pace.is_by_the_wall else self._as_fast_as_read(speed))
        self._tell(self.distortion.release(), is_true=True)
        if self.options.stop_at_end:
            await asyncio.gather(*(each.flush() for each in self.listeners))
            return
        while True:
            await asyncio.sleep(_LONGEST_NAP)
            self._tell([(HEARTBEAT, messages.heartbeat(self.stamp), 0)])

    def synchronise(self) -> None:
        """Take the clock to where the wall says it is; where clients set the pace, past what it was let pass."""
        if not self.pace.is_by_the_wall:
            owed, self._owed = self._owed, 0
            self.advance(min(self.pace.end, self.now + owed))
        elif self._began is not None:
            wall, market = self._began
            gone = (current_time() - wall) * 1000 * (self.pace.speed or 0)
            self.advance(min(self.pace.end, market + int(gone)))

    def let_pass(self, duration: int) -> None:
        """Where clients set the pace, let market time pass without waiting for anybody; else it passes by itself."""
        if not self.pace.is_by_the_wall:
            self._owed += duration
            self._woken.set()

    async def _by_the_wall(self, speed: float) -> None:
        self._began = current_time(), self.now
        while not self.has_ended:
            self.synchronise()
            times = self.market.trades.time
            event = int(times[self._next]) + 1 if self._next < len(times) else self.pace.end
            wait = (min(event, self._next_beat(self.now)) - self.now) / 1000 / speed
            await asyncio.sleep(min(_LONGEST_NAP, max(_SHORTEST_NAP, wait)))

    async def _as_fast_as_read(self, at_most: float | None) -> None:
        while not self.has_ended:
            self.synchronise()
            waited_for = [each for each in self.listeners if each.is_waited_for]
            if not waited_for:
                self._woken.clear()
                await self._woken.wait()
                self._rested = current_time()
                continue
            for each in waited_for:
                await (each.catch_up() if self.pace.waits else each.drain())
            before = self.now
            self.advance(self._end_of_chunk() if at_most is None else self._end_of_step())
            await self._rest(0.0 if at_most is None else (self.now - before) / 1000 / at_most)

    async def _rest(self, seconds: float) -> None:
        """Wait as long as a step may take at least; what earlier rests were too long is made up for."""
        now = current_time()
        self._rested = max(self._rested, now - _MOST_MADE_UP) + seconds
        await asyncio.sleep(max(0.0, self._rested - now))

    def _end_of_step(self) -> int:
        end = min(self.pace.end, self._next_beat(self.now))
        event = None if self.agenda is None else self.agenda.next_time()
        return end if event is None else max(self.now + 1, min(end, event))

    def _end_of_chunk(self) -> int:
        times = self.market.trades.time
        row = self._next + CHUNK
        far = int(times[row]) if row < len(times) else self.pace.end
        end = min(self.pace.end, max(far // MINUTE * MINUTE, self._next_beat(self.now)))
        event = None if self.agenda is None else self.agenda.next_time()
        return end if event is None else max(self.now + 1, min(end, event))

    def advance(self, target: int) -> None:
        """Take the clock to a moment and tell what happens on the way."""
        while self.now < target:
            self._tell(self._until(target))
            if self.agenda is not None and self.agenda.is_due(self.now):
                self.agenda.play(self.now)
            if self._is_beat(self.now):
                self._tell(self._beat())

    def _until(self, target: int) -> list[Outgoing]:
        """Everything before a moment, or before the next thing on the agenda, whose beat is still to come."""
        batch: list[Outgoing] = []
        while True:
            until = min(self._next_beat(self.now), target)
            self._trades(until, batch)
            self.now = until
            if until == target or (self.agenda is not None and self.agenda.is_due(until)):
                return batch
            batch += self._beat()

    def _next_beat(self, now: int) -> int:
        beat = self.pace.beat
        return min(now // beat * beat + beat, now // MINUTE * MINUTE + MINUTE)

    def _is_beat(self, now: int) -> bool:
        return now % self.pace.beat == 0 or now % MINUTE == 0

    def _beat(self) -> list[Outgoing]:
        batch: list[Outgoing] = []
        if self.now % self.pace.ticker == 0 or self.now % HOUR == 0:
            for number in range(len(self.market.products)):
                batch.extend(each for each in self.tickers(number) if self._is_news(each))
        if HEARTBEAT in self._wanted:
            batch.append((HEARTBEAT, messages.heartbeat(self.stamp), 0))
        return batch

    def _is_news(self, ticker: Outgoing) -> bool:
        """Whether a ticker is to be told: a short one only when it says something else than the last."""
        number, frame, _ = ticker
        if feed_of(number) != TICKER_LITE:
            return True
        before, self._lite[number] = self._lite.get(number), frame
        return before != frame

    def _trades(self, until: int, batch: list[Outgoing]) -> None:
        trades, first = self.market.trades, self._next
        last = int(trades.time.searchsorted(until))
        self._next = last
        if first == last or not self._wanted:
            return
        rows = slice(first, last)
        channels, book_channels, heads, wanted = self._trade_channels, self._book_channels, self._heads, self._wanted
        columns = (trades.product, trades.time, trades.price, trades.size, trades.side, trades.seq)
        for number, time, price, size, side, seq in zip(*(c[rows].tolist() for c in columns), strict=True):
            if channels[number] in wanted:
                text = messages.trade_text(heads[number], time, price, size, side, seq)
                batch.append((channels[number], messages.frame(text.encode()), seq))
            if book_channels[number] in wanted:
                self._book_changes(number, seq, time, batch)

    def _book_changes(self, number: int, seq: int, time: int, batch: list[Outgoing]) -> None:
        product, own = self.market.products[number], self._book_channels[number]
        found = self._books.setdefault(number, Book(product))
        for change in found.move(seq - product.first_seq + 1):
            batch.append((own, books.delta(product, change, time), change.seq))

    def _tell(self, batch: list[Outgoing], *, is_true: bool = False) -> None:
        if self.distortion.faults and not is_true:
            batch = self.distortion.apply(batch)
        if batch:
            for each in tuple(self.listeners):
                each.take(batch)


def wants_trades(wanted: set[int]) -> bool:
    """Whether a channel of trades is among them."""
    return any(is_trade(each) for each in wanted)
