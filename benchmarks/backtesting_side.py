"""backtesting.py's side: the same orders, written as its documentation writes them, on TA-Lib's indicators."""

import contextlib
import io
import warnings
from typing import Any

import pandas as pd
import talib
from backtesting import Backtest, Strategy
from backtesting.lib import crossover

from benchmarks.vectorbt_side import FEE, SLIPPAGE
from edgeproof.core.model.candle import Candles


class Dip(Strategy):
    """W1."""

    def init(self) -> None:
        """Declare the indicators."""
        data = self.data
        self.rsi = self.I(talib.RSI, data.Close, 14)
        self.ema = self.I(talib.EMA, data.Close, 200)
        self.atr = self.I(talib.ATR, data.High, data.Low, data.Close, 14)

    def next(self) -> None:
        """Buy one unit where it fires and nothing is held."""
        close = self.data.Close[-1]
        if crossover(30, self.rsi) and close > self.ema[-1] and not self.position:
            risk = 1.5 * self.atr[-1]
            self.buy(size=1, sl=close - risk, tp=close + 2 * risk)


def w1(candles: Candles) -> Any:  # noqa: ANN401
    """The trades of the whole job, from candles on."""
    frame = pd.DataFrame(
        {"Open": candles.open, "High": candles.high, "Low": candles.low, "Close": candles.close},
        index=pd.to_datetime(candles.open_time, unit="ms"),
    )
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        run = Backtest(frame, Dip, cash=1e9, commission=FEE, spread=SLIPPAGE, finalize_trades=True).run()
        return run._trades  # noqa: SLF001 - its only way to the trades
