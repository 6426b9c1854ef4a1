"""The overview of a home: empty, running, ended, killed, of another version."""

from dataclasses import replace
from pathlib import Path

from edgeproof.adapters.storage.session_lock import Holder, hold
from edgeproof.bootstrap.asking import leave_wish
from edgeproof.core.model.journal import ASKS_FIRST, Decided, HistoryUsed, ParityRun, SessionEnded
from edgeproof.core.model.time import HOUR
from edgeproof.research.run_identity import code_version
from tests.support.sessions import BITCOIN, CLOSE, NOW, SESSION, decisions, missed
from tests.support.trading import LONG, WAITING, began, candles, closed, decided, denied, records, traded, whole
from tests.support.web import write
from tests.support.web_asked import Document, browsing


def _overview(home: Path) -> Document:
    with browsing(home) as browser:
        return browser.get("/overview")


def test_home_that_is_not_there_is_nothing_yet(tmp_path: Path) -> None:
    home = tmp_path / "nothing"
    found = _overview(home)
    assert (found["state"], found["session"], found["trading"], found["seq"]) == ("none", None, None, 0)
    assert found["funnel"]["fired"] == 0
    assert found["last_signals"] == found["last_trades"] == found["wishes"] == found["offers"] == []
    assert not home.exists()


def test_overview_says_how_everything_stands(tmp_path: Path) -> None:
    some = [Decided(session=SESSION, at=each.signal.time, decision=each) for each in decisions()]
    parity = ParityRun(session=SESSION, at=NOW, start=CLOSE - HOUR, end=CLOSE, unexplained=2)
    write(tmp_path, [*records(), *some, decided(), traded(), closed(), missed(), parity])
    found = _overview(tmp_path)
    assert found["trading"]["cash"] == 10_000.0
    assert found["taken_until"]["BTC/USD:USD"] == "2026-02-03T10:31:00.000Z"
    assert found["funnel"]["fired"] == 8
    assert found["funnel"]["traded"] == {"taken": 1}
    assert found["funnel"]["is_whole"]
    assert found["last_signals"][0]["id"] == LONG.id
    assert found["last_signals"][0]["trade"]["fate"] == "taken"
    assert found["last_trades"][0]["net_pnl"] == 184.12
    assert found["missed_today"] == {"closes": 1, "by_reason": {"feed_gap": 1}}
    assert found["parity"]["unexplained"] == 2


def test_session_that_did_not_say_how_it_ended_was_killed(tmp_path: Path) -> None:
    write(tmp_path, records())
    found = _overview(tmp_path)
    assert (found["state"], found["session"]["ended"], found["held_by"]) == ("killed", None, None)


def test_session_that_ended_says_why(tmp_path: Path) -> None:
    write(tmp_path, [*records(), SessionEnded(session=SESSION, at=NOW, reason="asked to")])
    found = _overview(tmp_path)
    assert (found["state"], found["session"]["reason"]) == ("ended", "asked to")


def test_running_session_is_named_and_what_was_asked_of_it_waits(tmp_path: Path) -> None:
    write(tmp_path, records())
    wish = leave_wish(tmp_path, "stop", why="news")
    claim = hold(tmp_path, Holder(pid=7, host="here", command="edgeproof paper", venue="kraken", since=NOW))
    try:
        found = _overview(tmp_path)
    finally:
        claim.release()
    assert found["state"] == "running"
    assert "edgeproof paper" in found["traded_by"]
    assert [(each["id"], each["wish"], each["why"]) for each in found["wishes"]] == [(wish.id, "stop", "news")]


def test_session_of_another_version_is_said_to_be(tmp_path: Path) -> None:
    write(tmp_path, [replace(began(), version="0.0.1")])
    assert _overview(tmp_path)["other_version"]
    write(tmp_path, [replace(began(), session="now", version=code_version())])
    assert not _overview(tmp_path)["other_version"]


def test_signals_that_wait_for_a_person_are_offered(tmp_path: Path) -> None:
    used = HistoryUsed(instrument=BITCOIN, start=0, end=CLOSE - HOUR, digest="ab")
    asks = replace(began(), settings={ASKS_FIRST: True}, history=(used,))
    write(tmp_path, [asks, whole(), *candles(), decided(WAITING), decided(LONG), denied(LONG)])
    assert [each["id"] for each in _overview(tmp_path)["offers"]] == [WAITING.id]
