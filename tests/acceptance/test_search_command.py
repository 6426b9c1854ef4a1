"""`edgeproof discover --search` as a user types it."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from edgeproof import bootstrap
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.tryout import try_out
from tests.support.calls import Outcome, Run, call

NAMES = ("RSI_Oversold_5m_Reversal*",)
SEARCH = ("--search", "80", "--generations", "2", "-i", "BTC/USD:USD")


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds a generated market of two instruments."""
    return bootstrap.generated_home(tmp_path_factory.mktemp("market"), 2, 30, 5)


@pytest.fixture
def home(market: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(market, tmp_path / "home"))


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run_here(*words: object) -> Outcome:
        return call(["discover", *map(str, words), "--home", str(home)], monkeypatch, capsys, columns=80)

    return run_here


def test_the_search_counts_every_candidate_and_keeps_what_it_found_as_a_file(run: Run, home: Path) -> None:
    without = run(*NAMES, "-i", "BTC/USD:USD", "--json").document
    found = run(*NAMES, *SEARCH, "--json")
    assert found.status == 0
    declared = bootstrap.open_ledger(home).concerning(["BTC/USD:USD"], 0, 2**62)
    assert sum(record.kind == "search" for record in declared) == 80
    assert len(declared) > len(without["analyses"]) + 80
    file = home / "runs" / found.document["run"]["id"] / "found.toml"
    hypotheses = read_hypotheses(file.read_text(), str(file))
    assert {each.name for each in hypotheses} <= {each["hypothesis"] for each in found.document["analyses"]}
    assert 0 < len(hypotheses) <= 20


def test_what_was_found_is_tested_like_any_other_file(run: Run, home: Path) -> None:
    identity = run(*NAMES, *SEARCH, "--json").document["run"]["id"]
    file = home / "runs" / identity / "found.toml"
    again = run("Found_*", "--hypotheses", file, "-i", "BTC/USD:USD")
    assert again.status == 0
    assert "Found_" in again.out


def test_the_table_says_where_the_finds_are(run: Run) -> None:
    shown = run(*NAMES, *SEARCH)
    assert shown.status == 0
    assert "found.toml" in shown.out


def test_the_same_search_twice_is_the_same_to_the_bit(run: Run) -> None:
    # The first run's ledger grows while it runs; from then on nothing does.
    first, second = (run(*NAMES, *SEARCH, "--json").document for _ in range(2))
    assert first["run"]["id"] == second["run"]["id"]
    verdicts = [[(each["hypothesis"], each["verdict"]) for each in found["analyses"]] for found in (first, second)]
    assert verdicts[0] == verdicts[1]


def test_an_interrupted_search_goes_on_where_it_was_and_ends_the_same(
    run: Run, home: Path, market: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    undisturbed = run(*NAMES, *SEARCH, "--json").document
    shutil.rmtree(home)
    shutil.copytree(market, home)
    calls: list[int] = []

    def stop(*words: Any) -> Any:
        calls.append(len(words))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return try_out(*words)

    monkeypatch.setattr("edgeproof.research.search.try_out", stop)
    assert run(*NAMES, *SEARCH).status == 130
    assert len(bootstrap.open_ledger(home).concerning(["BTC/USD:USD"], 0, 2**62)) == 40
    resumed = run(*NAMES, *SEARCH, "--json").document
    assert len(calls) == 3
    assert resumed["analyses"] == undisturbed["analyses"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--search", "50"), "--search needs one instrument, or --pool"),
        (("--search", "9000000", "-i", "BTC/USD:USD"), "expected 1 to 200,000 candidates"),
        (("--search", "-1"), "--search"),
        (("--engine", "dask"), "dask"),
    ],
)
def test_words_that_make_no_sense_are_refused(run: Run, home: Path, words: tuple[str, ...], message: str) -> None:
    refused = run(*NAMES, *words)
    assert refused.status == 2
    assert message in refused.err
    assert not (home / "runs").exists()


def test_several_instruments_are_searched_as_one_with_pool(run: Run) -> None:
    found = run(*NAMES, "--search", "40", "--generations", "1", "--pool", "--json")
    assert found.status == 0
    assert all(len(each["instruments"]) == 2 for each in found.document["analyses"])


def test_ray_that_is_not_installed_is_said_with_the_remedy(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    refused = run(*NAMES, "--engine", "ray")
    assert refused.status == 2
    assert "pip install 'edgeproof[distributed]'" in refused.err
