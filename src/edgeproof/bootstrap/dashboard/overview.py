"""The first page: how everything stands."""

from collections.abc import Mapping, Sequence

from edgeproof import __version__
from edgeproof.bootstrap.asking import held_by, kept_trading, traded_by, waiting_wishes
from edgeproof.bootstrap.dashboard.follow import newest_seq
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.bootstrap.dashboard.signals import KeptSignals
from edgeproof.bootstrap.live import system_clock
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CloseMissed, Noticed, SessionBegan, TradeClosed
from edgeproof.core.model.time import DAY, format_time, parse_time
from edgeproof.research.run_identity import code_version
from edgeproof.services.dashboard.day import funnel, missed
from edgeproof.services.dashboard.events import notice_document
from edgeproof.services.dashboard.rows import signal_row
from edgeproof.services.dashboard.signal_index import Listed
from edgeproof.services.notifying.tally import ChannelTally, tally_of_day
from edgeproof.services.status import last_parity, last_session, parity_document, until_document
from edgeproof.services.trading_document import trade_document, trading_document
from edgeproof.services.wish_words import wish_document

_LAST = 10
_NOTICES = 20


def overview_document(place: Place, signals: KeptSignals) -> Document:
    """All of it."""
    now = system_clock().now()
    with place.journal() as journal:
        seq = newest_seq(journal)  # first: what is written while the rest is read is told by the stream as well
        listed, older_left_out = signals.newest(journal)
        session, taken = last_session(journal, held_by(place.home)), journal.taken_until()
        view, parity = kept_trading(journal, place.config), last_parity(journal)
        day = _day(taken, listed)
        return {
            "seq": seq,
            "now": format_time(now),
            "state": session.state,
            "held_by": session.held_by,
            "traded_by": traded_by(place.home),
            "session": session.document(),
            "other_version": is_other_version(session.began),
            "trading": None if view is None else trading_document(view),
            "taken_until": until_document(taken),
            "funnel": {
                **funnel((each.row for each in listed), day),
                "is_whole": not (older_left_out and _at(listed[-1]) >= day),
            },
            "last_signals": [{"seq": each.seq, **each.row} for each in listed[:_LAST]],
            "last_trades": [trade_document(each.record) for each in reversed(journal.last(TradeClosed, _LAST))],
            "notices": [notice_document(each.record) for each in reversed(journal.last(Noticed, _NOTICES))],
            "missed_today": missed(each.record for each in journal.read(CloseMissed, start=day)),
            "parity": None if parity is None else parity_document(parity),
            "told": [_told(each) for each in tally_of_day(journal, now)],
            "wishes": waiting(place),
            "offers": [] if view is None else [signal_row(each) for each in view.offers],
        }


def waiting(place: Place) -> list[Document]:
    """What was asked and is not granted yet."""
    return [wish_document(each) for each in waiting_wishes(place.home, lambda _: None)]


def is_other_version(began: SessionBegan | None) -> bool:
    """Whether a session ran another version than this program: its figures may be by other rules."""
    return began is not None and began.version not in {__version__, code_version()}


def _day(taken: Mapping[Instrument, int], listed: Sequence[Listed]) -> int:
    """The beginning of the UTC day it is by the venue; 0 before anything was taken in."""
    return max([*taken.values(), *(_at(each) for each in listed[:1])], default=0) // DAY * DAY


def _at(listed: Listed) -> int:
    return parse_time(str(listed.row["at"]))


def _told(tally: ChannelTally) -> Document:
    return {**tally.document(), "words": tally.words}
