"""May this entry be made, and how large? Every rule with its value and limit, and one outcome.

1. Rules that need no size, in the order in which they decide (`_before_the_size`): state, what is known, drift, the
   breakers, the positions there are, correlation, Kelly. All of them are listed, whatever decides.
2. The fraction to risk: the fixed one, at most Kelly's where that is on, times the weight of the signal, halved beside
   a correlated position.
3. The size (sizing.py) within the rooms that the limits leave (rooms.py), the cap that binds named.

Fail closed: what is not known never holds, unless its limit is off. The outcome is a value, never an exception.
"""

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from edgeproof.core.model.entry import HEAVIEST, EntryMarket, EntryRequest
from edgeproof.core.model.portfolio import OpenPosition, Portfolio, RestingEntry
from edgeproof.core.model.signal import Check
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.core.model.trading import BreakerLevel, TradingState
from edgeproof.core.risk.breaker import cooldown_end, day_loss, drawdown, level
from edgeproof.core.risk.correlation import worst_correlation
from edgeproof.core.risk.kelly import kelly_risk_fraction
from edgeproof.core.risk.limits import MAX_RISK_FRACTION, RiskLimits
from edgeproof.core.risk.rooms import Room, caps, rooms
from edgeproof.core.risk.sizing import Sizing, size


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """The entry may be made, with this size. Every one of `checks` holds."""

    sizing: Sizing
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """The entry may not be made. `rule`, `value` and `limit` are those of the first of `checks` that does not hold."""

    rule: str
    value: float | str | None
    limit: float | str | None
    checks: tuple[Check, ...]


Outcome = Sized | Denied


def check_entry(request: EntryRequest, portfolio: Portfolio, market: EntryMarket, limits: RiskLimits) -> Outcome:
    """Whether an entry may be made and how large, with every rule it was held against."""
    asked = _before_the_size(request, portfolio, market, limits)
    equity, terms = portfolio.equity, market.terms
    if equity is None or terms is None or not all(check.holds for check in asked):
        return _denied(asked)
    room = rooms(request, portfolio, market, limits)
    is_halved = _is_halved(request, portfolio, market, limits)
    sizing = size(
        equity,
        _risk_fraction(request, limits, is_halved=is_halved),
        entry=request.entry,
        stop=request.stop,
        lot_size=terms.lot_size,
        caps=tuple(caps(room)),
    )
    sizing = replace(sizing, is_halved=is_halved, weight=request.weight.weight)
    checks = (*asked, *_of_the_size(sizing, room), *_share(sizing, limits))
    if not all(check.holds for check in checks):
        return _denied(checks)
    return Sized(sizing=sizing, checks=checks)


def check_stop_move(direction: int, current: Decimal | None, proposed: Decimal) -> Check:
    """A stop is never moved away: for a long position not down, for a short one not up. A missing one may be placed.

    >>> check_stop_move(1, Decimal(95), Decimal(97)).holds, check_stop_move(1, Decimal(95), Decimal(94)).holds
    (True, False)
    """
    holds = proposed.is_finite() and (current is None or direction * (proposed - current) >= 0)
    return Check(rule="stop_moved_away", value=float(proposed), limit=_float(current), holds=holds)


def _denied(checks: tuple[Check, ...]) -> Denied:
    first = next(check for check in checks if not check.holds)
    return Denied(rule=first.rule, value=first.value, limit=first.limit, checks=checks)


def _before_the_size(
    request: EntryRequest, portfolio: Portfolio, market: EntryMarket, limits: RiskLimits
) -> tuple[Check, ...]:
    return (
        _equity(portfolio),
        *_breakers(portfolio, limits),  # before the state they lead to: they say why
        _state(portfolio),
        _listed(market),
        _whitelisted(request, limits),
        *_drift(request),
        _price_age(market, limits),
        _levels(request),
        _cooldown(portfolio, market, limits),
        _orders(portfolio, limits),
        *_positions(request, portfolio, limits),
        _correlated(request, portfolio, market, limits),
        *_kelly(request, limits),
    )


def _of_the_size(sizing: Sizing, room: tuple[Room, ...]) -> tuple[Check, ...]:
    # Where not one lot fits, each limit is held against one: the one that binds does not hold.
    units = sizing.units or sizing.lot_size
    lot = Check(
        rule="lot_size",
        value=float(sizing.asked),
        limit=float(sizing.lot_size),
        holds=sizing.units > 0 or (sizing.cap != "" and sizing.asked >= sizing.lot_size),
    )
    return (lot, *(each.check(units) for each in room))


def _share(sizing: Sizing, limits: RiskLimits) -> tuple[Check, ...]:
    """What limits leave of a size must be worth a trade: a crumb takes the place of a whole one, and its costs."""
    least = limits.min_size_share
    if least is None or not sizing.units:
        return ()
    share = sizing.units / sizing.asked
    # Rounding to lots cuts nothing.
    holds = share >= least or sizing.asked - sizing.units < sizing.lot_size
    return (Check(rule="size_share", value=float(share), limit=float(least), holds=holds),)


def _most(rule: str, value: float | None, limit: float | None) -> Check:
    # NaN is within no limit.
    known = None if value is None or math.isnan(value) else value
    return Check(rule=rule, value=known, limit=limit, holds=limit is None or (known is not None and known <= limit))


def _less(rule: str, value: Decimal | None, limit: Decimal | None) -> Check:
    # At the limit is over: a breaker of 3 % trips at 3 %.
    holds = limit is None or (value is not None and value < limit)
    return Check(rule=rule, value=_float(value), limit=_float(limit), holds=holds)


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _state(portfolio: Portfolio) -> Check:
    state = portfolio.status.state
    return Check(
        rule="trading_state", value=state.value, limit=TradingState.ACTIVE.value, holds=state == TradingState.ACTIVE
    )


