"""The signal desk: facts of the market in, records of what was decided out. Nothing here waits, reads or writes.

1. Facts are taken in order. Candles that close together are advanced in one call (`SignalWatch.take`); what fires is
   held against the rules and gets its one fate (`_decide`).
2. A close that comes later than it should is evaluated all the same, and told as missed, with the reason (`_lateness`).
3. A correction or a late funding rate goes back in time. What should have fired then and did not gets its fate now;
   what fired and would not have is noticed (`_settled_again`).

The records of one call belong into the journal together: they are what a restart takes up from.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.event import (
    ClosedCandle,
    FeedIncident,
    FundingPublished,
    IncidentKind,
    MarketEvent,
    MarketTrade,
    Quote,
    VenueTime,
)
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, CloseMissed, Decided, FundingTaken, Noticed, Record
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import DAY, HOUR, MINUTE, SECOND
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.validate import Limits, Surroundings, checks, fate_of
from edgeproof.core.signals.watch import ExitMet, Fired, SignalWatch
from edgeproof.services.evidence import TrackRecord, evidence_document

IN_TIME_MS = 5 * SECOND
"""A close is evaluated in time when it is by then; the feed itself waits up to two seconds for late trades."""

_REMEMBERED_MS = 4 * HOUR
_QUIET_OVER = 60
_FUNDING_OVER = 30 * DAY

History = Callable[[Instrument, Sequence[Record]], tuple[Candles, Funding]]
"""All that is known of an instrument, to begin again with: the records are those the journal has not got yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what the desk decides: `admits` are the states whose signals are told, `cost_of` a round trip's costs."""

    limits: Limits
    admits: tuple[str, ...]
    admits_words: str
    cost_of: Callable[[Hypothesis], float]


@dataclass(slots=True)
class _Market:
    """What is known of an instrument beside its candles."""

    quote: Quote | None = None
    rates: deque[tuple[int, float]] = field(default_factory=deque)
    filled: deque[bool] = field(default_factory=lambda: deque(maxlen=_QUIET_OVER))
    _percentile: float | None = None

    @property
    def quiet(self) -> float | None:
        """The share of the last hour's minutes in which nobody traded."""
        return sum(self.filled) / len(self.filled) if self.filled else None

    @property
    def percentile(self) -> float | None:
        """How many of the rates of the last 30 days are not above the last one, a fraction."""
        if self._percentile is None and self.rates:
            self._percentile = sum(rate <= self.rates[-1][1] for _, rate in self.rates) / len(self.rates)
        return self._percentile

    def settled(self, time: int, rate: float) -> None:
        """Take in a rate."""
        is_newest = not self.rates or time > self.rates[-1][0]
        self.rates.append((time, rate))
        if not is_newest:
            self.rates = deque(sorted(self.rates))
        self._percentile = None
        while self.rates[0][0] < time - _FUNDING_OVER:
            self.rates.popleft()


