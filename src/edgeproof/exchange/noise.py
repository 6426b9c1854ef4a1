"""Numbers that look random and are pure functions of what they belong to, so that a replay gives the same ones."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.model.candle import FloatArray, IntArray

WordArray = NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53
_MASK = 2**64 - 1


def words(values: IntArray, salt: int) -> WordArray:
    """64 mixed bits for each value.

    Source: Steele, Lea and Flood, Fast splittable pseudorandom number generators, OOPSLA 2014 (SplitMix64).
    """
    with np.errstate(over="ignore"):
        mixed = values.astype(np.uint64) * _GOLDEN + np.uint64(salt % 2**64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    found: WordArray = mixed ^ (mixed >> np.uint64(31))
    return found


def fractions(values: IntArray, salt: int) -> FloatArray:
    """A number in [0, 1) for each value."""
    found: FloatArray = (words(values, salt) >> np.uint64(11)).astype(np.float64) * _UNIT
    return found


def fraction(parts: Sequence[int], salt: int) -> float:
    """A number in [0, 1) for a few whole numbers together, one after the other.

    >>> bool(fraction([7], 1) == fractions(np.array([7]), 1)[0])
    True
    """
    for part in parts:
        salt = _word(part, salt)
    return (salt >> 11) * _UNIT


def _word(value: int, salt: int) -> int:
    """One of `words`, without numpy's cost for a single number."""
    mixed = (value * int(_GOLDEN) + salt) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * int(_FIRST)) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * int(_SECOND)) & _MASK
    return mixed ^ (mixed >> 31)


def salt_of(name: str, seed: int = 0) -> int:
    """The salt that belongs to a name."""
    return crc32(name.encode()) * 0x100000001 + seed
