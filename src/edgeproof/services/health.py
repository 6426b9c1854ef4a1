"""How a feed is doing: a fold over its facts, for the terminal, the metrics and whoever asks."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

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
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.ports import Report, Sample

STALE_S = 60.0
"""An instrument of which nothing was heard for so long is not being watched, whatever the reason."""

SKEW_MS = 2 * SECOND
_LAST = 50
_WINDOW_S = 10.0


@dataclass(slots=True)
class InstrumentHealth:
    """What is known of one instrument: its last quote and candle, and how much came. Times are the venue's."""

    quote: Quote | None = None
    funding_rate: float | None = None
    funding_time: int | None = None
    close: float | None = None
    closed_until: int = 0
    facts: int = 0
    heard: float = 0.0
    candles: int = 0
    corrections: int = 0
    incidents: Counter[IncidentKind] = field(default_factory=Counter)

    @property
    def last(self) -> float | None:
        """The last price: of the quote, or else of the last candle."""
        return self.quote.last if self.quote is not None and self.quote.last is not None else self.close


class FeedHealth:
    """The state of a feed, as its facts make it. `seen` takes them in with the seconds at which they came."""

    def __init__(self, instruments: Sequence[Instrument]) -> None:
        self.instruments = {each: InstrumentHealth() for each in instruments}
        self.incidents: Counter[IncidentKind] = Counter()
        self.last_incidents: deque[FeedIncident] = deque(maxlen=_LAST)
        self.is_connected = False
        self.venue_time = 0
        self.skew_ms: int | None = None
        self.facts = 0
        self._rate: deque[tuple[float, int]] = deque()
        self._started: float | None = None

    def seen(self, events: Iterable[MarketEvent], at: float) -> None:
        """Take in facts that came at a monotonic time in seconds."""
        before = self.facts
        self._started = at if self._started is None else self._started
        for event in events:
            self.facts += 1
            self._see(event, at)
        self._rate.append((at, self.facts - before))
        self._forget(at)

    def facts_a_second(self, now: float) -> float:
        """How many facts came, a second, over the last ten seconds."""
        self._forget(now)
        span = min(_WINDOW_S, now - self._started) if self._started is not None else 0.0
        return sum(count for _, count in self._rate) / span if span > 0 else 0.0

    def stale(self, now: float, limit: float) -> tuple[Instrument, ...]:
        """The instruments of which nothing was heard for longer than a limit in seconds."""
        return tuple(each for each, health in self.instruments.items() if now - health.heard > limit)

    def _forget(self, now: float) -> None:
        # Not only when somebody asks how fast facts come: where nobody does, every batch of months would be held.
        while self._rate and now - self._rate[0][0] > _WINDOW_S:
            self._rate.popleft()

    def _see(self, event: MarketEvent, at: float) -> None:
        match event:
            case VenueTime():
                self.venue_time, self.skew_ms = event.time, event.skew_ms
            case FeedIncident():
                self._incident(event)
            case MarketTrade() | Quote() | ClosedCandle() | FundingPublished():
                self._instrument(event, at)
            case _:
                assert_never(event)

    def _incident(self, incident: FeedIncident) -> None:
        self.incidents[incident.kind] += 1
        self.last_incidents.append(incident)
        if incident.instrument in self.instruments:
            self.instruments[incident.instrument].incidents[incident.kind] += 1
        if incident.kind is IncidentKind.CONNECTED:
            self.is_connected = True
        elif incident.kind is IncidentKind.DISCONNECTED:
            self.is_connected = False

    def _instrument(self, event: MarketTrade | Quote | ClosedCandle | FundingPublished, at: float) -> None:
        health = self.instruments.get(event.instrument)
        if health is None:
            return
        health.facts += 1
        health.heard = at
        match event:
            case Quote():
                health.quote = event
            case FundingPublished():
                health.funding_rate, health.funding_time = event.rate, event.time
            case ClosedCandle():
                health.candles += 1
                health.corrections += event.is_correction
                if event.timeframe == MINUTE and event.close_time >= health.closed_until:
                    health.close, health.closed_until = event.close, event.close_time
            case MarketTrade():
                health.close = event.price
            case _:
                assert_never(event)


def report(health: FeedHealth, now: float) -> Report:
    """Whether a feed is well at a monotonic time in seconds, and its figures."""
    stale = health.stale(now, STALE_S)
    problems = [f"nothing heard of {each} for more than {STALE_S:.0f} s" for each in stale]
    if not health.is_connected:
        problems.insert(0, "not connected to the venue")
    if health.skew_ms is not None and abs(health.skew_ms) > SKEW_MS:
        problems.append(f"the clock is {health.skew_ms} ms ahead of the venue's: set it by NTP")
    return Report(is_well=not problems, problems=tuple(problems), samples=tuple(_samples(health, now)))


def _samples(health: FeedHealth, now: float) -> Iterator[Sample]:
    yield gauge("feed_connected", "1 while connected to the venue", float(health.is_connected))
    yield gauge("feed_facts_per_second", "Facts a second over the last ten seconds", health.facts_a_second(now))
    if health.skew_ms is not None:
        yield gauge("clock_skew_seconds", "Our clock less the venue's", health.skew_ms / SECOND)
    for kind in IncidentKind:
        count = float(health.incidents[kind])
        yield total("feed_incidents", "What happened to the feed", count, {"kind": kind.value})
    for instrument, each in health.instruments.items():
        labels = {"instrument": instrument.unified}
        yield total("feed_facts", "Facts of an instrument", float(each.facts), labels)
        yield total("candles", "Candles that closed", float(each.candles), labels)
        yield total("candle_corrections", "Candles that were corrected", float(each.corrections), labels)
        if each.heard:
            yield gauge("instrument_age_seconds", "Seconds since anything was heard", now - each.heard, labels)
        if each.last is not None:
            yield gauge("last_price", "The last price", each.last, labels)


def gauge(name: str, text: str, value: float, labels: Mapping[str, str] | None = None) -> Sample:
    """A figure that goes up and down."""
    return Sample(name=name, help=text, value=value, labels=labels or {})


def total(name: str, text: str, value: float, labels: Mapping[str, str] | None = None) -> Sample:
    """A figure that only grows."""
    return Sample(name=name, help=text, value=value, labels=labels or {}, is_total=True)
