"""Kraken Futures' REST replies as facts: bytes in, facts out, or a `VenueError` that says what is wrong and where.

The parsers know nothing of the network. A reply that is not JSON may be a passing accident; one that is JSON of
another shape is a lasting one.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Annotated, TypeVar

import msgspec
import numpy as np
from msgspec import Meta, Struct, field

from edgeproof.core.model.candle import COLUMNS, Candles, FloatArray, Funding
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.event import MarketTrade
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import MINUTE, format_duration, format_time
from edgeproof.ports import InstrumentRules

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?")
_SIDES = {"buy": 1, "sell": -1, None: 0}

_Moment = Annotated[datetime, Meta(tz=True)]
_Milliseconds = Annotated[int, Meta(ge=0, lt=10**13)]  # until the year 2286: numpy never overflows
_Number = float | str
"""The venue writes numbers as numbers or as text, by endpoint and by year."""

T = TypeVar("T")


class _MarginLevel(Struct, rename="camel"):
    initial_margin: _Number
    num_non_contract_units: _Number = 0.0


class _Instrument(Struct, rename="camel"):
    symbol: str
    type: str
    tradeable: bool = False
    is_expired: bool = False
    tick_size: float | None = None
    contract_value_trade_precision: Annotated[int, Meta(ge=-15, le=15)] | None = None
    post_only: bool = False
    opening_date: _Moment | None = None
    last_trading_time: _Moment | None = None
    margin_levels: list[_MarginLevel] | None = None
    retail_margin_levels: list[_MarginLevel] | None = None


class _Instruments(Struct):
    instruments: list[_Instrument]


class _Timed(Struct, rename="camel"):
    server_time: _Moment


class _Candle(Struct):
    time: _Milliseconds
    open: _Number
    high: _Number
    low: _Number
    close: _Number
    volume: _Number


class _Candles(Struct):
    candles: list[_Candle]
    more_candles: bool = False


class _Rate(Struct, rename="camel"):
    timestamp: _Moment
    relative_funding_rate: _Number


class _Rates(Struct, rename="camel"):
    rates: list[_Rate]
    server_time: _Moment | None = None


class _Trade(Struct):
    time: _Moment
    price: _Number
    size: _Number
    sequence_id: str | int = field(default="")
    side: str | None = None


class _Trades(Struct):
    history: list[_Trade]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CandlePage:
    """Candles of one reply; `is_cut` when the venue says that the range holds more than it sent."""

    candles: Candles
    is_cut: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FundingPage:
    """Rates of one reply, and the venue's clock where the reply says it."""

    funding: Funding
    server_time: int | None


def parse_instruments(body: bytes) -> tuple[InstrumentRules, ...]:
    """The linear perpetuals one may trade, by name."""
    rows = decode(body, _Instruments).instruments
    named = [(index, row, instrument) for index, row in enumerate(rows) if (instrument := _perpetual(row)) is not None]
    rules = sorted((_rules(index, row, name) for index, row, name in named), key=lambda each: each.instrument)
    for one, other in pairwise(rules):
        if one.instrument == other.instrument:
            raise _wrong("$.instruments", "each instrument once", f"{one.venue_symbol} twice")
    return tuple(rules)


def _perpetual(row: _Instrument) -> Instrument | None:
    """The instrument of a row that is a linear perpetual and open to trade."""
    if row.type != "flexible_futures" or row.last_trading_time is not None or row.is_expired or not row.tradeable:
        return None
    if not row.symbol.upper().startswith("PF_"):
        return None
    try:
        return parse_instrument(row.symbol)
    except InputError:
        return None  # settled in what we have no name for


def _rules(index: int, row: _Instrument, instrument: Instrument) -> InstrumentRules:
    where = f"$.instruments[{index}]"
    if row.tick_size is None or row.contract_value_trade_precision is None or row.tick_size <= 0:
        raise _wrong(where, "tickSize > 0 and contractValueTradePrecision", f"{row.symbol} without them")
    return InstrumentRules(
        instrument=instrument,
        venue_symbol=row.symbol.upper(),
        tick_size=row.tick_size,
        lot_size=float(f"1e{-row.contract_value_trade_precision}"),
        is_tradeable=row.tradeable,
        is_post_only=row.post_only,
        opened=None if row.opening_date is None else _milliseconds(row.opening_date, f"{where}.openingDate"),
        initial_margin_fraction=_initial_margin(row, where),
    )


def _initial_margin(row: _Instrument, where: str) -> float | None:
    """What the smallest position locks; of the schedules for different clients the one that locks most."""
    schedules = (("marginLevels", row.margin_levels), ("retailMarginLevels", row.retail_margin_levels))
    return max((_least_margin(levels, f"{where}.{name}") for name, levels in schedules if levels), default=None)


def _least_margin(levels: list[_MarginLevel], where: str) -> float:
    read = [
        (_number(each.num_non_contract_units, f"{where}[{at}]"), _number(each.initial_margin, f"{where}[{at}]"))
        for at, each in enumerate(levels)
    ]
    _, margin = min(read)
    if not 0 < margin <= 1:
        raise _wrong(where, "an initialMargin above 0, at most 1", f"{margin:g}")
    return margin


def parse_server_time(body: bytes) -> int:
    """The venue's clock, out of any reply that tells it."""
    return _milliseconds(decode(body, _Timed).server_time, "$.serverTime")


