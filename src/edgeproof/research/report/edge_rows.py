"""The rows of a page, and the findings on the run as a whole, out of an edge analysis (edge.json)."""

from collections.abc import Mapping
from typing import Any

from edgeproof.core.signals.hypothesis import Family
from edgeproof.research.report.packing import tidy

_FATES = ("signals", "void", "overlapped", "unfilled", "invalidated")
_AS_THEY_ARE = ("kind", "parent", "rules", "purged", "in_sample", "whole", "trials", "needed_trades", "ablations")
_GROUPS = ("regime", "instrument")
"""Hours and weekdays are on the heat map."""

_RUN_LEVEL = ("self_checks", "placebos", "ledger", "states")


def edge_rows(edge: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row an analysis."""
    return [_row(analysis) for analysis in edge["analyses"]]


def _row(analysis: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "hypothesis": analysis["hypothesis"],
        "trades_of": analysis["hypothesis"],
        "on": list(analysis["instruments"]),
        "timeframe": analysis["timeframe"],
        "direction": analysis["direction"],
        "placebo": analysis["family"] == Family.PLACEBO.value,
        "state": analysis["state"],
        "line": analysis["verdict"],
        "note": analysis.get("untestable"),
        "fates": {name: analysis["fates"][name] for name in _FATES},
        "split": min((span["split"] for span in analysis["spans"]), default=None),
        "required": _needed(analysis.get("bars")),
        "p": analysis.get("p_value"),
        "q": analysis.get("q_value"),
        "deflated_sharpe": analysis.get("deflated_sharpe"),
        "walk_forward": analysis.get("walk_forward", []),
        "monte_carlo": analysis.get("monte_carlo"),
        "breakdowns": {name: analysis.get("breakdowns", {}).get(name, []) for name in _GROUPS},
        "out_of_sample": _out_of_sample(analysis),
        **{name: analysis.get(name) for name in _AS_THEY_ARE},
    }
    found: dict[str, Any] = tidy(row)
    return found


def _needed(bars: Mapping[str, Any] | None) -> float | None:
    return None if bars is None else bars["needed"]


def _out_of_sample(analysis: Mapping[str, Any]) -> dict[str, Any] | None:
    """The last third; its p-value is there only for those that passed in-sample, as it is asked of no others."""
    figures = analysis.get("out_of_sample")
    if not figures:
        return None
    required = _needed(analysis.get("out_of_sample_bars"))
    return {**figures, "p_value": analysis.get("out_of_sample_p_value"), "required": required}


def run_level(edge: Mapping[str, Any]) -> dict[str, Any]:
    """What was found about the run as a whole."""
    luck = {key: value for key, value in edge["luck"].items() if key != "logits"}
    found: dict[str, Any] = tidy({"luck": luck, **{name: edge[name] for name in _RUN_LEVEL}})
    return found
