"""What must be true after every single step of the decider, kept by accounts of its own.

1. `Ledger`: cash and positions from distinct fills and settlements alone.
2. `Judge.look` holds every step against the promises; each is a method that says its promise.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.engine.risk import equity_of, protective_stop
from edgeproof.core.engine.state import EngineState
from edgeproof.core.model.execution import Filled
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import (
    EMERGENCY,
    ENTRY,
    EXIT,
    STOP,
    AmendOrder,
    CancelOrder,
    Order,
    OrderIntent,
    OrderState,
    PlaceOrder,
    parse_order_id,
)
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.core.model.trade import TradeAtWork
from edgeproof.core.model.trading import BreakerLevel, OrderPurpose, TradingState
from edgeproof.core.model.trading_event import (
    CloseAsked,
    FateDecided,
    FundingSettled,
    SignalSeen,
    TradeEnded,
    TradeFate,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.orders.planning import stop_price
from tests.support.trading_world import ALIKE, CAPITAL, MARGIN, World

ZERO = Decimal(0)
_CENT = Decimal("0.01")
_ROUNDING = Decimal("1e-12")


@dataclass
class Ledger:
    """The account as a clerk would keep it: `held` is the signed quantity of each signal, `since` its first fill."""

    cash: Decimal = CAPITAL
    held: dict[str, Decimal] = field(default_factory=dict)
    paid: dict[str, Decimal] = field(default_factory=dict)
    on: dict[str, Instrument] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    settled: dict[Instrument, int] = field(default_factory=dict)

    def fill(self, intent: OrderIntent, event: Filled) -> None:
        """A fill, once."""
        fill, name = event.fill, intent.signal_id
        if fill.id in self.seen:
            return
        self.seen.add(fill.id)
        signed = intent.side.sign * fill.quantity
        self.cash -= signed * fill.price + fill.fee
        self.held[name] = self.held.get(name, ZERO) + signed
        self.on[name] = intent.instrument
        if intent.leg == ENTRY:
            self.paid[name] = self.paid.get(name, ZERO) + fill.price * fill.quantity
            self.since.setdefault(name, fill.time)

    def settle(self, event: FundingSettled) -> None:
        """A settlement, once, and only where its rate is known."""
        time = event.time - event.time % MINUTE
        if not any(each == event.instrument for each in self.on.values()):
            return
        if time <= self.settled.get(event.instrument, -1):
            return
        self.settled[event.instrument] = time
        if event.rate is None:
            return
        for name, quantity in self.held.items():
            if self.on[name] == event.instrument and self.since[name] < time:
                self.cash -= quantity * decimal_of(event.rate) * decimal_of(event.price)

    def position(self, instrument: Instrument) -> Decimal:
        """The signed quantity of an instrument."""
        return sum((each for name, each in self.held.items() if self.on[name] == instrument), ZERO)

    def equity(self, marks: dict[Instrument, Decimal]) -> Decimal:
        """Cash, and what is held at its marks."""
        return self.cash + sum((each * marks[self.on[name]] for name, each in self.held.items() if each), ZERO)


@dataclass
class Judge:
    """Watches a world, and asserts after every step."""

    world: World
    ledger: Ledger = field(default_factory=Ledger)
    planned: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    stops: dict[str, Decimal] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    opening: tuple[int, Decimal] | None = None
    worst: tuple[int, BreakerLevel] = (0, BreakerLevel.NORMAL)

    def look(
        self, before: EngineState, event: TradingEvent, after: EngineState, commands: tuple[TradingCommand, ...]
    ) -> None:
        """Hold one step against all promises."""
        self._one_fate(event, commands)
        self._only_what_the_state_allows(before, event, after, commands)
        self._ids_once(commands)
        self._stops_never_away(after, commands)
        for each in commands:
            if isinstance(each, FateDecided) and each.fate is TradeFate.TAKEN:
                assert isinstance(event, SignalSeen)
                self._within_limits(before, event.signal, each)
        self._booked(before, event)
        for each in commands:
            if isinstance(each, TradeEnded):
                assert self.ledger.held.pop(each.signal_id) == 0
                self.ledger.since.pop(each.signal_id)
                self.ledger.paid.pop(each.signal_id)
        self._positions_agree(after)
        self._equity_conserved(after)
        self._every_position_guarded(after)
        self._risk_as_planned(after)
        self._breaker(before, event, after)

    # --- the promises ---

    def _one_fate(self, event: TradingEvent, commands: tuple[TradingCommand, ...]) -> None:
        """Every signal has exactly one fate, told with it."""
        fates = [each.signal_id for each in commands if isinstance(each, FateDecided)]
        assert fates == ([event.signal.id] if isinstance(event, SignalSeen) else [])

    def _only_what_the_state_allows(
        self,
        before: EngineState,
        event: TradingEvent,
        after: EngineState,
        commands: tuple[TradingCommand, ...],
    ) -> None:
        """REDUCING orders no entry; HALTED nothing but cancellations, missing stops, and what a person closes."""
        state = after.account.status.state
        for each in commands:
            leg = _leg(each)
            if isinstance(each, PlaceOrder) and leg == ENTRY:
                assert state is before.account.status.state is TradingState.ACTIVE or _began_anew(before, after)
            if not state is before.account.status.state is TradingState.HALTED:
                continue
            if isinstance(each, PlaceOrder):
                trade = after.trades[each.intent.signal_id]
                assert leg == STOP or (leg == EMERGENCY and (_is_by_a_person(event, trade) or _has_no_stop(trade)))
            if isinstance(each, AmendOrder):
                assert leg == STOP
                stop = _order(before, each.order_id)
                assert each.trigger_price in {stop.intent.trigger_price, stop.asked and stop.asked.trigger_price}
            if isinstance(each, CancelOrder) and leg != ENTRY:
                part = after.position(_order(before, each.order_id).intent.instrument).attribution(_signal(each))
                assert leg != STOP or part is None or not part.quantity

    def _ids_once(self, commands: tuple[TradingCommand, ...]) -> None:
        """An id is never given twice."""
        for each in commands:
            if isinstance(each, PlaceOrder):
                assert each.intent.id not in self.ids
                self.ids.add(each.intent.id)

    def _stops_never_away(self, after: EngineState, commands: tuple[TradingCommand, ...]) -> None:
        """A stop only ever comes nearer, one that is placed again included."""
        for each in commands:
            if _leg(each) != STOP or isinstance(each, CancelOrder):
                continue
            assert isinstance(each, PlaceOrder | AmendOrder)
            trigger = each.intent.trigger_price if isinstance(each, PlaceOrder) else each.trigger_price
            assert trigger is not None
            name = _signal(each)
            direction = (after.trades.get(name) or after.over[name]).signal.direction
            known = self.stops.setdefault(name, trigger)
            assert direction * (trigger - known) >= 0
            self.stops[name] = trigger

    def _within_limits(self, before: EngineState, signal: Signal, fate: FateDecided) -> None:
        """An entry is within every limit at the prices and the equity at which it was decided."""
        limits, units = self.world.rules.limits, fate.quantity
        assert units is not None
        marks = _marks(before)
        equity = self.ledger.equity(marks)
        entry, stop = _planned(before, signal)
        distance = signal.direction * (entry - stop)
        self.planned[signal.id] = (entry, stop)
        exposures = [*self._held(marks), *_on_their_way(before)]
        own = Exposure(signal.instrument, signal.direction * units, entry, stop)
        assert 0 < units * distance <= equity * limits.risk_fraction
        assert limits.max_notional is None or units * entry <= limits.max_notional
        gross = sum((abs(each.units) * each.price for each in [*exposures, own]), ZERO)
        assert limits.max_leverage is None or gross <= limits.max_leverage * equity * (1 + _ROUNDING)
        free = equity - sum((abs(each.units) * each.price * MARGIN for each in exposures), ZERO)
        share = limits.max_margin_share
        assert share is None or units * entry * MARGIN <= share * free * (1 + _ROUNDING)
        risk = sum((self._risk(before, name) for name in self.ledger.held), ZERO)
        risk += sum((abs(each.units * (each.price - each.stop)) for each in [*_on_their_way(before), own]), ZERO)
        assert limits.max_open_risk is None or risk <= limits.max_open_risk * equity * (1 + _ROUNDING)
        others = {each.instrument for each in exposures} | {signal.instrument}
        assert limits.max_positions is None or len(others) <= limits.max_positions
        for each in exposures:
            side = each.units.copy_sign(1) / each.units * signal.direction
            if each.instrument == signal.instrument:
                assert side > 0, "against a position of its own instrument"
            elif limits.max_correlation is not None:
                assert _alike(each.instrument, signal.instrument) * float(side) <= limits.max_correlation

    def _booked(self, before: EngineState, event: TradingEvent) -> None:
        if isinstance(event, Filled):
            self.ledger.fill(_order(before, event.order_id).intent, event)
        if isinstance(event, FundingSettled):
            self.ledger.settle(event)

    def _positions_agree(self, after: EngineState) -> None:
        """The parts of the signals sum to the position, and that is the venue's once all of it was told."""
        for instrument in self.world.prices:
            position = after.position(instrument)
            parts = {each.signal_id: each.direction * each.quantity for each in position.attributions}
            assert sum(parts.values(), ZERO) == position.signed_quantity == self.ledger.position(instrument)
            for name, quantity in parts.items():
                assert quantity == self.ledger.held.get(name, ZERO)
            if self.world.is_quiet:
                assert position.signed_quantity == self.world.venue.account.position(instrument)

    def _equity_conserved(self, after: EngineState) -> None:
        """Equity is what the clerk has, to the cent and far beyond it."""
        equity = equity_of(after)
        if equity is not None:
            assert abs(equity - self.ledger.equity(_marks(after))) < _CENT / 10_000

    def _every_position_guarded(self, after: EngineState) -> None:
        """What is open of a signal has a stop, on its way or there, for all of it; or it is leaving at market."""
        for name, quantity in self.ledger.held.items():
            if quantity:
                assert name in after.trades, "a position without its trade"
                assert _is_guarded(after.trades[name], abs(quantity)), f"{name}: {quantity} unguarded"

    def _risk_as_planned(self, after: EngineState) -> None:
        """What is lost at the stops is never above what was planned, but for how much worse an entry was filled.

        That is all that can be promised: an entry at market may cost more than any price seen before it.
        """
        for name, quantity in self.ledger.held.items():
            stop = protective_stop(after.trades[name]) if quantity else None
            if stop is None:
                continue
            entry, planned_stop = self.planned[name]
            direction = after.trades[name].signal.direction
            paid = self.ledger.paid[name] / _entered(after, name)
            worse = max(ZERO, direction * (paid - entry))
            most = abs(quantity) * (abs(entry - planned_stop) + worse)
            assert abs(quantity) * direction * (paid - stop) <= most * (1 + _ROUNDING)

    def _breaker(self, before: EngineState, event: TradingEvent, after: EngineState) -> None:
        """The loss of the day, open losses included, flattens at its limit, and a fall from the peak halts."""
        limits, account = self.world.rules.limits, after.account
        equity, was = equity_of(after), equity_of(before)
        start = event.time - event.time % DAY
        if self.opening is None or self.opening[0] < start:
            self.opening = None if was is None else (start, was)
        if equity is None or self.opening is None or account.day is None:
            return
        loss = (self.opening[1] - equity) / self.opening[1]
        level = max(self.worst[1] if self.worst[0] == self.opening[0] else BreakerLevel.NORMAL, account.day.level)
        assert account.day.level == level, "a level holds until the reset"
        self.worst = (self.opening[0], level)
        if limits.flatten_loss is not None and loss >= limits.flatten_loss + _ROUNDING:
            assert level is BreakerLevel.FLATTEN
        peak = account.peak_equity
        if limits.max_drawdown is not None and peak is not None:
            assert (peak - equity) / peak < limits.max_drawdown or account.status.state is TradingState.HALTED
        if level is BreakerLevel.FLATTEN and account.status.state is TradingState.REDUCING:
            for name, quantity in self.ledger.held.items():
                assert not quantity or _is_leaving(after.trades[name], abs(quantity)), f"{name} is not flattened"

    # --- what the promises look at ---

    def _held(self, marks: dict[Instrument, Decimal]) -> Iterator["Exposure"]:
        for name, quantity in self.ledger.held.items():
            if quantity:
                instrument = self.ledger.on[name]
                yield Exposure(instrument, quantity, marks[instrument], ZERO)

    def _risk(self, state: EngineState, name: str) -> Decimal:
        quantity = self.ledger.held[name]
        if not quantity:
            return ZERO
        stop = protective_stop(state.trades[name])
        assert stop is not None, "an entry beside a position without a stop"
        return max(ZERO, quantity * (self.ledger.paid[name] / _entered(state, name) - stop))


