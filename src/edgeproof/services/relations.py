"""How alike instruments move: correlations and betas to BTC, from the hourly closes of the last thirty days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from edgeproof.core.model.candle import Candles, FloatArray
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import HOUR
from edgeproof.core.model.trading_event import RelationsSeen
from edgeproof.core.risk.correlation import relations, returns
from edgeproof.core.risk.limits import RiskLimits


@dataclass(slots=True)
class Relations:
    """The hourly closes of instruments. An hour without a close of one is an hour whose return is not known."""

    limits: RiskLimits
    _closes: dict[Instrument, dict[int, float]] = field(default_factory=dict)

    def remember(self, instrument: Instrument, candles: Candles) -> None:
        """Take in the end of the history of an instrument."""
        times = candles.close_time
        whole = times % HOUR == 0
        hours = dict(zip(times[whole].tolist(), candles.close[whole].tolist(), strict=True))
        self._closes.setdefault(instrument, {}).update(hours)
        self._forget(instrument)

    def closed(self, candle: ClosedCandle) -> bool:
        """Take in a base candle; whether an hour closed with it."""
        if candle.close_time % HOUR:
            return False
        self._closes.setdefault(candle.instrument, {})[candle.close_time] = candle.close
        self._forget(candle.instrument)
        return True

    def seen(self, now: int) -> RelationsSeen:
        """Correlations and betas as they are at a time."""
        last = max((max(each, default=0) for each in self._closes.values()), default=0)
        hours = [last - k * HOUR for k in range(self.limits.correlation_window, -1, -1)]
        moved = {each: _returns(closes, hours) for each, closes in self._closes.items()}
        return relations(moved, now, self.limits)

    def _forget(self, instrument: Instrument) -> None:
        closes = self._closes[instrument]
        while len(closes) > self.limits.correlation_window + 1:
            del closes[next(iter(closes))]


def _returns(closes: Mapping[int, float], hours: Sequence[int]) -> FloatArray:
    return returns(np.array([closes.get(hour, np.nan) for hour in hours]))
