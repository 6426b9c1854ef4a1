"""An edge that is known to be there, because it was put there: the positive control of every verdict.

1. Candles of 5m are looked at one after the other, as a trader would (`_Watch`): when one closes far below the mean of
   the last hour on a burst of volume, the next hour gets a steady upward drift (`_drift`).
2. The drift moves the minutes it covers, and with them all that comes later (`_moved`): the market stays a
   market, and the pattern is looked for in the prices as they have become.

In the language the pattern is `close < sma(12) - stretch * atr(14)` and `volume > burst * sma(volume, 20)` on 5m.
"""

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import Candles, FloatArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import MINUTE

_BAR = 5
_HOUR = 12
_ATR = 14
_VOLUME = 20
_LASTS = 60
"""Minutes of drift after a pattern; another pattern meanwhile starts nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A rebound after a sell-off: how far below the hour's mean (in ATR), on how many times the usual volume.

    `drift` is how far the hour after it is carried, in ATR.
    """

    stretch: float = 2.0
    burst: float = 2.0
    drift: float = 2.5

    def __post_init__(self) -> None:
        if not (self.stretch > 0 and self.burst > 0 and self.drift > 0):
            raise InputError(f"expected a plant of positive stretch, burst and drift, found {self}")

    @property
    def words(self) -> str:
        """What a source says of it.

        >>> Plant().words
        'planted: +2.5 ATR within 60m of a 5m close 2 ATR below its hour on 2x volume'
        """
        return (
            f"planted: +{self.drift:g} ATR within {_LASTS}m of a 5m close {self.stretch:g} ATR below its hour "
            f"on {self.burst:g}x volume"
        )


def plant_rebound(candles: Candles, plant: Plant) -> Candles:
    """The 1m candles with the rebound planted; their times and volumes stay, prices are not rounded."""
    drift = _drift(fill_gaps(candles), plant)
    minute = (candles.open_time - candles.open_time[0]) // MINUTE
    after = np.cumsum(drift)[minute]
    return _moved(candles, after - drift[minute], after)


def _moved(candles: Candles, before: FloatArray, after: FloatArray) -> Candles:
    # Drift is upward only: a high goes with the end of its minute and a low with the beginning, and enclose the rest.
    early, late = np.exp(before), np.exp(after)
    open_, high, low, close = candles.open * early, candles.high * late, candles.low * early, candles.close * late
    return replace(candles, open=open_, high=high, low=low, close=close)


def _bar(candles: Candles, start: int, before: FloatArray, after: FloatArray) -> tuple[float, float, float, float]:
    """High, low, close and volume of the 5m candle that begins at a row, with the drift of its minutes."""
    rows = slice(start, start + _BAR)
    high, low = candles.high[rows] * np.exp(after), candles.low[rows] * np.exp(before)
    close = float(candles.close[start + _BAR - 1] * np.exp(after[-1]))
    return float(high.max()), float(low.min()), close, float(candles.volume[rows].sum())


def _drift(candles: Candles, plant: Plant) -> FloatArray:
    """The log drift of each minute of the gap-filled candles, shape (n_candles,)."""
    drift = np.zeros(len(candles) + _LASTS)
    first = -int(candles.open_time[0]) // MINUTE % _BAR
    watch, level, free = _Watch(plant), 0.0, 0
    for start in range(first, len(candles) - _BAR + 1, _BAR):
        end = start + _BAR
        after = level + np.cumsum(drift[start:end])
        pull = watch.see(*_bar(candles, start, after - drift[start:end], after))
        level = float(after[-1])
        if pull > 0 and end >= free:
            free = end + _LASTS
            drift[end:free] = pull / _LASTS
    return drift[: len(candles)]


class _Watch:
    """The pattern, candle by candle: Wilder's ATR, the mean of the hour, the usual volume."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._closes: deque[float] = deque(maxlen=_HOUR)
        self._volumes: deque[float] = deque(maxlen=_VOLUME)
        self._ranges: list[float] = []
        self._atr = 0.0

    def see(self, high: float, low: float, close: float, volume: float) -> float:
        """The log distance to drift after this candle: 0 unless the pattern is there."""
        if self._closes:
            last = self._closes[-1]
            self._smooth(max(high, last) - min(low, last))
        self._closes.append(close)
        self._volumes.append(volume)
        if len(self._volumes) < _VOLUME or len(self._ranges) < _ATR:
            return 0.0
        stretched = close < sum(self._closes) / _HOUR - self._plant.stretch * self._atr
        busy = volume > self._plant.burst * sum(self._volumes) / _VOLUME
        return self._plant.drift * self._atr / close if stretched and busy else 0.0

    def _smooth(self, true_range: float) -> None:
        if len(self._ranges) < _ATR:
            self._ranges.append(true_range)
            self._atr = sum(self._ranges) / len(self._ranges)
        else:
            self._atr += (true_range - self._atr) / _ATR
