"""The candle store on disk: Parquet files by instrument, timeframe and period, under one manifest a series.

A save is:

1. take the writers' lock, read the manifest (`_merge`);
2. for each period the new rows touch: read its part, merge, write the result under a new name (`_write_part`);
3. replace the manifest: the commit (`write_manifest`);
4. remove files no manifest names, this save's old parts and what a crash left behind (`_sweep`).

Before step 3 readers see all that was, after it all that is; a crash at any point leaves one of the two.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace as with_changes
from pathlib import Path

import numpy as np
import polars as pl

from edgeproof.adapters.storage.atomic import TEMPORARY, only_writer, write_file
from edgeproof.adapters.storage.manifest import FILE, Manifest, Part, read_manifest, series_folder, write_manifest
from edgeproof.adapters.storage.rows import Columns, Series, between, join_sources, merge
from edgeproof.adapters.storage.shelf import Shelf
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.time import HOUR
from edgeproof.ports import Holding, Saved

_TIME = pl.Datetime("ms", "UTC")


class ParquetStore(Shelf):
    """Keeps history under `root`; any number of readers, one writer at a time."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def holdings(self) -> tuple[Holding, ...]:
        """Every series, by instrument, kind and timeframe."""
        manifests = (read_manifest(path) for path in self._root.glob(f"*/instrument=*/**/{FILE}"))
        held = sorted((each for each in manifests if each is not None), key=lambda each: each.series.sort_key())
        return tuple(manifest.holding() for manifest in held)

    def _read(self, series: Series, start: int | None, end: int | None) -> Columns | None:
        folder = series_folder(self._root, series)
        for attempts_left in (2, 1, 0):
            manifest = read_manifest(folder / FILE)
            if manifest is None:
                return None
            try:
                return between(_read_parts(folder, _parts_between(manifest, start, end)), start, end)
            except FileNotFoundError as error:
                # A save may have replaced the parts since the manifest was read: then a new manifest is there.
                if attempts_left == 0:
                    raise StoreError(f"{error.filename} is missing: {_remedy(folder)}") from error
        raise AssertionError  # the loop returns or raises

    def _merge(self, series: Series, new: Columns, source: str, *, replace: bool) -> Saved:
        if len(new["time"]) == 0:
            return Saved(added=0, replaced=0, unchanged=0)
        folder = series_folder(self._root, series)
        with only_writer(self._root):
            manifest = read_manifest(folder / FILE) or Manifest(series=series)
            sources = join_sources(series, manifest.sources, source)
            parts = {part.period: part for part in manifest.parts}
            merged = {
                period: merge(series, _old_rows(folder, parts.get(period), rows), rows, replace=replace)
                for period, rows in _by_period(series, new)
            }
            for period, result in merged.items():
                if result.saved.added or result.saved.replaced:
                    parts[period] = _write_part(folder, period, result.columns)
            ordered = tuple(parts[period] for period in sorted(parts))
            if ordered != manifest.parts or sources != manifest.sources:
                write_manifest(folder, with_changes(manifest, sources=sources, parts=ordered))
            _sweep(folder, ordered)
        return _total([result.saved for result in merged.values()])


def _total(saves: list[Saved]) -> Saved:
    return Saved(
        added=sum(each.added for each in saves),
        replaced=sum(each.replaced for each in saves),
        unchanged=sum(each.unchanged for each in saves),
    )


def _period_unit(series: Series) -> str:
    """How rows are cut into files: large enough to read fast, small enough to rewrite when candles are appended."""
    if series.kind in {"trades", "quotes"}:
        return "D"
    if series.kind == "candles" and series.timeframe is not None and series.timeframe < HOUR:
        return "M"
    return "Y"


def _by_period(series: Series, columns: Columns) -> Iterator[tuple[str, Columns]]:
    periods = columns["time"].astype("datetime64[ms]").astype(f"datetime64[{_period_unit(series)}]")
    starts = np.flatnonzero(np.append(True, periods[1:] != periods[:-1]))
    for start, end in zip(starts, np.append(starts[1:], len(periods)), strict=True):
        yield str(periods[start]), {name: values[start:end] for name, values in columns.items()}


def _parts_between(manifest: Manifest, start: int | None, end: int | None) -> list[Part]:
    inside = [
        part for part in manifest.parts if (start is None or part.last >= start) and (end is None or part.first < end)
    ]
    return inside or list(manifest.parts[:1])  # one part gives an empty result its columns


def _old_rows(folder: Path, part: Part | None, like: Columns) -> Columns:
    if part is None:
        return {name: values[:0] for name, values in like.items()}
    try:
        return _read_parts(folder, [part])
    except FileNotFoundError as error:
        raise StoreError(f"{error.filename} is missing: {_remedy(folder)}") from error


def _read_parts(folder: Path, parts: list[Part]) -> Columns:
    frames = [_read_part(folder, part) for part in parts]
    frame = pl.concat(frames, rechunk=True)
    columns: Columns = {name: frame[name].to_numpy(writable=True) for name in frame.columns if name != "trade_id"}
    columns["time"] = frame["time"].to_physical().to_numpy(writable=True)
    if "trade_id" in frame.columns:
        columns["trade_id"] = np.array(frame["trade_id"].to_list(), dtype=np.str_)
    return columns


def _read_part(folder: Path, part: Part) -> pl.DataFrame:
    path = folder / part.file
    content = path.read_bytes()
    if _hash(content) != path.stem:
        raise StoreError(f"{path} is damaged, its content is not what was written: {_remedy(folder)}")
    return pl.read_parquet(io.BytesIO(content))


def _remedy(folder: Path) -> str:
    return f"move {folder} away and import the history again"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _write_part(folder: Path, period: str, columns: Columns) -> Part:
    frame = pl.DataFrame(
        [
            pl.Series(name, values.tolist(), dtype=pl.String) if name == "trade_id" else pl.Series(name, values)
            for name, values in columns.items()
        ]
    ).with_columns(pl.col("time").cast(_TIME))
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    content = buffer.getvalue()
    file = f"period={period}/{_hash(content)}.parquet"
    write_file(folder / file, content)
    time = columns["time"]
    return Part(period=period, file=file, rows=len(time), first=int(time[0]), last=int(time[-1]))


def _sweep(folder: Path, parts: tuple[Part, ...]) -> None:
    """Remove files of the series that its manifest does not name; failing to do so loses nothing."""
    named = {folder / part.file for part in parts}
    for path in [*folder.glob("period=*/*.parquet"), *folder.glob(f"**/.*{TEMPORARY}")]:
        if path not in named:
            with suppress(OSError):
                path.unlink()
