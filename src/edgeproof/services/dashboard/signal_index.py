"""The newest signals of a journal as rows, kept in memory so that a list of thousands is answered at once.

`take` folds records on; `page` answers from what is there then. The rows themselves never change: a signal that is
traded gets a new one, so whoever holds a page may read it while the index goes on.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any

from edgeproof.core.model.journal import Decided, Entry, SignalTraded
from edgeproof.services.dashboard.rows import signal_row, with_trade

MOST = 20_000
"""So many of the newest signals are kept."""

NOT_TRADED = "none"
"""What `Wanted.traded` says of signals that trading was not asked about."""

Row = Mapping[str, Any]

_SEARCHED = ("id", "symbol", "instrument", "venue_symbol", "hypothesis", "rule", "fate", "state", "regime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which signals are wanted; None is any. `text` is found in any case, in whatever names something."""

    text: str | None = None
    symbol: str | None = None
    timeframe: str | None = None
    direction: str | None = None
    hypothesis: str | None = None
    fate: str | None = None
    traded: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A signal of the index: its place in the journal, its row, and what a search looks in."""

    seq: int
    row: Row
    words: str


class SignalIndex:
    """The newest signals by a journal up to its place `seq`; `older_left_out` says whether there were more."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._listed: OrderedDict[str, Listed] = OrderedDict()
        self._facets: dict[str, dict[str, int]] | None = None
        self.seq = 0
        self.older_left_out = False

    def take(self, entries: Iterable[Entry[Decided | SignalTraded]], until: int) -> None:
        """Fold on what was written up to a place; what stands beyond it is for the next time."""
        for entry in entries:
            if self.seq < entry.seq <= until:
                self._take(entry.seq, entry.record)
                self._facets = None
        self.seq = max(self.seq, until)

    def _take(self, seq: int, record: Decided | SignalTraded) -> None:
        if isinstance(record, SignalTraded):
            known = self._listed.get(record.signal.id)
            if known is not None:
                self._listed[record.signal.id] = _listed(known.seq, with_trade(known.row, record.decided))
            return
        self._listed[record.decision.signal.id] = _listed(seq, signal_row(record.decision))
        if len(self._listed) > self._most:
            self._listed.popitem(last=False)
            self.older_left_out = True

    def newest(self) -> Sequence[Listed]:
        """All of them, the newest first."""
        return tuple(reversed(self._listed.values()))

    def facets(self) -> dict[str, dict[str, int]]:
        """What there is to choose from, with how many signals have it."""
        if self._facets is None:
            self._facets = _facets([each.row for each in self._listed.values()])
        return self._facets


def page(found: Sequence[Listed], wanted: Wanted, *, before: int | None, limit: int) -> dict[str, Any]:
    """A page of signals (the newest first) of which those before a place are asked for.

    `before` of the answer is what the next page is asked with, None on the last.
    """
    matching = list(_matching(found, wanted))
    older = (each for each in matching if before is None or each.seq < before)
    shown = list(islice(older, limit + 1))
    there = shown[:limit]
    return {
        "total": len(matching),
        "signals": [{"seq": each.seq, **each.row} for each in there],
        "before": there[-1].seq if len(shown) > limit else None,
    }


def _matching(found: Sequence[Listed], wanted: Wanted) -> Iterator[Listed]:
    same = {each.name: value for each in fields(Wanted) if (value := getattr(wanted, each.name)) is not None}
    text = same.pop("text", "").lower()
    symbol, traded = same.pop("symbol", None), same.pop("traded", None)
    for each in found:
        row = each.row
        if text not in each.words or any(row[name] != value for name, value in same.items()):
            continue
        if symbol is not None and symbol not in {row["symbol"], row["instrument"], row["venue_symbol"]}:
            continue
        if traded is None or _traded(row) == traded:
            yield each


def _traded(row: Row) -> str:
    return NOT_TRADED if row["trade"] is None else str(row["trade"]["fate"])


def _listed(seq: int, row: Row) -> Listed:
    trade = row["trade"] or {}
    words = (*(row[name] for name in _SEARCHED), trade.get("fate"), trade.get("rule"))
    return Listed(seq, row, " ".join(filter(None, words)).lower())


def _facets(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    named = {
        "symbols": "symbol",
        "timeframes": "timeframe",
        "hypotheses": "hypothesis",
        "fates": "fate",
        "states": "state",
        "directions": "direction",
    }
    counted = {title: Counter(row[name] for row in rows) for title, name in named.items()}
    counted["traded"] = Counter(map(_traded, rows))
    return {title: dict(sorted(counts.items())) for title, counts in counted.items()}
