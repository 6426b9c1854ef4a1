"""Many hypotheses were tried: how small must a p-value be? q-values, and the order in which tests are opened."""

from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import BoolArray, FloatArray, IntArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.sample import require_fraction


def benjamini_hochberg(p_values: FloatArray) -> FloatArray:
    """The q-value of each test when the tests are independent (or positively dependent), in the order of `p_values`.

    q of the k-th smallest p among m is the minimum over j >= k of p_(j) m / j, at most 1: the smallest share of false
    discoveries among all tests up to it that still lets it pass.

    Source: Y. Benjamini and Y. Hochberg (1995), "Controlling the false discovery rate", JRSS B 57, 289-300.

    By hand for three tests, sorted 0.01, 0.03 and 0.04: times 3/1, 3/2 and 3/3 they are 0.03,
    0.045 and 0.04, and the second takes the smaller one after it.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(12).tolist()
    [0.03, 0.04, 0.04]

    Raises
    ------
    InputError
        For a p-value outside 0 to 1.
    """
    return _step_up(p_values, 1.0)


def benjamini_yekutieli(p_values: FloatArray) -> FloatArray:
    """The q-value of each test whatever the dependence between them, in the order of `p_values`.

    As `benjamini_hochberg`, times 1 + 1/2 + ... + 1/m. Chosen for the trial ledger because hypotheses tried on the same
    data depend on one another in ways nobody knows.

    Source: Y. Benjamini and D. Yekutieli (2001), "The control of the false discovery rate in multiple testing under
    dependency", Annals of Statistics 29, 1165-1188.

    By hand: the values of the example of `benjamini_hochberg`, times 1 + 1/2 + 1/3 = 11/6.

    >>> benjamini_yekutieli(np.array([0.01, 0.04, 0.03])).round(12).tolist()
    [0.055, 0.073333333333, 0.073333333333]

    Raises
    ------
    InputError
        For a p-value outside 0 to 1.
    """
    return _step_up(p_values, float((1.0 / np.arange(1, len(p_values) + 1)).sum()))


def bonferroni(p_values: FloatArray) -> FloatArray:
    """Each p-value times their number, at most 1: the chance of even one false discovery. For reference.

    >>> bonferroni(np.array([0.01, 0.04, 0.5])).tolist()
    [0.03, 0.12, 1.0]

    Raises
    ------
    InputError
        For a p-value outside 0 to 1.
    """
    _check(p_values)
    return np.minimum(p_values * len(p_values), 1.0)


def _step_up(p_values: FloatArray, penalty: float) -> FloatArray:
    _check(p_values)
    m = len(p_values)
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * (m * penalty / np.arange(1, m + 1))
    q_values = np.empty(m)
    q_values[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q_values


def _check(p_values: FloatArray) -> None:
    bad = ~((p_values >= 0.0) & (p_values <= 1.0))
    if bad.any():
        place = int(np.argmax(bad))
        raise InputError(
            f"expected p-values from 0 to 1, found {p_values[place]} at {place}: "
            "a test that could not be made counts with a p-value of 1"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hierarchy:
    """Which tests were opened, and the q-values to hold against the level.

    `primary_q` (n_primary,); `opened` (n_secondary,) says whose primary passed; `secondary_q` (n_secondary,) is NaN
    where the test was not opened. Passing is q <= `level` in both.
    """

    level: float
    primary_q: FloatArray
    opened: BoolArray
    secondary_q: FloatArray


def hierarchical(primary: FloatArray, secondary: FloatArray, parent: IntArray, *, level: float) -> Hierarchy:
    """The q-values of primary tests, and of secondary ones opened only by a primary that passes.

    The primaries are one family, and so are the secondaries of each primary, all under `benjamini_yekutieli`. With R of
    m primaries passed, a family is held to level · R / m: its q-values are multiplied by m / R, so that the one `level`
    applies to all. That keeps the expected share of false discoveries, averaged over the opened families, at the level
    although the families were chosen by looking.

    Source: D. Yekutieli (2008), "Hierarchical false discovery rate-controlling methodology", JASA 103, 309-316; the
    factor: Y. Benjamini and M. Bogomolov (2014), "Selective inference on multiple families of hypotheses", JRSS B 76.

    By hand: primaries 0.001 and 0.5 have q 0.001 · 2 · 1.5 = 0.003 and 0.75; one of two passes, so the only secondary
    of the first, 0.02, has q 0.02 · 2/1, and that of the second is not opened.

    >>> found = hierarchical(np.array([0.001, 0.5]), np.array([0.02, 0.0001]), np.array([0, 1]), level=0.1)
    >>> found.primary_q.round(12).tolist(), found.opened.tolist(), found.secondary_q.tolist()
    ([0.003, 0.75], [True, False], [0.04, nan])

    Parameters
    ----------
    primary, secondary : float64 (n_primary,), (n_secondary,)
        p-values.
    parent : int64 (n_secondary,)
        Which primary opens each secondary.

    Raises
    ------
    InputError
        For a p-value or a level out of range, or a secondary without its primary.
    """
    require_fraction(level, "a level")
    _check(secondary)
    if len(parent) != len(secondary) or ((parent < 0) | (parent >= len(primary))).any():
        raise InputError(
            f"expected a primary from 0 to {len(primary) - 1} for each of {len(secondary)} secondary tests"
        )
    primary_q = benjamini_yekutieli(primary)
    passed = primary_q <= level
    opened: BoolArray = passed[parent]
    secondary_q = np.full(len(secondary), np.nan)
    for family in np.unique(parent[opened]):
        members = parent == family
        chosen = benjamini_yekutieli(secondary[members]) * (len(primary) / int(passed.sum()))
        secondary_q[members] = np.minimum(chosen, 1.0)
    return Hierarchy(level=level, primary_q=primary_q, opened=opened, secondary_q=secondary_q)
