"""A candle store in memory: for tests, demonstrations and generated markets."""

from edgeproof.adapters.storage.rows import Columns, Series, between, join_sources, merge
from edgeproof.adapters.storage.shelf import Shelf
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
