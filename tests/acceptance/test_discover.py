"""`edgeproof discover` as a user types it."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from edgeproof import bootstrap
from edgeproof.adapters.storage.importing.into_store import import_candles
from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import MINUTE
from edgeproof.research import discover as research
from tests.support.calls import Outcome, Run, call
from tests.support.data import shared

NAMES = ("RSI_Oversold_5m_Reversal*", "MACD_*_Cross_5m", "Placebo_Random_5m*")


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds a generated market of two instruments."""
    return bootstrap.generated_home(tmp_path_factory.mktemp("market"), 2, 30, 5)


@pytest.fixture
def home(market: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(market, tmp_path / "home"))


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run_here(*words: object, command: str = "discover") -> Outcome:
        return call([*command.split(), *map(str, words), "--home", str(home)], monkeypatch, capsys, columns=80)

    return run_here


def test_discover_prints_verdicts_within_80_columns(run: Run) -> None:
    outcome = run(*NAMES)
    assert outcome.status == 0, outcome.err
    lines = outcome.out.splitlines()
    table = lines[: lines.index("How to read it  in-sample (the first two thirds of the time) / out of sample")]
    assert max(map(len, table)) <= 80
    verdicts = [line for line in table if line.startswith(("  unproven: ", "  rejected: ", "  qualified: "))]
    assert len(verdicts) == 2 * 6
    assert "placebos passed: 0 of 4" in outcome.out
    assert "look-ahead: 0 of 96 checks differed" in outcome.out


def test_discover_json_has_the_documented_keys(run: Run, home: Path) -> None:
    document = run(*NAMES, "--json").document
    assert list(document) == ["run", "data", "analyses", "luck", "self_checks", "placebos", "ledger", "states"]
    assert document["run"]["config"]["command"] == "discover"
    analysis = document["analyses"][0]
    promised = {
        *(
            "hypothesis",
            "instruments",
            "timeframe",
            "direction",
            "family",
            "kind",
            "parent",
            "trial",
            "state",
            "verdict",
        ),
        *("rules", "spans", "fates", "purged", "in_sample", "out_of_sample", "whole", "bars", "out_of_sample_bars"),
        *("p_value", "expectancy_low", "expectancy_high", "resamples", "block_length", "untestable", "q_value"),
        *("deflated_sharpe", "trials", "needed_trades", "out_of_sample_p_value", "walk_forward", "monte_carlo"),
        *("breakdowns", "ablations", "daily_r"),
    }
    assert set(analysis) == promised
    assert set(analysis["breakdowns"]) == {"regime", "hour", "weekday", "instrument"}
    kept = json.loads((home / "runs" / document["run"]["id"] / "edge.json").read_text(encoding="utf-8"))
    assert kept == document


def test_trades_of_the_run_are_those_of_its_analyses(run: Run, home: Path) -> None:
    document = run(*NAMES, "--json").document
    rows = pl.read_parquet(home / "runs" / document["run"]["id"] / "trades" / "*.parquet")
    for analysis in document["analyses"]:
        own = rows.filter(hypothesis=analysis["hypothesis"], instrument=analysis["instruments"][0])
        closed = own.filter(pl.col("exit_reason") != "end_of_data")
        split = pl.lit(analysis["spans"][0]["split"]).str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_zone="UTC")
        assert closed.height == analysis["whole"]["n"]
        assert closed.filter(pl.col("exit_time") <= split).height == analysis["in_sample"]["n"]


def test_discover_twice_changes_no_verdict_and_counts_nothing_twice(run: Run) -> None:
    first, second = (run(*NAMES, "--json").document for _ in range(2))
    assert (first["ledger"]["new"] > 0, second["ledger"]["new"]) == (True, 0)
    for document in (first, second):
        del document["ledger"]
    assert first == second


def test_further_trials_raise_the_count_of_those_before(run: Run) -> None:
    before = run(NAMES[0], "--json").document["analyses"][0]
    run(NAMES[1])
    after = run(NAMES[0], "--json").document["analyses"][0]
    assert after["trials"] > before["trials"]
    assert after["q_value"] >= before["q_value"]


