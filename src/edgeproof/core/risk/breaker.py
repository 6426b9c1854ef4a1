"""What stops trading: the loss of the day, the fall from the peak, a row of losses. State in, state out.

For every event, in this order:

1. `begin_day` before it is applied: past the reset time a new day begins at the equity there is.
2. The engine applies it; what it realised is `booked`, a round trip that ended counted by `after_round_trip`.
3. `observe` once all of it is applied: the level of the day, the peak, and the trading state they lead to.

A level holds until the reset even if the loss is made good: what was lost once today is not won back today. While
equity or a mark is not known nothing trips, since closing on a fault in our data would sell at the worst time; new
entries are refused meanwhile (checks.py).
"""

from dataclasses import replace
from decimal import Decimal

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.portfolio import LossStreak, Portfolio, TradingDay
from edgeproof.core.model.time import DAY, HOUR
from edgeproof.core.model.trading import BreakerLevel, OrderPurpose, StateCause, TradingState
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.core.risk.trading_state import allows, lead


def day_start(at: int, reset_hour: int) -> int:
    """When the trading day that holds `at` began: the last time it was `reset_hour` o'clock UTC.

    >>> day_start(5 * HOUR, 0) // HOUR, day_start(DAY + 5 * HOUR, 6) // HOUR
    (0, 6)
    """
    shift = reset_hour * HOUR
    return (at - shift) // DAY * DAY + shift


def begin_day(portfolio: Portfolio, at: int, limits: RiskLimits) -> Portfolio:
    """The portfolio in the trading day of `at`: a new one past the reset time, else the same.

    A breaker's REDUCING ends with its day. Where equity or a mark is not known the day opens once they are.
    """
    start = day_start(at, limits.reset_hour)
    day, status = portfolio.day, portfolio.status
    if day is None or start > day.start:
        day = TradingDay(start=start, opening_equity=None, opening_unrealized=None)
        status = lead(status, StateCause.NEW_DAY, at)
    if day.opening_equity is None and portfolio.equity is not None and portfolio.unrealized_pnl is not None:
        day = replace(day, opening_equity=portfolio.equity, opening_unrealized=portfolio.unrealized_pnl)
    return portfolio if day is portfolio.day else replace(portfolio, day=day, status=status)


def booked(portfolio: Portfolio, amount: Decimal) -> Portfolio:
    """The portfolio after `amount` was realised: the result of an exit, a fee or funding (negative where paid)."""
    if portfolio.day is None:
        raise InputError("expected a trading day to book a result in, found none; call begin_day first")
    return replace(portfolio, day=replace(portfolio.day, realized=portfolio.day.realized + amount))


def after_round_trip(portfolio: Portfolio, pnl: Decimal, at: int) -> Portfolio:
    """The portfolio after a round trip ended with `pnl`, costs included: a loss lengthens the streak, a win ends it."""
    if pnl == 0:
        return portfolio
    losses = LossStreak() if pnl > 0 else LossStreak(length=portfolio.losses.length + 1, last_at=at)
    return replace(portfolio, losses=losses)


def observe(portfolio: Portfolio, at: int, limits: RiskLimits) -> Portfolio:
    """The portfolio with its day, level, peak and trading state as they are after all that happened until `at`.

    The very same one where nothing of it changes, which is so at most prices.
    """
    portfolio = begin_day(portfolio, at, limits)
    day, peak, status = _day_at_its_level(portfolio, limits), _peak(portfolio), portfolio.status
    if day is not None and day.level >= BreakerLevel.NO_NEW_ENTRIES:
        status = lead(status, StateCause.DAILY_LOSS, at)
    fall = drawdown(portfolio)
    if limits.max_drawdown is not None and fall is not None and fall >= limits.max_drawdown:
        status = lead(status, StateCause.DRAWDOWN, at)
    if day is portfolio.day and peak is portfolio.peak_equity and status is portfolio.status:
        return portfolio
    return replace(portfolio, day=day, peak_equity=peak, status=status)


