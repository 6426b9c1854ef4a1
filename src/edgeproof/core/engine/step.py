"""The decider: `step(state, event) -> (state, commands)`. Facts come in, wishes go out; nothing else happens here.

1. A signal is asked about (`_see_signal`): is one of its hypothesis at work, is its price still good, how much of it?
   What comes of that is its one fate, and an entry order.
2. What the venue says of an order goes through the order's life (`_see_order`) and, if it is a fill, into the position.
3. A closed candle moves stops and ends what has been held too long (`_see_candle`); an exit condition, a person and a
   settlement do what they say.
4. After each of these the orders of the trades concerned are brought in line with what is open (`_follow`), and a
   trade whose position is closed is reported and let go.
5. Whatever it was, the limits of risk look at what it made of the account (`_guarded`): where they say so, entries are
   taken back or everything is closed.

Backtest replay, paper trading and live trading call this one function. Who fills the orders it cannot know.
"""

from collections.abc import Iterable

from edgeproof.core.engine.issue import issued
from edgeproof.core.engine.leaving import leave_again, leave_on, leave_trades, leave_with, planned
from edgeproof.core.engine.risk import observed, opened, portfolio_of
from edgeproof.core.engine.state import ZERO, EngineState, Stepped, with_price, with_trade, without
from edgeproof.core.model.alter import altered
from edgeproof.core.model.execution import AmendRefused, Filled, OrderEvent, Sent
from edgeproof.core.model.order import (
    ENTRY,
    CancelOrder,
    Order,
    OrderCommand,
    OrderIntent,
    OrderState,
    PlaceOrder,
    parse_order_id,
)
from edgeproof.core.model.portfolio import Portfolio
from edgeproof.core.model.position import Attribution, Guard
from edgeproof.core.model.round_trip import StopKind
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.time import MINUTE
from edgeproof.core.model.trade import Account, Terms, TradeAtWork
from edgeproof.core.model.trading import BreakerLevel, OrderPurpose, StateCause, TradingState
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
    StandingChanged,
    StateAsked,
    TradeEnded,
    TradeFate,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.orders.planning import (
    Unplannable,
    expire_entry,
    follow,
    has_no_stop,
    invalidated_by,
    plan_bracket,
)
from edgeproof.core.positions.apply import apply_fill
from edgeproof.core.positions.funding import accrue
from edgeproof.core.positions.protect import after_close, is_overdue, note_target
from edgeproof.core.risk.breaker import led, must_flatten
from edgeproof.core.risk.trading_state import rests_entries

NOTHING: tuple[TradingCommand, ...] = ()


def step(state: EngineState, event: TradingEvent) -> Stepped:
    """The state after an event, and what is to be done about it.

    Raises
    ------
    EdgeproofError
        What came cannot be: trading must halt, and compare its book with the venue's.
    """
    before = opened(state, event.time)
    after, commands = _decided(before, event)
    after = observed(before, after, event, commands)
    return _guarded(state, after, commands, event.time)


def _decided(state: EngineState, event: TradingEvent) -> Stepped:
    match event:
        case PriceSeen():
            return with_price(state, event), NOTHING
        case CandleSeen():
            return _see_candle(state, event)
        case SignalSeen():
            return _see_signal(state, event)
        case FundingSettled():
            return _see_funding(state, event), NOTHING
        case RelationsSeen() | ExitConditionMet() | CloseAsked() | StateAsked() | InvariantBroken():
            return _told(state, event)
        case _:
            return _see_order(state, event)


def _told(
    state: EngineState, event: RelationsSeen | ExitConditionMet | CloseAsked | StateAsked | InvariantBroken
) -> Stepped:
    match event:
        case RelationsSeen():
            return altered(state, relations=event), NOTHING
        case ExitConditionMet():
            return leave_trades(state, _ended_by(state, event), OrderPurpose.EXIT, event.time)
        case CloseAsked():
            return leave_trades(state, _asked_out(state, event), OrderPurpose.PERSON_CLOSES, event.time)
        case StateAsked():
            return _lead(state, event.cause, event.time, by=event.by, why=event.why), NOTHING
        case InvariantBroken():
            return _lead(state, StateCause.BROKEN_INVARIANT, event.time, why=event.why), NOTHING


