"""The page as a whole: its data, and that what is said in it stays data."""

import base64
import gzip
import json
import re
from typing import Any

import numpy as np
import pytest

from edgeproof.cli.document import statistics_document
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.core.performance.metrics import statistics
from edgeproof.research.report import page_data as page_data_module
from edgeproof.research.report.analysis import TRADE_FIELDS
from edgeproof.research.report.packing import packed_document, packed_integers, tidy
from edgeproof.research.report.page import build_page
from edgeproof.research.report.page_data import page_data
from edgeproof.research.report.sources import Sources
from tests.support.candles import walk
from tests.unit.report.round_trips import round_trips

BTC, ETH = "BTC/USD:USD", "ETH/USD:USD"


def result(name: str, instrument: str, r: list[float]) -> dict[str, Any]:
    figures = statistics_document(statistics(round_trips(r))) if r else None
    fates = {"signals": len(r), "void": 0, "overlapped": 0, "unfilled": 0, "invalidated": 0}
    reason = {} if r else {"reason": "never fired"}
    head = {"hypothesis": name, "instrument": instrument, "timeframe": "5m", "direction": "long"}
    return head | fates | {"statistics": figures} | reason


def certificate(instrument: str) -> dict[str, Any]:
    times = {"start": "1970-01-01T00:00:00.000Z", "end": "1970-01-02T00:00:00.000Z"}
    return {"instrument": instrument, "base_timeframe": "1m", "candles": 1440, **times}


def sources(results: dict[tuple[str, str], list[float]], **more: Any) -> Sources:
    document = {
        "run": {"id": "abc", "version": "1", "config": {"costs": {"taker": 0.0005, "maker": 0.0002}}, "seed": 0},
        "data": [certificate(name) for name in (BTC, ETH)],
        "results": [result(*key, r) for key, r in results.items()],
        "definitions": {"Up": {"reason": "</script><script>alert(1)</script> {{title}}", "entry": ["close > 1"]}},
    }
    trades = {key: round_trips(r) for key, r in results.items() if r}
    return Sources(run=document, edge=None, trades=trades, candles=lambda _: walk(1440), **more)


def test_rows_of_few_trades_stand_behind_the_others() -> None:
    results = {("Few", BTC): [3.0], ("None", BTC): [], ("Many", BTC): [0.1] * 40, ("Less", ETH): [0.0] * 40}
    data = page_data(sources(results))
    assert [row["hypothesis"] for row in data["rows"]] == ["Many", "Less", "Few", "None"]
    assert data["rows"][-1]["note"] == "never fired"
    assert data["rows"][-1]["charts"] == {}


def test_rows_beyond_what_a_page_carries_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_data_module, "MOST_ROWS", 2)
    data = page_data(sources({(f"H{n}", BTC): [float(n)] for n in range(5)}))
    assert [row["hypothesis"] for row in data["rows"]] == ["H4", "H3"]
    assert data["left_out"] == 3


def test_trades_on_the_page_have_every_field_in_its_place() -> None:
    data = page_data(sources({("Up", ETH): [2.0, -1.0]}))
    first = dict(zip(data["trade_fields"], data["rows"][0]["shown"][0], strict=True))
    assert tuple(data["trade_fields"]) == TRADE_FIELDS
    assert data["instruments"][first["instrument"]] == ETH
    assert (first["r"], first["reason"], first["fees"], first["slippage"]) == (2.0, "target", 0.1, 0.02)
    assert (first["signal"], first["exit_time"], first["step"]) == (0, 240, 300)
    assert first["tags"] == ["first", "best"]


def test_page_without_stored_candles_goes_without_them() -> None:
    found = sources({("Up", BTC): [1.0]})
    gone = Sources(run=found.run, edge=None, trades=found.trades, candles=lambda _: None)
    data = page_data(gone)
    assert data["candles"] == {}
    assert len(data["rows"][0]["shown"]) == 1


def test_words_of_a_hypothesis_cannot_leave_the_data() -> None:
    page = build_page(sources({("Up", BTC): [1.0, -1.0]}))
    assert "alert(1)" not in page
    packed = re.search(r'id="data">([^<]*)</script>', page)
    assert packed is not None
    document = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    assert document["definitions"]["Up"]["reason"] == "</script><script>alert(1)</script> {{title}}"


def test_page_of_no_trades_at_all_is_a_page() -> None:
    page = build_page(sources({("None", BTC): []}))
    assert page.endswith("</html>\n")


def test_candles_are_asked_for_once_an_instrument() -> None:
    asked: list[str] = []

    def candles(name: str) -> Candles:
        asked.append(name)
        return walk(DAY // MINUTE)

    found = sources({("Up", BTC): [1.0] * 5, ("Down", BTC): [-1.0] * 5, ("Up", ETH): [1.0]})
    page_data(Sources(run=found.run, edge=None, trades=found.trades, candles=candles))
    assert sorted(asked) == [BTC, ETH]


def test_packed_integers_keep_their_sign_and_size() -> None:
    values = np.array([0, 1, -1, 2**31 - 1, -(2**31)])
    planes = np.frombuffer(gzip.decompress(base64.b64decode(packed_integers(values))), np.uint8).reshape(4, -1)
    assert np.ascontiguousarray(planes.T).view("<i4").reshape(-1).tolist() == values.tolist()


def test_packed_document_of_the_same_content_is_the_same() -> None:
    assert packed_document({"a": [1, "é"]}) == packed_document({"a": [1, "é"]})


@pytest.mark.parametrize(
    ("value", "expected"),
    [(float("inf"), None), ({"a": (1.23456789, True)}, {"a": [1.2346, True]}), ("text", "text"), (None, None)],
)
def test_tidy_rounds_numbers_and_leaves_the_rest(value: object, expected: object) -> None:
    assert tidy(value) == expected
