"""The documents that public REST answers with, as of a moment."""

from typing import Any

import numpy as np

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_time
from edgeproof.exchange.charts import Chart
from edgeproof.exchange.listing import Listed
from edgeproof.exchange.messages import SIDES, trade_uid
from edgeproof.exchange.product import Product
from edgeproof.exchange.state import Rate, State, rate_of, state_of

Document = dict[str, Any]

HISTORY_ROWS = 100
MOST_EXECUTIONS = 1_000
TICK_TYPES = ("mark", "spot", "trade")
RESOLUTIONS = {
    "1m": MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": HOUR,
    "4h": 4 * HOUR,
    "12h": 12 * HOUR,
    "1d": DAY,
    "1w": 7 * DAY,
}
_FEES = "723888f7-0a8e-4183-8648-f920a22339e3"
_TIERS = ((0.02, 0.05, 0.0), (0.015, 0.04, 100_000.0), (0.0125, 0.03, 1_000_000.0), (0.01, 0.025, 5_000_000.0))


def success(now: int, **fields: Any) -> Document:  # noqa: ANN401 - whatever the reply carries
    """An answer in the envelope of success."""
    return {"result": "success", **fields, "serverTime": format_time(now)}


def refusal(now: int, word: str) -> Document:
    """An answer in the envelope that says why not, which comes with HTTP status 200."""
    return {"result": "error", "error": word, "serverTime": format_time(now)}


def malformed(now: int, status: str, code: int, message: str) -> Document:
    """The answer to a request that cannot be understood."""
    errors = [{"code": code, "message": message}]
    return {"status": status, "result": "error", "errors": errors, "serverTime": format_time(now)}


def instrument(listed: Listed) -> Document:
    """A row of `/instruments`."""
    product = listed.product
    return {
        "symbol": listed.symbol,
        "type": "flexible_futures",
        "tickSize": _number(listed.tick_size),
        "contractSize": 1,
        "tradeable": not listed.is_expired,
        "impactMidSize": product.usual_size,
        "maxPositionSize": product.usual_size * 1e5,
        "openingDate": format_time(product.opened),
        "marginLevels": [
            {"numNonContractUnits": notional, "initialMargin": initial, "maintenanceMargin": maintenance}
            for notional, initial, maintenance in listed.margin_levels
        ],
        "fundingRateCoefficient": 8,
        "maxRelativeFundingRate": 0.005,
        "contractValueTradePrecision": product.size_decimals,
        "postOnly": listed.is_post_only,
        "feeScheduleUid": _FEES,
        "mtf": True,
        "base": product.instrument.base,
        "quote": product.instrument.quote,
        "pair": f"{product.instrument.base}:{product.instrument.quote}",
        "category": "",
        "tags": [],
        "tradfi": False,
        "isExpired": listed.is_expired,
    }


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def status(listed: Listed) -> Document:
    """A row of `/instruments/status`."""
    return {
        "tradeable": listed.symbol,
        "experiencingDislocation": False,
        "priceDislocationDirection": None,
        "experiencingExtremeVolatility": False,
        "extremeVolatilityInitialMarginMultiplier": 1,
    }


def ticker(listed: Listed, now: int) -> Document:
    """A row of `/tickers`; what needs a trade is left out before the first."""
    state = state_of(listed.product, listed.seen(now))
    head: Document = {"tag": "perpetual", "pair": listed.pair, "symbol": listed.symbol}
    tail: Document = {"suspended": listed.is_expired, "postOnly": listed.is_post_only}
    if state is None:
        empty = {"markPrice": 0.0, "vol24h": 0.0, "volumeQuote": 0.0, "openInterest": 0.0, "indexPrice": 0.0}
        return head | empty | tail | {"change24h": 0.0}
    return head | _traded(state) | _funding(state.funding, state.prediction) | tail


def _traded(state: State) -> Document:
    return {
        "markPrice": state.mark,
        "bid": state.bid,
        "bidSize": state.bid_size,
        "ask": state.ask,
        "askSize": state.ask_size,
        "vol24h": state.day.volume,
        "volumeQuote": state.day.quote_volume,
        "openInterest": state.open_interest,
        "open24h": state.day.open,
        "high24h": state.day.high,
        "low24h": state.day.low,
        "vwap24h": state.day.mean_price,
        "indexPrice": state.index,
        "last": state.last,
        "lastTime": format_time(state.last_time),
        "lastSize": state.last_size,
        "change24h": round(state.change_percent, 2),
    }


def _funding(now: Rate | None, then: Rate | None) -> Document:
    if now is None or then is None:
        return {}
    return {"fundingRate": now.absolute, "fundingRatePrediction": then.absolute}


