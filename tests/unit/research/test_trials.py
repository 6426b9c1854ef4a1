"""What makes two trials the same, and which trials a hypothesis stands for."""

from dataclasses import replace

import pytest

from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.core.signals.hypothesis import Direction, Family, Hypothesis, Target
from edgeproof.research.backtest import Fees
from edgeproof.research.trials import secondary_trials, state_key, trial_id, with_ablations

DATA = {"BTC/USD:USD": "digest"}
DIP = Hypothesis(
    name="Dip",
    timeframe=5 * MINUTE,
    direction=Direction.LONG,
    family=Family.MEAN_REVERSION,
    reason="dips are bought",
    entry=("rsi(14) < 30", "close > sma(50)"),
    confirm=("volume > sma(volume, 20)", "hour < 12"),
    stop="close - 2 * atr(14)",
    targets=(Target("2R", 1.0),),
    expires_after=5 * MINUTE,
    also=(15 * MINUTE, HOUR),
)


def identity(hypothesis: Hypothesis = DIP, fees: Fees | None = None, data: dict[str, str] | None = None) -> str:
    return trial_id(hypothesis, fees or Fees(), data or DATA)


@pytest.mark.parametrize(
    "same",
    {
        "name": replace(DIP, name="Other"),
        "reason": replace(DIP, reason="another"),
        "family": replace(DIP, family=Family.TREND),
        "order": replace(DIP, entry=DIP.entry[::-1]),
        "blanks": replace(DIP, stop="close-2*atr( 14 )"),
        "confirmed or entered": replace(DIP, entry=(*DIP.entry, *DIP.confirm), confirm=()),
        "slippage of the table, said": replace(DIP, slippage_bps=1.5),
        "further timeframes": replace(DIP, also=()),
    }.items(),
    ids=lambda each: each[0],
)
def test_what_computes_the_same_is_the_same_trial(same: tuple[str, Hypothesis]) -> None:
    assert identity(same[1]) == identity()


@pytest.mark.parametrize(
    "other",
    {
        "timeframe": replace(DIP, timeframe=MINUTE),
        "direction": replace(DIP, direction=Direction.SHORT),
        "condition": replace(DIP, entry=("rsi(14) < 29", "close > sma(50)")),
        "without a confirmation": replace(DIP, confirm=DIP.confirm[:1]),
        "stop": replace(DIP, stop="close - 3 * atr(14)"),
        "target": replace(DIP, targets=(Target("3R", 1.0),)),
        "exit": replace(DIP, exit=("rsi(14) > 70",)),
        "trail": replace(DIP, trail="atr(14)"),
        "hold": replace(DIP, max_hold=HOUR),
        "break-even": replace(DIP, break_even=True),
        "slippage": replace(DIP, slippage_bps=2.0),
    }.items(),
    ids=lambda each: each[0],
)
def test_what_computes_something_else_is_another_trial(other: tuple[str, Hypothesis]) -> None:
    assert identity(other[1]) != identity()


def test_other_fees_or_data_are_another_trial() -> None:
    known = {identity(), identity(fees=Fees(taker=0.001)), identity(data={"BTC/USD:USD": "other"})}
    assert len(known | {identity(data={**DATA, "ETH/USD:USD": "digest"})}) == 4


def test_words_stay_apart_when_blanks_are_taken_out() -> None:
    assert identity(replace(DIP, entry=("hour < 3 or hour > 4",))) == identity(
        replace(DIP, entry=("hour<3 or hour>4",))
    )


def test_ablations_follow_their_hypothesis_each_without_one_confirmation() -> None:
    trials = with_ablations([DIP])
    assert [(each.kind, each.hypothesis.confirm, each.removed) for each in trials] == [
        ("declared", DIP.confirm, ""),
        ("ablation", DIP.confirm[1:], DIP.confirm[0]),
        ("ablation", DIP.confirm[:1], DIP.confirm[1]),
    ]


def test_secondary_trials_are_the_hypothesis_on_its_further_timeframes() -> None:
    found = secondary_trials(DIP)
    assert [(each.hypothesis.name, each.hypothesis.timeframe, each.parent) for each in found] == [
        ("Dip@15m", 15 * MINUTE, "Dip"),
        ("Dip@1h", HOUR, "Dip"),
    ]


def test_state_of_a_changed_hypothesis_is_kept_apart() -> None:
    keys = {state_key(DIP), state_key(replace(DIP, name="Other")), state_key(replace(DIP, stop="close - atr(14)"))}
    assert len(keys) == 3
