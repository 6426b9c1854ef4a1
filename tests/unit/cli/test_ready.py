"""`ready`: the checklist in text and JSON, and its exit status."""

import re
from pathlib import Path

import pytest

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.storage.drills import keep_drill
from edgeproof.core.model.time import HOUR
from tests.support.asked import ListJournal, ask
from tests.support.calls import Outcome, call
from tests.support.ready import cash, drilled, everything, hundred, paper, trade


def ready(
    journal: ListJournal, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> Outcome:
    ask(monkeypatch, journal)
    return call(["ready", "--home", str(home), *words], monkeypatch, capsys, columns=120)


def test_ready_where_everything_holds_ends_with_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for each in drilled(at=SystemClock().now() - HOUR):
        keep_drill(tmp_path, each)
    found = ready(everything(), tmp_path, monkeypatch, capsys)
    assert found.status == 0, found.out
    assert found.out.endswith("ready: all of it holds\n")
    assert "not yet" not in found.out


def test_ready_without_drills_ends_with_3_and_says_which_lines_do_not_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ready(everything(), tmp_path, monkeypatch, capsys)
    assert found.status == 3
    assert "not ready: 4 of 11 do not hold yet" in found.out


def test_ready_as_json_has_figures_limits_and_hypotheses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ready(paper(trade(0, 1, tested=None)), tmp_path, monkeypatch, capsys, "--json")
    assert found.status == 3
    document = found.document
    checks = {each["name"]: each for each in document["checks"]}
    assert (checks["trades"]["value"], checks["win_rate"]["value"], checks["profit_factor"]["value"]) == (1, None, None)
    assert document["needed"]["profit_factor"] == {"value": 1.2, "meaning": "what was won over what was lost, above"}
    assert document["hypotheses"] == [
        {"name": "Rebound", "trades": 1, "win_rate": 1.0, "tested_win_rate": None, "holds": False, "killed": False}
    ]


BAD = {
    "no session": ListJournal(),
    "no trade": paper(cash(10_000, 0)),
    "one loser": paper(trade(0, -1)),
    "nothing but winners": paper(cash(10_000, 0), hundred(won=100)),
    "nothing tested": paper(cash(10_000, 0), hundred(tested=None)),
    "no money": paper(cash(0, 0), trade(0, 1)),
}


@pytest.mark.parametrize("of", list(BAD))
def test_ready_of_bad_input_is_no_in_words_and_never_what_is_no_number(
    of: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = ready(BAD[of], tmp_path, monkeypatch, capsys)
    assert found.status == 3
    assert not {"nan", "inf", "infinity"} & set(re.findall(r"[a-z]+", found.out.lower()))
    assert ready(BAD[of], tmp_path, monkeypatch, capsys, "--json").document["ready"] is False


def test_ready_beside_damaged_results_of_drills_takes_them_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "drills").mkdir()
    (tmp_path / "drills" / "results.jsonl").write_bytes(b'{"name": "breaker", "at": 1\nnothing\n\xff\n')
    assert "never made: edgeproof drill" in " ".join(ready(ListJournal(), tmp_path, monkeypatch, capsys).out.split())
