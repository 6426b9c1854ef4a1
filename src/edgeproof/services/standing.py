"""How a session stands: a fold over what it did, for the terminal, the metrics and whoever asks."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CloseMissed, Noticed, ParityRun, SignalTraded, TradeClosed
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.time import DAY, MINUTE, SECOND
from edgeproof.core.model.trading_event import FateDecided
from edgeproof.ports import Report, Sample
from edgeproof.services.health import FeedHealth, gauge, total
from edgeproof.services.health import report as report_feed
from edgeproof.services.notifying.view import ChannelView
from edgeproof.services.notifying.view import samples as channel_samples
from edgeproof.services.scoreboard import Scoreboard
from edgeproof.services.trading_view import TradingView

STALE_CLOSE_MS = 3 * MINUTE
"""Of an instrument of which no close was evaluated for so long, by the venue's clock, signals are being missed."""

_LAST = 50
_LATENCIES = 1_000
_LEVELS = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would fire if the candle that forms closed now. It may be gone at the close."""

    hypothesis: str
    instrument: Instrument
    timeframe: int
    direction: int
    closes_at: int
    reference_price: float
    stop_loss: float
    targets: tuple[float, ...]


@dataclass(slots=True)
class InstrumentStanding:
    """What is known of one instrument. `regime` is that of its 15m candles, "" where none holds or it is not known.

    `evaluated_until` is the close time of the last base candle that was evaluated, 0 before there is one.
    `funding_percentile` is a fraction.
    """

    regime: str = ""
    funding_percentile: float | None = None
    evaluated_until: int = 0
    signals: int = 0
    _day: int = 0
    _signals_of_day: int = 0

    def fired(self, time: int) -> None:
        """Count a signal."""
        self.signals += 1
        day = time // DAY
        if day > self._day:
            self._day, self._signals_of_day = day, 0
        self._signals_of_day += day == self._day

    def signals_today(self, now: int) -> int:
        """How many signals fired on the UTC day of the venue's time `now`."""
        return self._signals_of_day if now // DAY == self._day else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a session watches: hypotheses by state ("qualified", "tested", "rejected", "draft"), and those it cannot.

    `warming_up` maps hypotheses whose history is too short to the words that say what they need.
    """

    command: str
    venue: str
    states: dict[str, int]
    warming_up: dict[str, str]
    left_out: dict[str, str]


@dataclass(slots=True)
class Standing:
    """The state of a session. Latencies are milliseconds from the arrival of a close to the signal on the disk.

    `closes` counts all closes that were evaluated, those of `missed` (evaluated too late) among them. `see_trading`
    says how trading stands now, None where nothing is traded; `see_weights` what each hypothesis weighs, none where
    nobody weighs; `see_channels` how people are told; `see_forming` the base candles that form; `traded` what was made
    of the latest decisions, by the ids of their signals. `scoreboard` counts all trades of the journal, `closed` has
    the last of this session.
    """

    watched: Watched
    health: FeedHealth
    instruments: dict[Instrument, InstrumentStanding]
    closes: int = 0
    missed: Counter[str] = field(default_factory=Counter)
    fates: Counter[Fate] = field(default_factory=Counter)
    decisions: deque[Decision] = field(default_factory=lambda: deque(maxlen=_LAST))
    last_missed: deque[CloseMissed] = field(default_factory=lambda: deque(maxlen=_LAST))
    notices: deque[Noticed] = field(default_factory=lambda: deque(maxlen=_LAST))
    previews: tuple[Preview, ...] = ()
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=_LATENCIES))
    closed: deque[TradeClosed] = field(default_factory=lambda: deque(maxlen=_LAST))
    traded: dict[str, FateDecided] = field(default_factory=dict)
    scoreboard: Scoreboard = field(default_factory=Scoreboard)
    parity: ParityRun | None = None
    see_trading: Callable[[], TradingView | None] = lambda: None
    see_channels: Callable[[], Sequence[ChannelView]] = lambda: ()
    see_forming: Callable[[], Mapping[Instrument, ClosedCandle]] = dict
    see_weights: Callable[[], Mapping[str, SignalWeight]] = dict
    _open: list[Decision] = field(default_factory=list)

    @property
    def closes_in_time(self) -> int:
        """How many closes were evaluated in time."""
        return self.closes - sum(count for reason, count in self.missed.items() if reason != "late_candle")

    @property
    def signals(self) -> int:
        """How many signals fired; each has one fate."""
        return sum(self.fates.values())

    def decided(self, decisions: Sequence[Decision]) -> None:
        """Take in decisions that were recorded."""
        for each in decisions:
            self.fates[each.fate] += 1
            self.decisions.append(each)
            standing = self.instruments.get(each.signal.instrument)
            if standing is not None:
                standing.fired(each.signal.time)
            if each.fate is Fate.TOLD:
                self._open.append(each)
        if decisions:
            # Where nothing shows them, nobody asks for the open ones: those of months would be held.
            self.open_signals(max(each.signal.time for each in decisions))

    def trade_closed(self, record: TradeClosed) -> None:
        """Take in the end of a trade."""
        self.closed.append(record)
        self.scoreboard.ended(record)

    def was_traded(self, record: SignalTraded) -> None:
        """Take in what trading made of a signal."""
        self.traded[record.signal.id] = record.decided
        while len(self.traded) > _LAST:
            del self.traded[next(iter(self.traded))]

    def open_signals(self, now: int) -> Sequence[Decision]:
        """The signals that were told and have not expired at the venue's time `now`, the newest last."""
        self._open = [each for each in self._open if each.signal.expires_at > now]
        return self._open

    def latency_percentiles(self, *levels: float) -> tuple[float, ...]:
        """Percentiles of the last latencies, in milliseconds; NaN before there is one."""
        ordered = sorted(self.latencies_ms)
        if not ordered:
            return tuple(float("nan") for _ in levels)
        return tuple(ordered[min(len(ordered) - 1, int(level * len(ordered)))] for level in levels)


