"""Drift out of a home: the outcomes a discovery kept, kills that outlive a session, and the way back by probation."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from edgeproof.adapters.storage.library import load_library
from edgeproof.adapters.storage.runs import RunWriter
from edgeproof.adapters.storage.states import LIVE, keep_states, read_states
from edgeproof.bootstrap.drift import live_states, revive, weighing
from edgeproof.bootstrap.records import read_records
from edgeproof.bootstrap.statistics import weights_of_journal
from edgeproof.cli.hypotheses import app
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.journal import HistoryUsed, Record, SessionBegan, TradeClosed
from edgeproof.core.performance.drift import DriftTest
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.research.parity.definitions import definitions
from edgeproof.research.trials import state_key
from edgeproof.services.drifting import Drifting, Turn
from tests.support.asked import ListJournal
from tests.support.live_trades import live_trade
from tests.support.risk import BTC, ETH, SOL
from tests.support.sessions import SESSION
from tests.support.trading import began, traded
from tests.unit.report.round_trips import round_trips

R = [1.2, -0.8] * 50


@pytest.fixture
def hypothesis() -> Hypothesis:
    return load_library(None)[0]


def home_of(tmp_path: Path, hypothesis: Hypothesis, r: Sequence[float] = R) -> Path:
    """A home in which a discovery has tested a hypothesis on BTC and ETH, by turns."""
    with RunWriter(tmp_path, "run-1") as writer:
        writer.add(hypothesis.name, BTC.unified, round_trips(r[::2], every=20))
        writer.add(hypothesis.name, ETH.unified, round_trips(r[1::2], every=20, start=600_000))
        writer.finish({"run": {"id": "run-1"}})
    scopes = {each.unified: {"state": "qualified", "verdict": "good", "run": "run-1"} for each in (BTC, ETH)}
    found: dict[str, Any] = {"hypothesis": hypothesis.name, "scopes": scopes}
    keep_states(tmp_path, {state_key(hypothesis): found})
    return tmp_path


def test_outcomes_on_all_instruments_make_one_sample_in_the_order_they_ended(
    tmp_path: Path, hypothesis: Hypothesis
) -> None:
    found = weighing(home_of(tmp_path, hypothesis), [hypothesis], [BTC, ETH, SOL])
    sample = found.tested[hypothesis.name]
    assert sample.outcomes is not None
    np.testing.assert_array_equal(sample.outcomes, R)
    assert sample.instruments == {BTC, ETH}
    test = found.calibrate(sample.outcomes)
    assert isinstance(test, DriftTest)
    assert test == found.calibrate(sample.outcomes)
    assert (test.n, round(test.mean, 9)) == (100, 0.2)


def test_a_hypothesis_whose_run_is_gone_or_that_was_never_tested_has_no_sample(
    tmp_path: Path, hypothesis: Hypothesis
) -> None:
    never = Drifting("s", weighing(tmp_path, [hypothesis], [BTC])).weight(hypothesis.name)
    assert (float(never.weight), never.note) == (1.0, "no verdict: it was never tested")
    for each in (home_of(tmp_path, hypothesis) / "runs" / "run-1" / "trades").iterdir():
        each.unlink()
    gone = Drifting("s", weighing(tmp_path, [hypothesis], [BTC])).weight(hypothesis.name)
    assert gone.note == "no verdict: the run run-1 of its record is not kept any more"
    other = replace(hypothesis, name="Another")
    idle = Drifting("s", weighing(home_of(tmp_path, other, ()), [other], [BTC])).weight("Another")
    assert idle.note.startswith("no verdict: ")


def session(hypothesis: Hypothesis, command: str = "paper") -> SessionBegan:
    """A session that began with a hypothesis on BTC and ETH."""
    used = tuple(HistoryUsed(instrument=each, start=0, end=0, digest="") for each in (BTC, ETH))
    return replace(began(command), hypotheses={hypothesis.name: hypothesis_toml(hypothesis)}, history=used)


def losses(hypothesis: Hypothesis, count: int) -> list[Record]:
    """The trades of a hypothesis on BTC, each of which lost what it risked."""
    found: list[Record] = []
    for number in range(count):
        made = live_trade(number, "-100", hypothesis=hypothesis.name, instrument=BTC)
        closed = TradeClosed(session=SESSION, at=made.trade.time, hypothesis=hypothesis.name, trade=made.trade)
        found += [traded(made.signal), closed]
    return found


def test_whoever_looks_at_a_journal_finds_the_weights_of_its_session(tmp_path: Path, hypothesis: Hypothesis) -> None:
    home, name = home_of(tmp_path, hypothesis), hypothesis.name
    assert weights_of_journal(home, ListJournal([session(hypothesis, "scan")])) == {}
    fresh = weights_of_journal(home, ListJournal([session(hypothesis)]))
    assert {each: (float(of.weight), of.stage) for each, of in fresh.items()} == {name: (1.0, "steady")}
    many = weights_of_journal(home, ListJournal([session(hypothesis), *losses(hypothesis, 60)]))
    assert (many[name].stage, float(many[name].weight)) == ("kill", 0.0)
    assert 0 < many[name].trades < 60


def test_of_a_journal_no_version_can_read_any_more_nothing_is_weighed(tmp_path: Path, hypothesis: Hypothesis) -> None:
    unreadable = replace(session(hypothesis), hypotheses={hypothesis.name: "words of another version"})
    assert weights_of_journal(home_of(tmp_path, hypothesis), ListJournal([unreadable])) == {}


def test_what_a_session_writes_down_of_a_hypothesis_is_what_it_says_when_it_is_read_again() -> None:
    for each in load_library(None):
        (read,) = definitions(session(each)).hypotheses
        assert hypothesis_toml(read) == hypothesis_toml(each)


def test_a_damaged_run_is_no_sample_and_says_why(tmp_path: Path, hypothesis: Hypothesis) -> None:
    for each in (home_of(tmp_path, hypothesis) / "runs" / "run-1" / "trades").iterdir():
        each.write_bytes(b"nothing")
    note = Drifting("s", weighing(tmp_path, [hypothesis], [BTC])).weight(hypothesis.name).note
    assert note.startswith("no verdict: ")
    assert "make the run again" in note


def test_a_killed_hypothesis_comes_back_through_probation_alone(tmp_path: Path, hypothesis: Hypothesis) -> None:
    home, name = home_of(tmp_path, hypothesis), hypothesis.name

    def state() -> str:
        return read_records(home, [hypothesis], [BTC])[name, BTC].state

    with pytest.raises(InputError, match="expected the name of a hypothesis that was killed"):
        revive(home, hypothesis)
    assert weighing(home, [hypothesis], [BTC]).keep(Turn(hypothesis=name, state="killed", at=7, words="drift"))
    assert state() == "killed"
    assert Drifting("s", weighing(home, [hypothesis], [BTC])).weight(name).weight == 0
    home_of(tmp_path, hypothesis)  # another discovery
    assert state() == "killed"
    revive(home, hypothesis)
    assert (state(), live_states(home, [hypothesis])) == ("probation", {name: "probation"})
    found = weighing(home, [hypothesis], [BTC])
    assert found.tested[name].since == 7
    assert Drifting("s", found).weight(name).weight == 1
    assert found.keep(Turn(hypothesis=name, state="", at=9, words="passed"))
    assert (state(), live_states(home, [hypothesis])) == ("qualified", {})
    assert read_states(home)[state_key(hypothesis)][LIVE]["since"] == 7


def test_a_kill_that_cannot_be_written_is_tried_again(tmp_path: Path, hypothesis: Hypothesis) -> None:
    home = home_of(tmp_path, hypothesis)
    keep = weighing(home, [hypothesis], [BTC]).keep
    (home / "states.json").write_text("damaged", encoding="utf-8")
    assert not keep(Turn(hypothesis=hypothesis.name, state="killed", at=7, words="drift"))


def test_the_command_revives_what_was_killed_and_the_list_says_so(tmp_path: Path, hypothesis: Hypothesis) -> None:
    home, name = home_of(tmp_path, hypothesis), hypothesis.name

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, [*words, "--home", str(home)], env={"COLUMNS": "200"})

    def listed() -> str:
        return next(str(each["state"]) for each in json.loads(run("list", "--json").stdout) if each["name"] == name)

    assert isinstance(run("revive", name).exception, InputError | SystemExit)
    weighing(home, [hypothesis], [BTC]).keep(Turn(hypothesis=name, state="killed", at=7, words="drift"))
    assert listed() == "killed"
    assert "is on probation" in run("revive", name).stdout
    assert listed() == "probation"
