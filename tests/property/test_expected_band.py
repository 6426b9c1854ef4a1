"""The band of what the backtest leads to expect: the same every time, in order, and about what was tested."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from edgeproof.research.report.session.band import Band, band, drawn

_r = st.floats(-3, 5, allow_nan=False)
_tested = st.dictionaries(st.sampled_from("AB"), st.lists(_r, min_size=30, max_size=60).map(np.array), max_size=2)
_made = st.lists(st.tuples(st.sampled_from("ABC"), _r), min_size=1, max_size=25)


def drawn_band(names: list[str], made: np.ndarray, tested: dict[str, np.ndarray], scale: np.ndarray) -> Band:
    draws = drawn(names, made, tested, np.random.default_rng(0), draws=200)
    return band(draws, scale, made * scale)


@given(tested=_tested, trades=_made)
@settings(max_examples=60, deadline=None)
def test_band_is_the_same_again_and_its_quantiles_are_in_order(
    tested: dict[str, np.ndarray], trades: list[tuple[str, float]]
) -> None:
    names, made = [name for name, _ in trades], np.array([r for _, r in trades])
    scale = np.linspace(1, 2, len(made))
    one, other = (drawn_band(names, made, tested, scale) for _ in range(2))
    for name in ("low", "middle", "high"):
        assert_array_equal(getattr(one, name), getattr(other, name))
        assert getattr(one, name)[0] == 0
        assert len(getattr(one, name)) == len(made) + 1
    assert (one.low <= one.middle).all()
    assert (one.middle <= one.high).all()
    assert 0 <= one.share_below <= 1


@given(trades=_made)
@settings(max_examples=30, deadline=None)
def test_band_of_trades_that_were_never_tested_is_their_own_curve(trades: list[tuple[str, float]]) -> None:
    made = np.array([r for _, r in trades])
    found = drawn_band(["C"] * len(made), made, {}, np.ones(len(made)))
    assert_allclose(found.low[1:], np.cumsum(made), atol=1e-9)
    assert_allclose(found.high[1:], np.cumsum(made), atol=1e-9)
    assert found.share_below == 0.5


@given(tested=st.lists(_r, min_size=30, max_size=60).map(np.array), n=st.integers(1, 20))
@settings(max_examples=30, deadline=None)
def test_draws_are_outcomes_of_the_hypothesis_itself(tested: np.ndarray, n: int) -> None:
    found = drawn(["A"] * n, np.zeros(n), {"A": tested, "B": tested + 100}, np.random.default_rng(0), draws=50)
    assert np.isin(found, tested).all()
