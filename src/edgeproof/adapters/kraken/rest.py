"""`KrakenRest`: what Kraken Futures remembers of its market, over its public REST interface.

A request is: wait for a token of the bucket, ask, see whether the venue refused, parse. What may pass is tried again
after a wait of random length (exponential backoff with full jitter) or as long as the venue says; what lasts is raised
at once. The venue's clock, never this machine's, decides which candle is closed.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TypeVar

import httpx
import numpy as np
from numpy.random import Generator  # noqa: TID251 - seeded by the caller: the jitter of retries

from edgeproof.adapters.kraken.config import BASE_URL, RestLimits
from edgeproof.adapters.kraken.pacing import Sleep, TokenBucket
from edgeproof.adapters.kraken.refusals import Refusal, refusal
from edgeproof.adapters.kraken.rest_messages import (
    CandlePage,
    parse_candles,
    parse_funding,
    parse_instruments,
    parse_server_time,
    parse_trades,
)
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.event import MarketTrade
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, HOUR, MINUTE, SECOND, format_duration, format_time
from edgeproof.ports import InstrumentRules

RESOLUTIONS = {
    MINUTE: "1m",
    5 * MINUTE: "5m",
    15 * MINUTE: "15m",
    30 * MINUTE: "30m",
    HOUR: "1h",
    4 * HOUR: "4h",
    12 * HOUR: "12h",
    DAY: "1d",
}
"""What charts there are, by timeframe."""

CANDLES_A_REPLY = 2_000
_DEEPEST_CUT = 12
"""How often a range that the venue cut short is asked for in pieces before that is called an error."""

_INSTRUMENTS = "/derivatives/api/v3/instruments"
_STATUS = "/derivatives/api/v3/instruments/status"
_HISTORY = "/derivatives/api/v3/history"
_FUNDING = "/derivatives/api/v4/historicalfundingrates"
_CHARTS = "/api/charts/v1/trade"

_REACH = httpx.Timeout(8.0, connect=4.0)
"""Seconds after which somebody who waits in front of a screen wants to know."""

T = TypeVar("T")


class KrakenRest:
    """A `MarketHistory` of Kraken Futures or of a replica of it, at `base_url`."""

    def __init__(  # noqa: PLR0913 - what tests put in the place of network, time and chance
        self,
        base_url: str = BASE_URL,
        *,
        rng: Generator,
        name: str = "kraken",
        limits: RestLimits | None = None,
        sleep: Sleep = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._name = name
        self._limits = limits if limits is not None else RestLimits()
        self._rng = rng
        self._sleep = sleep
        rate, burst = self._limits.requests_per_second, self._limits.burst
        self._bucket = TokenBucket(rate, burst, monotonic=monotonic, sleep=sleep)
        self._url = _checked_url(base_url)
        timeout = httpx.Timeout(self._limits.read_timeout, connect=self._limits.connect_timeout)
        self._client = httpx.AsyncClient(base_url=self._url, timeout=timeout, transport=transport)

    @property
    def name(self) -> str:
        """The venue's name, the source of rows in the store."""
        return self._name

    @property
    def websocket_url(self) -> str:
        """Where the venue's websocket is."""
        scheme = "wss" if self._url.scheme == "https" else "ws"
        return str(self._url.copy_with(scheme=scheme, path="/ws/v1"))

    async def instruments(self) -> tuple[InstrumentRules, ...]:
        """The linear perpetuals that one may trade now, by name."""
        return await self._ask(_INSTRUMENTS, {}, parse_instruments)

    async def time(self) -> int:
        """The venue's clock."""
        return await self._ask(_STATUS, {}, parse_server_time)

    async def candles(self, instrument: Instrument, timeframe: int, start: int, end: int) -> AsyncIterator[Candles]:
        """Closed candles with start <= open time and close time <= end, ascending, up to 2,000 a page."""
        if timeframe not in RESOLUTIONS:
            known = ", ".join(RESOLUTIONS.values())
            raise InputError(f"expected a timeframe of the venue ({known}), found {format_duration(timeframe)}")
        closed = min(end, await self.time())
        window = CANDLES_A_REPLY * timeframe
        first, last = -(-start // timeframe) * timeframe, closed // timeframe * timeframe - timeframe
        for begin in range(first, last + 1, window):
            page = await self._range(instrument, timeframe, begin, min(begin + window - timeframe, last))
            if len(page):
                yield page

    async def _range(
        self, instrument: Instrument, timeframe: int, first: int, last: int, *, pieces: int = _DEEPEST_CUT
    ) -> Candles:
        """The candles that open within [first, last]; what the venue cut off, at either end, is asked for again."""
        path = f"{_CHARTS}/{instrument.venue_symbol}/{RESOLUTIONS[timeframe]}"
        query = {"from": str(first // SECOND), "to": str((last + timeframe) // SECOND - 1)}
        page: CandlePage = await self._ask(path, query, lambda body: parse_candles(body, timeframe))
        found = page.candles.between(first, last + timeframe)
        if not page.is_cut or len(found) == 0:
            return found
        missing = (
            (first, int(found.open_time[0]) - timeframe),
            (int(found.open_time[-1]) + timeframe, last),
        )
        if pieces == 0 and any(begin <= finish for begin, finish in missing):
            raise VenueError(f"{self._host}{path}: it keeps cutting {format_time(first)} to {format_time(last)} short")
        before, after = [
            await self._range(instrument, timeframe, begin, finish, pieces=pieces - 1) if begin <= finish else found[:0]
            for begin, finish in missing
        ]
        return _joined(before, found, after)

    async def funding(self, instrument: Instrument, start: int) -> Funding:
        """Relative hourly rates that are settled by the venue's clock, from `start` on."""
        page = await self._ask(_FUNDING, {"symbol": instrument.venue_symbol}, parse_funding)
        now = page.server_time if page.server_time is not None else await self.time()
        wanted = (page.funding.time >= start) & (page.funding.time <= now)
        return Funding(time=page.funding.time[wanted], rate=page.funding.rate[wanted])

    async def recent_trades(self, instrument: Instrument, before: int | None = None) -> tuple[MarketTrade, ...]:
        """The newest hundred market trades, or the newest hundred before a time, ascending; none beyond seven days."""
        query = {"symbol": instrument.venue_symbol}
        if before is not None:
            query["lastTime"] = format_time(before)
        return await self._ask(_HISTORY, query, lambda body: parse_trades(body, instrument))

    async def reach(self) -> None:
        """Ask for anything, to see whether somebody is there: whoever refuses is.

        Raises
        ------
        VenueError
            Nobody answered in a few seconds.
        """
        for is_last in (False, True):
            try:
                await self._client.get(_STATUS, timeout=_REACH)
            except httpx.HTTPError as error:
                if not is_last:
                    await self._sleep(self._limits.first_backoff)
                    continue
                words = str(error) or type(error).__name__
                raise VenueError(f"{self._host} cannot be reached ({words})") from error
            return

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()

    @property
    def _host(self) -> str:
        return self._url.netloc.decode()

    async def _ask(self, path: str, query: Mapping[str, str], parse: Callable[[bytes], T]) -> T:
        """What a request brings, asked for again while the reason to refuse may pass."""
        for attempt in range(self._limits.tries):
            await self._bucket.take()
            answer = await self._attempt(path, query, parse)
            if not isinstance(answer, Refusal):
                return answer
            is_last = attempt + 1 == self._limits.tries
            if is_last or not answer.is_passing or answer.wait > self._limits.longest_wait:
                raise self._error(path, answer, attempt + 1) from answer.cause
            await self._sleep(max(answer.wait, self._backoff(attempt)))
        raise AssertionError  # the loop returns or raises

    async def _attempt(self, path: str, query: Mapping[str, str], parse: Callable[[bytes], T]) -> T | Refusal:
        try:
            response = await self._client.get(path, params=dict(query))
        except httpx.TimeoutException as error:
            return Refusal(reason="no answer in time; check the network", is_passing=True, cause=error)
        except httpx.ConnectError as error:
            words = f"it cannot be reached ({error}); check the network, or say where it is with --url"
            return Refusal(reason=words, is_passing=True, cause=error)
        except httpx.HTTPError as error:
            words = f"the connection broke ({str(error) or type(error).__name__})"
            return Refusal(reason=words, is_passing=True, cause=error)
        refused = refusal(response.status_code, response.headers, response.content)
        if refused is not None:
            return refused
        try:
            return parse(response.content)
        except VenueError as error:
            return Refusal(reason=str(error), is_passing=error.is_passing, cause=error)

    def _backoff(self, attempt: int) -> float:
        ceiling = min(self._limits.longest_backoff, self._limits.first_backoff * 2**attempt)
        return float(self._rng.uniform(0.0, ceiling))

    def _error(self, path: str, refused: Refusal, attempts: int) -> VenueError:
        words = f"{self._host}{path}: {refused.reason}"
        if refused.is_passing and attempts > 1:
            words += f" (tried {attempts} times)"
        if refused.wait:
            words += f"; it asks to wait {refused.wait:g} seconds"
        return VenueError(words, is_passing=refused.is_passing)


def _checked_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise InputError(f'expected --url to be an address such as {BASE_URL}, found "{text}"')
    return url


def _joined(*parts: Candles) -> Candles:
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("open_time", "open", "high", "low", "close", "volume", "filled")
    }
    return Candles(timeframe=parts[0].timeframe, **columns)