@dataclass(frozen=True)
class Exposure:
    """What is held or may be: signed units, a price, and for what is on its way its stop."""

    instrument: Instrument
    units: Decimal
    price: Decimal
    stop: Decimal


def _on_their_way(state: EngineState) -> Iterator[Exposure]:
    for trade in state.trades.values():
        entry, stop = _planned(state, trade.signal)
        for order in trade.orders.values():
            if order.intent.leg == ENTRY and order.is_living and order.remaining_quantity:
                units = trade.signal.direction * order.remaining_quantity
                yield Exposure(trade.signal.instrument, units, entry, stop)


def _planned(state: EngineState, signal: Signal) -> tuple[Decimal, Decimal]:
    """The worse of the signal's price and the last one, and the stop in whole ticks."""
    reference = decimal_of(signal.reference_price)
    mark = state.mark(signal.instrument) or reference
    worse = max(reference, mark) if signal.direction > 0 else min(reference, mark)
    return worse, stop_price(signal.stop_loss, signal.direction, state.rules.steps[signal.instrument])


def _entered(state: EngineState, name: str) -> Decimal:
    trade = state.trades[name]
    part = state.position(trade.signal.instrument).attribution(name)
    assert part is not None
    return part.entered


def _marks(state: EngineState) -> dict[Instrument, Decimal]:
    return {each: decimal_of(seen.price) for each, seen in state.prices.items()}


