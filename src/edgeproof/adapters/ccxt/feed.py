"""`CcxtFeed`: the live market of any venue that ccxt.pro can watch, as a `MarketFeed`.

1. Watch the trades and the ticker of each instrument (`_follow_trades`, `_follow_ticker`).
2. A line that has just begun, or was broken, is joined to history: from the next whole minute on its trades make the
   candles, and the venue's own candles say what was before (`_join`).
3. Twice a second (`_tick`): close what the clock has closed, ask for funding on the hour, and look for silence. ccxt
   does not notice a socket that is open and says nothing: then it is closed, and 1. begins again.
4. Every few minutes the venue's candles are asked for again, since a trade that is missing cannot be seen (`_check`).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ccxt.base.errors import BaseError, ExchangeClosedByUser, OperationFailed

from edgeproof.adapters.ccxt.history import WHAT_BAD_ANSWERS_RAISE, CcxtHistory
from edgeproof.adapters.ccxt.line import CcxtLine
from edgeproof.core.candles.live import LiveCandles
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.event import (
    ClosedCandle,
    FeedIncident,
    FundingPublished,
    IncidentKind,
    MarketEvent,
    Quote,
    VenueTime,
)
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, MINUTE, format_time
from edgeproof.ports import Clock, FeedScope

_BREAKS = (BaseError, *WHAT_BAD_ANSWERS_RAISE)


@dataclass(frozen=True, slots=True, kw_only=True)
class CcxtFeedSettings:
    """How patient a feed is: `_ms` by the venue's clock, `_s` by ours.

    `margin_ms` is how long subscribing may take: trades count as complete from the first whole minute after it. A trade
    that is stamped more than `ahead_ms` after now is none.
    """

    margin_ms: int = 5_000
    ahead_ms: int = MINUTE
    patience_ms: int = 2_000
    history_ms: int = DAY
    check_ms: int = 5 * MINUTE
    tick_s: float = 0.5
    stale_s: float = 60.0
    clock_s: float = 600.0
    lag_s: float = 1.0
    first_pause_s: float = 1.0
    longest_pause_s: float = 30.0


class CcxtFeed:
    """A live market over an exchange of `ccxt.pro`; see the module."""

    def __init__(
        self,
        exchange: Any,  # noqa: ANN401 - ccxt has no types
        scope: FeedScope,
        *,
        clock: Clock,
        settings: CcxtFeedSettings | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._exchange = exchange
        self._history = CcxtHistory(exchange)
        self._scope = scope
        self._clock = clock
        self._settings = settings if settings is not None else CcxtFeedSettings()
        self._sleep = sleep
        self._events: list[MarketEvent] = []
        self._filled = asyncio.Event()
        self._failure: BaseException | None = None
        self._is_connected = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._watching: list[asyncio.Task[None]] = []
        self._lines: tuple[CcxtLine, ...] = ()
        self._ahead = 0
        self._newest = 0
        self._heard = clock.monotonic()

    async def events(self) -> AsyncIterator[Sequence[MarketEvent]]:
        """What happened, in order, as it comes.

        Raises
        ------
        InputError
            The venue does not list an instrument.
        VenueError
            The venue cannot be reached at the start, or cannot be watched at all; later breaks are mended.
        """
        symbols = await self._history.symbols()
        missing = [each for each in self._scope.instruments if each not in symbols]
        if missing:
            raise InputError(f"expected an instrument that {self._history.name} lists, found {missing[0]}")
        await self._set_clock()
        self._lines = tuple(self._line(each, symbols[each]) for each in self._scope.instruments)
        self._watch()
        self._start(self._tick())
        self._start(self._every(self._settings.clock_s, self._set_clock))
        try:
            while True:
                yield await self._take()
        finally:
            await self.close()

    def forming(self) -> Mapping[Instrument, ClosedCandle]:
        """The base candle that forms now, of instruments that had any trade in it."""
        each = ((line.instrument, line.candles.forming()) for line in self._lines)
        return {instrument: candle for instrument, candle in each if candle is not None}

    async def close(self) -> None:
        """Stop, and let go of the connection."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await self._history.close()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _line(self, instrument: Instrument, symbol: str) -> CcxtLine:
        candles = LiveCandles(instrument, self._scope.timeframes)
        remembered = self._scope.remembered.get(instrument)
        if remembered is not None:
            for _ in candles.restore(remembered):
                pass
        return CcxtLine(instrument, symbol, candles, self._events.append, tells_trades=self._scope.with_trades)

    async def _take(self) -> Sequence[MarketEvent]:
        await self._filled.wait()
        self._filled.clear()
        events = [*self._events]
        self._events.clear()
        if self._failure is not None and not events:
            raise self._failure
        if self._failure is not None:
            self._filled.set()
        return events

    def _ring(self) -> None:
        if self._events:
            self._filled.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A task that fails must not fail silently: whoever listens gets the error."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = error
            self._filled.set()

    # --- watching ---

    def _watch(self) -> None:
        works = [work(line) for line in self._lines for work in (self._follow_trades, self._follow_ticker)]
        self._watching = [self._start(work) for work in works]

    async def _follow_trades(self, line: CcxtLine) -> None:
        failures = 0
        while True:
            joining = self._start(self._join(line))
            try:
                while True:
                    trades = await self._exchange.watch_trades(line.symbol)
                    line.take(trades, self._now() + self._settings.ahead_ms)
                    self._hear(line.newest)
                    failures = 0
            except _BREAKS as error:
                self._lost(error, line)
            finally:
                joining.cancel()
                line.lose()
            await self._sleep(self._pause(failures))
            failures += 1

    async def _follow_ticker(self, line: CcxtLine) -> None:
        failures = 0
        while True:
            try:
                while True:
                    ticker = await self._exchange.watch_ticker(line.symbol)
                    self._hear(ticker.get("timestamp") or 0)
                    self._events.append(_quote(ticker, line.instrument, self._now()))
                    failures = 0
            except _BREAKS as error:
                if isinstance(error, BaseError) and not isinstance(error, OperationFailed):
                    self._lost(error, line)  # of the others the trades' own words tell
            await self._sleep(self._pause(failures))
            failures += 1

    def _hear(self, time: int) -> None:
        self._heard = self._clock.monotonic()
        if not self._is_connected:
            self._is_connected = True
            self._incident(IncidentKind.CONNECTED, self._history.name)
        if time <= self._now() + self._settings.ahead_ms:
            self._newest = max(self._newest, time)
        self._ring()

    def _lost(self, error: Exception, line: CcxtLine) -> None:
        """Tell a break; what no waiting will mend is raised."""
        words = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        if isinstance(error, BaseError) and not isinstance(error, OperationFailed | ExchangeClosedByUser):
            raise VenueError(f"{line.symbol} cannot be watched: {words}", is_passing=False) from error
        if self._is_connected:
            self._is_connected = False
            self._incident(IncidentKind.DISCONNECTED, words)
        self._ring()

    def _incident(self, kind: IncidentKind, words: str) -> None:
        """Tell what happened to the whole feed."""
        self._events.append(FeedIncident(kind=kind, time=self._now(), detail=words))

    def _pause(self, failures: int) -> float:
        # The digits behind the second of our own clock differ from client to client, which is all that is needed.
        spread = 0.5 + self._clock.monotonic() % 1 / 2
        return spread * min(self._settings.longest_pause_s, self._settings.first_pause_s * 2.0**failures)

    # --- joining to history ---

    async def _join(self, line: CcxtLine) -> None:
        """Make a line live: the venue's candles up to a whole minute, trades from there on."""
        failures = 0
        start = -(-(self._now() + self._settings.margin_ms) // MINUTE) * MINUTE
        while self._now() < start + self._settings.patience_ms:
            await self._sleep(self._settings.tick_s / 5)
        is_new = line.candles.closed_until == 0
        while not line.is_live:
            try:
                since = line.candles.closed_until or (start - self._settings.history_ms) // DAY * DAY
                await self._ask_funding(line, since)
                await self._restore(line, since, start)
            except VenueError as error:
                line.incident(IncidentKind.GAP, self._now(), f"not repaired yet: {error}")
                await self._sleep(self._pause(failures))
                failures += 1
            else:
                line.restart(start)
                kind = IncidentKind.JOINED if is_new else IncidentKind.RESTORED
                span = f"{format_time(since)} to {format_time(start)}"
                line.incident(kind, self._now(), f"the venue's candles from {span}")
            self._ring()

    async def _restore(self, line: CcxtLine, since: int, end: int) -> None:
        """Take the venue's candles; once more after a while if the last ones are not there yet."""
        for _ in range(2):
            begin = max(since, line.candles.closed_until)
            async for page in self._history.candles(line.instrument, MINUTE, begin, end):
                line.tell_closed(line.candles.restore(page))
            if line.candles.closed_until >= end:
                return
            await self._sleep(self._settings.lag_s)

    async def _ask_funding(self, line: CcxtLine, since: int) -> None:
        rates = await self._history.funding(line.instrument, max(since, line.funding_time + 1))
        for time, rate in zip(rates.time.tolist(), rates.rate.tolist(), strict=True):
            line.funding(FundingPublished(instrument=line.instrument, time=time, rate=rate))

    async def _check(self, line: CcxtLine) -> None:
        """Put the venue's own candles in the place of the last ones, where they differ; ask for late funding."""
        end = line.candles.closed_until - MINUTE
        try:
            async for page in self._history.candles(line.instrument, MINUTE, end - self._settings.check_ms, end):
                if line.is_live:
                    line.tell_closed(line.candles.restore(page))
            await self._ask_funding(line, self._now() - DAY)
        except VenueError as error:
            line.incident(IncidentKind.NOTICE, self._now(), f"candles could not be checked: {error}")
        self._ring()

    async def _funding(self, line: CcxtLine) -> None:
        """Ask for the rate of the hour, and let the candles go that waited for it."""
        try:
            await self._ask_funding(line, self._now() - DAY)
        except VenueError as error:
            line.incident(IncidentKind.NOTICE, self._now(), f"no funding rate: {error}")
        line.release()
        self._ring()

    # --- what time brings ---

    def _now(self) -> int:
        """The venue's clock, as far as is known."""
        return max(self._newest, self._clock.now() + self._ahead)

    async def _set_clock(self) -> None:
        before = self._clock.now()
        self._ahead = await self._history.time() - (before + self._clock.now()) // 2

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._sleep(seconds)
            try:
                await work()
            except VenueError:
                continue  # the next time will do

    async def _tick(self) -> None:
        asked: dict[CcxtLine, asyncio.Task[None]] = {}
        checked = self._now()
        while True:
            await self._sleep(self._settings.tick_s)
            now = self._now()
            self._events.append(VenueTime(time=now, skew_ms=-self._ahead))
            for line in self._lines:
                line.advance(now - self._settings.patience_ms)
                if line.is_waiting and (line not in asked or asked[line].done()):
                    asked[line] = self._start(self._funding(line))
            if now - checked >= self._settings.check_ms:
                checked = now
                for line in self._lines:
                    self._start(self._check(line))
            await self._look()
            self._ring()

    async def _look(self) -> None:
        """A connection that says nothing at all is a broken one."""
        silent = self._clock.monotonic() - self._heard
        if silent < self._settings.stale_s:
            return
        self._heard = self._clock.monotonic()
        words = f"nothing was heard for {silent:.0f} s"
        self._is_connected = False
        self._incident(IncidentKind.STALE, words)
        for task in self._watching:
            task.cancel()
        await self._exchange.close_ws_clients()
        self._watch()


def _quote(ticker: Mapping[str, Any], instrument: Instrument, now: int) -> Quote:
    """A ticker as a fact; some venues stamp it with the time of the last trade or not at all, hence `now`."""
    return Quote(
        instrument=instrument,
        time=now,
        bid=_positive(ticker.get("bid")),
        ask=_positive(ticker.get("ask")),
        bid_size=_positive(ticker.get("bidVolume")),
        ask_size=_positive(ticker.get("askVolume")),
        last=_positive(ticker.get("last")),
        mark=_positive(ticker.get("markPrice")),
        index=_positive(ticker.get("indexPrice")),
        funding_rate=None,
        funding_time=None,
        next_funding_rate=None,
        suspended=False,
        post_only=False,
    )


def _positive(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and value > 0 else None
