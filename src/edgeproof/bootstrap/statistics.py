"""Where the statistics of a journal get what discoveries have found of its hypotheses."""

from pathlib import Path

from edgeproof.adapters.storage.states import read_states
from edgeproof.core.model.journal import SessionBegan
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.ports import Journal
from edgeproof.research.parity.definitions import definitions
from edgeproof.research.trials import state_key
from edgeproof.services.scoreboard import Records
from edgeproof.services.track_records import track_record


def records_of_journal(home: Path, journal: Journal) -> Records:
    """The track record of every hypothesis of a journal, as its last session defined it, on every instrument of it."""
    hypotheses: dict[str, Hypothesis] = {}
    instruments = set()
    for entry in journal.read(SessionBegan):
        hypotheses |= {each.name: each for each in definitions(entry.record).hypotheses}
        instruments |= {used.instrument for used in entry.record.history}
    states = read_states(home)
    scopes = {name: states.get(state_key(each), {}).get("scopes", {}) for name, each in hypotheses.items()}
    return {(name, each): track_record(of, each) for name, of in scopes.items() for each in instruments}
