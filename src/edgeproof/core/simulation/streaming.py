"""A simulated venue that reads a live stream: what quotes and trades make of the orders of one account.

1. `submit` sends a command; the venue sees it `latency_ms` later, by the time of events. Commands arrive in the order
   they were sent, before the first event at or after their time.
2. A **market order** fills when it arrives, at the other side of the quote, or, where that side is not known, at the
   last trade and half the measured spread. Where nothing is known it waits for the first price.
3. A **stop** is triggered by a trade or a mark or index price, whichever it listens to, and is a market order from then
   on. As the quote may be older than the trade, it takes the worse of both.
4. A **limit order** fills where a trade is beyond its price, at most by the size of that trade: whoever was at the same
   price is served first, and a touch is no fill. It never fills better than its price, and never as a taker.

Size. The book behind the quote is not known. It is taken to have, on every step away from it, no more than the quote
itself: an order of n times the quoted size takes n steps, each as wide as the spread or the assumed slippage, whichever
is more, and pays the mean. Where the quoted size is not known it pays the assumed slippage. While an instrument is
suspended, or admits makers only, nothing fills at market.

Minutes that were not told trade by trade (`on_candle`): what of a candle was not told takes the orders that came by its
open, pessimistically. Market orders fill at the open, and stops the open has reached; then stops the extremes reach, at
their trigger; then limit orders they are beyond, at their limit and together for no more than was traded; and orders
that came since take the close. Market fills pay the assumed slippage. Stops on mark or index prices take the trades.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.event import ClosedCandle, MarketTrade, Quote
from edgeproof.core.model.execution import ExecutionEvent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import OrderCommand, OrderType, PlaceOrder, Side, TriggerSignal
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.core.simulation.account import NOTHING, Execution, Reach, SimulatedAccount, WorkingOrder
from edgeproof.core.simulation.market import Market, Prices
from edgeproof.core.simulation.matching import CandleVenue

Events = tuple[ExecutionEvent, ...]

AT_THE_OPEN_MS = 5 * SECOND
"""An order that comes so soon after a candle's open was decided upon the close before it: it is there from the open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRules:
    """What is assumed of the way to the venue: latency in milliseconds, a spread where none was measured (of price)."""

    latency_ms: int = 0
    spread: float = 0.0005

    def __post_init__(self) -> None:
        if self.latency_ms < 0:
            raise InputError(f"expected latency_ms to be no less than 0, found {self.latency_ms}")
        if not 0.0 <= self.spread < 1.0:
            raise InputError(f"expected the spread as a fraction of price from 0 up to 1, found {self.spread}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    command: OrderCommand
    arrival: int
    reference: Decimal | None


class StreamVenue:
    """A venue whose market is a live stream. Times are those of events; it reads no clock."""

    def __init__(self, account: SimulatedAccount, rules: StreamRules | None = None) -> None:
        self.account = account
        self._rules = StreamRules() if rules is None else rules
        self._sent: deque[_Sent] = deque()
        self._markets: dict[Instrument, Market] = {}

    @property
    def is_awaiting(self) -> bool:
        """Whether commands are under way."""
        return bool(self._sent)

    def submit(self, command: OrderCommand, time: int) -> Events:
        """Send a command at `time`: what the venue has to say by then, which needs no latency to be the answer."""
        reference = None
        if isinstance(command, PlaceOrder) and command.intent.type is OrderType.MARKET:
            reference = self._market(command.intent.instrument).prices.reference
        self._sent.append(_Sent(command=command, arrival=time + self._rules.latency_ms, reference=reference))
        return self.advance(time)

    def advance(self, time: int) -> Events:
        """What becomes of the commands that have arrived by `time`."""
        events: list[ExecutionEvent] = []
        while self._sent and self._sent[0].arrival <= time:
            events += self._arrive(self._sent.popleft())
        return tuple(events)

    def on_quote(self, quote: Quote) -> Events:
        """What a quote does, after the commands that arrived before it."""
        arrived = self.advance(quote.time) if self._sent else ()
        market = self._market(quote.instrument)
        market.quoted(quote)
        reach = self._reach(market, quote.instrument)
        prices = [each for each in (quote.mark, quote.index) if each is not None]
        if reach.low <= reach.high and all(reach.leaves_out(each, each) for each in prices):
            return arrived
        triggered = (
            *self._trigger(quote.instrument, quote.time, TriggerSignal.MARK, quote.mark),
            *self._trigger(quote.instrument, quote.time, TriggerSignal.INDEX, quote.index),
        )
        return (*arrived, *triggered, *self._take(quote.instrument, quote.time))

    def on_trade(self, trade: MarketTrade) -> Events:
        """What a trade between others does, after the commands that arrived before it."""
        arrived = self.advance(trade.time) if self._sent else ()
        instrument, price = trade.instrument, trade.price
        market = self._markets.get(instrument)
        if market is None:
            market = self._market(instrument)
        market.traded(trade)
        reach = market.reach if market.changes == self.account.changes else self._reach(market, instrument)
        if reach.low < price < reach.high:
            return arrived
        triggered = self._trigger(instrument, trade.time, TriggerSignal.LAST, price)
        return (*arrived, *triggered, *self._take(instrument, trade.time), *self._make(trade))

    def on_candle(self, candle: ClosedCandle) -> Iterator[Events]:
        """What a closed candle does of which not every trade was told, point by point; nothing where all were.

        Commands that are sent between the points count for those that follow.
        """
        market = self._market(candle.instrument)
        unseen = market.closed(candle) if candle.timeframe == MINUTE else None
        if unseen is None:
            return
        instrument, opened, closed = candle.instrument, candle.open_time, candle.close_time
        soon = opened + AT_THE_OPEN_MS
        there = CandleVenue(self.account, came_by=max(soon, unseen.until), volume=unseen.volume)
        if unseen.is_whole:
            yield self.advance(opened)
            yield there.at_price(instrument, opened, candle.open)
            yield self.advance(soon)
            yield there.at_price(instrument, opened, candle.open)
        yield there.at_stops(instrument, closed, unseen.high, unseen.low)
        yield there.at_limits(instrument, closed, unseen.high, unseen.low)
        yield self.advance(closed)
        market.ended(candle)
        yield CandleVenue(self.account, came_by=closed - 1).at_price(instrument, closed, candle.close)

    def lose(self, instrument: Instrument | None = None) -> None:
        """Forget the prices of an instrument (None: of all), since the line to it is down: orders wait for new ones."""
        for each in self._markets.values() if instrument is None else (self._market(instrument),):
            each.lose()

    def _market(self, instrument: Instrument) -> Market:
        found = self._markets.get(instrument)
        if found is None:
            found = self._markets[instrument] = Market(self._rules.spread)
        return found

    def _reach(self, market: Market, instrument: Instrument) -> Reach:
        market.reach, market.changes = self.account.reach(instrument), self.account.changes
        return market.reach

    def _arrive(self, sent: _Sent) -> Events:
        answer = self.account.take(sent.command, sent.arrival, sent.reference)
        if not isinstance(sent.command, PlaceOrder):
            return answer
        return (*answer, *self._take(sent.command.intent.instrument, sent.arrival))

    def _trigger(self, instrument: Instrument, time: int, signal: TriggerSignal, price: float | None) -> Events:
        if price is None:
            return ()
        reached = decimal_of(price)
        return tuple(
            event
            for order in self.account.working(instrument)
            if order.since <= time and order.is_stopped_by(reached, signal)
            for event in self.account.trigger(order, time)
        )

    def _take(self, instrument: Instrument, time: int) -> Events:
        prices = self._market(instrument).prices
        return tuple(
            event
            for order in self.account.working(instrument)
            if order.is_at_market and (touch := _touch(prices, order)) is not None
            for event in self.account.execute(order, _taken(self.account, prices, order, touch, time))
        )

    def _make(self, trade: MarketTrade) -> Events:
        price = decimal_of(trade.price)
        left = decimal_of(trade.size)
        events: list[ExecutionEvent] = []
        for limit, order in self._traded_through(trade, price):
            taken = min(left, self.account.fillable(order))
            left -= taken
            execution = Execution(time=trade.time, price=limit, reference=limit, is_maker=True, quantity=taken)
            events += self.account.execute(order, execution)
        return tuple(events)

    def _traded_through(self, trade: MarketTrade, price: Decimal) -> list[tuple[Decimal, WorkingOrder]]:
        through = [
            (order.intent.limit_price, order)
            for order in self.account.working(trade.instrument)
            # A trade told late is none of an order that came after it.
            if order.intent.limit_price is not None and order.since <= trade.time and order.is_traded_through_by(price)
        ]
        return sorted(through, key=lambda each: (each[1].intent.side.sign, -each[1].intent.side.sign * each[0]))


def _touch(prices: Prices, order: WorkingOrder) -> Decimal | None:
    # The price without any impact; None where there is none to be had.
    if prices.is_suspended:
        return None
    sign = order.intent.side.sign
    touch = prices.other_side(order.intent.side)
    if touch is None and prices.last is not None:
        touch = prices.last * (1 + sign * prices.spread / 2)
    if touch is None or prices.last is None or order.intent.type is not OrderType.STOP:
        return touch
    return max(touch, prices.last) if sign > 0 else min(touch, prices.last)


def _taken(account: SimulatedAccount, prices: Prices, order: WorkingOrder, touch: Decimal, time: int) -> Execution:
    impact = _impact(prices, order, account.fillable(order))
    # A sale is divided, so that no size makes its price negative.
    price = touch * (1 + impact) if order.intent.side is Side.BUY else touch / (1 + impact)
    known = order.reference if order.intent.trigger_price is None else order.intent.trigger_price
    return Execution(
        # Never before the order came, nor before there was the price.
        time=max(time, order.since, prices.time),
        price=price,
        reference=touch if known is None else known,
        is_maker=False,
    )


def _impact(prices: Prices, order: WorkingOrder, quantity: Decimal) -> Decimal:
    side = order.intent.side
    size = None if prices.other_side(side) is None else prices.other_size(side)
    return order.slippage if size is None else mean_impact(quantity, size, max(prices.spread, order.slippage))


def mean_impact(quantity: Decimal, quoted: Decimal, step: Decimal) -> Decimal:
    """What a quantity pays beyond the quote on average, as a fraction of price, where every step holds `quoted`.

    The first `quoted` pays nothing, the next one step, the next two: 25 against 10 pay (10 x 0 + 10 x 1 + 5 x 2) / 25
    steps.

    >>> mean_impact(Decimal(25), Decimal(10), Decimal("0.001"))
    Decimal('0.0008')
    >>> mean_impact(Decimal(10), Decimal(10), Decimal("0.001"))
    Decimal('0')
    """
    if quantity <= quoted:
        return NOTHING
    steps, rest = divmod(quantity, quoted)
    return step * (quoted * steps * (steps - 1) / 2 + rest * steps) / quantity
