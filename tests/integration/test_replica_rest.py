"""Paging through the replica's REST: nothing twice, nothing left out, nothing of the future."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE, SECOND
from edgeproof.exchange.product import Product
from tests.support.replica import Served, candles_of, market_of, replica_of, without_funding

MINUTES = 700
NOW = 650 * MINUTE
EXECUTIONS = "/api/history/v3/market/PF_XBTUSD/executions"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    prices = [100.0 + (step * 7) % 13 for step in range(MINUTES + 1)]
    market = market_of(without_funding({parse_instrument("BTC/USD:USD"): candles_of(prices)}))
    with replica_of(market, start=NOW) as replica:
        yield replica


def get(served: Served, path: str, **words: Any) -> Any:
    answer = httpx.get(served.url + path, params=words)
    assert answer.status_code == 200
    return answer.json()


def product(served: Served) -> Product:
    return served.replica.market.products[0]


def numbers(elements: list[Any]) -> list[int]:
    return [int(each["event"]["Execution"]["execution"]["uid"][-12:], 16) for each in elements]


def executions(served: Served, **words: Any) -> list[int]:
    found: list[int] = []
    while True:
        page = get(served, EXECUTIONS, **words)
        assert page["len"] == len(page["elements"])
        found += numbers(page["elements"])
        if "continuationToken" not in page:
            return found
        words["continuation_token"] = page["continuationToken"]


@pytest.mark.parametrize("count", [1000, 333])
def test_executions_page_by_page_are_all_trades_so_far(served: Served, count: int) -> None:
    so_far = list(range(1, 4 * 650 + 1))
    assert executions(served, sort="asc", count=count) == so_far
    assert executions(served, sort="desc", count=count) == so_far[::-1]


def test_executions_between_two_moments_include_the_first_and_not_the_second(served: Served) -> None:
    times = product(served).tape.time
    since, before = int(times[40]), int(times[60])
    assert executions(served, sort="asc", since=since, before=before) == list(range(41, 61))


def test_history_pages_backwards_by_its_last_time(served: Served) -> None:
    seqs: list[int] = []
    rows = get(served, "/derivatives/api/v3/history", symbol="PF_XBTUSD")["history"]
    while rows:
        assert len(rows) == 100
        seqs += [int(row["sequence_id"]) for row in rows]
        rows = get(served, "/derivatives/api/v3/history", symbol="PF_XBTUSD", lastTime=rows[-1]["time"])["history"]
    assert seqs == list(range(4 * 650, 0, -1))


def test_charts_window_by_window_are_every_candle_once(served: Served) -> None:
    opens: list[int] = []
    start, step = 0, 97
    while start < 650:
        window = {"from": start * 60, "to": (start + step - 1) * 60}
        opens += [
            row["time"] // MINUTE for row in get(served, "/api/charts/v1/trade/PF_XBTUSD/1m", **window)["candles"]
        ]
        start += step
    assert opens == list(range(651))


def test_nothing_of_the_future_is_told(served: Served) -> None:
    charts = get(served, "/api/charts/v1/trade/PF_XBTUSD/1h")["candles"]
    assert charts[-1]["time"] == NOW // HOUR * HOUR
    assert float(charts[-1]["volume"]) == 1.5 * 50
    ticker = get(served, "/derivatives/api/v3/tickers/pf_xbtusd")["ticker"]
    assert ticker["last"] == product(served).tape.price[4 * 650 - 1]
    assert get(served, "/api/charts/v1/trade/PF_XBTUSD/1m", **{"from": NOW // SECOND + 60})["candles"] == []


@pytest.mark.parametrize("words", [{"from": 10**30}, {"from": -(10**30), "to": -5}, {"to": -(10**30)}, {"count": 0}])
def test_absurd_windows_are_answered(served: Served, words: dict[str, int]) -> None:
    assert "candles" in get(served, "/api/charts/v1/trade/PF_XBTUSD/1m", **words)


@pytest.mark.parametrize("words", [{"since": 10**30}, {"before": -(10**30)}, {"continuation_token": -7}])
def test_absurd_pages_are_empty(served: Served, words: dict[str, int]) -> None:
    assert executions(served, **words) == []
