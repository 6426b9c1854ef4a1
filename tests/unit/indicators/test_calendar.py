"""The clock against the zone tables, sessions and their ranges against loops written out."""

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pytest

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.kernels.abi import FALSE, TRUE
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import parse_time
from tests.support.candles import columns, walk

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

CITIES = {
    "utc": "UTC",
    "new_york": "America/New_York",
    "chicago": "America/Chicago",
    "london": "Europe/London",
    "frankfurt": "Europe/Berlin",
    "tokyo": "Asia/Tokyo",
    "hong_kong": "Asia/Hong_Kong",
    "singapore": "Asia/Singapore",
    "asia": "Asia/Tokyo",
}


def local(time: int, city: str) -> datetime:
    try:
        return datetime.fromtimestamp(time // 1000, ZoneInfo(city))
    except ZoneInfoNotFoundError:
        pytest.skip(f"needs the time zone {city} of the operating system")


def flat(n: int, timeframe: int, start: str) -> Candles:
    one = np.ones(n)
    return columns(one, one, one, one, one, timeframe=timeframe, start=parse_time(start))


def test_parts_of_the_close_time_are_those_of_the_calendar() -> None:
    candles = flat(5_000, 25 * MINUTE, "2019-12-30T00:00Z")
    closed = [datetime.fromtimestamp(time // 1000, UTC) for time in candles.close_time.tolist()]
    assert evaluate_expression("hour", candles).tolist() == [each.hour for each in closed]
    assert evaluate_expression("minute", candles).tolist() == [each.minute for each in closed]
    assert evaluate_expression("weekday", candles).tolist() == [each.weekday() for each in closed]


@pytest.mark.parametrize(("zone", "city"), CITIES.items())
def test_local_minute_follows_the_zone_tables_from_2017_to_2030(zone: str, city: str) -> None:
    candles = flat(14 * 366 * 8, 3 * HOUR, "2017-01-01")
    expected = [(each.hour * 60 + each.minute) for each in (local(t, city) for t in candles.close_time.tolist())]
    found = evaluate_expression(f'local_minute("{zone}")', candles)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("zone", "change", "before", "after"),
    [
        # Published dates: local minutes a half hour before the change and at it.
        ("new_york", "2025-03-09T07:00Z", 90, 180),
        ("new_york", "2025-11-02T06:00Z", 90, 60),
        ("new_york", "2024-03-10T07:00Z", 90, 180),
        ("new_york", "2019-11-03T06:00Z", 90, 60),
        ("london", "2025-03-30T01:00Z", 30, 120),
        ("london", "2025-10-26T01:00Z", 90, 60),
        ("frankfurt", "2024-03-31T01:00Z", 90, 180),
        ("frankfurt", "2024-10-27T01:00Z", 150, 120),
    ],
)
def test_clocks_change_to_the_minute(zone: str, change: str, before: int, after: int) -> None:
    one = np.ones(2)
    candles = columns(one, one, one, one, one, timeframe=30 * MINUTE, start=parse_time(change) - HOUR)
    assert evaluate_expression(f'local_minute("{zone}")', candles).tolist() == [before, after]


@pytest.mark.parametrize(
    ("call", "city", "opens", "closes"),
    [
        ('session("new_york")', "America/New_York", 570, 960),
        ('session("london")', "Europe/London", 480, 990),
        ('session("asia")', "Asia/Tokyo", 540, 1080),
        ('session("tokyo", "22:00", "02:00")', "Asia/Tokyo", 1320, 120),
    ],
)
def test_session_is_open_from_its_opening_until_before_its_close(call: str, city: str, opens: int, closes: int) -> None:
    candles = flat(400 * 48, 30 * MINUTE, "2024-12-01")
    expected = []
    for each in (local(t, city) for t in candles.close_time.tolist()):
        now = each.hour * 60 + each.minute
        is_open = opens <= now < closes if opens < closes else now >= opens or now < closes
        expected.append(TRUE if is_open else FALSE)
    np.testing.assert_array_equal(evaluate_expression(call, candles), expected)


def test_minutes_since_session_open_start_at_zero_on_the_opening() -> None:
    candles = flat(4, 15 * MINUTE, "2025-07-01T13:00Z")
    found = evaluate_expression('minutes_since_session_open("new_york")', candles)
    assert found.tolist() == [1425, 0, 15, 30]


def session_range(candles: Candles, city: str, opens: int, closes: int) -> list[tuple[float, float]]:
    """High and low of the last complete window; NaN from the open of its first candle until it is complete."""
    ranges = []
    for i in range(len(candles)):
        opened = local(int(candles.open_time[i]), city)
        since = (opened.hour * 60 + opened.minute - opens) % 1440
        length = (closes - opens) % 1440
        first = i - since * MINUTE // candles.timeframe
        last = first + length * MINUTE // candles.timeframe
        is_known = first >= 0 and last <= i + 1
        highs, lows = candles.high[max(first, 0) : last], candles.low[max(first, 0) : last]
        ranges.append((max(highs), min(lows)) if is_known else (math.nan, math.nan))
    return ranges


@pytest.mark.parametrize(
    ("arguments", "city", "opens", "closes"),
    [
        ('"new_york", "09:30", "10:00"', "America/New_York", 570, 600),
        ('"london"', "Europe/London", 480, 990),
        ('"tokyo", "22:00", "02:00"', "Asia/Tokyo", 1320, 120),
    ],
)
def test_session_range_is_that_of_the_last_complete_window(arguments: str, city: str, opens: int, closes: int) -> None:
    # Away from the days on which clocks change: windows are counted in candles here.
    candles = walk(4_000, timeframe=15 * MINUTE, start=parse_time("2025-06-01T10:00Z"))
    expected = np.array(session_range(candles, city, opens, closes))
    high = evaluate_expression(f"session_high({arguments})", candles)
    low = evaluate_expression(f"session_low({arguments})", candles)
    np.testing.assert_array_equal(high, expected[:, 0])
    np.testing.assert_array_equal(low, expected[:, 1])
    middle = evaluate_expression(f"session_middle({arguments})", candles)
    np.testing.assert_array_equal(middle, (high + low) / 2)
    assert np.isfinite(high).sum() > 2_000


def test_opening_range_moves_with_summer_time() -> None:
    candles = walk(4 * 24 * 4, timeframe=15 * MINUTE, start=parse_time("2025-03-07"))
    high = evaluate_expression('session_high("new_york", "09:30", "10:00")', candles)
    becomes_known = np.flatnonzero(np.isfinite(high[1:]) & np.isnan(high[:-1])) + 1
    hours = [datetime.fromtimestamp(t // 1000, UTC).hour for t in candles.close_time[becomes_known].tolist()]
    # 10:00 in New York is 15:00 UTC until 8 March 2025 and 14:00 UTC from the 9th on.
    assert hours == [15, 15, 14, 14]


def test_session_range_of_candles_that_do_not_divide_it_is_not_defined() -> None:
    candles = walk(200, timeframe=HOUR, start=parse_time("2025-06-01"))
    assert np.isnan(evaluate_expression('session_high("new_york", "09:30", "10:00")', candles)).all()


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ('session("mars")', 'zones utc, .* found "mars"'),
        ('session("utc", "9:30", "10:00")', 'time of day such as "09:30", found "9:30"'),
        ('session("utc", "09:30", "25:00")', "time of day"),
        ('session("utc", "09:60", "10:00")', "time of day"),
        ('session_high("utc", "09:30", "09:30")', 'closes at another time, found "09:30" to "09:30"'),
        ('session("utc", "24:00", "00:00")', 'opens before "24:00"'),
    ],
)
def test_a_session_that_cannot_be_is_refused_with_what_to_write(expression: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        evaluate_expression(expression, walk(3))
