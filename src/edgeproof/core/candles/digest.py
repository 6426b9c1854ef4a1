"""A short name for the exact bits of a history: whoever holds the same bits gets the same name."""

import hashlib

import numpy as np

from edgeproof.core.model.candle import COLUMNS, Candles, FloatArray, Funding, IntArray

_LENGTH = 16


def history_digest(candles: Candles, funding: Funding) -> str:
    """16 hexadecimal digits that change when a single bit of the candles or the funding does.

    Candles marked filled do not count: they follow from the others, and a store does not keep them. So a history has
    the same digest before its gaps are filled and after.
    """
    digest = hashlib.sha256(str(candles.timeframe).encode())
    is_kept = ~candles.filled
    _add(digest, candles.open_time[is_kept], "<i8")
    for name in COLUMNS:
        _add(digest, getattr(candles, name)[is_kept], "<f8")
    _add(digest, funding.time, "<i8")
    _add(digest, funding.rate, "<f8")
    return digest.hexdigest()[:_LENGTH]


def _add(digest: "hashlib._Hash", column: IntArray | FloatArray, kind: str) -> None:
    # The length first: else a value could move from the end of one column to the beginning of the next.
    digest.update(len(column).to_bytes(8, "little"))
    digest.update(np.ascontiguousarray(column, kind).data)
