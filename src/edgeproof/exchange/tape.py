"""Trades as columns, made of candles or of recorded ones."""

from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import BoolArray, Candles, FloatArray, IntArray
from edgeproof.core.model.market import MarketTrades, SideArray
from edgeproof.exchange.noise import fractions, words
from edgeproof.exchange.sizes import LEAST_PARTS, parts_of, split_volume

LEAST_TRADES = LEAST_PARTS
"""What a candle takes at least: its open, its two extremes, its close."""
MOST_TRADES = 60
_BLOCK = 10_000
_UNEVEN = 0.9


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How trades are made of candles: at most so many of one, in prices and sizes of so many decimals."""

    size_decimals: int
    price_decimals: int
    trades: int = LEAST_TRADES
    salt: int = 0


def tape_of_trades(trades: MarketTrades) -> Tape:
    """The tape of recorded trades; where the side is not known it goes with the price."""
    return Tape(
        time=trades.time,
        price=trades.price,
        size=trades.size,
        side=np.where(trades.side == 0, _sides(trades.price), trades.side).astype(np.int8),
    )


def tape_of_candles(candles: Candles, making: Making) -> Tape:
    """A tape that aggregates to the candles again, bit by bit: from the open to the extremes to the close.

    A candle that closes at or above its open sees its low first. Between these four the price walks in steps of about
    one length, as far as there are trades for it. A candle of little volume has fewer trades, a flat one has one; one
    without volume that stands at the close before it has none.
    """
    traded = candles_traded(candles)
    made = [
        _walked(candles[start : start + _BLOCK], traded[start : start + _BLOCK], making)
        for start in range(0, max(1, len(candles)), _BLOCK)
    ]
    time, price, size = (np.concatenate(columns) for columns in zip(*made, strict=True))
    return Tape(time=time, price=price, size=size, side=_sides(price))


def candles_traded(candles: Candles) -> BoolArray:
    """Which candles somebody traded in: not those without volume that are flat at the close before."""
    before = np.concatenate([[np.nan], candles.close[:-1]]) if len(candles) else candles.close
    quiet = (candles.volume == 0) & (candles.high == candles.low) & (candles.open == before)
    traded: BoolArray = ~(quiet | candles.filled)
    return traded


def _walked(candles: Candles, traded: BoolArray, making: Making) -> tuple[IntArray, FloatArray, FloatArray]:
    """Times, prices and sizes of the trades of the candles in which somebody traded."""
    open_time, volume = candles.open_time[traded], candles.volume[traded]
    corners = _corners(candles)[traded]
    counts = parts_of(volume, making.size_decimals, making.trades)
    counts[corners.min(axis=1) == corners.max(axis=1)] = 1
    shape = (len(counts), making.trades)
    time, price, size = np.zeros(shape, np.int64), np.zeros(shape), np.zeros(shape)
    for count in np.unique(counts).tolist():
        rows = np.flatnonzero(counts == count)
        time[rows, :count] = _times(open_time[rows], candles.timeframe, count, making.salt)
        price[rows, :count] = _path(corners[rows], open_time[rows], count, making)
        size[rows, :count] = split_volume(volume[rows], making.size_decimals, count)
    kept = np.arange(making.trades) < counts[:, None]
    return time[kept], price[kept], size[kept]


def _corners(candles: Candles) -> FloatArray:
    """The prices a candle has to go through, in their order."""
    open_, high, low, close = candles.open, candles.high, candles.low, candles.close
    rising = close >= open_
    return np.column_stack([open_, np.where(rising, low, high), np.where(rising, high, low), close])


def _path(corners: FloatArray, open_time: IntArray, count: int, making: Making) -> FloatArray:
    """So many prices from corner to corner, on the grid, never beyond the corners that they are between."""
    if count == 1:
        return corners[:, :1]
    turns = _turns(corners, count)
    place = np.arange(count)
    leg = (place >= turns[:, 1:2]).astype(np.int64) + (place >= turns[:, 2:3])
    begin, end = np.take_along_axis(turns, leg, 1), np.take_along_axis(turns, leg + 1, 1)
    before, after = np.take_along_axis(corners, leg, 1), np.take_along_axis(corners, leg + 1, 1)
    uneven = _UNEVEN * (fractions(open_time[:, None] + place, making.salt + 1) - 0.5)
    share = np.clip((place + uneven - begin) / (end - begin), 0, 1)
    price = np.round(before + share * (after - before), making.price_decimals)
    price = np.clip(price, np.minimum(before, after), np.maximum(before, after))
    np.put_along_axis(price, turns, corners, 1)
    return price


def _turns(corners: FloatArray, count: int) -> IntArray:
    """Which of so many trades are at the corners, so that all steps between are about as long."""
    gone = np.cumsum(np.abs(np.diff(corners, axis=1)), axis=1)
    share = gone[:, :2] / gone[:, 2:]
    turns = np.zeros((len(corners), LEAST_TRADES), np.int64)
    turns[:, 1:3] = np.rint(share * (count - 1))
    turns[:, 1] = np.clip(turns[:, 1], 1, count - 3)
    turns[:, 2] = np.clip(turns[:, 2], turns[:, 1] + 1, count - 2)
    turns[:, 3] = count - 1
    return turns


def _times(open_time: IntArray, timeframe: int, count: int, salt: int) -> IntArray:
    """When so many trades are: each somewhere in its own equal part of the candle; a single one is early."""
    part = timeframe // max(count, LEAST_TRADES)
    place = np.arange(count)
    jitter = (words(open_time[:, None] + place, salt) % np.uint64(part)).astype(np.int64)
    times: IntArray = open_time[:, None] + place * part + jitter
    return times


def _sides(price: FloatArray) -> SideArray:
    if len(price) == 0:
        return np.empty(0, np.int8)
    sides: SideArray = np.where(np.diff(price, prepend=price[:1]) >= 0, 1, -1).astype(np.int8)
    return sides
