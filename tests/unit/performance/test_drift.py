"""Drift: what makes a test, what the fold makes of trades, and that alarms are as rare as they were declared."""

import math
import os
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import pytest

from edgeproof.core.kernels.resampling import cusum_peaks
from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.entry import HEAVIEST
from edgeproof.core.model.errors import InputError
from edgeproof.core.performance.drift import (
    Drift,
    DriftRules,
    DriftStage,
    DriftTest,
    after,
    calibrate,
    weight_of,
    why_silent,
)
from edgeproof.core.performance.sample import Untestable
from edgeproof.research.resampling import stream

PLAIN = DriftTest(
    n=100, mean=0.2, deviation=1.0, reference=0.05, block_length=1.0, alert=2.0, half=3.0, kill=4.0, gain=2.0
)
PATHS = 200_000 if os.environ.get("EDGEPROOF_SOAK") else 20_000
CALIBRATED_BY = 10_000
RULES = DriftRules()


def outcomes(n: int = 300, win_rate: float = 0.45, won: float = 1.6, *, seed: int = 1) -> FloatArray:
    """A backtest's R: wins and losses with some slippage about them."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random(n) < win_rate, won, -1.0) + rng.normal(0.0, 0.1, n)


def calibrated(r: FloatArray, **options: Any) -> DriftTest:
    found = calibrate(r, stream(0), **options)
    assert isinstance(found, DriftTest)
    return found


def folded(test: DriftTest, *r: float) -> Drift:
    return reduce(lambda drift, each: after(test, drift, each), r, Drift())


# --- what makes a test ---


@pytest.mark.parametrize(
    ("r", "words"),
    [
        ([], "needs at least 30 tested round trips, has 0"),
        ([1.0, -1.0], "needs at least 30 tested round trips, has 2"),
        ([1.5] * 40, "all 40 tested round trips ended alike (+1.50 R): nothing can be unlike them"),
        ([1.0, -1.0] * 20, "40 tested round trips made +0.000 R each: there is no edge to lose"),
        ([0.5, -1.0] * 20, "40 tested round trips made -0.250 R each: there is no edge to lose"),
        ([0.9, 1.1] * 20, "none of 40 tested round trips fell short: what a loss means is unclear"),
        (
            [0.9, 1.1] * 20_000 + [-1.0],
            "too few of 40001 tested round trips fell short: what a loss means is unclear",
        ),
    ],
)
def test_outcomes_that_prove_nothing_make_no_test(r: list[float], words: str) -> None:
    assert calibrate(np.array(r), stream(0)) == Untestable(words)


def test_outcomes_that_all_won_make_a_test_that_a_row_of_losses_fails() -> None:
    test = calibrated(np.linspace(0.5, 1.5, 60))
    assert folded(test, *[-1.0] * 12).stage is DriftStage.KILL


def test_calibration_twice_gives_the_same_bits_and_leaves_the_stream() -> None:
    source = stream(7)
    before = source.copy()
    assert calibrate(outcomes(), source) == calibrate(outcomes(), source)
    assert (source == before).all()


def test_a_graver_stage_has_the_higher_threshold() -> None:
    test = calibrated(outcomes())
    assert 0 < test.alert < test.half < test.kill


def test_rules_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(InputError, match="fall from alert to kill"):
        DriftRules(alert=0.01, half=0.02)
    with pytest.raises(InputError, match="horizon of 1 trade or more"):
        DriftRules(horizon=0)
    with pytest.raises(InputError, match="chance of a false kill"):
        DriftRules(kill=0.0)
    with pytest.raises(InputError, match="at least 1"):
        calibrated(outcomes(), block_length=0.5)
    with pytest.raises(InputError, match="finite outcomes"):
        calibrated(np.array([math.nan] * 40))


def test_outcomes_without_r_make_no_test() -> None:
    assert why_silent(np.array([1.0, -0.5] * 20 + [math.nan])) == Untestable("1 of 41 tested round trips have no R")


@pytest.mark.parametrize("lost", [1, 2, 5, 20])
@pytest.mark.parametrize("won", [0.5, 1.0, 3.0])
def test_one_live_loss_of_one_r_never_kills(won: float, lost: int) -> None:
    test = calibrate(np.array([won * (1 + 0.01 * (each % 3)) for each in range(60)] + [-1.0] * lost), stream(0))
    if isinstance(test, DriftTest):
        assert folded(test, -1.0).stage is not DriftStage.KILL


def test_all_live_trades_winning_gains_no_more_than_the_heaviest_weight() -> None:
    test = calibrated(outcomes())
    weight = weight_of(test, folded(test, *[5.0] * 1_000))
    assert weight == HEAVIEST


# --- the fold ---


def test_stages_come_one_after_the_other_and_a_kill_stays() -> None:
    stages = [folded(PLAIN, *[-1.0] * n).word for n in range(5)]
    assert stages == ["steady", "steady", "alert", "half", "kill"]  # 1.15 a loss: 1.15, 2.3, 3.45, 4.6
    killed = folded(PLAIN, *[-1.0] * 4)
    assert after(PLAIN, killed, 50.0) is killed
    assert weight_of(PLAIN, killed) == 0


def test_a_stage_holds_until_the_statistic_is_back_at_nothing() -> None:
    half = folded(PLAIN, *[-1.0] * 3)
    better = after(PLAIN, half, 2.0)  # 3.45 - 1.8 - 0.05 = 1.6: below every threshold, and still half
    assert (round(better.below, 9), better.stage) == (1.6, DriftStage.HALF)
    assert after(PLAIN, better, 2.0).stage is DriftStage.STEADY


def test_a_winner_gains_by_what_is_believed_of_it_and_never_beyond_the_bound() -> None:
    winner = folded(PLAIN, 2.0, 2.0)  # 1.75 a trade: 3.5, above the threshold of 2
    assert winner.word == "gaining"
    assert weight_of(PLAIN, winner) == Decimal("1.17")  # (100 x 0.2 + 4) / (102 x 0.2) = 1.176
    assert weight_of(PLAIN, folded(PLAIN, *[2.0] * 500)) == HEAVIEST
    assert weight_of(PLAIN, folded(PLAIN, 2.0)) == 1  # 1.75 is below it


def test_a_winner_that_falls_short_has_no_more_than_its_usual_weight() -> None:
    gained = replace(folded(PLAIN, *[2.0] * 9), stage=DriftStage.ALERT)
    assert (float(weight_of(PLAIN, gained)), gained.word) == (1.0, "alert")


def test_a_gain_of_one_whose_live_trades_made_less_than_tested_is_none() -> None:
    assert weight_of(PLAIN, Drift(trades=50, total_r=-5.0, is_gaining=True)) == 1


def test_a_trade_whose_r_is_no_number_changes_nothing() -> None:
    drift = folded(PLAIN, -1.0)
    assert after(PLAIN, drift, math.nan) is drift


# --- the alarms ---


def paths_of(r: FloatArray, paths: int, length: int, *, block: float = 1.0, seed: int = 99) -> FloatArray:
    """Stationary resamples by plain numpy: shape (length, paths)."""
    rng, n = np.random.default_rng(seed), len(r)
    at = rng.integers(n, size=paths)
    out = np.empty((length, paths))
    for t in range(length):
        at = np.where(rng.random(paths) < 1 / block, rng.integers(n, size=paths), (at + 1) % n) if t else at
        out[t] = r[at]
    return out


class Watched(NamedTuple):
    """The first trade at which each path reached a stage; its length + 1 where it did not."""

    alert: FloatArray
    half: FloatArray
    kill: FloatArray
    gain: FloatArray


def watched(test: DriftTest, paths: FloatArray) -> Watched:
    """When each path reaches each stage, by another implementation than the one on trial: all paths at once."""
    length, count = paths.shape
    below, above = np.zeros(count), np.zeros(count)
    first = np.full((4, count), length + 1.0)
    for t in range(length):
        z = (paths[t] - test.mean) / test.deviation
        below, above = np.maximum(0, below - z - test.reference), np.maximum(0, above + z - test.reference)
        reached = (below > test.alert, below > test.half, below > test.kill, above > test.gain)
        for row, each in zip(first, reached, strict=True):
            row[each] = np.minimum(row[each], t + 1)
    return Watched(*first)


STAGES = ("alert", "half", "kill", "gain")
SAMPLES = {
    "2 in 5 win 2.2 R": (outcomes(300, 0.42, 2.2), 1.0),
    "9 in 20 win 1.6 R": (outcomes(200, 0.47, 1.6, seed=3), 1.0),
    "4 in 5 win 0.5 R": (outcomes(400, 0.8, 0.5, seed=5), 1.0),
    "losses in clusters": (np.sort(outcomes(240, 0.47, 1.8, seed=7).reshape(-1, 6), axis=1).ravel(), 3.0),
}


def test_false_alarms_on_undrifted_resamples_are_as_rare_as_declared(capsys: pytest.CaptureFixture[str]) -> None:
    """Each rate is within 3.3 standard errors of the declared one: those of the paths, those of the calibration."""
    lines = [f"| backtest | trades | {' | '.join(STAGES)} |"]
    wrong: list[str] = []
    for name, (r, block) in SAMPLES.items():
        first = watched(calibrated(r, block_length=block), paths_of(r, PATHS, RULES.horizon, block=block))
        shown: list[str] = []
        for stage in STAGES:
            declared, rate = getattr(RULES, stage), float((getattr(first, stage) <= RULES.horizon).mean())
            error = 3.3 * math.sqrt(declared * (1 - declared) * (1 / PATHS + 1 / CALIBRATED_BY))
            shown.append(f"{rate:.2%} in {declared - error:.2%} to {declared + error:.2%}")
            wrong += [f"{name}: {stage} {shown[-1]}"] if abs(rate - declared) > error else []
        lines.append(f"| {name} | {len(r)} | {' | '.join(shown)} |")
    with capsys.disabled():
        print("", *lines, sep="\n")  # noqa: T201
    assert not wrong


def test_the_kernel_the_fold_and_plain_numpy_find_the_same_peaks() -> None:
    r = outcomes()
    test = calibrated(r)
    paths = paths_of(r, 40, RULES.horizon)
    first = watched(test, paths)
    for column, path in enumerate(paths.T):
        drift, alert, gain = Drift(), RULES.horizon + 1, RULES.horizon + 1
        for number, each in enumerate(path.tolist(), start=1):
            drift = after(test, drift, each)
            alert = min(alert, number) if drift.below > test.alert else alert
            gain = min(gain, number) if drift.above > test.gain else gain
        assert drift.stage is DriftStage.KILL or (alert, gain) == (first.alert[column], first.gain[column])


def test_peaks_of_blocks_that_never_end_are_those_of_the_sample_in_its_order() -> None:
    z = np.array([1.0, -2.0, 0.5, -0.5])
    peaks = np.empty((20, 2))
    cusum_peaks(z, 0.1, 0.0, stream(3).copy(), peaks, 4)
    expected = set()
    for start in range(4):
        low = high = deepest = highest = 0.0
        for each in np.roll(z, -start):
            low, high = max(0.0, low - each - 0.1), max(0.0, high + each - 0.1)
            deepest, highest = max(deepest, low), max(highest, high)
        expected.add((deepest, highest))
    assert {tuple(each) for each in peaks.tolist()} == expected


def test_an_edge_that_shrinks_is_found_the_sooner_the_less_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    """Prints the table of docs/explanation/drift.md."""
    paths, length = PATHS // 10, 3_000
    lines = [
        "| backtest | edge | what is left | alert within 250 | kill within 250 | median to half | median to kill |"
    ]
    for name, (r, block) in SAMPLES.items():
        test = calibrated(r, block_length=block)
        base, medians = paths_of(r, paths, length, block=block), []
        for left, word in ((1.0, "all"), (0.5, "half"), (0.0, "nothing"), (-1.0, "its opposite")):
            first = watched(test, base - (1 - left) * test.mean)
            medians.append(float(np.median(first.kill)))
            lines.append(
                f"| {name} | {test.mean:+.2f} R, {test.mean / test.deviation:.2f} σ | {word} | "
                f"{(first.alert <= 250).mean():.1%} | {(first.kill <= 250).mean():.1%} | "
                f"{_median(first.half, length)} | {_median(first.kill, length)} |"
            )
        assert medians[0] > medians[1] > medians[2] > medians[3]
    with capsys.disabled():
        print("", *lines, sep="\n")  # noqa: T201


def _median(first: FloatArray, length: int) -> str:
    found = float(np.median(first))
    return f"{found:.0f}" if found <= length else f"> {length:,}"


def test_false_alarms_against_a_backtest_that_was_lucky_are_more_than_declared(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What the declared rate does not cover: the backtest is itself a sample. Printed for the documentation."""
    lines = ["| backtest of | alert | half | kill |"]
    for n in (100, 300, 1_000):
        found = []
        for seed in range(PATHS // 200):
            made = calibrate(outcomes(n, seed=1_000 + seed), stream(0), resamples=1_000)
            if isinstance(made, DriftTest):
                first = watched(made, outcomes(250 * 20, seed=50_000 + seed).reshape(250, 20))
                found.append([float((each <= 250).mean()) for each in first[:3]])
        rates = np.mean(found, axis=0)
        lines.append(f"| {n} trades | " + " | ".join(f"{each:.1%}" for each in rates) + " |")
        assert rates[0] > rates[1] > rates[2]
    with capsys.disabled():
        print("", *lines, sep="\n")  # noqa: T201
