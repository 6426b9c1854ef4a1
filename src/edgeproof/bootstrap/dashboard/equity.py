"""What trading made, trade by trade, beside the same trades in the backtest and the band of what was to be expected."""

from typing import Any

from edgeproof.bootstrap.dashboard.kept import Kept, newest, states_file
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.bootstrap.session_report import read_by, session_named, tested_of
from edgeproof.core.model.journal import ParityRun, SessionBegan, TradeClosed
from edgeproof.ports import Journal
from edgeproof.research.report.session.compared import compared_in
from edgeproof.research.report.session.curve import curve
from edgeproof.services.live_trades import live_trades

NO_SESSION = "no session was here yet: edgeproof paper trades on paper"
NO_TRADE = "no trade is over yet: the curve begins with the first one that is"

Curve = dict[str, Any] | None


class KeptCurves:
    """The curves of the sessions of a place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._kept: Kept[Curve] = Kept()

    def document(self, wanted: str) -> Document:
        """`GET /api/equity`.

        Raises
        ------
        InputError
            No session is called so, or several are.
        """
        with self._place.journal() as journal:
            seqs = newest(journal, SessionBegan, TradeClosed, ParityRun)
            if not seqs[0]:
                return {"seq": 0, "session": None, "curve": None, "why": NO_SESSION}
            session = session_named(journal, wanted)
            made_from = (*seqs, states_file(self._place.home))
            found = self._kept.get(session, made_from, lambda: self._curve(journal, session))
        return {"seq": max(seqs), "session": session, "curve": found, "why": NO_TRADE if found is None else None}

    def _curve(self, journal: Journal, session: str | None) -> Curve:
        trades = live_trades(read_by(journal, session))
        if not trades:
            return None
        # Of all comparisons: a trade may be compared by a session that came after its own.
        compared = compared_in(entry.record for entry in journal.read(ParityRun))
        return curve(trades, tested_of(self._place.home, journal), compared)
