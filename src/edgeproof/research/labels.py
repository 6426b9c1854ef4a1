"""In what kind of market a signal came: one label a trade."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.conditions.evaluate import evaluate_events, series_columns
from edgeproof.core.conditions.parse import parse_condition
from edgeproof.core.conditions.plan import Output, make_plan
from edgeproof.core.model.candle import NO_FUNDING, Candles, IntArray

REGIMES = ("volatile", "trending", "ranging", "choppy")
"""Regimes may overlap: a trade gets the first that holds, the rarer and stronger ones standing first."""

OTHERWISE = "none"


class RegimeLabels:
    """The regime at any close of a timeframe of one instrument; each timeframe is worked out when first asked for."""

    def __init__(self, candles: Candles) -> None:
        self._candles = candles
        self._known: dict[int, tuple[IntArray, ...]] = {}

    def at(self, timeframe: int, times: IntArray) -> NDArray[np.int8]:
        """The label of each close time: an index into `REGIMES`, or -1 for none of them; shape (n,)."""
        labels = np.full(len(times), -1, np.int8)
        for code, closes in reversed(list(enumerate(self._closes(timeframe)))):
            place = np.minimum(np.searchsorted(closes, times), max(0, len(closes) - 1))
            if len(closes):
                labels[closes[place] == times] = code
        return labels

    def _closes(self, timeframe: int) -> Sequence[IntArray]:
        if timeframe not in self._known:
            conditions = [parse_condition(f'regime("{name}")') for name in REGIMES]
            plan = make_plan(tuple(Output(timeframe, condition) for condition in conditions))
            series = series_columns(self._candles, NO_FUNDING, plan.series)
            close_time = series[timeframe]["close_time"]
            events = evaluate_events(plan, series)
            self._known[timeframe] = tuple(close_time[each.index].astype(np.int64) for each in events)
        return self._known[timeframe]


def regime_names(codes: NDArray[np.int8]) -> NDArray[np.str_]:
    """Codes as words.

    >>> regime_names(np.array([1, -1], np.int8)).tolist()
    ['trending', 'none']
    """
    return np.array([*REGIMES, OTHERWISE])[codes]
