"""The data of a page: what a run says, rounded, with the trades and candles that are shown.

1. The rows: after `discover` those of the edge analysis, after `backtest` those of the run itself (`_rows`).
2. The trades each row shows, within what a page can carry (`plan_excerpts`).
3. The charts of each row, then the candles, one instrument at a time (`_candles`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from edgeproof.core.model.time import format_duration, parse_duration, parse_time
from edgeproof.core.signals.hypothesis import Family
from edgeproof.core.simulation.costs import slippage_bps
from edgeproof.research.report.analysis import TRADE_FIELDS, charts, points_for, shown_trades
from edgeproof.research.report.definition import definition
from edgeproof.research.report.edge_rows import edge_rows, run_level
from edgeproof.research.report.excerpt import (
    MOST_CANDLES,
    MOST_TRADES,
    Masks,
    Span,
    Wanted,
    excerpt,
    plan_excerpts,
    wanted_trades,
)
from edgeproof.research.report.packing import tidy
from edgeproof.research.report.sources import Sources

MOST_ROWS = 2_000
"""A search tries thousands: the page shows the best of them, and says so."""

FEW = 30
"""Below so many trades, expectancy says little: the page puts such rows behind."""

_FATES = ("signals", "void", "overlapped", "unfilled", "invalidated")


def page_data(sources: Sources, *, most_candles: int = MOST_CANDLES) -> dict[str, Any]:
    """Everything the page shows, as JSON can say it."""
    names = [each["instrument"] for each in sources.run["data"]]
    ranked = _ranked(_rows(sources))
    rows = ranked[:MOST_ROWS]
    spans = _spans(sources)
    parts = [sources.of(row["trades_of"], row["on"]) for row in rows]
    wishes = [
        wanted_trades(each, parse_duration(row["timeframe"]), spans) for row, each in zip(rows, parts, strict=True)
    ]
    shown, masks = plan_excerpts(wishes, spans, most=most_candles)
    points = points_for(len(rows))
    for row, each, chosen in zip(rows, parts, shown, strict=True):
        row["charts"] = charts(each, points)
        row["shown"] = shown_trades(each, chosen, names)
        row["of"] = sum(len(trades) for _, trades in each)
    return {
        "run": tidy(sources.run["run"]),
        "data": tidy(sources.run["data"]),
        "instruments": names,
        "slippage": _slippage(rows),
        "edge": None if sources.edge is None else run_level(sources.edge),
        "rows": rows,
        "left_out": len(ranked) - len(rows),
        "definitions": _definitions(sources, rows),
        "trade_fields": list(TRADE_FIELDS),
        "most_trades": MOST_TRADES,
        "candles": _candles(sources, masks, shown),
    }


def _rows(sources: Sources) -> list[dict[str, Any]]:
    if sources.edge is not None:
        return edge_rows(sources.edge)
    return [_row(result, sources) for result in sources.run["results"]]


def _row(result: Mapping[str, Any], sources: Sources) -> dict[str, Any]:
    hypothesis = sources.hypotheses.get(result["hypothesis"])
    return {
        "hypothesis": result["hypothesis"],
        "trades_of": result["hypothesis"],
        "on": [result["instrument"]],
        "timeframe": result["timeframe"],
        "direction": result["direction"],
        "placebo": hypothesis is not None and hypothesis.family is Family.PLACEBO,
        "state": None if (result["statistics"] or {}).get("n") else "silent",
        "line": None,
        "note": result.get("reason"),
        "fates": {name: result[name] for name in _FATES},
        "whole": tidy(result["statistics"]),
    }


def _ranked(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Best first, which decides who gets room for trades.

    By verdict, then q-value, then expectancy; those of few trades come behind the others, for their expectancy is luck.
    What never traded is last.
    """
    order = {"qualified": 0, "tested": 1, "rejected": 2, "draft": 3}

    def key(row: Mapping[str, Any]) -> tuple[bool, int, bool, float, float]:
        figures = row.get("in_sample") or row["whole"] or {}
        expectancy, n = figures.get("expectancy_r"), figures.get("n") or 0
        few = n < FEW and row["state"] != "qualified"
        q_value = row.get("q")
        state = order.get(row["state"] or "", 1)
        return expectancy is None, state, few, 1.0 if q_value is None else q_value, -(expectancy or 0.0)

    return sorted(rows, key=key)


def _spans(sources: Sources) -> dict[str, Span]:
    return {
        each["instrument"]: Span(
            timeframe=parse_duration(each["base_timeframe"]),
            start=parse_time(each["start"]),
            end=parse_time(each["end"]),
        )
        for each in sources.run["data"]
        if each["candles"]
    }


def _slippage(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Basis points by timeframe: what is assumed unless a hypothesis says otherwise."""
    lengths = sorted({parse_duration(row["timeframe"]) for row in rows})
    return {format_duration(length): slippage_bps(length) for length in lengths}


def _definitions(sources: Sources, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    kept = sources.run.get("definitions", {})
    found = {}
    for name in dict.fromkeys(row["trades_of"] for row in rows):
        declared = name.partition("@")[0]  # a secondary test of NAME is called NAME@TIMEFRAME
        for known in (name, declared):
            if known in kept:
                found[name] = kept[known]
                break
            if known in sources.hypotheses:
                found[name] = definition(sources.hypotheses[known])
                break
    return found


def _candles(sources: Sources, masks: Masks, shown: Sequence[Sequence[Wanted]]) -> dict[str, Any]:
    """The planned candles by "instrument|seconds"; a history that is not there any more is left out."""
    found: dict[str, Any] = {}
    needed = dict.fromkeys(wanted.key for chosen in shown for wanted in chosen)
    for name in dict.fromkeys(instrument for instrument, _ in needed):
        candles = sources.candles(name)
        if candles is None or len(candles) == 0:
            continue
        for key in needed:
            if key[0] == name:
                found[f"{name}|{key[1] // 1000}"] = excerpt(candles, key, masks)
    return found
