"""The index and the mark of a product: its last price less a small premium, which is a slow wave of its own."""

import math
from typing import Any

import numpy as np

from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.time import MINUTE

_LARGEST = 2e-4
_PERIOD = 47 * MINUTE
_MARK_SHARE = 0.5
_MORE_DECIMALS = 2


def index_and_mark(price: float, time: int, *, salt: int, decimals: int) -> tuple[float, float]:
    """The index and the mark at one time."""
    premium = _LARGEST * math.sin(2 * math.pi * _phase(time, salt))
    index = round(price / (1 + premium), decimals + _MORE_DECIMALS)
    return index, index * (1 + _MARK_SHARE * premium)


def index_prices(prices: FloatArray, times: IntArray, *, salt: int, decimals: int) -> FloatArray:
    """The index at some times, from the prices traded by then."""
    found: FloatArray = np.round(prices / (1 + _premiums(times, salt)), decimals + _MORE_DECIMALS)
    return found


def mark_prices(index: FloatArray, times: IntArray, *, salt: int) -> FloatArray:
    """The mark at some times: half the premium above the index."""
    found: FloatArray = index * (1 + _MARK_SHARE * _premiums(times, salt))
    return found


def _premiums(times: IntArray, salt: int) -> FloatArray:
    """How far the last price is above the index, as a fraction."""
    found: FloatArray = _LARGEST * np.sin(2 * np.pi * _phase(times, salt))
    return found


def _phase(time: Any, salt: int) -> Any:  # noqa: ANN401 - a number for a time, an array for an array
    return (time + salt % _PERIOD) % _PERIOD / _PERIOD
