"""What charts are drawn from: sums, counts and the points that shape a curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.time import parse_time
from edgeproof.research.report.figures import distribution, equity, even, excursions, heat_map, thinned
from tests.unit.report.round_trips import round_trips


def test_equity_begins_at_zero_and_falls_from_its_peak() -> None:
    found = equity(round_trips([-1, 3, -2]), 100)
    assert found["e"] == [0, -1, 2, 0]
    assert found["d"] == [0, -1, 0, -2]
    assert found["t"] == [0, 240, 600, 600]


@given(arrays(np.float64, st.integers(1, 500), elements=st.floats(-100, 100)), st.integers(4, 80))
def test_thinned_curve_keeps_its_ends_and_its_extremes(curve: FloatArray, points: int) -> None:
    rows = thinned(curve, points)
    assert len(rows) <= points + 2
    assert (np.diff(rows) > 0).all()
    assert (rows[0], rows[-1]) == (0, len(curve) - 1)
    assert curve[rows].min() == curve.min()
    assert curve[rows].max() == curve.max()


def test_distribution_counts_every_trade_once() -> None:
    found = distribution(np.array([-1.1, -1.0, 0.0, 0.1, 2.0]))
    assert found == {"first": -1.25, "width": 0.25, "n": [1, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1]}


def test_distribution_of_a_wide_range_widens_its_bars() -> None:
    found = distribution(np.array([-1.0, 400.0]))
    assert len(found["n"]) <= 62
    assert sum(found["n"]) == 2


def test_heat_map_puts_a_signal_into_its_hour_and_weekday() -> None:
    tuesday = parse_time("2025-01-07T13:30Z")
    found = heat_map(round_trips([1.0, -0.5], every=10, start=tuesday))
    assert found == [[1 * 24 + 13, 2, 0.25]]


def test_excursions_of_many_trades_hold_the_best_and_the_worst() -> None:
    r = np.linspace(-1, 2, 500)
    found = excursions(round_trips(r.tolist()), 50)
    assert len(found["r"]) == 50
    assert (min(found["r"]), max(found["r"])) == (-1, 2)


@pytest.mark.parametrize(("n", "points"), [(0, 5), (1, 5), (5, 5), (1000, 7)])
def test_even_rows_are_distinct_and_within(n: int, points: int) -> None:
    rows = even(n, points)
    assert len(rows) == min(n, points)
    assert len(set(rows.tolist())) == len(rows)
