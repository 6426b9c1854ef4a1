"""The venue's clock as a client knows it: two ways to know it, one to plug in."""

from collections import deque
from typing import Protocol

from edgeproof.ports import Clock

_WINDOW = 64
"""Stamps that are looked at to tell the clocks' difference from the way of the messages."""


class VenueClock(Protocol):
    """What time it is at the venue."""

    def observe(self, stamp: int) -> None:
        """Take in the time a message was stamped with, as it arrives."""
        ...

    def now(self) -> int:
        """The venue's time, as far as everything before it has arrived; 0 when nothing is known."""
        ...

    @property
    def skew_ms(self) -> int | None:
        """How far this machine's clock is ahead of the venue's; None where that means nothing."""
        ...


class StreamClock:
    """The last stamp seen: for a venue whose time has nothing to do with ours, a replica at any speed."""

    def __init__(self) -> None:
        self._now = 0

    def observe(self, stamp: int) -> None:
        """Take in a stamp."""
        self._now = max(self._now, stamp)

    def now(self) -> int:
        """The last stamp."""
        return self._now

    @property
    def skew_ms(self) -> int | None:
        """There is none to speak of."""
        return None


class SkewedClock:
    """Our own clock, put right by the stamps.

    A stamp arrives after its time by the way of the message. The largest of the last differences is the one of the
    message that came fastest: the estimate lags the venue by that way, never leads it, so that a candle is not closed
    while its last trade is still under way.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._differences: deque[int] = deque(maxlen=_WINDOW)

    def observe(self, stamp: int) -> None:
        """Take in a stamp."""
        self._differences.append(stamp - self._clock.now())

    def now(self) -> int:
        """Our own time with the difference."""
        return self._clock.now() + max(self._differences) if self._differences else 0

    @property
    def skew_ms(self) -> int | None:
        """Our own time less the venue's, by the fastest of the last messages."""
        return -max(self._differences) if self._differences else None