@dataclass(slots=True)
class Desk:
    """One session's desk; see the module. `began` is the venue's time of its beginning.

    `taken_until` is how far an earlier session came; `first_after` how far the history reaches of what none has
    watched: what fires in it is nobody's. `known` are the signals that have their fate already, by id with time and
    instrument, `exits` the exit conditions that held in the facts last taken in.
    """

    session: str
    watch: SignalWatch
    rules: Rules
    records: Mapping[tuple[str, Instrument], TrackRecord]
    history: History
    wall: Callable[[], int]
    monotonic: Callable[[], float]
    began: int
    taken_until: Mapping[Instrument, int] = field(default_factory=dict)
    first_after: Mapping[Instrument, int] = field(default_factory=dict)
    known: dict[str, tuple[int, Instrument]] = field(default_factory=dict)
    killed: frozenset[str] = frozenset()
    exits: list[ExitMet] = field(default_factory=list)
    _now: int = 0
    _skew: int | None = None
    _markets: dict[Instrument, _Market] = field(default_factory=dict)
    _out: list[Record] = field(default_factory=list)
    _group: dict[Instrument, ClosedCandle] = field(default_factory=dict)
    _joined: set[Instrument] = field(default_factory=set)
    _noticed: dict[tuple[str, Instrument | None], int] = field(default_factory=dict)
    _arrived: float = 0.0

    @property
    def now(self) -> int:
        """The venue's time, as far as is known."""
        by_wall = 0 if self._skew is None else self.wall() - self._skew
        return max(self.began, self._now, by_wall)

    def market(self, instrument: Instrument) -> _Market:
        """What is known of an instrument beside its candles."""
        return self._markets.setdefault(instrument, _Market())

    def remember(self, instrument: Instrument, candles: Candles, funding: Funding) -> None:
        """Take in the end of the history of an instrument: what was quiet, and the funding rates."""
        market = self.market(instrument)
        market.filled.extend(candles.filled[-_QUIET_OVER:].tolist())
        for time, rate in zip(funding.time.tolist(), funding.rate.tolist(), strict=True):
            market.settled(time, rate)

    def seen(self, events: Iterable[MarketEvent]) -> list[Record]:
        """Take in facts, in the order in which they came; what is to be written down."""
        self._arrived, self._out, self.exits = self.monotonic(), [], []
        for part in _parts(events):
            # What closes before the venue tells the time again has closed by now: a hole may have been filled at once.
            closed = [each.close_time for each in part if isinstance(each, ClosedCandle) and each.timeframe == MINUTE]
            self._now = max(self._now, *closed) if closed else self._now
            for event in part:
                self._see(event)
            self._close_group()
        return self._out

    def missed_in_history(self, fired: Sequence[Fired]) -> list[Record]:
        """The fates of signals that fired while no session was there, too long ago for the feed to bring the closes."""
        self._arrived, self._out = self.monotonic(), []
        decided = [self._decide(each, self.now) for each in fired if each.signal.id not in self.known]
        for each in decided:
            at, instrument = each.signal.time, each.signal.instrument
            self._out.append(self._missed(instrument, at, self.now, "restart_gap", (each.signal.id,)))
        self._record(decided)
        return self._out

    def notice(self, kind: str, detail: str, instrument: Instrument | None = None) -> Noticed:
        """Something a person should know of, as a record."""
        return Noticed(session=self.session, at=self.now, kind=kind, detail=detail, instrument=instrument)

    def _see(self, event: MarketEvent) -> None:
        match event:
            case ClosedCandle():
                self._see_candle(event)
            case FundingPublished():
                self._see_funding(event)
            case VenueTime():
                self._now, self._skew = max(self._now, event.time), event.skew_ms
            case FeedIncident():
                self._see_incident(event)
            case Quote():
                self.market(event.instrument).quote = event
            case MarketTrade():
                pass
            case _:
                assert_never(event)

    def _see_candle(self, candle: ClosedCandle) -> None:
        if candle.timeframe != MINUTE:
            return
        closed = self.watch.closed_until(candle.instrument)
        if candle.is_correction or candle.close_time <= closed:
            self._close_group()
            self._correct(candle)
            return
        if candle.instrument in self._group:
            self._close_group()
        self._group[candle.instrument] = candle

    def _close_group(self) -> None:
        """Advance the instruments whose candles have closed, in one call."""
        group, self._group = list(self._group.values()), {}
        if not group:
            return
        now = self.now
        fired = self.watch.take(group)
        self.exits += self.watch.exits
        decided = [self._decide(each, now) for each in fired]
        for candle in group:
            self.market(candle.instrument).filled.append(candle.filled)
            self._out.append(CandleTaken(session=self.session, at=candle.close_time, candle=candle))
            reason = self._lateness(candle, now)
            if not reason:
                self._joined.add(candle.instrument)
            if reason:
                mine = tuple(each.signal.id for each in decided if each.signal.instrument == candle.instrument)
                self._out.append(self._missed(candle.instrument, candle.close_time, now, reason, mine))
        self._record(decided)

    def _lateness(self, candle: ClosedCandle, now: int) -> str:
        """Why a close was not evaluated in time; "" where it was."""
        if now - candle.close_time <= IN_TIME_MS or candle.close_time <= self.taken_until.get(candle.instrument, 0):
            return ""
        if candle.close_time <= self.began:
            return "restart_gap" if candle.instrument in self.taken_until else "start"
        return "feed_gap" if candle.instrument in self._joined else "start"

    def _missed(self, instrument: Instrument, at: int, now: int, reason: str, signals: tuple[str, ...]) -> CloseMissed:
        return CloseMissed(
            session=self.session, at=at, instrument=instrument, evaluated_at=now, reason=reason, signals=signals
        )

    def _correct(self, candle: ClosedCandle) -> None:
        if candle.close_time > self.watch.closed_until(candle.instrument):
            return  # a correction of what is not known here: history begins later
        again = replace(candle, is_correction=True)
        self._out.append(CandleTaken(session=self.session, at=candle.close_time, candle=again))
        self._settled_again(candle.instrument, candle.close_time, self.watch.correct(candle))

    def _see_funding(self, funding: FundingPublished) -> None:
        market = self.market(funding.instrument)
        if any(time == funding.time for time, _ in reversed(market.rates)):
            return
        if funding.instrument in self._group:
            self._close_group()
        self._out.append(FundingTaken(session=self.session, at=funding.time, funding=funding))
        market.settled(funding.time, funding.rate)
        again = self.watch.settle(funding.instrument, funding.time, funding.rate)
        if again != ():
            self._settled_again(funding.instrument, funding.time, again)

    def _settled_again(self, instrument: Instrument, since: int, again: tuple[Fired, ...] | None) -> None:
        """What fires since a moment, now that it is known better; with None all history is gone through again."""
        if again is None:
            candles, funding = self.history(instrument, self._out)
            again = self.watch.begin(instrument, candles, funding, after=since - 1)
        now, first_after = self.now, self.first_after.get(instrument, 0)
        mine = (each for each in again if each.signal.time > first_after)
        decided = [self._decide(each, now) for each in mine if each.signal.id not in self.known]
        for each in decided:
            missed = self._missed(instrument, each.signal.time, now, "late_candle", (each.signal.id,))
            self._out.append(missed)
        found = {each.signal.id for each in again}
        for gone, (time, of) in self.known.items():
            if of == instrument and time >= since and gone not in found:
                self._out.append(self.notice("repainted", f"signal {gone} would not have fired", instrument))
        self._record(decided)

    def _record(self, decided: Sequence[Decision]) -> None:
        for each in decided:
            if each.signal.id not in self.known:
                self.known[each.signal.id] = (each.signal.time, each.signal.instrument)
                self._out.append(Decided(session=self.session, at=each.signal.time, decision=each))
        if len(self.known) > 1_000:
            oldest = self.now - _REMEMBERED_MS
            self.known = {key: value for key, value in self.known.items() if value[0] >= oldest}

    def _decide(self, fired: Fired, now: int) -> Decision:
        signal, market = fired.signal, self.market(fired.signal.instrument)
        record = self.records.get((signal.hypothesis, signal.instrument), TrackRecord())
        state = "killed" if signal.hypothesis in self.killed else record.state
        around = Surroundings(
            now=now,
            state=state,
            admits=self.rules.admits,
            admits_words=self.rules.admits_words,
            cost=self.rules.cost_of(fired.hypothesis),
            spread_bps=None if market.quote is None else market.quote.spread_bps,
            funding_rate=market.rates[-1][1] if market.rates else None,
            quiet=market.quiet,
            regime=fired.regime,
            regimes=tuple(each.value for each in fired.hypothesis.regimes),
        )
        found = checks(signal, around, self.rules.limits)
        fate, failed = fate_of(found)
        return Decision(
            signal=signal,
            fate=fate,
            rule="" if failed is None else failed.rule,
            value=None if failed is None else failed.value,
            limit=None if failed is None else failed.limit,
            decided_at=now,
            state=state,
            confidence=record.win_rate_low,
            latency_ms=round(1e3 * (self.monotonic() - self._arrived), 3),
            checks=found,
            evidence=evidence_document(fired, around, market.percentile, record),
        )

    def _see_incident(self, incident: FeedIncident) -> None:
        """Write an incident down; of those that come in swarms one a minute."""
        key = (incident.kind.value, incident.instrument)
        if incident.time - self._noticed.get(key, -MINUTE) < MINUTE and incident.kind in _SWARMS:
            return
        self._noticed[key] = incident.time
        self._out.append(
            Noticed(
                session=self.session,
                at=incident.time,
                kind=incident.kind.value,
                detail=incident.detail,
                instrument=incident.instrument,
            )
        )


_SWARMS = frozenset({IncidentKind.DUPLICATE, IncidentKind.LATE, IncidentKind.MALFORMED})


def _parts(events: Iterable[MarketEvent]) -> Iterator[list[MarketEvent]]:
    """The facts between one word of the venue about the time and the next, which belongs to what came before it."""
    part: list[MarketEvent] = []
    for event in events:
        part.append(event)
        if isinstance(event, VenueTime):
            yield part
            part = []
    yield part
