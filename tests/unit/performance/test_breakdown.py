"""Statistics by label, which must add up to the whole."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.breakdown import WEEKDAYS, breakdown, hour, month, weekday


@given(st.lists(st.tuples(st.integers(-400, 400), st.sampled_from("abcd")), max_size=80))
def test_breakdown_any_labels_add_up_to_the_whole(rows: list[tuple[int, str]]) -> None:
    r = np.array([outcome / 100 for outcome, _ in rows], dtype=float)
    labels = np.array([label for _, label in rows], dtype="U1")
    found = breakdown(r, labels)

    assert [label for label, _ in found] == sorted(set(labels.tolist()))
    assert sum(row.n for _, row in found) == len(r)
    assert sum(row.total_r for _, row in found) == pytest.approx(r.sum())
    for label, row in found:
        own = r[labels == label]
        assert row.expectancy_r == pytest.approx(own.mean())
        assert row.win_rate == (own > 0).mean()
        assert row.win_rate_low <= row.win_rate <= row.win_rate_high


def test_breakdown_group_without_losses_has_an_infinite_profit_factor() -> None:
    ((label, row),) = breakdown(np.array([1.0, 2.0]), np.array([3, 3]))

    assert (label, row.profit_factor, row.total_r) == (3, math.inf, 3.0)


@given(st.integers(0, 4_102_444_800_000))
def test_time_labels_any_time_equal_the_calendar(time: int) -> None:
    moment = datetime.fromtimestamp(time // 1000, UTC)
    times = np.array([time], dtype=np.int64)

    assert hour(times)[0] == moment.hour
    assert WEEKDAYS[weekday(times)[0]] == f"{moment:%A}"
    assert month(times)[0] == f"{moment:%Y-%m}"


def test_breakdown_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="a label for each of 2 round trips, found 1"):
        breakdown(np.array([1.0, 2.0]), np.array(["a"]))
    with pytest.raises(InputError, match="finite outcomes, found nan at 0"):
        breakdown(np.array([math.nan]), np.array(["a"]))
