"""A hypothesis: an idea about the market, declared as data so that it can be tested, compared and stored."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from functools import lru_cache

from edgeproof.core.model.errors import HypothesisError
from edgeproof.core.model.time import format_duration


class Direction(IntEnum):
    """Which way a position earns: the sign of its profit per unit of price."""

    LONG = 1
    SHORT = -1

    @property
    def word(self) -> str:
        """As users write it: long or short."""
        return self.name.lower()


class Family(StrEnum):
    """What kind of idea a hypothesis is."""

    MEAN_REVERSION = "mean_reversion"
    TREND = "trend"
    BREAKOUT = "breakout"
    MOMENTUM = "momentum"
    VOLATILITY = "volatility"
    VOLUME = "volume"
    STRUCTURE = "structure"
    DIVERGENCE = "divergence"
    PATTERN = "pattern"
    FUNDING = "funding"
    SESSION = "session"
    CONFLUENCE = "confluence"
    PLACEBO = "placebo"


class Regime(StrEnum):
    """A state of the market a hypothesis is said to suit; kept with the results, it does not gate a signal."""

    TRENDING = "trending"
    RANGING = "ranging"
    CHOPPY = "choppy"
    VOLATILE = "volatile"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a fraction of the position is taken off: a multiple of R ("2R") or a price expression."""

    at: str
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """One hypothesis as its author wrote it: expressions as text, durations in milliseconds.

    `slippage_bps` None means the table by timeframe; `max_hold` None means no time stop. `vary` lists values for
    each {placeholder} of the expressions; a hypothesis with `vary` stands for all its variants.
    """

    name: str
    timeframe: int
    direction: Direction
    family: Family
    reason: str
    entry: tuple[str, ...]
    confirm: tuple[str, ...] = ()
    stop: str
    targets: tuple[Target, ...]
    exit: tuple[str, ...] = ()
    max_hold: int | None = None
    trail: str | None = None
    break_even: bool = False
    expires_after: int
    regimes: tuple[Regime, ...] = ()
    slippage_bps: float | None = None
    vary: tuple[tuple[str, tuple[float, ...]], ...] = ()
    also: tuple[int, ...] = ()

    def expressions(self) -> Iterator[tuple[str, str]]:
        """Every expression with the key it stands under, as written."""
        for key in ("entry", "confirm", "exit"):
            for text in getattr(self, key):
                yield key, text
        yield "stop", self.stop
        if self.trail is not None:
            yield "trail", self.trail
        for target in self.targets:
            yield "targets", target.at


@lru_cache(maxsize=1024)
def variants(hypothesis: Hypothesis) -> tuple[Hypothesis, ...]:
    """The declared variants, each a hypothesis of its own; the hypothesis itself when it varies nothing."""
    if not hypothesis.vary:
        return (hypothesis,)
    names = [name for name, _ in hypothesis.vary]
    grids = [values for _, values in hypothesis.vary]
    return tuple(_variant(hypothesis, dict(zip(names, chosen, strict=True))) for chosen in itertools.product(*grids))


def _variant(hypothesis: Hypothesis, chosen: dict[str, float]) -> Hypothesis:
    words = {name: f"{value:.15g}" for name, value in chosen.items()}

    def fill(text: str) -> str:
        for name, word in words.items():
            text = text.replace(f"{{{name}}}", word)
        return text

    label = ",".join(f"{name}={word}" for name, word in words.items())
    return replace(
        hypothesis,
        name=f"{hypothesis.name}[{label}]",
        entry=tuple(map(fill, hypothesis.entry)),
        confirm=tuple(map(fill, hypothesis.confirm)),
        exit=tuple(map(fill, hypothesis.exit)),
        stop=fill(hypothesis.stop),
        trail=None if hypothesis.trail is None else fill(hypothesis.trail),
        targets=tuple(replace(target, at=fill(target.at)) for target in hypothesis.targets),
        vary=(),
    )


def require_multiple(hypothesis: Hypothesis, base: int) -> None:
    """Refuse a timeframe that cannot be built from the base candles."""
    if hypothesis.timeframe % base:
        raise HypothesisError(
            f"{hypothesis.name} needs {format_duration(hypothesis.timeframe)} candles, which cannot be built from "
            f"the {format_duration(base)} candles that are stored; import finer candles"
        )
