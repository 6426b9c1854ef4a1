"""Runs in a home, written small: what the pages of research read of them."""

import json
from pathlib import Path
from typing import Any

from edgeproof.adapters.storage.runs import RunWriter

Document = dict[str, Any]

BTC = "BTC/USD:USD"


def analysis(hypothesis: str = "Dip_5m", *instruments: str, state: str = "tested", **figures: float) -> Document:
    """One analysis, as `edge.json` has it."""
    return {
        "hypothesis": hypothesis,
        "instruments": list(instruments or (BTC,)),
        "timeframe": "5m",
        "direction": "long",
        "family": "mean_reversion",
        "kind": "declared",
        "state": state,
        "verdict": f"{state}: words",
        "in_sample": {"n": 60, "win_rate": 0.5, "expectancy_r": 0.25, **figures},
        "bars": {"needed": 0.4},
        "q_value": 0.2,
        "rules": [],
    }


def run_file(identity: str, *, version: str = "0.1.0+aaa", config: Document | None = None, **data: Any) -> Document:  # noqa: ANN401
    """A `run.json` of one hypothesis on one instrument."""
    chosen = {"instruments": [BTC], "costs": {"taker": 0.0005}, "hypotheses": ["Dip_5m"], "command": "discover"}
    certificate = {
        "instrument": BTC,
        "base_timeframe": "1m",
        "start": "2025-01-01T00:00:00.000Z",
        "end": "2025-04-01T00:00:00.000Z",
        "candles": 129_600,
        "gaps": [],
        "objections": [],
    }
    return {
        "run": {"id": identity, "version": version, "config": {**chosen, **(config or {})}, "seed": 0},
        "data": [{**certificate, **data}],
        "results": [{"hypothesis": "Dip_5m", "instrument": BTC}],
        "definitions": {"Dip_5m": {"entry": ["rsi(14) < 30"]}},
    }


def edge_file(*analyses: Document) -> Document:
    """An `edge.json`."""
    states = [each["state"] for each in analyses]
    return {
        "analyses": list(analyses),
        "states": {state: states.count(state) for state in ("draft", "tested", "qualified", "rejected")},
        "ledger": {"trials": len(states), "new": len(states), "family": len(states)},
        "luck": {"pbo": None},
        "self_checks": {"checks": 4, "differences": 0},
        "placebos": {"count": 0, "passed": 0, "tested": 0},
    }


def keep(home: Path, document: Document, edge: Document | None = None) -> Path:
    """The folder of a run that is now kept in a home."""
    with RunWriter(home, document["run"]["id"]) as writer:
        return writer.finish(document, edge)


def damage(folder: Path, name: str = "edge.json") -> None:
    """Break a file of a run off in its middle."""
    text = json.dumps({"analyses": []}).encode()
    (folder / name).write_bytes(text[: len(text) // 2])
