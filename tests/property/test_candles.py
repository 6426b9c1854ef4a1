"""Filling and resampling agree with the naive way of doing it, whatever the holes, the start and the length."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.candles.quality import make_certificate
from edgeproof.core.candles.resample import resample
from edgeproof.core.model.candle import COLUMNS, NO_FUNDING, Candles
from edgeproof.core.model.time import MINUTE
from tests.support import naive_candles
from tests.support.candles import walk


@st.composite
def candles_with_holes(draw: st.DrawFn) -> Candles:
    n = draw(st.integers(1, 120))
    start = draw(st.integers(-50, 50)) * MINUTE
    full = walk(n, seed=draw(st.integers(0, 1_000)), start=start)
    keep = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    kept = {name: getattr(full, name)[keep] for name in ("open_time", *COLUMNS, "filled")}
    return Candles(timeframe=MINUTE, **kept)


@given(candles_with_holes())
def test_filling_agrees_with_the_naive_way(candles: Candles) -> None:
    expected = naive_candles.fill(naive_candles.rows_of(candles), MINUTE)
    assert naive_candles.rows_of(fill_gaps(candles)) == expected


@given(candles_with_holes(), st.sampled_from([1, 2, 3, 5, 7, 15, 60]))
def test_resampling_agrees_with_the_naive_way_to_the_bit(candles: Candles, minutes: int) -> None:
    filled = fill_gaps(candles)
    expected = naive_candles.resample(naive_candles.rows_of(filled), MINUTE, minutes * MINUTE)
    assert naive_candles.rows_of(resample(filled, minutes * MINUTE)) == expected


@given(candles_with_holes(), st.sampled_from([(5, 15), (2, 6), (3, 60)]))
def test_resampling_in_two_steps_gives_the_same_prices(candles: Candles, steps: tuple[int, int]) -> None:
    filled = fill_gaps(candles)
    first, second = (step * MINUTE for step in steps)
    at_once, in_two = resample(filled, second), resample(resample(filled, first), second)
    for name in ("open_time", "open", "high", "low", "close", "filled"):
        np.testing.assert_array_equal(getattr(at_once, name), getattr(in_two, name))


@given(candles_with_holes())
def test_the_certificate_is_the_same_before_and_after_filling_and_its_counts_add_up(candles: Candles) -> None:
    before = make_certificate("X", candles, NO_FUNDING)
    assert make_certificate("X", fill_gaps(candles), NO_FUNDING) == before
    assert before.candles == len(candles)
    assert before.candles + before.missing == len(fill_gaps(candles))
    assert before.missing >= sum(gap.missing for gap in before.gaps)
    assert [gap.missing for gap in before.gaps] == sorted((gap.missing for gap in before.gaps), reverse=True)
