"""Signals and their fates: what fired, at which prices, and what became of it.

Every signal ends in exactly one recorded `Decision`. All times are int64 UTC milliseconds by the venue's clock.
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import format_time

_ID_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A hypothesis fired on an instrument at `time`, the close of a candle of its timeframe, at prices fixed there.

    `direction` is 1 for long, -1 for short. `fractions` (summing to 1) say how much comes off at each of `targets`.
    `trail` is a distance, None where the stop does not trail. Never act on a signal after `expires_at`.
    """

    hypothesis: str
    instrument: Instrument
    timeframe: int
    direction: int
    time: int
    reference_price: float
    stop_loss: float
    targets: tuple[float, ...]
    fractions: tuple[float, ...]
    trail: float | None
    expires_at: int

    @property
    def id(self) -> str:
        """A pure function of hypothesis, instrument and time: the same signal found again has the same id."""
        return signal_id(self.hypothesis, self.instrument, self.time)

    @property
    def risk(self) -> float:
        """R: the distance from the reference price to the stop."""
        return abs(self.reference_price - self.stop_loss)

    @property
    def risk_reward(self) -> float:
        """Sum over targets of fraction x |target - reference price| / R; NaN where R is 0 or not a number."""
        if not self.risk > 0:
            return math.nan
        parts = zip(self.targets, self.fractions, strict=True)
        return sum(fraction * abs(target - self.reference_price) for target, fraction in parts) / self.risk

    @property
    def flaw(self) -> str | None:
        """Why the signal is void: a stop or target on the wrong side of the reference price, at it, or no number.

        None for a sound one.
        """
        if not self.direction * (self.reference_price - self.stop_loss) > 0:
            return "stop"
        if not all(self.direction * (target - self.reference_price) > 0 for target in self.targets):
            return "target"
        return None


@lru_cache(maxsize=4096)
def signal_id(hypothesis: str, instrument: Instrument, time: int) -> str:
    """The id of a signal: 16 hexadecimal digits.

    >>> signal_id("Rebound", Instrument("BTC", "USD", "USD"), 1_770_114_600_000)
    'c708679e8078c384'
    """
    words = f"{hypothesis}\n{instrument.unified}\n{format_time(time)}"
    return hashlib.sha256(words.encode()).hexdigest()[:_ID_LENGTH]


class Fate(StrEnum):
    """What became of a signal. Watching alone, one that nothing speaks against is told; no more can happen to it."""

    TOLD = "told"
    VETOED = "vetoed"
    VOID = "void"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule a signal was held against. `value` is None where it is not known; `limit` None where there is none."""

    rule: str
    value: float | str | None
    limit: float | str | None
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The one fate of a signal: what became of it, by which rule, and all that was looked at.

    `rule`, `value` and `limit` are those of the check that decided; "" and None for a signal that was told.
    `decided_at` is the venue's time. `state` is that of its hypothesis ("qualified", "tested" ...), `confidence` the
    chance of a win its record supports (None without a record). `evidence` can be written as JSON.
    """

    signal: Signal
    fate: Fate
    rule: str = ""
    value: float | str | None = None
    limit: float | str | None = None
    decided_at: int
    state: str
    confidence: float | None
    latency_ms: float
    checks: tuple[Check, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)