def history(product: Product, now: int, before: int | None) -> list[Document]:
    """Up to 100 trades before a moment, newest first."""
    count = product.trades_before(now if before is None else min(now, before))
    rows = range(count - 1, max(-1, count - 1 - HISTORY_ROWS), -1)
    return [_history_row(product, row, len(rows) - place) for place, row in enumerate(rows)]


def _history_row(product: Product, row: int, number: int) -> Document:
    tape, seq = product.tape, product.first_seq + row
    return {
        "time": format_time(int(tape.time[row])),
        "trade_id": number,
        "price": float(tape.price[row]),
        "size": float(tape.size[row]),
        "side": SIDES[int(tape.side[row])],
        "type": "fill",
        "uid": trade_uid(product, seq),
        "sequence_id": str(seq),
    }


def executions(product: Product, rows: range, following: str | None) -> Document:
    """A page of public executions; `following` is where the next one begins."""
    elements = [_execution(product, row) for row in rows]
    page = {"elements": elements, "len": len(elements)}
    return page if following is None else page | {"continuationToken": following}


def _execution(product: Product, row: int) -> Document:
    tape, uid = product.tape, trade_uid(product, product.first_seq + row)
    time, price, size = int(tape.time[row]), float(tape.price[row]), float(tape.size[row])
    taker, maker = ("Buy", "Sell") if tape.side[row] > 0 else ("Sell", "Buy")
    order = {"tradeable": product.symbol, "quantity": text(size), "timestamp": time, "limitPrice": text(price)}
    rest = {"reduceOnly": False, "lastUpdateTimestamp": time}
    execution = {
        "uid": uid,
        "makerOrder": {"uid": _other_uid(uid, 1), **order, "direction": maker, "orderType": "Post", **rest},
        "takerOrder": {"uid": _other_uid(uid, 2), **order, "direction": taker, "orderType": "Limit", **rest},
        "timestamp": time,
        "quantity": text(size),
        "price": text(price),
        "markPrice": text(price),
        "limitFilled": True,
        "usdValue": text(round(price * size, 2)),
    }
    return {
        "uid": _other_uid(uid, 3),
        "timestamp": time,
        "event": {"Execution": {"execution": execution, "takerReducedQuantity": ""}},
    }


def _other_uid(uid: str, kind: int) -> str:
    """The uid of something that belongs to a trade: its orders, its event."""
    return f"{uid[:9]}{kind:04x}{uid[13:]}"


def execution_rows(product: Product, now: int, since: int | None, before: int | None) -> range:
    """The trades with since <= time < before, of those that have happened, oldest first."""
    last = product.trades_before(now if before is None else min(now, before))
    first = 0 if since is None else product.trades_before(since)
    return range(first, max(first, last))


def funding_rates(product: Product, now: int) -> list[Document]:
    """Every rate that is published, oldest first; the newest is the current hour's."""
    published = int(np.searchsorted(product.funding.time, now, side="right"))
    rows = []
    for time, relative in zip(
        product.funding.time[:published].tolist(), product.funding.rate[:published].tolist(), strict=True
    ):
        fixed = rate_of(product, time // HOUR * HOUR)
        price = fixed.price if fixed is not None else 0.0
        stamp = format_time(time).replace(".000Z", "Z")
        rows.append({"timestamp": stamp, "fundingRate": relative * price, "relativeFundingRate": relative})
    return rows


def candles(found: Chart, *, has_volume: bool) -> Document:
    """The answer of the chart service: numbers as strings, the volume zero for prices that nobody trades."""
    rows = [_candle(found.candles, row, has_volume=has_volume) for row in range(len(found.candles))]
    return {"candles": rows, "more_candles": found.has_more}


def _candle(found: Candles, row: int, *, has_volume: bool) -> Document:
    return {
        "time": int(found.open_time[row]),
        "open": text(float(found.open[row])),
        "high": text(float(found.high[row])),
        "low": text(float(found.low[row])),
        "close": text(float(found.close[row])),
        "volume": text(float(found.volume[row])) if has_volume else "0",
    }


def text(value: float) -> str:
    """The shortest decimal that reads back as the same number, never with an exponent.

    >>> text(84406.0), text(0.1), text(1e-10)
    ('84406', '0.1', '0.0000000001')
    """
    shortest = repr(value)
    if "e" in shortest:
        return np.format_float_positional(value, trim="-")
    return shortest.removesuffix(".0")


def fee_schedules() -> list[Document]:
    """The fee schedule, deprecated as the venue's own."""
    tiers = [{"makerFee": maker, "takerFee": taker, "usdVolume": volume} for maker, taker, volume in _TIERS]
    return [{"uid": _FEES, "name": "Replica fees", "tiers": tiers}]
