"""The page of sessions: its curve, its trades, and plain words where there is nothing to show."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.research.report.session import trades as trades_module
from edgeproof.research.report.session.page import build_session_page
from edgeproof.research.report.session.page_data import session_data
from edgeproof.research.report.session.sources import Outcomes, SessionSources
from tests.support.live_trades import BEGAN
from tests.support.risk import dec
from tests.support.session_page import HOSTILE, about, data_of, side, sources, trades_of
from tests.support.sessions import BITCOIN, ETHER

TESTED = {"Rebound_5m": Outcomes(outcomes=np.tile([1.0, -0.5], 30), instruments=frozenset({BITCOIN}))}


def test_curve_in_money_and_in_r_is_the_sum_of_the_trades() -> None:
    found = session_data(sources(["50", "-100", "30"]))["curve"]
    assert found["money"]["live"] == [0, 50, -50, -20]
    assert found["money"]["drawdown"] == [0, 0, -100, -70]
    assert found["r"]["live"] == [0, 0.5, -0.5, -0.2]
    assert found["n"] == 3


def test_band_in_money_is_that_in_r_times_what_was_risked() -> None:
    found = session_data(sources(["50", "-100", "30"], tested=TESTED))["curve"]
    money, in_r = found["money"]["band"], found["r"]["band"]
    for name in ("low", "middle", "high"):
        assert money[name] == pytest.approx([100 * each for each in in_r[name]], abs=1)
    assert money["share_below"] == in_r["share_below"]
    assert found["tested"] == 3


def test_band_is_left_out_where_no_trade_has_a_record() -> None:
    few = Outcomes(outcomes=np.array([1.0, -1.0]), instruments=frozenset({BITCOIN}))
    elsewhere = Outcomes(outcomes=TESTED["Rebound_5m"].outcomes, instruments=frozenset({ETHER}))
    for tested in ({}, {"Rebound_5m": few}, {"Rebound_5m": elsewhere}, {"Rebound_5m": Outcomes(why="never tested")}):
        found = session_data(sources(["50"], tested=tested))["curve"]
        assert found["money"]["band"] is None
        assert found["untested"] == ["Rebound_5m"]


def test_trade_that_risked_nothing_moves_money_alone() -> None:
    plain = sources(["50", "-100"], tested=TESTED)
    first, second = plain.trades
    loose = replace(second, trade=replace(second.trade, risk=dec("0")))
    found = session_data(sources(["50", "-100"], tested=TESTED, trades=[first, loose]))["curve"]
    assert math.isnan(loose.r)
    assert found["r"]["live"] == [0, 0.5, 0.5]
    assert found["money"]["live"] == [0, 50, -50]
    assert found["money"]["band"]["low"][2] == pytest.approx(found["money"]["band"]["low"][1] - 100)


def test_session_without_a_trade_has_no_curve_and_no_trades() -> None:
    found = session_data(sources([]))
    assert found["curve"] is None
    assert found["trades"] == []
    assert found["candles"] == {}


def test_trade_shows_its_orders_and_its_candles() -> None:
    found = session_data(sources(["50"]))
    [trade] = found["trades"]
    opened = BEGAN + MINUTE
    assert trade["exits"] == [
        [(opened + 5 * MINUTE) // SECOND, 101, "target-1", 50],
        [(BEGAN + 30 * MINUTE) // SECOND, 100, "stop", 50],
    ]
    assert trade["stops"] == [[opened // SECOND, 99], [(opened + 6 * MINUTE) // SECOND, 100]]
    assert (trade["net"], trade["r"], trade["fees"]) == (50, 0.5, 2)
    assert list(found["candles"]) == [f"{BITCOIN.unified}|{trade['step']}"]


def test_trade_still_open_is_shown_at_the_last_price_without_a_result() -> None:
    [trade] = trades_of(["50"])
    found = session_data(sources([], sides={trade.signal.id: side(trade, is_open=True)}, until=BEGAN + 30 * MINUTE))
    [row] = found["trades"]
    assert (row["reason"], row["r"], row["net"], row["entry"]) == ("open", None, None, 100)
    assert row["exit"] == pytest.approx(100, abs=2)
    assert row["step"]


def test_trade_whose_candles_are_gone_is_shown_without_them() -> None:
    found = session_data(sources(["50"], candles=lambda *_: None))
    assert found["trades"][0]["step"] is None
    assert found["candles"] == {}


def test_candles_have_room_for_the_newest_trades_first() -> None:
    found = session_data(sources(["1"] * 10), most_candles=120)
    shown = [trade["step"] is not None for trade in found["trades"]]
    assert shown == sorted(shown)
    assert any(shown)
    assert not all(shown)


def test_trades_beyond_what_is_listed_keep_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trades_module, "MOST_TRADES", 2)
    found = session_data(sources(["1", "2", "3"]))
    assert [trade["number"] for trade in found["trades"]] == [2, 3]
    assert found["all_trades"] == 3


def test_page_of_the_same_sessions_is_the_same_to_the_byte() -> None:
    pages = [build_session_page(sources(["50", "-20"], tested=TESTED)) for _ in range(2)]
    assert pages[0] == pages[1]


def test_page_keeps_hostile_words_in_its_data() -> None:
    page = build_session_page(
        sources(["50"], notices=[{"at": "2026-02-03T00:00:00.000Z", "kind": "x", "detail": HOSTILE}])
    )
    assert "alert(1)" not in page.replace("&lt;script&gt;alert(1)", "")
    assert data_of(page)["notices"][0]["detail"] == HOSTILE
    assert "<title>edgeproof session &lt;/script&gt;" in page


def test_page_names_no_address_and_loads_nothing() -> None:
    page = build_session_page(sources(["50"]))
    assert re.search(r"<(script|link|img|iframe)[^>]*\b(src|href)=", page) is None
    assert "default-src 'none'" in page
    assert "connect-src" not in page


def test_page_of_a_session_that_only_watched_has_its_fates() -> None:
    only = SessionSources(about=about(command="scan"), until=BEGAN)
    found = data_of(build_session_page(only))
    assert found["stats"] is None
    assert found["funnel"] == [
        {"name": "signals", "n": 0, "kind": "step"},
        {"name": "told", "n": 0, "kind": "step"},
    ]
