"""Runs read back: what was written, found by id, by the beginning of one, or as the newest."""

import os
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from edgeproof.adapters.storage.run_reader import find_run, outcomes, read_run, run_ids
from edgeproof.adapters.storage.runs import RunWriter
from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.core.model.round_trip import ExitReason
from tests.unit.storage.test_runs import trades


def keep(home: Path, name: str, age: int) -> Path:
    """A run under home that was written `age` seconds ago."""
    with RunWriter(home, name) as writer:
        writer.add("One", "BTC/USD:USD", trades(3, n_targets=2))
        writer.add("One", "ETH/USD:USD", trades(1))
        folder = writer.finish({"run": {"id": name}})
    os.utime(folder / "run.json", (1_700_000_000 - age,) * 2)
    return folder


def test_read_run_returns_the_trades_that_were_written(tmp_path: Path) -> None:
    found = read_run(keep(tmp_path, "abc", 0))
    assert found.document == {"run": {"id": "abc"}}
    assert found.edge is None
    assert set(found.trades) == {("One", "BTC/USD:USD"), ("One", "ETH/USD:USD")}
    expected, actual = trades(3, n_targets=2), found.trades["One", "BTC/USD:USD"]
    for field in fields(expected):
        np.testing.assert_array_equal(getattr(actual, field.name), getattr(expected, field.name), strict=True)


def test_find_run_without_a_name_finds_the_newest(tmp_path: Path) -> None:
    keep(tmp_path, "older", 100)
    keep(tmp_path, "newer", 1)
    keep(tmp_path, "oldest", 1000)
    assert run_ids(tmp_path) == ("newer", "older", "oldest")
    assert find_run(tmp_path, None).name == "newer"


def test_find_run_understands_a_whole_id_and_an_unambiguous_beginning(tmp_path: Path) -> None:
    keep(tmp_path, "old", 1)
    keep(tmp_path, "older", 2)
    assert find_run(tmp_path, "old").name == "old"
    assert find_run(tmp_path, "olde").name == "older"
    with pytest.raises(InputError, match='"ol" is the beginning of 2 runs; there are .*: old, older'):
        find_run(tmp_path, "ol")


@pytest.mark.parametrize("name", ["", "../runs/old", "nothing"])
def test_find_run_refuses_what_is_no_run(tmp_path: Path, name: str) -> None:
    keep(tmp_path, "old", 1)
    with pytest.raises(InputError, match=r"no run is called .*; there are \(newest first\): old"):
        find_run(tmp_path, name)


def test_read_run_of_damaged_trades_names_the_file(tmp_path: Path) -> None:
    folder = keep(tmp_path, "abc", 0)
    (folder / "trades" / "part-0000.parquet").write_bytes(b"no table")
    with pytest.raises(StoreError, match=r"part-0000\.parquet cannot be read .*make the run again"):
        read_run(folder)


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"run": '])
def test_read_run_of_a_damaged_document_names_the_file(tmp_path: Path, text: str) -> None:
    folder = keep(tmp_path, "abc", 0)
    (folder / "run.json").write_text(text)
    with pytest.raises(StoreError, match=r"run\.json.*make the run again"):
        read_run(folder)


def test_outcomes_are_those_of_the_pairs_that_were_asked_for_as_they_ended(tmp_path: Path) -> None:
    keep(tmp_path, "abc", 0)
    found = outcomes(tmp_path, "abc", [("One", "BTC/USD:USD"), ("One", "ETH/USD:USD"), ("Two", "BTC/USD:USD")])
    assert found is not None
    assert found["r_multiple"].to_list() == [0.0, 0.0, 1.0, 2.0]
    only = outcomes(tmp_path, "abc", [("One", "ETH/USD:USD")])
    assert only is not None
    assert only["r_multiple"].to_list() == [0.0]


def test_outcomes_of_a_trade_that_never_ended_or_made_no_number_are_left_out(tmp_path: Path) -> None:
    made = trades(4)
    r = np.array([0.0, 1.0, np.nan, 3.0])
    ended = np.array([0, 0, 0, ExitReason.END_OF_DATA], np.int8)
    with RunWriter(tmp_path, "abc") as writer:
        writer.add("One", "BTC/USD:USD", replace(made, r_multiple=r, exit_reason=ended))
        writer.finish({})
    found = outcomes(tmp_path, "abc", [("One", "BTC/USD:USD")])
    assert found is not None
    assert found["r_multiple"].to_list() == [0.0, 1.0]


def test_outcomes_of_a_run_that_is_gone_are_none_and_of_a_damaged_one_an_error(tmp_path: Path) -> None:
    assert outcomes(tmp_path, "gone", [("One", "BTC/USD:USD")]) is None
    folder = keep(tmp_path, "abc", 0)
    (folder / "trades" / "part-0000.parquet").write_bytes(b"nothing")
    with pytest.raises(StoreError, match="cannot be read"):
        outcomes(tmp_path, "abc", [("One", "BTC/USD:USD")])
