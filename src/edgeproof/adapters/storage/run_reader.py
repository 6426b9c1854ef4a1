"""Runs as they were kept: found by id, by the beginning of one, or as the newest."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from edgeproof.adapters.storage.runs import RUNS
from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.core.model.round_trip import ExitReason, RoundTrips, StopKind

DOCUMENT = "run.json"
EDGE = "edge.json"
_NAMED = 8

_REASONS = {reason.word: int(reason) for reason in ExitReason}
_KINDS = {kind.word: int(kind) for kind in StopKind}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run on disk: its document, its edge analysis where one was made, and its round trips."""

    folder: Path
    document: Mapping[str, Any]
    edge: Mapping[str, Any] | None
    trades: Mapping[tuple[str, str], RoundTrips]


def run_ids(home: Path) -> tuple[str, ...]:
    """The ids of the runs kept under home, the newest first."""
    documents = list((home / RUNS).glob(f"*/{DOCUMENT}"))
    found = [(each.stat().st_mtime_ns, each.parent.name) for each in documents if not each.parent.name.startswith(".")]
    return tuple(name for _, name in sorted(found, reverse=True))


def find_run(home: Path, wanted: str | None) -> Path:
    """The folder of the run with this id (or the only one whose id begins so); the newest when None.

    Raises
    ------
    InputError
        When there is no such run, or more than one.
    """
    known = run_ids(home)
    if not known:
        raise InputError(f"no run is kept in {home} yet: make one with\n  edgeproof backtest\nor\n  edgeproof demo")
    if wanted is None:
        return home / RUNS / known[0]
    begins = [name for name in known if wanted and name.startswith(wanted)]
    matches = [wanted] if wanted in known else begins
    if len(matches) == 1:
        return home / RUNS / matches[0]
    fault = f'no run is called "{wanted}"' if not matches else f'"{wanted}" is the beginning of {len(matches)} runs'
    raise InputError(f"{fault}; there are (newest first): {_listed(known)}")


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _NAMED} older ones" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def read_run(folder: Path) -> StoredRun:
    """The run kept in a folder.

    Raises
    ------
    StoreError
        When a file of it is missing or damaged.
    """
    edge = folder / EDGE
    return StoredRun(
        folder=folder,
        document=_document(folder / DOCUMENT),
        edge=_document(edge) if edge.exists() else None,
        trades=_trades(folder),
    )


def outcomes(home: Path, identity: str, pairs: Iterable[tuple[str, str]]) -> pl.DataFrame | None:
    """What the round trips of some hypotheses on some instruments made in a run: hypothesis, exit_time, r_multiple.

    Those that were open at the end of the data are left out. None where the run is not kept any more.

    Raises
    ------
    StoreError
        When a file of it is damaged.
    """
    folder = home / RUNS / identity / "trades"
    files = sorted(folder.glob("*.parquet"))
    if not files:
        return None
    names, instruments = zip(*sorted(pairs), strict=True)
    wanted = pl.LazyFrame({"hypothesis": names, "instrument": instruments})
    try:
        return (
            pl.scan_parquet(files)
            .select("hypothesis", "instrument", "exit_time", "exit_reason", "r_multiple")
            .filter(pl.col("hypothesis").is_in(list(set(names))), pl.col("r_multiple").is_finite())
            .filter(pl.col("exit_reason") != ExitReason.END_OF_DATA.word)
            .join(wanted, on=["hypothesis", "instrument"], how="semi")
            .sort("exit_time", "instrument")
            .select("hypothesis", "exit_time", "r_multiple")
            .collect()
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        raise StoreError(f"{folder} cannot be read ({error}): make the run again") from error


def _document(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read ({error}): make the run again") from error
    if not isinstance(document, dict):
        raise StoreError(f"{path}: expected the document of a run, found {type(document).__name__}: make the run again")
    return document


def _trades(folder: Path) -> dict[tuple[str, str], RoundTrips]:
    found: dict[tuple[str, str], list[pl.DataFrame]] = {}
    for path in sorted((folder / "trades").glob("*.parquet")):
        try:
            parts = pl.read_parquet(path).partition_by("hypothesis", "instrument", as_dict=True, include_key=False)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise StoreError(f"{path} cannot be read ({error}): make the run again") from error
        for (hypothesis, instrument), frame in parts.items():
            found.setdefault((str(hypothesis), str(instrument)), []).append(frame)
    return {key: round_trips(pl.concat(frames)) for key, frames in found.items()}


def round_trips(frame: pl.DataFrame) -> RoundTrips:
    """The round trips of a table that `trades_frame` made."""
    columns: dict[str, Any] = {}
    for field in fields(RoundTrips):
        values = frame[field.name]
        match field.name:
            case "targets":
                columns[field.name] = np.array(values.to_list(), dtype=np.float64).reshape(len(frame), -1)
            case "exit_reason":
                columns[field.name] = values.replace_strict(_REASONS, return_dtype=pl.Int8).to_numpy().copy()
            case "stop_kind":
                columns[field.name] = values.replace_strict(_KINDS, return_dtype=pl.Int8).to_numpy().copy()
            case _:
                columns[field.name] = values.to_physical().to_numpy().copy()
    return RoundTrips(**columns)
