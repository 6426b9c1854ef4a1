"""Compiling everything a backtest runs, before it runs."""

from collections.abc import Iterator, Sequence

import numpy as np

from edgeproof.core.conditions.compile import compile_each, kernels_of
from edgeproof.core.model.candle import NO_FUNDING, Candles
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.signals.generate import plan_signals
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.backtest import Market, backtest

_OTHERS = "the bracket"


def compile_all(hypotheses: Sequence[Hypothesis]) -> tuple[int, Iterator[str]]:
    """How many pieces there are to compile, and each one's name when it is ready."""
    kernels = kernels_of(plan_signals(hypotheses).plan)

    def each() -> Iterator[str]:
        yield from compile_each(kernels)
        backtest(_one_candle(hypotheses[0].timeframe), hypotheses[:1])
        yield _OTHERS

    return len(kernels) + 1, each()


def _one_candle(timeframe: int) -> Market:
    # The loops around the kernels are compiled by being called.
    price = {name: np.ones(1) for name in ("open", "high", "low", "close", "volume")}
    time, filled = np.zeros(1, np.int64), np.zeros(1, np.bool_)
    candles = Candles(timeframe=timeframe, open_time=time, filled=filled, **price)
    return Market(instrument=Instrument("NONE", "USD", "USD"), candles=candles, funding=NO_FUNDING)
