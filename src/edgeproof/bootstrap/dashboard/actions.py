"""Actions: wishes that are left for the session, as the command line leaves them, and what came of them."""

from edgeproof.bootstrap.dashboard.overview import waiting
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.bootstrap.steering import ask, meant
from edgeproof.core.model.journal import Asked
from edgeproof.core.model.time import format_time

_LAST = 50


def actions_document(place: Place) -> Document:
    """What was asked: what waits, and what was granted last, the newest first."""
    with place.journal() as journal:
        granted = [entry.record for entry in reversed(journal.last(Asked, _LAST))]
    return {"wishes": waiting(place), "asked": [_asked(each) for each in granted]}


def act(place: Place, word: str, target: str, *, why: str, by: str) -> Document:
    """Leave a wish and await what the session says to it.

    Raises
    ------
    InputError
        What is asked makes no sense, in the words of the command line.
    """
    found = meant(place.home, place.config, word, target)
    return ask(place.home, place.config, word, found, why=why, by=by).document()


def _asked(record: Asked) -> Document:
    return {
        "id": record.id,
        "at": format_time(record.at),
        "wish": record.wish,
        "target": record.target or None,
        "by": record.by,
        "why": record.why or None,
        "outcome": record.outcome,
    }