def _equity(portfolio: Portfolio) -> Check:
    equity = portfolio.equity
    return Check(rule="equity", value=_float(equity), limit="above 0", holds=equity is not None and equity > 0)


def _listed(market: EntryMarket) -> Check:
    if market.terms is None:
        return Check(rule="instrument", value=None, limit="tradeable", holds=False)
    is_tradeable = market.terms.is_tradeable
    value = "tradeable" if is_tradeable else "not tradeable"
    return Check(rule="instrument", value=value, limit="tradeable", holds=is_tradeable)


def _whitelisted(request: EntryRequest, limits: RiskLimits) -> Check:
    listed = limits.whitelist
    return Check(
        rule="whitelist",
        value=request.instrument.unified,
        limit=None if listed is None else ", ".join(sorted(each.unified for each in listed)),
        holds=listed is None or request.instrument in listed,
    )


def _price_age(market: EntryMarket, limits: RiskLimits) -> Check:
    # A price from the future is as wrong as a stale one: a clock is off.
    age = None if market.price_at is None else abs(market.now - market.price_at) / SECOND
    return _most("price_age_seconds", age, None if limits.max_price_age is None else limits.max_price_age / SECOND)


def _levels(request: EntryRequest) -> Check:
    entry, stop = request.entry, request.stop
    are_prices = entry.is_finite() and stop.is_finite() and min(entry, stop) > 0
    holds = are_prices and request.direction in {1, -1} and request.direction * (entry - stop) > 0
    return Check(rule="levels", value="sound" if holds else f"stop {stop} for {entry}", limit="sound", holds=holds)


def _breakers(portfolio: Portfolio, limits: RiskLimits) -> tuple[Check, ...]:
    reached = level(portfolio)
    stops_entries = limits.no_entries_loss if limits.no_entries_loss is not None else limits.flatten_loss
    return (
        _less("daily_loss", day_loss(portfolio), stops_entries),
        Check(
            rule="breaker_level",
            value=reached.word,
            limit=BreakerLevel.WARN.word,
            holds=reached <= BreakerLevel.WARN or stops_entries is None,
        ),
        _less("drawdown", drawdown(portfolio), limits.max_drawdown),
    )


def _cooldown(portfolio: Portfolio, market: EntryMarket, limits: RiskLimits) -> Check:
    end = cooldown_end(portfolio.losses, limits)
    left = 0.0 if end is None else max(0, end - market.now) / MINUTE
    return _most("cooldown_minutes", left, None if limits.loss_streak is None else 0.0)


def _orders(portfolio: Portfolio, limits: RiskLimits) -> Check:
    sent = portfolio.orders_last_minute
    return _most("orders_a_minute", None if sent is None else sent + 1, limits.max_orders_a_minute)


def _positions(request: EntryRequest, portfolio: Portfolio, limits: RiskLimits) -> tuple[Check, ...]:
    own = [each for each in portfolio.exposures if each.instrument == request.instrument]
    against = any(each.direction == -request.direction for each in own)
    sharing = {signal for each in own for signal in _signals(each)} | {request.signal_id}
    held = portfolio.instruments | {request.instrument}
    return (
        Check(
            rule="net_position",
            value="against" if against else "along" if own else "none",
            limit=None if limits.may_oppose else "not against",
            holds=limits.may_oppose or not against,
        ),
        _most("signals_per_position", len(sharing), limits.max_signals_per_position),
        _most("open_positions", len(held), limits.max_positions),
    )


def _signals(exposure: OpenPosition | RestingEntry) -> set[str]:
    if isinstance(exposure, OpenPosition):
        return {part.signal_id for part in exposure.parts}
    return {exposure.signal_id}


def _correlated(request: EntryRequest, portfolio: Portfolio, market: EntryMarket, limits: RiskLimits) -> Check:
    # Where it may only be halved, an unknown correlation is refused all the same: it might have to be.
    limit = limits.max_correlation
    if limit is None and limits.halve_correlation is not None:
        limit = 1.0
    return _most("correlation", worst_correlation(request, portfolio, market), limit)


def _is_halved(request: EntryRequest, portfolio: Portfolio, market: EntryMarket, limits: RiskLimits) -> bool:
    threshold = limits.halve_correlation
    return threshold is not None and worst_correlation(request, portfolio, market) > threshold


def _kelly(request: EntryRequest, limits: RiskLimits) -> tuple[Check, ...]:
    if limits.kelly_multiplier is None:
        return ()
    risked = None if request.record is None else _kelly_risk(request, limits)
    return (Check(rule="kelly", value=_float(risked), limit="above 0", holds=risked is not None and risked > 0),)


def _kelly_risk(request: EntryRequest, limits: RiskLimits) -> Decimal:
    if request.record is None or limits.kelly_multiplier is None:
        return limits.risk_fraction
    return kelly_risk_fraction(request.record, limits.kelly_multiplier, limits.risk_fraction)


def _drift(request: EntryRequest) -> tuple[Check, ...]:
    weighed = request.weight
    if not weighed.stage:
        return ()
    return (
        Check(rule="drift", value=weighed.value, limit=weighed.limit, holds=weighed.weight > 0),
        Check(rule="weight", value=float(weighed.weight), limit=float(HEAVIEST), holds=True),
    )


def _risk_fraction(request: EntryRequest, limits: RiskLimits, *, is_halved: bool) -> Decimal:
    # A weight above 1 does not lead beyond what a risk fraction may be at all.
    risked = min(_kelly_risk(request, limits) * request.weight.weight, MAX_RISK_FRACTION)
    return risked / 2 if is_halved else risked
