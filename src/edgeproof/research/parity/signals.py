"""Signals as both sides know them, and whether two of them say the same."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from edgeproof.core.model.signal import Decision, Fate, Signal
from edgeproof.core.model.time import format_time
from edgeproof.core.signals.generate import Fires
from edgeproof.core.signals.hypothesis import Hypothesis

TOLERANCE = 1e-9
"""Relative: what two prices may differ by and be the same."""


class Key(NamedTuple):
    """Which signal of an instrument it is."""

    hypothesis: str
    time: int


class Levels(NamedTuple):
    """All that is fixed when a signal fires. `trail` is NaN where the stop does not trail."""

    reference: float
    stop: float
    targets: tuple[float, ...]
    trail: float
    expires_at: int
    timeframe: int
    direction: int
    fractions: tuple[float, ...]

    def document(self) -> dict[str, Any]:
        """For JSON, with null for what is no number."""
        return {
            "reference_price": _number(self.reference),
            "stop_loss": _number(self.stop),
            "targets": [_number(target) for target in self.targets],
            "trail": _number(self.trail),
            "direction": self.direction,
            "expires_at": format_time(self.expires_at),
        }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A decision of the journal, as far as it can be compared."""

    seq: int
    session: str
    id: str
    key: Key
    levels: Levels
    fate: Fate
    is_sound: bool

    @property
    def is_fated_rightly(self) -> bool:
        """Whether a void signal was not told, and a sound one not called void."""
        return self.fate is not (Fate.VOID if self.is_sound else Fate.TOLD)


def recorded(seq: int, session: str, decision: Decision) -> Recorded:
    """What is compared of a decision."""
    signal = decision.signal
    return Recorded(
        seq=seq,
        session=session,
        id=signal.id,
        key=Key(signal.hypothesis, signal.time),
        levels=_levels_of(signal),
        fate=decision.fate,
        is_sound=signal.flaw is None,
    )


def _levels_of(signal: Signal) -> Levels:
    return Levels(
        reference=signal.reference_price,
        stop=signal.stop_loss,
        targets=tuple(signal.targets),
        trail=math.nan if signal.trail is None else signal.trail,
        expires_at=signal.expires_at,
        timeframe=signal.timeframe,
        direction=int(signal.direction),
        fractions=tuple(signal.fractions),
    )


def levels_at(hypothesis: Hypothesis, fires: Fires) -> Iterator[tuple[Key, Levels]]:
    """Every fire as a key and its levels."""
    fixed = (hypothesis.timeframe, int(hypothesis.direction), tuple(each.fraction for each in hypothesis.targets))
    columns = (fires.time, fires.reference, fires.stop, fires.targets, fires.trail)
    for time, reference, stop, targets, trail in zip(*(each.tolist() for each in columns), strict=True):
        expires_at = time + hypothesis.expires_after
        yield Key(hypothesis.name, time), Levels(reference, stop, tuple(targets), trail, expires_at, *fixed)


def agree(one: Levels, other: Levels) -> bool:
    """Whether they say the same: prices to 1e-9 of them, everything else exactly; no number equals no number."""
    return one[4:] == other[4:] and len(one.targets) == len(other.targets) and _are_near(_prices(one), _prices(other))


def _prices(levels: Levels) -> tuple[float, ...]:
    return (levels.reference, levels.stop, levels.trail, *levels.targets)


def _are_near(prices: Sequence[float], others: Sequence[float]) -> bool:
    return all(map(is_near, prices, others))


def is_near(price: float, other: float) -> bool:
    """Whether two prices are the same.

    >>> is_near(100.0, 100.00000001), is_near(100.0, 100.001), is_near(math.nan, math.nan)
    (True, False, True)
    """
    return math.isclose(price, other, rel_tol=TOLERANCE) or (math.isnan(price) and math.isnan(other))


def first_difference(live: Levels, backtest: Levels) -> str:
    """The first thing in which they differ, in words.

    The order is that in which one follows from the other.
    """
    pairs: Mapping[str, tuple[Any, Any]] = {
        "timeframe": (live.timeframe, backtest.timeframe),
        "direction": (live.direction, backtest.direction),
        "fractions": (live.fractions, backtest.fractions),
        "reference price": (live.reference, backtest.reference),
        "stop": (live.stop, backtest.stop),
        **_target_pairs(live, backtest),
        "trail": (live.trail, backtest.trail),
        "expiry": (format_time(live.expires_at), format_time(backtest.expires_at)),
    }
    for name, (one, other) in pairs.items():
        is_same = is_near(one, other) if isinstance(one, float) and isinstance(other, float) else one == other
        if not is_same:
            return f"{name} {_text(one)} live, {_text(other)} in the backtest"
    return "the fate is not that of its levels"


def _text(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _target_pairs(live: Levels, backtest: Levels) -> dict[str, tuple[Any, Any]]:
    if len(live.targets) != len(backtest.targets):
        return {"targets": (live.targets, backtest.targets)}
    pairs = zip(live.targets, backtest.targets, strict=True)
    return {f"target {number}": pair for number, pair in enumerate(pairs, start=1)}
