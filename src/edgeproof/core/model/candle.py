"""Candles and funding as read-only columns."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.model.errors import DataError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FlagArray = NDArray[np.uint8]

COLUMNS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candles:
    """Closed candles of one instrument and timeframe, ascending in time, one row a candle.

    All columns have shape (n_candles,). `open_time` is int64 UTC milliseconds; a candle is closed, and usable, at
    `open_time + timeframe`. `filled` marks candles made by the gap filler (o = h = l = c, volume 0).
    """

    timeframe: int
    open_time: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    filled: BoolArray

    def __post_init__(self) -> None:
        n = len(self.open_time)
        for name in (*COLUMNS, "filled"):
            if len(getattr(self, name)) != n:
                raise DataError(f"expected {n} values in column {name}, found {len(getattr(self, name))}")
        for name in ("open_time", *COLUMNS, "filled"):
            getattr(self, name).flags.writeable = False

    def __len__(self) -> int:
        return len(self.open_time)

    @property
    def close_time(self) -> IntArray:
        """When each candle is closed and may be read, shape (n_candles,)."""
        return self.open_time + self.timeframe

    def __getitem__(self, rows: slice) -> Self:
        """The candles of a slice of rows, sharing memory."""
        return type(self)(
            timeframe=self.timeframe,
            open_time=self.open_time[rows],
            open=self.open[rows],
            high=self.high[rows],
            low=self.low[rows],
            close=self.close[rows],
            volume=self.volume[rows],
            filled=self.filled[rows],
        )

    def between(self, start: int | None, end: int | None) -> Self:
        """The candles with start <= open time and close time <= end."""
        first = 0 if start is None else int(np.searchsorted(self.open_time, start))
        last = len(self) if end is None else int(np.searchsorted(self.close_time, end, side="right"))
        return self[first : max(first, last)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Funding:
    """Settled funding of one instrument, ascending in time.

    `time` is int64 UTC milliseconds, already floored to the whole minute (settlement stamps jitter); `rate` is the
    relative rate per funding period: a long pays rate x price x units.
    """

    time: IntArray
    rate: FloatArray

    def __post_init__(self) -> None:
        if len(self.time) != len(self.rate):
            raise DataError(f"expected as many funding rates as times, found {len(self.rate)} and {len(self.time)}")
        self.time.flags.writeable = False
        self.rate.flags.writeable = False

    def __len__(self) -> int:
        return len(self.time)


NO_FUNDING = Funding(time=np.empty(0, np.int64), rate=np.empty(0, np.float64))
