"""Market trades out of a user's file."""

from pathlib import Path

import numpy as np
import polars as pl

from edgeproof.adapters.storage.importing.columns import TIME, Names, choose, numbers, one_instrument, times
from edgeproof.adapters.storage.importing.problems import Problems
from edgeproof.adapters.storage.importing.table import Table, read_table
from edgeproof.core.model.candle import IntArray
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.market import MarketTrades, SideArray, TextArray

NAMES = {
    "timestamp": TIME,
    "price": ("price", "p", "px"),
    "size": ("size", "qty", "quantity", "amount", "q", "volume", "vol"),
}
_SIDE = {"side": ("side", "takerside", "aggressor", "direction")}
_ID = {"trade_id": ("tradeid", "id", "aggtradeid", "uid", "tid")}
_SIDES = {"buy": 1, "b": 1, "sell": -1, "s": -1, "": 0, "unknown": 0}


def read_trades(path: Path) -> MarketTrades:
    """The trades of a CSV or Parquet file in time order; trades of the same millisecond keep the order of the file.

    Without ids a trade is named by its time and its count within that millisecond.

    Raises
    ------
    DataError
        The file cannot be read, has bad rows (all named, up to twenty) or trades of several instruments.
    """
    table = read_table(path)
    one_instrument(table)
    chosen = choose(table, NAMES)
    problems = Problems(table)
    time = times(chosen["timestamp"], problems)
    price = numbers(chosen["price"], "price", problems)
    problems.add(price <= 0, lambda row: f"expected a positive price, found {price[row]}")
    size = numbers(chosen["size"], "size", problems)
    problems.add(size <= 0, lambda row: f"expected a positive size, found {size[row]}")
    side = _sides(table, problems)
    order = np.argsort(time, kind="stable")
    ids = _ids(table, time, order, problems)
    problems.refuse()
    return MarketTrades(time=time[order], price=price[order], size=size[order], side=side[order], trade_id=ids[order])


def _optional(table: Table, names: Names) -> pl.Series | None:
    try:
        return next(iter(choose(table, names).values())) if table.has_header else None
    except DataError:
        return None


def _sides(table: Table, problems: Problems) -> SideArray:
    column = _optional(table, _SIDE)
    if column is None:
        return np.zeros(len(table), np.int8)
    texts = column.cast(pl.String).fill_null("").str.strip_chars().str.to_lowercase()
    known = texts.is_in(list(_SIDES)).to_numpy()
    problems.add(~known, lambda row: f"expected buy or sell as side, found {texts[row]}")
    return np.array(texts.replace_strict(_SIDES, default=0, return_dtype=pl.Int8).to_numpy())


def _ids(table: Table, time: IntArray, order: IntArray, problems: Problems) -> TextArray:
    column = _optional(table, _ID)
    if column is None:
        return _counted_ids(time, order)
    texts = column.cast(pl.String)
    problems.add(texts.is_null().to_numpy(), lambda _: "expected a trade id, found nothing")
    again = (~texts.is_first_distinct()).to_numpy()
    problems.add(again, lambda row: f"trade {texts[row]} is there already in an earlier {table.place_word}")
    _refuse_several_products(table, texts)
    return np.array(texts.fill_null("").to_list(), dtype=np.str_)


def _counted_ids(time: IntArray, order: IntArray) -> TextArray:
    ordered = time[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    counts = np.arange(len(ordered)) - np.repeat(starts, np.diff(starts, append=len(ordered)))
    ids = np.array([f"{at}:{count}" for at, count in zip(ordered.tolist(), counts.tolist(), strict=True)])
    return ids[np.argsort(order)]


def _refuse_several_products(table: Table, ids: pl.Series) -> None:
    """Recordings of a whole feed carry the product before a colon in the id; mixed, their prices make no candles."""
    products = ids.drop_nulls().str.extract(r"^([A-Z][A-Z0-9_]+):").drop_nulls().unique().sort().to_list()
    if len(products) > 1:
        raise DataError(
            f"expected trades of one instrument in {table.path}, found {len(products)} by their ids "
            f"({', '.join(products[:5])}, ...): split the file and import each part"
        )
