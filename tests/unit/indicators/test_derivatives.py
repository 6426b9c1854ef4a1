"""Funding windows against sums written out, with late starts, gaps and settlements on the very edge."""

import math

import numpy as np
import polars as pl
import pytest

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.model.candle import Funding
from edgeproof.core.model.errors import InputError
from tests.support.candles import closes, funding, walk
from tests.support.data import shared

HOUR = 3_600_000
DAY = 24 * HOUR


def irregular_funding(seed: int = 5, n: int = 300) -> Funding:
    rng = np.random.default_rng(seed)
    hours = 30 + np.cumsum(rng.choice([1, 1, 1, 2, 8], n))
    return funding((hours * HOUR).tolist(), rng.normal(0, 1e-4, n).tolist())


def test_funding_rate_is_the_last_settled_and_never_a_later_one() -> None:
    found = evaluate_expression("funding_rate", closes(*range(6)), funding([120_000, 240_001], [0.1, 0.2]))
    # One-minute candles close at 60,000, 120,000 ... : 240,001 is known from the close at 300,000 on.
    np.testing.assert_array_equal(found, [math.nan, 0.1, 0.1, 0.1, 0.2, 0.2])


@pytest.mark.parametrize(("timeframe", "window"), [(HOUR // 4, "8h"), (4 * HOUR, "8h"), (4 * HOUR, "1h"), (HOUR, "3d")])
def test_funding_sum_is_the_sum_over_the_half_open_window(timeframe: int, window: str) -> None:
    candles, settled = walk(600, timeframe=timeframe, start=20 * HOUR), irregular_funding()
    length = {"8h": 8, "1h": 1, "3d": 72}[window] * HOUR
    expected = []
    for now in candles.close_time:
        inside = (settled.time > now - length) & (settled.time <= now)
        reaches_back = settled.time[0] <= now - length
        expected.append(sum(settled.rate[inside].tolist()) if reaches_back else math.nan)
    found = evaluate_expression(f'funding_sum("{window}")', candles, settled)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-18)
    assert np.isnan(expected).any()
    assert np.isfinite(expected).sum() > 80


def test_funding_sum_counts_its_end_and_not_its_start() -> None:
    candles = closes(1.0, 1.0, 1.0, timeframe=HOUR)
    found = evaluate_expression('funding_sum("2h")', candles, funding([0, HOUR, 2 * HOUR], [1.0, 2.0, 4.0]))
    # At 1h history begins inside the window; at 2h the settlement at 0 is just outside; at 3h only (1h, 3h] counts.
    np.testing.assert_array_equal(found, [math.nan, 6.0, 4.0])


def test_funding_sum_without_funding_is_not_defined() -> None:
    assert np.isnan(evaluate_expression("funding_sum()", walk(50))).all()


def test_funding_sum_is_not_defined_where_more_settle_than_there_is_room_for() -> None:
    minutes = list(range(0, 3 * DAY + 1, 60_000))
    often = [t for t in minutes if t < DAY] + [t for t in minutes if t >= DAY and t % HOUR == 0]
    candles = walk(72, timeframe=HOUR)
    found = evaluate_expression('funding_sum("8h")', candles, funding(often, [1.0] * len(often)))
    assert np.isnan(found[candles.close_time < DAY]).all()
    assert (found[candles.close_time >= DAY + 9 * HOUR] == 8.0).all()


def percentile(settled: Funding, period: int, window: int) -> list[tuple[int, float]]:
    sums = [
        (t, sum(settled.rate[(settled.time > t - window) & (settled.time <= t)].tolist()))
        for t in settled.time.tolist()
        if settled.time[0] <= t - window
    ]
    ranks = []
    for t, x in sums:
        inside = [value for time, value in sums if t - period < time <= t]
        rank = 100.0 * sum(value <= x for value in inside) / len(inside)
        ranks.append((t, rank if sums[0][0] <= t - period else math.nan))
    return ranks


@pytest.mark.parametrize("timeframe", [HOUR, 4 * HOUR])
def test_funding_percentile_ranks_the_sum_among_those_at_settlements(timeframe: int) -> None:
    settled = irregular_funding()
    # Coarse rates make ties.
    settled = funding(settled.time.tolist(), np.round(settled.rate, 4).tolist())
    candles = walk(900 * HOUR // timeframe, timeframe=timeframe)
    ranks = percentile(settled, 7 * DAY, DAY)
    expected = []
    for now in candles.close_time:
        known = [rank for t, rank in ranks if t <= now]
        expected.append(known[-1] if known else math.nan)
    found = evaluate_expression('funding_percentile("7d", "24h")', candles, settled)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert np.isfinite(expected).sum() > 100


def test_funding_windows_of_recorded_hourly_rates_match_sums_written_out() -> None:
    table = pl.read_parquet(shared("funding/hyperliquid_perp_BTC_funding.parquet"))
    time = (table["timestamp"].to_numpy().astype(np.int64) // 60_000 * 60_000)[:4000]
    settled = Funding(time=time, rate=table["rate"].to_numpy().astype(float)[:4000].copy())
    candles = walk(3900, timeframe=HOUR, start=int(time[0]) // HOUR * HOUR)
    found = evaluate_expression('funding_sum("24h")', candles, settled)
    for i in range(30, 3900, 97):
        now = candles.close_time[i]
        assert found[i] == pytest.approx(math.fsum(settled.rate[(time > now - DAY) & (time <= now)]), rel=1e-9)


@pytest.mark.parametrize("expression", ['funding_sum("8 hours")', 'funding_sum("900d")', 'funding_percentile("0d")'])
def test_a_window_that_cannot_be_is_refused(expression: str) -> None:
    with pytest.raises(InputError, match="expected a"):
        evaluate_expression(expression, walk(3))
