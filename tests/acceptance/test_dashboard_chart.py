"""The chart: candles are the store's, what a hypothesis sees is what it fired on, and the page shows it."""

import math
import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import expect

from edgeproof.bootstrap import open_store
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.candles.resample import resample
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import MINUTE, parse_time
from tests.support.browser import Visit, Visiting
from tests.support.rich_home import RichHome

SYMBOL = "BTC/USD:USD"
Document = dict[str, Any]


@pytest.fixture
def looking(visit: Visiting, rich_url: str) -> Visit:
    return visit(rich_url, None)


def chart(looking: Visit, **asked: str | int) -> Document:
    return looking.api(f"/chart?{urlencode({'symbol': SYMBOL, **asked})}")


def test_candles_are_those_that_sessions_took_in_and_the_store_has(looking: Visit, rich: RichHome) -> None:
    bitcoin = Instrument("BTC", "USD", "USD")
    minutes = fill_gaps(open_store(rich.market.venue).load_candles(bitcoin, MINUTE, end=rich.until))
    for timeframe, length in (("1m", MINUTE), ("15m", 15 * MINUTE)):
        whole = resample(minutes, length)
        found = chart(looking, timeframe=timeframe, count=200)["candles"]
        for name in ("open", "high", "low", "close"):
            assert found[name] == getattr(whole, name)[-200:].tolist()
        assert found["volume"] == pytest.approx(whole.volume[-200:].tolist())
        assert found["time"] == (whole.open_time[-200:] // 1_000).tolist()


def test_windows_that_go_back_join_without_a_hole(looking: Visit) -> None:
    newest = chart(looking, timeframe="5m", count=50)
    first = newest["candles"]["time"][0]
    moment = looking.page.evaluate(f"new Date({first} * 1000).toISOString()")
    before = chart(looking, timeframe="5m", count=50, end=moment)
    assert before["candles"]["time"] == [first - 300 * each for each in range(50, 0, -1)]
    assert newest["earlier"]
    assert before["earlier"]


def test_hypothesis_sees_in_the_chart_what_it_fired_on(looking: Visit) -> None:
    compared = 0
    for row in looking.api("/signals?limit=400")["signals"]:
        if row["symbol"] != SYMBOL or row["fate"] == "void":
            continue
        at = parse_time(row["at"])
        end = looking.page.evaluate(f"new Date({at}).toISOString()")
        found = chart(looking, timeframe=row["timeframe"], hypothesis=row["hypothesis"], end=end, count=5)
        assert found["candles"]["time"][-1] * 1_000 + found["timeframe_ms"] == at
        assert [each["values"][-1] for each in found["conditions"]] == [True] * len(found["conditions"])
        evidence = looking.api(f"/signals/{row['id']}")["signal"]["evidence"]
        seen = {each["label"]: each["values"][-1] for each in found["indicators"]}
        for values in (*evidence["entry"].values(), *evidence["confirm"].values()):
            for part, value in values.items():
                if part in seen and value is not None:
                    assert math.isclose(seen[part], value, rel_tol=1e-6), (row["hypothesis"], part)
                    compared += 1
        if compared > 60:
            break
    assert compared > 20


def test_trades_are_drawn_from_their_entry_to_their_end(looking: Visit) -> None:
    trade = next(each for each in looking.api("/overview")["last_trades"] if each["symbol"] == SYMBOL)
    rows = chart(looking, timeframe="1m", count=3_000)["trades"]
    found = next(each for each in rows if each["id"] == trade["id"])
    for name in ("opened_at", "closed_at", "exit_price", "reason", "net_pnl", "r_multiple"):
        assert found[name] == trade[name]
    assert found["entry_price"] == pytest.approx(trade["entry_price"])
    assert found["fills"][0]["what"] == "entry"
    assert found["stops"][0]["kind"] == "initial"
    bought = sum(each["quantity"] for each in found["fills"] if each["what"] == "entry")
    assert sum(each["quantity"] for each in found["fills"]) == pytest.approx(2 * bought)


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"symbol": "XXX/USD:USD"}, 404, "no candles"),
        ({"timeframe": "7x"}, 422, "expected a timeframe"),
        ({"timeframe": "0m"}, 422, "expected a timeframe"),
        ({"hypothesis": "Nobody"}, 422, "no hypothesis is called"),
        ({"end": "yesterday"}, 422, "expected"),
        ({"count": 0}, 422, "count"),
        ({"count": 1_000_000}, 422, "count"),
    ],
)
def test_question_that_makes_no_sense_is_refused_in_words(
    looking: Visit, asked: dict[str, str | int], status: int, words: str
) -> None:
    answer = looking.context.request.get(f"{looking.url}/api/chart?{urlencode({'symbol': SYMBOL, **asked})}")
    assert answer.status == status
    assert words in answer.json()["error"]


def test_page_shows_the_signal_it_is_asked_for(looking: Visit) -> None:
    row = next(each for each in looking.api("/signals?traded=taken")["signals"] if each["symbol"] == SYMBOL)
    page = looking.go(
        f"/chart?symbol={quote(SYMBOL)}&timeframe={row['timeframe']}&hypothesis={row['hypothesis']}&signal={row['id']}"
    )
    view = page.get_by_role("region", name="In view", exact=True)
    expect(view).to_contain_text(re.compile(r"[1-9]\d* signals?"))
    expect(view.get_by_role("table")).to_contain_text(row["hypothesis"])
    for each in chart(looking, timeframe=row["timeframe"], hypothesis=row["hypothesis"])["conditions"]:
        expect(page.get_by_role("main")).to_contain_text(each["text"])