def _alike(one: Instrument, two: Instrument) -> float:
    return ALIKE.get((one, two), ALIKE.get((two, one), 1.0))


def _is_guarded(trade: TradeAtWork, quantity: Decimal) -> bool:
    stops = [each for each in _living(trade, STOP) if each.state is not OrderState.CANCELLING]
    if not stops:
        return _is_leaving(trade, quantity)
    stop = stops[-1]
    most = stop.remaining_quantity if stop.asked is None else stop.asked.quantity - stop.filled_quantity
    # One that the venue has not accepted yet, or that is at market already, cannot be made larger: it is asked later.
    is_fixed = stop.state not in {OrderState.ACCEPTED, OrderState.PARTIALLY_FILLED}
    return most >= quantity or is_fixed or _is_leaving(trade, quantity)


def _is_leaving(trade: TradeAtWork, quantity: Decimal) -> bool:
    exits = _living(trade, EXIT, EMERGENCY)
    return sum((each.remaining_quantity for each in exits), ZERO) >= quantity or _was_refused(trade)


def _was_refused(trade: TradeAtWork) -> bool:
    """Whether the venue rejected the last exit: it is tried again at the next close, not at once."""
    exits = [each for each in trade.orders.values() if each.intent.leg in {EXIT, EMERGENCY}]
    return bool(exits) and exits[-1].state is OrderState.REJECTED


