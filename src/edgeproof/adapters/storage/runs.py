"""Runs on disk: HOME/runs/ID/ with `run.json` (configuration, data, statistics) and `trades/*.parquet`.

A discovery adds `edge.json`, all that it found.

A run is written beside its final place and moved there when it is complete, so that a folder with the name of a run is
a whole run. The name says everything that went in: writing the same run again leaves the same bytes.
"""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from edgeproof.adapters.storage.atomic import TEMPORARY, write_file
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.round_trip import ExitReason, RoundTrips, StopKind

RUNS = "runs"
ROWS_A_PART = 250_000
"""Trades kept in memory before they become a file (about 50 MB)."""

_TIMES = ("signal_time", "entry_time", "exit_time")
_REASONS = [reason.word for reason in ExitReason]
_KINDS = [kind.word for kind in StopKind]


class RunWriter:
    """Takes the trades of a run as they come; `finish` makes it a run, leaving it otherwise leaves nothing."""

    def __init__(self, home: Path, identity: str) -> None:
        self.folder = home / RUNS / identity
        self._draft = home / RUNS / f".{identity}.{os.getpid()}{TEMPORARY}"
        self._frames: list[pl.DataFrame] = []
        self._rows = 0
        self._parts = 0

    def __enter__(self) -> "RunWriter":
        try:
            self._remove_draft()
            (self._draft / "trades").mkdir(parents=True)
        except OSError as error:
            raise StoreError(
                f"{self.folder.parent} cannot be written to ({error.strerror}): check --home and its permissions"
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._remove_draft()

    def _remove_draft(self) -> None:
        shutil.rmtree(self._draft, ignore_errors=True)

    def add(self, hypothesis: str, instrument: str, trades: RoundTrips) -> None:
        """Keep the round trips of one hypothesis on one instrument."""
        if len(trades) == 0:
            return
        self._frames.append(trades_frame(hypothesis, instrument, trades))
        self._rows += len(trades)
        if self._rows >= ROWS_A_PART:
            self._write_part()

    def _write_part(self) -> None:
        path = self._draft / "trades" / f"part-{self._parts:04d}.parquet"
        try:
            pl.concat(self._frames).write_parquet(path, compression="zstd")
        except OSError as error:
            raise StoreError(f"{path} could not be written ({error.strerror}): check the disk") from error
        self._frames, self._rows = [], 0
        self._parts += 1

    def finish(self, document: Mapping[str, Any], edge: Mapping[str, Any] | None = None) -> Path:
        """Write the last trades, `run.json` and `edge.json`, and put the run in its place; the folder of the run."""
        if self._frames:
            self._write_part()
        write_file(self._draft / "run.json", json.dumps(document, indent=1, allow_nan=False).encode() + b"\n")
        if edge is not None:
            # One line: a figure a line would double its megabytes.
            write_file(self._draft / "edge.json", json.dumps(edge, allow_nan=False).encode() + b"\n")
        try:
            self._take_place()
        except OSError as error:
            raise StoreError(f"{self.folder} could not be put in its place ({error.strerror})") from error
        return self.folder

    def _take_place(self) -> None:
        if self.folder.exists():
            # The same run was made before. What is new takes its place, so that a damaged one is mended.
            aside = self._draft.with_suffix(".old")
            self.folder.rename(aside)
            self._draft.rename(self.folder)
            shutil.rmtree(aside, ignore_errors=True)
        else:
            self._draft.rename(self.folder)


def trades_frame(hypothesis: str, instrument: str, trades: RoundTrips) -> pl.DataFrame:
    """Round trips as a table: the columns of `backtest --json` with times as times, after hypothesis and instrument."""
    columns: dict[str, pl.Series] = {}
    for name in trades.__dataclass_fields__:
        values = getattr(trades, name)
        if name in _TIMES:
            columns[name] = pl.Series(name, values).cast(pl.Datetime("ms", "UTC"))
        elif name == "targets":
            columns[name] = pl.Series(name, values.tolist(), dtype=pl.List(pl.Float64))
        elif name == "exit_reason":
            columns[name] = pl.Series(name, [_REASONS[code] for code in values.tolist()], dtype=pl.String)
        elif name == "stop_kind":
            columns[name] = pl.Series(name, [_KINDS[code] for code in values.tolist()], dtype=pl.String)
        else:
            columns[name] = pl.Series(name, values)
    return pl.DataFrame(columns).select(
        pl.lit(hypothesis).alias("hypothesis"), pl.lit(instrument).alias("instrument"), pl.all()
    )
