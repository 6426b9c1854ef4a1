"""Stored series as plain columns, and how new rows join old ones."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.model.candle import COLUMNS, NO_FUNDING, BoolArray, Candles, Funding, IntArray
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.market import QUOTE_COLUMNS, MarketTrades, Quotes
from edgeproof.core.model.time import DAY, format_duration, format_time
from edgeproof.ports import Kind, Saved

Columns = dict[str, NDArray[Any]]
"""Columns of equal length by name; "time" is among them and ascending."""

GENERATED = "generated"
"""How the source of a generated market begins: such rows are never mixed with history."""


@dataclass(frozen=True, slots=True)
class Series:
    """What identifies a stored series."""

    kind: Kind
    instrument: Instrument
    timeframe: int | None = None

    def __str__(self) -> str:
        length = "" if self.timeframe is None else f" {format_duration(self.timeframe)}"
        return f"{self.instrument}{length} {self.kind}"

    def sort_key(self) -> tuple[Instrument, Kind, int]:
        """By instrument, kind and timeframe."""
        return self.instrument, self.kind, self.timeframe or 0


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Old and new rows in one, and what that changed."""

    columns: Columns
    saved: Saved


def merge(series: Series, old: Columns, new: Columns, *, replace: bool) -> Merged:
    """The rows of both; where they contradict each other an error, or the new ones with `replace`."""
    keys_old, keys_new = _keys(series, old, new)
    _, at_old, at_new = np.intersect1d(keys_old, keys_new, assume_unique=True, return_indices=True)
    same = np.logical_and.reduce([_equal(old[name][at_old], new[name][at_new]) for name in old])
    if not replace and not same.all():
        raise DataError(_contradiction(series, old, new, at_old[~same], at_new[~same]))
    keep_old = np.ones(len(old["time"]), np.bool_)
    keep_old[at_old[~same]] = False
    keep_new = np.ones(len(new["time"]), np.bool_)
    keep_new[at_new[same]] = False
    joined = {name: np.concatenate([old[name][keep_old], new[name][keep_new]]) for name in old}
    order = np.argsort(joined["time"], kind="stable")
    replaced = int((~same).sum())
    added = len(new["time"]) - len(at_new)
    saved = Saved(added=added, replaced=replaced, unchanged=len(at_new) - replaced)
    return Merged({name: values[order] for name, values in joined.items()}, saved)


def _equal(old: NDArray[Any], new: NDArray[Any]) -> BoolArray:
    """Which values are the same; a price that is not known equals one that is not known."""
    same: BoolArray = old == new
    return same | (np.isnan(old) & np.isnan(new)) if old.dtype.kind == "f" else same


def _keys(series: Series, old: Columns, new: Columns) -> tuple[IntArray, IntArray]:
    """What names a row: its time, and for market trades the venue's id within its day."""
    if series.kind != "trades":
        return old["time"], new["time"]
    ids, codes = np.unique(np.concatenate([old["trade_id"], new["trade_id"]]), return_inverse=True)
    days = np.concatenate([old["time"], new["time"]]) // DAY
    keys = days * len(ids) + codes
    return keys[: len(old["time"])], keys[len(old["time"]) :]


def _contradiction(
    series: Series, old: Columns, new: Columns, at_old: NDArray[np.intp], at_new: NDArray[np.intp]
) -> str:
    first = int(np.argmin(old["time"][at_old]))
    differing = [
        f"{name} is {old[name][at_old[first]].item()!r} in the store and {new[name][at_new[first]].item()!r} here"
        for name in old
        if not _equal(old[name][at_old[first : first + 1]], new[name][at_new[first : first + 1]])[0]
    ]
    at = format_time(int(old["time"][at_old[first]]))
    rows = "row contradicts" if len(at_old) == 1 else "rows contradict"
    return (
        f"{len(at_old):,} {rows} the stored {series}, the first at {at}: {'; '.join(differing)}. Nothing was changed: "
        "check that it is the same instrument of the same venue, or use --replace to take the new rows"
    )


def join_sources(series: Series, old: tuple[str, ...], source: str) -> tuple[str, ...]:
    """The sources with one more; generated rows and history do not mix."""
    if old and old[0].startswith(GENERATED) != source.startswith(GENERATED):
        raise DataError(
            f'the stored {series} come from "{old[0]}" and these from "{source}": generated rows and history are '
            "never mixed; use another --home or another instrument"
        )
    return old if source in old else (*old, source)


def candle_columns(candles: Candles) -> Columns:
    """The candles that came from the market, without the filled ones."""
    real = ~candles.filled
    return {"time": candles.open_time[real], **{name: getattr(candles, name)[real] for name in COLUMNS}}


def to_candles(columns: Columns, timeframe: int) -> Candles:
    """Columns as candles."""
    values = {name: columns[name] for name in COLUMNS}
    filled = np.zeros(len(columns["time"]), np.bool_)
    return Candles(timeframe=timeframe, open_time=columns["time"], filled=filled, **values)


def funding_columns(funding: Funding) -> Columns:
    """Funding as columns."""
    return {"time": funding.time, "rate": funding.rate}


def to_funding(columns: Columns | None) -> Funding:
    """Columns as funding; no columns, no funding."""
    return NO_FUNDING if columns is None else Funding(time=columns["time"], rate=columns["rate"])


def trade_columns(trades: MarketTrades) -> Columns:
    """Market trades as columns."""
    return {name: getattr(trades, name) for name in ("time", "price", "size", "side", "trade_id")}


def to_trades(columns: Columns | None) -> MarketTrades:
    """Columns as market trades; no columns, no trades."""
    if columns is None:
        none = np.empty(0)
        columns = {"time": none.astype(np.int64), "price": none, "size": none.copy()}
        columns |= {"side": none.astype(np.int8), "trade_id": none.astype(np.str_)}
    return MarketTrades(**columns)


def quote_columns(quotes: Quotes) -> Columns:
    """Quotes as columns."""
    return {name: getattr(quotes, name) for name in ("time", *QUOTE_COLUMNS)}


def to_quotes(columns: Columns | None) -> Quotes:
    """Columns as quotes; no columns, no quotes."""
    if columns is None:
        columns = {name: np.empty(0) for name in QUOTE_COLUMNS} | {"time": np.empty(0, np.int64)}
    return Quotes(**columns)


def between(columns: Columns, start: int | None, end: int | None) -> Columns:
    """The rows with start <= time < end."""
    time = columns["time"]
    first = 0 if start is None else int(np.searchsorted(time, start))
    last = len(time) if end is None else int(np.searchsorted(time, end))
    return {name: values[first : max(first, last)] for name, values in columns.items()}
