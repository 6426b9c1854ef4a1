"""What choosing the best of a run is worth, on days made by hand and drawn at random."""

from dataclasses import replace

import numpy as np
import pytest

from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.time import DAY
from edgeproof.core.performance.sample import Untestable
from edgeproof.core.signals.hypothesis import Family
from edgeproof.research.choice import WINDOWS, choose_forward, daily_matrix, luck_of_choice
from edgeproof.research.discover import discover
from edgeproof.research.edge import Examination
from edgeproof.research.study import Study
from tests.support.discovery import hypothesis, means_of, store_of


@pytest.fixture(scope="module")
def one() -> Examination:
    store = store_of(1)
    study = Study(hypotheses=(hypothesis("Rise", "crosses_above(close, sma(20))"),), instruments=store.instruments())
    return discover(study, means_of(store)).analyses[0].examination


def candidates(one: Examination, days: FloatArray, first: int = 100) -> list[Examination]:
    """One candidate a column."""
    return [
        replace(
            one,
            daily_r=days[:, k],
            first_day=first,
            trial=replace(one.trial, hypothesis=replace(one.trial.hypothesis, name=f"H{k}")),
        )
        for k in range(days.shape[1])
    ]


def noise(seed: int, n_days: int = 240, n: int = 40) -> FloatArray:
    return np.random.default_rng(seed).normal(size=(n_days, n))


def test_choosing_among_noise_is_overfitting_about_half_the_time(one: Examination) -> None:
    found = [luck_of_choice(candidates(one, noise(seed))).overfitting for seed in range(8)]
    shares = [each.probability for each in found if not isinstance(each, Untestable)]
    assert len(shares) == 8
    assert 0.35 < np.mean(shares) < 0.65


def test_choosing_a_true_edge_is_not_overfitting(one: Examination) -> None:
    days = noise(1)
    days[:, 7] += 0.5
    luck = luck_of_choice(candidates(one, days))
    assert not isinstance(luck.overfitting, Untestable)
    assert luck.overfitting.probability < 0.02
    assert {each.chosen for each in luck.forward} == {"H7"}
    assert all(each.rank > 0.9 for each in luck.forward)


def test_forward_windows_judge_what_comes_after_the_choice(one: Examination) -> None:
    # H0 earns in the first half, H1 in the second: up to day 100 of 120 the past speaks for H0.
    days = noise(2, 120, 2) * 0.01
    days[:60, 0] += 1.0
    days[60:, 1] += 1.0
    found = choose_forward(candidates(one, days), 100, days)
    assert [each.chosen for each in found] == ["H0"] * WINDOWS
    assert [round(each.test_r, 1) for each in found] == [1.0, 1.0, 0.0, 0.0, 0.0]
    assert found[0].window.train_start == 100 * DAY
    assert found[-1].window.test_end == 220 * DAY
    assert found[3].test_r == pytest.approx(days[80:100, 0].mean())


def test_days_of_candidates_that_begin_later_are_put_in_their_place(one: Examination) -> None:
    early, late = candidates(one, np.ones((4, 1)), 100)[0], candidates(one, np.full((2, 1), 2.0), 103)[0]
    first, matrix = daily_matrix([early, late])
    assert first == 100
    assert matrix.T.tolist() == [[1, 1, 1, 1, 0], [0, 0, 0, 2, 2]]


def test_choice_between_fewer_than_two_is_no_choice(one: Examination) -> None:
    luck = luck_of_choice([one])
    assert isinstance(luck.overfitting, Untestable)
    assert luck.overfitting.reason == "needs at least 2 hypotheses with 30 trades in-sample, has 1"
    assert luck.forward == ()


def test_few_days_are_cut_into_fewer_blocks(one: Examination) -> None:
    luck = luck_of_choice(candidates(one, noise(3, 20, 5)))
    assert not isinstance(luck.overfitting, Untestable)
    assert len(luck.overfitting.logits) == 252  # 10 blocks


def test_placebos_and_ablations_are_not_chosen(one: Examination) -> None:
    coin = replace(one, trial=replace(one.trial, hypothesis=replace(one.trial.hypothesis, family=Family.PLACEBO)))
    without = replace(one, trial=replace(one.trial, kind="ablation"))
    assert luck_of_choice([one, coin, without]).candidates == 1
