"""What a live market tells, as facts: the closed union `MarketEvent`.

The venue's words end in its adapter; from there on only these are spoken. All times are int64 UTC milliseconds by the
venue's clock.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from edgeproof.core.model.instrument import Instrument


class MarketTrade(NamedTuple):
    """One trade between others. A tuple, because a busy market makes thousands of them a second.

    `side` is the aggressor's: 1 bought, -1 sold, 0 not known. `seq` numbers the trades of the instrument without a
    hole, in the order they happened.
    """

    instrument: Instrument
    time: int
    price: float
    size: float
    side: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The state of an instrument at one time. None where the venue does not say.

    `funding_rate` is the relative rate of the current funding period (a fraction a period; positive: longs pay),
    `funding_time` the start of that period, `next_funding_rate` the venue's estimate for the one after it.
    """

    instrument: Instrument
    time: int
    bid: float | None
    ask: float | None
    bid_size: float | None
    ask_size: float | None
    last: float | None
    mark: float | None
    index: float | None
    funding_rate: float | None
    funding_time: int | None
    next_funding_rate: float | None
    suspended: bool
    post_only: bool

    @property
    def spread_bps(self) -> float | None:
        """The spread as basis points of the middle."""
        if self.bid is None or self.ask is None or self.bid <= 0:
            return None
        return (self.ask - self.bid) / (self.ask + self.bid) * 2e4


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedCandle:
    """A candle that is closed and may be read; named by its open time.

    `filled` marks one in which nobody traded. `is_correction` marks one that takes the place of the same candle told
    before: a trade came late, or the venue's own candle says otherwise.
    """

    instrument: Instrument
    timeframe: int
    open_time: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    filled: bool = False
    is_correction: bool = False

    @property
    def close_time(self) -> int:
        """When it was closed."""
        return self.open_time + self.timeframe


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingPublished:
    """The relative rate of the funding period that begins at `time`."""

    instrument: Instrument
    time: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueTime:
    """The venue's clock has reached `time`: what happened before it has been told, as far as is known.

    `skew_ms` is how far our own clock is ahead of the venue's, None where that means nothing.
    """

    time: int
    skew_ms: int | None = None


class IncidentKind(StrEnum):
    """What can happen to a feed."""

    CONNECTED = "connected"
    JOINED = "joined"
    DISCONNECTED = "disconnected"
    STALE = "stale"
    GAP = "gap"
    REPAIRED = "repaired"
    RESTORED = "restored"
    DUPLICATE = "duplicate"
    LATE = "late"
    MALFORMED = "malformed"
    REFUSED = "refused"
    OVERRUN = "overrun"
    SKEW = "skew"
    NOTICE = "notice"
    INSTRUMENT = "instrument"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedIncident:
    """Something happened to the feed itself; `instrument` is None where it concerns the whole connection."""

    kind: IncidentKind
    time: int
    instrument: Instrument | None = None
    detail: str = ""


MarketEvent = MarketTrade | Quote | ClosedCandle | FundingPublished | VenueTime | FeedIncident