def _has_no_stop(trade: TradeAtWork) -> bool:
    stops = [each for each in trade.orders.values() if each.intent.leg == STOP]
    return bool(stops) and stops[-1].state is OrderState.REJECTED


def _is_by_a_person(event: TradingEvent, trade: TradeAtWork) -> bool:
    return isinstance(event, CloseAsked) or trade.leaving is OrderPurpose.PERSON_CLOSES


def _living(trade: TradeAtWork, *legs: str) -> list[Order]:
    return [each for each in trade.orders.values() if each.intent.leg in legs and each.is_living]


def _began_anew(before: EngineState, after: EngineState) -> bool:
    return after.account.status.state is TradingState.ACTIVE and before.account.day is not after.account.day


def _order(state: EngineState, order_id: str) -> Order:
    name = order_id.partition("-")[0]
    return (state.trades.get(name) or state.over[name]).orders[order_id]


def _signal(command: PlaceOrder | AmendOrder | CancelOrder) -> str:
    name = command.intent.id if isinstance(command, PlaceOrder) else command.order_id
    return name.partition("-")[0]


def _leg(command: TradingCommand) -> str:
    match command:
        case PlaceOrder(intent=intent):
            return intent.leg
        case AmendOrder(order_id=name) | CancelOrder(order_id=name):
            found = parse_order_id(name)
            return "" if found is None else found.leg
    return ""
