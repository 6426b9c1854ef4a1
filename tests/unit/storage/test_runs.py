"""Runs on disk: a folder with the name of a run is a whole run."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from edgeproof.adapters.storage import runs
from edgeproof.adapters.storage.runs import RunWriter
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.core.model.time import parse_time


def trades(n: int, n_targets: int = 1) -> RoundTrips:
    time = parse_time("2025-01-01") + 60_000 * np.arange(n)
    values = np.arange(n, dtype=np.float64)
    floats = ("entry_price", "reference_price", "stop_loss", "risk_reward", "exit_price", "fees", "slippage", "funding")
    more = ("pnl", "r_multiple", "mae_r", "mfe_r", "risk", "r_best")
    return RoundTrips(
        signal_time=time.copy(),
        entry_time=time.copy(),
        exit_time=time + 60_000,
        targets=np.ones((n, n_targets)),
        exit_reason=np.zeros(n, np.int8),
        stop_kind=np.ones(n, np.int8),
        ambiguous=np.zeros(n, np.bool_),
        funding_incomplete=np.zeros(n, np.bool_),
        **{name: values.copy() for name in (*floats, *more)},
    )


def test_finished_run_holds_its_document_and_every_trade(tmp_path: Path) -> None:
    with RunWriter(tmp_path, "abc") as writer:
        writer.add("One", "BTC/USD:USD", trades(3))
        writer.add("Nothing", "BTC/USD:USD", trades(0))
        writer.add("Two", "ETH/USD:USD", trades(2, n_targets=2))
        folder = writer.finish({"run": {"id": "abc"}})
    assert folder == tmp_path / "runs" / "abc"
    assert json.loads((folder / "run.json").read_text()) == {"run": {"id": "abc"}}
    kept = pl.read_parquet(folder / "trades" / "*.parquet")
    assert kept["hypothesis"].to_list() == ["One", "One", "One", "Two", "Two"]
    assert kept["targets"].to_list() == [[1.0], [1.0], [1.0], [1.0, 1.0], [1.0, 1.0]]
    assert kept["exit_reason"].unique().to_list() == ["stop"]
    assert kept["stop_kind"].unique().to_list() == ["break_even"]
    assert kept["exit_time"].dtype == pl.Datetime("ms", "UTC")


def test_trades_beyond_a_part_go_into_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "ROWS_A_PART", 4)
    with RunWriter(tmp_path, "abc") as writer:
        for name in ("One", "Two", "Three"):
            writer.add(name, "BTC/USD:USD", trades(3))
        folder = writer.finish({})
    files = sorted(path.name for path in (folder / "trades").iterdir())
    assert files == ["part-0000.parquet", "part-0001.parquet"]
    assert pl.read_parquet(folder / "trades" / "*.parquet").height == 9


def test_run_that_is_not_finished_leaves_nothing(tmp_path: Path) -> None:
    with suppress(KeyboardInterrupt), RunWriter(tmp_path, "abc") as writer:
        writer.add("One", "BTC/USD:USD", trades(3))
        assert len(list((tmp_path / "runs").iterdir())) == 1
        raise KeyboardInterrupt
    assert list((tmp_path / "runs").iterdir()) == []


def test_run_made_again_takes_the_place_of_a_damaged_one(tmp_path: Path) -> None:
    for round_ in (1, 2):
        with RunWriter(tmp_path, "abc") as writer:
            writer.add("One", "BTC/USD:USD", trades(3))
            folder = writer.finish({"whole": True})
        if round_ == 1:
            (folder / "run.json").write_text("torn")
    assert json.loads((folder / "run.json").read_text()) == {"whole": True}
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["abc"]


def test_home_that_cannot_hold_runs_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(StoreError, match="check --home"), RunWriter(tmp_path, "abc"):
        pass


def test_rows_of_many_trades_are_those_of_all_of_them() -> None:
    many = replace(trades(2_500))
    rows = list(many.rows())
    assert [row["r_multiple"] for row in rows] == list(range(2_500))
    assert rows[1_700]["signal_time"] == "2025-01-02T04:20:00.000Z"
