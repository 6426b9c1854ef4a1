"""Between the socket and whoever listens: facts in order, and a policy for a listener who is slow.

Nothing is dropped but quotes that newer ones have overtaken. When too much waits, the socket is not read until the
listener has caught up: TCP holds the venue back, and if it hangs up on us, what was missed is repaired as after any
other break.
"""

import asyncio
from collections.abc import Iterator, Sequence

from edgeproof.core.model.event import MarketEvent, Quote
from edgeproof.core.model.instrument import Instrument

_MANY = 1_000


class Mailbox:
    """Facts that wait to be taken; `most` is how many may wait before the socket is left unread."""

    def __init__(self, most: int = 50_000) -> None:
        self._events: list[MarketEvent] = []
        self._most = most
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._failure: BaseException | None = None
        self.put = self._events.append
        """Leave a fact. The list's own method: this is done for every trade there is."""

    @property
    def is_full(self) -> bool:
        """Whether the listener has to catch up first."""
        return len(self._events) >= self._most

    def ring(self) -> None:
        """Wake the listener if there is something to take."""
        if self._events:
            self._filled.set()

    def fail(self, failure: BaseException) -> None:
        """Let the listener know that nothing more will come, and why."""
        self._failure = failure
        self._filled.set()

    async def take(self) -> Sequence[MarketEvent]:
        """Everything that waits, as soon as there is something."""
        await self._filled.wait()
        self._filled.clear()
        events = [*self._events]
        self._events.clear()
        self._emptied.set()
        if not events and self._failure is not None:
            raise self._failure
        if self._failure is not None:
            self._filled.set()
        return [*_without_overtaken(events)] if len(events) > _MANY else events

    async def has_room(self) -> None:
        """Wait until the listener has caught up."""
        while self.is_full:
            self._emptied.clear()
            self._filled.set()
            await self._emptied.wait()


def _without_overtaken(events: Sequence[MarketEvent]) -> Iterator[MarketEvent]:
    """The facts without the quotes that a later one of the same instrument makes old."""
    last: dict[Instrument, int] = {each.instrument: i for i, each in enumerate(events) if isinstance(each, Quote)}
    for i, each in enumerate(events):
        if not isinstance(each, Quote) or last[each.instrument] == i:
            yield each
