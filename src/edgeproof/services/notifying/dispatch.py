"""The messenger of a session: what is to be told goes into the append of what it tells of, then to every channel.

The session never waits for a channel: lanes run beside it, and write their notes in a thread.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import DeliveryNoted, MessageQueued, OutboxKept, Record, SignalTraded
from edgeproof.core.model.message import Delivery, Message
from edgeproof.ports import Clock, Journal
from edgeproof.ports.channels import Channel
from edgeproof.services.asking_first import offers_of
from edgeproof.services.notifying.compose import Composer
from edgeproof.services.notifying.daily import EQUITY_CURVE, Daily
from edgeproof.services.notifying.lane import Lane, Tools
from edgeproof.services.notifying.outbox import QUEUED, waiting_in
from edgeproof.services.notifying.policy import ChannelPolicy, Pace
from edgeproof.services.notifying.recent import RecentCandles
from edgeproof.services.notifying.tally import percentiles
from edgeproof.services.notifying.view import ChannelView

GRACE_S = 10.0
"""How long a session that ends waits for what can still be told; the rest is told by the next one."""

_LOOK_EVERY_S = 0.05
_CANDLES = 60
"""In a picture."""
_TRADED = 500
"""Signals of earlier sessions whose trades may go on: their messages say what they are of."""


@dataclass(slots=True)
class Notebook:
    """Writes notes down in a thread, all that have come together meanwhile in one append."""

    append: Callable[[Sequence[Record]], None]
    _pending: list[Record] = field(default_factory=list)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _writing: asyncio.Task[None] | None = None

    async def write(self, notes: Sequence[Record]) -> None:
        """Keep notes; back when they would survive a loss of power."""
        self._pending += notes
        async with self._turn:
            batch, self._pending = self._pending, []
            if batch:  # else whoever had the turn before wrote them
                self._writing = asyncio.create_task(asyncio.to_thread(self.append, batch))
                await asyncio.shield(self._writing)

    async def settle(self) -> None:
        """Back when nothing is being written any more: whoever was cancelled left a thread behind that still does."""
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who is told, and how: the channels with their policies, and what the lanes need. See `Tools` and `Composer`.

    `chart` draws a message that has levels, on the candles that `recent` remembers, or the equity of a summary;
    `summary_after` is when after midnight a day is summed up, None for never.
    """

    channels: Sequence[tuple[Channel, ChannelPolicy]]
    clock: Clock
    share: Callable[[], float]
    recent: RecentCandles | None = None
    chart: Callable[[Message, Candles | None], bytes | None] = lambda _message, _candles: None
    summary_after: int | None = None
    pace: Pace = field(default_factory=Pace)
    repeat_after: int = 300_000


