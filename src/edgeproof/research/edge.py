"""The edge analysis of a trial: everything its trades say, before and after the ledger is asked.

1. `examine` pools the trades of a trial, splits them in time and works out what depends on them alone: statistics, the
   bootstrap, walk-forward, Monte Carlo, breakdowns.
2. The trial is entered in the ledger (`record_of`), and so are all others of the run.
3. `conclude` adds what depends on how much was tried: q-value, deflated Sharpe ratio, the trades needed, the verdict.
4. `ask_last_third` holds those that passed in-sample against the last third; they share its level among them.

Figures that rank are in-sample; `whole` and the walk-forward windows cover all of it and are for reading.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from edgeproof.core.kernels.resampling import StreamArray
from edgeproof.core.model.candle import FloatArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.round_trip import Fates, RoundTrips
from edgeproof.core.model.time import DAY
from edgeproof.core.model.trial import TrialRecord
from edgeproof.core.performance.bars import WinRateBars, earned_break_even, trades_for_win_rate, win_rate_bars
from edgeproof.core.performance.breakdown import GroupStatistics, breakdown, hour, weekday
from edgeproof.core.performance.metrics import Statistics, statistics
from edgeproof.core.performance.monte_carlo import Distribution, OrderLuck, miss_trades, shuffle_order
from edgeproof.core.performance.overfitting import Moments, moments
from edgeproof.core.performance.sample import Untestable
from edgeproof.core.performance.significance import MIN_ROUND_TRIPS, RESAMPLES, Significance, significance
from edgeproof.core.performance.walk_forward import WindowResult, anchored_windows, walk_forward
from edgeproof.research.backtest import Fees
from edgeproof.research.labels import regime_names
from edgeproof.research.ledger import TrialFamily
from edgeproof.research.pool import Part, Pooled, pooled
from edgeproof.research.resampling import stream
from edgeproof.research.split import Span
from edgeproof.research.trials import Trial, key_of, trial_id
from edgeproof.research.verdict import Evidence, Sample, Verdict, judge, not_tested, passes_in_sample

WINDOWS = 6
EMBARGO = DAY
ALPHA = 0.05
"""The level at which the number of trades needed is worked out, shared among all trials of the family."""

MORE_RESAMPLES = (100_000, 1_000_000)
"""Asked for while fewer than `_ENOUGH` resamples did as well: among thousands of trials a p-value of 1 in 10,000 says
little, and one resample cannot show less."""

_ENOUGH = 20
_MOST_DRAWS = 1_000_000_000
_STREAM_SEED = 0
_OUTSIDE, _ORDER, _MISSED = 1, 2, 3

Breakdown = tuple[tuple[str | int, GroupStatistics], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Details:
    """What is worked out for reading, in-sample but for the windows; not for ablations."""

    out_of_sample: Statistics
    whole: Statistics
    walk_forward: tuple[WindowResult, ...]
    order: OrderLuck | Untestable
    missed: Distribution | Untestable
    breakdowns: Mapping[str, Breakdown]
    outside_r: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examination:
    """What the trades of a trial say by themselves.

    `data` are the digests of the in-sample history by instrument, which its `id` rests on.
    `daily_r` (n_days,) is what the in-sample trades earned on each day from `first_day` (days since the epoch).
    `purged` trades lived across the split and are in neither part. `reason` says why there are no trades, "" if any.
    """

    trial: Trial
    id: str
    data: Mapping[str, str]
    instruments: tuple[Instrument, ...]
    spans: tuple[Span, ...]
    fates: Fates
    reason: str
    answerable: bool
    purged: int
    in_sample: Statistics
    bars: WinRateBars | None
    significance: Significance | Untestable
    moments: Moments | Untestable
    daily_r: FloatArray
    first_day: int
    details: Details | None

    @property
    def start(self) -> int:
        """The beginning of the history looked at."""
        return min(span.start for span in self.spans)

    @property
    def end(self) -> int:
        """The end of the history looked at."""
        return max(span.end for span in self.spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ablation:
    """What one confirmation does: the hypothesis without it, in-sample."""

    removed: str
    trial: str
    n: int
    win_rate: float
    expectancy_r: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class EdgeAnalysis:
    """An examination with what the ledger adds: figures that every further trial changes, and the verdict.

    `needed_trades` is the number at which its win rate would be significant at 5 % shared among `trials`, infinite
    where no number would do. `out_of_sample` is the test of the last third, None where nothing passed in-sample.
    """

    examination: Examination
    trials: int
    q_value: float
    deflated_sharpe: float | Untestable
    needed_trades: float
    out_of_sample: Significance | Untestable | None
    outside_bars: WinRateBars | None
    ablations: tuple[Ablation, ...]
    verdict: Verdict


def examine(trial: Trial, parts: Sequence[Part], fees: Fees) -> Examination:
    """What the trades of a trial on one instrument, or pooled over several, say by themselves."""
    data = {part.instrument.unified: part.digest for part in parts}
    identity = trial_id(trial.hypothesis, fees, data)
    pool = pooled(parts, len(trial.hypothesis.targets))
    chosen = pool.in_sample
    in_sample = statistics(chosen)
    first_day, daily_r = _daily(chosen, parts)
    key = key_of(identity)
    return Examination(
        trial=trial,
        id=identity,
        data=data,
        instruments=tuple(part.instrument for part in parts),
        spans=tuple(part.span for part in parts),
        fates=_sum([part.measured.fates for part in parts]),
        reason=parts[0].measured.reason if len(pool.trades) == 0 else "",
        answerable=any(part.measured.trades is not None for part in parts),
        purged=pool.purged,
        in_sample=in_sample,
        bars=_bars(in_sample),
        significance=graded_significance(chosen.r_multiple, stream(_STREAM_SEED, *key)),
        moments=daily_moments(in_sample.n, daily_r),
        daily_r=daily_r,
        first_day=first_day,
        details=None if trial.kind == "ablation" else _details(pool, parts, key),
    )


def _sum(fates: Sequence[Fates]) -> Fates:
    return Fates(**{f.name: sum(getattr(each, f.name) for each in fates) for f in fields(Fates)})


def _bars(figures: Statistics) -> WinRateBars | None:
    return win_rate_bars(figures.risk_reward, figures.cost_r) if figures.n and figures.risk_reward > 0 else None


def _daily(trades: RoundTrips, parts: Sequence[Part]) -> tuple[int, FloatArray]:
    """The first in-sample day, and what was earned on each in-sample day; a trade belongs to the day it ended on."""
    first = min(part.span.start for part in parts) // DAY
    last = max(part.span.split for part in parts) // DAY
    earned = np.bincount(trades.exit_time // DAY - first, weights=trades.r_multiple, minlength=last - first + 1)
    return first, earned.astype(np.float64)


def daily_moments(n_trades: int, daily_r: FloatArray) -> Moments | Untestable:
    """What the Sharpe formulas read of the in-sample days, where there are trades enough for a test."""
    if n_trades < MIN_ROUND_TRIPS:
        return Untestable(f"needs {MIN_ROUND_TRIPS} trades, has {n_trades}")
    return moments(daily_r)


def graded_significance(r: FloatArray, draws: StreamArray) -> Significance | Untestable:
    """The bootstrap, with more resamples while what was observed is too rare among them to be measured."""
    found = significance(r, draws)
    for resamples in MORE_RESAMPLES:
        if isinstance(found, Untestable) or found.p_value * (found.resamples + 1) > _ENOUGH:
            return found
        if resamples * len(r) > _MOST_DRAWS:
            return found
        found = significance(r, draws, resamples=resamples, block_length=found.block_length)
    return found


def _details(pool: Pooled, parts: Sequence[Part], key: tuple[int, ...]) -> Details:
    chosen, later = pool.in_sample, pool.out_of_sample
    return Details(
        out_of_sample=statistics(later),
        whole=statistics(pool.trades),
        walk_forward=_walk_forward(pool.trades, parts),
        order=shuffle_order(chosen.r_multiple, stream(_STREAM_SEED, *key, _ORDER)),
        missed=miss_trades(chosen.r_multiple, stream(_STREAM_SEED, *key, _MISSED)),
        breakdowns=_breakdowns(pool, chosen, parts),
        outside_r=later.r_multiple,
    )


def _walk_forward(trades: RoundTrips, parts: Sequence[Part]) -> tuple[WindowResult, ...]:
    if len(trades) == 0:
        return ()
    start, end = min(part.span.start for part in parts), max(part.span.end for part in parts)
    windows = anchored_windows(start, end, WINDOWS)
    return walk_forward(trades.entry_time, trades.exit_time, trades.r_multiple, windows, embargo=EMBARGO)


def _breakdowns(pool: Pooled, chosen: RoundTrips, parts: Sequence[Part]) -> dict[str, Breakdown]:
    names = np.array([part.instrument.unified for part in parts])
    labels = {
        "regime": regime_names(pool.regimes[pool.inside]),
        "hour": hour(chosen.signal_time),
        "weekday": weekday(chosen.signal_time),
        "instrument": names[pool.part[pool.inside]],
    }
    return {name: breakdown(chosen.r_multiple, each) for name, each in labels.items()}


def record_of(examination: Examination) -> TrialRecord:
    """What the ledger keeps of an examination."""
    tested = examination.significance
    observed = examination.moments
    return TrialRecord(
        id=examination.id,
        kind=examination.trial.kind,
        hypothesis=examination.trial.hypothesis.name,
        instruments=tuple(sorted(each.unified for each in examination.instruments)),
        start=examination.start,
        end=examination.end,
        n=examination.in_sample.n,
        expectancy_r=examination.in_sample.expectancy_r if examination.in_sample.n else None,
        p_value=1.0 if isinstance(tested, Untestable) else tested.p_value,
        sharpe=None if isinstance(observed, Untestable) else observed.sharpe,
    )


def conclude(examination: Examination, family: TrialFamily, ablations: Sequence[Examination] = ()) -> EdgeAnalysis:
    """The in-sample analysis of an examination whose trial, with all others of the run, is in the ledger."""
    if not examination.answerable:
        return _unanswered(examination)
    analysis = EdgeAnalysis(
        examination=examination,
        trials=family.trials,
        q_value=family.q_value(examination.id),
        deflated_sharpe=family.deflated(examination.moments),
        needed_trades=needed_trades(examination.in_sample, family.trials),
        out_of_sample=None,
        outside_bars=_bars(examination.details.out_of_sample) if examination.details is not None else None,
        ablations=tuple(map(_ablation, ablations)),
        verdict=not_tested(examination.reason),
    )
    return replace(analysis, verdict=judge(_evidence(analysis)))


def passed_in_sample(analysis: EdgeAnalysis) -> bool:
    """Whether the last third is to be asked of it."""
    rules = analysis.verdict.rules
    return analysis.examination.details is not None and bool(rules) and passes_in_sample(rules)


def ask_last_third(analysis: EdgeAnalysis, asked: int) -> EdgeAnalysis:
    """The analysis of one that passed in-sample, judged out of sample too; `asked` of the run share the level."""
    examination = analysis.examination
    if examination.details is None:
        return analysis
    draws = stream(_STREAM_SEED, *key_of(examination.id), _OUTSIDE)
    tested = replace(analysis, out_of_sample=significance(examination.details.outside_r, draws, resamples=RESAMPLES))
    return replace(tested, verdict=judge(_evidence(tested, asked)))


def _unanswered(examination: Examination) -> EdgeAnalysis:
    """The analysis of what this history cannot answer: no trial was made."""
    return EdgeAnalysis(
        examination=examination,
        trials=0,
        q_value=math.nan,
        deflated_sharpe=Untestable(examination.reason),
        needed_trades=math.nan,
        out_of_sample=None,
        outside_bars=None,
        ablations=(),
        verdict=not_tested(examination.reason),
    )


def needed_trades(figures: Statistics, trials: int) -> float:
    """The trades at which the observed win rate would be significant, 5 % shared among the trials; or infinity.

    Held against the win rate at which the wins and losses really had would cancel: that is, against an expectancy of 0.
    """
    cancels = earned_break_even(figures.mean_win_r, figures.mean_loss_r)
    if not cancels > 0:
        return math.inf
    needed = trades_for_win_rate(figures.win_rate, cancels, alpha=ALPHA / max(1, trials))
    return max(float(MIN_ROUND_TRIPS), needed)


def _ablation(without: Examination) -> Ablation:
    figures = without.in_sample
    return Ablation(
        removed=without.trial.removed,
        trial=without.id,
        n=figures.n,
        win_rate=figures.win_rate,
        expectancy_r=figures.expectancy_r,
    )


def _evidence(analysis: EdgeAnalysis, asked: int = 1) -> Evidence:
    examined = analysis.examination
    tested = examined.significance
    later = examined.details.out_of_sample if examined.details is not None else examined.in_sample
    whole = examined.details.whole if examined.details is not None else examined.in_sample
    deflated = analysis.deflated_sharpe
    return Evidence(
        inside=_sample(examined.in_sample, examined.bars, tested),
        outside=_sample(later, analysis.outside_bars, analysis.out_of_sample),
        days=max(span.in_sample_days for span in examined.spans),
        q_value=analysis.q_value,
        deflated_sharpe=math.nan if isinstance(deflated, Untestable) else deflated,
        trials=analysis.trials,
        needed_trades=analysis.needed_trades,
        funding_unknown=whole.funding_incomplete,
        untestable=tested.reason if isinstance(tested, Untestable) else "",
        no_trades=examined.reason,
        asked=asked,
    )


def _sample(figures: Statistics, bars: WinRateBars | None, tested: Significance | Untestable | None) -> Sample:
    known = tested if isinstance(tested, Significance) else None
    return Sample(
        n=figures.n,
        win_rate=figures.win_rate,
        win_rate_high=figures.win_rate_high,
        needed_win_rate=math.nan if bars is None else bars.needed,
        cost_r=figures.cost_r,
        expectancy_r=figures.expectancy_r,
        high_r=math.nan if known is None else known.high,
        p_value=math.nan if known is None else known.p_value,
    )
