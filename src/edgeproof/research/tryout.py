"""Trying a batch of candidates on in-sample history: their round trips, their score, the record of each trial."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import FloatArray, IntArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.core.model.time import DAY
from edgeproof.core.model.trial import TrialRecord
from edgeproof.core.performance.overfitting import moments
from edgeproof.core.performance.sample import Untestable
from edgeproof.core.performance.significance import MIN_ROUND_TRIPS, significance
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.ports import CandleStore
from edgeproof.research.backtest import Fees, Market, backtest
from edgeproof.research.resampling import stream
from edgeproof.research.run_identity import data_digest
from edgeproof.research.split import Span, in_sample, span_of
from edgeproof.research.study import Window, load_market
from edgeproof.research.trials import key_of, trial_id

_PRIOR = 30
"""Round trips, half of them +1 R and half -1 R, that every candidate is taken to have had before."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InSample:
    """The history of one instrument that may be searched; `digest` is that of its values."""

    market: Market
    span: Span
    digest: str


def load_in_sample(store: CandleStore, instrument: Instrument, window: Window) -> InSample:
    """The candles and funding of an instrument up to the split of its window."""
    whole = load_market(store, instrument, window)
    span = span_of(whole.candles)
    candles, funding = in_sample(whole.candles, whole.funding, span)
    market = Market(instrument=instrument, candles=candles, funding=funding)
    return InSample(market=market, span=span, digest=data_digest(candles, funding))


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Closed round trips in the order they were entered: when each began and ended (n,), what it earned in R (n,)."""

    entry_time: IntArray
    exit_time: IntArray
    r: FloatArray


def try_out(
    histories: tuple[InSample, ...], hypotheses: tuple[Hypothesis, ...], fees: Fees
) -> tuple[tuple[float, TrialRecord], ...]:
    """Score and record of each hypothesis on the histories pooled: a task for a `TaskRunner`."""
    by_history = [evaluate(history.market, hypotheses, fees) for history in histories]
    tried: list[tuple[float, TrialRecord]] = []
    for hypothesis, parts in zip(hypotheses, zip(*by_history, strict=True), strict=True):
        outcomes = pooled(parts)
        tried.append((score(outcomes.r), candidate_record(hypothesis, outcomes, histories, fees)))
    return tuple(tried)


def evaluate(market: Market, hypotheses: Sequence[Hypothesis], fees: Fees) -> tuple[Outcomes, ...]:
    """The closed round trips of each hypothesis on one instrument."""
    return tuple(_closed(result.round_trips()) for result in backtest(market, hypotheses, fees))


def candidate_record(
    hypothesis: Hypothesis, outcomes: Outcomes, histories: Sequence[InSample], fees: Fees
) -> TrialRecord:
    """What the ledger keeps of a candidate: the figures of its edge analysis, at the price of ten thousand of them.

    The same draws give the same p-value; it is not refined below 1 in 10,001, and where the expectancy is not above 0
    it is 1, which is never too small. A finalist is analysed in full, and its record then takes the place of this one.
    """
    identity = trial_id(hypothesis, fees, {each.market.instrument.unified: each.digest for each in histories})
    n = len(outcomes.r)
    expectancy = float(outcomes.r.mean()) if n else math.nan
    p_value = 1.0
    if expectancy > 0:
        tested = significance(outcomes.r, stream(0, *key_of(identity)))
        p_value = 1.0 if isinstance(tested, Untestable) else tested.p_value
    return search_record(
        histories, hypothesis.name, identity, n, p_value, expectancy, _daily_sharpe(outcomes, histories)
    )


def search_record(  # noqa: PLR0913, PLR0917 - the columns of a record
    histories: Sequence[InSample],
    name: str,
    identity: str,
    n: int,
    p_value: float,
    expectancy: float,
    sharpe: float,
) -> TrialRecord:
    """A record of the kind `search`; expectancy and Sharpe ratio are NaN where there is none."""
    return TrialRecord(
        id=identity,
        kind="search",
        hypothesis=name,
        instruments=tuple(sorted(each.market.instrument.unified for each in histories)),
        start=min(each.span.start for each in histories),
        end=max(each.span.split for each in histories),
        n=n,
        expectancy_r=None if math.isnan(expectancy) else expectancy,
        p_value=p_value,
        sharpe=None if math.isnan(sharpe) else sharpe,
    )


def _daily_sharpe(outcomes: Outcomes, histories: Sequence[InSample]) -> float:
    """Sharpe ratio of what each in-sample day earned, not annualised; NaN of too few round trips."""
    if len(outcomes.r) < MIN_ROUND_TRIPS:
        return math.nan
    first = min(each.span.start for each in histories) // DAY
    days = max(each.span.split for each in histories) // DAY - first + 1
    earned = np.bincount(outcomes.exit_time // DAY - first, weights=outcomes.r, minlength=days)
    found = moments(earned.astype(np.float64))
    return math.nan if isinstance(found, Untestable) else found.sharpe


def score(r: FloatArray) -> float:
    """How many standard errors the expectancy lies above 0, after 30 indifferent round trips that come first.

    With S the sum of r and n₀ = 30 prior round trips of ±1 R: m = S / (n + n₀), v = (Σr² + n₀) / (n + n₀) - m², score
    m √((n + n₀) / v). Few lucky round trips hardly move it.

    By hand, ten of +1 R: m = 10/40, v = 40/40 - 1/16, so 0.25 √(40 / 0.9375) = 1.633; of one alone it would be 0.18.

    >>> round(score(np.ones(10)), 3), round(score(np.ones(1)), 2), score(np.empty(0))
    (1.633, 0.18, 0.0)
    """
    n = len(r) + _PRIOR
    mean = float(r.sum()) / n
    variance = (float(r @ r) + _PRIOR) / n - mean * mean
    return mean * math.sqrt(n / variance)


def pooled(parts: Sequence[Outcomes]) -> Outcomes:
    """The round trips of several instruments in the order they were entered; of one instrument as they are."""
    if len(parts) == 1:
        return parts[0]
    entry = np.concatenate([part.entry_time for part in parts])
    left = np.concatenate([part.exit_time for part in parts])
    order = np.lexsort((left, entry))
    return Outcomes(entry[order], left[order], np.concatenate([part.r for part in parts])[order])


def _closed(round_trips: RoundTrips | None) -> Outcomes:
    if round_trips is None:
        return Outcomes(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    closed = round_trips.closed()
    return Outcomes(closed.entry_time, closed.exit_time, closed.r_multiple)
