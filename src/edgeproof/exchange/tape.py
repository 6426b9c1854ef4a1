"""Trades as columns, made of candles or of recorded ones."""

from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import BoolArray, Candles, FloatArray, IntArray
from edgeproof.core.model.market import MarketTrades, SideArray
from edgeproof.exchange.noise import words
from edgeproof.exchange.sizes import PARTS, split_volume


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tape:
    """Trades of one product in the order they happen; every column has shape (n_trades,).

    `time` is ascending UTC milliseconds; `side` is the aggressor's, 1 bought and -1 sold.
    """

    time: IntArray
    price: FloatArray
    size: FloatArray
    side: SideArray

    def __len__(self) -> int:
        return len(self.time)


def tape_of_trades(trades: MarketTrades) -> Tape:
    """The tape of recorded trades; where the side is not known it goes with the price."""
    return Tape(
        time=trades.time,
        price=trades.price,
        size=trades.size,
        side=np.where(trades.side == 0, _sides(trades.price), trades.side).astype(np.int8),
    )


def tape_of_candles(candles: Candles, *, decimals: int, salt: int = 0) -> Tape:
    """A tape that aggregates to the candles again, bit by bit: open, the extremes, close, a quarter apart.

    A candle that closes at or above its open sees its low first. A flat candle is one trade; one without volume that
    stands at the close before it is none.
    """
    traded = candles_traded(candles)
    rows = np.flatnonzero(traded)
    open_, high, low, close = (column[rows] for column in (candles.open, candles.high, candles.low, candles.close))
    rising = close >= open_
    price = np.column_stack([open_, np.where(rising, low, high), np.where(rising, high, low), close])
    size = split_volume(candles.volume[rows], decimals)
    flat = high == low
    size[flat] = 0.0
    size[flat, 0] = candles.volume[rows][flat]
    time = candles.open_time[rows][:, None] + _offsets(candles.open_time[rows], candles.timeframe, salt)
    kept = np.ones((len(rows), PARTS), np.bool_)
    kept[flat, 1:] = False
    path = price[kept]
    return Tape(time=time[kept], price=path, size=size[kept], side=_sides(path))


def candles_traded(candles: Candles) -> BoolArray:
    """Which candles somebody traded in: not those without volume that are flat at the close before."""
    before = np.concatenate([[np.nan], candles.close[:-1]]) if len(candles) else candles.close
    quiet = (candles.volume == 0) & (candles.high == candles.low) & (candles.open == before)
    traded: BoolArray = ~(quiet | candles.filled)
    return traded


def _offsets(open_time: IntArray, timeframe: int, salt: int) -> IntArray:
    """Milliseconds into the candle of its four trades: each somewhere in its own quarter."""
    quarter = timeframe // PARTS
    grid = open_time[:, None] + np.arange(PARTS)
    jitter = (words(grid, salt) % np.uint64(quarter)).astype(np.int64)
    offsets: IntArray = np.arange(PARTS) * quarter + jitter
    return offsets


def _sides(price: FloatArray) -> SideArray:
    if len(price) == 0:
        return np.empty(0, np.int8)
    sides: SideArray = np.where(np.diff(price, prepend=price[:1]) >= 0, 1, -1).astype(np.int8)
    return sides
