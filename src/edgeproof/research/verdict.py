"""The verdict on a hypothesis: a state, the line a person understands, and the rules behind it as data.

1. Without enough history or round trips nothing is said: the state stays `tested`, "unproven".
2. `rejected`: enough trades to say no; the win rate or the expectancy is below what is needed beyond doubt.
3. `qualified`: every rule of `_rules` holds, in-sample and out of sample.
4. What passed in-sample and failed out of sample is `rejected` too; the rest is unproven, with what it lacks.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from edgeproof.core.performance.significance import MIN_ROUND_TRIPS

MAX_Q = 0.10
"""At most one discovery in ten is luck."""

MIN_DEFLATED_SHARPE = 0.95
MAX_OUT_OF_SAMPLE_P = 0.05
"""Shared (Bonferroni) among all of a run that passed in-sample: each look at the last third is a chance to be lucky."""

MIN_DAYS = 7
"""In-sample history below a week has not seen every weekday once."""


class State(StrEnum):
    """How far a hypothesis has come."""

    DRAFT = "draft"
    TESTED = "tested"
    QUALIFIED = "qualified"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule, the value found and the limit it was held against; NaN where there is no value."""

    name: str
    value: float
    limit: float
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A state, the line that says why, and every rule that was asked."""

    state: State
    line: str
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one part of the history showed; rates are fractions, NaN where there is none.

    `high_r` is the upper 95 % bound of the expectancy; `needed_win_rate` the higher of the two bars.
    """

    n: int
    win_rate: float
    win_rate_high: float
    needed_win_rate: float
    cost_r: float
    expectancy_r: float
    high_r: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that a verdict rests on. `trials` is the size of the family, `needed_trades` the number it would take.

    `asked` is how many of the run were held against the last third: they share its level. `untestable` says why there
    is no p-value, "" when there is one; `no_trades` why there are no trades at all.
    """

    inside: Sample
    outside: Sample
    days: float
    q_value: float
    deflated_sharpe: float
    trials: int
    needed_trades: float
    funding_unknown: int
    untestable: str = ""
    no_trades: str = ""
    asked: int = 1


def not_tested(reason: str) -> Verdict:
    """The verdict on a hypothesis that this history cannot answer."""
    return Verdict(state=State.DRAFT, line=f"not tested: {reason}")


def judge(evidence: Evidence) -> Verdict:
    """The verdict on the evidence."""
    too_little = _too_little(evidence)
    if too_little:
        return Verdict(state=State.TESTED, line=f"unproven: {too_little}", rules=_rules(evidence))
    rules = _rules(evidence)
    refusal = _refusal(evidence.inside)
    if refusal:
        return Verdict(state=State.REJECTED, line=f"rejected: {refusal}", rules=rules)
    if all(rule.holds for rule in rules):
        return Verdict(state=State.QUALIFIED, line=f"qualified: {_praise(evidence)}", rules=rules)
    if passes_in_sample(rules):
        return _judge_out_of_sample(evidence.outside, rules)
    return Verdict(state=State.TESTED, line=f"unproven: {_lacking(evidence)}", rules=rules)


def passes_in_sample(rules: Sequence[Rule]) -> bool:
    """Whether every in-sample rule holds: only then the last third is asked."""
    return all(rule.holds for rule in rules if not rule.name.startswith(_OUT))


_OUT = "out_of_sample_"


def _rules(evidence: Evidence) -> tuple[Rule, ...]:
    inside, outside = evidence.inside, evidence.outside
    return (
        _at_least("days", evidence.days, MIN_DAYS),
        _at_least("win_rate", inside.win_rate, inside.needed_win_rate),
        _above("expectancy_r", inside.expectancy_r, 0.0),
        _at_least("trades", inside.n, evidence.needed_trades),
        _at_most("q_value", evidence.q_value, MAX_Q),
        _at_least("deflated_sharpe", evidence.deflated_sharpe, MIN_DEFLATED_SHARPE),
        _at_least(f"{_OUT}trades", outside.n, MIN_ROUND_TRIPS),
        _at_least(f"{_OUT}win_rate", outside.win_rate, outside.needed_win_rate),
        _above(f"{_OUT}expectancy_r", outside.expectancy_r, 0.0),
        _at_most(f"{_OUT}p_value", outside.p_value, MAX_OUT_OF_SAMPLE_P / max(1, evidence.asked)),
    )


# Comparisons with NaN are false: a figure that does not exist holds nothing.
def _at_least(name: str, value: float, limit: float) -> Rule:
    return Rule(name=name, value=float(value), limit=float(limit), holds=value >= limit)


def _above(name: str, value: float, limit: float) -> Rule:
    return Rule(name=name, value=float(value), limit=float(limit), holds=value > limit)


def _at_most(name: str, value: float, limit: float) -> Rule:
    return Rule(name=name, value=float(value), limit=float(limit), holds=value <= limit)


def _too_little(evidence: Evidence) -> str:
    if evidence.no_trades:
        return f"no trades, {evidence.no_trades}"
    if evidence.inside.n == 0:
        return "no trade ended in-sample"
    if evidence.days < MIN_DAYS:
        return f"{_days(evidence.days)} of in-sample history; needs {MIN_DAYS} days"
    if evidence.inside.n < MIN_ROUND_TRIPS:
        return f"needs at least {MIN_ROUND_TRIPS} trades, has {evidence.inside.n}"
    return evidence.untestable


def _days(days: float) -> str:
    if days >= 2:
        return f"{days:.0f} days"
    return "1 day" if days >= 1 else "less than a day"


def _refusal(inside: Sample) -> str:
    """Why there are enough trades to say no; nothing when there are not."""
    if inside.needed_win_rate > 1 and inside.expectancy_r <= 0:
        return f"its costs ({inside.cost_r:.2f} R) are more than a win pays; {_r(inside.expectancy_r)} a trade"
    if inside.win_rate_high < inside.needed_win_rate:
        needed = f"needs {_percent(inside.needed_win_rate)} at its costs ({inside.cost_r:.2f} R)"
        return f"{_percent(inside.win_rate)} of {inside.n:,} trades; {needed}"
    if inside.high_r <= 0:
        return f"loses {-inside.expectancy_r:.2f} R a trade over {inside.n:,} trades; at best {_r(inside.high_r)}"
    return ""


def _praise(evidence: Evidence) -> str:
    inside, outside = evidence.inside, evidence.outside
    held = f"{_r(outside.expectancy_r)} over {outside.n:,} out of sample"
    unknown = f"; funding unknown for {evidence.funding_unknown:,} trades" if evidence.funding_unknown else ""
    return (
        f"{_percent(inside.win_rate)} of {inside.n:,} trades, needs {_percent(inside.needed_win_rate)}; "
        f"{_r(inside.expectancy_r)}, {held}; q {evidence.q_value:.2g} of {evidence.trials:,} trials{unknown}"
    )


def _judge_out_of_sample(outside: Sample, rules: tuple[Rule, ...]) -> Verdict:
    if outside.n < MIN_ROUND_TRIPS:
        line = f"unproven: passed in-sample; needs {MIN_ROUND_TRIPS} trades out of sample, has {outside.n}"
        return Verdict(state=State.TESTED, line=line, rules=rules)
    if outside.expectancy_r <= 0 or outside.win_rate < outside.needed_win_rate:
        found = f"{_percent(outside.win_rate)} of {outside.n:,} trades, {_r(outside.expectancy_r)}"
        line = f"rejected: did not hold out of sample: {found}; needs {_percent(outside.needed_win_rate)}"
        return Verdict(state=State.REJECTED, line=line, rules=rules)
    found = f"{_r(outside.expectancy_r)} over {outside.n:,} trades"
    line = f"unproven: passed in-sample; out of sample {found} can be luck (p {_p(outside.p_value)})"
    return Verdict(state=State.TESTED, line=line, rules=rules)


def _p(value: float) -> str:
    return "unknown" if math.isnan(value) else f"{value:.2f}"


def _lacking(evidence: Evidence) -> str:
    inside = evidence.inside
    if inside.win_rate < inside.needed_win_rate:
        needed = f"{_percent(inside.needed_win_rate)} (costs {inside.cost_r:.2f} R)"
        return f"{_percent(inside.win_rate)} of {inside.n:,} trades, not clearly below {needed}"
    if inside.expectancy_r <= 0:
        return f"{_r(inside.expectancy_r)} a trade over {inside.n:,} trades, too few to say no"
    if inside.n < evidence.needed_trades < math.inf:
        return f"needs {evidence.needed_trades:,.0f} trades, has {inside.n:,}"
    found = f"{_r(inside.expectancy_r)} over {inside.n:,} trades"
    if not evidence.q_value <= MAX_Q:
        return f"{found} can be luck: q {evidence.q_value:.2f} after {evidence.trials:,} trials; needs {MAX_Q:.2f}"
    return (
        f"{found}: deflated Sharpe {_p(evidence.deflated_sharpe)} after {evidence.trials:,} trials; "
        f"needs {MIN_DEFLATED_SHARPE:.2f}"
    )


def _r(value: float) -> str:
    """An amount of R with its sign; what rounds to nothing is +0.00, never -0.00."""
    return f"{round(value, 2) + 0.0:+.2f} R"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f} %"


def overall(states: Sequence[str]) -> State:
    """The state of a hypothesis from those on each scope: qualified on any, rejected on all, else tested.

    >>> overall(["rejected", "qualified"]), overall(["rejected", "rejected"]), overall([])
    (<State.QUALIFIED: 'qualified'>, <State.REJECTED: 'rejected'>, <State.DRAFT: 'draft'>)
    """
    known = [State(each) for each in states if each != State.DRAFT]
    if not known:
        return State.DRAFT
    if State.QUALIFIED in known:
        return State.QUALIFIED
    return State.REJECTED if set(known) == {State.REJECTED} else State.TESTED
