"""Figures in, verdict out: the lines as a trader reads them."""

import math
from dataclasses import replace
from typing import Any

import pytest

from edgeproof.research.verdict import Evidence, Sample, State, judge, not_tested, overall

INSIDE = Sample(
    n=420,
    win_rate=0.472,
    win_rate_high=0.52,
    needed_win_rate=0.413,
    cost_r=0.24,
    expectancy_r=0.18,
    high_r=0.30,
    p_value=0.0001,
)
OUTSIDE = replace(INSIDE, n=190, win_rate=0.45, expectancy_r=0.11, p_value=0.02)
GOOD = Evidence(
    inside=INSIDE,
    outside=OUTSIDE,
    days=240.0,
    q_value=0.012,
    deflated_sharpe=0.97,
    trials=160,
    needed_trades=400.0,
    funding_unknown=0,
)
NAN = math.nan


def inside(**changes: Any) -> Evidence:
    return replace(GOOD, inside=replace(INSIDE, **changes))


def outside(**changes: Any) -> Evidence:
    return replace(GOOD, outside=replace(OUTSIDE, **changes))


SCENARIOS = {
    "everything holds": (
        GOOD,
        "qualified: 47.2 % of 420 trades, needs 41.3 %; +0.18 R, +0.11 R over 190 out of sample; q 0.012 of 160 trials",
    ),
    "funding history ends early": (
        replace(GOOD, funding_unknown=1_200),
        "qualified: 47.2 % of 420 trades, needs 41.3 %; +0.18 R, +0.11 R over 190 out of sample; "
        "q 0.012 of 160 trials; funding unknown for 1,200 trades",
    ),
    "the win rate is clearly below its bar": (
        inside(win_rate=0.361, win_rate_high=0.409, expectancy_r=-0.1),
        "rejected: 36.1 % of 420 trades; needs 41.3 % at its costs (0.24 R)",
    ),
    "costs eat more than a win pays": (
        inside(win_rate=0.25, win_rate_high=0.3, needed_win_rate=1.2, cost_r=2.63, expectancy_r=-1.9),
        "rejected: its costs (2.63 R) are more than a win pays; -1.90 R a trade",
    ),
    "it loses beyond doubt although its win rate is fair": (
        inside(expectancy_r=-0.11, high_r=-0.001),
        "rejected: loses 0.11 R a trade over 420 trades; at best +0.00 R",
    ),
    "the win rate is below its bar, but not clearly": (
        inside(win_rate=0.39, win_rate_high=0.44, n=96),
        "unproven: 39.0 % of 96 trades, not clearly below 41.3 % (costs 0.24 R)",
    ),
    "it lost, but could be good": (
        inside(expectancy_r=-0.02, n=96),
        "unproven: -0.02 R a trade over 96 trades, too few to say no",
    ),
    "good, but on few trades": (
        replace(inside(n=96), needed_trades=1_190.0),
        "unproven: needs 1,190 trades, has 96",
    ),
    "good, but among many tries": (
        replace(GOOD, q_value=0.31, trials=900),
        "unproven: +0.18 R over 420 trades can be luck: q 0.31 after 900 trials; needs 0.10",
    ),
    "its Sharpe ratio is that of the best of many": (
        replace(GOOD, deflated_sharpe=0.71),
        "unproven: +0.18 R over 420 trades: deflated Sharpe 0.71 after 160 trials; needs 0.95",
    ),
    "its Sharpe ratio cannot be told": (
        replace(GOOD, deflated_sharpe=NAN),
        "unproven: +0.18 R over 420 trades: deflated Sharpe unknown after 160 trials; needs 0.95",
    ),
    "it lost in the last third": (
        outside(expectancy_r=-0.05, win_rate=0.38),
        "rejected: did not hold out of sample: 38.0 % of 190 trades, -0.05 R; needs 41.3 %",
    ),
    "few trades in the last third": (
        outside(n=7),
        "unproven: passed in-sample; needs 30 trades out of sample, has 7",
    ),
    "no trades in the last third": (
        outside(n=0, win_rate=NAN, needed_win_rate=NAN, expectancy_r=NAN, p_value=NAN),
        "unproven: passed in-sample; needs 30 trades out of sample, has 0",
    ),
    "the last third can be luck": (
        outside(p_value=0.13),
        "unproven: passed in-sample; out of sample +0.11 R over 190 trades can be luck (p 0.13)",
    ),
    "the last third did not lose once": (
        outside(p_value=NAN, win_rate=1.0),
        "unproven: passed in-sample; out of sample +0.11 R over 190 trades can be luck (p unknown)",
    ),
    "no trade at all": (
        replace(inside(n=0), no_trades="never fired"),
        "unproven: no trades, never fired",
    ),
    "trades only after the split": (
        inside(n=0),
        "unproven: no trade ended in-sample",
    ),
    "a single day": (
        replace(GOOD, days=0.67),
        "unproven: less than a day of in-sample history; needs 7 days",
    ),
    "all trades won": (
        replace(inside(win_rate=1.0), untestable="none of 420 round trips lost: what a loss would cost is not known"),
        "unproven: none of 420 round trips lost: what a loss would cost is not known",
    ),
    "seven losers": (
        replace(inside(n=7, win_rate=0.0, win_rate_high=0.35), untestable="needs at least 30 round trips, has 7"),
        "unproven: needs at least 30 trades, has 7",
    ),
}


