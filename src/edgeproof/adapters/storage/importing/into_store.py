"""A user's file into a store, in one call."""

from dataclasses import dataclass
from pathlib import Path

from edgeproof.adapters.storage.importing.candles import read_candles
from edgeproof.adapters.storage.importing.funding import read_funding
from edgeproof.adapters.storage.importing.trades import read_trades
from edgeproof.adapters.storage.rows import Series, merge, trade_columns
from edgeproof.core.candles.aggregate import aggregate
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY
from edgeproof.ports import CandleStore, Kind, Saved


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import brought: `rows` of the file, and what they changed in the store.

    `candles` is what the candles made from market trades changed; None for other kinds.
    """

    kind: Kind
    instrument: Instrument
    rows: int
    saved: Saved
    candles: Saved | None = None


def import_candles(
    store: CandleStore, path: Path, instrument: Instrument, timeframe: int, *, replace: bool = False
) -> Imported:
    """Read candles from a file and keep them."""
    candles = read_candles(path, timeframe)
    fill_gaps(candles)  # a wrong time stamp that makes an absurd gap is found before anything is kept
    saved = store.save_candles(instrument, candles, source=path.name, replace=replace)
    return Imported(kind="candles", instrument=instrument, rows=len(candles), saved=saved)


def import_funding(store: CandleStore, path: Path, instrument: Instrument, *, replace: bool = False) -> Imported:
    """Read funding rates from a file and keep them."""
    funding = read_funding(path)
    saved = store.save_funding(instrument, funding, source=path.name, replace=replace)
    return Imported(kind="funding", instrument=instrument, rows=len(funding), saved=saved)


def import_trades(
    store: CandleStore, path: Path, instrument: Instrument, timeframe: int, *, replace: bool = False
) -> Imported:
    """Read market trades from a file; keep them, and the candles of the whole periods they cover."""
    trades = read_trades(path)
    start, end = int(trades.time[0]) // DAY * DAY, (int(trades.time[-1]) // DAY + 1) * DAY
    # Two series are saved, one after the other: what would refuse the second is found before the first.
    stored = store.load_trades(instrument, start=start, end=end)
    merge(Series("trades", instrument), trade_columns(stored), trade_columns(trades), replace=replace)
    candles = store.save_candles(instrument, aggregate(trades, timeframe), source=path.name, replace=replace)
    saved = store.save_trades(instrument, trades, source=path.name, replace=replace)
    return Imported(kind="trades", instrument=instrument, rows=len(trades), saved=saved, candles=candles)
