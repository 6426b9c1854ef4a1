"""nautilus_trader's side of W1, written as its documentation writes it. A program of its environment (.venv-nautilus).

    python nautilus_side.py candles.npz rounds

prints as JSON the CPU seconds of each round, and when its trades were entered. Timed is `BacktestEngine.run` alone:
making bars of arrays, and the engine itself, are its gift, and so are the logs it need not write and the checks of risk
it need not make. Its indicators are its own, with Wilder's averages as ours.
"""

import json
import sys
import time
from decimal import Decimal

import numpy as np
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig, RiskEngineConfig, StrategyConfig
from nautilus_trader.indicators import (
    AverageTrueRange,
    ExponentialMovingAverage,
    MovingAverageType,
    RelativeStrengthIndex,
)
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.events import PositionOpened
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import CryptoPerpetual
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy

VENUE = Venue("SIM")
ID = InstrumentId(Symbol("BTC-PERP"), VENUE)
BARS = BarType.from_str(f"{ID}-1-MINUTE-LAST-EXTERNAL")
PLACES = 6
FEE = Decimal("0.0005")
NANOSECONDS = 1_000_000
"""In a millisecond."""


class Dip(Strategy):
    """W1."""

    def __init__(self) -> None:
        super().__init__(StrategyConfig())
        self.rsi = RelativeStrengthIndex(14, MovingAverageType.WILDER)
        self.ema = ExponentialMovingAverage(200)
        self.atr = AverageTrueRange(14, MovingAverageType.WILDER)
        self.before = 0.0
        self.entries: list[int] = []

    def on_start(self) -> None:
        """Watch the bars."""
        self.instrument = self.cache.instrument(ID)
        for indicator in (self.rsi, self.ema, self.atr):
            self.register_indicator_for_bars(BARS, indicator)
        self.subscribe_bars(BARS)

    def on_bar(self, bar: Bar) -> None:
        """Buy one unit where it fires and nothing is held."""
        before, self.before = self.before, self.rsi.value
        if not self.indicators_initialized() or not (self.before < 0.3 <= before):  # noqa: PLR2004 - its RSI ends at 1
            return
        close = float(bar.close)
        if close > self.ema.value and self.portfolio.is_flat(ID):
            risk = 1.5 * self.atr.value
            self.submit_order_list(
                self.order_factory.bracket(
                    instrument_id=ID,
                    order_side=OrderSide.BUY,
                    quantity=self.instrument.make_qty(1),
                    sl_trigger_price=self.instrument.make_price(close - risk),
                    tp_price=self.instrument.make_price(close + 2 * risk),
                )
            )

    def on_position_opened(self, event: PositionOpened) -> None:
        """Remember when."""
        self.entries.append(event.ts_event // NANOSECONDS)


def main() -> None:
    """Run W1 on the candles of a file, some times."""
    path, rounds = sys.argv[1], int(sys.argv[2])
    bars = read_bars(path)
    print(json.dumps([run(bars) for _ in range(rounds)]))


def read_bars(path: str) -> list[Bar]:
    """The bars of the arrays of a file, stamped with the time of their close."""
    columns = np.load(path)
    frame = pd.DataFrame(
        {name: columns[name] for name in ("open", "high", "low", "close", "volume")},
        index=pd.to_datetime(columns["close_time"], unit="ms", utc=True),
    )
    return BarDataWrangler(BARS, perpetual()).process(frame)


def perpetual() -> CryptoPerpetual:
    """A perpetual whose ticks are so small that rounding changes no trade."""
    return CryptoPerpetual(
        instrument_id=ID,
        raw_symbol=ID.symbol,
        base_currency=BTC,
        quote_currency=USDT,
        settlement_currency=USDT,
        is_inverse=False,
        price_precision=PLACES,
        size_precision=PLACES,
        price_increment=Price(10**-PLACES, PLACES),
        size_increment=Quantity(10**-PLACES, PLACES),
        margin_init=Decimal("0.02"),
        margin_maint=Decimal("0.01"),
        maker_fee=FEE,
        taker_fee=FEE,
        ts_event=0,
        ts_init=0,
    )


def run(bars: list[Bar]) -> tuple[float, list[int]]:
    """CPU seconds and entry times of one backtest."""
    engine = BacktestEngine(
        BacktestEngineConfig(
            logging=LoggingConfig(bypass_logging=True),
            risk_engine=RiskEngineConfig(bypass=True),
            run_analysis=False,
        )
    )
    engine.add_venue(
        venue=VENUE,
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=USDT,
        starting_balances=[Money(1_000_000, USDT)],
    )
    engine.add_instrument(perpetual())
    engine.add_data(bars)
    strategy = Dip()
    engine.add_strategy(strategy)
    start = time.process_time()
    engine.run()
    taken = time.process_time() - start
    engine.dispose()
    return taken, strategy.entries


if __name__ == "__main__":
    main()
