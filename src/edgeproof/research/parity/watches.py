"""The sessions of a journal, instrument by instrument: what each began with, took in and is answerable for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from edgeproof.core.model.candle import IntArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, HistoryUsed, SessionBegan
from edgeproof.ports import CandleStore, Journal
from edgeproof.research.backtest import Market
from edgeproof.research.parity.definitions import Definitions, definitions
from edgeproof.research.parity.history import History, load, read_history
from edgeproof.research.parity.taken import Taken, market_of, read_taken


@dataclass(frozen=True, slots=True)
class Span:
    """Times with start <= time <= end; None for no bound."""

    start: int | None = None
    end: int | None = None

    def holds(self, time: int) -> bool:
        """Whether a time lies within."""
        return (self.start is None or time >= self.start) and (self.end is None or time <= self.end)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Watch:
    """One instrument in one session.

    The session answers for the closes after `after` and up to `until`. Where it was not the first to watch the
    instrument, `after` is the last close of the sessions before: nobody watched between that and its own history's end.
    """

    session: SessionBegan
    used: HistoryUsed
    history: History
    taken: Taken
    definitions: Definitions
    after: int
    until: int
    closes: IntArray = field(repr=False)
    evaluated_by: IntArray = field(repr=False)

    @property
    def instrument(self) -> Instrument:
        """What was watched."""
        return self.used.instrument

    def market(self, taken: Taken | None = None) -> Market:
        """The market as the session came to know it, or as it was with another choice of what it took in."""
        return market_of(
            self.instrument, self.history.candles, self.history.funding, self.taken if taken is None else taken
        )

    def evaluation(self, time: int) -> int | None:
        """The number of the record by which a close was evaluated; None where it was not."""
        row = int(np.searchsorted(self.closes, time))
        is_there = row < len(self.closes) and int(self.closes[row]) == time
        return int(self.evaluated_by[row]) if is_there else None

    def answers_for(self, time: int) -> bool:
        """Whether a signal at this time is for this session to have found."""
        return self.after < time <= self.until

    def was_unwatched(self, time: int) -> bool:
        """Whether a close lies between the sessions before and the end of this one's history."""
        return self.after < time <= self.used.end and self.evaluation(time) is None


def read_watches(journal: Journal, store: CandleStore, instrument: Instrument, span: Span) -> list[Watch]:
    """Every session of an instrument that took something in within the span, in the order they began."""
    watches: list[Watch] = []
    before: int | None = None
    for entry in journal.read(SessionBegan):
        session = entry.record
        used = next((each for each in session.history if each.instrument == instrument), None)
        if used is None:
            continue
        if _has_nothing(journal, session, instrument, span):
            # One that was over before the span: the closes from there to the next session were watched by nobody.
            before = span.start - 1 if span.start is not None and before is None else before
            continue
        taken = read_taken(journal, session.session, instrument, session.timeframe, span.end)
        after = used.end if before is None else before
        watch = _watch(session, used, read_history(journal, store, entry, used), taken, after)
        watches.append(watch)
        before = max(after, watch.until)
    return watches


def _has_nothing(journal: Journal, session: SessionBegan, instrument: Instrument, span: Span) -> bool:
    entries = journal.read(CandleTaken, instrument=instrument, start=span.start, end=span.end, session=session.session)
    return next(iter(entries), None) is None


def _watch(session: SessionBegan, used: HistoryUsed, history: History, taken: Taken, after: int) -> Watch:
    closes, evaluated_by = taken.first_revisions(used.end)
    return Watch(
        session=session,
        used=used,
        history=history,
        taken=taken,
        definitions=definitions(session),
        after=after,
        until=taken.last or after,
        closes=closes,
        evaluated_by=evaluated_by,
    )


def store_market(store: CandleStore, watch: Watch) -> Market:
    """The market of a watch as the store has it now; what was taken in counts only where the store ends before it."""
    used, taken, timeframe = watch.used, watch.taken, watch.session.timeframe
    candles = load(store, used.instrument, timeframe, used.start, watch.until)
    funding = store.load_funding(used.instrument, end=watch.until)
    reached = int(candles.close_time[-1]) if len(candles) else used.end
    settled = int(funding.time[-1]) if len(funding) else -1
    known = {
        *taken.candle_seq[taken.candles.open_time < reached].tolist(),
        *taken.funding_seq[taken.funding.time <= settled].tolist(),
    }
    return market_of(used.instrument, candles, funding, taken.without(frozenset(known)))


def sessions_of(watches: Sequence[Watch]) -> list[SessionBegan]:
    """The sessions of watches, each once, in the order they began."""
    return list({watch.session.session: watch.session for watch in watches}.values())
