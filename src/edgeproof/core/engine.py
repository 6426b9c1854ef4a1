"""The decider: `step(state, event) -> (state, commands)`. Facts come in, wishes go out; nothing else happens here.

1. A signal is asked about (`_see_signal`): is one of its hypothesis at work, is its price still good, how much of it?
   What comes of that is its one fate, and an entry order.
2. What the venue says of an order goes through the order's life (`_see_order`) and, if it is a fill, into the position.
3. A closed candle moves stops and ends what has been held too long (`_see_candle`); an exit condition, a person and a
   settlement do what they say.
4. After each of these the orders of the trades concerned are brought in line with what is open (`_follow`), and a
   trade whose position is closed is reported and let go.

Backtest replay, paper trading and live trading call this one function. Who fills the orders it cannot know.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from edgeproof.core.model.execution import AmendSent, CancelSent, Filled, OrderEvent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import (
    EMERGENCY,
    ENTRY,
    EXIT,
    AmendOrder,
    CancelOrder,
    Order,
    OrderCommand,
    OrderIntent,
    PlaceOrder,
    new_order,
    parse_order_id,
)
from edgeproof.core.model.position import Attribution, Guard, Position
from edgeproof.core.model.round_trip import StopKind
from edgeproof.core.model.signal import Check, Signal
from edgeproof.core.model.steps import Steps, decimal_of
from edgeproof.core.model.trade import MOST_OVER, Terms, TradeAtWork
from edgeproof.core.model.trading_event import (
    CandleSeen,
    CloseAsked,
    ExitConditionMet,
    FateDecided,
    FundingSettled,
    InvariantBroken,
    PriceSeen,
    RelationsSeen,
    SignalSeen,
    StateAsked,
    TradeEnded,
    TradeFate,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.orders.planning import (
    Trade,
    Unplannable,
    expire_entry,
    follow,
    invalidated_by,
    leave,
    plan_bracket,
)
from edgeproof.core.positions.apply import apply_fill
from edgeproof.core.positions.funding import accrue
from edgeproof.core.positions.protect import after_close, is_overdue, note_target

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """How much of a signal to trade; 0 with the check that denies it."""

    quantity: Decimal
    denied_by: Check | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineState:
    """All that trading knows. Mappings are never changed in place.

    `cash` is what was there at the beginning and what closed trades have made since. `prices` are the last ones seen.
    `ask` says how much of a signal to trade, given everything else that is known. `over` are the last trades that
    ended: a fill that comes late finds its trade there.
    """

    cash: Decimal
    steps: Mapping[Instrument, Steps]
    terms: Mapping[str, Terms]
    ask: Callable[["EngineState", Signal], Sizing]
    positions: Mapping[Instrument, Position] = field(default_factory=dict)
    trades: Mapping[str, TradeAtWork] = field(default_factory=dict)
    prices: Mapping[Instrument, float] = field(default_factory=dict)
    over: Mapping[str, TradeAtWork] = field(default_factory=dict)

    def position(self, instrument: Instrument) -> Position:
        """The position of an instrument, flat where there is none."""
        return self.positions.get(instrument) or Position(instrument=instrument)

    def trades_on(self, instrument: Instrument) -> list[TradeAtWork]:
        """The trades at work on an instrument."""
        return [each for each in self.trades.values() if each.signal.instrument == instrument]


Stepped = tuple[EngineState, tuple[TradingCommand, ...]]
NOTHING: tuple[TradingCommand, ...] = ()


def step(state: EngineState, event: TradingEvent) -> Stepped:  # noqa: PLR0911 - one for each kind of event
    """The state after an event, and what is to be done about it.

    Raises
    ------
    EdgeproofError
        What came cannot be: trading must stop, and compare its book with the venue's.
    """
    match event:
        case SignalSeen():
            return _see_signal(state, event)
        case CandleSeen():
            return _see_candle(state, event)
        case PriceSeen():
            return replace(state, prices={**state.prices, event.instrument: event.price}), NOTHING
        case FundingSettled():
            return _see_funding(state, event), NOTHING
        case ExitConditionMet() | CloseAsked():
            leg = EXIT if isinstance(event, ExitConditionMet) else EMERGENCY
            return _leave(state, _meant(state, event), leg, event.time)
        case RelationsSeen() | StateAsked() | InvariantBroken():
            return state, NOTHING  # until the limits of risk are part of the state
        case _:
            return _see_order(state, event)


def _meant(state: EngineState, event: ExitConditionMet | CloseAsked) -> list[TradeAtWork]:
    """The trades an exit is about. An exit condition speaks at closes later than that of the signal."""
    if isinstance(event, CloseAsked) and event.instrument is None:
        return list(state.trades.values())
    trades = [each for each in state.trades.values() if each.signal.instrument == event.instrument]
    if isinstance(event, CloseAsked):
        return trades
    return [each for each in trades if each.signal.hypothesis == event.hypothesis and event.time > each.signal.time]


def _see_signal(state: EngineState, event: SignalSeen) -> Stepped:
    signal = event.signal
    fate = _refusal(state, signal, event.time)
    if fate is not None:
        return state, (fate,)
    sizing = state.ask(state, signal)
    if sizing.denied_by is not None:
        check = sizing.denied_by
        return state, (_denied(event.time, signal, check.rule, check.value, check.limit),)
    bracket = plan_bracket(signal, sizing.quantity, state.steps[signal.instrument])
    if isinstance(bracket, Unplannable):
        return state, (_denied(event.time, signal, bracket.rule, float(bracket.value), float(bracket.limit)),)
    terms = state.terms.get(signal.hypothesis, Terms())
    trade = TradeAtWork(signal=signal, terms=terms, orders={bracket.entry.id: new_order(bracket.entry)})
    taken = FateDecided(time=event.time, signal_id=signal.id, fate=TradeFate.TAKEN)
    return _with_trade(state, trade), (taken, PlaceOrder(intent=bracket.entry))


def _refusal(state: EngineState, signal: Signal, time: int) -> FateDecided | None:
    """Why a signal is not even asked about, in the order of `semantics.md`."""
    fate, rule = None, ""
    if any(each.signal.hypothesis == signal.hypothesis for each in state.trades_on(signal.instrument)):
        fate, rule = TradeFate.OVERLAPPED, "one_position_a_signal"
    elif time >= signal.expires_at:
        fate, rule = TradeFate.EXPIRED, "expires_at"
    else:
        price = state.prices.get(signal.instrument)
        beyond = None if price is None else invalidated_by(signal, price)
        if beyond is not None:
            return FateDecided(
                time=time, signal_id=signal.id, fate=TradeFate.INVALIDATED, rule=f"beyond_{beyond}", value=price
            )
    return None if fate is None else FateDecided(time=time, signal_id=signal.id, fate=fate, rule=rule)


def _denied(time: int, signal: Signal, rule: str, value: float | str | None, limit: float | str | None) -> FateDecided:
    return FateDecided(time=time, signal_id=signal.id, fate=TradeFate.DENIED, rule=rule, value=value, limit=limit)


def _see_order(state: EngineState, event: OrderEvent) -> Stepped:
    name = parse_order_id(event.order_id)
    trade = None if name is None else state.trades.get(name.signal) or state.over.get(name.signal)
    order = None if trade is None else trade.orders.get(event.order_id)
    if trade is None or order is None:
        return state, NOTHING  # another's order: what it means is for reconciliation to say
    after = apply_event(order, event)
    if after is order:
        return state, NOTHING
    trade = replace(trade, orders={**trade.orders, after.id: after})
    if isinstance(event, Filled) and len(after.fills) > len(order.fills):
        state = _booked(state, after.intent, event)
        trade = _filled(trade, after, event)
    elif trade.signal.id in state.over:
        return replace(state, over={**state.over, trade.signal.id: trade}), NOTHING
    # A fill of a trade that was over opens it again: nothing that is held goes unguarded.
    return _follow(_with_trade(state, trade), [trade], event.time)


def _booked(state: EngineState, intent: OrderIntent, event: Filled) -> EngineState:
    position = apply_fill(state.position(intent.instrument), intent, event.fill)
    return replace(state, positions={**state.positions, intent.instrument: position})


def _filled(trade: TradeAtWork, order: Order, event: Filled) -> TradeAtWork:
    intent = order.intent
    if intent.leg == ENTRY:
        return trade if trade.guard is not None else replace(trade, guard=_guard(trade, order, event.time))
    guard = trade.guard
    if guard is not None and intent.leg.startswith("target") and not order.remaining_quantity:
        guard = note_target(guard)
    return replace(trade, guard=guard, last_leg=intent.leg)


def _guard(trade: TradeAtWork, entry: Order, time: int) -> Guard:
    signal, terms = trade.signal, trade.terms
    return Guard(
        signal_id=signal.id,
        direction=signal.direction,
        entry=float(entry.fills[0].price),
        stop=signal.stop_loss,
        trail=signal.trail,
        has_break_even=terms.break_even,
        deadline=None if terms.max_hold is None else time + terms.max_hold,
    )


def _see_candle(state: EngineState, event: CandleSeen) -> Stepped:
    moved: list[TradeAtWork] = []
    overdue: list[TradeAtWork] = []
    cancels: list[TradingCommand] = []
    for trade in state.trades_on(event.candle.instrument):
        for order in trade.orders.values():
            cancel = expire_entry(order, event.time)
            cancels += [] if cancel is None else [cancel]
        if trade.guard is None:
            continue
        if is_overdue(trade.guard, event.time):
            overdue.append(trade)
        else:
            moved.append(replace(trade, guard=after_close(trade.guard, event.candle)))
    for trade in moved:
        state = _with_trade(state, trade)
    state, followed = _follow(state, moved, event.time)
    state, left = _leave(state, overdue, EXIT, event.time)
    state = _asked(state, cancels, event.time)
    return state, (*cancels, *followed, *left)


def _see_funding(state: EngineState, event: FundingSettled) -> EngineState:
    position = state.positions.get(event.instrument)
    if position is None:
        return state
    paid = accrue(position, event.time, event.rate, event.price)
    return state if paid is position else replace(state, positions={**state.positions, event.instrument: paid})


def _leave(state: EngineState, trades: Iterable[TradeAtWork], leg: str, time: int) -> Stepped:
    commands: list[OrderCommand] = []
    for trade in trades:
        asked = leave(_planned(state, trade), leg)
        state = _asked(state, asked, time)
        commands += asked
    return state, tuple(commands)


def _follow(state: EngineState, trades: Iterable[TradeAtWork], time: int) -> Stepped:
    """Bring the orders of trades in line with what is open of them; report and let go of those that are over."""
    commands: list[TradingCommand] = []
    for trade in trades:
        if trade.guard is None:
            state = state if trade.is_waiting else _without(state, trade)
            continue
        asked = follow(_planned(state, trade), state.steps[trade.signal.instrument])
        state = _asked(state, asked, time)
        commands += asked
        state, ended = _ended(state, state.trades[trade.signal.id], time)
        commands += ended
    return state, tuple(commands)


def _planned(state: EngineState, trade: TradeAtWork) -> Trade:
    part = state.position(trade.signal.instrument).attribution(trade.signal.id)
    return Trade(
        signal=trade.signal,
        orders=tuple(trade.orders.values()),
        open_quantity=ZERO if part is None else part.quantity,
        stop=trade.signal.stop_loss if trade.guard is None else trade.guard.stop,
    )


def _asked(state: EngineState, commands: Iterable[TradingCommand], time: int) -> EngineState:
    """Remember what was asked of the venue, so that it is not asked for again."""
    for command in commands:
        match command:
            case PlaceOrder(intent=intent):
                state = _with_order(state, intent.signal_id, new_order(intent))
            case AmendOrder():
                sent = AmendSent(
                    order_id=command.order_id, time=time, quantity=command.quantity,
                    limit_price=command.limit_price, trigger_price=command.trigger_price,
                )  # fmt: skip
                state = _acted(state, sent)
            case CancelOrder():
                state = _acted(state, CancelSent(order_id=command.order_id, time=time))
            case _:
                pass
    return state


def _acted(state: EngineState, act: AmendSent | CancelSent) -> EngineState:
    name = parse_order_id(act.order_id)
    if name is None:
        return state
    order = state.trades[name.signal].orders[act.order_id]
    return _with_order(state, name.signal, apply_event(order, act))


def _ended(state: EngineState, trade: TradeAtWork, time: int) -> tuple[EngineState, tuple[TradeEnded, ...]]:
    """A trade whose position is closed and whose entry cannot fill any more is over."""
    instrument = trade.signal.instrument
    part = state.position(instrument).attribution(trade.signal.id)
    if part is None or part.quantity or trade.is_waiting:
        return state, ()
    held = state.position(instrument)
    others = tuple(each for each in held.attributions if each is not part)
    positions = {**state.positions, instrument: replace(held, attributions=others)}
    state = replace(_without(state, trade), positions=positions, cash=state.cash + part.net_pnl(ZERO))
    return state, (_report(trade, part, time),)


def _report(trade: TradeAtWork, part: Attribution, time: int) -> TradeEnded:
    return TradeEnded(
        time=time,
        signal_id=trade.signal.id,
        instrument=trade.signal.instrument,
        direction=part.direction,
        opened_at=part.opened_at,
        quantity=part.entered,
        entry_price=part.average_entry,
        exit_price=part.exit_value / part.exited,
        fees=part.fees,
        funding=part.funding,
        net_pnl=part.net_pnl(ZERO),
        risk=decimal_of(trade.signal.risk) * part.entered,
        is_funding_complete=part.is_funding_complete,
        reason=trade.last_leg,
        stop_kind=StopKind.INITIAL if trade.guard is None else trade.guard.kind,
    )


def _with_trade(state: EngineState, trade: TradeAtWork) -> EngineState:
    over = state.over
    if trade.signal.id in over:
        over = {key: each for key, each in over.items() if key != trade.signal.id}
    return replace(state, trades={**state.trades, trade.signal.id: trade}, over=over)


def _with_order(state: EngineState, signal_id: str, order: Order) -> EngineState:
    trade = state.trades[signal_id]
    return _with_trade(state, replace(trade, orders={**trade.orders, order.id: order}))


def _without(state: EngineState, trade: TradeAtWork) -> EngineState:
    trades = {key: each for key, each in state.trades.items() if key != trade.signal.id}
    over = dict([*state.over.items(), (trade.signal.id, state.trades[trade.signal.id])][-MOST_OVER:])
    return replace(state, trades=trades, over=over)
