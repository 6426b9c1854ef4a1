"""How a line that does not know what it missed gets whole again: from history by REST, without a hole or a double.

1. Ask for older trades, page by page, until those held reach back to the last one known, or, when that is too far, to
   the beginning of the minute in progress (`_reach`).
2. In the first case nothing is missing: go on. In the second, every whole minute before is the venue's own candle, and
   the trades from then on make the candles (`_restore`). A minute that the trades do not reach is waited for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from edgeproof.adapters.kraken.feed_settings import FeedSettings
from edgeproof.adapters.kraken.line import Line, Trade
from edgeproof.adapters.kraken.venue_clock import VenueClock
from edgeproof.core.candles.live import LiveCandles
from edgeproof.core.model.errors import VenueError
from edgeproof.core.model.event import FundingPublished, IncidentKind, MarketTrade
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_time
from edgeproof.ports import MarketHistory

_LAGS = 20
"""How often the venue's candles are asked for again when they lack one that is known to have trades."""

_PAUSE_S = 0.25


class TradeHistory(MarketHistory, Protocol):
    """A `MarketHistory` that has the last single trades too."""

    async def recent_trades(self, instrument: Instrument, before: int | None = None) -> tuple[MarketTrade, ...]:
        """The last trades before a time, oldest first."""
        ...


class Joiner:
    """Makes lines whole, a few at a time."""

    def __init__(
        self,
        history: TradeHistory,
        settings: FeedSettings,
        clock: VenueClock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._history = history
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._places = asyncio.Semaphore(4)
        self._asking = 0
        self._answered = asyncio.Event()
        self._answered.set()

    async def has_its_answers(self) -> None:
        """Wait until the venue has answered whatever was asked of its history."""
        await self._answered.wait()

    @contextmanager
    def _question(self) -> Iterator[None]:
        self._asking += 1
        self._answered.clear()
        try:
            yield
        finally:
            self._asking -= 1
            if self._asking == 0:
                self._answered.set()

    async def join(self, line: Line) -> None:
        """Make a line whole and live, however often it takes."""
        failures = 0
        while True:
            try:
                async with self._places:
                    await self._join(line)
            except VenueError as error:
                line.incident(IncidentKind.GAP, self._now(line), f"not repaired yet: {error}")
                await self._sleep(self._settings.pause(failures, 0.5))
                failures += 1
            else:
                return

    async def settle(self, line: Line) -> None:
        """Take the venue's candles for the minutes that trades came too late for."""
        minutes = sorted(line.candles.unsettled)
        if minutes:
            await self._tell_candles(line, minutes[0], minutes[-1] + MINUTE)
            line.candles.unsettled.clear()

    async def catch_up_funding(self, line: Line) -> None:
        """Tell the funding rates of hours that passed unseen; hours that the venue has no rate for are let go."""
        if line.funding_time is not None:
            await self._tell_funding(line, line.funding_time + 1)
            line.funding_complete_until = self._now(line) // HOUR * HOUR

    async def _join(self, line: Line) -> None:
        known, is_new = line.next_seq, line.candles.last is None
        start = await self._reach(line)
        if start is None:
            line.go_on()
            line.incident(IncidentKind.REPAIRED, self._now(line), f"trades {known} to {(line.next_seq or 0) - 1}")
            return
        since = await self._restore(line, start)
        line.restart(start)
        kind = IncidentKind.JOINED if is_new else IncidentKind.RESTORED
        line.incident(kind, self._now(line), f"the venue's candles {_words(since)} to {_words(start)}, then its trades")

    async def _reach(self, line: Line) -> int | None:
        """None when nothing is missing any more; else the time from which on the trades held are all there are."""
        for _ in range(self._settings.pages):
            if line.is_live and not line.held:
                return None
            tail = line.tail()
            if tail is not None:
                if line.next_seq is not None and tail.seq <= line.next_seq:
                    return None
                is_far = line.next_seq is None or tail.seq - line.next_seq > self._settings.most_missing
                if is_far and _whole_from(tail) <= self._now(line) // MINUTE * MINUTE:
                    break
            with self._question():
                page = await self._history.recent_trades(line.instrument, None if tail is None else tail.time + 1)
            if not line.hold(page):
                break
        tail = line.tail()
        start = self._now(line) // MINUTE * MINUTE if tail is None else _whole_from(tail)
        return max(start, line.candles.closed_until)

    async def _restore(self, line: Line, start: int) -> int:
        """Take the venue's candles up to `start`; the time they begin."""
        while self._now(line) < start:
            await self._sleep(_PAUSE_S / 5)
        candles = line.candles
        if candles.closed_until and start - candles.closed_until > self._settings.most_history_ms:
            words = f"no candles from {_words(candles.closed_until)} on: edgeproof data download brings them"
            line.incident(IncidentKind.GAP, self._now(line), words)
            candles.forget()
        since = candles.closed_until or (start - self._settings.history_ms) // DAY * DAY
        if line.funding_time is None:
            await self._tell_funding(line, since)
        for _ in range(_LAGS):
            await self._tell_candles(line, _open_since(candles) or since, start)
            if not _lacks(line, start):
                break
            await self._sleep(_PAUSE_S)
        if candles.closed_until == 0:
            candles.begin(start)
        line.tell_closed(candles.advance(start))
        return since

    async def _tell_candles(self, line: Line, start: int, end: int) -> None:
        with self._question():
            async for page in self._history.candles(line.instrument, MINUTE, start, end):
                line.tell_closed(line.candles.restore(page))

    async def _tell_funding(self, line: Line, since: int) -> None:
        with self._question():
            funding = await self._history.funding(line.instrument, since)
        for time, rate in zip(funding.time.tolist(), funding.rate.tolist(), strict=True):
            line.funding(FundingPublished(instrument=line.instrument, time=time, rate=rate))

    def _now(self, line: Line) -> int:
        newest = line.held[max(line.held)].time if line.held else 0
        return max(
            self._clock.now(),
            line.snapshot_time or 0,
            line.candles.last.time if line.candles.last is not None else 0,
            newest,
        )


def _open_since(candles: LiveCandles) -> int:
    """The first minute that may lack trades: the one of the last trade, though the clock may have closed it since."""
    last = candles.closed_until if candles.last is None else candles.last.time // MINUTE * MINUTE
    return min(candles.closed_until, last)


def _whole_from(tail: Trade) -> int:
    """The first minute that trades without a hole from `tail` on cover entirely."""
    minute = tail.time // MINUTE * MINUTE
    return minute if tail.seq <= 1 else minute + MINUTE


def _lacks(line: Line, start: int) -> bool:
    """Whether a minute before `start` has trades, and no candle of the venue yet."""
    until = line.candles.closed_until
    return until < start and (
        line.candles.has_trades or any(until <= trade.time < start for trade in line.held.values())
    )


def _words(time: int) -> str:
    """A time to the minute, for people."""
    return format_time(time)[:16].replace("T", " ")
