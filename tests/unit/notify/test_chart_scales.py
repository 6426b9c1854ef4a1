"""Where prices and times stand in a picture."""

import math
from itertools import pairwise

import pytest

from edgeproof.adapters.notify.chart_scales import Scale, apart, decimals_of, number_text, price_span, ticks, time_ticks
from edgeproof.core.model.time import DAY, MINUTE


def test_span_target_near_is_shown() -> None:
    low, high = price_span([100.0, 110.0], [120.0])

    assert low < 100
    assert high > 120


@pytest.mark.parametrize("target", [1_000.0, 1.0, math.nan, math.inf])
def test_span_target_far_or_no_number_leaves_the_prices_their_room(target: float) -> None:
    assert price_span([100.0, 110.0], [target]) == price_span([100.0, 110.0])


@pytest.mark.parametrize("prices", [[], [math.nan], [0.0], [0.00001234], [1e12], [-5.0]])
def test_span_hardly_any_price_has_a_height(prices: list[float]) -> None:
    low, high = price_span(prices)

    assert low < high
    assert all(low <= each <= high for each in prices if math.isfinite(each))


@pytest.mark.parametrize(("low", "high"), [(0.00001230, 0.00001239), (44_800.0, 45_900.0), (1e11, 3e11), (-0.2, 0.1)])
def test_ticks_any_size_are_few_and_within(low: float, high: float) -> None:
    values, decimals = ticks(low, high, 6)

    assert 2 <= len(values) <= 7
    assert all(low - 1e-9 * abs(low) <= each <= high + 1e-9 * abs(high) for each in values)
    assert len({number_text(each, decimals) for each in values}) == len(values)


@pytest.mark.parametrize("timeframe", [MINUTE, 15 * MINUTE, DAY, 7 * DAY, 400 * DAY])
def test_time_ticks_any_timeframe_are_few(timeframe: int) -> None:
    times = time_ticks(3 * MINUTE, 3 * MINUTE + 60 * timeframe, 6)

    assert 1 <= len(times) <= 7
    assert all(b - a == times[1] - times[0] for a, b in pairwise(times))


def test_decimals_long_fractions_are_cut() -> None:
    assert decimals_of([45_000.123456789, 1.0]) == 3
    assert decimals_of([math.nan]) == 0


def test_number_tiny_has_no_exponent() -> None:
    assert number_text(0.00001234, decimals_of([0.00001234])) == "0.00001234"


@pytest.mark.parametrize("wanted", [[5.0, 5.0, 5.0], [99.0, 100.0], [0.0, 1.0, 50.0, 51.0, 100.0], [30.0, 10.0, 11.0]])
def test_apart_too_near_are_moved_in_their_order(wanted: list[float]) -> None:
    found = apart(wanted, 10.0, 0.0, 100.0)

    assert all(-1e-9 <= each <= 100 + 1e-9 for each in found)
    placed = sorted(zip(wanted, found, strict=True))
    assert all(b - a >= 10 - 1e-9 for (_, a), (_, b) in pairwise(placed))


def test_apart_no_room_stand_closer() -> None:
    assert apart([1.0, 1.0, 1.0], 100.0, 0.0, 20.0) == (0.0, 10.0, 20.0)


def test_scale_out_of_range_stands_at_the_edge() -> None:
    scale = Scale(low=1.0, high=2.0, top=10.0, bottom=20.0)

    assert (scale.y(0.0), scale.y(9.0)) == (20.0, 10.0)
    assert not scale.shows(9.0)
