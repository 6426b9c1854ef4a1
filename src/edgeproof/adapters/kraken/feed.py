"""The live market of Kraken Futures as a `MarketFeed`.

1. Connect, subscribe to the heartbeat, the tickers and the trades of every instrument (`_stay_connected`, `_serve`).
2. Each message becomes facts; trades go through the instrument's `Line`, which knows what is missing (`take`).
3. A line that does not know where its trades begin, or misses some, is made whole from history (`joining.py`).
4. Ten times a second (`_tick`): close what the clock has closed, and look for what has gone quiet (`watch.py`).
5. After a break, connect again after a pause that grows and is spread, and go to 1.
"""

import asyncio
import difflib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from edgeproof.adapters.kraken import messages
from edgeproof.adapters.kraken.feed_settings import FeedSettings
from edgeproof.adapters.kraken.joining import Joiner, TradeHistory
from edgeproof.adapters.kraken.line import Line
from edgeproof.adapters.kraken.mailbox import Mailbox
from edgeproof.adapters.kraken.messages import DECODE_ERRORS, Trade, decode_feed
from edgeproof.adapters.kraken.venue_clock import VenueClock
from edgeproof.adapters.kraken.watch import Watch
from edgeproof.core.candles.live import LiveCandles
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.event import (
    ClosedCandle,
    FeedIncident,
    FundingPublished,
    IncidentKind,
    MarketEvent,
    VenueTime,
)
from edgeproof.core.model.instrument import Instrument
from edgeproof.ports import Clock, FeedScope, InstrumentRules

_SKEW_MS = 2_000
_TICKS_A_LOOK = 5


