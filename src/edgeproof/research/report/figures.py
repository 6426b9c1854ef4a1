"""What the charts of a hypothesis are drawn from: its round trips, thinned to what an eye can tell apart."""

from typing import Any

import numpy as np

from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.core.model.time import DAY, HOUR, SECOND
from edgeproof.research.report.packing import fixed, steps

BIN_R = 0.25
"""Width of a bar of the distribution."""

LARGEST_BINS = 60
_EPOCH_WEEKDAY = 3
"""The epoch began on a Thursday; Monday is 0."""


def equity(trades: RoundTrips, points: int) -> dict[str, Any]:
    """The sum of R after each exit with its drawdown; of many trades, those that shape the curve.

    `t` seconds as steps, `e` equity and `d` drawdown (0 or below) in R. The peak starts at 0, before the first trade:
    R of -1, 3, -2 is in drawdown by 1, 0 and 2. The curve begins at 0 with the first signal.
    """
    order = np.argsort(trades.exit_time, kind="stable")
    curve = np.concatenate([[0.0], np.cumsum(trades.r_multiple[order])])
    time = np.concatenate([trades.signal_time[:1], trades.exit_time[order]])
    fall = curve - np.maximum.accumulate(curve)
    rows = thinned(curve, points)
    seconds = time[rows] // SECOND
    return {"t": steps(seconds), "e": fixed(curve[rows], 2), "d": fixed(fall[rows], 2)}


def thinned(curve: FloatArray, points: int) -> IntArray:
    """Rows of a curve that keep its shape: its ends, and the lowest and highest of equal parts; all where they are few.

    >>> thinned(np.array([0.0, 5.0, 1.0, 2.0, -3.0, 1.0]), 4).tolist()
    [0, 1, 3, 4, 5]
    """
    n = len(curve)
    if n <= points:
        return np.arange(n)
    kept: set[int] = {0, n - 1}
    for part in np.array_split(np.arange(n), max(1, points // 2)):
        kept.update((int(part[np.argmin(curve[part])]), int(part[np.argmax(curve[part])])))
    return np.array(sorted(kept))


def distribution(r: FloatArray) -> dict[str, Any]:
    """How many trades ended in each bar of R: `first` the lower edge of the first bar, `width` and the counts `n`."""
    if len(r) == 0:
        return {"first": 0, "width": BIN_R, "n": []}
    width = BIN_R
    while (r.max() - r.min()) / width > LARGEST_BINS:
        width *= 2
    bars = np.floor(r / width).astype(np.int64)
    low = int(bars.min())
    return {"first": low * width, "width": width, "n": np.bincount(bars - low).tolist()}


def excursions(trades: RoundTrips, points: int) -> dict[str, Any]:
    """MAE, MFE and result of trades in R; of many, evenly spaced ones by result, so that the extremes are there."""
    order = np.argsort(trades.r_multiple, kind="stable")
    rows = order[even(len(order), points)]
    return {
        "mae": fixed(trades.mae_r[rows], 2),
        "mfe": fixed(trades.mfe_r[rows], 2),
        "r": fixed(trades.r_multiple[rows], 2),
    }


def even(n: int, points: int) -> IntArray:
    """At most so many of the rows 0 to n - 1, evenly spaced, the first and the last among them.

    >>> even(10, 4).tolist(), even(3, 4).tolist()
    ([0, 3, 6, 9], [0, 1, 2])
    """
    if n <= points:
        return np.arange(n)
    return np.round(np.linspace(0, n - 1, points)).astype(np.int64)


def heat_map(trades: RoundTrips) -> list[list[float]]:
    """Trades and mean R by the hour and weekday (UTC) of the signal: [weekday * 24 + hour, n, mean], where any."""
    time = trades.signal_time
    cell = (time // DAY + _EPOCH_WEEKDAY) % 7 * 24 + time % DAY // HOUR
    n = np.bincount(cell, minlength=168)
    total = np.bincount(cell, weights=trades.r_multiple, minlength=168)
    return [[int(at), int(n[at]), round(float(total[at] / n[at]), 2)] for at in np.flatnonzero(n)]