def _guarded(before: EngineState, state: EngineState, commands: tuple[TradingCommand, ...], time: int) -> Stepped:
    """Take back entries and close positions where the trading state wants it; tell when that state has changed."""
    account = state.account
    if account is before.account and account.status.state is TradingState.ACTIVE:
        return state, commands
    changed = _standing_changed(before.account, account, time)
    cancels: tuple[TradingCommand, ...] = ()
    if not rests_entries(account.status.state):
        state, cancels = issued(state, _resting_entries(state), time)
    exits: tuple[TradingCommand, ...] = ()
    if state.trades and must_flatten(Portfolio(equity=None, day=account.day, status=account.status)):
        staying = [trade for trade in state.trades.values() if trade.leaving is None]
        state, exits = leave_trades(state, staying, OrderPurpose.FLATTEN, time)
        state, rests = leave_on(state, time)
        exits = (*exits, *rests)
    return state, (*commands, *changed, *cancels, *exits)


def _standing_changed(before: Account, after: Account, time: int) -> tuple[TradingCommand, ...]:
    level = _level(after)
    if before.status == after.status and _level(before) == level:
        return NOTHING
    return (StandingChanged(time=time, status=after.status, level=level),)


def _level(account: Account) -> BreakerLevel:
    return BreakerLevel.NORMAL if account.day is None else account.day.level


def _resting_entries(state: EngineState) -> list[CancelOrder]:
    reason = state.account.status.state.value
    orders = [order for trade in state.trades.values() for order in trade.orders.values()]
    return [
        CancelOrder(order_id=each.id, reason=reason) for each in orders if each.intent.leg == ENTRY and _rests(each)
    ]


def _rests(order: Order) -> bool:
    return order.is_living and order.state not in {OrderState.CANCELLING, OrderState.UNKNOWN}


def _lead(state: EngineState, cause: StateCause, at: int, *, by: str = "", why: str = "") -> EngineState:
    portfolio = led(portfolio_of(state, at), cause, at, by=by, why=why)
    account = altered(state.account, status=portfolio.status, peak_equity=portfolio.peak_equity)
    return state if account == state.account else altered(state, account=account)


# --- signals ---


def _see_signal(state: EngineState, event: SignalSeen) -> Stepped:
    signal = event.signal
    weighed = event.weight if event.weight.stage else None
    fate = _refusal(state, signal, event.time)
    if fate is not None:
        return state, (altered(fate, weight=weighed),)
    sizing = state.rules.ask(state, event)
    if (check := sizing.denied_by) is not None:
        fate = _denied(event.time, signal, check.rule, check.value, check.limit)
        return state, (altered(fate, checks=sizing.checks, weight=weighed),)
    bracket = plan_bracket(signal, sizing.quantity, state.rules.steps[signal.instrument])
    if isinstance(bracket, Unplannable):
        fate = _denied(event.time, signal, bracket.rule, float(bracket.value), float(bracket.limit))
        return state, (altered(fate, checks=sizing.checks, weight=weighed),)
    terms = state.rules.terms.get(signal.hypothesis, Terms())
    trade = TradeAtWork(signal=signal, terms=terms, orders={})
    state, commands = issued(with_trade(state, trade), [PlaceOrder(intent=bracket.entry)], event.time)
    taken = FateDecided(
        time=event.time,
        signal_id=signal.id,
        fate=TradeFate.TAKEN,
        quantity=sizing.quantity,
        sizing=sizing.words,
        checks=sizing.checks,
        weight=weighed,
    )
    return state, (taken, *commands)


