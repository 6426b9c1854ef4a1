"""What discoveries and live trades have left of hypotheses, and the name of the session that trades none."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from edgeproof.adapters.storage.states import LIVE, read_states
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.trials import state_key
from edgeproof.services.evidence import TrackRecord
from edgeproof.services.track_records import track_record

WATCH_ONLY = "scan"
"""The command of a session that trades nothing."""

Records = Mapping[tuple[str, Instrument], TrackRecord]


def read_records(home: Path, hypotheses: Sequence[Hypothesis], instruments: Sequence[Instrument]) -> Records:
    """The track record of every hypothesis on every instrument, as discoveries under a home left it."""
    states = read_states(home)
    kept = {each.name: states.get(state_key(each), {}) for each in hypotheses}
    return {
        (name, each): track_record(of.get("scopes", {}), each, of.get(LIVE))
        for name, of in kept.items()
        for each in instruments
    }
