"""The figures of live trades, by hand and where there is little to make them of."""

import math
from decimal import Decimal

import numpy as np
import pytest

from edgeproof.core.model.time import HOUR
from edgeproof.core.performance.breakdown import breakdown
from edgeproof.core.performance.live import (
    by_day,
    by_hour,
    by_hypothesis,
    by_instrument,
    by_regime,
    exposure,
    figures,
    grouped,
    streaks,
)
from tests.support.live_trades import live_trade, live_trades_of
from tests.support.sessions import BITCOIN, ETHER


def test_figures_of_three_trades_are_those_worked_out_by_hand() -> None:
    found = figures(live_trades_of(["200", "-100", "50"]))
    assert (found.n, found.n_wins) == (3, 2)
    assert found.win_rate == pytest.approx(2 / 3)
    assert found.profit_factor == pytest.approx(2.5)
    assert found.profit_factor_r == pytest.approx(2.5)
    assert found.expectancy == pytest.approx(50)
    assert (found.expectancy_r, found.total_r) == pytest.approx((0.5, 1.5))
    assert (found.mean_win_r, found.mean_loss_r) == pytest.approx((1.25, -1.0))
    assert found.net_pnl == 150
    assert found.gross_pnl == 150 + 6 + 3
    assert found.fees == 6
    assert found.funding == 3
    assert found.turnover == 60_000
    assert (found.slippage_bps, found.assumed_bps) == pytest.approx((1.0, 1.5))


def test_money_adds_up_exactly() -> None:
    found = figures(live_trades_of(["0.1"] * 3))
    assert found.net_pnl == Decimal("0.3")
    assert found.gross_pnl - found.fees - found.funding == found.net_pnl


def test_no_trades_have_counts_and_sums_of_nothing_and_no_rates() -> None:
    found = figures([])
    assert (found.n, found.total_r) == (0, 0.0)
    assert found.net_pnl == 0
    for each in ("win_rate", "win_rate_low", "profit_factor", "expectancy", "expectancy_r", "slippage_bps"):
        assert math.isnan(getattr(found, each)), each


def test_one_trade_has_an_interval_that_says_how_little_it_says() -> None:
    found = figures(live_trades_of(["10"]))
    assert found.win_rate == 1.0
    assert found.win_rate_low == pytest.approx(0.2065, abs=1e-4)
    assert found.win_rate_high == 1.0


def test_all_winners_have_an_infinite_profit_factor_and_no_mean_loss() -> None:
    found = figures(live_trades_of(["10", "20"]))
    assert math.isinf(found.profit_factor)
    assert math.isnan(found.mean_loss_r)


def test_trade_without_risk_counts_in_money_alone() -> None:
    found = figures([live_trade(0, "100"), live_trade(1, "50", risk=Decimal(0))])
    assert (found.n, found.n_wins, found.without_risk) == (2, 2, 1)
    assert found.net_pnl == 150
    assert (found.expectancy_r, found.total_r) == (1.0, 1.0)


def test_trade_whose_funding_is_not_all_known_is_counted() -> None:
    found = figures([live_trade(0, "100"), live_trade(1, "50", is_funding_complete=False)])
    assert found.funding_incomplete == 1


def test_groups_are_those_of_their_labels() -> None:
    trades = [
        live_trade(1, "100", hypothesis="B"),
        live_trade(2, "-50", instrument=ETHER),
        live_trade(26, "30", regime=""),
    ]
    assert [(name, each.n) for name, each in grouped(trades, by_hypothesis)] == [("A", 2), ("B", 1)]
    assert [name for name, _ in grouped(trades, by_instrument)] == [BITCOIN.unified, ETHER.unified]
    assert [(name, each.n) for name, each in grouped(trades, by_day)] == [("2026-02-03", 2), ("2026-02-04", 1)]
    assert [(name, each.n) for name, each in grouped(trades, by_hour)] == [(1, 1), (2, 2)]
    assert [(name, each.n) for name, each in grouped(trades, by_regime)] == [("none", 1), ("ranging", 2)]
    assert grouped([], by_hour) == ()


def test_groups_agree_with_the_breakdown_of_the_backtest() -> None:
    results = np.random.default_rng(7).normal(10, 100, 60).round(2)
    trades = live_trades_of([str(each) for each in results])
    expected = dict(breakdown(np.array([each.r for each in trades]), np.array([by_hour(each) for each in trades])))
    for label, found in grouped(trades, by_hour):
        reference = expected[label]
        assert (found.n, found.win_rate, found.win_rate_low) == (
            reference.n,
            reference.win_rate,
            reference.win_rate_low,
        )
        assert (found.expectancy_r, found.total_r, found.profit_factor_r) == pytest.approx(
            (reference.expectancy_r, reference.total_r, reference.profit_factor)
        )


def test_exposure_agrees_with_counting_each_minute() -> None:
    rng = np.random.default_rng(3)
    begins = rng.integers(-50, 500, 20)
    spans = [(int(begin), int(begin + length)) for begin, length in zip(begins, rng.integers(0, 60, 20), strict=True)]
    open_at = [any(begin <= each < end for begin, end in spans) for each in range(480)]
    assert exposure(spans, 0, 480) == pytest.approx(sum(open_at) / 480)


def test_exposure_of_no_time_is_not_known() -> None:
    assert math.isnan(exposure([(0, HOUR)], HOUR, HOUR))


def test_streaks_of_losses_alone_are_negative_now() -> None:
    found = streaks(np.array([-1.0, -2.0]))
    assert (found.wins, found.losses, found.current) == (0, 2, -2)


def test_streaks_of_nothing_are_nothing() -> None:
    found = streaks(np.array([0.0]))
    assert (found.wins, found.losses, found.current) == (0, 0, 0)
