"""What the ledger says about a trial: its q-value and its deflated Sharpe ratio among all that were ever tried.

The family of a trial are the trials that looked at any of its instruments in an overlapping time, those of last month
included: they had the same luck to draw from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.trial import TrialRecord
from edgeproof.core.performance.multiplicity import benjamini_yekutieli
from edgeproof.core.performance.overfitting import Moments, deflated_sharpe, variance_of_luck
from edgeproof.core.performance.sample import Untestable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrialFamily:
    """All trials on the same history: how many they are, and the q-value of each."""

    trials: int
    q_values: Mapping[str, float]

    def q_value(self, identity: str) -> float:
        """The q-value of a trial of the family."""
        return self.q_values[identity]

    def deflated(self, observed: Moments | Untestable) -> float | Untestable:
        """The probability that a Sharpe ratio is more than the luck of the best of so many trials."""
        if isinstance(observed, Untestable):
            return observed
        return deflated_sharpe(observed, max(1, self.trials), variance_of_luck(observed.n))


def family_of(records: Sequence[TrialRecord]) -> TrialFamily:
    """The family that records of the ledger make up.

    >>> good = TrialRecord(id="a", kind="declared", hypothesis="A", instruments=("BTC",), start=0, end=1, n=50,
    ...                    expectancy_r=0.2, p_value=0.01, sharpe=0.1)
    >>> family = family_of([good])
    >>> family.trials, family.q_value("a")
    (1, 0.01)
    """
    q_values = benjamini_yekutieli(np.array([record.p_value for record in records]))
    return TrialFamily(
        trials=len(records),
        q_values={record.id: q for record, q in zip(records, q_values.tolist(), strict=True)},
    )
