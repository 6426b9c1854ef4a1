"""A trial: one hypothesis looked at on one piece of history. Of many, the best one looks good by luck."""

from dataclasses import dataclass
from typing import Literal

from edgeproof.core.model.errors import InputError

TrialKind = Literal["declared", "secondary", "ablation", "search"]
"""A hypothesis or variant as declared, another timeframe of one, one without a confirmation, one found by search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """What the ledger keeps of a trial.

    `id` says what was computed on which data: the same trial again is the same record. `start` and `end` bound the
    history that was looked at. `p_value` is 1 and `expectancy_r` and `sharpe` (a day, not annualised) are None where
    there was too little to compute them from: the trial counts all the same.
    """

    id: str
    kind: TrialKind
    hypothesis: str
    instruments: tuple[str, ...]
    start: int
    end: int
    n: int
    expectancy_r: float | None
    p_value: float
    sharpe: float | None

    def __post_init__(self) -> None:
        if not self.id or not self.instruments:
            raise InputError("expected a trial with an id and at least one instrument")
        if not 0.0 <= self.p_value <= 1.0:
            raise InputError(f"expected a p-value from 0 to 1 for trial {self.id}, found {self.p_value}")

    def concerns(self, instruments: frozenset[str], start: int, end: int) -> bool:
        """Whether it looked at any of the instruments within [start, end]."""
        return bool(instruments & set(self.instruments)) and self.start <= end and self.end >= start
