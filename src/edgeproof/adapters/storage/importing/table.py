"""A user's file as columns, with the place of every row kept for messages."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from edgeproof.core.model.candle import IntArray
from edgeproof.core.model.errors import DataError

PARQUET = (".parquet", ".pq")
CSV = (".csv", ".tsv", ".txt")
_MAGIC = b"PAR1"
_SEPARATORS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Rows of a file; the values of a CSV are text still.

    `places` (n_rows,) counts lines of a CSV and rows of a Parquet file from 1.
    `has_header` is False for a CSV whose first line is data already.
    """

    path: Path
    frame: pl.DataFrame
    places: IntArray
    place_word: str
    has_header: bool

    def __len__(self) -> int:
        return len(self.frame)


def read_table(path: Path) -> Table:
    """The rows of a CSV or Parquet file.

    Raises
    ------
    DataError
        No such file, another format, not readable, or no rows.
    """
    content = _content(path)
    suffix = path.suffix.lower()
    if suffix not in (*PARQUET, *CSV):
        raise DataError(
            f"expected a file ending in .csv or .parquet, found {path}: convert it, or rename it if it is one"
        )
    if content.startswith(_MAGIC) != (suffix in PARQUET):
        found = "Parquet" if content.startswith(_MAGIC) else "something else"
        raise DataError(
            f"expected {path} to be what its ending {path.suffix} says, found {found}: rename or convert it"
        )
    table = _read_parquet(path, content) if suffix in PARQUET else _read_csv(path, content)
    if len(table) == 0:
        raise DataError(f"expected rows in {path}, found none below the column names")
    return table


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"expected a file at {path}, found none") from error
    except OSError as error:
        raise DataError(f"expected a file that can be read, found {path} ({error.strerror})") from error
    if not content.strip():
        raise DataError(f"expected candles, funding or trades in {path}, found an empty file")
    return content


def _read_parquet(path: Path, content: bytes) -> Table:
    try:
        frame = pl.read_parquet(io.BytesIO(content))
    except pl.exceptions.PolarsError as error:
        raise DataError(f"{path} is damaged or cut short and cannot be read as Parquet: fetch it again") from error
    places = np.arange(1, len(frame) + 1)
    return Table(path=path, frame=frame, places=places, place_word="row", has_header=True)


def _read_csv(path: Path, content: bytes) -> Table:
    text = _text(path, content)
    lines = text.split("\n", 1000)
    first = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if first is None:
        raise DataError(f"expected candles, funding or trades in {path}, found only comments")
    body = text if first == 0 else text.split("\n", first)[first]
    separator = _separator(lines[first])
    has_header = not _is_data(lines[first], separator)
    try:
        frame = pl.read_csv(io.BytesIO(body.encode()), separator=separator, has_header=has_header, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise DataError(_unreadable(path, body, separator, first)) from error
    places = np.arange(len(frame)) + first + 1 + has_header
    blank = (
        frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
        if frame.width
        else pl.Series([], dtype=pl.Boolean)
    )
    frame, places = frame.filter(~blank), places[~blank.to_numpy()]
    return Table(path=path, frame=frame, places=places, place_word="line", has_header=has_header)


def _text(path: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"expected UTF-8 text in {path}, found other bytes in line {line}: save it as UTF-8") from error


def _separator(line: str) -> str:
    return max(_SEPARATORS, key=line.count)


def _is_data(line: str, separator: str) -> bool:
    """Whether a line holds values, not names: anything after its first field reads as a number."""
    return any(_is_number(field) for field in line.split(separator)[1:])


def _is_number(text: str) -> bool:
    try:
        float(text.strip().strip('"').replace(",", "."))
    except ValueError:
        return False
    return True


def _unreadable(path: Path, body: str, separator: str, first: int) -> str:
    """Why a CSV cannot be read, with the line: another number of fields, or a quote that is not closed."""
    lines = body.split("\n")
    expected = lines[0].count(separator) + 1
    for number, line in enumerate(lines, first + 1):
        if line.count('"') % 2:
            return (
                f"expected quotes to be closed within the line, found an open one in line {number} of {path}: remove it"
            )
        fields = line.count(separator) + 1
        if '"' not in line and fields > expected:
            return (
                f"expected {expected} fields a line, found {fields} in line {number} of {path}: remove the extra ones"
            )
    return (
        f"{path} cannot be read as CSV with separator {separator!r}: write one row a line, with the same fields in each"
    )
