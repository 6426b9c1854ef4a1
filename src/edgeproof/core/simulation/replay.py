"""The same backtest candle by candle: what a live session would have done, one event after the other.

`BracketReplay` takes events in the order in which they become known: at an instant T first the candle that closed at T,
then settlements, exit conditions and the signal of T, then the candle that opens at T. It runs the very transition of
the batch (`kernels.bracket.advance`), so the facts are equal to the bit.
"""

from dataclasses import dataclass, replace

import numpy as np

from edgeproof.core.kernels import bracket as kernel
from edgeproof.core.kernels import walking
from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.round_trip import Fates, RoundTrips
from edgeproof.core.simulation.bracket import BracketSpec, FireColumns, assemble, prepare
from edgeproof.core.simulation.history import PriceHistory

NEVER = -(2**62)


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """A fire with its mirrored levels and the number it goes by; `void` if its levels make no bracket."""

    row: int
    time: int
    reference: float
    stop: float
    targets: FloatArray
    fractions: FloatArray
    trail: float
    void: bool


class BracketReplay:
    """One signal on one instrument, fed events in order; one position at a time."""

    def __init__(self, spec: BracketSpec, timeframe: int) -> None:
        self.spec = spec
        self.rows: list[int] = []
        self.facts: list[FloatArray] = []
        self.counts = [0] * walking.N_FATES
        self._rules = spec.rules
        self._timeframe = timeframe
        self._position = np.zeros(kernel.POSITION_SIZE)
        self._signal: Signal | None = None  # of the open position
        self._queue: list[Signal] = []
        self._settlements: list[tuple[int, float]] = []
        self._exit_condition_at = NEVER
        self._free_from = NEVER
        self._candle = -1
        self._entry_candle = -1
        self._last_open = self._last_close = np.nan
        self._close_time = NEVER

    @property
    def fates(self) -> Fates:
        """What became of the signals so far."""
        void, overlapped, unfilled, invalidated, traded = self.counts
        return Fates(void=void, overlapped=overlapped, unfilled=unfilled, invalidated=invalidated, traded=traded)

    def on_signal(self, signal: Signal) -> None:
        """A fire; it is judged at the open of the next candle, when it is known whether the position is still there."""
        self._queue.append(signal)

    def on_exit_condition(self, time: int) -> None:
        """The exit condition held at a close of the signal's timeframe."""
        self._exit_condition_at = time

    def on_settlement(self, time: int, rate: float) -> None:
        """A funding settlement."""
        self._settlements.append((time, rate))

    def on_candle(self, open_time: int, open_: float, high: float, low: float, close: float) -> None:
        """A base candle, closed."""
        self._candle += 1
        self._settle_funding(open_time, open_)
        self._close_time = open_time + self._timeframe
        side = self._rules.direction
        top, bottom = (high, low) if side > 0 else (low, high)
        prices = side * open_, side * top, side * bottom, side * close
        if self._signal is not None:
            self._advance(self._signal, *prices, is_entry=False)
        for signal in self._queue:
            self._judge(signal, open_time, prices)
        self._queue.clear()
        self._last_open, self._last_close = open_, close

    def finish(self) -> None:
        """The data ends: close what is open at the last close, count what never got a candle."""
        if self._signal is not None:
            price = self._rules.direction * self._last_close
            kernel.leave(self._position, self._rules, price, kernel.BY_END, False)
            self._record(self._signal)
        for signal in self._queue:
            self.counts[self._refused(signal, walking.FATE_UNFILLED)] += 1
        self._queue.clear()

    def _settle_funding(self, open_time: int, open_: float) -> None:
        # Charged at the open of the candle that contains the settlement, on what is left before this candle's fills.
        while self._settlements and self._settlements[0][0] <= open_time:
            time, rate = self._settlements.pop(0)
            if self._signal is not None:
                kernel.accrue(self._position, self._rules, rate * (open_ if time == open_time else self._last_open))

    def _refused(self, signal: Signal, otherwise: int) -> int:
        if signal.void:
            return walking.FATE_VOID
        return walking.FATE_OVERLAPPED if self._signal is not None or signal.time < self._free_from else otherwise

    def _judge(self, signal: Signal, open_time: int, prices: tuple[float, float, float, float]) -> None:
        fate = self._refused(signal, walking.FATE_TRADED)
        if fate == walking.FATE_TRADED and kernel.invalid_at(prices[0], signal.stop, signal.targets):
            fate = walking.FATE_INVALIDATED
        self.counts[fate] += 1
        if fate == walking.FATE_TRADED:
            kernel.enter(self._position, self._rules, prices[0], signal.stop, open_time)
            self._signal = signal
            self._entry_candle = self._candle
            self._advance(signal, *prices, is_entry=True)

    def _advance(self, signal: Signal, open_: float, high: float, low: float, close: float, *, is_entry: bool) -> None:
        ended = kernel.advance(
            self._position, self._rules, signal.targets, signal.fractions, signal.trail, self._close_time,
            is_entry, self._exit_condition_at > signal.time, open_, high, low, close,
        )  # fmt: skip
        if ended:
            self._record(signal)

    def _record(self, signal: Signal) -> None:
        facts = np.empty(kernel.FACTS)
        risk = signal.reference - signal.stop
        kernel.settle(self._position, self._rules, risk, self._entry_candle, self._candle, facts)
        at_open = self._position[kernel.AT_OPEN] > 0
        self._free_from = self._close_time - (self._timeframe if at_open else 0)
        self._signal = None
        self.rows.append(signal.row)
        self.facts.append(facts)


