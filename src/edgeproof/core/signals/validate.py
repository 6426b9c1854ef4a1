"""May a signal be told? Every rule it is held against, each with the value found and its limit.

The rules guard against moments in which the record of a hypothesis means nothing: the signal is too old, the stop is
closer than its costs, the spread is wide, funding is extreme, nobody trades. They do not judge the idea: conditions do,
and their effect is tested. A value that is not known holds nothing against the signal; it is told as not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from edgeproof.core.model.signal import Check, Fate, Signal
from edgeproof.core.model.time import MINUTE

_BASIS_POINT = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a signal may not exceed; None switches a rule off.

    `max_cost_r`: costs of a round trip (fees, slippage) in R. `min_stop_bps`: distance of the stop in basis points.
    `max_spread_bps`: the quoted spread. `max_funding`: the rate against the position, a fraction a funding period.
    `max_quiet`: the share of the last hour's minutes without a trade. `within_regimes`: only in the regimes a
    hypothesis declares.
    """

    max_cost_r: float | None = 0.5
    min_stop_bps: float | None = 5.0
    max_spread_bps: float | None = 20.0
    max_funding: float | None = 0.0005
    max_quiet: float | None = 0.5
    within_regimes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known around a signal when it is judged; None where it is not.

    `now` is the venue's time, `state` that of the hypothesis, `admits` those that may be told and `admits_words` how
    people say that; `cost` is that of a round trip as a fraction of price.
    """

    now: int
    state: str
    admits: Sequence[str]
    admits_words: str
    cost: float
    spread_bps: float | None
    funding_rate: float | None
    quiet: float | None
    regime: str
    regimes: Sequence[str]


def checks(signal: Signal, around: Surroundings, limits: Limits) -> tuple[Check, ...]:
    """Every rule, in the order in which they decide: the first that does not hold is the fate of the signal."""
    flaw = signal.flaw
    sound = Check(rule="levels", value=flaw or "sound", limit="sound", holds=flaw is None)
    age = Check(
        rule="age_minutes",
        value=(around.now - signal.time) / MINUTE,
        limit=(signal.expires_at - signal.time) / MINUTE,
        holds=around.now < signal.expires_at,
    )
    state = Check(rule="state", value=around.state, limit=around.admits_words, holds=around.state in around.admits)
    return sound, age, state, *_prices(signal, around, limits), *_market(signal, around, limits)


def _prices(signal: Signal, around: Surroundings, limits: Limits) -> tuple[Check, ...]:
    distance = signal.risk / signal.reference_price if signal.reference_price else 0.0
    return (
        _least("stop_distance_bps", distance / _BASIS_POINT, limits.min_stop_bps),
        _most("cost_r", around.cost / distance if distance > 0 else None, limits.max_cost_r),
        _most("spread_bps", around.spread_bps, limits.max_spread_bps),
    )


def _market(signal: Signal, around: Surroundings, limits: Limits) -> tuple[Check, ...]:
    against = None if around.funding_rate is None else signal.direction * around.funding_rate
    suits = not (limits.within_regimes and around.regimes) or around.regime in around.regimes
    return (
        _most("funding_against", against, limits.max_funding),
        _most("quiet_share", around.quiet, limits.max_quiet),
        Check(rule="regime", value=around.regime or "none", limit=" or ".join(around.regimes) or None, holds=suits),
    )


def _most(rule: str, value: float | None, limit: float | None) -> Check:
    return Check(rule=rule, value=value, limit=limit, holds=value is None or limit is None or value <= limit)


def _least(rule: str, value: float, limit: float | None) -> Check:
    return Check(rule=rule, value=value, limit=limit, holds=limit is None or value >= limit)


def fate_of(found: Sequence[Check]) -> tuple[Fate, Check | None]:
    """The fate the checks give a signal, and the one that decided; none for a signal that is told."""
    failed = next((each for each in found if not each.holds), None)
    if failed is None:
        return Fate.TOLD, None
    return {"levels": Fate.VOID, "age_minutes": Fate.EXPIRED}.get(failed.rule, Fate.VETOED), failed
