"""Where trading meets its limits: what the account looks like to them, and what they make of an event.

1. `portfolio_of` tells risk what is held: positions with the stops that guard them, entries that may fill, the day.
2. `by_risk` asks how much of a signal to trade.
3. `opened` begins a new day where its time has come; `observed` takes in what an event has changed.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial

from edgeproof.core.engine.held import equity_at, open_positions, resting_entries, sent_within_a_minute
from edgeproof.core.engine.state import ZERO, EngineState, Sizing
from edgeproof.core.model.entry import EntryMarket, EntryRequest
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import STOP
from edgeproof.core.model.portfolio import OpenPosition, Portfolio, RestingEntry, total
from edgeproof.core.model.position import Attribution
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.time import DAY
from edgeproof.core.model.trade import Account, TradeAtWork
from edgeproof.core.model.trading_event import (
    PriceSeen,
    RelationsSeen,
    SignalSeen,
    TradeEnded,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.orders.planning import stop_price
from edgeproof.core.risk.breaker import after_round_trip, begin_day, booked, observe
from edgeproof.core.risk.checks import Denied, check_entry
from edgeproof.core.risk.limits import RiskLimits


def by_risk(state: EngineState, seen: SignalSeen) -> Sizing:
    """How much of a signal the limits of risk allow, with every rule it was held against."""
    signal, instrument = seen.signal, seen.signal.instrument
    price = state.prices.get(instrument)
    request = EntryRequest(
        signal_id=signal.id,
        instrument=instrument,
        direction=signal.direction,
        entry=_entry_price(state, signal),
        stop=_stop(state, signal),
        record=seen.record,
        weight=seen.weight,
    )
    portfolio, relations = portfolio_of(state, seen.time), state.relations
    market = EntryMarket(
        now=seen.time,
        price_at=None if price is None else price.time,
        terms=state.rules.contracts.get(instrument),
        correlations={} if relations is None else _correlations(relations, instrument, portfolio),
        betas={} if relations is None else relations.betas,
    )
    outcome = check_entry(request, portfolio, market, state.rules.limits)
    if isinstance(outcome, Denied):
        first = next(check for check in outcome.checks if not check.holds)
        return Sizing(quantity=ZERO, denied_by=first, checks=outcome.checks)
    return Sizing(quantity=outcome.sizing.units, checks=outcome.checks, words=outcome.sizing.words)


def _correlations(relations: RelationsSeen, instrument: Instrument, portfolio: Portfolio) -> dict[Instrument, float]:
    """Those with what is held: of hundreds of instruments there are ten thousands of pairs."""
    known = ((other, relations.correlations.get((instrument, other))) for other in portfolio.instruments)
    return {other: alike for other, alike in known if alike is not None}


def _entry_price(state: EngineState, signal: Signal) -> Decimal:
    """The price that will be paid as far as one can say, or the signal's where that one is further from the stop.

    A price that has come near the stop would make a size that slippage beyond it could not stand.
    """
    reference, mark = decimal_of(signal.reference_price), state.mark(signal.instrument)
    if mark is None:
        return reference
    return max(reference, mark) if signal.direction > 0 else min(reference, mark)


def _stop(state: EngineState, signal: Signal) -> Decimal:
    steps = state.rules.steps.get(signal.instrument)
    return decimal_of(signal.stop_loss) if steps is None else stop_price(signal.stop_loss, signal.direction, steps)


def equity_of(state: EngineState) -> Decimal | None:
    """Cash and what all positions have made at the last prices, all costs paid; None while a price is missing."""
    return equity_at(state.account.cash, state.positions.values(), state.mark)


def portfolio_of(state: EngineState, now: int) -> Portfolio:
    """What risk has to know of the account."""
    account, equity = state.account, equity_of(state)
    positions = tuple(open_positions(state.positions.values(), state.mark, partial(_stop_of, state)))
    resting = tuple(_resting(state))
    return Portfolio(
        equity=equity,
        peak_equity=account.peak_equity,
        available_margin=_free_margin(state, equity, positions, resting),
        positions=positions,
        resting=resting,
        day=account.day,
        losses=account.losses,
        status=account.status,
        orders_last_minute=sent_within_a_minute(account, now),
    )


def _stop_of(state: EngineState, part: Attribution) -> Decimal | None:
    return protective_stop(state.trades[part.signal_id])


def protective_stop(trade: TradeAtWork) -> Decimal | None:
    """The trigger of the stop that guards a trade, on its way to the venue or there; None where there is none."""
    living = (order for order in reversed(tuple(trade.orders.values())) if order.is_living)
    return next((order.intent.trigger_price for order in living if order.intent.leg == STOP), None)


def _resting(state: EngineState) -> Iterator[RestingEntry]:
    for trade, order in resting_entries(state.trades.values()):
        signal = trade.signal
        yield RestingEntry(
            signal_id=signal.id,
            instrument=signal.instrument,
            quantity=signal.direction * order.remaining_quantity,
            price=_entry_price(state, signal),
            protective_stop=_stop(state, signal),
        )


def _free_margin(
    state: EngineState, equity: Decimal | None, positions: tuple[OpenPosition, ...], resting: tuple[RestingEntry, ...]
) -> Decimal | None:
    exposures: list[OpenPosition | RestingEntry] = [*positions, *resting]
    locked = total(_locked(state, each) for each in exposures)
    return None if equity is None or locked is None else equity - locked


def _locked(state: EngineState, exposure: OpenPosition | RestingEntry) -> Decimal | None:
    terms, notional = state.rules.contracts.get(exposure.instrument), exposure.notional
    if terms is None or terms.initial_margin_fraction is None or notional is None:
        return None
    return notional * terms.initial_margin_fraction


# --- the day, the peak, the trading state ---


def opened(state: EngineState, at: int) -> EngineState:
    """The state in the trading day of `at`, opened at the equity there is before anything of it happens."""
    day = state.account.day
    if not watches(state.rules.limits):
        return state
    if day is not None and day.opening_equity is not None and at < day.start + DAY:
        return state
    begun = begin_day(portfolio_of(state, at), at, state.rules.limits)
    if begun.peak_equity is None:
        begun = replace(begun, peak_equity=begun.equity)
    return _with_standing(state, begun)


def watches(limits: RiskLimits) -> bool:
    """Whether any limit looks at what becomes of trading, beside those on entries."""
    return not (
        limits.warn_loss is None
        and limits.no_entries_loss is None
        and limits.flatten_loss is None
        and limits.max_drawdown is None
        and limits.loss_streak is None
    )


def observed(
    before: EngineState, after: EngineState, event: TradingEvent, commands: tuple[TradingCommand, ...]
) -> EngineState:
    """The state with its day, level, peak and trading state as they are after an event.

    The peak is taken at closes and fills, not at every price: what one price did to it would be lost in a restart.
    """
    if not watches(after.rules.limits) or _is_nothing(before, after, event):
        return after
    was = portfolio_of(after, event.time)
    portfolio = was
    if after.positions is not before.positions or after.account.cash != before.account.cash:
        portfolio = booked(portfolio, settled(after) - settled(before))
    for command in commands:
        if isinstance(command, TradeEnded):
            portfolio = after_round_trip(portfolio, command.net_pnl, event.time)
    portfolio = observe(portfolio, event.time, after.rules.limits)
    if isinstance(event, PriceSeen) and portfolio.status is was.status:
        portfolio = replace(portfolio, peak_equity=was.peak_equity)
    return _with_standing(after, portfolio)


def _is_nothing(before: EngineState, after: EngineState, event: TradingEvent) -> bool:
    """Whether an event can change neither equity nor state: a price of what is not held."""
    if not isinstance(event, PriceSeen) or after.account is not before.account:
        return False
    return not after.position(event.instrument).quantity


def settled(state: EngineState) -> Decimal:
    """Cash, and of positions what prices change no more: the result of what is closed, fees and funding."""
    return sum((each.realized_pnl - each.fees - each.funding for each in state.positions.values()), state.account.cash)


def _with_standing(state: EngineState, portfolio: Portfolio) -> EngineState:
    account = state.account
    standing = (portfolio.peak_equity, portfolio.day, portfolio.losses, portfolio.status)
    if all(a is b for a, b in zip(standing, _standing(account), strict=True)):
        return state
    peak, day, losses, status = standing
    return replace(state, account=replace(account, peak_equity=peak, day=day, losses=losses, status=status))


def _standing(account: Account) -> tuple[object, ...]:
    return account.peak_equity, account.day, account.losses, account.status
