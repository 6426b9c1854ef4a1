"""Days a trader can read: what was realised and what is open, hour by hour, and what the breakers make of it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from edgeproof.core.model.errors import InputError
from edgeproof.core.model.portfolio import LossStreak, Portfolio
from edgeproof.core.model.time import DAY, HOUR
from edgeproof.core.model.trading import BreakerLevel, StateCause, TradingState, TradingStatus
from edgeproof.core.risk.breaker import (
    after_round_trip,
    begin_day,
    booked,
    cooldown_end,
    day_loss,
    day_start,
    drawdown,
    led,
    level,
    must_flatten,
    observe,
)
from edgeproof.core.risk.limits import RiskLimits
from tests.support.risk import BTC, MIDNIGHT, NOON, account, dec, held

LIMITS = RiskLimits()

# A day that opened at 10,000, in rows of (hour, realised so far, open now): level and state
DAYS: dict[str, list[tuple[tuple[int, float, float], str]]] = {
    "a quiet day": [((1, 0, 0), "normal active"), ((9, 50, -60), "normal active")],
    "open losses count: 3 % of the opening equity without one exit": [
        ((1, 0, -149), "normal active"),
        ((2, 0, -150), "warn active"),
        ((3, 0, -250), "no_new_entries reducing"),
        ((4, 0, -299.99), "no_new_entries reducing"),
        ((5, 0, -300), "flatten reducing"),
    ],
    "realised and open together": [((1, -200, -99), "no_new_entries reducing"), ((2, -200, -100), "flatten reducing")],
    "open gains make up for realised losses": [((1, -290, 200), "normal active")],
    "realised gains make up for open losses": [((1, 290, -400), "normal active")],
    "a level holds though the loss is made good": [
        ((1, 0, -250), "no_new_entries reducing"),
        ((2, 0, 500), "no_new_entries reducing"),
    ],
    "the reset lifts it": [((1, 0, -300), "flatten reducing"), ((24, 0, -300), "normal active")],
    "the next day counts from where it began": [
        ((23, 0, -290), "no_new_entries reducing"),
        ((24, 0, -290), "normal active"),
        ((25, 0, -580), "no_new_entries reducing"),
        ((26, 0, -582), "flatten reducing"),
    ],
    "a gap through every level": [((1, 0, 0), "normal active"), ((2, 0, -900), "flatten reducing")],
    "fifteen per cent halt": [((1, 0, -1_500), "flatten halted"), ((30, 0, 0), "normal halted")],
}


@pytest.mark.parametrize("caption", DAYS)
def test_breaker_of_a_day_is_at_the_level_in_the_table(caption: str) -> None:
    portfolio = observe(_trading(0, 0), MIDNIGHT, LIMITS)
    for (hour, realized, unrealized), expected in DAYS[caption]:
        at = MIDNIGHT + hour * HOUR
        portfolio = _moved(begin_day(portfolio, at, LIMITS), realized, unrealized)
        portfolio = observe(portfolio, at, LIMITS)
        assert f"{level(portfolio).word} {portfolio.status.state}" == expected, f"hour {hour}"


def _trading(realized: float, unrealized: float) -> Portfolio:
    position = held(BTC, 1, 45_000, 44_000, mark=45_000 + unrealized)
    return Portfolio(equity=dec(10_000 + realized + unrealized), positions=(position,))


def _moved(before: Portfolio, realized: float, unrealized: float) -> Portfolio:
    now = _trading(realized, unrealized)
    moved = replace(before, equity=now.equity, positions=now.positions)
    assert before.equity is not None
    assert before.unrealized_pnl is not None
    since = dec(realized) - (before.equity - before.unrealized_pnl - 10_000)
    return booked(moved, since)


def test_flattening_is_asked_for_at_the_last_level_only() -> None:
    asked = [must_flatten(observe(_moved(_opened(), 0, loss), NOON, LIMITS)) for loss in (-299, -300)]
    assert asked == [False, True]


def _opened() -> Portfolio:
    return observe(_trading(0, 0), MIDNIGHT, LIMITS)


def test_flattening_is_not_asked_for_while_halted() -> None:
    halted = led(_opened(), StateCause.PERSON_HALTS, NOON, by="Ada")
    after = observe(_moved(halted, 0, -300), NOON, LIMITS)
    assert level(after) == BreakerLevel.FLATTEN
    assert not must_flatten(after)


def test_day_without_levels_has_none() -> None:
    limits = RiskLimits(warn_loss=None, no_entries_loss=None, flatten_loss=None, max_drawdown=None)
    after = observe(_moved(_opened(), 0, -5_000), NOON, limits)
    assert (level(after), after.status.state) == (BreakerLevel.NORMAL, TradingState.ACTIVE)


@pytest.mark.parametrize(("hour", "began"), [(0, 0), (23, 0), (24, 24), (30, 24)])
def test_day_begins_at_midnight_by_default(hour: int, began: int) -> None:
    assert day_start(MIDNIGHT + hour * HOUR, 0) == MIDNIGHT + began * HOUR


@pytest.mark.parametrize(("hour", "began"), [(0, -2), (21, -2), (22, 22), (45, 22), (46, 46)])
def test_day_begins_at_the_stated_hour(hour: int, began: int) -> None:
    assert day_start(MIDNIGHT + hour * HOUR, 22) == MIDNIGHT + began * HOUR


def test_loss_of_a_day_is_measured_from_its_first_known_equity() -> None:
    unknown = observe(replace(_opened(), day=None, equity=None), NOON, LIMITS)
    assert day_loss(unknown) is None
    known = observe(_moved(replace(unknown, equity=dec(10_000)), 0, 0), NOON + 1, LIMITS)
    assert day_loss(known) == 0
    assert day_loss(_moved(known, 0, -100)) == dec("0.01")


def test_loss_of_a_day_while_a_mark_is_missing_is_not_known_and_trips_nothing() -> None:
    blind = replace(_opened(), positions=(held(BTC, 1, 45_000, 44_000, mark=-1),), equity=None)
    after = observe(blind, NOON, LIMITS)
    assert day_loss(after) is None
    assert drawdown(after) is None
    assert (level(after), after.status.state) == (BreakerLevel.NORMAL, TradingState.ACTIVE)


def test_loss_of_a_day_that_began_with_nothing_is_not_known() -> None:
    assert day_loss(account(equity=0, opening=0)) is None
    assert day_loss(Portfolio(equity=dec(1))) is None


def test_drawdown_without_a_peak_is_not_known() -> None:
    assert drawdown(Portfolio(equity=dec(1))) is None
    assert drawdown(Portfolio(equity=dec(1), peak_equity=Decimal(0))) is None


def test_level_before_any_day_is_normal() -> None:
    assert level(Portfolio(equity=dec(1))) == BreakerLevel.NORMAL


def test_observing_what_changes_nothing_gives_the_same_portfolio() -> None:
    before = _opened()
    assert observe(before, NOON, LIMITS) is before


def test_deposit_does_not_hide_a_loss() -> None:
    after = _moved(_opened(), 0, -300)
    paid_in = replace(after, equity=dec(100_000))
    assert level(observe(paid_in, NOON, LIMITS)) == BreakerLevel.FLATTEN


def test_booking_before_a_day_has_begun_is_refused() -> None:
    with pytest.raises(InputError, match="call begin_day first"):
        booked(Portfolio(equity=dec(1)), dec(1))


def test_drawdown_is_from_the_highest_equity_there_was() -> None:
    risen = observe(_moved(_opened(), 2_000, 0), NOON, LIMITS)
    tomorrow = begin_day(risen, NOON + DAY, LIMITS)
    fallen = observe(_moved(tomorrow, 200, 0), NOON + DAY, LIMITS)
    assert drawdown(fallen) == dec("0.15")
    assert fallen.status.state == TradingState.HALTED
    assert fallen.status.cause == StateCause.DRAWDOWN


def test_resuming_after_a_drawdown_measures_the_next_one_from_there() -> None:
    halted = observe(_moved(_opened(), -1_500, 0), NOON, LIMITS)
    resumed = led(halted, StateCause.PERSON_RESUMES, NOON + DAY, by="Ada", why="seen")
    again = observe(resumed, NOON + DAY, LIMITS)
    assert (again.peak_equity, again.status.state) == (dec(8_500), TradingState.ACTIVE)


def test_resuming_the_same_day_leaves_the_loss_of_the_day_in_force() -> None:
    halted = observe(_moved(_opened(), -1_500, 0), NOON, LIMITS)
    resumed = observe(led(halted, StateCause.PERSON_RESUMES, NOON, by="Ada"), NOON, LIMITS)
    assert (resumed.status.state, resumed.status.cause) == (TradingState.REDUCING, StateCause.DAILY_LOSS)


def test_halting_and_resuming_by_hand_does_not_forget_the_peak() -> None:
    fallen = observe(_moved(_opened(), -100, 0), NOON, LIMITS)
    halted = led(fallen, StateCause.PERSON_HALTS, NOON, by="Ada")
    assert led(halted, StateCause.PERSON_RESUMES, NOON, by="Ada").peak_equity == dec(10_000)


# Round trips in order, in USD: losses in a row after them
STREAKS: dict[str, tuple[list[float], int]] = {
    "nothing yet": ([], 0),
    "two losses": ([-10, -20], 2),
    "a win ends the row": ([-10, -20, 5], 0),
    "a loss after a win begins anew": ([-10, -20, 5, -1], 1),
    "one that ends at nothing changes nothing": ([-10, 0, -20], 2),
}


@pytest.mark.parametrize("caption", STREAKS)
def test_streak_of_losses_is_the_one_in_the_table(caption: str) -> None:
    results, length = STREAKS[caption]
    portfolio = account()
    for minute, result in enumerate(results):
        portfolio = after_round_trip(portfolio, dec(result), minute)
    assert portfolio.losses.length == length


# Losses in a row, and how long entries wait after the last
COOLDOWNS = [(0, None), (2, None), (3, 4 * HOUR), (4, 4 * HOUR)]


@pytest.mark.parametrize(("length", "waits"), COOLDOWNS)
def test_cooldown_after_losses_in_a_row_is_the_one_in_the_table(length: int, waits: int | None) -> None:
    losses = LossStreak(length=length, last_at=NOON if length else None)
    assert cooldown_end(losses, LIMITS) == (None if waits is None else NOON + waits)


def test_cooldown_that_is_off_never_waits() -> None:
    assert cooldown_end(LossStreak(length=9, last_at=NOON), RiskLimits(loss_streak=None)) is None


def test_status_of_a_portfolio_is_active_until_something_happens() -> None:
    assert Portfolio(equity=None).status == TradingStatus()
