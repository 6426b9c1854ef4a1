"""Weights never leave their bounds, never fall because a trade did better, and a restart changes nothing."""

from functools import reduce

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.model.entry import HEAVIEST
from edgeproof.core.performance.drift import LIGHTEST, Drift, DriftStage, DriftTest, after, weight_of

R = st.floats(-8.0, 12.0)


@st.composite
def drift_tests(draw: st.DrawFn) -> DriftTest:
    mean, deviation = draw(st.floats(0.01, 1.0)), draw(st.floats(0.3, 3.0))
    alert = draw(st.floats(0.5, 8.0))
    half = alert + draw(st.floats(0.0, 4.0))
    return DriftTest(
        n=draw(st.integers(30, 500)),
        mean=mean,
        deviation=deviation,
        reference=mean / (4 * deviation),
        block_length=1.0,
        alert=alert,
        half=half,
        kill=half + draw(st.floats(0.0, 4.0)),
        gain=draw(st.floats(0.5, 8.0)),
    )


def course(test: DriftTest, r: list[float]) -> list[Drift]:
    states = [Drift()]
    for each in r:
        states.append(after(test, states[-1], each))
    return states


@given(test=drift_tests(), r=st.lists(R, max_size=60))
def test_weights_never_leave_their_bounds(test: DriftTest, r: list[float]) -> None:
    for drift in course(test, r):
        weight = weight_of(test, drift)
        assert LIGHTEST <= weight <= HEAVIEST
        assert drift.below >= 0
        assert drift.above >= 0
        match drift.stage:
            case DriftStage.KILL:
                assert weight == 0
            case DriftStage.HALF:
                assert weight * 2 == 1
            case DriftStage.ALERT:
                assert weight == 1
            case DriftStage.STEADY:
                assert weight >= 1


@given(test=drift_tests(), r=st.lists(st.tuples(R, st.floats(0.0, 5.0)), max_size=60))
def test_trades_that_did_better_never_weigh_less(test: DriftTest, r: list[tuple[float, float]]) -> None:
    worse, better = course(test, [a for a, _ in r]), course(test, [a + b for a, b in r])
    for low, high in zip(worse, better, strict=True):
        assert weight_of(test, high) >= weight_of(test, low)


@given(test=drift_tests(), r=st.lists(R, max_size=60))
def test_a_kill_is_for_good(test: DriftTest, r: list[float]) -> None:
    stages = [each.stage for each in course(test, r)]
    if DriftStage.KILL in stages:
        assert set(stages[stages.index(DriftStage.KILL) :]) == {DriftStage.KILL}


@given(test=drift_tests(), r=st.lists(R, max_size=60), cut=st.integers(0, 60))
def test_a_restart_goes_on_with_the_same_bits(test: DriftTest, r: list[float], cut: int) -> None:
    kept = course(test, r[:cut])[-1]
    assert reduce(lambda drift, each: after(test, drift, each), r[cut:], kept) == course(test, r)[-1]


@given(test=drift_tests(), lost=st.integers(1, 40))
def test_a_row_of_losses_never_makes_a_stage_lighter(test: DriftTest, lost: int) -> None:
    below = [each.below for each in course(test, [-1.0] * lost)]
    weights = [weight_of(test, each) for each in course(test, [-1.0] * lost)]
    assert below == sorted(below)
    assert weights == sorted(weights, reverse=True)
    assert np.isfinite(below).all()
