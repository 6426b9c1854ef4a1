"""The decider over history: one hypothesis on one instrument, its orders filled from candles.

What `core.engine.step` makes of a market, candle by candle, with the orders really placed, amended and cancelled at a
simulated venue. It is the third telling of the same trades, after the compiled walk and `research.replay`, and the
only one that uses what trades live. At each candle:

1. settlements up to its open are accrued, and its price is seen;
2. its open fills what waited for it; then the signals of that moment are decided, and their entries fill at it too;
3. its extremes hit stops first, then targets; the decider acts between;
4. its close moves stops and ends what was held too long, at that very price; exit conditions wait for the next open.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from edgeproof.core.engine.state import EngineState, Rules, Sizing
from edgeproof.core.engine.step import step
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.execution import ExecutionEvent, Sent
from edgeproof.core.model.order import AmendOrder, CancelOrder, PlaceOrder
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.steps import Steps
from edgeproof.core.model.trade import Account, Terms
from edgeproof.core.model.trading_event import (
    CandleSeen,
    ExitConditionMet,
    FateDecided,
    FundingSettled,
    PriceSeen,
    SignalSeen,
    StandingChanged,
    TradeEnded,
    TradeFate,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.risk.limits import without_limits
from edgeproof.core.signals.generate import Fires
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.costs import costs_for
from edgeproof.core.simulation.matching import CandleVenue
from edgeproof.research.backtest import Fees, Market

FINE = Steps(tick_size=Decimal("1e-10"), lot_size=Decimal("1e-10"))
"""So fine that rounding changes no trade: a backtest knows no ticks."""

ONE = Decimal(1)


@dataclass(slots=True)
class EngineReplay:
    """One hypothesis on one instrument, traded with one unit at a time and no limit of risk."""

    market: Market
    hypothesis: Hypothesis
    fees: Fees = field(default_factory=Fees)
    ended: list[TradeEnded] = field(default_factory=list)
    entered: dict[str, int] = field(default_factory=dict)
    fates: Counter[str] = field(default_factory=Counter)
    _state: EngineState = field(init=False)
    _venue: CandleVenue = field(init=False)

    def __post_init__(self) -> None:
        hypothesis, fees = self.hypothesis, self.fees
        costs = costs_for(hypothesis.timeframe, bps=hypothesis.slippage_bps, taker=fees.taker, maker=fees.maker)
        self._venue = CandleVenue(SimulatedAccount(lambda _: costs))
        rules = Rules(
            steps={self.market.instrument: FINE},
            terms={hypothesis.name: Terms(break_even=hypothesis.break_even, max_hold=hypothesis.max_hold)},
            limits=without_limits(),
            ask=lambda _state, _seen: Sizing(quantity=ONE),
        )
        self._state = EngineState(rules=rules, account=Account(cash=Decimal(0)))

    def run(self, fires: Fires) -> None:
        """Trade the fires of the hypothesis from the first to the end of the candles."""
        candles, signals = self.market.candles, self._signals(fires)
        exits = sorted(fires.exit_time.tolist())
        rates = list(zip(self.market.funding.time.tolist(), self.market.funding.rate.tolist(), strict=True))
        at = 0
        columns = [column.tolist() for column in (candles.open, candles.high, candles.low, candles.close)]
        times = candles.open_time.tolist()
        while at < len(times):
            if not self._state.trades:
                # Nothing can happen before the next signal.
                if not signals:
                    return
                at = max(at, int(np.searchsorted(candles.open_time, signals[0].time)))
                if at >= len(times):
                    break
            now = times[at]
            while rates and rates[0][0] <= now:
                time, rate = rates.pop(0)
                self._do(FundingSettled(time=time, instrument=self.market.instrument, rate=rate, price=columns[0][at]))
            due = []
            while signals and signals[0].time <= now:
                due.append(signals.pop(0))
            self._candle(now, due, *(column[at] for column in columns))
            closed = now + candles.timeframe
            while exits and exits[0] <= closed:
                time = exits.pop(0)
                name, instrument = self.hypothesis.name, self.market.instrument
                self._do(ExitConditionMet(time=time, hypothesis=name, instrument=instrument))
            at += 1
        self.fates["unfilled"] += len(signals)

    def _candle(self, now: int, signals: Sequence[Signal], open_: float, high: float, low: float, close: float) -> None:
        instrument, length = self.market.instrument, self.market.candles.timeframe
        closed = now + length
        self._do(PriceSeen(time=now, instrument=instrument, price=open_))
        self._tell(self._venue.at_open(instrument, now, open_))
        for signal in signals:
            self._do(SignalSeen(time=signal.time, signal=signal))
        if signals:
            self._tell(self._venue.at_open(instrument, now, open_))
        self._tell(self._venue.at_stops(instrument, closed, high, low))
        self._tell(self._venue.at_limits(instrument, closed, high, low))
        candle = ClosedCandle(
            instrument=instrument, timeframe=length, open_time=now, open=open_, high=high, low=low, close=close,
            volume=0.0,
        )  # fmt: skip
        self._do(CandleSeen(candle=candle))
        self._tell(self._venue.at_close(instrument, closed, close))

    def _tell(self, events: Iterable[ExecutionEvent]) -> None:
        for event in events:
            self._do(event)

    def _do(self, event: TradingEvent) -> None:
        """Step, and carry out what is wished for, until nothing more is."""
        self._state, commands = step(self._state, event)
        for command in commands:
            for answer in self._carry_out(command, event.time):
                self._do(answer)

    def _carry_out(self, command: TradingCommand, time: int) -> Iterator[TradingEvent]:
        match command:
            case PlaceOrder(intent=intent):
                yield Sent(order_id=intent.id, time=time)
                yield from self._venue.submit(command, time)
            case AmendOrder() | CancelOrder():
                yield from self._venue.submit(command, time)
            case FateDecided(fate=TradeFate.TAKEN):
                self.entered[command.signal_id] = command.time
                self.fates["traded"] += 1
            case FateDecided():
                self.fates[command.fate.value] += 1
            case TradeEnded():
                self.ended.append(command)
            case StandingChanged():
                pass  # there is no limit that could change it

    def _signals(self, fires: Fires) -> list[Signal]:
        """The sound signals in order of time; void ones are counted."""
        found: list[Signal] = []
        for row in range(len(fires)):
            trail = float(fires.trail[row])
            signal = Signal(
                hypothesis=self.hypothesis.name,
                instrument=self.market.instrument,
                timeframe=self.hypothesis.timeframe,
                direction=int(self.hypothesis.direction),
                time=int(fires.time[row]),
                reference_price=float(fires.reference[row]),
                stop_loss=float(fires.stop[row]),
                targets=tuple(fires.targets[row].tolist()),
                fractions=tuple(each.fraction for each in self.hypothesis.targets),
                trail=None if np.isnan(trail) else trail,
                expires_at=int(fires.time[row]) + self.hypothesis.expires_after,
            )
            if signal.flaw is None:
                found.append(signal)
            else:
                self.fates["void"] += 1
        return found
