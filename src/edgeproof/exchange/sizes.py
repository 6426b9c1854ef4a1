"""The volume of a candle as the sizes of its trades, whose sum is the volume to the bit in any order that adds them up.

1. In decimals, as a venue would: a share of the volume's own smallest steps (`_in_decimals`). Such sums may round, so
   several divisions are tried, and one is taken only when it adds up exactly both from left to right, as trades come
   in live, and the way numpy reduces four numbers.
2. Where none does, in binary: whole shares of the volume's last bit (`_in_bits`). Every partial sum of those is a
   double, so nothing is ever rounded.
"""

from itertools import product

import numpy as np

from edgeproof.core.model.candle import BoolArray, FloatArray

PARTS = 4
_LEAST_EXPONENT = -1074
_DIGITS = 53
_MOST_STEPS = 2.0**52
_LARGEST_SHARE = 0.9

_SHARES = np.array(
    [
        each
        for each in ((0.25, 0.25, 0.25), *product((0.3, 0.22, 0.35, 0.1, 0.17), repeat=3))
        if sum(each) < _LARGEST_SHARE
    ]
)


def split_volume(volume: FloatArray, decimals: int) -> FloatArray:
    """Four sizes for each volume, shape (n, 4), that add up to it exactly.

    >>> split_volume(np.array([10.0, 0.7]), 1).tolist()
    [[2.5, 2.5, 2.5, 2.5], [0.2, 0.2, 0.1, 0.2]]
    """
    sizes = _in_bits(volume)
    is_open = np.ones(len(volume), np.bool_)
    for shares in _SHARES:
        rows = np.flatnonzero(is_open)
        tried = _in_decimals(volume[rows], shares, decimals)
        good = _adds_up(tried, volume[rows])
        sizes[rows[good]] = tried[good]
        is_open[rows[good]] = False
    return sizes


def _in_decimals(volume: FloatArray, shares: FloatArray, decimals: int) -> FloatArray:
    scale = 10.0 ** abs(decimals)
    steps = np.rint(np.minimum(volume, _MOST_STEPS / scale) * scale if decimals >= 0 else volume / scale)
    first = np.floor(steps[:, None] * shares)
    parts = np.column_stack([first, steps - first.sum(axis=1)])
    sizes: FloatArray = parts / scale if decimals >= 0 else parts * scale
    return sizes


def _adds_up(sizes: FloatArray, volume: FloatArray) -> BoolArray:
    a, b, c, d = sizes.T
    live = ((a + b) + c) + d
    reduced = a + ((b + c) + d)
    exact: BoolArray = (live == volume) & (reduced == volume) & (sizes > 0).all(axis=1)
    return exact


def _in_bits(volume: FloatArray) -> FloatArray:
    _, exponent = np.frexp(volume)
    quantum = np.maximum(exponent - _DIGITS, _LEAST_EXPONENT)
    count = np.ldexp(volume, -quantum)
    first = np.floor(count / PARTS)
    parts = np.column_stack([first, first, first, count - 3 * first])
    sizes: FloatArray = np.ldexp(parts, quantum[:, None])
    return sizes