def parse_candles(body: bytes, timeframe: int) -> CandlePage:
    """The candles of a chart, the forming one among them."""
    reply = decode(body, _Candles)
    rows = reply.candles
    time = np.array([row.time for row in rows], np.int64)
    columns = {
        name: np.array([_number(getattr(row, name), f"$.candles[{at}].{name}") for at, row in enumerate(rows)], float)
        for name in COLUMNS
    }
    candles = Candles(timeframe=timeframe, open_time=time, filled=np.zeros(len(rows), np.bool_), **columns)
    _check_candles(candles)
    return CandlePage(candles=candles, is_cut=reply.more_candles)


def _check_candles(candles: Candles) -> None:
    if len(candles) == 0:
        return
    time = candles.open_time
    _refuse(candles, time % candles.timeframe != 0, f"an open time on the {format_duration(candles.timeframe)} grid")
    _refuse(candles, np.append(False, np.diff(time) <= 0), "candles in ascending order, each once")
    _refuse(candles, (candles.low <= 0) | (candles.volume < 0), "prices above 0 and a volume of 0 or more")
    outside = (candles.low > np.minimum(candles.open, candles.close)) | (
        candles.high < np.maximum(candles.open, candles.close)
    )
    _refuse(candles, outside, "open and close between low and high")


def _refuse(candles: Candles, is_wrong: np.ndarray[tuple[int], np.dtype[np.bool_]], expected: str) -> None:
    if not is_wrong.any():
        return
    at = int(np.argmax(is_wrong))
    values: list[FloatArray] = [getattr(candles, name) for name in COLUMNS]
    found = ", ".join(f"{name} {column[at]:g}" for name, column in zip(COLUMNS, values, strict=True))
    raise _wrong(f"$.candles[{at}]", expected, f"{found} at {format_time(int(candles.open_time[at]))}")


def parse_funding(body: bytes) -> FundingPage:
    """Relative rates by the whole minute their period begins at, ascending."""
    reply = decode(body, _Rates)
    rates: dict[int, float] = {}
    for at, row in enumerate(reply.rates):
        where = f"$.rates[{at}]"
        time = _milliseconds(row.timestamp, f"{where}.timestamp") // MINUTE * MINUTE
        rate = _number(row.relative_funding_rate, f"{where}.relativeFundingRate")
        if rates.setdefault(time, rate) != rate:
            raise _wrong(where, f"one rate for {format_time(time)}", f"{rates[time]:g} and {rate:g}")
    ordered = sorted(rates.items())
    funding = Funding(
        time=np.array([time for time, _ in ordered], np.int64), rate=np.array([rate for _, rate in ordered], float)
    )
    told = reply.server_time
    return FundingPage(funding=funding, server_time=None if told is None else _milliseconds(told, "$.serverTime"))


def parse_trades(body: bytes, instrument: Instrument) -> tuple[MarketTrade, ...]:
    """Market trades, ascending by their number."""
    trades: dict[int, MarketTrade] = {}
    for at, row in enumerate(decode(body, _Trades).history):
        trade = _trade(row, f"$.history[{at}]", instrument)
        if trades.setdefault(trade.seq, trade) != trade:
            raise _wrong(f"$.history[{at}]", f"one trade of number {trade.seq}", "two")
    return tuple(trade for _, trade in sorted(trades.items()))


def _trade(row: _Trade, where: str, instrument: Instrument) -> MarketTrade:
    number = str(row.sequence_id)
    if re.fullmatch(r"\d{1,18}", number, re.ASCII) is None:
        raise _wrong(f"{where}.sequence_id", "a whole number", f'"{number}"')
    if row.side not in _SIDES:
        raise _wrong(f"{where}.side", "buy or sell", f'"{row.side}"')
    price, size = _number(row.price, f"{where}.price"), _number(row.size, f"{where}.size")
    if price <= 0 or size <= 0:
        raise _wrong(where, "a price and a size above 0", f"{price:g} and {size:g}")
    time = _milliseconds(row.time, f"{where}.time")
    return MarketTrade(instrument, time, price, size, _SIDES[row.side], int(number))


def decode(body: bytes, shape: type[T]) -> T:
    """The reply in its shape; a `VenueError` that says where it has another one."""
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        raise VenueError(f"the reply has another shape than agreed: {error}", is_passing=False) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise VenueError(f"expected JSON, found {excerpt(body)}: {error}") from error


def excerpt(body: bytes, length: int = 120) -> str:
    """The beginning of a reply, for people: one line, printable."""
    text = " ".join(body[: 4 * length].decode("utf-8", errors="replace").split())
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)[:length]
    return f'"{shown}"' if shown else "nothing"


def _number(value: _Number, where: str) -> float:
    """A finite number, written as one or as text; whatever Python's `float` would take besides is refused."""
    if isinstance(value, str):
        if _NUMBER.fullmatch(value) is None:
            raise _wrong(where, "a number", f'"{value[:40]}"')
        value = float(value)
    if not np.isfinite(value):
        raise _wrong(where, "a finite number", str(value))
    return value


def _milliseconds(moment: datetime, where: str) -> int:
    time = (moment - _EPOCH) // timedelta(milliseconds=1)
    if not 0 <= time < 10**13:
        raise _wrong(where, "a time since 1970", moment.isoformat())
    return time


def _wrong(where: str, expected: str, found: str) -> VenueError:
    return VenueError(f"expected {expected}, found {found} - at `{where}`", is_passing=False)
