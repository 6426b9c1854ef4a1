"""Messages to people, and what becomes of each at each channel: every one ends in one recorded fate.

`at` is the venue's time of what a message tells of; `queued_at` is this machine's, like all times of deliveries.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from edgeproof.core.model.instrument import Instrument


class Topic(StrEnum):
    """What a message is about; each can be on, silent or off."""

    SIGNAL = "signal"
    TRADE = "trade"
    RISK = "risk"
    HEALTH = "health"
    PARITY = "parity"
    SUMMARY = "summary"
    SESSION = "session"
    TEST = "test"


class Severity(StrEnum):
    """How much a message matters: a critical one is never held back, by nothing."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Its place in the order, 0 for the lowest."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The prices of a signal, for a picture: candles of `timeframe` up to `time`, and the levels across them."""

    timeframe: int
    time: int
    direction: int
    entry: float
    stop_loss: float
    targets: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something people are to be told, in no channel's own dress.

    `id` is a pure function of what it tells of, so that the same is never told as something new. `fields` are names
    with values, `text` is what follows them. Messages of one `subject` belong together: one that `is_update` may be
    added to the last of them instead of coming by itself.
    `document` is what programs read (the shapes of the command line). After `expires_at`, the venue's time, it comes
    too late to act on. `actions` are the commands ("take", "skip", "close") that stand under it where a channel has
    buttons. `latency_ms` is what had passed since the close it tells of arrived when it was queued.
    """

    id: str
    topic: Topic
    severity: Severity
    at: int
    queued_at: int
    title: str
    fields: tuple[tuple[str, str], ...] = ()
    text: str = ""
    subject: str = ""
    is_update: bool = False
    instrument: Instrument | None = None
    signal_id: str | None = None
    expires_at: int | None = None
    levels: Levels | None = None
    actions: tuple[str, ...] = ()
    latency_ms: float = 0.0
    document: Mapping[str, Any] = field(default_factory=dict)


class DeliveryFate(StrEnum):
    """What became of a message at a channel. All but WAITING are final."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    MERGED = "merged"
    DIGESTED = "digested"
    FELL_BACK = "fell_back"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message on its way through a channel.

    `attempts` were begun; one that `may_be_there` was begun and not answered, so that it may arrive twice. `failed_for`
    names the channel in whose place this one tells it, "" where it is its own. `because` is why it is not there yet.
    """

    message: Message
    channel: str
    attempts: int = 0
    may_be_there: bool = False
    failed_for: str = ""
    because: str = ""
