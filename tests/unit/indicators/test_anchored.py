"""Anchored averages against sums written out, and medians of the same time of day."""

import math
import statistics

import numpy as np
import pytest

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import parse_duration, parse_time
from tests.support.candles import columns, rows, walk

HOUR = 3_600_000
DAY = 24 * HOUR
# 1970-01-05, the first Monday.
MONDAY = 4 * DAY


def averages(candles: Candles, period: int, shift: int) -> list[tuple[float, float, float]]:
    """(mean, deviation, age) from the definition, candle by candle."""
    number = (candles.open_time - shift) // period
    begins_whole = (candles.open_time[0] - shift) % period == 0
    price = (candles.high + candles.low + candles.close) / 3
    result = []
    for i in range(len(candles)):
        since = [j for j in range(i + 1) if number[j] == number[i]]
        total = math.fsum(candles.volume[since])
        if since[0] == 0 and not begins_whole:
            result.append((math.nan, math.nan, math.nan))
        elif total == 0.0:
            result.append((math.nan, math.nan, i - since[0]))
        else:
            mean = math.fsum(candles.volume[since] * price[since]) / total
            spread = math.fsum(candles.volume[since] * (price[since] - mean) ** 2) / total
            result.append((mean, math.sqrt(spread), i - since[0]))
    return result


@pytest.mark.parametrize(
    ("anchor", "start", "timeframe"),
    [("1d", "2025-01-01T00:00Z", HOUR // 4), ("1d", "2025-01-01T05:00Z", HOUR), ("8h", "2025-01-01T01:00Z", HOUR // 2),
     ("1w", "2025-01-01T00:00Z", 4 * HOUR)],
)  # fmt: skip
def test_vwap_is_the_average_since_the_anchor(anchor: str, start: str, timeframe: int) -> None:
    candles = walk(400, timeframe=timeframe, start=parse_time(start), volatility=1e-2)
    expected = np.array(averages(candles, parse_duration(anchor), MONDAY if anchor == "1w" else 0))
    for column, name in enumerate(("vwap", "vwap_sd", "vwap_age")):
        found = evaluate_expression(f'{name}("{anchor}")', candles)
        np.testing.assert_allclose(found, expected[:, column], rtol=1e-9, atol=1e-9, err_msg=name)
    upper = evaluate_expression(f'vwap_upper(1.5, "{anchor}")', candles)
    lower = evaluate_expression(f'vwap_lower(1.5, "{anchor}")', candles)
    np.testing.assert_allclose(upper, expected[:, 0] + 1.5 * expected[:, 1], rtol=1e-9)
    np.testing.assert_allclose(lower, expected[:, 0] - 1.5 * expected[:, 1], rtol=1e-9)
    assert np.isnan(expected[0, 0]) == (anchor == "1w" or "T00" not in start)


def test_week_begins_on_monday_in_utc() -> None:
    candles = walk(10, timeframe=DAY, start=parse_time("2025-01-03"))
    # Friday the 3rd to Sunday the 5th belong to a week that was not seen from its start.
    ages = evaluate_expression('vwap_age("1w")', candles)
    np.testing.assert_array_equal(ages, [math.nan] * 3 + [0, 1, 2, 3, 4, 5, 6])


def test_more_days_than_are_kept_are_refused() -> None:
    with pytest.raises(InputError, match="at most 366 days for same_slot_median, found 400"):
        evaluate_expression("same_slot_median(volume, 400)", walk(3))


def test_vwap_by_hand() -> None:
    candles = rows((1, 3, 0, 3, 2.0), (3, 6, 3, 6, 1.0), timeframe=HOUR)
    # Typical prices 2 and 5, volumes 2 and 1: the mean is 9 / 3 = 3, the variance (2 x 1 + 1 x 4) / 3 = 2.
    assert evaluate_expression("vwap()", candles).tolist() == [2.0, 3.0]
    np.testing.assert_allclose(evaluate_expression("vwap_sd()", candles), [0.0, math.sqrt(2.0)], rtol=1e-12)


def test_vwap_without_volume_is_not_defined_until_there_is_some() -> None:
    candles = rows((1, 1, 1, 1, 0.0), (2, 2, 2, 2, 1.0), (9, 9, 9, 9, 0.0), timeframe=HOUR)
    np.testing.assert_array_equal(evaluate_expression("vwap()", candles), [math.nan, 2.0, 2.0])


def test_deviation_survives_a_large_price_with_a_small_spread() -> None:
    price = 1e8 + np.array([0.0, 1.0] * 12)
    candles = columns(price, price, price, price, np.ones(24), timeframe=HOUR)
    assert evaluate_expression("vwap_sd()", candles)[-1] == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize(("timeframe", "days"), [(HOUR, 1), (HOUR, 4), (HOUR, 5), (4 * HOUR, 20), (DAY, 3)])
def test_same_slot_median_is_that_of_the_days_before(timeframe: int, days: int) -> None:
    candles = walk(700, timeframe=timeframe, start=parse_time("2025-01-01T07:00Z"))
    slots = DAY // timeframe
    expected = [
        statistics.median(candles.volume[[i - k * slots for k in range(1, days + 1)]])
        if i >= days * slots
        else math.nan
        for i in range(len(candles))
    ]
    np.testing.assert_array_equal(evaluate_expression(f"same_slot_median(volume, {days})", candles), expected)


def test_same_slot_median_is_not_defined_while_one_of_its_values_is_not() -> None:
    candles = walk(24 * 10, timeframe=HOUR)
    hidden = np.array(candles.volume)
    hidden[24 * 3 + 5] = math.nan
    gappy = columns(candles.open, candles.high, candles.low, candles.close, hidden, timeframe=HOUR)
    found = evaluate_expression("same_slot_median(volume, 3)", gappy)
    known = evaluate_expression("same_slot_median(volume, 3)", candles)
    unknown = [24 * day + 5 for day in (4, 5, 6)]
    assert np.isnan(found[unknown]).all()
    others = np.delete(np.arange(24 * 10), unknown)
    np.testing.assert_array_equal(found[others], known[others])
