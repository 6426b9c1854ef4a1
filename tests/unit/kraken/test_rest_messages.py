"""REST replies of Kraken Futures: recorded ones are read, damaged ones are refused with words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.adapters.kraken.rest_messages import (
    parse_candles,
    parse_funding,
    parse_instruments,
    parse_server_time,
    parse_trades,
)
from edgeproof.core.model.candle import COLUMNS
from edgeproof.core.model.errors import VenueError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE, parse_time
from tests.support.data import shared

BTC = parse_instrument("BTC/USD:USD")
NAUTILUS = "payloads/nautilus_trader_kraken"
KRAKEN_NET = "payloads/kraken_net/Endpoints_Futures"
OLDER = "payloads/kraken_net/JsonResponses_Futures_older"
CCXT = "payloads/ccxt/doc_examples"


def body(name: str) -> bytes:
    """The first reply in a recorded file; some hold lines about the request before it, some further ones after it."""
    text = Path(shared(name)).read_text(encoding="utf-8")
    begin = text.index("{")
    _, end = json.JSONDecoder().raw_decode(text, begin)
    return text[begin:end].encode()


def refused(parse: Callable[[bytes], object], given: bytes) -> VenueError | None:
    """The error that a reply is refused with; None where it is read. Any other exception fails the test."""
    try:
        parse(given)
    except VenueError as error:
        return error
    return None


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def instrument(**changes: Any) -> dict[str, Any]:
    row = {"symbol": "PF_XBTUSD", "type": "flexible_futures", "tradeable": True, "tickSize": 1}
    return row | {"contractValueTradePrecision": 4, "openingDate": "2022-03-22T13:15:36Z"} | changes


def candle(minute: int = 0, **changes: Any) -> dict[str, Any]:
    row = {"time": minute * MINUTE, "open": "10", "high": "12.5", "low": "9", "close": "11", "volume": "3"}
    return row | changes


def trade(number: Any = "7", **changes: Any) -> dict[str, Any]:
    row = {"time": "2026-09-25T18:13:17.057Z", "price": 83997, "size": 0.0114, "side": "sell", "type": "fill"}
    return row | {"uid": f"u{number}", "sequence_id": number} | changes


def test_instruments_recorded_are_the_linear_perpetuals() -> None:
    rules = parse_instruments(body(f"{NAUTILUS}/http_futures_instruments.json"))
    assert [(each.venue_symbol, each.tick_size, each.lot_size) for each in rules] == [
        ("PF_AAPLXUSD", 0.01, 0.01),
        ("PF_ETHUSD", 0.1, 0.001),
        ("PF_PEPEUSD", 1e-10, 1000.0),
    ]
    assert rules[1].opened == parse_time("2022-03-22T13:18:45Z")


@pytest.mark.parametrize(
    ("name", "symbols"),
    [
        (f"{NAUTILUS}/http_futures_instrument_no_fee_schedule.json", ["PF_ETHUSD"]),
        (f"{KRAKEN_NET}/ExchangeData_GetSymbols.txt", ["PF_XBTUSD"]),
        (f"{OLDER}/FuturesExchangeData_GetSymbolsAsync.txt", ["PF_XBTUSD"]),
        ("payloads/cryptofeed/KRAKEN_FUTURES.0", []),
    ],
)
def test_instruments_of_other_recordings_are_read(name: str, symbols: list[str]) -> None:
    assert [each.venue_symbol for each in parse_instruments(body(name))] == symbols


@pytest.mark.parametrize(
    "row",
    [
        instrument(symbol="PI_XBTUSD", type="futures_inverse"),
        instrument(symbol="FF_XBTUSD_261225", lastTradingTime="2026-12-25T08:00:00Z"),
        instrument(lastTradingTime="2026-12-25T08:00:00Z"),
        instrument(tradeable=False),
        instrument(isExpired=True),
        {"symbol": "in_xbtusd", "type": "spot index", "tradeable": False},
    ],
)
def test_instruments_that_are_no_open_linear_perpetual_are_left_out(row: dict[str, Any]) -> None:
    assert parse_instruments(encoded({"result": "success", "instruments": [row]})) == ()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (instrument(tickSize=None), "tickSize > 0"),
        (instrument(tickSize=0), "tickSize > 0"),
        (instrument(contractValueTradePrecision=99), "instruments\\[0\\]"),
        (instrument(openingDate="soon"), "RFC3339"),
        (instrument(openingDate="1960-01-01T00:00:00Z"), "since 1970"),
    ],
)
def test_instruments_with_a_wrong_rule_are_refused(row: dict[str, Any], words: str) -> None:
    with pytest.raises(VenueError, match=words):
        parse_instruments(encoded({"instruments": [row]}))


def levels(*margins: tuple[float, float]) -> list[dict[str, float]]:
    return [{"numNonContractUnits": least, "initialMargin": margin} for least, margin in margins]


@pytest.mark.parametrize(
    ("name", "margins"),
    [
        (f"{NAUTILUS}/http_futures_instruments.json", {"PF_AAPLXUSD": 0.2, "PF_ETHUSD": 0.02, "PF_PEPEUSD": 0.02}),
        (f"{KRAKEN_NET}/ExchangeData_GetSymbols.txt", {"PF_XBTUSD": 0.02}),
        (f"{OLDER}/FuturesExchangeData_GetSymbolsAsync.txt", {"PF_XBTUSD": 0.02}),
    ],
)
def test_instruments_recorded_say_what_the_smallest_position_locks(name: str, margins: dict[str, float]) -> None:
    assert {each.venue_symbol: each.initial_margin_fraction for each in parse_instruments(body(name))} == margins


@pytest.mark.parametrize(
    ("row", "margin"),
    [
        (instrument(), None),
        (instrument(marginLevels=[], retailMarginLevels=None), None),
        (instrument(marginLevels=levels((1e6, 0.02), (0, 0.01))), 0.01),
        (instrument(marginLevels=levels((0, 0.02)), retailMarginLevels=levels((0, 0.1))), 0.1),
        (instrument(retailMarginLevels=levels((0, 0.1))), 0.1),
    ],
    ids=["not said", "empty", "in any order", "of two clients the one who locks more", "retail only"],
)
def test_instrument_margin_is_that_of_the_lowest_level(row: dict[str, Any], margin: float | None) -> None:
    (rules,) = parse_instruments(encoded({"instruments": [row]}))
    assert rules.initial_margin_fraction == margin


@pytest.mark.parametrize("margin", [0, 1.01, -0.02, "much"])
def test_instrument_margin_that_cannot_be_is_refused(margin: Any) -> None:
    with pytest.raises(VenueError, match=r"instruments\[0\]\.marginLevels"):
        parse_instruments(encoded({"instruments": [instrument(marginLevels=levels((0, margin)))]}))


def test_instruments_listed_twice_are_refused() -> None:
    with pytest.raises(VenueError, match="PF_XBTUSD twice"):
        parse_instruments(encoded({"instruments": [instrument(), instrument(tickSize=2)]}))


def test_server_time_is_read_from_any_reply() -> None:
    reply = {"result": "success", "instrumentStatus": [], "serverTime": "2026-09-25T17:46:54.822Z"}
    assert parse_server_time(encoded(reply)) == parse_time("2026-09-25T17:46:54.822Z")


@pytest.mark.parametrize(
    ("name", "timeframe", "rows"),
    [
        (f"{NAUTILUS}/http_futures_candles_trade.json", HOUR, 3),
        (f"{NAUTILUS}/http_futures_candles_mark.json", HOUR, 3),
        (f"{NAUTILUS}/http_futures_candles_spot.json", HOUR, 3),
        (f"{KRAKEN_NET}/ExchangeData_GetKlines.txt", MINUTE, 1),
        (f"{OLDER}/FuturesExchangeData_GetKlinesAsync.txt", MINUTE, 1),
        (f"{CCXT}/rest_fetch_ohlcv_036.json", MINUTE, 1),
    ],
)
def test_candles_recorded_are_read(name: str, timeframe: int, rows: int) -> None:
    assert len(parse_candles(body(name), timeframe).candles) == rows


def test_candles_recorded_keep_their_values() -> None:
    page = parse_candles(body(f"{NAUTILUS}/http_futures_candles_trade.json"), HOUR)
    first = [float(getattr(page.candles, name)[0]) for name in COLUMNS]
    assert first == [91069.0, 91373.5, 90956.0, 91045.5, 319499.0]
    assert int(page.candles.open_time[0]) == 1731715200000
    assert not page.is_cut


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([candle(open="nan")], 'expected a number, found "nan" - at `\\$.candles\\[0\\].open`'),
        ([candle(open="1_0")], 'found "1_0"'),
        ([candle(close="")], 'found ""'),
        ([candle(volume="1e999")], "finite"),
        ([candle(volume=None)], "candles\\[\\.\\.\\.\\].volume|candles\\[0\\].volume"),
        ([candle(volume="-1")], "volume of 0 or more"),
        ([candle(low="0")], "prices above 0"),
        ([candle(high="10")], "between low and high"),
        ([candle(time=1)], "1m grid"),
        ([candle(time=10**15)], "time"),
        ([candle(1), candle(0)], "ascending"),
        ([candle(1), candle(1)], "each once"),
    ],
)
def test_candles_that_cannot_be_are_refused(rows: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(VenueError, match=words):
        parse_candles(encoded({"candles": rows, "more_candles": False}), MINUTE)


def test_candles_that_are_cut_say_so() -> None:
    assert parse_candles(encoded({"candles": [candle()], "more_candles": True}), MINUTE).is_cut


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        (f"{NAUTILUS}/http_futures_historical_funding_rates.json", [0.00015, -0.00005, 0.0001]),
        (f"{KRAKEN_NET}/ExchangeData_GetHistoricalFundingRates.txt", [-1.6898883333333e-05, -5.40935416667e-7]),
        (f"{OLDER}/FuturesExchangeData_GetHistoricalFundingRatesAsync.txt", [-1.6898883333333e-05]),
        (f"{CCXT}/rest_fetch_funding_rate_history_063.json", [6.077996e-05]),
    ],
)
def test_funding_recorded_is_relative_and_ascending(name: str, rates: list[float]) -> None:
    funding = parse_funding(body(name)).funding
    np.testing.assert_allclose(funding.rate[: len(rates)], rates)
    assert (np.diff(funding.time) > 0).all()


def test_funding_times_fall_on_the_whole_minute() -> None:
    rows = [{"timestamp": "2025-09-24T08:00:00.004Z", "fundingRate": 1.3, "relativeFundingRate": 1e-5}]
    page = parse_funding(encoded({"rates": rows, "serverTime": "2025-09-24T08:30:00Z"}))
    assert page.funding.time.tolist() == [parse_time("2025-09-24T08:00Z")]
    assert page.server_time == parse_time("2025-09-24T08:30Z")


def test_funding_with_two_rates_for_one_time_is_refused() -> None:
    rows = [{"timestamp": "2025-09-24T08:00:00Z", "relativeFundingRate": rate} for rate in (1e-5, 2e-5)]
    with pytest.raises(VenueError, match="one rate for 2025-09-24T08:00:00.000Z"):
        parse_funding(encoded({"rates": rows}))


def test_trades_come_ascending_by_their_number() -> None:
    found = parse_trades(encoded({"result": "success", "history": [trade("9"), trade("8"), trade(7)]}), BTC)
    assert [each.seq for each in found] == [7, 8, 9]
    assert found[0] == (BTC, parse_time("2026-09-25T18:13:17.057Z"), 83997.0, 0.0114, -1, 7)


def test_trades_told_twice_count_once() -> None:
    assert len(parse_trades(encoded({"history": [trade(), trade()]}), BTC)) == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([trade(side="maybe")], 'expected buy or sell, found "maybe"'),
        ([trade(price=0)], "above 0"),
        ([trade(number="")], "whole number"),
        ([trade(number="٣")], "whole number"),
        ([trade(number="-3")], "whole number"),
        ([trade(), trade(price=1)], "one trade of number 7, found two"),
        ([trade(time=5)], "history"),
    ],
)
def test_trades_that_cannot_be_are_refused(rows: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(VenueError, match=words):
        parse_trades(encoded({"history": rows}), BTC)


@pytest.mark.parametrize(
    "name",
    [
        f"{KRAKEN_NET}/ExchangeData_GetTrades.txt",
        f"{OLDER}/FuturesExchangeData_GetTradesAsync.txt",
        f"{CCXT}/rest_fetch_trades_038.json",
    ],
)
def test_trades_recorded_before_they_were_numbered_are_refused_for_that(name: str) -> None:
    # The recordings are older than `sequence_id`: without the number no gap could be told from none.
    recorded = json.loads(body(name))
    with pytest.raises(VenueError, match="sequence_id"):
        parse_trades(encoded(recorded), BTC)
    for number, row in enumerate(recorded["history"]):
        row["sequence_id"] = str(number)
        row["price"], row["size"] = row["price"] or 1.0, row["size"] if float(row["size"]) else "1"
    assert len(parse_trades(encoded(recorded), BTC)) == len(recorded["history"])


PARSERS = {
    "instruments": (parse_instruments, {"instruments": [instrument(), instrument(symbol="PF_ETHUSD")]}),
    "time": (parse_server_time, {"serverTime": "2026-09-25T17:46:54.822Z"}),
    "candles": (lambda given: parse_candles(given, MINUTE), {"candles": [candle(0), candle(1)], "more_candles": False}),
    "funding": (parse_funding, {"rates": [{"timestamp": "2025-09-24T08:00:00Z", "relativeFundingRate": "1e-5"}]}),
    "trades": (lambda given: parse_trades(given, BTC), {"history": [trade("8"), trade("7")]}),
}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("kind", PARSERS)
@given(junk=st.binary(max_size=60))
def test_replies_of_random_bytes_are_refused(kind: str, junk: bytes) -> None:
    with pytest.raises(VenueError):
        PARSERS[kind][0](junk)


@pytest.mark.parametrize("kind", PARSERS)
@given(at=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_replies_with_a_changed_byte_are_read_or_refused(kind: str, at: int, byte: int) -> None:
    parse, document = PARSERS[kind]
    damaged = bytearray(encoded(document))
    damaged[at % len(damaged)] = byte
    error = refused(parse, bytes(damaged))
    assert error is None or str(error)


@pytest.mark.parametrize("kind", PARSERS)
@given(length=st.integers(0, 10_000))
def test_replies_cut_short_are_refused_as_passing(kind: str, length: int) -> None:
    parse, document = PARSERS[kind]
    whole = encoded(document)
    error = refused(parse, whole[: length % len(whole)])
    assert error is not None
    assert error.is_passing


@pytest.mark.parametrize("kind", PARSERS)
@given(value=JSON, key=st.integers(0, 30))
def test_replies_with_any_other_value_in_a_field_are_read_or_refused(kind: str, value: Any, key: int) -> None:
    parse, document = PARSERS[kind]
    changed = json.loads(json.dumps(document))
    inner = next(iter(changed.values()))
    row = inner[0] if isinstance(inner, list) else changed
    row[list(row)[key % len(row)]] = value
    error = refused(parse, encoded(changed))
    assert error is None or not error.is_passing
