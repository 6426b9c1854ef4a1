"""Kelly against plain searches for the best bet, and what becomes of records that say little."""

import math
from decimal import Decimal

import numpy as np
import pytest

from edgeproof.core.model.entry import TrackRecord
from edgeproof.core.risk.kelly import kelly_fraction, kelly_risk_fraction, shrinkage, win_rate_after

GRID = np.arange(0.0, 0.999, 0.0005)


@pytest.mark.parametrize(("win_rate", "win", "loss"), [(0.6, 1.0, 1.0), (0.4, 3.0, 1.0), (0.55, 1.4, 0.9)])
def test_kelly_fraction_is_where_the_logarithm_of_wealth_grows_fastest(
    win_rate: float, win: float, loss: float
) -> None:
    growth = win_rate * np.log(1 + GRID * win / loss) + (1 - win_rate) * np.log(1 - GRID)
    assert kelly_fraction(win_rate, win, loss) == pytest.approx(GRID[np.argmax(growth)], abs=0.0005)


@pytest.mark.parametrize(
    "figures", [(math.nan, 2, 1), (1.1, 2, 1), (-0.1, 2, 1), (0.5, 0, 1), (0.5, 2, 0), (0.5, math.inf, 1)]
)
def test_kelly_fraction_of_figures_that_cannot_be_is_not_a_number(figures: tuple[float, float, float]) -> None:
    assert math.isnan(kelly_fraction(*figures))


def test_kelly_fraction_of_a_losing_record_is_negative() -> None:
    assert kelly_fraction(0.3, 1.0, 1.0) < 0


def test_shrinkage_is_the_best_multiple_of_an_uncertain_estimate() -> None:
    # Estimates 0.1 and 0.3 of a true 0.2, as likely as one another: variance 0.01.
    growth = [np.mean([0.2 * k * each - (k * each) ** 2 / 2 for each in (0.1, 0.3)]) for k in GRID]
    assert shrinkage(0.2, 0.01) == pytest.approx(GRID[int(np.argmax(growth))], abs=0.0005)


def test_win_rate_after_many_trades_is_the_plain_one() -> None:
    mean, variance = win_rate_after(6_000, 10_000)
    assert mean == pytest.approx(0.6, abs=1e-4)
    assert variance == pytest.approx(0.6 * 0.4 / 10_000, rel=1e-3)


def _record(n: int = 200, win_rate: float = 0.5, win: float = 2.0, loss: float = 1.0) -> TrackRecord:
    return TrackRecord(n=n, win_rate=win_rate, average_win=win, average_loss=loss)


def test_kelly_risk_of_a_longer_record_is_greater() -> None:
    risks = [kelly_risk_fraction(_record(n), 0.25, Decimal(1)) for n in (4, 20, 100, 1_000)]
    assert risks == sorted(risks)
    assert risks[-1] < Decimal("0.0625")


def test_kelly_risk_never_exceeds_the_fixed_rule() -> None:
    assert kelly_risk_fraction(_record(10_000, 0.9), 1.0, Decimal("0.02")) == Decimal("0.02")


def test_kelly_risk_of_larger_losses_is_smaller_in_proportion() -> None:
    # The same bet in units of half the size: losses and wins of 2 and 4 R take half the R.
    plain = kelly_risk_fraction(_record(), 0.25, Decimal(1))
    double = kelly_risk_fraction(_record(win=4.0, loss=2.0), 0.25, Decimal(1))
    assert float(double) == pytest.approx(float(plain) / 2, abs=2e-6)


@pytest.mark.parametrize(
    "record",
    [
        _record(win_rate=0.2),
        _record(n=0, win=1.0),
        _record(n=-1),
        _record(win_rate=math.nan),
        _record(win=math.nan),
        _record(loss=0.0),
    ],
    ids=["loses", "says nothing", "less than nothing", "no win rate", "no average win", "no average loss"],
)
def test_kelly_risk_of_a_record_that_proves_nothing_is_nothing(record: TrackRecord) -> None:
    assert kelly_risk_fraction(record, 0.5, Decimal("0.02")) == 0
