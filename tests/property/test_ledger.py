"""Luck is paid for: what further trials do to the figures of those that were there."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.model.trial import TrialRecord
from edgeproof.core.performance.overfitting import Moments
from edgeproof.research.ledger import family_of

P_VALUES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30)


def records(p_values: list[float], prefix: str = "t") -> list[TrialRecord]:
    return [
        TrialRecord(
            id=f"{prefix}{number}",
            kind="declared",
            hypothesis="H",
            instruments=("BTC/USD:USD",),
            start=0,
            end=1,
            n=50,
            expectancy_r=0.1,
            p_value=p,
            sharpe=0.1 * (-1) ** number,
        )
        for number, p in enumerate(p_values)
    ]


@given(P_VALUES, P_VALUES)
def test_trials_that_did_no_better_never_lower_a_q_value(there: list[float], extra: list[float]) -> None:
    # A trial that did better is a discovery of its own, and may speak for those that did nearly as well.
    worst = max(there)
    before = family_of(records(there))
    after = family_of(records(there) + records([max(p, worst) for p in extra], "x"))
    assert after.trials == before.trials + len(extra)
    for identity, q_value in before.q_values.items():
        assert after.q_value(identity) >= q_value - 1e-12


@given(P_VALUES)
def test_q_value_is_never_below_its_p_value(p_values: list[float]) -> None:
    family = family_of(records(p_values))
    for record in records(p_values):
        assert family.q_value(record.id) >= record.p_value - 1e-12


@given(st.integers(1, 200), st.floats(0.01, 0.5))
def test_deflated_sharpe_falls_with_every_pair_of_trials(n: int, sharpe: float) -> None:
    observed = Moments(n=500, sharpe=sharpe, skew=0.0, kurtosis=3.0)
    fewer, more = (family_of(records([0.5] * (2 * count))) for count in (n, n + 1))
    low, high = more.deflated(observed), fewer.deflated(observed)
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert low <= high


def test_trial_without_a_sharpe_ratio_counts_all_the_same() -> None:
    known = records([0.5] * 4)
    family = family_of([*known, replace(known[0], id="silent", sharpe=None, p_value=1.0)])
    assert family.trials == 5
    assert isinstance(family.deflated(Moments(n=500, sharpe=0.1, skew=0.0, kurtosis=3.0)), float)