def report(standing: Standing, now: float) -> Report:
    """Whether a session is well at a monotonic time in seconds, and its figures: the feed's and its own."""
    feed = report_feed(standing.health, now)
    problems = (*feed.problems, *_stale_closes(standing))
    return Report(is_well=not problems, problems=problems, samples=(*feed.samples, *_samples(standing)))


def starting() -> Report:
    """The report of a session that has not come so far as to watch."""
    return Report(is_well=False, problems=("starting: the history is being made ready",), samples=())


def _stale_closes(standing: Standing) -> Iterator[str]:
    for instrument, each in standing.instruments.items():
        age = standing.health.venue_time - each.evaluated_until
        if not each.evaluated_until:
            yield f"no close of {instrument} was evaluated yet"
        elif age > STALE_CLOSE_MS:
            yield f"no close of {instrument} was evaluated for {age // SECOND} s of the venue's time"


def _samples(standing: Standing) -> Iterator[Sample]:
    yield from channel_samples(standing.see_channels())
    yield total("closes_evaluated", "Closes that were evaluated", float(standing.closes))
    for reason, count in standing.missed.items():
        yield total("closes_missed", "Closes evaluated too late", float(count), {"reason": reason})
    for fate in Fate:
        yield total("signals", "Signals that fired", float(standing.fates[fate]), {"fate": fate.value})
    if standing.latencies_ms:
        for level, found in zip(_LEVELS, standing.latency_percentiles(*_LEVELS), strict=True):
            labels = {"quantile": f"{level:g}"}
            yield gauge("signal_latency_seconds", "From a close to its signal kept", found / SECOND, labels)
    for instrument, each in standing.instruments.items():
        if each.evaluated_until:
            age = (standing.health.venue_time - each.evaluated_until) / SECOND
            labels = {"instrument": instrument.unified}
            yield gauge("close_age_seconds", "Venue's seconds since the last evaluated close", age, labels)
