"""`CcxtHistory`: what any venue that ccxt knows remembers of its market.

ccxt paces requests and tries passing failures again; here its answers become facts, or a `VenueError`. Candles are
fetched forward from the time wanted; a page without any is a hole, and the next one is asked for.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import numpy as np
from ccxt.base.decimal_to_precision import DECIMAL_PLACES, TICK_SIZE
from ccxt.base.errors import BaseError, OperationFailed

from edgeproof.core.model.candle import COLUMNS, Candles, Funding
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import MINUTE, format_duration, format_time
from edgeproof.ports import InstrumentRules

_RETRIES = {"maxRetriesOnFailure": 4, "maxRetriesOnFailureDelay": 1_000}
_USUAL_PAGE = 500
WHAT_BAD_ANSWERS_RAISE = (TypeError, ValueError, KeyError, IndexError, AttributeError)
"""In ccxt, when an answer is not what it expects."""


class CcxtHistory:
    """A `MarketHistory` of a ccxt exchange (of `ccxt.async_support`): its linear perpetual swaps."""

    def __init__(self, exchange: Any, *, retries: Mapping[str, int] | None = None) -> None:  # noqa: ANN401 - untyped
        self._exchange = exchange
        exchange.options.update(_RETRIES if retries is None else retries)
        exchange.enableLastJsonResponse = True
        self._symbols: dict[Instrument, str] = {}
        self._turn = asyncio.Lock()

    @property
    def name(self) -> str:
        """The exchange's id."""
        return str(self._exchange.id)

    async def instruments(self) -> tuple[InstrumentRules, ...]:
        """The linear perpetual swaps that are active, by name."""
        markets = await self._ask("load_markets", True)  # noqa: FBT003 - again, not from its cache
        found = [(named, market) for market in markets.values() if (named := _linear_perpetual(market)) is not None]
        self._symbols = {instrument: str(market["symbol"]) for instrument, market in found}
        rules = [_rules(instrument, market, self._exchange.precisionMode) for instrument, market in found]
        return tuple(sorted(rules, key=lambda each: each.instrument))

    async def symbols(self) -> Mapping[Instrument, str]:
        """What ccxt calls the instruments that are listed."""
        await self.instruments()
        return self._symbols

    async def time(self) -> int:
        """The venue's clock: as it tells it, as it stamps an answer, or to the second as HTTP dates it."""
        if self._exchange.has.get("fetchTime"):
            return _whole(await self._ask("fetch_time"), "its clock")
        if not self._symbols:
            await self.instruments()
        await self._ask("fetch_ticker", next(iter(self._symbols.values())))
        answer, headers = self._exchange.last_json_response, self._exchange.last_response_headers or {}
        told = answer.get("serverTime") if isinstance(answer, dict) else None
        try:
            moment = datetime.fromisoformat(told) if told is not None else parsedate_to_datetime(headers["Date"])
        except (*WHAT_BAD_ANSWERS_RAISE,) as error:
            raise VenueError(
                f"{self.name}: expected its answers to tell the time, found none", is_passing=False
            ) from error
        return round(moment.timestamp() * 1000)

    async def candles(self, instrument: Instrument, timeframe: int, start: int, end: int) -> AsyncIterator[Candles]:
        """Closed candles with start <= open time and close time <= end, ascending, page by page."""
        symbol, length = await self._symbol(instrument), self._timeframe(timeframe)
        most = self._exchange.feature_value(symbol, "fetchOHLCV", "limit", _USUAL_PAGE) or _USUAL_PAGE
        closed = min(end, await self.time()) // timeframe * timeframe
        at = -(-start // timeframe) * timeframe
        while at < closed:
            rows = await self._ask("fetch_ohlcv", symbol, length, at, most)
            page = _candles(rows, timeframe, self.name).between(at, closed)
            if len(page):
                yield page
                at = int(page.close_time[-1])
            else:
                at += most * timeframe

    async def funding(self, instrument: Instrument, start: int) -> Funding:
        """Funding rates as the venue stamps them, from `start` to its now, on the whole minute."""
        if not self._exchange.has.get("fetchFundingRateHistory"):
            raise VenueError(f"{self.name} has no history of funding rates; leave it out", is_passing=False)
        symbol, now = await self._symbol(instrument), await self.time()
        rates: dict[int, float] = {}
        since = start
        while True:
            rows = await self._ask("fetch_funding_rate_history", symbol, since)
            found = dict(_rate(row, self.name) for row in rows)
            newer = {time: rate for time, rate in found.items() if time >= since}
            if not newer:
                break
            rates |= newer
            since = max(newer) + 1
        times = np.array(sorted(time for time in rates if time <= now), np.int64)
        return _on_minutes(times, np.array([rates[time] for time in times.tolist()], float))

    async def close(self) -> None:
        """Let go of connections."""
        await self._exchange.close()

    async def _symbol(self, instrument: Instrument) -> str:
        if not self._symbols:
            await self.instruments()
        if instrument not in self._symbols:
            raise VenueError(f"{self.name} lists no linear perpetual {instrument}", is_passing=False)
        return self._symbols[instrument]

    def _timeframe(self, timeframe: int) -> str:
        length = format_duration(timeframe)
        known = self._exchange.timeframes or {}
        if length not in known:
            raise InputError(f"expected a timeframe of {self.name} ({', '.join(known)}), found {length}")
        return length

    async def _ask(self, method: str, *words: object) -> Any:  # noqa: ANN401 - whatever ccxt answers
        """What a call brings; one at a time, since the exchange keeps the last answer only."""
        async with self._turn:
            return await self._ask_now(method, *words)

    async def _ask_now(self, method: str, *words: object) -> Any:  # noqa: ANN401
        try:
            answer = await getattr(self._exchange, method)(*words)
        except BaseError as error:
            words_of_it = " ".join(str(error).split())[:300]
            is_passing = isinstance(error, OperationFailed)
            raise VenueError(f"{type(error).__name__}: {words_of_it}", is_passing=is_passing) from error
        except WHAT_BAD_ANSWERS_RAISE as error:
            raise self._not_understood(method) from error
        if not isinstance(self._exchange.last_json_response, dict | list):
            raise self._not_understood(method)
        return answer

    def _stamp(self) -> int:
        """The time of the last answer."""
        answer, headers = self._exchange.last_json_response, self._exchange.last_response_headers or {}
        told = answer.get("serverTime") if isinstance(answer, dict) else None
        try:
            moment = datetime.fromisoformat(told) if told is not None else parsedate_to_datetime(headers["Date"])
        except WHAT_BAD_ANSWERS_RAISE as error:
            words = f"{self.name}: expected its answers to tell the time, found none"
            raise VenueError(words, is_passing=False) from error
        return round(moment.timestamp() * 1000)

    def _not_understood(self, method: str) -> VenueError:
        return VenueError(f"{self.name}: its answer to {method} cannot be understood")


def _linear_perpetual(market: Mapping[str, Any]) -> Instrument | None:
    if not market.get("swap") or not market.get("linear") or market.get("active") is False:
        return None
    try:
        return parse_instrument(str(market["symbol"]))
    except InputError:
        return None  # a name that is none of ours


def _rules(instrument: Instrument, market: Mapping[str, Any], precision_mode: int) -> InstrumentRules:
    precision = market.get("precision") or {}
    contract = float(market.get("contractSize") or 1.0)
    created = market.get("created")
    return InstrumentRules(
        instrument=instrument,
        venue_symbol=str(market["id"]),
        tick_size=_step(precision.get("price"), precision_mode),
        lot_size=_step(precision.get("amount"), precision_mode) * contract,
        is_tradeable=True,
        is_post_only=False,
        opened=None if created is None else int(created),
        initial_margin_fraction=_initial_margin(market),
    )


def _initial_margin(market: Mapping[str, Any]) -> float | None:
    """What the smallest position locks: one part in as many as the highest leverage, where the market says that."""
    most = ((market.get("limits") or {}).get("leverage") or {}).get("max")
    return None if most is None or not float(most) >= 1 else 1.0 / float(most)


def _step(precision: float | None, mode: int) -> float:
    """The step of a number: ccxt says it as such, or as a number of decimal places. NaN where it does not say."""
    if precision is None or mode not in {TICK_SIZE, DECIMAL_PLACES}:
        return float("nan")
    return float(precision) if mode == TICK_SIZE else 10.0 ** -float(precision)


def _candles(rows: Sequence[Sequence[Any]], timeframe: int, venue: str) -> Candles:
    try:
        table = np.array([[float(value) for value in row[:6]] for row in rows], float).reshape(len(rows), 6)
    except (TypeError, ValueError) as error:
        raise VenueError(f"{venue}: expected candles of six numbers, found others", is_passing=False) from error
    columns = dict(zip(COLUMNS, table[:, 1:].T.copy(), strict=True))
    time = table[:, 0].astype(np.int64)
    low, high = columns["low"], columns["high"]
    is_good = np.isfinite(table).all(axis=1) & (time % timeframe == 0) & (low > 0) & (columns["volume"] >= 0)
    is_good &= (low <= np.minimum(columns["open"], columns["close"])) & (
        high >= np.maximum(columns["open"], columns["close"])
    )
    is_good &= np.append(True, np.diff(time) > 0)[: len(time)]
    if not is_good.all():
        wrong = [float(value) for value in table[int(np.argmin(is_good))]]
        expected = f"a {format_duration(timeframe)} candle with low <= open, close <= high, later than the one before"
        raise VenueError(f"{venue}: expected {expected}, found {wrong}", is_passing=False)
    return Candles(timeframe=timeframe, open_time=time, filled=np.zeros(len(time), np.bool_), **columns)


def _rate(row: Mapping[str, Any], venue: str) -> tuple[int, float]:
    time, rate = row.get("timestamp"), row.get("fundingRate")
    if rate is None or not np.isfinite(float(rate)):
        raise VenueError(f"{venue}: expected a funding rate, found {rate}", is_passing=False)
    return _whole(time, "a time of funding"), float(rate)


def _whole(value: object, what: str) -> int:
    if not isinstance(value, int | float) or not 0 <= value < 1e13:
        raise VenueError(f"expected {what} in milliseconds, found {value!r}", is_passing=False)
    return int(value)


def _on_minutes(times: np.ndarray[Any, np.dtype[np.int64]], rates: np.ndarray[Any, np.dtype[np.float64]]) -> Funding:
    """Settlement stamps jitter by milliseconds: on the whole minute, and one rate for each."""
    minutes = times // MINUTE * MINUTE
    again = np.flatnonzero(np.diff(minutes) == 0)
    for at in again[rates[again] != rates[again + 1]][:1].tolist():
        raise VenueError(
            f"expected one rate for {format_time(int(minutes[at]))}, found {rates[at]:g} and {rates[at + 1]:g}",
            is_passing=False,
        )
    kept = np.append(np.diff(minutes) > 0, True)[: len(minutes)]
    return Funding(time=minutes[kept], rate=rates[kept])
