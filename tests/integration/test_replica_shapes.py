"""Every shape the replica emits, beside a recorded one: the same keys, the same kinds of values."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pytest

from edgeproof.adapters.kraken.rest_messages import parse_instruments
from edgeproof.core.model.candle import Funding
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.exchange.auth import REPLICA_KEY, REPLICA_SECRET, sign_request
from tests.support.data import shared
from tests.support.replica import Served, candles_of, market_of, replica_of
from tests.support.talk import Message, of_feed, subscribe, talk, until_time

MINUTES = 130
V3 = "/derivatives/api/v3"
OPTIONAL = frozenset(
    {
        "retailMarginLevels",
        "marginSchedules",
        "isin",
        "underlying",
        "platformsPermitted",
        "rebateLevels",
        "countriesBanned",
        "description",
        "impactMidSize",
        "fi_xbtusd",
        "effectiveTime",
        "lastTradingTime",
    }
)
"""What only some recorded rows have."""
NEWER = frozenset(
    {"category", "tags", "tradfi", "mtf", "isExpired", "volumeQuote", "sequence_id", "serverTime", "base", "quote"}
    | {"pair", "high24h", "low24h", "vwap24h", "impactMidSize", "fundingRateCoefficient", "maxRelativeFundingRate"}
    | {"maxPositionSize", "openingDate", "contractValueTradePrecision", "postOnly", "feeScheduleUid"}
)
"""What the venue sends since some payloads were recorded."""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    prices = [100.0 + (step * 7) % 13 for step in range(MINUTES + 1)]
    hours = np.arange(4) * HOUR
    history = (candles_of(prices), Funding(time=hours, rate=np.array([1e-5, -2e-5, 3e-5, 1e-5])))
    with replica_of(market_of({parse_instrument("BTC/USD:USD"): history}), start=100 * MINUTE) as replica:
        yield replica


@pytest.fixture(scope="module")
def heard(served: Served) -> list[Message]:
    feeds = [subscribe(feed, "PF_XBTUSD") for feed in ("book", "ticker", "ticker_lite", "trade")]
    return talk(served, subscribe("heartbeat"), *feeds, until=until_time(MINUTES * MINUTE))


def nautilus(name: str) -> Any:
    return json.loads(shared(f"payloads/nautilus_trader_kraken/{name}.json").read_text())


def kraken_net(name: str) -> Any:
    text = shared(f"payloads/kraken_net/{name}.txt").read_text()
    return json.loads(text[text.index("{") :])


def kind(value: Any) -> str:
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case None:
            return "null"
        case _:
            return type(value).__name__


def differences(recorded: Any, found: Any, path: str = "") -> list[str]:
    """Where two documents differ in their keys or in the kind of a value; of lists the first elements count."""
    if kind(recorded) != kind(found):
        return [f"{path}: {kind(found)}, not {kind(recorded)}"]
    if isinstance(recorded, dict):
        gone = set(recorded) - set(found) - OPTIONAL
        new = set(found) - set(recorded) - NEWER
        both = [key for key in recorded if key in found]
        wrong = [f"{path}.{key} is absent" for key in gone] + [f"{path}.{key} is not recorded" for key in new]
        return wrong + [each for key in both for each in differences(recorded[key], found[key], f"{path}.{key}")]
    if isinstance(recorded, list) and recorded and found:
        return differences(recorded[0], found[0], f"{path}[0]")
    return []


def perpetual(rows: list[Any]) -> Any:
    return next(row for row in rows if str(row["symbol"]).upper().startswith(("PF_ETH", "PF_XBT")))


@pytest.mark.parametrize(
    ("feed", "name"),
    [
        ("trade", "ws_futures_trade"),
        ("trade_snapshot", "ws_futures_trade_snapshot"),
        ("ticker", "ws_futures_ticker"),
        ("book_snapshot", "ws_futures_book_snapshot"),
        ("book", "ws_futures_book_delta"),
    ],
)
def test_message_has_the_recorded_shape(heard: list[Message], feed: str, name: str) -> None:
    assert differences(nautilus(name), of_feed(heard, feed)[0]) == []


@pytest.mark.parametrize("feed", ["trade", "trade_snapshot", "ticker_lite", "book", "book_snapshot"])
def test_message_has_the_shape_of_the_recorded_session(heard: list[Message], feed: str) -> None:
    assert differences(_of_session(feed), of_feed(heard, feed)[0]) == []


def _of_session(feed: str) -> Any:
    start = f'{{"feed":"{feed}",'
    for line in shared("payloads/cryptofeed/KRAKEN_FUTURES.ws.1.0").read_text().splitlines():
        text = line.partition(": ")[2]
        if text.startswith(start):
            return json.loads(text)
    pytest.fail(f"expected a message of {feed} in the recorded session")


def test_session_begins_as_the_recorded_one(heard: list[Message]) -> None:
    lines = shared("payloads/cryptofeed/KRAKEN_FUTURES.ws.1.0").read_text().splitlines()
    recorded = [json.loads(line.partition(": ")[2]) for line in lines if '"event":' in line and " <- " not in line]
    assert heard[0] == recorded[0]
    assert list(heard[2]) == list(recorded[1])


@pytest.mark.parametrize(
    ("path", "name", "rows"),
    [
        ("/instruments", "http_futures_instruments", "instruments"),
        ("/tickers", "http_futures_tickers", "tickers"),
    ],
)
def test_rows_have_the_recorded_shape(served: Served, path: str, name: str, rows: str) -> None:
    recorded, found = nautilus(name), httpx.get(served.url + V3 + path).json()
    assert differences(perpetual(recorded[rows]), found[rows][0]) == []
    assert differences({key: recorded[key] for key in recorded if key != rows}, found | {rows: 0}) in (
        [],
        [f".{rows} is not recorded"],
    )


def test_margin_of_an_instrument_is_the_one_that_is_read(served: Served) -> None:
    body = httpx.get(f"{served.url}{V3}/instruments").content
    margins = {each.venue_symbol: each.initial_margin_fraction for each in parse_instruments(body)}
    assert margins["PF_XBTUSD"] == 0.01  # as recorded on 2026-09-25


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{V3}/orderbook?symbol=PF_XBTUSD", "http_futures_orderbook"),
        ("/api/charts/v1/trade/PF_XBTUSD/1h", "http_futures_candles_trade"),
        ("/api/charts/v1/mark/PF_XBTUSD/1h", "http_futures_candles_mark"),
        ("/derivatives/api/v4/historicalfundingrates?symbol=PF_XBTUSD", "http_futures_historical_funding_rates"),
        ("/api/history/v3/market/PF_XBTUSD/executions?sort=desc&count=2", "http_futures_public_executions"),
    ],
)
def test_answer_has_the_recorded_shape(served: Served, path: str, name: str) -> None:
    assert differences(nautilus(name), httpx.get(served.url + path).json()) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{V3}/history?symbol=PF_XBTUSD", "ExchangeData_GetTrades"),
        (f"{V3}/instruments/status", "ExchangeData_GetSymbolStatus"),
        ("/derivatives/api/v4/historicalfundingrates?symbol=PF_XBTUSD", "ExchangeData_GetHistoricalFundingRates"),
    ],
)
def test_answer_has_the_shape_of_the_other_record(served: Served, path: str, name: str) -> None:
    assert differences(kraken_net(f"Endpoints_Futures/{name}"), httpx.get(served.url + path).json()) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"{V3}/openpositions", "Trading_GetOpenPositions"),
        (f"{V3}/openorders", "Trading_GetOpenOrders"),
        (f"{V3}/fills", "Trading_GetUserTrades"),
        (f"{V3}/notifications", "ExchangeData_GetPlatformNotifications"),
        ("/api/history/v3/account-log", "Account_GetAccountLog"),
    ],
)
def test_answer_to_a_signed_request_has_the_recorded_shape(served: Served, path: str, name: str) -> None:
    headers = {"APIKey": REPLICA_KEY, "Authent": sign_request(REPLICA_SECRET, path)}
    found = httpx.get(served.url + path, headers=headers).json()
    assert differences(kraken_net(f"Endpoints_Futures/{name}"), found) == []


def test_unsigned_requests_are_refused_in_the_two_shapes(served: Served) -> None:
    account = httpx.get(f"{served.url}{V3}/accounts")
    history = httpx.get(f"{served.url}/api/history/v3/account-log")
    assert (account.status_code, account.json()["error"]) == (200, "authenticationError")
    assert (history.status_code, history.json()["status"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/api/charts/v1/trade/PF_XBTUSD/2m", "Invalid resolution"),
        ("/api/charts/v1/index/PF_XBTUSD/1m", "Invalid tick type"),
    ],
)
def test_chart_errors_are_plain_text(served: Served, path: str, text: str) -> None:
    answer = httpx.get(served.url + path)
    assert (answer.status_code, answer.text) == (400, text)


def test_wrong_symbol_and_wrong_path_have_their_envelopes(served: Served) -> None:
    wrong = httpx.get(f"{served.url}{V3}/orderbook?symbol=PF_NONEUSD")
    nowhere = httpx.get(f"{served.url}{V3}/nowhere")
    assert (wrong.status_code, wrong.json()["errors"]) == (400, [{"code": 11, "message": "Argument invalid: symbol"}])
    assert (nowhere.status_code, nowhere.json()["errors"]) == (404, [{"code": 0, "message": "404 NOT_FOUND"}])