@dataclass(slots=True, eq=False)
class Dispatcher:
    """Tells people of what one process writes down; see the module. `tell` is for words on the channels themselves."""

    telling: Telling
    journal: Journal
    tell: Callable[[str], None]
    lanes: dict[str, Lane] = field(init=False)
    _session: str = ""
    _venue_now: Callable[[], int] = lambda: 0
    _has_begun: bool = False
    _composer: Composer = field(init=False)
    _notebook: Notebook = field(init=False)
    _daily: Daily = field(init=False)
    _running: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        telling = self.telling
        self._notebook = Notebook(self.journal.append)
        self._daily = Daily(self.journal, telling.summary_after)
        self._composer = Composer(telling.repeat_after)
        tools = Tools(
            clock=telling.clock,
            note=self._notebook.write,
            venue_now=self._venue_time,
            share=telling.share,
            chart=self._chart,
            tell=self.tell,
            hand_over=self._hand_over,
            session=lambda: self._session,
        )
        self.lanes = {each.name: Lane(each, policy, tools, telling.pace) for each, policy in telling.channels}

    def begin(self, session: str, venue_now: Callable[[], int], history: Mapping[Instrument, Candles]) -> list[Record]:
        """Take up what was not told yet; what is to be written down of it. Again for a session that takes over."""
        for instrument, candles in history.items():
            if self.telling.recent is not None:
                self.telling.recent.begin(instrument, candles)
        self._session, self._venue_now = session, venue_now
        was_waiting = False
        if not self._has_begun:
            self._has_begun = True
            traded = [each.record.signal for each in self.journal.last(SignalTraded, _TRADED)]
            self._composer.signals |= {each.id: each for each in traded}
            self._composer.offered |= set(offers_of(self.journal))
            for each in waiting_in(self.journal):
                self._take_up(each)
                was_waiting = True
        if not was_waiting and not self._has_listeners:
            return []
        waiting = tuple(each for lane in self.lanes.values() for each in lane.waiting.values())
        return [OutboxKept(session=session, at=self.telling.clock.now(), waiting=waiting)]

    @property
    def _has_listeners(self) -> bool:
        return any(lane.has_listeners for lane in self.lanes.values())

    def _venue_time(self) -> int:
        return self._venue_now()

    def _chart(self, message: Message) -> Callable[[], bytes | None] | None:
        """What draws the picture of a message, in whatever thread: its candles are taken out now."""
        levels, recent = message.levels, self.telling.recent
        if message.document.get(EQUITY_CURVE):
            return lambda: self.telling.chart(message, None)
        if levels is None or message.instrument is None or recent is None:
            return None
        candles = recent.last(message.instrument, levels.timeframe, _CANDLES, levels.time)
        return lambda: self.telling.chart(message, candles)

    def _take_up(self, delivery: Delivery) -> None:
        lane = self.lanes.get(delivery.channel)
        if lane is None:
            self.tell(f"{delivery.message.title}: not told, {delivery.channel} is not set up any more")
            return
        lane.add([delivery])

    def composed(self, records: Sequence[Record]) -> list[Record]:
        """What people are to be told of records, to be written down with them."""
        if self.telling.recent is not None:
            self.telling.recent.taken(records)
        found = self._composer.messages(records, self.telling.clock.now())
        queued = [(each, self._channels_for(each)) for each in found]
        return [
            MessageQueued(session=self._session, at=message.at, message=message, channels=channels)
            for message, channels in queued
            if channels
        ]

    def _channels_for(self, message: Message) -> tuple[str, ...]:
        return tuple(name for name, lane in self.lanes.items() if lane.policy.is_for(message) and lane.has_listeners)

    def queued(self, records: Sequence[Record]) -> None:
        """Tell what is in the journal by now."""
        for record in records:
            if isinstance(record, MessageQueued):
                for channel in record.channels:
                    self.lanes[channel].add([Delivery(message=record.message, channel=channel)])

    async def summed_up(self, now: int) -> list[Record]:
        """The summary of a day that is due at the venue's time, to be written down; nothing where none is."""
        start = self._daily.due(now)
        if start is None or not self._has_listeners:
            return []
        message = await asyncio.to_thread(self._daily.message, start, self.telling.clock.now())
        channels = self._channels_for(message)
        found = MessageQueued(session=self._session, at=message.at, message=message, channels=channels)
        return [found] if channels else []

    def start(self) -> None:
        """Begin to deliver, once."""
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for lane in self.lanes.values():
                group.create_task(lane.run())

    def check(self) -> None:
        """Raise what ended the deliveries, where something did: notes that cannot be written end a session."""
        if self._running is None or not self._running.done() or self._running.cancelled():
            return
        try:
            self._running.result()
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    @property
    def waiting(self) -> int:
        """How many deliveries are not at their end."""
        return sum(len(lane.waiting) for lane in self.lanes.values())

    def view(self) -> Sequence[ChannelView]:
        """How each channel stands."""
        return tuple(
            ChannelView(
                name=name,
                waiting=len(lane.waiting),
                because=lane.because,
                counts=dict(lane.counts),
                percentiles=percentiles(lane.latencies_ms),
            )
            for name, lane in self.lanes.items()
            if lane.waiting or lane.has_listeners
        )

    async def finish(self, grace_s: float = GRACE_S, *, is_patient: bool = False) -> None:
        """Tell what can be told within some seconds, then end; what is left waits in the journal.

        Who `is_patient` also waits for channels that fail.
        """
        clock = self.telling.clock
        until = clock.monotonic() + grace_s
        while self._running is not None and not self._running.done() and clock.monotonic() < until:
            if not self.waiting or (not is_patient and all(lane.is_idle for lane in self.lanes.values())):
                break
            await asyncio.sleep(_LOOK_EVERY_S)
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._notebook.settle()
        for lane in self.lanes.values():
            await lane.channel.close()

    async def _hand_over(self, lane: Lane, deliveries: Sequence[Delivery], is_urgent: bool) -> bool:  # noqa: FBT001
        """Let the fallback of a lane tell what it could not, where that one works; both notes in one append.

        What the fallback is told of anyway stays where it is.
        """
        fallback = self.lanes.get(lane.policy.fallback or "")
        if fallback is None or not fallback.has_listeners or (fallback.is_failing and not is_urgent):
            return False
        deliveries = [each for each in deliveries if not fallback.policy.is_for(each.message)]
        if not deliveries:
            return False
        notes = lane.handed_over(deliveries)
        taken = [Delivery(message=each.message, channel=fallback.name, failed_for=lane.name) for each in deliveries]
        notes += [
            DeliveryNoted(
                session=self._session,
                at=self.telling.clock.now(),
                channel=fallback.name,
                message_id=each.message.id,
                what=QUEUED,
                failed_for=lane.name,
            )
            for each in taken
        ]
        fallback.add(taken)
        await self._notebook.write(notes)
        return True