def test_pool_judges_both_instruments_as_one(run: Run) -> None:
    analyses = run(*NAMES, "--pool", "--json").document["analyses"]
    assert {len(each["instruments"]) for each in analyses} == {2}
    assert len(analyses) == 6


def test_states_are_kept_and_listed(run: Run) -> None:
    run("MACD_*_Cross_5m")
    listed = {each["name"]: each["state"] for each in run("--json", command="hypotheses list").document}
    assert listed["MACD_Bullish_Cross_5m"] in {"tested", "rejected"}
    assert listed["RSI_Divergence_15m_Bullish"] == "draft"


def test_interrupted_discovery_goes_on_and_ends_as_if_undisturbed(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = run(*NAMES, "--json").document
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "states.json"):
        (home / name).unlink(missing_ok=True)
    shutil.rmtree(home / "runs")
    examine = research._examine
    seen: list[str] = []

    def interrupted(scope: Any, *rest: Any) -> Any:
        seen.append(scope[0].instrument.base)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return examine(scope, *rest)

    monkeypatch.setattr(research, "_examine", interrupted)
    outcome = run(*NAMES)
    assert (outcome.status, seen) == (130, ["BTC", "ETH"])
    assert "what is finished is kept, the same call goes on from there" in outcome.err
    assert [each.name for each in (home / "runs").iterdir()] == [f".{whole['run']['id']}.partial"]
    monkeypatch.setattr(research, "_examine", examine)
    resumed = run(*NAMES, "--json").document
    assert [each.name for each in (home / "runs").iterdir()] == [whole["run"]["id"]]
    assert resumed["ledger"]["new"] < whole["ledger"]["new"]
    for document in (whole, resumed):
        del document["ledger"]["new"]
    assert resumed == whole


def test_damaged_ledger_stops_the_discovery_before_it_begins(run: Run, home: Path) -> None:
    (home / "ledger.sqlite").write_bytes(b"no database at all, whatever it is" * 50)
    outcome = run(*NAMES)
    assert outcome.status == 1
    assert "ledger.sqlite is damaged" in outcome.err
    assert "put back a copy of it, or move it away" in outcome.err
    assert not (home / "runs").exists()


def test_ledger_of_another_version_stops_the_discovery(run: Run, home: Path) -> None:
    connection = sqlite3.connect(home / "ledger.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    outcome = run(*NAMES)
    assert outcome.status == 1
    assert "has version 99, this program knows version 1: use the edgeproof that wrote it" in outcome.err


def test_damaged_states_are_refused_with_the_remedy(run: Run, home: Path) -> None:
    (home / "states.json").write_text('{"version": 1', encoding="utf-8")
    outcome = run(command="hypotheses list")
    assert outcome.status == 1
    assert "is damaged: delete it, and edgeproof discover writes it anew" in outcome.err


def test_single_day_of_data_gives_no_verdict(run: Run) -> None:
    document = run(*NAMES, "--start", "2025-01-10", "--end", "2025-01-11", "--json").document
    assert document["states"]["qualified"] == document["states"]["rejected"] == 0
    verdicts = {each["verdict"] for each in document["analyses"] if each["in_sample"]["n"]}
    assert verdicts == {"unproven: less than a day of in-sample history; needs 7 days"}


def test_unknown_name_exits_with_2_and_a_hint(run: Run) -> None:
    outcome = run("Placebo_Randon_5m")
    assert outcome.status == 2
    assert 'did you mean "Placebo_Random_5m"?' in outcome.err


def test_discover_on_recorded_candles_is_repeatable(run: Run, home: Path) -> None:
    file = shared("candles/binance_perp_BTCUSDT_1m_2025-05_2025-06.parquet")
    real = home.parent / "real"
    import_candles(ParquetStore(real / "data"), file, parse_instrument("BTC/USD:USD"), MINUTE)
    first, second = (run(*NAMES, "--json", "--home", real).document for _ in range(2))
    assert second["ledger"]["new"] == 0
    assert [each["verdict"] for each in first["analyses"]] == [each["verdict"] for each in second["analyses"]]
    assert first["self_checks"]["differences"] == 0
