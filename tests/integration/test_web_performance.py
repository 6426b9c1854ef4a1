"""The curve of trades and the statistics over the API: of nothing, of trades, and as they go on."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from edgeproof.adapters.storage.states import keep_states
from edgeproof.core.model.journal import ParityRun, Record
from edgeproof.core.model.trade import Account, Book
from tests.support.calls import call
from tests.support.live_trades import live_trade
from tests.support.sessions import CLOSE, NOW, SESSION
from tests.support.trading import began, candles, closed, decided, traded, whole
from tests.support.web import write
from tests.support.web_asked import browsing


def _begun(session: str = SESSION) -> list[Record]:
    some: list[Record] = [began(), whole(Book(account=Account(cash=Decimal(10_000)))), *candles()]
    return [replace(each, session=session) for each in some]


def _trade(number: int, net: str, session: str = SESSION) -> list[Record]:
    made = live_trade(number, net, hypothesis="Rebound_5m")
    end = replace(closed(made.signal), trade=made.trade, at=made.trade.time, hypothesis="Rebound_5m")
    return [replace(each, session=session) for each in (decided(made.signal), traded(made.signal), end)]


@pytest.mark.parametrize("path", ["/equity", "/equity?session=last", "/performance"])
def test_home_that_is_not_there_has_nothing_and_says_why(tmp_path: Path, path: str) -> None:
    with browsing(tmp_path / "nothing") as browser:
        found = browser.get(path)
    assert found["seq"] == 0
    assert found.get("curve") is found.get("stats") is None
    assert "edgeproof paper" in found["why"]


def test_session_without_a_trade_has_no_curve_and_says_why(tmp_path: Path) -> None:
    write(tmp_path, _begun())
    with browsing(tmp_path) as browser:
        assert "no trade is over yet" in browser.get("/equity")["why"]
        assert browser.get("/performance")["stats"]["trades"]["n"] == 0


def test_curve_goes_on_with_each_trade_that_ends(tmp_path: Path) -> None:
    write(tmp_path, [*_begun(), *_trade(1, "200")])
    with browsing(tmp_path) as browser:
        assert browser.get("/equity")["curve"]["money"]["live"] == [0, 200]
        write(tmp_path, _trade(2, "-50"))
        found = browser.get("/equity")["curve"]
        assert found["money"]["live"] == [0, 200, 150]
        assert found["money"]["backtest"] is None


def test_curve_has_the_backtest_of_the_same_trades_once_they_were_compared(tmp_path: Path) -> None:
    some = _trade(1, "200")
    write(tmp_path, [*_begun(), *some, *_trade(2, "-50")])
    differs = {
        "id": live_trade(1, "0", hypothesis="Rebound_5m").signal.id,
        "live": {"reason": "stop"},
        "backtest": {"net": "180", "r": 1.8},
    }
    document = {"trades": {"differences": [differs]}}
    with browsing(tmp_path) as browser:
        assert browser.get("/equity")["curve"]["money"]["backtest"] is None
        write(tmp_path, [ParityRun(session=SESSION, at=NOW, start=0, end=CLOSE, unexplained=0, document=document)])
        assert browser.get("/equity")["curve"]["money"]["backtest"] == [0, 180, 130]


def test_curve_of_one_session_leaves_the_others_out(tmp_path: Path) -> None:
    write(tmp_path, [*_begun(), *_trade(1, "200"), *_begun("9bcd"), *_trade(2, "-50", "9bcd")])
    with browsing(tmp_path) as browser:
        assert browser.get("/equity", session="last")["curve"]["money"]["live"] == [0, -50]
        assert browser.get("/equity", session=SESSION)["curve"]["money"]["live"] == [0, 200]
        assert "no session is called" in browser.get("/equity", 422, session="nobody")["error"]


@pytest.mark.parametrize("by", ["hypothesis", "instrument", "day", "hour", "regime"])
def test_statistics_are_those_the_command_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    write(tmp_path, [*_begun(), *_trade(1, "200"), *_trade(2, "-50")])
    printed = call(["stats", "--by", by, "--json", "--home", str(tmp_path)], monkeypatch, capsys)
    with browsing(tmp_path) as browser:
        found = browser.get("/performance", by=by)
    assert found["stats"] == json.loads(printed.out)
    assert found["stats"]["by"] == by


def test_statistics_go_on_with_each_trade_that_ends(tmp_path: Path) -> None:
    write(tmp_path, [*_begun(), *_trade(1, "200")])
    with browsing(tmp_path) as browser:
        assert browser.get("/performance")["stats"]["trades"]["n"] == 1
        write(tmp_path, _trade(2, "-50"))
        assert browser.get("/performance")["stats"]["trades"]["n"] == 2


def test_states_are_new_once_a_discovery_has_written_them(tmp_path: Path) -> None:
    write(tmp_path, _begun())
    with browsing(tmp_path) as browser:
        assert browser.get("/performance")["states"] == []
        scope = {"state": "tested", "verdict": "unproven: 3 trades", "record": {"n": 3}}
        keep_states(tmp_path, {"key": {"hypothesis": "Old_5m", "scopes": {"BTC/USD:USD": scope}}})
        (row,) = browser.get("/performance")["states"]
        found = browser.get("/performance/Old_5m")
    assert (row["hypothesis"], row["state"], row["is_watched"]) == ("Old_5m", "tested", False)
    assert (found["row"], found["trades"], found["states"]) == (None, [], [row])


def test_hypothesis_has_its_trades_and_what_they_add_up_to(tmp_path: Path) -> None:
    write(tmp_path, [*_begun(), *_trade(1, "200"), *_trade(2, "-50")])
    with browsing(tmp_path) as browser:
        found = browser.get("/performance/Rebound_5m")
        assert "no hypothesis is called" in browser.get("/performance/Nobody", 404)["error"]
        browser.get("/performance", 422, by="weather")
    assert [each["net_pnl"] for each in found["trades"]] == [-50, 200]
    assert [total for _, total in found["cumulative_r"]] == [2, 1.5]
    assert found["row"]["live"]["n"] == 2


def test_states_that_are_damaged_are_told_and_not_hidden(tmp_path: Path) -> None:
    write(tmp_path, _begun())
    (tmp_path / "states.json").write_text("{")
    with browsing(tmp_path) as browser:
        assert "damaged" in browser.get("/performance", 500)["error"]
