"""Runs as pages show them, and two beside each other."""

import json
from typing import Any

import pytest

from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.services.dashboard.comparing import comparison, differs
from edgeproof.services.dashboard.research import Run, detail_document
from edgeproof.services.dashboard.run_files import EdgeFile, RunFile, file_of
from tests.support.runs import BTC, Document, analysis, edge_file, run_file

NOW = "0.1.0+aaa"


def _run(identity: str = "a1", document: Document | None = None, edge: Document | None = None) -> Run:
    said = document or run_file(identity)
    return Run(
        id=identity,
        file=file_of(json.dumps(said).encode(), RunFile, "run.json"),
        at=None,
        edge=None if edge is None else file_of(json.dumps(edge).encode(), EdgeFile, "edge.json"),
    )


def test_run_of_this_version_says_what_it_was_made_of() -> None:
    found = detail_document(_run(edge=edge_file(analysis(state="qualified"))), now=NOW)
    run = found["run"]
    assert (run["instruments"], run["hypotheses"], run["results"], run["qualified"]) == ([BTC], 1, 1, 1)
    assert (run["start"], run["end"]) == ("2025-01-01T00:00:00.000Z", "2025-04-01T00:00:00.000Z")
    assert run["has_edge"]
    assert not run["other_version"]


def test_run_of_another_version_is_shown_and_said_so() -> None:
    assert detail_document(_run(), now="0.2.0+bbb")["run"]["other_version"]


def test_backtest_has_no_verdicts_and_none_qualified() -> None:
    found = detail_document(_run(), now=NOW)
    assert (found["analyses"], found["states"], found["ledger"], found["run"]["qualified"]) == ([], {}, None, None)


def test_verdict_has_its_figures_and_its_bar() -> None:
    (row,) = detail_document(_run(edge=edge_file(analysis())), now=NOW)["analyses"]
    assert (row["n"], row["win_rate"], row["bar"], row["q_value"], row["scope"]) == (60, 0.5, 0.4, 0.2, BTC)
    assert row["p_value"] is row["needed_trades"] is row["out_of_sample"] is None


def test_verdict_over_several_instruments_says_how_many() -> None:
    (row,) = detail_document(_run(edge=edge_file(analysis("Dip_5m", BTC, "ETH/USD:USD"))), now=NOW)["analyses"]
    assert row["scope"] == "2 instruments pooled"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"run": 3}', b'{"run": {"version": 1}}', b"[" * 100_000],
)
def test_file_that_is_damaged_is_refused_with_words(content: bytes) -> None:
    with pytest.raises(StoreError, match=r"run\.json cannot be read .*make the run again"):
        file_of(content, RunFile, "run.json")


@pytest.mark.parametrize(
    "config", [{"instruments": 3, "hypotheses": None}, {"instruments": {}, "hypotheses": "all"}, {"costs": [1]}]
)
def test_settings_of_another_shape_are_shown_as_far_as_they_can_be(config: Document) -> None:
    run = _run(document=run_file("a1", config=config))
    assert detail_document(run, now=NOW)["run"]["id"] == "a1"
    assert differs(run, _run("b1"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"version": "0.2.0"}, "version: 0.1.0+aaa in a, 0.2.0 in b"),
        ({"config": {"costs": {"taker": 0.001}}}, "fees, taker: 0.0005 in a, 0.001 in b"),
        ({"config": {"pool": True}}, "pool: none in a, yes in b"),
        ({"config": {"search": {"count": 2_000}}}, "search: none in a, {'count': 2000} in b"),
        ({"config": {"instruments": []}}, f"instruments: only in a {BTC}"),
        ({"config": {"hypotheses": ["Dip_5m", "New_5m"]}}, "hypotheses: only in b New_5m"),
        ({"candles": 130_000}, f"data of {BTC}: candles 129,600 in a, 130,000 in b"),
    ],
)
def test_runs_say_in_words_what_they_were_made_of_differently(changed: dict[str, Any], words: str) -> None:
    assert differs(_run("a1"), _run("b1", run_file("b1", **changed))) == [words]


def test_runs_of_changed_definitions_name_them() -> None:
    other = {**run_file("b1"), "definitions": {"Dip_5m": {"entry": ["rsi(14) < 20"]}}}
    assert differs(_run("a1"), _run("b1", other)) == ["definitions: changed of Dip_5m"]


def test_runs_that_differ_in_nothing_but_their_id_differ_in_values_of_the_data() -> None:
    (words,) = differs(_run("a1"), _run("b1"))
    assert words.startswith("data: values of candles or funding")
    assert differs(_run("a1"), _run("a1")) == []


def test_verdicts_are_beside_each_other_with_what_changed() -> None:
    before = _run(edge=edge_file(analysis(), analysis("Gone_5m")))
    after = _run("b1", edge=edge_file(analysis(state="qualified", win_rate=0.75), analysis("New_5m", n=3)))
    found = comparison(before, after, now=NOW)
    rows = {each["hypothesis"]: each for each in found["rows"]}
    assert rows["Dip_5m"]["change"] == {"win_rate": 0.25, "expectancy_r": 0.0, "state": ["tested", "qualified"]}
    assert rows["Gone_5m"]["b"] is rows["New_5m"]["a"] is None
    assert rows["New_5m"]["change"] == {"win_rate": None, "expectancy_r": None, "state": None}


def test_what_is_pooled_is_compared_with_what_is_pooled_over_more() -> None:
    before = _run(edge=edge_file(analysis("Dip_5m", BTC, "ETH/USD:USD")))
    after = _run("b1", edge=edge_file(analysis("Dip_5m", BTC, "ETH/USD:USD", "SOL/USD:USD")))
    (row,) = comparison(before, after, now=NOW)["rows"]
    assert row["scope"] == "3 instruments pooled"
    assert row["a"]["scope"] == "2 instruments pooled"


def test_backtest_is_not_compared() -> None:
    with pytest.raises(InputError, match="a1 is a backtest"):
        comparison(_run(), _run("b1", edge=edge_file()), now=NOW)
