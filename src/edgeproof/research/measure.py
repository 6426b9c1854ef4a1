"""The trades of every trial on one instrument: the part of a discovery that needs candles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.random import default_rng  # noqa: TID251 - seeded by the study
from numpy.typing import NDArray

from edgeproof.core.candles.quality import Certificate, make_certificate
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.round_trip import CodeArray, Fates, RoundTrips
from edgeproof.ports import CandleStore
from edgeproof.research.backtest import Fees, Market, Result, backtest
from edgeproof.research.bias import SelfChecks, self_checks
from edgeproof.research.labels import RegimeLabels
from edgeproof.research.outcome import outcome_of
from edgeproof.research.split import Span, in_sample_digest, span_of
from edgeproof.research.study import Window, load_market
from edgeproof.research.trials import Trial


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """The trades of one trial on one instrument; `regimes` (n,) are the codes of `labels.REGIMES` at the signals.

    `trades` is None where the history cannot answer, and `reason` says why, or why there are no trades.
    """

    trial: Trial
    fates: Fates
    trades: RoundTrips | None
    regimes: CodeArray
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InstrumentFindings:
    """All trials on one instrument. `digest` is that of its in-sample history."""

    instrument: Instrument
    span: Span
    digest: str
    checks: SelfChecks
    measured: tuple[Measured, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTask:
    """Measure trials on an instrument: a task for a `TaskRunner`, made of plain values only."""

    store: CandleStore
    instrument: Instrument
    window: Window
    trials: tuple[Trial, ...]
    fees: Fees
    seed: int
    on_progress: Callable[[float], None] = lambda _: None

    def __call__(self) -> InstrumentFindings:
        """Load the history and measure."""
        market = load_market(self.store, self.instrument, self.window)
        return measure(market, self.trials, self.fees, seed=self.seed, on_progress=self.on_progress)


def measure(
    market: Market,
    trials: Sequence[Trial],
    fees: Fees,
    *,
    seed: int = 0,
    on_progress: Callable[[float], None] = lambda _: None,
) -> InstrumentFindings:
    """The trades of every trial on a market, its in-sample digest and the self-checks of its signals."""
    span = span_of(market.candles)
    certificate = make_certificate(market.instrument.unified, market.candles, market.funding)
    results = backtest(market, [trial.hypothesis for trial in trials], fees, on_progress=on_progress)
    labels = RegimeLabels(market.candles)
    declared = [trial.hypothesis for trial in trials if trial.kind != "ablation"]
    return InstrumentFindings(
        instrument=market.instrument,
        span=span,
        digest=in_sample_digest(market.candles, market.funding, span),
        checks=self_checks(market, declared, default_rng(seed)),
        measured=tuple(
            _measured(trial, result, certificate, labels) for trial, result in zip(trials, results, strict=True)
        ),
    )


def _measured(trial: Trial, result: Result, certificate: Certificate, labels: RegimeLabels) -> Measured:
    trades = result.round_trips()
    regimes = np.empty(0, np.int8)
    if trades is not None and trial.kind != "ablation":
        regimes = labels.at(trial.hypothesis.timeframe, trades.signal_time)
    return Measured(
        trial=trial,
        fates=result.fates,
        trades=trades,
        regimes=regimes,
        reason=outcome_of(result, certificate).reason or "",
    )


_FATES = tuple(field.name for field in fields(Fates))
_COLUMNS = tuple(field.name for field in fields(RoundTrips))
_CHECKS = tuple(field.name for field in fields(SelfChecks))


def packed(findings: InstrumentFindings) -> dict[str, NDArray[Any]]:
    """The findings as named arrays, for a checkpoint."""
    measured = findings.measured
    held = [each.trades for each in measured if each.trades is not None]
    columns: dict[str, NDArray[Any]] = {
        "span": np.array([findings.span.start, findings.span.split, findings.span.end], np.int64),
        "digest": np.array(findings.digest),
        "checks": np.array([getattr(findings.checks, name) for name in _CHECKS], np.int64),
        "fates": np.array([[getattr(each.fates, name) for name in _FATES] for each in measured], np.int64),
        "trades": np.array([-1 if each.trades is None else len(each.trades) for each in measured], np.int64),
        "labelled": np.array([len(each.regimes) for each in measured], np.int64),
        "reasons": np.array([each.reason for each in measured], dtype=np.str_),
        "regimes": np.concatenate([each.regimes for each in measured] or [np.empty(0, np.int8)]),
    }
    for name in _COLUMNS:
        values = [getattr(trades, name).ravel() for trades in held]
        columns[f"column_{name}"] = np.concatenate(values) if values else np.empty(0)
    return columns


def unpacked(
    columns: Mapping[str, NDArray[Any]], instrument: Instrument, trials: Sequence[Trial]
) -> InstrumentFindings:
    """The findings that `packed` made arrays of, for the same trials in the same order."""
    start, split, end = columns["span"].tolist()
    at = dict.fromkeys(_COLUMNS, 0)
    labelled = 0
    measured: list[Measured] = []
    for k, trial in enumerate(trials):
        n, n_labels = int(columns["trades"][k]), int(columns["labelled"][k])
        trades = None if n < 0 else _taken(columns, at, n, len(trial.hypothesis.targets))
        measured.append(
            Measured(
                trial=trial,
                fates=Fates(**dict(zip(_FATES, columns["fates"][k].tolist(), strict=True))),
                trades=trades,
                regimes=columns["regimes"][labelled : labelled + n_labels],
                reason=str(columns["reasons"][k]),
            )
        )
        labelled += n_labels
    return InstrumentFindings(
        instrument=instrument,
        span=Span(start=start, split=split, end=end),
        digest=str(columns["digest"]),
        checks=SelfChecks(**dict(zip(_CHECKS, columns["checks"].tolist(), strict=True))),
        measured=tuple(measured),
    )


def _taken(columns: Mapping[str, NDArray[Any]], at: dict[str, int], n: int, n_targets: int) -> RoundTrips:
    """The next n trades of the columns; `at` moves on."""
    taken: dict[str, NDArray[Any]] = {}
    for name in _COLUMNS:
        width = n * n_targets if name == "targets" else n
        values = columns[f"column_{name}"][at[name] : at[name] + width]
        taken[name] = values.reshape(n, n_targets) if name == "targets" else values
        at[name] += width
    return RoundTrips(**taken)
