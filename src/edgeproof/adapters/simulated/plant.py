"""Edges that are known to be there, because they were put there: the positive control of every verdict.

1. Candles of 5m are looked at one after the other, as a trader would (`_Watch`): when one closes far from the mean of
   the last hour on a burst of volume, the next hour gets a steady drift back (`_drift`): up after a sell-off, and where
   a plant says so down after a rally.
2. The drift moves the minutes it covers, and with them all that comes later (`_moved`): the market stays a
   market, and the pattern is looked for in the prices as they have become. Several plants share one market: while one
   drifts, none starts.

In the language the pattern is `close < sma(12) - stretch * atr(14)` and `volume > burst * sma(volume, 20)` on 5m, and
`close > sma(12) + stretch * atr(14)` with the same volume for a short one.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import Candles, FloatArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import MINUTE
from edgeproof.core.signals.hypothesis import Direction

_BAR = 5
_HOUR = 12
_ATR = 14
_VOLUME = 20
_LASTS = 60
"""Minutes of drift after a pattern; another pattern meanwhile starts nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A way back after a sell-off: how far below the hour's mean (in ATR), on how many times the usual volume.

    `drift` is how far the hour after it is carried, in ATR. `direction` is that of the drift: a short plant looks for
    rallies, as far above the mean, and carries the hour after them down.
    """

    stretch: float = 2.0
    burst: float = 2.0
    drift: float = 2.5
    direction: Direction = Direction.LONG

    def __post_init__(self) -> None:
        if not (self.stretch > 0 and self.burst > 0 and self.drift > 0):
            raise InputError(f"expected a plant of positive stretch, burst and drift, found {self}")

    @property
    def words(self) -> str:
        """What a source says of it.

        >>> Plant().words
        'planted: +2.5 ATR within 60m of a 5m close 2 ATR below its hour on 2x volume'
        >>> Plant(direction=Direction.SHORT).words
        'planted: -2.5 ATR within 60m of a 5m close 2 ATR above its hour on 2x volume'
        """
        side = "below" if self.direction is Direction.LONG else "above"
        return (
            f"planted: {self.direction * self.drift:+g} ATR within {_LASTS}m of a 5m close {self.stretch:g} ATR {side} "
            f"its hour on {self.burst:g}x volume"
        )


def plant_edges(candles: Candles, plants: Sequence[Plant]) -> Candles:
    """The 1m candles with the plants in them; their times and volumes stay, prices are not rounded."""
    drift = _drift(fill_gaps(candles), plants)
    minute = (candles.open_time - candles.open_time[0]) // MINUTE
    after = np.cumsum(drift)[minute]
    return _moved(candles, after - drift[minute], after)


def _moved(candles: Candles, before: FloatArray, after: FloatArray) -> Candles:
    # Of the two ends of a minute the high goes with the higher one and the low with the lower: they enclose the rest.
    early, late = np.exp(before), np.exp(after)
    high, low = candles.high * np.maximum(early, late), candles.low * np.minimum(early, late)
    return replace(candles, open=candles.open * early, high=high, low=low, close=candles.close * late)


def _bar(candles: Candles, start: int, before: FloatArray, after: FloatArray) -> tuple[float, float, float, float]:
    """High, low, close and volume of the 5m candle that begins at a row, with the drift of its minutes."""
    rows = slice(start, start + _BAR)
    early, late = np.exp(before), np.exp(after)
    high = candles.high[rows] * np.maximum(early, late)
    low = candles.low[rows] * np.minimum(early, late)
    close = float(candles.close[start + _BAR - 1] * late[-1])
    return float(high.max()), float(low.min()), close, float(candles.volume[rows].sum())


def _drift(candles: Candles, plants: Sequence[Plant]) -> FloatArray:
    """The log drift of each minute of the gap-filled candles, shape (n_candles,)."""
    drift = np.zeros(len(candles) + _LASTS)
    first = -int(candles.open_time[0]) // MINUTE % _BAR
    watch, level, free = _Watch(plants), 0.0, 0
    for start in range(first, len(candles) - _BAR + 1, _BAR):
        end = start + _BAR
        after = level + np.cumsum(drift[start:end])
        pull = watch.see(*_bar(candles, start, after - drift[start:end], after))
        level = float(after[-1])
        if pull != 0 and end >= free:
            free = end + _LASTS
            drift[end:free] = pull / _LASTS
    return drift[: len(candles)]


class _Watch:
    """The patterns, candle by candle: Wilder's ATR, the mean of the hour, the usual volume."""

    def __init__(self, plants: Sequence[Plant]) -> None:
        self._plants = tuple(plants)
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
        below = sum(self._closes) / _HOUR - close
        usual = sum(self._volumes) / _VOLUME
        for each in self._plants:
            if each.direction * below > each.stretch * self._atr and volume > each.burst * usual:
                return each.direction * each.drift * self._atr / close
        return 0.0

    def _smooth(self, true_range: float) -> None:
        if len(self._ranges) < _ATR:
            self._ranges.append(true_range)
            self._atr = sum(self._ranges) / len(self._ranges)
        else:
            self._atr += (true_range - self._atr) / _ATR
