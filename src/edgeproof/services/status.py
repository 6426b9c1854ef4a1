"""What a journal says of the sessions of its home: for `edgeproof status` and the dashboard."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CloseMissed, Decided, ParityRun, SessionBegan, SessionEnded
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import DAY, format_time
from edgeproof.ports import Journal
from edgeproof.services.notifying.tally import ChannelTally
from edgeproof.services.signal_document import decision_document
from edgeproof.services.trading_document import trading_document
from edgeproof.services.trading_view import TradingView

_LAST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LastSession:
    """The newest session of a journal, how it ended (None: it did not say), and who holds the home now."""

    held_by: str | None
    began: SessionBegan | None
    ended: SessionEnded | None

    @property
    def state(self) -> str:
        """In a word: running, ended, killed, or none."""
        if self.held_by is not None:
            return "running"
        if self.began is None:
            return "none"
        return "killed" if self.ended is None else "ended"

    def document(self) -> dict[str, Any] | None:
        """The session for JSON; None before there was one."""
        began, ended = self.began, self.ended
        if began is None:
            return None
        return {
            "id": began.session,
            "command": began.command,
            "venue": began.venue,
            "version": began.version,
            "began": format_time(began.at),
            "ended": None if ended is None else format_time(ended.at),
            "reason": None if ended is None else ended.reason,
            "hypotheses": len(began.hypotheses),
            "instruments": len(began.history),
        }


def last_session(journal: Journal, holder: str | None) -> LastSession:
    """The newest session, with who holds the home."""
    began = next((each.record for each in journal.last(SessionBegan, 1)), None)
    ended = next((each.record for each in journal.last(SessionEnded, 1)), None)
    is_its_end = began is not None and ended is not None and ended.session == began.session
    return LastSession(held_by=holder, began=began, ended=ended if is_its_end else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a journal says of the sessions of its home. `today` is the UTC day of the last candle."""

    session: LastSession
    taken_until: Mapping[Instrument, int]
    today: Mapping[str, int]
    missed_today: int
    last: Sequence[Decision]
    parity: ParityRun | None
    trading: TradingView | None = None
    told: Sequence[ChannelTally] = ()

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "state": self.session.state,
            "held_by": self.session.held_by,
            "session": self.session.document(),
            "taken_until": until_document(self.taken_until),
            "today": dict(self.today),
            "missed_today": self.missed_today,
            "last_signals": [decision_document(each) for each in self.last],
            "parity": None if self.parity is None else parity_document(self.parity),
            "trading": None if self.trading is None else trading_document(self.trading),
            "notifications": [each.document() for each in self.told],
        }


def status(journal: Journal, holder: str | None) -> Status:
    """What a journal says."""
    taken = journal.taken_until()
    last = [each.record.decision for each in journal.last(Decided, _LAST)]
    start = day_of(taken, last)
    return Status(
        session=last_session(journal, holder),
        taken_until=taken,
        today=Counter(each.record.decision.fate.value for each in journal.read(Decided, start=start)),
        missed_today=sum(1 for _ in journal.read(CloseMissed, start=start)),
        last=last,
        parity=last_parity(journal),
    )


def day_of(taken: Mapping[Instrument, int], last: Sequence[Decision]) -> int:
    """The beginning of the UTC day it is by the venue: of the newest candle, or signal."""
    return max([*taken.values(), *(each.signal.time for each in last)], default=0) // DAY * DAY


def last_parity(journal: Journal) -> ParityRun | None:
    """The newest comparison with the backtest."""
    return next((each.record for each in journal.last(ParityRun, 1)), None)


def parity_document(parity: ParityRun) -> dict[str, Any]:
    """A comparison in short."""
    return {
        "at": format_time(parity.at),
        "start": format_time(parity.start),
        "end": format_time(parity.end),
        "unexplained": parity.unexplained,
    }


def until_document(taken: Mapping[Instrument, int]) -> dict[str, str]:
    """Up to when candles were taken in, by instrument."""
    return {each.unified: format_time(time) for each, time in taken.items()}
