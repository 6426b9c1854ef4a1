"""A market whose price goes where it was told to: for drills, which need a fall at a known time."""

from collections.abc import Sequence

import numpy as np

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.time import MINUTE

_RIPPLE = 2e-4
"""Of price, up and down around the line: a market that stands still looks dead."""

_VOLUME = 500.0
"""In base currency, give or take a tenth: a replica takes the step of quantities from the volumes."""


def drawn_candles(price: float, start: int, end: int, points: Sequence[tuple[int, float]]) -> Candles:
    """1m candles from `start` to `end` whose price is drawn through points: a time, and the multiple of `price` then.

    Before the first point and after the last one it stays where it is.
    """
    open_time = np.arange(start, end, MINUTE, dtype=np.int64)
    edges = np.concatenate([open_time, [end]])
    line = np.interp(edges, [time for time, _ in points], [multiple for _, multiple in points])
    path = price * line * (1 + _RIPPLE * np.sin(np.arange(len(edges)) * 2.4))
    open_, close = path[:-1].copy(), path[1:].copy()
    return Candles(
        timeframe=MINUTE,
        open_time=open_time,
        open=open_,
        high=np.maximum(open_, close) * (1 + _RIPPLE / 2),
        low=np.minimum(open_, close) * (1 - _RIPPLE / 2),
        close=close,
        volume=np.round(_VOLUME * (1 + 0.1 * np.sin(np.arange(len(open_time)))), 4),
        filled=np.zeros(len(open_time), dtype=np.bool_),
    )