def _peak(portfolio: Portfolio) -> Decimal | None:
    peak, equity = portfolio.peak_equity, portfolio.equity
    return equity if equity is not None and (peak is None or equity > peak) else peak


def _day_at_its_level(portfolio: Portfolio, limits: RiskLimits) -> TradingDay | None:
    day, loss = portfolio.day, day_loss(portfolio)
    if day is None or loss is None:
        return day
    reached = level_of(loss, limits)
    return replace(day, level=reached) if reached > day.level else day


def level(portfolio: Portfolio) -> BreakerLevel:
    """The worst level of the day so far."""
    return BreakerLevel.NORMAL if portfolio.day is None else portfolio.day.level


def level_of(loss: Decimal, limits: RiskLimits) -> BreakerLevel:
    """The level of a loss of the day, a fraction of its opening equity: the highest one it has reached.

    >>> level_of(Decimal("0.0299"), RiskLimits()).word, level_of(Decimal("0.03"), RiskLimits()).word
    ('no_new_entries', 'flatten')
    """
    for reached, limit in (
        (BreakerLevel.FLATTEN, limits.flatten_loss),
        (BreakerLevel.NO_NEW_ENTRIES, limits.no_entries_loss),
        (BreakerLevel.WARN, limits.warn_loss),
    ):
        if limit is not None and loss >= limit:
            return reached
    return BreakerLevel.NORMAL


def day_loss(portfolio: Portfolio) -> Decimal | None:
    """The loss of the day, realised and open, over its opening equity; negative for a gain, None while not known."""
    pnl, day = portfolio.day_pnl, portfolio.day
    if pnl is None or day is None or day.opening_equity is None or day.opening_equity <= 0:
        return None
    return -pnl / day.opening_equity


def drawdown(portfolio: Portfolio) -> Decimal | None:
    """The fall of equity from its peak, over the peak; None while not known.

    By hand: from 12,000 to 10,200 is 1,800 / 12,000.

    >>> drawdown(Portfolio(equity=Decimal(10_200), peak_equity=Decimal(12_000)))
    Decimal('0.15')
    """
    if portfolio.equity is None or portfolio.peak_equity is None or portfolio.peak_equity <= 0:
        return None
    return (portfolio.peak_equity - portfolio.equity) / portfolio.peak_equity


def must_flatten(portfolio: Portfolio) -> bool:
    """Whether every position is to be closed now: the level says so and the trading state allows it."""
    return level(portfolio) == BreakerLevel.FLATTEN and allows(portfolio.status.state, OrderPurpose.FLATTEN)


def cooldown_end(losses: LossStreak, limits: RiskLimits) -> int | None:
    """When entries may go on after a row of losses; None where there is no row that long.

    Each loss after it begins the cooldown anew, until a win.

    >>> limits = RiskLimits(loss_streak=3, cooldown=500)
    >>> cooldown_end(LossStreak(length=3, last_at=1_000), limits), cooldown_end(LossStreak(), limits)
    (1500, None)
    """
    if limits.loss_streak is None or losses.last_at is None or losses.length < limits.loss_streak:
        return None
    return losses.last_at + limits.cooldown


def led(portfolio: Portfolio, cause: StateCause, at: int, *, by: str = "", why: str = "") -> Portfolio:
    """The portfolio after something led the trading state elsewhere, as a rule a person (who has to say who).

    Where a drawdown had halted, the peak begins anew at the equity there is: who resumes accepts the loss, and the next
    fall is measured from there.
    """
    before, after = portfolio.status, lead(portfolio.status, cause, at, by=by, why=why)
    accepted = before.state == TradingState.HALTED != after.state and before.cause == StateCause.DRAWDOWN
    peak = portfolio.equity if accepted else portfolio.peak_equity
    return replace(portfolio, status=after, peak_equity=peak)
