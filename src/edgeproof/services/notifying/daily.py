"""The summary of each day, once: which days are due, and what is said of one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edgeproof.core.model.journal import DeliveryNoted, MessageQueued
from edgeproof.core.model.message import Message, Topic
from edgeproof.core.model.time import DAY
from edgeproof.ports import Journal
from edgeproof.services.account_curve import account_curve
from edgeproof.services.live_trades import live_trades
from edgeproof.services.notifying.day import day_figures
from edgeproof.services.notifying.outbox import waiting_in
from edgeproof.services.notifying.summary import summary_message
from edgeproof.services.notifying.tally import tally

EQUITY_CURVE = "equity_curve"
"""The part of a summary's document that its picture is made of: pairs of a time and the cash after a trade."""

_POINTS = 300


@dataclass(slots=True, eq=False)
class Daily:
    """Which days were summed up. `after` is how long after midnight (UTC) that is done, None for never."""

    journal: Journal
    after: int | None
    _summed: int | None = None

    def due(self, now: int) -> int | None:
        """The beginning of a day that is to be summed up at the venue's time; None where none is.

        Of days that passed while no session was there, the last is summed up; the first day ever is begun in peace.
        """
        if self.after is None:
            return None
        last = (now - self.after) // DAY - 1
        if self._summed is None:
            self._summed = self._summed_before(last)
        if last <= self._summed:
            return None
        self._summed = last
        return last * DAY

    def _summed_before(self, last: int) -> int:
        found = self.journal.read(MessageQueued, start=(last - 7) * DAY)
        days = [each.record.at // DAY - 1 for each in found if each.record.message.topic is Topic.SUMMARY]
        return max(days, default=last)

    def message(self, start: int, machine_now: int) -> Message:
        """The summary of the day that began at a time. It reads the journal: seconds, where the day was full."""
        notes = (each.record for each in self.journal.read(DeliveryNoted, start=machine_now - DAY))
        message = summary_message(day_figures(self.journal, start), tally(notes, waiting_in(self.journal)))
        curve = self._curve(start + DAY)
        return replace(message, document={**message.document, EQUITY_CURVE: curve}, queued_at=machine_now)

    def _curve(self, until: int) -> Sequence[tuple[int, float]]:
        trades = [each for each in live_trades(self.journal) if each.trade.time <= until]
        found = account_curve(self.journal, trades, None, until)
        if found is None:
            return ()
        points = list(zip(found.realised.time.tolist(), found.realised.equity.tolist(), strict=True))
        return tuple(points[-_POINTS:])
