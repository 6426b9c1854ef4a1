"""The websocket's words as frames, ready for the wire.

A frame is made once and written to every session that wants it. A server's frames are not masked, and without
compression a text frame is its length and its text (RFC 6455, 5.2).
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from edgeproof.core.model.time import HOUR
from edgeproof.exchange.listing import Listed
from edgeproof.exchange.product import Product
from edgeproof.exchange.state import Rate, State

SNAPSHOT_TRADES = 100
SIDES = {1: "buy", -1: "sell"}
_TEXT = b"\x81"
_SHORT = 126
_LONG = 65_536

INFO = {"event": "info", "version": 1}


def frame(text: bytes) -> bytes:
    """A text frame."""
    length = len(text)
    if length < _SHORT:
        return b"\x81%c%b" % (length, text)
    if length < _LONG:
        return _TEXT + b"\x7e" + length.to_bytes(2, "big") + text
    return _TEXT + b"\x7f" + length.to_bytes(8, "big") + text


def unframed(whole: bytes) -> bytes:
    """The text of a text frame."""
    length = whole[1]
    return whole[2 if length < _SHORT else 4 if length == _SHORT else 10 :]


def json_frame(document: Any) -> bytes:  # noqa: ANN401 - whatever JSON can say
    """A text frame with a JSON document."""
    return frame(msgspec.json.encode(document))


def trade_head(product: Product) -> str:
    """How every trade message of a product begins, up to the number in its uid."""
    return f'{{"feed":"trade","product_id":"{product.symbol}","uid":"{_uid_head(product)}'


def trade_text(head: str, time: int, price: float, size: float, side: int, seq: int) -> str:  # noqa: PLR0917
    """A trade message."""
    return (
        f'{head}{seq:012x}","side":"{SIDES[side]}","type":"fill","seq":{seq},"time":{time},'
        f'"qty":{size!r},"price":{price!r}}}'
    )


def trade_uid(product: Product, seq: int) -> str:
    """The venue's name of a trade: a pure function of its product and number, in the shape of a UUID."""
    return f"{_uid_head(product)}{seq:012x}"


def _uid_head(product: Product) -> str:
    return f"{product.salt & 0xFFFFFFFF:08x}-0000-4000-8000-"


def trade_rows(product: Product, rows: Iterable[int]) -> list[str]:
    """The messages of some trades of a product."""
    tape, head = product.tape, trade_head(product)
    return [
        trade_text(
            head,
            int(tape.time[row]),
            float(tape.price[row]),
            float(tape.size[row]),
            int(tape.side[row]),
            product.first_seq + row,
        )
        for row in rows
    ]


def trade_snapshot(product: Product, now: int) -> bytes:
    """The last trades before a moment, newest first."""
    count = product.trades_before(now)
    rows = range(count - 1, max(-1, count - 1 - SNAPSHOT_TRADES), -1)
    text = ",".join(trade_rows(product, rows))
    return frame(f'{{"feed":"trade_snapshot","product_id":"{product.symbol}","trades":[{text}]}}'.encode())


def heartbeat(time: int) -> bytes:
    """A heartbeat."""
    return frame(b'{"feed":"heartbeat","time":%d}' % time)


def ticker(listed: Listed, state: State, stamp: int) -> bytes:
    """A ticker, stamped with a time that may not be the market's."""
    return json_frame(
        {
            "time": stamp,
            "product_id": listed.symbol,
            **_funding(state),
            "leverage": "50x",
            "premium": state.premium_percent,
            "feed": "ticker",
            "bid": state.bid,
            "ask": state.ask,
            "bid_size": state.bid_size,
            "ask_size": state.ask_size,
            "volume": state.day.volume,
            "dtm": 0,
            "index": state.index,
            "last": state.last,
            "change": state.change_percent,
            "suspended": listed.is_expired,
            "tag": "perpetual",
            "pair": listed.pair,
            "openInterest": state.open_interest,
            "markPrice": state.mark,
            "maturityTime": 0,
            "post_only": listed.is_post_only,
            "volumeQuote": state.day.quote_volume,
            "open": state.day.open,
            "high": state.day.high,
            "low": state.day.low,
        }
    )


def _funding(state: State) -> dict[str, float | int]:
    """The funding fields; rates that are zero are left out, as the venue does."""
    if state.funding is None:
        return {}
    now, then = state.funding, state.prediction
    fields: dict[str, float | int] = _rates(now, "") | ({} if then is None else _rates(then, "_prediction"))
    return fields | {"next_funding_rate_time": now.time + HOUR}


def _rates(rate: Rate, ending: str) -> dict[str, float | int]:
    if rate.relative == 0:
        return {}
    return {f"funding_rate{ending}": rate.absolute, f"relative_funding_rate{ending}": rate.relative}


def ticker_lite(listed: Listed, state: State) -> bytes:
    """A short ticker."""
    return json_frame(
        {
            "feed": "ticker_lite",
            "product_id": listed.symbol,
            "bid": state.bid,
            "ask": state.ask,
            "change": state.change_percent,
            "premium": state.premium_percent,
            "volume": state.day.volume,
            "tag": "perpetual",
            "pair": listed.pair,
            "dtm": 0,
            "maturityTime": 0,
            "volumeQuote": state.day.quote_volume,
        }
    )


def acknowledged(event: str, feed: str, symbol: str | None = None) -> bytes:
    """The acknowledgement of a subscription (`subscribed`) or of its end (`unsubscribed`)."""
    return json_frame({"event": event, "feed": feed, **({} if symbol is None else {"product_ids": [symbol]})})


def error(message: str) -> bytes:
    """An error."""
    return json_frame({"event": "error", "message": message})


def alert(message: str) -> bytes:
    """An alert."""
    return json_frame({"event": "alert", "message": message})
