"""The track record of every hypothesis on every instrument, out of what discoveries have kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edgeproof.core.model.entry import TrackRecord as SizingRecord
from edgeproof.core.model.instrument import Instrument
from edgeproof.services.evidence import TrackRecord

_BEST_FIRST = ("killed", "probation", "qualified", "tested", "rejected")
"""Of several discoveries the one in this order speaks: what was killed stays so, what is proven on one scope is."""

_FIGURES = (
    "n",
    "win_rate",
    "win_rate_low",
    "win_rate_high",
    "expectancy_r",
    "mean_win_r",
    "mean_loss_r",
    "cost_r",
    "days",
)


def track_record(
    scopes: Mapping[str, Mapping[str, Any]], instrument: Instrument, live: Mapping[str, Any] | None = None
) -> TrackRecord:
    """The record on an instrument, from the scopes of a hypothesis: instruments joined by " + ".

    What its live trades have led to, `live`, speaks before what discoveries found: on every instrument.
    """
    record = _discovered(scopes, instrument)
    if live is None or not live.get("state"):
        return record
    return replace(record, state=str(live["state"]), verdict=str(live.get("why", "")))


def _discovered(scopes: Mapping[str, Mapping[str, Any]], instrument: Instrument) -> TrackRecord:
    found = [each for scope, each in scopes.items() if instrument.unified in scope.split(" + ")]
    if not found:
        return TrackRecord()
    best = min(found, key=lambda each: _rank(str(each.get("state"))))
    figures = best.get("record") or {}
    return TrackRecord(
        state=str(best.get("state", "tested")),
        verdict=str(best.get("verdict", "")),
        run=best.get("run"),
        data_end=best.get("data_end"),
        version=best.get("version"),
        **{name: figures.get(name) for name in _FIGURES},
    )


def sizing_record(record: TrackRecord) -> SizingRecord | None:
    """What Kelly sizing has to know of a record; None where it is not all there."""
    n, win_rate, won, lost = record.n, record.win_rate, record.mean_win_r, record.mean_loss_r
    if n is None or win_rate is None or won is None or lost is None:
        return None
    return SizingRecord(n=n, win_rate=win_rate, average_win=won, average_loss=-lost)


def _rank(state: str) -> int:
    return _BEST_FIRST.index(state) if state in _BEST_FIRST else len(_BEST_FIRST)


def killed(records: Mapping[tuple[str, Instrument], TrackRecord]) -> frozenset[str]:
    """The names of the hypotheses that were killed."""
    return frozenset(name for (name, _), record in records.items() if record.state == "killed")


def states_watched(records: Mapping[tuple[str, Instrument], TrackRecord]) -> dict[str, int]:
    """How many hypotheses are in each state: of one with several, by instrument, the state that says most."""
    best: dict[str, TrackRecord] = {}
    for (name, _), record in records.items():
        best[name] = min(best.get(name, record), record, key=lambda each: _rank(each.state))
    return dict(Counter(each.state for each in best.values()))
