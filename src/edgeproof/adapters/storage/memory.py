"""What storage keeps, in memory: for tests, demonstrations and generated markets."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from edgeproof.adapters.storage.rows import Columns, Series, between, join_sources, merge
from edgeproof.adapters.storage.shelf import Shelf
from edgeproof.core.model.trial import TrialRecord
from edgeproof.ports import Holding, Saved


class MemoryStore(Shelf):
    """Keeps every series as columns in a dictionary; gone with the process."""

    def __init__(self) -> None:
        self._series: dict[Series, tuple[Columns, tuple[str, ...]]] = {}

    def holdings(self) -> tuple[Holding, ...]:
        """Every series, by instrument, kind and timeframe."""
        return tuple(
            Holding(
                instrument=series.instrument,
                kind=series.kind,
                timeframe=series.timeframe,
                rows=len(columns["time"]),
                first=int(columns["time"][0]),
                last=int(columns["time"][-1]),
                sources=sources,
            )
            for series, (columns, sources) in sorted(self._series.items(), key=lambda item: item[0].sort_key())
        )

    def _read(self, series: Series, start: int | None, end: int | None) -> Columns | None:
        held = self._series.get(series)
        return None if held is None else between(held[0], start, end)

    def _merge(self, series: Series, new: Columns, source: str, *, replace: bool) -> Saved:
        if len(new["time"]) == 0:
            return Saved(added=0, replaced=0, unchanged=0)
        old, sources = self._series.get(series, ({name: values[:0] for name, values in new.items()}, ()))
        joined = join_sources(series, sources, source)
        merged = merge(series, old, new, replace=replace)
        self._series[series] = (merged.columns, joined)
        return merged.saved


class MemoryLedger:
    """A trial ledger in memory."""

    def __init__(self) -> None:
        self._trials: dict[str, TrialRecord] = {}

    def enter(self, trials: Sequence[TrialRecord]) -> int:
        """Keep trials; how many were new."""
        before = len(self._trials)
        for trial in trials:
            held = self._trials.get(trial.id, trial)
            self._trials[trial.id] = replace(
                trial,
                kind=held.kind,
                hypothesis=held.hypothesis,
                start=min(held.start, trial.start),
                end=max(held.end, trial.end),
            )
        return len(self._trials) - before

    def concerning(self, instruments: Sequence[str], start: int, end: int) -> tuple[TrialRecord, ...]:
        """The trials that looked at any of the instruments within [start, end], by id."""
        wanted = frozenset(instruments)
        return tuple(trial for _, trial in sorted(self._trials.items()) if trial.concerns(wanted, start, end))


class MemoryCheckpoints:
    """Checkpoints in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, NDArray[Any]]] = {}

    def keep(self, key: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Keep the arrays of a key."""
        self._kept[key] = {name: values.copy() for name, values in columns.items()}

    def find(self, key: str) -> Mapping[str, NDArray[Any]] | None:
        """The arrays kept under a key."""
        return self._kept.get(key)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()
