"""Equity curves against empyrical, and where ours says something else, why."""

import math

import empyrical
import numpy as np
import pandas as pd
import pytest

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import DAY, HOUR
from edgeproof.core.performance.equity import (
    EquityCurve,
    at_ends_of_days,
    calmar,
    deepest_fall,
    drawdowns,
    growth_a_year,
    returns,
    sharpe,
    sortino,
)


def daily(seed: int, n: int = 200) -> FloatArray:
    """Daily returns as an account has them: fat tails, some days without a trade."""
    rng = np.random.default_rng(seed)
    drawn: FloatArray = np.where(rng.random(n) < 0.3, 0.0, 0.01 * rng.standard_t(4, n) + 0.001)
    return drawn


def curve(equity: list[float], step: int = DAY) -> EquityCurve:
    return EquityCurve(time=np.arange(len(equity)) * step, equity=np.array(equity))


@pytest.mark.parametrize("seed", range(8))
def test_ratios_of_daily_returns_are_those_of_empyrical(seed: int) -> None:
    r = daily(seed)
    series = pd.Series(r)
    assert sharpe(r) == pytest.approx(empyrical.sharpe_ratio(series, annualization=365), rel=1e-9)
    assert sortino(r) == pytest.approx(empyrical.sortino_ratio(series, annualization=365), rel=1e-9)
    assert growth_a_year(r) == pytest.approx(empyrical.annual_return(series, annualization=365), rel=1e-9)
    assert calmar(r) == pytest.approx(empyrical.calmar_ratio(series, annualization=365), rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_deepest_fall_is_that_of_empyrical(seed: int) -> None:
    equity = np.concatenate([[1.0], np.cumprod(1 + daily(seed))])
    assert deepest_fall(equity) == pytest.approx(-empyrical.max_drawdown(pd.Series(returns(equity))), rel=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_drawdowns_are_those_a_plain_loop_finds(seed: int) -> None:
    equity = [100.0 * each for each in np.cumprod(1 + daily(seed))]
    end = len(equity) * DAY
    peak, peak_at, deepest, longest = equity[0], 0, (0.0, 0, 0), 0
    for place, each in enumerate(equity):
        if each >= peak:
            if peak_at < place - 1 or equity[place - 1] < peak:
                longest = max(longest, (place - peak_at) * DAY)
            peak, peak_at = each, place
        deepest = max(deepest, ((peak - each) / peak, peak_at * DAY, place * DAY), key=lambda found: found[0])
    is_down = equity[-1] < peak
    longest = max(longest, end - peak_at * DAY) if is_down else longest
    found = drawdowns(curve(equity), end)
    assert (found.deepest, found.peak_at, found.trough_at) == pytest.approx(deepest)
    assert found.longest == longest
    assert found.current == pytest.approx((peak - equity[-1]) / peak)
    assert found.current_since == (peak_at * DAY if is_down else None)


def test_empyrical_finds_no_downside_infinite_where_ours_says_nothing() -> None:
    winners = pd.Series([0.01, 0.02, 0.01])
    assert empyrical.sortino_ratio(winners, annualization=365) == math.inf
    assert math.isnan(sortino(winners.to_numpy()))


def test_all_winning_days_have_a_sharpe_and_no_sortino_or_calmar() -> None:
    winners = np.array([0.01, 0.02, 0.01])
    assert sharpe(winners) > 0
    assert math.isnan(sortino(winners))
    assert math.isnan(calmar(winners))


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_days_have_no_ratio(n: int) -> None:
    few = np.full(n, -0.01)
    assert math.isnan(sharpe(few))
    assert math.isnan(sortino(few))


def test_days_without_variation_have_no_sharpe() -> None:
    assert math.isnan(sharpe(np.zeros(5)))


def test_equity_of_zero_has_no_returns_and_no_ratio() -> None:
    found = returns(np.array([100.0, 0.0, 50.0, 60.0]))
    assert found[0] == -1
    assert math.isnan(found[1])
    assert math.isnan(sharpe(found))
    assert math.isnan(sortino(found))
    assert math.isnan(growth_a_year(found))
    assert math.isnan(calmar(found))


def test_everything_lost_is_a_growth_of_minus_one() -> None:
    assert growth_a_year(np.array([0.1, -1.0])) == -1.0


def test_growth_beyond_any_number_is_none() -> None:
    assert math.isnan(growth_a_year(np.array([9.0])))


def test_no_equity_has_no_drawdown() -> None:
    found = drawdowns(curve([]), 0)
    assert math.isnan(found.deepest)
    assert math.isnan(found.current)
    assert (found.peak_at, found.trough_at, found.longest, found.current_since) == (None, None, 0, None)


def test_equity_that_only_rose_has_a_drawdown_of_nothing() -> None:
    found = drawdowns(curve([1.0, 2.0, 2.0, 3.0]), 10 * DAY)
    assert (found.deepest, found.current) == (0.0, 0.0)
    assert (found.peak_at, found.trough_at, found.longest, found.current_since) == (None, None, 0, None)


def test_drawdown_that_was_made_good_lasts_from_peak_to_peak() -> None:
    found = drawdowns(curve([100.0, 90.0, 95.0, 100.0, 110.0]), 4 * DAY)
    assert found.longest == 3 * DAY
    assert found.current_since is None


def test_day_that_has_not_ended_is_left_out() -> None:
    assert at_ends_of_days(curve([1.0, 2.0, 3.0], step=20 * HOUR)).tolist() == [1.0, 2.0]


def test_nothing_has_no_days() -> None:
    assert at_ends_of_days(curve([])).tolist() == []


def test_curve_refuses_what_is_no_curve() -> None:
    with pytest.raises(InputError, match="an equity for each of 1 times, found 2"):
        EquityCurve(time=np.array([1]), equity=np.array([1.0, 2.0]))
    with pytest.raises(InputError, match="goes back"):
        EquityCurve(time=np.array([2, 1]), equity=np.array([1.0, 2.0]))
    with pytest.raises(InputError, match="expected finite equities"):
        EquityCurve(time=np.array([1]), equity=np.array([math.nan]))
