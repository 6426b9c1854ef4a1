"""`edge.json`: everything a discovery found, for `discover --json` and the report page.

    {"run": {...}, "data": [certificate...],
     "analyses": [{"hypothesis", "instruments": [...], "timeframe", "direction", "family", "kind", "parent", "trial",
        "state", "verdict", "rules": [{"name", "value", "limit", "holds"}],
        "spans": [{"instrument", "start", "split", "end"}],
        "fates": {"signals", "void", "overlapped", "unfilled", "invalidated", "traded"}, "purged",
        "in_sample": statistics, "out_of_sample": statistics, "whole": statistics,
        "bars": {"live_threshold", "break_even", "needed"}, "out_of_sample_bars": {...},
        "p_value", "expectancy_low", "expectancy_high", "resamples", "block_length", "untestable",
        "q_value", "deflated_sharpe", "trials", "needed_trades", "out_of_sample_p_value",
        "walk_forward": [...], "monte_carlo": {"max_drawdown_r", "losing_streak", "missed_expectancy_r"},
        "breakdowns": {"regime": [{"label", "n", ...}], "hour", "weekday", "instrument"},
        "ablations": [{"removed", "n", "win_rate", "expectancy_r", "trial"}], "daily_r": {"first_day", "r": [...]}}],
     "luck": {"candidates", "days", "pbo", "probability_of_loss", "reason", "logits": [...], "forward": [...]},
     "self_checks": {...}, "placebos": {...}, "ledger": {"trials", "new", "family"}, "states": {"qualified": 0, ...}}

Times are ISO 8601; a figure that does not exist is null. The trades of an analysis are the rows of `trades/*.parquet`
with its hypothesis and one of its instruments: in-sample up to `split` by exit time, out of sample from `split` on by
signal time.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from edgeproof.cli.document import statistics_document
from edgeproof.core.model.time import DAY, format_duration, format_time
from edgeproof.core.performance.bars import WinRateBars
from edgeproof.core.performance.monte_carlo import LEVELS, Distribution
from edgeproof.core.performance.sample import Untestable
from edgeproof.core.performance.significance import Significance
from edgeproof.core.performance.walk_forward import Window, WindowResult
from edgeproof.core.signals.hypothesis import Family
from edgeproof.research.choice import ChoiceLuck
from edgeproof.research.discover import Discovery
from edgeproof.research.edge import Breakdown, Details, EdgeAnalysis, Examination
from edgeproof.research.run_identity import code_version
from edgeproof.research.trials import state_key
from edgeproof.research.verdict import State

Document = dict[str, Any]

NOMINAL_P = 0.05

RECORD = ("n", "win_rate", "win_rate_low", "win_rate_high", "expectancy_r", "mean_win_r", "mean_loss_r", "cost_r")


def edge_document(found: Discovery, run: Mapping[str, Any], data: Sequence[Mapping[str, Any]]) -> Document:
    """Everything a discovery found; not yet `plain`: NaN and infinities are still numbers."""
    return {
        "run": run,
        "data": list(data),
        "analyses": [analysis_document(each) for each in found.analyses],
        "luck": _luck(found.luck),
        "self_checks": asdict(found.checks),
        "placebos": placebos_document(found.analyses),
        "ledger": {"trials": found.trials, "new": found.new_trials, "family": found.known_trials},
        "states": states_count(found.analyses),
    }


def states_count(analyses: Sequence[EdgeAnalysis]) -> dict[str, int]:
    """How many analyses are in each state."""
    counts = Counter(each.verdict.state for each in analyses)
    return {state.value: counts[state] for state in State}


def placebos_document(analyses: Sequence[EdgeAnalysis]) -> Document:
    """What became of the placebos: hypotheses without an idea, treated like all others."""
    placebos = [each for each in analyses if each.examination.trial.hypothesis.family is Family.PLACEBO]
    p_values = [
        each.examination.significance.p_value
        for each in placebos
        if isinstance(each.examination.significance, Significance)
    ]
    return {
        "count": len(placebos),
        "passed": sum(each.verdict.state is State.QUALIFIED for each in placebos),
        "tested": len(p_values),
        "below_nominal_p": sum(p <= NOMINAL_P for p in p_values),
        "nominal_p": NOMINAL_P,
    }


def states_document(found: Discovery, run: str) -> dict[str, dict[str, Any]]:
    """The states to keep, by hypothesis and scope; those that could not be tested leave none."""
    states: dict[str, dict[str, Any]] = {}
    for each in found.analyses:
        if each.verdict.state is State.DRAFT:
            continue
        hypothesis = each.examination.trial.hypothesis
        scope = " + ".join(instrument.unified for instrument in each.examination.instruments)
        kept = states.setdefault(state_key(hypothesis), {"hypothesis": hypothesis.name, "scopes": {}})
        kept["scopes"][scope] = {
            "state": each.verdict.state.value,
            "verdict": each.verdict.line,
            "run": run,
            "version": code_version(),
            "data_end": format_time(each.examination.end),
            "record": _record(each.examination),
        }
    return states


def _record(examined: Examination) -> Document:
    """The figures that a live signal shows of its hypothesis: of all the time where that was looked at."""
    is_whole = examined.details is not None
    figures = examined.details.whole if examined.details is not None else examined.in_sample
    document = statistics_document(figures)
    days = sum((each.end - each.start) / DAY if is_whole else each.in_sample_days for each in examined.spans)
    return {name: document[name] for name in RECORD} | {"days": days}


def analysis_document(analysis: EdgeAnalysis) -> Document:
    """One edge analysis."""
    examined = analysis.examination
    trial, hypothesis = examined.trial, examined.trial.hypothesis
    return {
        "hypothesis": hypothesis.name,
        "instruments": [each.unified for each in examined.instruments],
        "timeframe": format_duration(hypothesis.timeframe),
        "direction": hypothesis.direction.word,
        "family": hypothesis.family.value,
        "kind": trial.kind,
        "parent": trial.parent or None,
        "trial": examined.id,
        "state": analysis.verdict.state.value,
        "verdict": analysis.verdict.line,
        "rules": [asdict(rule) for rule in analysis.verdict.rules],
        "spans": _spans(examined),
        "fates": {"signals": examined.fates.signals} | asdict(examined.fates),
        "purged": examined.purged,
        "in_sample": statistics_document(examined.in_sample),
        "bars": _bars(examined.bars),
        "out_of_sample_bars": _bars(analysis.outside_bars),
        **_significance(examined),
        "q_value": analysis.q_value,
        "deflated_sharpe": _number(analysis.deflated_sharpe),
        "trials": analysis.trials,
        "needed_trades": analysis.needed_trades,
        "out_of_sample_p_value": _p_value(analysis.out_of_sample),
        **(_details(examined.details) if examined.details is not None else {}),
        "ablations": [asdict(each) for each in analysis.ablations],
        "daily_r": {"first_day": format_time(examined.first_day * DAY), "r": examined.daily_r.tolist()},
    }


def _spans(examined: Examination) -> list[Document]:
    return [
        {"instrument": instrument.unified} | {name: format_time(time) for name, time in asdict(span).items()}
        for instrument, span in zip(examined.instruments, examined.spans, strict=True)
    ]


def _bars(bars: WinRateBars | None) -> Document | None:
    if bars is None:
        return None
    return {"live_threshold": bars.live_threshold, "break_even": bars.break_even, "needed": bars.needed}


def _significance(examined: Examination) -> Document:
    tested = examined.significance
    if isinstance(tested, Untestable):
        none = dict.fromkeys(("p_value", "expectancy_low", "expectancy_high", "resamples", "block_length"))
        return {**none, "untestable": tested.reason}
    return {
        "p_value": tested.p_value,
        "expectancy_low": tested.low,
        "expectancy_high": tested.high,
        "resamples": tested.resamples,
        "block_length": tested.block_length,
        "untestable": None,
    }


def _p_value(tested: Significance | Untestable | None) -> float | None:
    return tested.p_value if isinstance(tested, Significance) else None


def _number(value: float | Untestable) -> float | None:
    return None if isinstance(value, Untestable) else value


def _details(details: Details) -> Document:
    order = details.order
    return {
        "out_of_sample": statistics_document(details.out_of_sample),
        "whole": statistics_document(details.whole),
        "walk_forward": [_window_result(each) for each in details.walk_forward],
        "monte_carlo": {
            "max_drawdown_r": None if isinstance(order, Untestable) else _distribution(order.max_drawdown_r),
            "losing_streak": None if isinstance(order, Untestable) else _distribution(order.losing_streak),
            "missed_expectancy_r": None if isinstance(details.missed, Untestable) else _distribution(details.missed),
        },
        "breakdowns": {name: _breakdown(each) for name, each in details.breakdowns.items()},
    }


def _window_result(result: WindowResult) -> Document:
    figures = {f.name: getattr(result, f.name) for f in fields(result) if f.name != "window"}
    return _window(result.window) | figures


def _window(window: Window) -> Document:
    return {name: format_time(time) for name, time in asdict(window).items()}


def _distribution(distribution: Distribution) -> Document:
    percentiles = {f"{100 * level:g}": value for level, value in zip(LEVELS, distribution.percentiles, strict=True)}
    return {
        "actual": distribution.actual,
        "percentiles": percentiles,
        "share_below": distribution.share_below,
        "draws": distribution.draws,
    }


def _breakdown(rows: Breakdown) -> list[Document]:
    return [{"label": label} | asdict(figures) for label, figures in rows]


def _luck(luck: ChoiceLuck) -> Document:
    found = luck.overfitting
    known = None if isinstance(found, Untestable) else found
    return {
        "candidates": luck.candidates,
        "days": luck.days,
        "pbo": None if known is None else known.probability,
        "probability_of_loss": None if known is None else known.probability_of_loss,
        "slope": None if known is None else known.slope,
        "reason": found.reason if isinstance(found, Untestable) else None,
        "logits": _histogram(luck),
        "forward": [
            _window(each.window) | {f.name: getattr(each, f.name) for f in fields(each) if f.name != "window"}
            for each in luck.forward
        ],
    }


def _histogram(luck: ChoiceLuck) -> list[Document]:
    """How many halves gave each logit, rounded to tenths: 12,870 values are a handful of bars."""
    if isinstance(luck.overfitting, Untestable):
        return []
    counts = Counter(round(value, 1) + 0.0 for value in luck.overfitting.logits.tolist())
    return [{"logit": value, "halves": counts[value]} for value in sorted(counts)]
