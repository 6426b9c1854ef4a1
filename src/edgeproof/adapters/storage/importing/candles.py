"""Candles out of a user's file."""

from pathlib import Path

import numpy as np

from edgeproof.adapters.storage.importing.columns import TIME, choose, numbers, one_instrument, times
from edgeproof.adapters.storage.importing.problems import Problems
from edgeproof.adapters.storage.importing.table import Table, read_table
from edgeproof.adapters.storage.rows import Columns, to_candles
from edgeproof.core.model.candle import COLUMNS, BoolArray, Candles, IntArray
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.time import format_duration, format_time

NAMES = {
    "timestamp": TIME,
    "open": ("open", "o", "openprice", "priceopen"),
    "high": ("high", "h", "highprice", "pricehigh", "max"),
    "low": ("low", "l", "lowprice", "pricelow", "min"),
    "close": ("close", "c", "closeprice", "priceclose", "last"),
    "volume": ("volume", "vol", "v", "basevolume", "volumebase", "amount", "qty", "size"),
}

_ENOUGH_ROWS = 4
"""Fewer rows cannot tell a wrong timeframe from a gap."""


def read_candles(path: Path, timeframe: int) -> Candles:
    """The candles of a CSV or Parquet file, put into time order.

    Raises
    ------
    DataError
        The file cannot be read, is of another timeframe, or has bad rows (all named, up to twenty).
    """
    table = read_table(path)
    one_instrument(table)
    chosen = choose(table, NAMES)
    problems = Problems(table)
    columns: Columns = {"time": times(chosen["timestamp"], problems)}
    columns |= {name: numbers(chosen[name], name, problems) for name in COLUMNS}
    _check_timeframe(table, columns["time"][problems.good], timeframe)
    _check_values(columns, problems)
    _check_times(columns["time"], timeframe, problems)
    problems.refuse()
    order = np.argsort(columns["time"], kind="stable")
    return to_candles({name: values[order] for name, values in columns.items()}, timeframe)


def _check_timeframe(table: Table, time: IntArray, timeframe: int) -> None:
    """Refuse candles that are mostly another distance apart than they should be."""
    if len(time) < _ENOUGH_ROWS:
        return
    steps, counts = np.unique(np.diff(np.sort(time)), return_counts=True)
    usual = int(steps[int(np.argmax(counts))])
    if usual in (0, timeframe) or int(counts.max()) * 2 <= len(time):
        return
    raise DataError(
        f"expected {format_duration(timeframe)} candles in {table.path}, found most of them {format_duration(usual)} "
        f"apart: use --timeframe {format_duration(usual)}"
    )


def _check_values(columns: Columns, problems: Problems) -> None:
    low, high = columns["low"], columns["high"]
    for name in ("open", "high", "low", "close"):
        values = columns[name]
        problems.add(values <= 0, lambda row, v=values, n=name: f"expected a positive {n}, found {v[row]}")  # type: ignore[misc]
    problems.add(high < low, lambda row: f"expected high >= low, found high {high[row]} and low {low[row]}")
    for name in ("open", "close"):
        values = columns[name]
        problems.add(
            (values < low) | (values > high),
            lambda row, v=values, n=name: (  # type: ignore[misc]
                f"expected {n} between low {low[row]} and high {high[row]}, found {v[row]}"
            ),
        )
    volume = columns["volume"]
    problems.add(volume < 0, lambda row: f"expected a volume of 0 or more, found {volume[row]}")


def _check_times(time: IntArray, timeframe: int, problems: Problems) -> None:
    length = format_duration(timeframe)
    problems.add(
        time % timeframe != 0,
        lambda row: f"expected a time on the {length} grid, found {format_time(int(time[row]))}",
    )
    add_duplicates(time, problems)


def add_duplicates(time: IntArray, problems: Problems) -> None:
    """Report every row whose time an earlier row has already."""
    good = np.flatnonzero(problems.good)
    order = good[np.argsort(time[good], kind="stable")]
    again: BoolArray = np.zeros(len(time), np.bool_)
    again[order[1:]] = time[order[1:]] == time[order[:-1]]
    if not again.any():
        return
    before = dict(zip(order[1:].tolist(), order[:-1].tolist(), strict=True))
    problems.add(again, lambda row: f"{format_time(int(time[row]))} is there already, in {problems.place(before[row])}")
