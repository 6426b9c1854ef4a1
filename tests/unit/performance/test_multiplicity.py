"""q-values against SciPy, and the opening of secondary tests by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.multiplicity import benjamini_hochberg, benjamini_yekutieli, bonferroni, hierarchical

# Few distinct values, so that ties are common.
p_value_lists = st.lists(
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.01, 0.05, 0.5, 1.0])), min_size=1, max_size=60
)


@given(p_value_lists)
def test_q_values_any_p_values_equal_scipy(p: list[float]) -> None:
    p_values = np.array(p)

    assert benjamini_hochberg(p_values) == pytest.approx(false_discovery_control(p_values, method="bh"), abs=1e-12)
    assert benjamini_yekutieli(p_values) == pytest.approx(false_discovery_control(p_values, method="by"), abs=1e-12)


@given(p_value_lists)
def test_q_values_are_ordered_as_the_p_values_and_never_below_them(p: list[float]) -> None:
    p_values = np.array(p)
    independent, dependent, family_wise = (
        adjust(p_values) for adjust in (benjamini_hochberg, benjamini_yekutieli, bonferroni)
    )

    assert (np.diff(dependent[np.argsort(p_values)]) >= 0).all()
    assert (p_values <= independent).all()
    assert (independent <= dependent + 1e-15).all()
    assert (independent <= family_wise + 1e-15).all()
    assert dependent.max() <= 1.0


@given(p_value_lists)
def test_q_values_one_more_trial_without_evidence_lowers_none(p: list[float]) -> None:
    alone = benjamini_yekutieli(np.array(p))
    with_another = benjamini_yekutieli(np.array([*p, 1.0]))[:-1]

    assert (with_another >= alone - 1e-12).all()


def test_q_values_pure_noise_seldom_passes_at_all() -> None:
    generator = np.random.default_rng(8)
    passed = sum(benjamini_yekutieli(generator.random(160)).min() <= 0.10 for _ in range(1_000))

    # All nulls true: the chance that any passes is at most 10 %, for Benjamini-Yekutieli 10 % / 5.65.
    assert 2 <= passed <= 40


def test_q_values_nothing_has_none() -> None:
    assert len(benjamini_yekutieli(np.array([]))) == 0
    assert len(bonferroni(np.array([]))) == 0


@pytest.mark.parametrize("bad", [-0.1, 1.1, np.nan])
def test_q_values_number_that_is_no_probability_is_refused(bad: float) -> None:
    with pytest.raises(InputError, match="p-values from 0 to 1, found .* at 1"):
        benjamini_yekutieli(np.array([0.5, bad]))


def test_hierarchical_families_of_passed_primaries_pay_for_having_been_chosen() -> None:
    primary = np.array([0.001, 0.002, 0.9, 0.8])
    secondary = np.array([0.01, 0.02, 0.03, 1e-9])
    found = hierarchical(primary, secondary, np.array([0, 0, 1, 2]), level=0.1)

    assert found.opened.tolist() == [True, True, True, False]
    # Two of four primaries pass: twice the family's own q-values.
    assert found.secondary_q[:2] == pytest.approx(2 * false_discovery_control([0.01, 0.02], method="by"))
    assert found.secondary_q[2] == pytest.approx(0.06)
    assert np.isnan(found.secondary_q[3])


def test_hierarchical_no_primary_passes_opens_nothing() -> None:
    found = hierarchical(np.array([0.5, 0.6]), np.array([1e-9]), np.array([0]), level=0.1)

    assert not found.opened.any()
    assert np.isnan(found.secondary_q).all()


def test_hierarchical_without_secondary_tests_is_the_primary_family() -> None:
    found = hierarchical(np.array([0.01, 0.6]), np.array([]), np.array([], dtype=np.int64), level=0.1)

    assert found.primary_q == pytest.approx(false_discovery_control([0.01, 0.6], method="by"))


@pytest.mark.parametrize(("parent", "level"), [([2], 0.1), ([-1], 0.1), ([0, 1], 0.1), ([0], 0.0)])
def test_hierarchical_orphan_or_level_out_of_range_is_refused(parent: list[int], level: float) -> None:
    with pytest.raises(InputError, match="expected"):
        hierarchical(np.array([0.1, 0.2]), np.array([0.1]), np.array(parent), level=level)
