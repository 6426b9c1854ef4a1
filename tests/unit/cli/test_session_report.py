"""`edgeproof report --session`, asked of a journal."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edgeproof.core.model.journal import CloseMissed, Noticed, Record, SessionEnded
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trade import Account, Book
from tests.support.asked import ListJournal, ask
from tests.support.calls import Outcome, call
from tests.support.live_trades import live_trade
from tests.support.session_page import data_of
from tests.support.sessions import BITCOIN, CLOSE, SESSION
from tests.support.trading import began, candles, closed, decided, denied, traded, whole

Asked = Callable[..., Outcome]


def begun() -> list[Record]:
    return [began(), whole(Book(account=Account(cash=Decimal(10_000)))), *candles()]


def trade(number: int, net: str, hypothesis: str = "Rebound_5m", session: str = SESSION) -> list[Record]:
    made = live_trade(number, net, hypothesis=hypothesis)
    end = replace(closed(made.signal), trade=made.trade, at=made.trade.time, hypothesis=hypothesis)
    return [replace(each, session=session) for each in (decided(made.signal), traded(made.signal), end)]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Asked:
    def run(*words: str, records: list[Record], holder: str | None = None) -> Outcome:
        ask(monkeypatch, ListJournal(records), holder=holder)
        return call(["report", *words, "--home", str(tmp_path)], monkeypatch, capsys)

    return run


def written(outcome: Outcome) -> dict[str, Any]:
    assert outcome.status == 0, outcome.err
    return data_of(Path(outcome.out.strip()).read_text())


def test_report_of_all_sessions_lies_in_the_home_and_says_what_they_made(asked: Asked, tmp_path: Path) -> None:
    outcome = asked("--session", "all", records=[*begun(), *trade(1, "200"), *trade(2, "-100")])
    assert Path(outcome.out.strip()) == (tmp_path / "reports" / "session-all.html").resolve()
    found = written(outcome)
    assert found["stats"]["trades"]["net_pnl"] == 100
    assert found["curve"]["money"]["live"] == [0, 200, 100]
    assert [each["hypothesis"] for each in found["stats"]["hypotheses"]] == ["Rebound_5m"]
    assert found["about"]["sessions"][0]["how"].startswith("ended without a word")


def test_report_as_json_says_where_it_is(asked: Asked, tmp_path: Path) -> None:
    target = tmp_path / "x" / "mine.html"
    records = [*begun(), *trade(1, "200")]
    said = asked("--session", "last", "--html", str(target), "--json", records=records).document
    assert said == {"report": str(target), "bytes": target.stat().st_size, "session": SESSION, "trades": 1}


def test_report_of_one_session_leaves_the_others_out(asked: Asked) -> None:
    later = [replace(each, session="9bcd", at=each.at + 1) for each in begun()]
    records = [*begun(), *trade(1, "200"), *later, *trade(2, "-50", session="9bcd")]
    assert written(asked("--session", SESSION[:2], records=records))["curve"]["money"]["live"] == [0, 200]
    found = written(asked("--session", "last", records=records))
    assert found["curve"]["money"]["live"] == [0, -50]
    assert [each["id"] for each in found["about"]["sessions"]] == ["9bcd"]
    assert written(asked("--session", "all", records=records))["curve"]["n"] == 2


def test_report_of_a_session_that_ended_a_trade_of_another_has_all_of_it(asked: Asked) -> None:
    told, taken, end = trade(1, "200")
    later = [replace(each, session="9bcd", at=each.at + 1) for each in begun()]
    records = [*begun(), told, taken, *later, replace(end, session="9bcd")]
    found = written(asked("--session", "last", records=records))
    assert found["curve"]["money"]["live"] == [0, 200]
    assert found["trades"][0]["state"] != ""


def test_report_before_a_trade_is_over_has_its_fates(asked: Asked) -> None:
    lost = live_trade(9, "0", hypothesis="Quiet_5m").signal
    found = written(asked("--session", "all", records=[*begun(), decided(lost), denied(lost)]))
    assert found["curve"] is None
    assert [(each["name"], each["n"]) for each in found["funnel"]] == [
        ("signals", 1), ("told", 1), ("denied: open_positions", 1), ("taken", 0), ("trades", 0),
    ]  # fmt: skip


def test_report_of_a_scan_has_no_statistics(asked: Asked) -> None:
    signal = live_trade(1, "0").signal
    end = SessionEnded(session=SESSION, at=CLOSE + 1, reason="asked to stop")
    found = written(asked("--session", "all", records=[began("scan"), *candles(), decided(signal), end]))
    assert found["stats"] is None
    assert found["funnel"][0]["n"] == 1
    assert found["about"]["sessions"][0]["how"] == "asked to stop"


def test_report_while_a_session_runs_says_so(asked: Asked) -> None:
    found = written(asked("--session", "all", records=begun(), holder="edgeproof paper (pid 7)"))
    assert found["about"]["running"] == "edgeproof paper (pid 7)"
    assert found["about"]["sessions"][0]["how"] == "still running"


def test_report_puts_late_closes_together_and_equal_notices_once(asked: Asked) -> None:
    missed = [
        CloseMissed(
            session=SESSION, at=CLOSE + n * MINUTE, instrument=BITCOIN, evaluated_at=CLOSE + 9 * MINUTE,
            reason="feed_gap",
        )
        for n in range(3)
    ]  # fmt: skip
    noticed = [Noticed(session=SESSION, at=CLOSE + n, kind="stalled", detail="<b>quiet</b>") for n in range(2)]
    found = written(asked("--session", "all", records=[*begun(), *missed, *noticed]))
    assert [(each["closes"], each["late_ms"]) for each in found["missed"]] == [(3, 9 * MINUTE)]
    assert [(each["detail"], each["count"]) for each in found["notices"]] == [("<b>quiet</b>", 2)]


def test_report_of_an_unknown_session_names_those_there_are(asked: Asked) -> None:
    outcome = asked("--session", "nosuch", records=begun())
    assert outcome.status == 2
    assert f'no session is called "nosuch"; there are (newest first): {SESSION}' in " ".join(outcome.err.split())


def test_report_of_a_home_without_a_session_says_how_to_begin_one(asked: Asked) -> None:
    outcome = asked("--session", "all", records=[])
    assert outcome.status == 2
    assert "edgeproof paper" in outcome.err


def test_report_of_a_run_and_of_a_session_at_once_is_refused(asked: Asked) -> None:
    outcome = asked("49f3", "--session", "all", records=begun())
    assert outcome.status == 2
    assert "expected a run or --session, found both" in " ".join(outcome.err.split())


def test_report_into_a_folder_is_refused(asked: Asked, tmp_path: Path) -> None:
    outcome = asked("--session", "all", "--html", str(tmp_path), records=begun())
    assert outcome.status == 2
    assert "expected --html to be a file" in " ".join(outcome.err.split())
