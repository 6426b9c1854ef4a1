"""Columns found by the names people give them, and their values as numbers and times."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np
import polars as pl

from edgeproof.adapters.storage.importing.problems import Problems
from edgeproof.adapters.storage.importing.table import Table
from edgeproof.core.model.candle import BoolArray, FloatArray, IntArray
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.time import DAY

Names = Mapping[str, tuple[str, ...]]

TIME = (
    "timestamp", "opentime", "time", "datetime", "date", "ts", "t", "unix", "unixtime", "epoch", "starttime", "start",
    "fundingtime", "calctime", "tradetime", "transacttime",
)  # fmt: skip
"""Accepted names of the time column, preferred first; compared in lower case, letters and digits only."""

_UNITS = {"seconds": 1e-3, "milliseconds": 1.0, "microseconds": 1e3, "nanoseconds": 1e6}
_EARLIEST, _LATEST = 3_650 * DAY, 84_000 * DAY
"""1979 to 2199: within these years the size of a number tells its unit."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def choose(table: Table, names: Names) -> dict[str, pl.Series]:
    """The columns of a table under our names.

    A CSV without column names has the common layout: the columns in the order of `names`.
    """
    if not table.has_header:
        return _by_position(table, names)
    known: dict[str, str] = {}
    for name in table.frame.columns:
        known.setdefault(_plain(name), name)
    found = {ours: next((known[each] for each in theirs if each in known), None) for ours, theirs in names.items()}
    missing = [ours for ours, theirs in found.items() if theirs is None]
    if missing:
        raise DataError(
            f"expected columns {', '.join(names)} in {table.path}, found {', '.join(table.frame.columns)}: "
            f"name a column {' and one '.join(missing)}"
        )
    return {ours: table.frame[theirs] for ours, theirs in found.items() if theirs is not None}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _by_position(table: Table, names: Names) -> dict[str, pl.Series]:
    if table.frame.width < len(names):
        raise DataError(
            f"expected a first line of column names in {table.path}, or the columns {', '.join(names)} in this order, "
            f"found {table.frame.width} columns without names: add the names"
        )
    return dict(zip(names, table.frame.get_columns(), strict=False))


def one_instrument(table: Table) -> None:
    """Refuse a file whose symbol column names several instruments."""
    for name in table.frame.columns:
        if table.has_header and _plain(name) in ("symbol", "instrument", "pair", "market", "product", "productid"):
            several = table.frame[name].drop_nulls().unique().sort().to_list()
            if len(several) > 1:
                shown = ", ".join(map(str, several[:5])) + (", ..." if len(several) > 5 else "")
                raise DataError(
                    f"expected rows of one instrument in {table.path}, found {len(several)} in column {name} "
                    f"({shown}): split the file and import each part"
                )


def numbers(column: pl.Series, name: str, problems: Problems) -> FloatArray:
    """The column as float64; what is missing, not a number or not finite is a problem (and NaN)."""
    values = _cast(column)
    raw = column.to_list if column.dtype == pl.String else None
    bad = ~np.isfinite(values)
    if bad.any():
        texts = raw() if raw is not None else values.tolist()
        problems.add(bad, lambda row: _not_a_number(name, texts[row]))
    return values


def _cast(column: pl.Series) -> FloatArray:
    if column.dtype == pl.String:
        column = column.str.strip_chars()
        if column.str.contains(r"^-?\d+,\d+$").any():
            column = column.str.replace(",", ".")  # decimal commas, where another sign separates the fields
    cast = column.cast(pl.Float64, strict=False).fill_null(np.nan)
    return np.array(cast.to_numpy(), dtype=np.float64)


def _not_a_number(name: str, value: object) -> str:
    shown = "nothing" if value is None or value == "" else str(value)
    return f"expected a finite number as {name}, found {shown}"


def times(column: pl.Series, problems: Problems) -> IntArray:
    """The column as int64 UTC milliseconds, whatever its unit; what is not a time is a problem (and 0)."""
    if column.dtype == pl.Date or isinstance(column.dtype, pl.Datetime):
        return _from_datetimes(column, problems)
    if column.dtype == pl.String and not _is_numeric(column):
        return _from_text(column, problems)
    return _from_numbers(column, problems)


def _is_numeric(column: pl.Series) -> bool:
    """Whether most of the texts are numbers."""
    cast = column.str.strip_chars().cast(pl.Float64, strict=False)
    return cast.is_not_null().sum() * 2 > len(column)


def _from_datetimes(column: pl.Series, problems: Problems) -> IntArray:
    missing = column.is_null().to_numpy()
    problems.add(missing, lambda _: "expected a time, found nothing")
    stamps = column.cast(pl.Datetime("us")).to_physical().fill_null(0).to_numpy() // 1_000
    in_range = _in_range(stamps.astype(np.float64)) | missing
    problems.add(~in_range, lambda row: f"expected a time between 1980 and 2199, found {column[row]}")
    return np.array(stamps, dtype=np.int64)


def _from_text(column: pl.Series, problems: Problems) -> IntArray:
    texts = column.to_list()
    stamps = np.fromiter((_milliseconds(text) for text in texts), np.int64, count=len(texts))
    problems.add(
        stamps == _UNREADABLE,
        lambda row: f"expected an ISO 8601 time or a number since the epoch, found {texts[row] or 'nothing'}",
    )
    return np.where(stamps == _UNREADABLE, 0, stamps)


_UNREADABLE = np.iinfo(np.int64).min


def _milliseconds(text: str | None) -> int:
    try:
        moment = datetime.fromisoformat((text or "").strip().removesuffix(" UTC"))
    except ValueError:
        return _UNREADABLE
    since = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)) - _EPOCH
    return since.days * DAY + since.seconds * 1_000 + since.microseconds // 1_000


def _from_numbers(column: pl.Series, problems: Problems) -> IntArray:
    """Numbers since the epoch: their size tells the unit, and all rows must be in the same one."""
    values = numbers(column, "time", problems)
    units = {name: _in_range(values / per_ms) for name, per_ms in _UNITS.items()}
    unit = max(units, key=lambda name: int(units[name].sum()))

    def reason(row: int) -> str:
        other = next((name for name, fits in units.items() if fits[row]), None)
        if other is None:
            return f"expected a time between 1980 and 2199, found {column[row]}"
        return f"expected {unit} since the epoch as in the other rows, found {column[row]}, which is in {other}"

    problems.add(~units[unit], reason)
    good = units[unit]
    exact = column.cast(pl.Int64, strict=False).fill_null(0).to_numpy() if column.dtype.is_integer() else values
    whole = np.where(good, exact, 0)
    return _to_milliseconds(whole, unit)


def _to_milliseconds(values: FloatArray | IntArray, unit: str) -> IntArray:
    if unit == "seconds":
        return np.round(values * 1_000.0).astype(np.int64)  # 1.5 s is 1,500 ms; 1e9 s x 1000 is exact in float64
    per_ms = int(_UNITS[unit])
    floored: IntArray = np.floor_divide(values, per_ms).astype(np.int64)
    return floored


def _in_range(milliseconds: FloatArray) -> BoolArray:
    return (milliseconds >= _EARLIEST) & (milliseconds < _LATEST)
