"""What a channel is told, when, and how loudly: pure, so that every rule can be looked at by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.core.model.time import DAY, HOUR, MINUTE, SECOND

Speech = Literal["on", "silent", "off"]

_ALWAYS = frozenset({Topic.SUMMARY, Topic.TEST})
"""Topics that are there for their own sake: how much they matter is not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPolicy:
    """What one channel is told. Times are milliseconds, `quiet` minutes of the UTC day, from the first to the other.

    `budget` is how many messages it takes within an hour before the rest is put together, 0 for no limit; `per_second`
    how many in the long run, None for what the channel says of itself.
    """

    topics: Mapping[Topic, Speech] = field(default_factory=dict)
    least: Severity = Severity.INFO
    quiet: tuple[int, int] | None = None
    budget: int = 0
    per_second: float | None = None
    fallback: str | None = None
    fallback_after: int = 60 * SECOND
    keep_for: int = DAY

    def is_for(self, message: Message) -> bool:
        """Whether the channel is told at all."""
        if self.topics.get(message.topic, "on") == "off":
            return False
        return message.topic in _ALWAYS or message.severity.rank >= self.least.rank

    def is_silent(self, message: Message, now: int) -> bool:
        """Whether it is told without a sound. What is critical always makes one."""
        if message.severity is Severity.CRITICAL:
            return False
        return self.topics.get(message.topic, "on") == "silent" or self.is_quiet(now)

    def is_quiet(self, now: int) -> bool:
        """Whether it is quiet at a time.

        >>> night = ChannelPolicy(quiet=(22 * 60, 7 * 60))
        >>> [night.is_quiet(hour * HOUR) for hour in (21, 22, 6, 7)]
        [False, True, True, False]
        """
        return self.quiet is not None and _is_between(now % DAY // MINUTE, *self.quiet)

    def quiet_until(self, now: int) -> int:
        """When it is loud again: now where it is."""
        if self.quiet is None or not self.is_quiet(now):
            return now
        left = (self.quiet[1] * MINUTE - now % DAY) % DAY
        return now + left


def _is_between(minute: int, begin: int, end: int) -> bool:
    if begin <= end:
        return begin <= minute < end
    return minute >= begin or minute < end


@dataclass(slots=True)
class Budget:
    """How many messages went out within the last hour."""

    most: int
    _sent: list[int] = field(default_factory=list)

    def spend(self, now: int) -> None:
        """Count one."""
        if self.most:
            self._sent = [*self._within(now), now]

    def free_at(self, now: int) -> int:
        """When the next one may go: now where one may."""
        if not self.most:
            return now
        recent = self._within(now)
        return now if len(recent) < self.most else recent[-self.most] + HOUR

    def _within(self, now: int) -> list[int]:
        return [each for each in self._sent if each > now - HOUR]


@dataclass(slots=True)
class Bucket:
    """A token bucket: `burst` at once, `per_second` in the long run. Seconds of a clock that never goes back."""

    per_second: float
    burst: int
    _tokens: float = field(init=False)
    _at: float | None = None

    def __post_init__(self) -> None:
        self._tokens = float(self.burst)

    def wait(self, now: float) -> float:
        """Seconds until the next may go."""
        self._fill(now)
        return max(0.0, (1.0 - self._tokens) / self.per_second)

    def take(self, now: float) -> None:
        """Take one."""
        self._fill(now)
        self._tokens -= 1.0

    def _fill(self, now: float) -> None:
        if self._at is not None:
            self._tokens = min(float(self.burst), self._tokens + (now - self._at) * self.per_second)
        self._at = now


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a channel that fails is tried again: twice as late each time, times a number below one so that not all call.

    Seconds. `broken` is for one that a person has to set right, `patience` what a single attempt may take.
    """

    first: float = 1.0
    longest: float = 60.0
    broken: float = 60.0
    patience: float = 20.0
    broken_longest: float = 600.0

    def pause(self, failures: int, share: float, *, is_broken: bool = False) -> float:
        """The pause after so many failures in a row; `share` is a random number from 0 to 1.

        >>> [Pace().pause(failures, 1.0) for failures in (1, 2, 7)], Pace().pause(1, 0.0)
        ([1.0, 2.0, 60.0], 0.5)
        """
        first, longest = (self.broken, self.broken_longest) if is_broken else (self.first, self.longest)
        whole = min(longest, first * 2.0 ** min(failures - 1, 20))
        return float(whole * (0.5 + 0.5 * share))
