"""Asking no faster than agreed: a bucket of tokens that refills at a steady rate."""

from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[None]]
"""`asyncio.sleep`, or what a test puts in its place."""


class TokenBucket:
    """At most `burst` calls at once and `rate` a second in the long run.

    Each call takes a token at once and waits until the bucket would have had it: whoever comes first goes first, and
    no lock is needed.
    """

    def __init__(self, rate: float, burst: int, *, monotonic: Callable[[], float], sleep: Sleep) -> None:
        self._rate = rate
        self._burst = burst
        self._monotonic = monotonic
        self._sleep = sleep
        self._tokens = float(burst)
        self._at = monotonic()

    async def take(self) -> None:
        """Return when one more call may be made."""
        now = self._monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - 1.0
        self._at = now
        if self._tokens < 0.0:
            await self._sleep(-self._tokens / self._rate)