@pytest.mark.parametrize("situation", SCENARIOS)
def test_verdict_in_each_situation_reads_as_written(situation: str) -> None:
    evidence, line = SCENARIOS[situation]
    assert judge(evidence).line == line


@pytest.mark.parametrize("situation", SCENARIOS)
def test_state_in_each_situation_is_the_word_of_its_line(situation: str) -> None:
    verdict = judge(SCENARIOS[situation][0])
    words = {State.QUALIFIED: "qualified", State.REJECTED: "rejected", State.TESTED: "unproven"}
    assert verdict.line.split(":")[0] == words[verdict.state]


@pytest.mark.parametrize("rule", [rule.name for rule in judge(GOOD).rules])
def test_qualified_verdict_holds_every_rule(rule: str) -> None:
    assert next(each for each in judge(GOOD).rules if each.name == rule).holds


@pytest.mark.parametrize(
    ("rule", "evidence"),
    {
        "days": replace(GOOD, days=6.9),
        "win_rate": inside(win_rate=0.4129),
        "expectancy_r": inside(expectancy_r=0.0),
        "trades": replace(GOOD, needed_trades=421.0),
        "q_value": replace(GOOD, q_value=0.1001),
        "deflated_sharpe": replace(GOOD, deflated_sharpe=0.9499),
        "out_of_sample_trades": outside(n=29),
        "out_of_sample_win_rate": outside(win_rate=0.4129),
        "out_of_sample_expectancy_r": outside(expectancy_r=0.0),
        "out_of_sample_p_value": outside(p_value=0.0501),
    }.items(),
)
def test_evidence_that_misses_one_rule_is_not_qualified(rule: str, evidence: Evidence) -> None:
    verdict = judge(evidence)
    assert verdict.state is not State.QUALIFIED
    assert [each.name for each in verdict.rules if not each.holds] == [rule]


def test_needed_trades_without_a_number_that_would_do_are_no_number() -> None:
    assert "inf" not in judge(replace(GOOD, needed_trades=math.inf, q_value=0.5)).line


def test_hypothesis_that_history_cannot_answer_stays_a_draft() -> None:
    verdict = not_tested("needs funding; none is stored for this instrument")
    assert (verdict.state, verdict.line) == (
        State.DRAFT,
        "not tested: needs funding; none is stored for this instrument",
    )


def test_overall_state_with_one_open_scope_is_tested() -> None:
    assert overall(["rejected", "tested", "draft"]) is State.TESTED
