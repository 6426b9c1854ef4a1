"""`why`, `missed` and `status`, asked of a journal."""

from collections.abc import Callable

import pytest

from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.journal import (
    CandleTaken,
    CloseMissed,
    Decided,
    ParityRun,
    Record,
    SessionBegan,
    SessionEnded,
)
from edgeproof.core.model.time import HOUR, MINUTE
from tests.support.asked import ListJournal, ask
from tests.support.calls import Outcome, call
from tests.support.sessions import BITCOIN, CLOSE, ETHER, SESSION, decisions, missed, signal

Asked = Callable[..., Outcome]


def _decided() -> list[Record]:
    return [Decided(session=SESSION, at=each.signal.time, decision=each) for each in decisions()]


def _began() -> SessionBegan:
    return SessionBegan(
        session=SESSION,
        at=CLOSE - HOUR,
        command="scan",
        venue="kraken",
        version="0.1.0",
        pid=7,
        host="here",
        timeframe=MINUTE,
        hypotheses={"A": "", "B": ""},
        settings={},
        history=(),
    )


def _taken() -> CandleTaken:
    candle = ClosedCandle(
        instrument=BITCOIN, timeframe=MINUTE, open_time=CLOSE - MINUTE, open=1, high=1, low=1, close=1, volume=1
    )
    return CandleTaken(session=SESSION, at=candle.close_time, candle=candle)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object) -> Asked:
    def run(*words: str, records: list[Record], holder: str | None = None, columns: int = 120) -> Outcome:
        ask(monkeypatch, ListJournal(records), holder=holder)
        return call([*words, "--home", str(tmp_path)], monkeypatch, capsys, columns=columns)

    return run


def test_why_takes_the_beginning_of_an_id(asked: Asked) -> None:
    found = asked("why", signal().id[:6].upper(), records=_decided())
    assert found.status == 0
    assert found.out.startswith("RSI_Oversold_5m_Reversal  LONG  BTC/USD:USD  5m")
    assert "nothing spoke against it" in found.out


def test_why_as_json_is_the_whole_decision(asked: Asked) -> None:
    found = asked("why", signal().id, "--json", records=_decided()).document
    assert (found["fate"], found["signal"]["signal"]) == ("told", "RSI_Oversold_5m_Reversal")
    assert {each["rule"] for each in found["checks"]} >= {"age_minutes", "cost_r", "spread_bps"}


def test_why_with_an_id_that_nothing_has_says_where_to_look(asked: Asked) -> None:
    found = asked("why", "zz", records=_decided())
    assert (found.status, found.out) == (2, "")
    assert 'no signal has an id that begins with "zz"; edgeproof why lists the newest' in found.err


def test_why_with_an_ambiguous_beginning_lists_the_candidates(asked: Asked) -> None:
    found = asked("why", "", records=_decided())
    assert found.status == 2
    assert "7 signals have an id that begins with" in found.err
    assert sum(each.signal.id in found.err for each in decisions()) == 7


def test_why_without_an_id_lists_the_newest(asked: Asked) -> None:
    found = asked("why", records=_decided(), columns=80)
    lines = found.out.splitlines()
    assert len(lines) == 8
    assert max(map(len, lines)) <= 80
    assert len(asked("why", "--json", records=_decided()).document["decisions"]) == 7
    assert "nothing was decided yet" in asked("why", records=[]).out


def test_missed_puts_closes_together_that_follow_one_another(asked: Asked) -> None:
    gap: list[Record] = [missed(BITCOIN, CLOSE + number * MINUTE, "restart_gap") for number in range(30)]
    other: list[Record] = [missed(ETHER, CLOSE, "feed_gap"), missed(BITCOIN, CLOSE + 2 * HOUR, "restart_gap")]
    out = asked("missed", records=[*gap, *other]).out
    assert "31 restart_gap: no session was running" in out
    [row] = [line for line in out.splitlines() if " to " in line]
    assert row.split()[:7] == ["02-03", "10:31", "to", "11:00", "BTC/USD:USD", "30", "restart_gap"]


def test_missed_as_json_names_the_signals(asked: Asked) -> None:
    found = asked("missed", "--json", records=[missed()]).document
    assert (found["closes"], found["by_reason"], found["signals"]) == (1, {"feed_gap": 1}, 1)
    assert found["missed"][0]["evaluated_at"] == "2026-02-03T09:31:04.200Z"
    assert found["missed"][0]["signals"] == [signal().id]


def test_missed_since_counts_from_the_last_candle(asked: Asked) -> None:
    records: list[Record] = [_taken(), missed(at=CLOSE - 2 * HOUR), missed(at=CLOSE - 10 * MINUTE)]
    assert asked("missed", "--since", "1h", "--json", records=records).document["closes"] == 1
    assert asked("missed", "--since", "2026-02-03", "--json", records=records).document["closes"] == 2
    assert asked("missed", "--since", "yesterday", records=records).status == 2


def test_missed_nothing_says_so(asked: Asked) -> None:
    assert asked("missed", records=[]).out == "every close was evaluated in time\n"


def test_status_of_a_home_without_a_session(asked: Asked) -> None:
    found = asked("status", "--json", records=[]).document
    assert (found["state"], found["session"], found["last_signals"]) == ("none", None, [])
    assert "edgeproof scan begins one" in asked("status", records=[]).out


def test_status_tells_a_running_session_from_one_that_ended_or_was_killed(asked: Asked) -> None:
    end = SessionEnded(session=SESSION, at=CLOSE, reason="stopped")
    old = SessionEnded(session="another", at=CLOSE - 2 * HOUR, reason="stopped")
    assert asked("status", "--json", records=[old, _began()]).document["state"] == "killed"
    assert asked("status", "--json", records=[_began(), end]).document["session"]["reason"] == "stopped"
    running = asked("status", records=[_began()], holder="scan on kraken, process 7 on here")
    assert "running: scan on kraken, process 7 on here" in running.out


def test_status_counts_the_fates_of_the_day_and_shows_the_last_signals(asked: Asked) -> None:
    parity = ParityRun(session=SESSION, at=CLOSE, start=CLOSE - HOUR, end=CLOSE, unexplained=0)
    records: list[Record] = [_began(), _taken(), *_decided(), missed(), parity]
    found = asked("status", "--json", records=records).document
    assert found["today"] == {"told": 4, "vetoed": 1, "void": 1, "expired": 1}
    assert (found["missed_today"], len(found["last_signals"]), found["parity"]["unexplained"]) == (1, 5, 0)
    assert found["taken_until"] == {"BTC/USD:USD": "2026-02-03T10:31:00.000Z"}
    out = asked("status", records=records, columns=80).out
    assert "1 expired, 4 told, 1 vetoed, 1 void" in out
    assert max(map(len, out.splitlines())) <= 80


def test_missed_of_the_same_reason_on_two_instruments_stay_apart(asked: Asked) -> None:
    records: list[Record] = [
        missed(each, CLOSE + number * MINUTE, "slow") for number in range(3) for each in (BITCOIN, ETHER)
    ]
    assert all(isinstance(each, CloseMissed) for each in records)
    rows = [line for line in asked("missed", records=records).out.splitlines() if " to " in line]
    assert [row.split()[5] for row in rows] == ["3", "3"]
