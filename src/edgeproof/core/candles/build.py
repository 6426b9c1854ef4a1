"""Longer candles as their parts close: what `resample` makes of history, one base candle at a time, to the bit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candle:
    """One closed candle; `close_time` in UTC milliseconds."""

    open: float
    high: float
    low: float
    close: float
    volume: float
    close_time: int


class CandleBuilder:
    """Builds candles of `timeframe` milliseconds out of base candles that come one after the other without holes.

    A candle whose beginning was missed does not exist, as in `resample`.
    """

    __slots__ = ("_base", "_growing", "_timeframe")

    def __init__(self, timeframe: int, base: int) -> None:
        self._timeframe = timeframe
        self._base = base
        self._growing: Candle | None = None

    def take(self, candle: Candle) -> Candle | None:
        """Take in a base candle; the longer candle it completes, if it does."""
        if (candle.close_time - self._base) % self._timeframe == 0:
            # 0.0 + volume as in `resample`, which starts its sums at zero.
            grown = Candle(candle.open, candle.high, candle.low, candle.close, 0.0 + candle.volume, candle.close_time)
        elif self._growing is None:
            return None
        else:
            grown = _joined(self._growing, candle)
        complete = candle.close_time % self._timeframe == 0
        self._growing = None if complete else grown
        return grown if complete else None


def _joined(first: Candle, then: Candle) -> Candle:
    return Candle(
        open=first.open,
        high=max(first.high, then.high),
        low=min(first.low, then.low),
        close=then.close,
        volume=first.volume + then.volume,
        close_time=then.close_time,
    )