def replay(history: PriceHistory, spec: BracketSpec, fires: FireColumns) -> tuple[Fates, RoundTrips]:
    """The fates and round trips of `simulate`, found by feeding `BracketReplay` one candle at a time."""
    market = history.kernel
    session = BracketReplay(spec, market.timeframe)
    signals = _signals(spec, fires)
    exits = fires.exit_time.tolist()
    settled = history.settlement_time.tolist(), history.settlement_rate.tolist()
    settlements = list(zip(*settled, strict=True))
    for candle in range(len(history)):
        open_time = market.start + candle * market.timeframe
        while settlements and settlements[0][0] <= open_time:
            session.on_settlement(*settlements.pop(0))
        while exits and exits[0] <= open_time:
            session.on_exit_condition(exits.pop(0))
        while signals and signals[0].time <= open_time:
            session.on_signal(signals.pop(0))
        session.on_candle(open_time, market.open[candle], market.high[candle], market.low[candle], market.close[candle])
    for signal in signals:
        session.on_signal(signal)
    session.finish()
    return session.fates, assembled(history, session, fires)


def assembled(history: PriceHistory, session: BracketReplay, fires: FireColumns) -> RoundTrips:
    """The round trips of a finished session; `fires` holds the fire of each row its signals carried."""
    facts = np.array(session.facts).reshape(len(session.rows), kernel.FACTS)
    return assemble(history, session.spec, fires, np.array(session.rows, np.int64), facts)


def signal_of(spec: BracketSpec, fire: FireColumns, row: int) -> Signal:
    """The signal of a single fire, which goes by the number `row`."""
    return replace(_signals(spec, fire)[0], row=row)


def _signals(spec: BracketSpec, fires: FireColumns) -> list[Signal]:
    prepared = prepare(spec, fires)
    known = np.empty(len(prepared.time), np.int64)
    walking.judge(prepared, known)
    return [
        Signal(
            row,
            int(prepared.time[row]),
            float(prepared.reference[row]),
            float(prepared.stop[row]),
            prepared.targets[row],
            prepared.fractions[row],
            float(prepared.trail[row]),
            bool(known[row] == walking.VOID),
        )
        for row in range(len(known))
    ]
