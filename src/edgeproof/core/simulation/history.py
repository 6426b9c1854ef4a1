"""The recorded market of one instrument, prepared once and shared by every bracket simulated on it."""

from dataclasses import dataclass

import numpy as np

from edgeproof.core.kernels.first_touch import tree_levels
from edgeproof.core.kernels.grid import regular_until
from edgeproof.core.kernels.walking import History
from edgeproof.core.model.candle import NO_FUNDING, BoolArray, Candles, FloatArray, Funding, IntArray
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.time import format_time

PLAIN_CANDLES = 48
"""Candles scanned one by one before the tree is asked; measured: short trades lose nothing, long ones begin sooner."""

NEIGHBOURS = 4
"""Intervals on each side that tell what interval between settlements is usual at a place."""


@dataclass(frozen=True, slots=True, eq=False)
class PriceHistory:
    """Base candles on a regular grid (gaps filled) with their settlements, ready for the bracket kernel.

    `settlement_time` and `settlement_rate` are the settlements within the candles; `known_from` and `known_to`
    (ascending) bound the stretches in which every settlement is known.
    """

    kernel: History
    settlement_time: IntArray
    settlement_rate: FloatArray
    known_from: IntArray
    known_to: IntArray

    def __len__(self) -> int:
        return len(self.kernel.open)

    def covers_funding(self, after: IntArray, until: IntArray) -> BoolArray:
        """Whether every settlement t with after < t <= until is known, shape as given."""
        if len(self.known_from) == 0:
            return np.zeros(len(after), dtype=np.bool_)
        stretch = np.searchsorted(self.known_from, after, side="right") - 1
        covered: BoolArray = (stretch >= 0) & (until < self.known_to[np.maximum(stretch, 0)])
        return covered


def price_history(
    candles: Candles, funding: Funding, *, plain: int = PLAIN_CANDLES, patience: int | None = None
) -> PriceHistory:
    """Prepare gap-filled base candles and funding for simulation.

    The tree over lows and highs is built once scans beyond `plain` candles have read `patience` of them in all
    (default: as many as there are candles, about what the tree costs). Neither changes a result, only its time.

    Raises DataError if the candles are not a regular grid: fill the gaps first.
    """
    n, timeframe = len(candles), candles.timeframe
    start = int(candles.open_time[0]) if n else 0
    _require_grid(candles)
    levels = tree_levels(n)
    known_from, known_to = known_stretches(funding.time)
    funding = _within(funding, candles)
    at, charge = _settlements(candles, funding)
    kernel = History(
        start=start,
        timeframe=timeframe,
        plain=plain,
        open=_column(candles.open),
        high=_column(candles.high),
        low=_column(candles.low),
        close=_column(candles.close),
        settlement_candle=at,
        settlement_charge=charge,
        levels=levels,
        low_tree=np.empty(levels[-1]),
        high_tree=np.empty(levels[-1]),
        work=np.array([0, 0, n if patience is None else patience], dtype=np.int64),
    )
    return PriceHistory(kernel, funding.time, funding.rate, known_from, known_to)


def _column(values: FloatArray) -> FloatArray:
    # One memory layout and one mutability (that of `Candles`), so that the kernel is compiled once.
    column = np.ascontiguousarray(values, dtype=np.float64)
    column.setflags(write=False)
    return column


def _require_grid(candles: Candles) -> None:
    n_regular = regular_until(candles.open_time, candles.timeframe)
    if n_regular < len(candles):
        last, following = candles.open_time[n_regular - 1 : n_regular + 1].tolist()
        raise DataError(
            f"expected a candle every {candles.timeframe} ms, found {following - last} ms after "
            f"{format_time(last)}; fill the gaps before simulating"
        )


def _within(funding: Funding, candles: Candles) -> Funding:
    if len(candles) == 0 or len(funding) == 0:
        return NO_FUNDING
    end = candles.open_time[-1] + candles.timeframe
    inside = (funding.time >= candles.open_time[0]) & (funding.time < end)
    return Funding(time=funding.time[inside], rate=funding.rate[inside])


def _settlements(candles: Candles, funding: Funding) -> tuple[IntArray, FloatArray]:
    # For each settlement within the candles: the first candle opening at or after it, and rate x price, where the
    # price is the open of the candle that contains it.
    if len(funding) == 0:
        return np.empty(0, np.int64), np.empty(0)
    since = funding.time - candles.open_time[0]
    return -(-since // candles.timeframe), funding.rate * candles.open[since // candles.timeframe]


def known_stretches(time: IntArray) -> tuple[IntArray, IntArray]:
    """Where funding history is whole: from each beginning to before each end, shapes (n_stretches,).

    History reaches one usual interval before its first settlement and after its last. A hole is an interval more than
    half longer than is usual there (the median of the nine around it): a venue that changes from 8 h to 1 h has none.

    >>> known_stretches(np.array([8, 16, 24, 48, 56, 64]))
    (array([ 0, 40]), array([32, 72]))
    """
    if len(time) < 2:  # noqa: PLR2004 - one settlement does not tell an interval: nothing is known to be whole
        return np.empty(0, np.int64), np.empty(0, np.int64)
    usual = _usual_intervals(np.diff(time))
    holes = np.flatnonzero(2 * np.diff(time) > 3 * usual)
    begins = np.concatenate([[time[0] - usual[0]], time[holes + 1] - usual[holes]])
    ends = np.concatenate([time[holes] + usual[holes], [time[-1] + usual[-1]]])
    return begins.astype(np.int64), ends.astype(np.int64)


def _usual_intervals(intervals: IntArray) -> FloatArray:
    window = 2 * NEIGHBOURS + 1
    if len(intervals) < window:
        return np.full(len(intervals), np.median(intervals))
    padded = np.pad(intervals, NEIGHBOURS, mode="reflect")
    middle: FloatArray = np.median(np.lib.stride_tricks.sliding_window_view(padded, window), axis=1)
    return middle
