"""Statistics of round trips, by hand and against SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from edgeproof.core.model.round_trip import ExitReason, RoundTrips, StopKind
from edgeproof.core.performance.metrics import sharpe_of_days, statistics, wilson_interval

MINUTE = 60_000
DAY = 1440 * MINUTE


def round_trips(*trades: tuple[float, ExitReason, int, int]) -> RoundTrips:
    """Trades of (r_multiple, reason, entry minute, exit minute) with R = 10, fees 1, slippage 0.5, funding -0.25."""
    n = len(trades)
    r = np.array([trade[0] for trade in trades], dtype=float)
    entry = np.array([trade[2] for trade in trades], dtype=np.int64) * MINUTE
    return RoundTrips(
        signal_time=entry,
        entry_time=entry,
        entry_price=np.full(n, 100.0),
        reference_price=np.full(n, 100.0),
        stop_loss=np.full(n, 90.0),
        targets=np.full((n, 1), 120.0),
        risk_reward=np.full(n, 2.0),
        exit_time=np.array([trade[3] for trade in trades], dtype=np.int64) * MINUTE,
        exit_price=100.0 + 10 * r,
        exit_reason=np.array([trade[1] for trade in trades], dtype=np.int8),
        stop_kind=np.full(n, StopKind.INITIAL, dtype=np.int8),
        fees=np.full(n, 1.0),
        slippage=np.full(n, 0.5),
        funding=np.full(n, -0.25),
        pnl=10 * r,
        r_multiple=r,
        mae_r=np.full(n, 0.4),
        mfe_r=np.full(n, 1.5),
        ambiguous=np.arange(n) == 0,
        risk=np.full(n, 10.0),
        r_best=r + (np.arange(n) == 0),
        funding_incomplete=np.arange(n) == 1,
    )


STOP, TARGET, END = ExitReason.STOP, ExitReason.TARGET, ExitReason.END_OF_DATA


def test_statistics_four_trades_equal_the_sums_by_hand() -> None:
    found = statistics(
        round_trips((-1.0, STOP, 0, 10), (2.0, TARGET, 20, 50), (2.0, TARGET, 60, 62), (-1.5, STOP, 70, 90))
    )

    assert found.n == 4
    assert found.win_rate == 0.5
    assert found.profit_factor == pytest.approx(4 / 2.5)
    assert found.expectancy_r == pytest.approx(0.375)
    assert found.expectancy_r_best == pytest.approx(0.625)
    assert (found.mean_win_r, found.mean_loss_r) == (2.0, -1.25)
    assert found.max_drawdown_r == 1.5
    assert (found.fees_r, found.slippage_r, found.funding_r) == (0.1, 0.05, -0.025)
    assert found.cost_r == pytest.approx(0.125)
    assert found.break_even_win_rate == pytest.approx(1.125 / 3)
    assert found.median_hold == 15 * MINUTE
    assert found.mae_r == pytest.approx(0.4)
    assert (found.mfe_r, found.ambiguous_share) == (1.5, 0.25)
    assert found.funding_incomplete == 1
    assert found.exits == {
        ExitReason.STOP: 2,
        ExitReason.TARGET: 2,
        ExitReason.TIME_STOP: 0,
        ExitReason.EXIT_CONDITION: 0,
    }


def test_statistics_trade_open_at_the_end_counts_nowhere_but_in_end_of_data() -> None:
    closed = statistics(round_trips((-1.0, STOP, 0, 10), (2.0, TARGET, 20, 50)))
    with_open = statistics(round_trips((-1.0, STOP, 0, 10), (2.0, TARGET, 20, 50), (9.0, END, 60, 99)))

    assert with_open.end_of_data == 1
    assert with_open.n == closed.n == 2
    assert with_open.expectancy_r == closed.expectancy_r
    assert with_open.exits == closed.exits


@pytest.mark.parametrize("trades", [(), ((3.0, END, 0, 1),)])
def test_statistics_nothing_closed_has_no_figures_and_no_warning(
    trades: tuple[tuple[float, ExitReason, int, int], ...],
) -> None:
    found = statistics(round_trips(*trades))

    assert found.n == 0
    assert all(
        math.isnan(figure)
        for figure in (found.win_rate, found.win_rate_low, found.profit_factor, found.expectancy_r, found.sharpe)
    )
    assert math.isnan(found.median_hold)
    assert sum(found.exits.values()) == 0


def test_statistics_a_trade_that_earned_nothing_is_no_win() -> None:
    assert statistics(round_trips((0.0, TARGET, 0, 1))).win_rate == 0.0


@given(st.integers(0, 400), st.integers(1, 400))
def test_wilson_interval_any_rate_equals_scipy(successes: int, n: int) -> None:
    successes = min(successes, n)
    expected = binomtest(successes, n).proportion_ci(confidence_level=0.95, method="wilson")

    assert wilson_interval(successes, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_sharpe_days_without_an_exit_count_as_zero() -> None:
    exits = np.array([0, 3 * DAY], dtype=np.int64)
    days = np.array([1.0, 0.0, 0.0, 2.0])

    expected = days.mean() / days.std(ddof=1) * math.sqrt(365)
    assert sharpe_of_days(exits, np.array([1.0, 2.0])) == pytest.approx(expected)


def test_sharpe_one_day_or_no_variation_does_not_exist() -> None:
    assert math.isnan(sharpe_of_days(np.array([5, 6]), np.array([1.0, 2.0])))
    assert math.isnan(sharpe_of_days(np.array([0, DAY]), np.array([1.0, 1.0])))