def _refusal(state: EngineState, signal: Signal, time: int) -> FateDecided | None:
    """Why a signal is not even asked about, in the order of `semantics.md`."""
    fate, rule = None, ""
    if signal.id in state.over or any(
        each.signal.hypothesis == signal.hypothesis for each in state.trades_on(signal.instrument)
    ):
        fate, rule = TradeFate.OVERLAPPED, "one_position_a_signal"
    elif time >= signal.expires_at:
        fate, rule = TradeFate.EXPIRED, "expires_at"
    else:
        seen = state.prices.get(signal.instrument)
        beyond = None if seen is None else invalidated_by(signal, seen.price)
        if seen is not None and beyond is not None:
            return FateDecided(
                time=time, signal_id=signal.id, fate=TradeFate.INVALIDATED, rule=f"beyond_{beyond}", value=seen.price
            )
    return None if fate is None else FateDecided(time=time, signal_id=signal.id, fate=fate, rule=rule)


def _denied(time: int, signal: Signal, rule: str, value: float | str | None, limit: float | str | None) -> FateDecided:
    return FateDecided(time=time, signal_id=signal.id, fate=TradeFate.DENIED, rule=rule, value=value, limit=limit)


# --- orders ---


def _see_order(state: EngineState, event: OrderEvent) -> Stepped:
    name = parse_order_id(event.order_id)
    trade = None if name is None else state.trades.get(name.signal) or state.over.get(name.signal)
    order = None if trade is None else trade.orders.get(event.order_id)
    if trade is None or order is None:
        return state, NOTHING  # another's order: what it means is for reconciliation to say
    after = apply_event(order, event)
    if after is order:
        return state, NOTHING
    trade = altered(trade, orders={**trade.orders, after.id: after})
    if isinstance(event, Filled) and len(after.fills) > len(order.fills):
        state = _booked(state, after.intent, event)
        trade = _filled(trade, after, event)
    elif trade.signal.id in state.over:
        return altered(state, over={**state.over, trade.signal.id: trade}), NOTHING
    if isinstance(event, Sent) or (isinstance(event, AmendRefused) and after.is_living):
        # What has not arrived cannot be changed; and a change that was refused is asked for again at the next close.
        return with_trade(state, trade), NOTHING
    # A fill of a trade that was over opens it again: nothing that is held goes unguarded.
    return _follow(with_trade(state, trade), [trade], event.time)


def _booked(state: EngineState, intent: OrderIntent, event: Filled) -> EngineState:
    position = apply_fill(state.position(intent.instrument), intent, event.fill)
    return altered(state, positions={**state.positions, intent.instrument: position})


def _filled(trade: TradeAtWork, order: Order, event: Filled) -> TradeAtWork:
    intent = order.intent
    if intent.leg == ENTRY:
        return trade if trade.guard is not None else altered(trade, guard=_guard(trade, order, event.time))
    guard = trade.guard
    if guard is not None and intent.leg.startswith("target") and not order.remaining_quantity:
        guard = note_target(guard)
    return altered(trade, guard=guard, last_leg=intent.leg)


def _guard(trade: TradeAtWork, entry: Order, time: int) -> Guard:
    signal, terms = trade.signal, trade.terms
    return Guard(
        signal_id=signal.id,
        direction=signal.direction,
        entry=float(entry.fills[0].price),
        stop=signal.stop_loss,
        trail=signal.trail,
        has_break_even=terms.break_even,
        # From the open of the candle it was entered in, as tested: by the fill it would come due a close later.
        deadline=None if terms.max_hold is None else time - time % MINUTE + terms.max_hold,
    )


# --- candles, funding, who wants out ---


