"""Messages of the websocket: recordings become typed facts, nonsense becomes a rejection that says why."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.adapters.kraken import messages
from edgeproof.adapters.kraken.messages import Rejected, parse, subscribe, to_quote, to_trade
from edgeproof.core.model.event import MarketTrade
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, parse_time
from tests.support.data import shared

BITCOIN = parse_instrument("PF_XBTUSD")
TICKER = {
    "feed": "ticker",
    "product_id": "PF_XBTUSD",
    "time": 1_790_359_997_224,
    "bid": 84001.0,
    "ask": 84002.0,
    "bid_size": 0.0273,
    "ask_size": 0.006,
    "last": 83997.0,
    "markPrice": 84004.1,
    "index": 83995.76,
    "openInterest": 2189.7,
    "relative_funding_rate": 0.00001089345,
    "relative_funding_rate_prediction": 0.00001575425,
    "next_funding_rate_time": 1_790_362_800_000,
    "suspended": False,
    "post_only": False,
}
TRADE = {
    "feed": "trade",
    "product_id": "PF_XBTUSD",
    "uid": "d0692c0c-742e-4d88-862c-8bd63533e067",
    "side": "sell",
    "type": "fill",
    "seq": 421_135,
    "time": 1_790_360_004_381,
    "qty": 0.0002,
    "price": 83994.0,
}


def _raw(document: object) -> bytes:
    return json.dumps(document).encode()


def test_a_trade_becomes_a_fact() -> None:
    message = parse(_raw(TRADE))
    assert isinstance(message, messages.Trade)
    assert to_trade(message, BITCOIN) == MarketTrade(BITCOIN, 1_790_360_004_381, 83994.0, 0.0002, -1, 421_135)


def test_a_ticker_becomes_a_quote_with_the_start_of_its_funding_period() -> None:
    message = parse(_raw(TICKER))
    assert isinstance(message, messages.Ticker)
    quote = to_quote(message, BITCOIN)
    assert (quote.bid, quote.ask, quote.last, quote.mark) == (84001.0, 84002.0, 83997.0, 84004.1)
    assert (quote.funding_rate, quote.next_funding_rate) == (0.00001089345, 0.00001575425)
    assert quote.funding_time == 1_790_362_800_000 - HOUR
    assert quote.spread_bps == pytest.approx(1 / 84001.5 * 1e4)


def test_a_ticker_that_leaves_its_funding_out_says_zero() -> None:
    left_out = {key: value for key, value in TICKER.items() if not key.startswith("relative")}
    message = parse(_raw(left_out))
    assert isinstance(message, messages.Ticker)
    assert to_quote(message, BITCOIN).funding_rate == 0.0


def test_a_ticker_of_a_dated_future_has_no_funding_and_an_empty_side_no_price() -> None:
    dated = {key: value for key, value in TICKER.items() if "funding" not in key} | {"bid": 0.0}
    message = parse(_raw(dated))
    assert isinstance(message, messages.Ticker)
    quote = to_quote(message, BITCOIN)
    assert (quote.funding_rate, quote.funding_time, quote.bid, quote.spread_bps) == (None, None, None, None)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"event": "info", "version": 1}, messages.Info),
        ({"event": "subscribed", "feed": "trade", "product_ids": ["PF_XBTUSD"]}, messages.Subscribed),
        ({"event": "subscribed", "feed": "heartbeat"}, messages.Subscribed),
        ({"event": "unsubscribed", "feed": "trade", "product_ids": ["PF_XBTUSD"]}, messages.Unsubscribed),
        ({"event": "alert", "message": "Already subscribed to feed, re-requesting"}, messages.Alert),
        ({"event": "error", "message": "Invalid product id"}, messages.Error),
        ({"event": "challenge", "message": "226aee50"}, messages.Challenge),
        ({"event": "pong"}, messages.Pong),
        ({"feed": "heartbeat", "time": 1_534_262_350_627}, messages.Heartbeat),
    ],
)
def test_words_of_the_venue_have_a_type_each(document: object, kind: type) -> None:
    assert type(parse(_raw(document))) is kind


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"price": -1.0}, "price"),
        ({"price": 0}, "price"),
        ({"qty": -0.1}, "qty"),
        ({"qty": "0.1"}, "qty"),
        ({"time": 0}, "time"),
        ({"seq": -4}, "seq"),
        ({"seq": 1.5}, "seq"),
        ({"side": "long"}, "side"),
        ({"feed": "liquidations"}, "liquidations"),
        ({"price": None}, "price"),
    ],
)
def test_a_wrong_trade_is_rejected_with_the_field(change: dict[str, object], reason: str) -> None:
    message = parse(_raw(TRADE | change))
    assert isinstance(message, Rejected)
    assert reason in message.reason


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"<html>", b'{"feed":3}', b'{"a":1}', b"1e999"]
)
def test_nonsense_is_rejected_with_its_beginning(raw: bytes) -> None:
    message = parse(raw)
    assert isinstance(message, Rejected)
    assert message.reason
    assert message.text == raw.decode(errors="replace")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_message_or_a_rejection(raw: bytes) -> None:
    assert isinstance(parse(raw), messages.Message)


@given(
    st.dictionaries(
        st.sampled_from(sorted(TRADE)),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.lists(st.integers(), max_size=2),
        max_size=4,
    )
)
def test_a_trade_with_any_field_replaced_is_right_or_rejected(changes: dict[str, object]) -> None:
    message = parse(_raw(TRADE | changes))
    if isinstance(message, messages.Trade):
        assert message.price > 0
        assert message.size >= 0
        assert message.time > 0
        assert message.seq >= 0
        assert message.side in {"buy", "sell"}
    else:
        assert isinstance(message, Rejected | messages.FeedMessage)


def test_the_recorded_session_of_2021_parses_to_the_last_message() -> None:
    counts: dict[str, int] = {}
    books: dict[str, int] = {}
    path = shared("payloads/cryptofeed/KRAKEN_FUTURES.ws.1.0")
    for line in path.read_text(encoding="utf-8").splitlines():
        _, _, body = line.partition(": ")
        if not body.startswith("{") or '"event":"subscribe"' in body:
            continue  # the head of the file, and what the client said
        message = parse(body.encode())
        assert not isinstance(message, Rejected), message
        counts[type(message).__name__] = counts.get(type(message).__name__, 0) + 1
        if isinstance(message, messages.BookSnapshot):
            books[message.product_id] = message.seq
        if isinstance(message, messages.BookChange):
            assert message.seq == books[message.product_id] + 1
            books[message.product_id] = message.seq
    assert counts == {
        "Info": 1,
        "Subscribed": 30,
        "BookSnapshot": 10,
        "TradeSnapshot": 10,
        "BookChange": 7_014,
        "Trade": 3,
        "TickerLite": 107,
    }


PUBLIC = ("ticker", "trade", "trade_snapshot", "book_snapshot", "book_snapshot_with_zero_qty", "book_delta")


@pytest.mark.parametrize("name", PUBLIC)
def test_the_public_messages_kept_by_others_parse(name: str) -> None:
    path = shared(f"payloads/nautilus_trader_kraken/ws_futures_{name}.json")
    message = parse(path.read_bytes())
    assert not isinstance(message, Rejected), message
    assert message.product_id == "PI_XBTUSD"  # type: ignore[union-attr]


def _documents(path: Path) -> list[object]:
    """JSON documents of a file: one of its own, or one a line behind a mark."""
    text = path.read_text(encoding="utf-8")
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        found = []
        for line in text.splitlines():
            try:
                found.append(json.loads(line.lstrip("<>= ")))
            except json.JSONDecodeError:
                continue
        return found


def test_every_public_message_in_the_documentation_examples_parses() -> None:
    folder = shared("payloads/ccxt/doc_examples")
    public = {"ticker", "ticker_lite", "trade", "trade_snapshot", "book", "book_snapshot", "heartbeat"}
    seen = 0
    for path in sorted(folder.glob("ws_*.json")):
        for document in _documents(path):
            if isinstance(document, dict) and document.get("feed") in public and "event" not in document:
                message = parse(_raw(document))
                assert not isinstance(message, Rejected), (path.name, message)
                seen += 1
    assert seen >= 5


def test_subscribing_says_feed_and_products() -> None:
    assert msgspec.json.decode(subscribe("trade", ("PF_XBTUSD",))) == {
        "event": "subscribe",
        "feed": "trade",
        "product_ids": ["PF_XBTUSD"],
    }
    assert msgspec.json.decode(subscribe("heartbeat")) == {"event": "subscribe", "feed": "heartbeat"}


def test_the_time_of_a_recorded_ticker_is_its_own() -> None:
    path = shared("payloads/nautilus_trader_kraken/ws_futures_ticker.json")
    message = parse(path.read_bytes())
    assert isinstance(message, messages.Ticker)
    quote = to_quote(message, BITCOIN)
    assert quote.funding_time == parse_time("2023-02-14T16:00Z")
    assert quote.funding_rate == -1.380384722222e-6
