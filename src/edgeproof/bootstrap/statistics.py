"""Where the statistics of a journal get what discoveries have found of its hypotheses."""

from collections.abc import Iterable
from pathlib import Path

from edgeproof.adapters.storage.states import read_states
from edgeproof.bootstrap.drift import read_drifting
from edgeproof.bootstrap.records import WATCH_ONLY
from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.journal import SessionBegan
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.ports import Journal
from edgeproof.research.parity.definitions import definitions
from edgeproof.research.trials import state_key
from edgeproof.services.scoreboard import Records
from edgeproof.services.track_records import track_record


def records_of_journal(home: Path, journal: Journal) -> Records:
    """The track record of every hypothesis of a journal, as its last session defined it, on every instrument of it."""
    began = [entry.record for entry in journal.read(SessionBegan)]
    hypotheses, instruments = _defined(began), {used.instrument for each in began for used in each.history}
    states = read_states(home)
    scopes = {name: states.get(state_key(each), {}).get("scopes", {}) for name, each in hypotheses.items()}
    return {(name, each): track_record(of, each) for name, of in scopes.items() for each in instruments}


def weights_of_journal(home: Path, journal: Journal) -> dict[str, SignalWeight]:
    """What the signals of every hypothesis that was ever traded would weigh now, on the instruments traded last."""
    began = [entry.record for entry in journal.read(SessionBegan) if entry.record.command != WATCH_ONLY]
    if not began:
        return {}
    instruments = [used.instrument for used in began[-1].history]
    return read_drifting(home, journal, list(_defined(began).values()), instruments).weights()


def _defined(began: Iterable[SessionBegan]) -> dict[str, Hypothesis]:
    return {of.name: of for each in began for of in definitions(each).hypotheses}
