"""A simulated venue that reads candles: what they make of the orders of one account (`semantics.md`, Fills).

A candle is told as four points, so that who trades can act between them: a stop placed upon the entry at the open may
be hit by the extremes of the same candle.

1. `at_open`: market orders fill, then stops the open has reached, then limit orders it is beyond; all at the open.
2. `at_stops`: stops the extremes reach fill at their trigger, before any limit order.
3. `at_limits`: limit orders the extremes are beyond fill at their limit, in the order in which price gets there.
4. `at_close`: market orders that came since fill at the close.

An order sees the points after it came. One placed upon a fill at the open is therefore never filled at that open:
that is the rule "not on the entry candle".

Market orders and stops pay slippage and the taker fee, limit orders no slippage and the maker fee. Prices of fills are
not rounded to ticks: they are those of the compiled bracket (`core/kernels/bracket.py`), as decimals.

A live stream that lacks the trades of a candle takes the same points (`streaming`), for the orders that came in time
and no more than was traded.
"""

from decimal import Decimal

from edgeproof.core.model.execution import ExecutionEvent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import OrderCommand
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.simulation.account import Execution, SimulatedAccount, WorkingOrder

Events = tuple[ExecutionEvent, ...]


class CandleVenue:
    """A venue whose market is candles. Times are those of the points, prices as the candles have them.

    Parameters
    ----------
    came_by
        Only orders that were there by then see the candle; None: all.
    volume
        What limit orders can have of it together; None: all they want.
    """

    def __init__(self, account: SimulatedAccount, *, came_by: int | None = None, volume: Decimal | None = None) -> None:
        self.account = account
        self._came_by = came_by
        self._volume = volume

    def submit(self, command: OrderCommand, time: int) -> Events:
        """The answer to a command: at once, and never a fill."""
        return self.account.take(command, time)

    def at_open(self, instrument: Instrument, time: int, price: float) -> Events:
        """What the open of a candle does to the orders that waited for it."""
        if self.account.reach(instrument).leaves_out(price, price):
            return ()
        open_ = decimal_of(price)
        return (
            *self._markets(instrument, time, open_),
            *self._gapped_stops(instrument, time, open_),
            *self._improved_limits(instrument, time, open_),
        )

    def at_price(self, instrument: Instrument, time: int, price: float) -> Events:
        """What a price does to market orders and to the stops it has reached; limit orders it leaves alone."""
        if self.account.reach(instrument).leaves_out(price, price):
            return ()
        paid = decimal_of(price)
        return (*self._markets(instrument, time, paid), *self._gapped_stops(instrument, time, paid))

    def at_stops(self, instrument: Instrument, time: int, high: float, low: float) -> Events:
        """What the extremes of a candle do to stops; `time` is that of the fills."""
        if self.account.reach(instrument).leaves_out(high, low):
            return ()
        hit = [
            (trigger, order)
            for order, trigger in self._stops(instrument)
            if order.is_stopped_by(decimal_of(high if order.intent.side.sign > 0 else low))
        ]
        # Price gets first to the highest sell stop and to the lowest buy stop.
        hit.sort(key=lambda each: (each[1].intent.side.sign, each[1].intent.side.sign * each[0]))
        return tuple(event for trigger, order in hit for event in self._stop_out(order, time, trigger))

    def at_limits(self, instrument: Instrument, time: int, high: float, low: float) -> Events:
        """What the extremes of a candle do to limit orders; `time` is that of the fills."""
        if self.account.reach(instrument).leaves_out(high, low):
            return ()
        through = [
            (limit, order)
            for order, limit in self._limits(instrument)
            if order.is_traded_through_by(decimal_of(low if order.intent.side.sign > 0 else high))
        ]
        return self._make(through, time, None)

    def at_close(self, instrument: Instrument, time: int, price: float) -> Events:
        """What the close of a candle does to the market orders placed since its open."""
        if self.account.reach(instrument).leaves_out(price, price):
            return ()
        return self._markets(instrument, time, decimal_of(price))

    def _markets(self, instrument: Instrument, time: int, price: Decimal) -> Events:
        return tuple(
            event
            for order in self._orders(instrument)
            if order.is_at_market
            for event in self.account.execute(order, _taken(order, time, price))
        )

    def _gapped_stops(self, instrument: Instrument, time: int, price: Decimal) -> Events:
        return tuple(
            event
            for order in self._orders(instrument)
            if order.is_stopped_by(price)
            for event in self._stop_out(order, time, price)
        )

    def _improved_limits(self, instrument: Instrument, time: int, price: Decimal) -> Events:
        through = [(limit, order) for order, limit in self._limits(instrument) if order.is_traded_through_by(price)]
        return self._make(through, time, price)

    def _stop_out(self, order: WorkingOrder, time: int, price: Decimal) -> Events:
        triggered = self.account.trigger(order, max(time, order.since))
        return (*triggered, *self.account.execute(order, _taken(order, time, price)))

    def _make(self, through: list[tuple[Decimal, WorkingOrder]], time: int, improved: Decimal | None) -> Events:
        # Price gets first to the lowest sell limit and to the highest buy limit.
        ordered = sorted(through, key=lambda each: (each[1].intent.side.sign, -each[1].intent.side.sign * each[0]))
        events: list[ExecutionEvent] = []
        for limit, order in ordered:
            execution = Execution(
                time=time,
                price=limit if improved is None else improved,
                reference=limit,
                is_maker=True,
                quantity=self._share(order),
            )
            events += self.account.execute(order, execution)
        return tuple(events)

    def _share(self, order: WorkingOrder) -> Decimal | None:
        if self._volume is None:
            return None
        taken = min(self._volume, self.account.fillable(order))
        self._volume -= taken
        return taken

    def _orders(self, instrument: Instrument) -> tuple[WorkingOrder, ...]:
        orders = self.account.working(instrument)
        return orders if self._came_by is None else tuple(each for each in orders if each.since <= self._came_by)

    def _stops(self, instrument: Instrument) -> list[tuple[WorkingOrder, Decimal]]:
        orders = self._orders(instrument)
        return [(order, order.intent.trigger_price) for order in orders if order.intent.trigger_price is not None]

    def _limits(self, instrument: Instrument) -> list[tuple[WorkingOrder, Decimal]]:
        orders = self._orders(instrument)
        return [(order, order.intent.limit_price) for order in orders if order.intent.limit_price is not None]


def _taken(order: WorkingOrder, time: int, price: Decimal) -> Execution:
    slipped = price * (1 + order.intent.side.sign * order.slippage)
    return Execution(time=max(time, order.since), price=slipped, reference=price, is_maker=False)
