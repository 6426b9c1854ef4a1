"""The manifest of a stored series: which files are its rows now.

Replacing this one small file is what commits a save, however many Parquet files it touched.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeproof.adapters.storage.atomic import write_file
from edgeproof.adapters.storage.rows import Series
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import format_duration
from edgeproof.ports import Holding, Kind

FILE = "manifest.json"
FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One Parquet file: the rows of one period. Its name ends in the hash of its content."""

    period: str
    file: str
    rows: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A series and its parts in time order."""

    series: Series
    sources: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()

    def holding(self) -> Holding:
        """What the series holds, without reading a row."""
        return Holding(
            instrument=self.series.instrument,
            kind=self.series.kind,
            timeframe=self.series.timeframe,
            rows=sum(part.rows for part in self.parts),
            first=self.parts[0].first,
            last=self.parts[-1].last,
            sources=self.sources,
        )


def series_folder(root: Path, series: Series) -> Path:
    """Where a series lies: hive-partitioned, so that other tools can read it too."""
    folder = root / series.kind / f"instrument={_safe(series.instrument)}"
    return folder if series.timeframe is None else folder / f"timeframe={format_duration(series.timeframe)}"


def _safe(instrument: Instrument) -> str:
    return f"{instrument.base}-{instrument.quote}-{instrument.settle}"


def read_manifest(path: Path) -> Manifest | None:
    """The manifest at `path`, None when there is none."""
    try:
        document = json.loads(path.read_bytes())
        return _parse(document)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path} cannot be read as a manifest of format {FORMAT} ({error}): move its folder away and import again"
        ) from error


def _parse(document: dict[str, Any]) -> Manifest:
    if document["format"] != FORMAT:
        raise ValueError(f"its format is {document['format']}")
    kind: Kind = document["kind"]
    series = Series(kind, parse_instrument(document["instrument"]), document["timeframe_ms"])
    parts = tuple(Part(**part) for part in document["parts"])
    return Manifest(series=series, sources=tuple(document["sources"]), parts=parts)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Commit: from here on the series is what this manifest says."""
    document = {
        "format": FORMAT,
        "kind": manifest.series.kind,
        "instrument": manifest.series.instrument.unified,
        "timeframe_ms": manifest.series.timeframe,
        "sources": manifest.sources,
        "parts": [{name: getattr(part, name) for name in Part.__slots__} for part in manifest.parts],
    }
    write_file(folder / FILE, json.dumps(document, indent=1).encode())