def _see_candle(state: EngineState, event: CandleSeen) -> Stepped:
    candle = event.candle
    state = with_price(state, PriceSeen(time=event.time, instrument=candle.instrument, price=candle.close))
    trades = state.trades_on(candle.instrument)
    orders = (order for trade in trades for order in trade.orders.values())
    expired = [cancel for order in orders if (cancel := expire_entry(order, event.time)) is not None]
    moved: list[TradeAtWork] = []
    overdue: list[TradeAtWork] = []
    for trade in trades:
        if trade.guard is None:
            continue
        if state.account.status.state is TradingState.HALTED:
            moved.append(trade)  # what HALTED does not let move, it must not find moved when it ends
        elif trade.leaving is None and is_overdue(trade.guard, event.time):
            overdue.append(trade)
        else:
            moved.append(altered(trade, guard=after_close(trade.guard, candle)))
    for trade in moved:
        state = with_trade(state, trade)
    state, followed = _follow(state, moved, event.time)
    state, left = leave_trades(state, overdue, OrderPurpose.EXIT, event.time)
    state, again = leave_again(state, candle.instrument, event.time)
    state, cancels = issued(state, expired, event.time)
    return state, (*cancels, *followed, *left, *again)


def _see_funding(state: EngineState, event: FundingSettled) -> EngineState:
    position = state.positions.get(event.instrument)
    if position is None:
        return state
    paid = accrue(position, event.time, event.rate, event.price)
    return state if paid is position else altered(state, positions={**state.positions, event.instrument: paid})


def _ended_by(state: EngineState, event: ExitConditionMet) -> list[TradeAtWork]:
    """The trades an exit condition is about: it speaks at closes later than that of the signal."""
    trades = state.trades_on(event.instrument)
    return [each for each in trades if each.signal.hypothesis == event.hypothesis and event.time > each.signal.time]


def _asked_out(state: EngineState, event: CloseAsked) -> list[TradeAtWork]:
    return [
        each
        for each in state.trades.values()
        if event.instrument in {None, each.signal.instrument} and event.signal_id in {None, each.signal.id}
    ]


# --- keeping orders in line ---


def _follow(state: EngineState, trades: Iterable[TradeAtWork], time: int) -> Stepped:
    """Bring the orders of trades in line with what is open of them; report and let go of those that are over."""
    commands: list[TradingCommand] = []
    for trade in trades:
        if trade.guard is None:
            state = state if trade.is_waiting else without(state, trade)
            continue
        plan = planned(state, trade)
        if plan.open_quantity and has_no_stop(plan) and trade.leaving is not OrderPurpose.PROTECTIVE_STOP:
            # An exit because no stop could be placed protects like one.
            state = with_trade(state, altered(trade, leaving=OrderPurpose.PROTECTIVE_STOP))
        wanted: Iterable[OrderCommand] = follow(plan, state.rules.steps[trade.signal.instrument])
        if state.trades[trade.signal.id].leaving is not None:
            wanted = [each for each in wanted if not _is_new_target(each)]
        state, asked = issued(state, wanted, time, OrderPurpose.PROTECTIVE_STOP)
        state, left = leave_with(state, state.trades[trade.signal.id], time)
        commands += (*asked, *left)
        state, ended = _ended(state, state.trades[trade.signal.id], time)
        commands += ended
    return state, tuple(commands)


def _is_new_target(command: OrderCommand) -> bool:
    return isinstance(command, PlaceOrder) and command.intent.leg.startswith("target")


def _ended(state: EngineState, trade: TradeAtWork, time: int) -> tuple[EngineState, tuple[TradeEnded, ...]]:
    """A trade whose position is closed and whose entry cannot fill any more is over."""
    instrument = trade.signal.instrument
    part = state.position(instrument).attribution(trade.signal.id)
    if part is None or part.quantity or trade.is_waiting:
        return state, ()
    held = state.position(instrument)
    others = tuple(each for each in held.attributions if each is not part)
    positions = {**state.positions, instrument: altered(held, attributions=others)}
    account = altered(state.account, cash=state.account.cash + part.net_pnl(ZERO))
    state = altered(without(state, trade), positions=positions, account=account)
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
