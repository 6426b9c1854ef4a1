"""The volume of a candle as the sizes of its trades, whose sum is the volume to the bit in any order that adds them up.

1. In decimals, as a venue would: a share of the volume's own smallest steps (`_in_decimals`). Such sums may round, so
   several divisions are tried, and one is taken only when it adds up exactly both from left to right, as trades come
   in live, and the way numpy reduces the numbers of a group.
2. Where none does, in binary: whole shares of the volume's last bit (`_in_bits`). Every partial sum of those is a
   double, so nothing is ever rounded.
"""

import numpy as np

from edgeproof.core.model.candle import BoolArray, FloatArray, IntArray
from edgeproof.exchange.noise import fractions

LEAST_PARTS = 4
_LEAST_EXPONENT = -1074
_DIGITS = 53
_MOST_STEPS = 2.0**52
_TRIES = 128
_LEAST_WEIGHT = 0.4


def parts_of(volume: FloatArray, decimals: int, most: int) -> IntArray:
    """How many sizes each volume is good for: two of its smallest steps for each of them, but at least four sizes.

    >>> parts_of(np.array([0.1, 1.2, 10.0]), 1, 16).tolist()
    [4, 6, 16]
    """
    parts: IntArray = np.clip(_steps(volume, decimals) // 2, LEAST_PARTS, most).astype(np.int64)
    return parts


def split_volume(volume: FloatArray, decimals: int, parts: int = LEAST_PARTS) -> FloatArray:
    """So many sizes for each volume, shape (n, parts), that add up to it exactly.

    >>> split_volume(np.array([10.0, 0.7]), 1).tolist()
    [[2.5, 2.5, 2.5, 2.5], [0.2, 0.2, 0.1, 0.2]]
    """
    sizes = _in_bits(volume, parts)
    rows = np.flatnonzero(volume > 0)
    for number in range(_TRIES):
        if len(rows) == 0:
            break
        tried = _in_decimals(volume[rows], _cuts(parts, number), decimals)
        good = _adds_up(tried, volume[rows])
        sizes[rows[good]] = tried[good]
        rows = rows[~good]
    return sizes


def _cuts(parts: int, number: int) -> FloatArray:
    """Where a division cuts, as shares of the whole, 0 and 1 among them: the first one evenly, others unevenly."""
    weights = np.ones(parts)
    if number > 0:
        weights = _LEAST_WEIGHT + fractions(np.arange(parts), number)
    cuts: FloatArray = np.append(0.0, np.cumsum(weights) / weights.sum())
    cuts[-1] = 1.0
    return cuts


def _steps(volume: FloatArray, decimals: int) -> FloatArray:
    scale = 10.0 ** abs(decimals)
    steps: FloatArray = np.rint(np.minimum(volume, _MOST_STEPS / scale) * scale if decimals >= 0 else volume / scale)
    return steps


def _in_decimals(volume: FloatArray, cuts: FloatArray, decimals: int) -> FloatArray:
    scale = 10.0 ** abs(decimals)
    parts = np.diff(np.rint(_steps(volume, decimals)[:, None] * cuts), axis=1)
    sizes: FloatArray = parts / scale if decimals >= 0 else parts * scale
    return sizes


def _adds_up(sizes: FloatArray, volume: FloatArray) -> BoolArray:
    live = np.zeros(len(volume))
    for part in sizes.T:
        live += part
    reduced = np.add.reduceat(sizes.ravel(), np.arange(0, sizes.size, sizes.shape[1]))
    exact: BoolArray = (live == volume) & (reduced == volume) & (sizes > 0).all(axis=1)
    return exact


def _in_bits(volume: FloatArray, parts: int) -> FloatArray:
    _, exponent = np.frexp(volume)
    quantum = np.maximum(exponent - _DIGITS, _LEAST_EXPONENT)
    count = np.ldexp(volume, -quantum)
    shares = np.repeat(np.floor(count / parts)[:, None], parts, axis=1)
    shares[:, -1] = count - (parts - 1) * shares[:, 0]
    sizes: FloatArray = np.ldexp(shares, quantum[:, None])
    return sizes
