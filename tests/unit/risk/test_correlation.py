"""Correlation and beta against NumPy and SciPy, and what is not known."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from edgeproof.core.risk.correlation import (
    beta,
    beta_of,
    btc_exposure,
    correlation,
    exposure_words,
    returns,
    worst_correlation,
)
from edgeproof.core.risk.limits import RiskLimits
from tests.support.risk import BTC, ETH, SOL, account, dec, entry_of, held, long_btc, market, resting

LIMITS = RiskLimits(correlation_window=200, min_observations=50)
_RNG = np.random.default_rng(1)
MARKET = _RNG.normal(0, 0.01, 300)
ASSET = 1.4 * MARKET + _RNG.normal(0, 0.005, 300)


def test_correlation_is_that_of_scipy_over_the_window() -> None:
    expected = stats.pearsonr(ASSET[-200:], MARKET[-200:]).statistic
    assert correlation(ASSET, MARKET, LIMITS) == pytest.approx(expected, abs=1e-12)


def test_beta_is_the_slope_of_scipy_over_the_window() -> None:
    expected = stats.linregress(MARKET[-200:], ASSET[-200:]).slope
    assert beta(ASSET, MARKET, LIMITS) == pytest.approx(expected, abs=1e-12)


def test_correlation_leaves_out_rows_that_one_does_not_have() -> None:
    holed = ASSET.copy()
    holed[-30:-10] = np.nan
    whole = np.isfinite(holed[-200:])
    expected = stats.pearsonr(holed[-200:][whole], MARKET[-200:][whole]).statistic
    assert correlation(holed, MARKET, LIMITS) == pytest.approx(expected, abs=1e-12)


def test_correlation_of_a_shorter_series_looks_at_the_rows_both_have() -> None:
    assert correlation(ASSET[-80:], MARKET, LIMITS) == correlation(ASSET[-80:], MARKET[-80:], LIMITS)


def test_correlation_of_too_few_returns_is_not_known() -> None:
    assert math.isnan(correlation(ASSET[-49:], MARKET, LIMITS))
    assert math.isnan(beta(ASSET[-49:], MARKET, LIMITS))


@pytest.mark.parametrize("still", [0.0, 0.3, -0.0021])
def test_correlation_with_a_market_that_stands_still_is_not_known(still: float) -> None:
    assert math.isnan(correlation(ASSET, np.full(300, still), LIMITS))
    assert math.isnan(beta(ASSET, np.full(300, still), LIMITS))


def test_correlation_with_itself_is_one_and_with_its_mirror_minus_one() -> None:
    assert correlation(ASSET, ASSET, LIMITS) == pytest.approx(1.0, abs=1e-12)
    assert correlation(ASSET, -ASSET, LIMITS) == pytest.approx(-1.0, abs=1e-12)


def test_returns_of_prices_that_cannot_be_are_not_known() -> None:
    assert np.isnan(returns(np.array([1.0, 0.0, 1.0, -1.0]))).all()


def test_exposure_is_the_sum_of_beta_times_notional_over_equity() -> None:
    # 0.2 BTC at 50,000 is 10,000; 2 ETH short at 2,500 with beta 1.2 are -6,000: 4,000 of 10,000.
    positions = (held(BTC, 0.2, 50_000, 49_000), held(ETH, -2, 2_500, 2_600))
    assert btc_exposure(account(positions=positions), {ETH: 1.2}) == pytest.approx(0.4)


def test_exposure_counts_an_entry_that_rests_as_filled() -> None:
    assert btc_exposure(account(resting=(resting(BTC, 0.1, 50_000, 49_000),)), {}) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "portfolio",
    [
        account(equity=None),
        account(equity=0),
        account(positions=(held(SOL, 1, 100, 90),)),
        account(positions=(held(BTC, 1, 100, 90, mark=-1),)),
    ],
    ids=["equity", "no equity", "a beta", "a mark"],
)
def test_exposure_while_something_is_not_known_is_not_known(portfolio: object) -> None:
    assert math.isnan(btc_exposure(portfolio, {}))  # type: ignore[arg-type]


def test_beta_of_btc_is_one_whatever_was_measured() -> None:
    assert beta_of(BTC, {BTC: 0.99}) == 1.0


def test_exposure_words_say_what_is_added_and_what_there_is() -> None:
    assert exposure_words(-0.5, 0.0) == "would add -0.50 BTC-equivalents to an existing 0.00"


# (direction of the open ETH, direction of the new BTC, correlation): how alike the two bets are
ALIKE = [(1, 1, 0.8, 0.8), (-1, -1, 0.8, 0.8), (1, -1, 0.8, -0.8), (-1, 1, -0.7, 0.7)]


@pytest.mark.parametrize(("open_side", "new_side", "measured", "alike"), ALIKE)
def test_worst_correlation_counts_the_directions(open_side: int, new_side: int, measured: float, alike: float) -> None:
    portfolio = account(positions=(held(ETH, open_side, 2_500, 2_500 - 100 * open_side),))
    request = long_btc(stop=45_000 - 500 * new_side)
    assert worst_correlation(request, portfolio, market(correlations={ETH: measured})) == pytest.approx(alike)


def test_worst_correlation_is_that_of_the_most_alike_position() -> None:
    portfolio = account(positions=(held(ETH, 1, 2_500, 2_400),), resting=(resting(SOL, 1, 100, 90),))
    assert worst_correlation(long_btc(), portfolio, market(correlations={ETH: 0.3, SOL: 0.5})) == 0.5
    assert math.isnan(worst_correlation(long_btc(), portfolio, market(correlations={ETH: 0.3})))


def test_worst_correlation_leaves_the_own_instrument_to_its_own_rule() -> None:
    assert worst_correlation(long_btc(), account(positions=(held(BTC, 1, 45_000, 44_000),)), market()) == -1.0
    assert worst_correlation(entry_of(ETH, 2_500, 2_400), replace(account(), equity=dec(1)), market()) == -1.0
