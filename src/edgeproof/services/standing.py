"""How a session stands: a fold over what it did, for the terminal, the metrics and whoever asks."""

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CloseMissed, Noticed, ParityRun
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.services.health import FeedHealth

_LAST = 50
_LATENCIES = 1_000


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
    """What is known of one instrument. `regime` is that of its 15m candles, "" where none holds or it is not known."""

    regime: str = ""
    funding_percentile: float | None = None
    evaluated_until: int = 0
    signals: int = 0


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
    """The state of a session. Latencies are milliseconds from the arrival of a close to the signal on the disk."""

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
    parity: ParityRun | None = None
    _open: list[Decision] = field(default_factory=list)

    @property
    def signals(self) -> int:
        """How many signals fired; each has one fate."""
        return sum(self.fates.values())

    def decided(self, decisions: Iterable[Decision]) -> None:
        """Take in decisions that were recorded."""
        for each in decisions:
            self.fates[each.fate] += 1
            self.decisions.append(each)
            standing = self.instruments.get(each.signal.instrument)
            if standing is not None:
                standing.signals += 1
            if each.fate is Fate.TOLD:
                self._open.append(each)

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
