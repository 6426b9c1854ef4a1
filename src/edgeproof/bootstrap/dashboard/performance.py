"""What trading came to: all of it, and by hypothesis."""

from collections.abc import Mapping
from dataclasses import dataclass

from edgeproof.adapters.storage.states import LIVE, read_states
from edgeproof.bootstrap.asking import kept_trading
from edgeproof.bootstrap.dashboard.kept import Kept, newest, states_file
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.bootstrap.parity import library_now
from edgeproof.bootstrap.statistics import records_of_journal, weights_of_journal
from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.journal import BookKept, ParityRun, SessionBegan, SignalTraded, TradeClosed
from edgeproof.core.performance.live import GROUPINGS, grouped
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.ports import Journal
from edgeproof.research.parity.definitions import definitions
from edgeproof.research.trials import state_key
from edgeproof.services.dashboard.performance import cumulative_r, drift_rows, parity_summary, state_rows
from edgeproof.services.statistics import LiveStatistics, live_statistics
from edgeproof.services.stats_document import stats_document
from edgeproof.services.status import last_parity
from edgeproof.services.trading_document import trade_document

NOTHING = "nothing was traded yet; edgeproof paper trades on paper"

_STATES = ("killed", "probation", "qualified", "paper", "live", "tested", "rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a journal comes to. `statistics` is None where nothing was ever traded; `trades` are those that are over."""

    seq: int
    statistics: LiveStatistics | None
    weights: Mapping[str, SignalWeight]
    trades: Mapping[str, TradeClosed]
    definitions: Mapping[str, str]
    states: tuple[Document, ...]
    parity: ParityRun | None


class KeptPerformance:
    """The statistics of a place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._kept: Kept[Found] = Kept()

    def document(self, by: str) -> Document:
        """`GET /api/performance`."""
        found = self._found()
        stats = found.statistics
        return {
            "seq": found.seq,
            "stats": None if stats is None else stats_document(stats, (by, grouped(stats.trades, GROUPINGS[by]))),
            "why": NOTHING if stats is None else None,
            "parity": parity_summary(found.parity),
            "drift": drift_rows(found.weights),
            "states": list(found.states),
        }

    def of_hypothesis(self, name: str) -> Document | None:
        """`GET /api/performance/{hypothesis}`; None where nothing is called so."""
        found = self._found()
        stats = found.statistics
        trades = [each for each in ([] if stats is None else stats.trades) if each.signal.hypothesis == name]
        rows = [] if stats is None else stats_document(stats, None)["hypotheses"]
        row = next((each for each in rows if each["hypothesis"] == name), None)
        states = [each for each in found.states if each["hypothesis"] == name]
        definition = found.definitions.get(name) or self._defined_now(name)
        if row is None and definition is None and not states:
            return None
        return {
            "seq": found.seq,
            "hypothesis": name,
            "definition": definition,
            "row": row,
            "trades": [trade_document(found.trades[each.trade.signal_id]) for each in reversed(trades)],
            "cumulative_r": cumulative_r(trades),
            "tested": None if row is None else row["against_tested"]["tested"],
            "drift": next((each for each in drift_rows(found.weights) if each["hypothesis"] == name), None),
            "states": states,
        }

    def _found(self) -> Found:
        with self._place.journal() as journal:
            seqs = newest(journal, SessionBegan, BookKept, TradeClosed, SignalTraded, ParityRun)
            made_from = (*seqs, states_file(self._place.home))
            return self._kept.get(None, made_from, lambda: self._read(journal, max(seqs)))

    def _read(self, journal: Journal, seq: int) -> Found:
        home = self._place.home
        view = kept_trading(journal, self._place.config)
        weights = weights_of_journal(home, journal)
        statistics = None
        if view is not None:
            statistics = live_statistics(journal, view, records_of_journal(home, journal), weights=weights)
        began = [entry.record for entry in journal.read(SessionBegan)]
        return Found(
            seq=seq,
            statistics=statistics,
            weights=weights,
            # A late fill reopens a trade: of its ends the last counts.
            trades={entry.record.trade.signal_id: entry.record for entry in journal.read(TradeClosed)},
            definitions={name: text for each in began for name, text in each.hypotheses.items()},
            states=_states(self._place, began[-1] if began else None),
            parity=last_parity(journal),
        )

    def _defined_now(self, name: str) -> str | None:
        return next((hypothesis_toml(each) for each in library_now(self._place.home) if each.name == name), None)


def _states(place: Place, last: SessionBegan | None) -> tuple[Document, ...]:
    watched = set() if last is None else {state_key(each) for each in definitions(last).hypotheses}
    rows = [
        row
        for key, kept in read_states(place.home).items()
        for row in state_rows(
            str(kept.get("hypothesis", "")), kept.get("scopes", {}), kept.get(LIVE, {}), is_watched=key in watched
        )
    ]
    return tuple(sorted(rows, key=_order))


def _order(row: Document) -> tuple[bool, int, str]:
    """What is watched first, then what says most."""
    rank = _STATES.index(row["state"]) if row["state"] in _STATES else len(_STATES)
    return not row["is_watched"], rank, row["hypothesis"]
