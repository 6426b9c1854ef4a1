"""Asking first: a signal that was told waits for a person, who takes or skips it, until it expires.

It stands around the trading desk, which does not see a signal before somebody takes it, and then decides as ever: the
rules of risk apply, and nobody can override a limit. Every signal ends in one recorded fate: what trading made of it
when it was taken, SKIPPED by a person, or EXPIRED because nobody took it.

What waits follows from the journal (`offers_of`): decisions that a session which asks has told, and that have no fate
in trading yet. A session that does not ask goes on asking for those it finds; its own it passes on at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.event import ClosedCandle, MarketTrade, Quote, VenueTime
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import ASKS_FIRST, Asked, Decided, Record, SessionBegan, SignalTraded
from edgeproof.core.model.signal import Decision, Fate, Signal
from edgeproof.core.model.time import DAY, format_time
from edgeproof.core.model.trading_event import FateDecided, TradeFate
from edgeproof.core.signals.watch import ExitMet
from edgeproof.ports import FeedEvent, Journal, MarketFeed, TradingFeed
from edgeproof.ports.wishes import Wish
from edgeproof.services.figures import quantity_text, rule_text
from edgeproof.services.prepare import Prepared
from edgeproof.services.trading import TradingDesk
from edgeproof.services.trading_view import TradingView

TAKE, SKIP = "take", "skip"
PERSON, NOBODY = "person", "nobody_took_it"
"""The rules by which a signal was skipped, or expired while it waited."""

_SESSIONS = 20
_LONGEST = 7 * DAY
"""No signal is open for longer: what was told before that, an earlier session has brought to an end."""

Offers = Mapping[str, Decision]
"""Signals that wait for a person, by their ids, in the order of their times."""


@dataclass(slots=True, eq=False)
class AskingFirst:
    """The trader of a session; see the module. `asks` says whether its own signals wait; `granted` are old wishes."""

    desk: TradingDesk
    asks: bool
    offers: dict[str, Decision] = field(default_factory=dict)
    granted: frozenset[str] = frozenset()
    _now: int = 0

    def begin(self, prepared: Mapping[Instrument, Prepared], now: int) -> list[Record]:
        """Take up what the last session left, what waits included; what is to be written down of it."""
        return [*self.desk.begin(prepared, now), *self._expired(now)]

    def open(self, feed: MarketFeed) -> TradingFeed:
        """The market with what becomes of our orders in it."""
        return self.desk.open(feed)

    def seen(self, events: Sequence[FeedEvent], records: Sequence[Record], exits: Sequence[ExitMet]) -> list[Record]:
        """Take in a batch of the feed; a signal that is to wait is kept from the desk."""
        if self.asks:
            told = [each.decision for each in records if isinstance(each, Decided) and _is_told(each)]
            records = [each for each in records if not isinstance(each, Decided)] if told else records
            self.offers |= {each.signal.id: each for each in told}
        made = self.desk.seen(events, records, exits)
        if not self.offers:
            return made
        return [*made, *self._expired(max(_times(events), default=self._now))]

    def wished(self, wish: Wish, now: int) -> list[Record]:
        """Grant what a person wishes; what is to be written down. Nothing where it was granted before."""
        if wish.wish not in {TAKE, SKIP}:
            return self.desk.wished(wish, now)
        if wish.id in self.granted:
            return []
        self.granted |= {wish.id}
        expired = self._expired(now)
        outcome, made = self._answered(wish, expired)
        asked = Asked(
            session=self.desk.session, at=self._now, id=wish.id, wish=wish.wish, target=wish.target,
            by=wish.by, why=wish.why, outcome=outcome,
        )  # fmt: skip
        return [asked, *expired, *made]

    async def send(self) -> None:
        """Tell the venue what was decided and is in the journal by now."""
        await self.desk.send()

    def view(self) -> TradingView:
        """How trading stands, with what waits."""
        view = self.desk.view()
        return replace(view, offers=tuple(self.offers.values())) if self.offers else view

    def weights(self) -> Mapping[str, SignalWeight]:
        """The weights of what is watched."""
        return self.desk.weights()

    def _answered(self, wish: Wish, expired: Sequence[SignalTraded]) -> tuple[str, list[Record]]:
        decision = self.offers.pop(wish.target, None)
        if decision is None:
            return _why_not(wish.target, expired), []
        if wish.wish == SKIP:
            return "skipped", [self._fate(decision, TradeFate.SKIPPED, PERSON, wish.by)]
        return self._taken(decision)

    def _taken(self, decision: Decision) -> tuple[str, list[Record]]:
        """Let the desk decide now, as if the signal had just been told; what came of it."""
        now = replace(decision, decided_at=max(self._now, decision.decided_at))
        made = self.desk.seen((), [Decided(session=self.desk.session, at=now.signal.time, decision=now)], ())
        fates = (each.decided for each in made if isinstance(each, SignalTraded))
        return _outcome(next(fates), decision), made

    def _expired(self, now: int) -> list[SignalTraded]:
        """Bring to an end what nobody took in time."""
        self._now = max(self._now, now)
        over = [each for each in self.offers.values() if each.signal.expires_at <= self._now]
        for each in over:
            del self.offers[each.signal.id]
        return [self._fate(each, TradeFate.EXPIRED, NOBODY) for each in over]

    def _fate(self, decision: Decision, fate: TradeFate, rule: str, value: str | None = None) -> SignalTraded:
        signal = decision.signal
        decided = FateDecided(time=self._now, signal_id=signal.id, fate=fate, rule=rule, value=value)
        return SignalTraded(session=self.desk.session, at=signal.time, signal=signal, decided=decided)


def asking_first(desk: TradingDesk, journal: Journal, *, asks: bool) -> AskingFirst:
    """The trader of a session, with what waits by its journal."""
    granted = frozenset(entry.record.id for entry in journal.last(Asked, _WISHES))
    return AskingFirst(desk=desk, asks=asks, offers=dict(offers_of(journal)), granted=granted)


_WISHES = 500


def offers_of(journal: Journal) -> Offers:
    """The signals that wait for a person by a journal, those among them that have expired since included."""
    began = [each for entry in journal.last(SessionBegan, _SESSIONS) if ASKS_FIRST in (each := entry.record).settings]
    asking = {each.session for each in began if each.settings[ASKS_FIRST]}
    if not asking:
        return {}
    start = min((each.end for each in began[-1].history), default=_LONGEST) - _LONGEST
    told = [each.record for each in journal.read(Decided, start=start) if _is_told(each.record)]
    found = {each.decision.signal.id: each.decision for each in told if each.session in asking}
    for entry in journal.read(SignalTraded, start=start) if found else ():
        found.pop(entry.record.signal.id, None)
    return dict(sorted(found.items(), key=lambda each: each[1].signal.time))


def waits_text(journal: Journal, signal: Signal, how: str) -> str:
    """Words on a signal that waits by a journal: until when, and how it is taken; `how` names the commands."""
    until = f"{format_time(signal.expires_at)[11:16]} UTC"
    if max(journal.taken_until().values(), default=0) >= signal.expires_at:
        return f"for nobody any more: it expired at {until}"
    return f"for you until {until}: {how}"


def _is_told(record: Decided) -> bool:
    return record.decision.fate is Fate.TOLD


def _times(events: Iterable[FeedEvent]) -> Iterator[int]:
    """How late it is by the venue's clock."""
    for event in events:
        match event:
            case ClosedCandle():
                yield event.close_time
            case Quote() | MarketTrade() | VenueTime():
                yield event.time
            case _:
                pass


def _why_not(target: str, expired: Iterable[SignalTraded]) -> str:
    for each in expired:
        if each.signal.id == target:
            return f"it had expired at {format_time(each.signal.expires_at)[11:19]}: nothing was done"
    return "no such signal waits (any more): nothing was done"


def _outcome(decided: FateDecided, decision: Decision) -> str:
    if decided.fate is not TradeFate.TAKEN or decided.quantity is None:
        return f"not taken: {decided.fate.value} by {rule_text(decided)}"
    return f"taken: {quantity_text(decided.quantity)} {decision.signal.instrument.base} at market"
