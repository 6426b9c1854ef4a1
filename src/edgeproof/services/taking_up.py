"""The trading desk of a session, out of what the journal says of those before it."""

from collections.abc import Sequence

from edgeproof.core.model.journal import Asked, BookKept, OrderNoted
from edgeproof.ports import Journal
from edgeproof.services.drifting import drifting_of
from edgeproof.services.kept_book import book_of
from edgeproof.services.trading import TradingDesk
from edgeproof.services.trading_plan import TradingPlan

_NOTES = 500
"""Notes of orders among which the times of those that were not answered are looked for."""
_ASKED = frozenset({"intended", "amend_sent", "cancel_sent"})


def take_up(session: str, plan: TradingPlan, journal: Journal, words: Sequence[str] = ()) -> TradingDesk:
    """The trading desk of a session, with what a journal says of those before it."""
    notes = [entry.record for entry in journal.last(OrderNoted, _NOTES)]
    kept = journal.last(BookKept, 1)
    return TradingDesk(
        session=session,
        plan=plan,
        found=book_of(journal),
        known_until=kept[0].record.at if kept else 0,
        asked={each.order_id: each for each in notes if each.what in _ASKED},
        granted=frozenset(entry.record.id for entry in journal.last(Asked, _NOTES)),
        words=words,
        drifting=drifting_of(session, plan.weighing, journal) if plan.weighing.tested else None,
    )
