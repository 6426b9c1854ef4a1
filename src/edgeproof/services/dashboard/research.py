"""Runs as the pages of research show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edgeproof.services.dashboard.run_files import AnalysisFile, EdgeFile, EdgeStates, Figures, RunFile

Document = dict[str, Any]

POOLED = "pooled"
_NO_FIGURES = Figures()
_FIGURES = (
    "n",
    "win_rate",
    "win_rate_low",
    "win_rate_high",
    "expectancy_r",
    "profit_factor",
    "cost_r",
    "max_drawdown_r",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run: its id, its file, when that was written, and its edge analysis, None after a backtest."""

    id: str
    file: RunFile
    at: str | None
    edge: EdgeFile | None


def run_document(id_: str, file: RunFile, edge: EdgeFile | EdgeStates | None, *, at: str | None, now: str) -> Document:
    """A run in the list of runs; `now` is the version of this program."""
    config = file.run.config
    return {
        "id": id_,
        "version": file.run.version,
        "at": at,
        "seed": file.run.seed,
        "instruments": names_of(config.get("instruments")),
        "start": _span(file, "start", min),
        "end": _span(file, "end", max),
        "hypotheses": len(names_of(config.get("hypotheses"))),
        "results": len(file.results),
        "has_edge": edge is not None,
        "qualified": None if edge is None else edge.states.get("qualified", 0),
        "other_version": file.run.version != now,
    }


def names_of(value: object) -> list[str]:
    """The names of a list of them; none where a run has something else there."""
    return [str(each) for each in value] if isinstance(value, list) else []


def _span(file: RunFile, name: str, furthest: Any) -> str | None:  # noqa: ANN401 - min or max
    times = [each[name] for each in file.data if isinstance(each.get(name), str)]
    return furthest(times) if times else None


def detail_document(run: Run, *, now: str) -> Document:
    """All about a run: what it was made of, and every verdict."""
    edge = run.edge or EdgeFile()
    return {
        "run": run_document(run.id, run.file, run.edge, at=run.at, now=now),
        "data": [_certificate(each) for each in run.file.data],
        "analyses": [analysis_row(each) for each in edge.analyses],
        "states": edge.states,
        "ledger": edge.ledger,
        "placebos": edge.placebos,
        "self_checks": edge.self_checks,
        "luck": edge.luck,
    }


def _certificate(data: Mapping[str, Any]) -> Document:
    """Without the lists of gaps and outliers, of which there are thousands."""
    return {name: value for name, value in data.items() if name not in {"gaps", "outliers"}}


def analysis_row(analysis: AnalysisFile) -> Document:
    """A verdict, and the figures it was given on."""
    figures = analysis.in_sample or _NO_FIGURES
    later = analysis.out_of_sample
    return {
        "hypothesis": analysis.hypothesis,
        "scope": scope_of(analysis),
        "instruments": list(analysis.instruments),
        "timeframe": analysis.timeframe,
        "direction": analysis.direction,
        "family": analysis.family,
        "kind": analysis.kind,
        "state": analysis.state,
        "verdict": analysis.verdict,
        **{name: getattr(figures, name) for name in _FIGURES},
        "needed_trades": analysis.needed_trades,
        "bar": None if analysis.bars is None else analysis.bars.needed,
        "p_value": analysis.p_value,
        "q_value": analysis.q_value,
        "expectancy_low": analysis.expectancy_low,
        "expectancy_high": analysis.expectancy_high,
        "out_of_sample": None if later is None else _later(later),
    }


def _later(figures: Figures) -> Document:
    return {"n": figures.n, "win_rate": figures.win_rate, "expectancy_r": figures.expectancy_r}


def scope_of(analysis: AnalysisFile) -> str:
    """On what it was judged, for people."""
    some = analysis.instruments
    return some[0] if len(some) == 1 else f"{len(some)} instruments {POOLED}"
