"""vectorbt's side, with its Rust engine, at its best: given flat arrays, TA-Lib's indicators instead of its own.

It enters at the close of the candle that fired, which on this market is the open of the next, and does not enter again
on a candle in which it left. Its stops and targets are fractions of that close.
"""

import warnings
from typing import Any

import numpy as np
import talib
import vectorbt
from numpy.typing import NDArray
from vectorbt.portfolio.enums import StopEntryPrice, StopExitPrice

from edgeproof.core.model.candle import Candles

Array = NDArray[np.float64]
FEE, SLIPPAGE = 0.0005, 0.0002


def indicators(candles: Candles, periods: tuple[int, ...]) -> tuple[dict[int, Array], Array, Array]:
    """RSI of each period, EMA(200) and ATR(14)."""
    rsi = {period: talib.RSI(candles.close, period) for period in periods}
    return rsi, talib.EMA(candles.close, 200), talib.ATR(candles.high, candles.low, candles.close, 14)


def crosses_below(rsi: Array, threshold: float) -> NDArray[np.bool_]:
    """Where it steps from the threshold or above to under it."""
    fired = np.zeros(len(rsi), np.bool_)
    fired[1:] = (rsi[1:] < threshold) & (rsi[:-1] >= threshold)
    return fired


def simulate(candles: Candles, entries: NDArray[np.bool_], distance: Array, multiple: float) -> Any:  # noqa: ANN401
    """The trade records of as many columns as `entries` has."""

    def column(values: Array) -> Array:
        return values[:, None] if entries.ndim > 1 else values

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        portfolio = vectorbt.Portfolio.from_signals(
            column(candles.close),
            entries=entries,
            exits=False,
            price=column(candles.close),
            open=column(candles.open),
            high=column(candles.high),
            low=column(candles.low),
            sl_stop=column(distance),
            tp_stop=column(multiple * distance),
            fees=FEE,
            slippage=SLIPPAGE,
            size=1.0,
            init_cash=1e9,
            stop_entry_price=StopEntryPrice.Close,
            stop_exit_price=StopExitPrice.StopMarket,
            freq="1min",
            engine="rust",
        )
        return portfolio.trades.records


def w1(candles: Candles) -> Any:  # noqa: ANN401
    """The whole job, from candles to records."""
    return w1_given(candles, indicators(candles, (14,)))


def w1_given(candles: Candles, given: tuple[dict[int, Array], Array, Array]) -> Any:  # noqa: ANN401
    """The job with the indicators as a gift."""
    rsi, ema, atr = given
    return simulate(candles, crosses_below(rsi[14], 30) & (candles.close > ema), 1.5 * atr / candles.close, 2.0)


def w2(candles: Candles, periods: tuple[int, ...], thresholds: tuple[int, ...], multiples: tuple[float, ...]) -> Any:  # noqa: ANN401
    """The sweep: one call a multiple, one column for each pair of period and threshold."""
    rsi, ema, atr = indicators(candles, periods)
    entries = np.stack([crosses_below(rsi[p], t) for p in periods for t in thresholds], axis=1)
    entries &= (candles.close > ema)[:, None]
    distance = 1.5 * atr / candles.close
    return [simulate(candles, entries, distance, multiple) for multiple in multiples]
