"""A trader of one signal at the candle venue: entry at the open, then stop and targets, as `core/orders` plans them.

What the venue tells goes through the lifecycle of orders, so that a venue that tells what cannot be fails here.
"""

from dataclasses import replace
from decimal import Decimal

from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.execution import Filled
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import EXIT, Order, OrderCommand, PlaceOrder, new_order
from edgeproof.core.model.position import Guard
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.steps import steps_of
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.orders.planning import Bracket, Trade, follow, invalidated_by, leave, plan_bracket
from edgeproof.core.positions.protect import after_close, is_overdue
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.matching import CandleVenue, Events
from tests.support.candles import MINUTE
from tests.support.orders import d

BTC = Instrument("BTC", "USD", "USD")
FINE = steps_of(1e-12, 1e-6)
"""So fine that nothing is rounded: what is compared are the rules."""
Bars = tuple[float, float, float, float]


class CandleDesk:
    """One signal, one unit, one venue. `told` are its fills as a trader would say them."""

    def __init__(self, signal: Signal, costs: Costs, *, break_even: bool = False, max_hold: int = 0) -> None:
        planned = plan_bracket(signal, Decimal(1), FINE)
        assert isinstance(planned, Bracket)
        self.entry = planned.entry
        self.signal = signal
        self.venue = CandleVenue(SimulatedAccount(lambda _: costs))
        self.orders: dict[str, Order] = {}
        self.break_even = break_even
        self.max_hold = max_hold
        self.guard: Guard | None = None
        self.leaving = False
        self.candle = 0
        self.told: list[str] = []

    @property
    def trade(self) -> Trade:
        position = self.venue.account.position(BTC)
        stop = self.signal.stop_loss if self.guard is None else self.guard.stop
        return Trade(signal=self.signal, orders=tuple(self.orders.values()), open_quantity=abs(position), stop=stop)

    def run(self, candles: tuple[Bars, ...], exit_after: tuple[int, ...] = ()) -> str:
        """The fills over some candles, the first of which is the entry candle, candle 1."""
        if invalidated_by(self.signal, candles[0][0]) is not None:
            return "invalidated"
        self._send((PlaceOrder(intent=self.entry),), self.signal.time)
        for number, prices in enumerate(candles, start=1):
            self.candle = number
            self._live_through(*prices)
            if self.guard is not None and number in exit_after and self.trade.open_quantity:
                self._send(leave(self.trade, EXIT), self.signal.time + number * MINUTE)
        return ", ".join(self.told)

    def _live_through(self, open_: float, high: float, low: float, close: float) -> None:
        time = self.signal.time + (self.candle - 1) * MINUTE
        close_time = time + MINUTE
        self._hear(self.venue.at_open(BTC, time, open_), time)
        self._hear(self.venue.at_stops(BTC, close_time, high, low), close_time)
        self._hear(self.venue.at_limits(BTC, close_time, high, low), close_time)
        if self.guard is None or not self.trade.open_quantity:
            return
        if is_overdue(self.guard, close_time):
            self._send(leave(self.trade, EXIT), close_time)
            self._hear(self.venue.at_close(BTC, close_time, close), close_time)
            return
        bar = ClosedCandle(
            instrument=BTC, timeframe=MINUTE, open_time=time, open=open_, high=high, low=low, close=close, volume=1.0
        )
        self.guard = after_close(self.guard, bar)
        self._send(follow(self.trade, FINE), close_time)

    def _hear(self, events: Events, time: int) -> None:
        if not events:
            return
        for event in events:
            self._take_in(event.order_id, event)
        self._send(follow(self.trade, FINE), time)

    def _take_in(self, name: str, event: object) -> None:
        before = self.orders[name]
        self.orders[name] = apply_event(before, event)  # type: ignore[arg-type]
        if isinstance(event, Filled):
            self._note(before, event)

    def _note(self, order: Order, event: Filled) -> None:
        leg, fill = order.intent.leg, event.fill
        self.told.append(f"{leg} {float(fill.quantity):g} at {float(fill.price):g} in {self.candle}")
        if self.guard is None:
            self.guard = Guard(
                signal_id=self.signal.id,
                direction=self.signal.direction,
                entry=float(fill.price),
                stop=self.signal.stop_loss,
                trail=self.signal.trail,
                has_break_even=self.break_even,
                deadline=fill.time + self.max_hold if self.max_hold else None,
            )
        elif leg.startswith("target"):
            self.guard = replace(self.guard, targets_filled=self.guard.targets_filled + 1)

    def _send(self, commands: tuple[OrderCommand, ...], time: int) -> None:
        for command in commands:
            if isinstance(command, PlaceOrder):
                self.orders[command.intent.id] = new_order(command.intent)
            for event in self.venue.submit(command, time):
                self._take_in(event.order_id, event)


def signal(
    direction: int, stop: float, targets: tuple[float, ...], fractions: tuple[float, ...], reference: float = 100.0
) -> Signal:
    """A signal on BTC at time 0."""
    return Signal(
        hypothesis="Rebound",
        instrument=BTC,
        timeframe=MINUTE,
        direction=direction,
        time=0,
        reference_price=reference,
        stop_loss=stop,
        targets=targets,
        fractions=fractions,
        trail=None,
        expires_at=MINUTE,
    )


def closed_at(desk: CandleDesk) -> float:
    """The quantity-weighted mean price of everything but the entry."""
    exits = [each.fill for each in desk.venue.account.fills if each.intent.is_reduce_only]
    return float(sum((fill.notional for fill in exits), d(0)) / sum((fill.quantity for fill in exits), d(0)))