class KrakenFeed:
    """The instruments' market, live; see the module."""

    def __init__(
        self,
        url: str,
        history: TradeHistory,
        scope: FeedScope,
        *,
        clock: Clock,
        venue_clock: VenueClock,
        settings: FeedSettings | None = None,
    ) -> None:
        self._url = url
        self._history = history
        self._scope = scope
        self._clock = clock
        self._venue_clock = venue_clock
        self._settings = settings or FeedSettings()
        self._mailbox = Mailbox()
        self._joiner = Joiner(history, self._settings, venue_clock)
        self.lines: dict[str, Line] = {}
        self._watch = Watch(self._settings, clock)
        self._socket: ClientConnection | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._repairs: dict[str, asyncio.Task[None]] = {}
        self._told_skew = False

    async def events(self) -> AsyncIterator[Sequence[MarketEvent]]:
        """What happened, in order, as it comes.

        Raises
        ------
        InputError
            The venue does not list an instrument.
        VenueError
            The venue cannot be reached at the start; later breaks are mended.
        """
        listed = {each.instrument: each for each in await self._history.instruments()}
        self._venue_clock.observe(await self._history.time())  # a quiet market may not say for a while what time it is
        self.prepare(_rules_of(self._scope.instruments, listed))
        for work in (self._stay_connected(), self._tick(), self._watch_instruments(listed)):
            self._start(work)
        try:
            while True:
                yield await self._mailbox.take()
        finally:
            await self.close()

    def forming(self) -> Mapping[Instrument, ClosedCandle]:
        """The base candle that forms now, of instruments that had any trade in it."""
        each = ((line.instrument, line.candles.forming()) for line in self.lines.values())
        return {instrument: candle for instrument, candle in each if candle is not None}

    async def close(self) -> None:
        """Stop, and let go of the connections: the socket's and the history's."""
        tasks = [*self._tasks, *self._repairs.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._repairs.clear()
        await self._history.close()

    def prepare(self, rules: Iterable[InstrumentRules]) -> None:
        """Lay a line for each instrument."""
        self.lines = {each.venue_symbol: self._line(each) for each in rules}

    def _line(self, rules: InstrumentRules) -> Line:
        candles = LiveCandles(rules.instrument, self._scope.timeframes)
        remembered = self._scope.remembered.get(rules.instrument)
        if remembered is not None:
            for _ in candles.restore(remembered):
                pass
        tells_trades = self._scope.with_trades
        return Line(rules.instrument, rules.venue_symbol, candles, self._mailbox.put, tells_trades=tells_trades)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A task that fails must not fail silently: whoever listens gets the error."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._mailbox.fail(error)

    # --- the connection ---

    async def _stay_connected(self) -> None:
        failures = 0
        while True:
            reason = "the venue closed it"
            try:
                async with connect(
                    self._url,
                    compression=None,
                    max_size=None,
                    ping_interval=self._settings.ping_s,
                    close_timeout=1,
                ) as socket:
                    if await self._serve(socket):
                        failures = 0
            except (OSError, WebSocketException, TimeoutError) as error:
                reason = _words(error)
            self._lose(reason)
            # The digits behind the second of our own clock differ from client to client, which is all that is needed.
            await asyncio.sleep(self._settings.pause(failures, self._clock.monotonic() % 1))
            failures += 1

    async def _serve(self, socket: ClientConnection) -> bool:
        """Read until the connection ends; whether it brought anything."""
        self._socket = socket
        self._watch.connected(self.lines)
        self._incident(IncidentKind.CONNECTED, detail=self._url)
        await socket.send(messages.subscribe("heartbeat"))
        for feed in ("ticker", "trade"):
            for products in self._products():
                await socket.send(messages.subscribe(feed, products))
        count = 0
        with suppress(WebSocketException):
            while True:
                self.take(await socket.recv(decode=False))
                self._mailbox.ring()
                self._watch.frames = count = count + 1
                if self._mailbox.is_full:
                    await self._catch_up()
                if self._settings.waits_for_answers:
                    await self._joiner.has_its_answers()
        return count > 1

    def _products(self) -> list[tuple[str, ...]]:
        symbols, size = tuple(self.lines), self._settings.products_a_message
        return [symbols[start : start + size] for start in range(0, len(symbols), size)]

    async def _catch_up(self) -> None:
        """Leave the socket unread until the listener has taken what waits."""
        began = self._clock.monotonic()
        await self._mailbox.has_room()
        waited = self._clock.monotonic() - began
        self._watch.frames += 1  # not reading is not silence
        if waited > 1:
            self._incident(IncidentKind.OVERRUN, detail=f"not read for {waited:.1f} s: the listener was slow")

    def _lose(self, reason: str) -> None:
        self._socket = None
        for line in self.lines.values():
            line.lose()
        for repair in self._repairs.values():
            repair.cancel()
        self._repairs.clear()
        self._incident(IncidentKind.DISCONNECTED, detail=reason)
        self._mailbox.ring()

    # --- messages ---

    def take(self, raw: bytes) -> None:
        """Take in one message."""
        try:
            message = decode_feed(raw)  # nearly all are trades: they are spared every step that they can be
        except DECODE_ERRORS:
            self._take_other(messages.parse(raw))
            return
        if type(message) is not Trade:
            self._take_other(message)
        elif (line := self.lines.get(message.product_id)) is not None:
            line.trade(message)

    def _take_other(self, message: messages.Message) -> None:
        match message:
            case messages.Heartbeat(time=time):
                self._venue_clock.observe(time)
                self._advance(self._venue_clock.now())
                self._mailbox.put(VenueTime(time=time, skew_ms=self._venue_clock.skew_ms))
            case messages.Ticker():
                self._quote(message)
            case messages.TradeSnapshot():
                self._snapshot(message)
            case messages.Subscribed(feed=feed, product_ids=products):
                self._watch.acknowledged(feed, products)
            case messages.Alert(message=text):
                self._incident(IncidentKind.NOTICE, detail=text)
            case messages.Error(message=text):
                self._incident(IncidentKind.REFUSED, detail=text)
            case messages.Rejected(reason=reason, text=text):
                self._incident(IncidentKind.MALFORMED, detail=f"{reason}: {text}")
            case _:
                pass  # said to others: books, private feeds, acknowledgements of no consequence

    def _quote(self, message: messages.Ticker) -> None:
        line = self.lines.get(message.product_id)
        if line is None:
            return
        quote = messages.to_quote(message, line.instrument)
        self._mailbox.put(quote)
        self._watch.quoted(
            message.product_id, quote.last, line.candles.last.price if line.candles.last is not None else None
        )
        if quote.funding_time is None or quote.funding_rate is None:
            return
        if line.funding_time is None and not line.is_live:
            return  # the rates up to now come with the history that the line is about to be joined to
        if line.misses_funding(quote.funding_time):
            self._repair(line, self._joiner.catch_up_funding)
        else:
            line.funding(FundingPublished(instrument=line.instrument, time=quote.funding_time, rate=quote.funding_rate))

    def _snapshot(self, message: messages.TradeSnapshot) -> None:
        line = self.lines.get(message.product_id)
        if line is None:
            return
        trades = sorted(message.trades, key=lambda trade: trade.seq)
        newest = trades[-1].time if trades else 0
        line.snapshot(trades, max(self._venue_clock.now(), newest))
        if not line.is_live:
            self._repair(line, self._joiner.join)

    # --- what time brings ---

    async def _tick(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(self._settings.tick_s)
            ticks += 1
            self._advance(self._venue_clock.now())
            if ticks % _TICKS_A_LOOK == 0 and self._socket is not None:
                await self._look(self._socket)
            self._mailbox.ring()

    def _advance(self, now: int) -> None:
        if now and self._socket is not None:
            for line in self.lines.values():
                line.advance(now - self._settings.patience_ms)

    async def _look(self, socket: ClientConnection) -> None:
        """Look for what has gone quiet or is missing, and see to it."""
        for line in self.lines.values():
            self._mend(line)
        self._look_at_skew()
        stale = self._watch.stale()
        for symbol, feed, words in stale.subscriptions:
            self._incident(IncidentKind.STALE, self.lines[symbol].instrument, words)
            if feed == "trade":
                self.lines[symbol].lose()
            with suppress(WebSocketException):
                await socket.send(messages.subscribe(feed, (symbol,), event="unsubscribe"))
                await socket.send(messages.subscribe(feed, (symbol,)))
        if stale.connection:
            self._incident(IncidentKind.STALE, detail=stale.connection)
            socket.transport.abort()

    def _mend(self, line: Line) -> None:
        if self._watch.is_overdue(line.symbol, line.has_gap):
            self._incident(IncidentKind.GAP, line.instrument, f"trades from {line.next_seq} on are missing")
            self._repair(line, self._joiner.join)
        elif not line.is_live and self._watch.has_waited_for_snapshot(line.symbol):
            self._repair(line, self._joiner.join)
        elif line.candles.unsettled:
            self._repair(line, self._joiner.settle)
        if self._watch.has_waited_for_funding(line.symbol, line.is_waiting):
            line.release()

    def _repair(self, line: Line, work: Callable[[Line], Coroutine[None, None, None]]) -> None:
        running = self._repairs.get(line.symbol)
        if running is None or running.done():
            self._repairs[line.symbol] = task = asyncio.create_task(self._do(work, line))
            task.add_done_callback(self._ended)

    async def _do(self, work: Callable[[Line], Coroutine[None, None, None]], line: Line) -> None:
        try:
            await work(line)
        except VenueError as error:
            self._incident(IncidentKind.GAP, line.instrument, f"not repaired yet: {error}")
        self._mailbox.ring()

    def _look_at_skew(self) -> None:
        skew = self._venue_clock.skew_ms
        is_wrong = skew is not None and abs(skew) > _SKEW_MS
        if is_wrong and not self._told_skew:
            self._incident(IncidentKind.SKEW, detail=f"this machine's clock is {skew} ms ahead of the venue's")
        self._told_skew = is_wrong

    async def _watch_instruments(self, listed: Mapping[Instrument, InstrumentRules]) -> None:
        """Tell when an instrument is added, expires or changes its steps."""
        known = dict(listed)
        while True:
            await asyncio.sleep(self._settings.instruments_s)
            try:
                now = {each.instrument: each for each in await self._history.instruments()}
            except VenueError:
                continue  # the connection has its own words for that
            for instrument, words in _changes(known, now):
                self._incident(IncidentKind.INSTRUMENT, instrument, words)
            known = now
            self._mailbox.ring()

    def _incident(self, kind: IncidentKind, instrument: Instrument | None = None, detail: str = "") -> None:
        time = self._venue_clock.now() or self._clock.now()
        self._mailbox.put(FeedIncident(kind=kind, time=time, instrument=instrument, detail=detail))


def _rules_of(wanted: Sequence[Instrument], listed: Mapping[Instrument, InstrumentRules]) -> list[InstrumentRules]:
    for each in wanted:
        if each not in listed:
            near = difflib.get_close_matches(str(each), map(str, listed), n=3, cutoff=0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else f"; {len(listed)} are listed"
            raise InputError(f"expected an instrument that the venue lists, found {each}{hint}")
    return [listed[each] for each in wanted]


def _changes(
    before: Mapping[Instrument, InstrumentRules], now: Mapping[Instrument, InstrumentRules]
) -> list[tuple[Instrument, str]]:
    added = [(each, "added") for each in now if each not in before]
    gone = [(each, "expired or taken down") for each in before if each not in now]
    changed = [
        (each, f"tick size {before[each].tick_size:g} is now {rules.tick_size:g}, lot size {rules.lot_size:g}")
        for each, rules in now.items()
        if each in before and (rules.tick_size, rules.lot_size) != (before[each].tick_size, before[each].lot_size)
    ]
    return added + gone + changed


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
