"""The first page: how everything stands."""

from edgeproof.bootstrap.asking import held_by, kept_trading, traded_by
from edgeproof.bootstrap.dashboard.follow import newest_seq
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.services.trading_document import trading_document


def overview_document(place: Place) -> Document:
    """All of it."""
    with place.journal() as journal:
        view = kept_trading(journal, place.config)
        return {
            "seq": newest_seq(journal),
            "held_by": held_by(place.home),
            "traded_by": traded_by(place.home),
            "trading": None if view is None else trading_document(view),
        }
