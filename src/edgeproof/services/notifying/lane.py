"""One channel's deliveries: tried in order, what is critical first, until each has met its fate.

Memory changes first, then the note of it is written: a snapshot of what waits, taken in between, may leave out what is
at its end, and never forgets what is not. That an attempt begins is written before it does, so that one which a crash
cut off is known to have perhaps arrived.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from edgeproof.core.model.errors import ChannelError
from edgeproof.core.model.journal import DeliveryNoted
from edgeproof.core.model.message import Delivery, DeliveryFate, Message, Severity, Topic
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.ports import Clock
from edgeproof.ports.channels import Channel, Outgoing
from edgeproof.services.figures import span_text
from edgeproof.services.notifying.outbox import FAILED, SENDING
from edgeproof.services.notifying.policy import Bucket, Budget, ChannelPolicy, Pace

EDIT_WITHIN = 5 * MINUTE
"""How long after a message what follows it may be added to it; later it would be overlooked there.

What became of a signal that waited for a person is added at any time: it takes the buttons away.
"""

DIGEST_LINES = 40
_LATENCIES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What lanes share. `note` writes down what happened; `share` gives random numbers from 0 to 1.

    `venue_now` is the venue's time, by which signals expire; `chart` gives what draws the picture of a message, where
    there is one; `hand_over` gives deliveries to a channel's fallback, and says whether that could be done.
    """

    clock: Clock
    note: Callable[[Sequence[DeliveryNoted]], Awaitable[None]]
    venue_now: Callable[[], int]
    share: Callable[[], float]
    chart: Callable[[Message], Callable[[], bytes | None] | None]
    tell: Callable[[str], None]
    hand_over: Callable[["Lane", Sequence[Delivery], bool], Awaitable[bool]]
    session: Callable[[], str]


@dataclass(slots=True)
class _Sent:
    """The last message of a subject that a channel has."""

    receipt: str
    message: Message
    at: int
    updates: tuple[Message, ...] = ()


@dataclass(slots=True, eq=False)
class Lane:
    """The deliveries of one channel; see the module. `counts` are by what was noted, in this process."""

    channel: Channel
    policy: ChannelPolicy
    tools: Tools
    pace: Pace = field(default_factory=Pace)
    waiting: dict[str, Delivery] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=_LATENCIES))
    failures: int = 0
    because: str = ""
    _failing_since: int | None = None
    _not_before: float = 0.0
    _was_over_budget: bool = False
    _bucket: Bucket = field(init=False)
    _budget: Budget = field(init=False)
    _sent: dict[str, _Sent] = field(default_factory=dict)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        traits = self.channel.traits
        self._bucket = Bucket(self.policy.per_second or traits.per_second, traits.burst)
        self._budget = Budget(self.policy.budget)

    @property
    def name(self) -> str:
        """The name of its channel."""
        return self.channel.name

    @property
    def has_listeners(self) -> bool:
        """Whether its channel reaches anybody."""
        return self.channel.traits.has_listeners

    @property
    def is_failing(self) -> bool:
        """Whether its last attempt failed."""
        return self.failures > 0

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing it could tell now."""
        now = self.tools.clock.now()
        return not self.waiting or self.is_failing or self._next(now)[0] is None

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """Take in what is to be delivered."""
        self.waiting |= {each.message.id: each for each in deliveries}
        self._changed.set()

    async def run(self) -> None:
        """Deliver, until cancelled."""
        while True:
            self._changed.clear()
            pause = await self.turn()
            if pause is None or pause > 0:
                await self._wait(pause)

    async def _wait(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    async def turn(self) -> float | None:
        """Do one thing; seconds until there is another, None where nothing is to be waited for but a change."""
        now = self.tools.clock.now()
        await self._give_up_what_is_old(now)
        until_handed_over = await self._hand_over_in_time(now)
        pause = self._not_before - self.tools.clock.monotonic()
        if self.waiting and pause > 0:
            return pause if until_handed_over is None else min(pause, until_handed_over)
        group, wait = self._next(now)
        if group is None:
            return wait
        pause = self._bucket.wait(self.tools.clock.monotonic())
        if pause > 0:
            return pause
        await self._attempt(group, now)
        return 0

    # --- what comes next ---

    def _next(self, now: int) -> tuple[list[Delivery] | None, float | None]:
        """What is to be told next, as one message; where nothing is yet, the seconds until something may be."""
        grave = next((each for each in self.waiting.values() if each.message.severity is Severity.CRITICAL), None)
        if grave is not None:
            return [grave], None
        first = next(iter(self.waiting.values()), None)
        if first is None:
            return None, None
        if not self.channel.traits.can_be_silent and self.policy.is_quiet(now):
            return None, (self.policy.quiet_until(now) - now) / SECOND
        free_at = self._budget.free_at(now)
        if free_at > now:
            self._was_over_budget = True
            return None, (free_at - now) / SECOND
        if self._was_over_budget and len(self.waiting) > 1:
            return list(self.waiting.values())[:DIGEST_LINES], None
        return [first, *self._updates_of(first)], None

    def _updates_of(self, first: Delivery) -> list[Delivery]:
        """What waits to be added to a message anyway.

        Where a key is taken once, each comes by itself: added to a message that is there already, it would be lost.
        """
        if self.channel.traits.is_idempotent:
            return []
        subject = first.message.subject
        others = (each for name, each in self.waiting.items() if name != first.message.id)
        return [each for each in others if subject and each.message.is_update and each.message.subject == subject]

    # --- telling ---

    async def _attempt(self, group: Sequence[Delivery], now: int) -> None:
        is_digest = self._was_over_budget and len(group) > 1
        first = replace(group[0], attempts=group[0].attempts + 1)
        outgoing = self._digest(group, now) if is_digest else self._outgoing(first, group[1:], now)
        self.waiting[first.message.id] = first
        await self._note(first, SENDING, attempt=first.attempts)
        self._bucket.take(self.tools.clock.monotonic())
        try:
            receipt, is_edit = await self._send(first, group[1:], outgoing)
        except ChannelError as error:
            await self._failed(first, error)
            return
        self._sent_well(first, is_digest=is_digest)
        await self._end(group, receipt, is_digest=is_digest, is_edit=is_edit)

    async def _send(self, first: Delivery, updates: Sequence[Delivery], outgoing: Outgoing) -> tuple[str, bool]:
        """Send, or add to what was sent; the receipt, and whether it was added."""
        message = first.message
        last = self._sent.get(message.subject) if message.is_update and self.channel.traits.can_edit else None
        if last is not None and (self._is_young(last) or message.topic is Topic.SIGNAL):
            last.updates = (*last.updates, message, *(each.message for each in updates))
            changed = replace(outgoing, message=last.message, updates=last.updates)
            try:
                last.receipt = await self._patiently(self.channel.edit(last.receipt, changed))
            except ChannelError as error:
                if error.blame != "message":
                    last.updates = last.updates[: -1 - len(updates)]
                    raise
                del self._sent[message.subject]  # it is not there any more: told by itself
            else:
                return last.receipt, True
        receipt = await self._patiently(self.channel.send(outgoing))
        if message.subject and receipt:
            updates_sent = tuple(each.message for each in updates)
            self._sent[message.subject] = _Sent(receipt, message, self.tools.clock.now(), updates_sent)
            while len(self._sent) > _LATENCIES:
                del self._sent[next(iter(self._sent))]
        return receipt, False

    def _is_young(self, sent: _Sent) -> bool:
        return self.tools.clock.now() - sent.at <= EDIT_WITHIN

    async def _patiently(self, sending: Awaitable[str]) -> str:
        try:
            async with asyncio.timeout(self.pace.patience):
                return await sending
        except TimeoutError:
            raise ChannelError(f"no answer within {self.pace.patience:g} s", may_have_arrived=True) from None
        except ChannelError:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of one channel must not silence the others
            # Not its words: what they hold is not known, and may be a secret.
            raise ChannelError(f"unexpected {type(error).__name__}", may_have_arrived=True) from error

    def _outgoing(self, first: Delivery, updates: Sequence[Delivery], now: int) -> Outgoing:
        message = first.message
        is_late = message.expires_at is not None and self.tools.venue_now() > message.expires_at
        return Outgoing(
            message=message,
            is_silent=self.policy.is_silent(message, now),
            is_late=is_late,
            marks=tuple(self._marks(first, is_late=is_late)),
            updates=tuple(each.message for each in updates),
            chart=self.tools.chart(message),
        )

    def _marks(self, first: Delivery, *, is_late: bool) -> Iterable[str]:
        expires_at = first.message.expires_at
        if is_late and expires_at is not None:
            yield f"LATE: it expired {span_text(self.tools.venue_now() - expires_at)} ago, do not act on it"
        if first.may_be_there and not self.channel.traits.is_idempotent:
            yield "may have come before: an earlier attempt was not answered"
        if first.failed_for:
            yield f"in place of {first.failed_for}, which is away"

    def _digest(self, group: Sequence[Delivery], now: int) -> Outgoing:
        lines = [f"{span_text(max(0, now - each.message.queued_at))} ago: {each.message.title}" for each in group]
        message = Message(
            id=f"digest:{group[0].message.id}:{len(group)}",
            topic=Topic.SUMMARY,
            severity=Severity.INFO,
            at=group[-1].message.at,
            queued_at=group[0].message.queued_at,
            title=f"{len(group)} messages, together: {self.policy.budget} an hour were told",
            text="\n".join(lines),
            document={"messages": [each.message.id for each in group]},
        )
        marks = tuple(self._marks(group[0], is_late=False))
        return Outgoing(message=message, is_silent=self.policy.is_silent(message, now), marks=marks)

    # --- what came of it ---

    def _sent_well(self, first: Delivery, *, is_digest: bool) -> None:
        if self.is_failing:
            self.tools.tell(f"{self.name} takes messages again")
        self.failures, self._failing_since, self._not_before, self.because = 0, None, 0.0, ""
        if first.message.severity is not Severity.CRITICAL:
            self._budget.spend(self.tools.clock.now())
        if is_digest or len(self.waiting) <= 1:
            self._was_over_budget = False

    async def _end(self, group: Sequence[Delivery], receipt: str, *, is_digest: bool, is_edit: bool) -> None:
        now = self.tools.clock.now()
        notes = []
        for number, each in enumerate(group):
            self.waiting.pop(each.message.id, None)
            fate = DeliveryFate.DELIVERED
            if is_digest:
                fate = DeliveryFate.DIGESTED
            elif is_edit or number:
                fate = DeliveryFate.MERGED
            latency = each.message.latency_ms + max(0, now - each.message.queued_at)
            if fate is DeliveryFate.DELIVERED:
                self.latencies_ms.append(latency)
            expires_at = each.message.expires_at
            note = self._noted(each, fate.value, attempt=each.attempts + (number == 0), receipt=receipt)
            is_late = expires_at is not None and self.tools.venue_now() > expires_at
            notes.append(replace(note, latency_ms=latency, is_late=is_late))
        await self.tools.note(notes)

    async def _failed(self, delivery: Delivery, error: ChannelError) -> None:
        name = delivery.message.id
        if error.blame == "message":
            self.tools.tell(f"{self.name} will not take {name}: {error}")
            if not await self._hand_over([delivery], is_urgent=True):
                await self._give_up(delivery, str(error))
            return
        self.failures += 1
        now = self.tools.clock.now()
        if self._failing_since is None:
            self._failing_since = now
        if self.failures == 1 or str(error) != self.because:
            self.tools.tell(f"{self.name}: {error}; it is tried again until it works")
        self.because = str(error)
        pause = self.pace.pause(self.failures, self.tools.share(), is_broken=error.blame == "channel")
        self._not_before = self.tools.clock.monotonic() + (pause if error.retry_after is None else error.retry_after)
        may_be_there = delivery.may_be_there or error.may_have_arrived
        self.waiting[name] = replace(delivery, may_be_there=may_be_there, because=str(error))
        note = self._noted(delivery, FAILED, attempt=delivery.attempts, reason=str(error))
        self.counts[FAILED] += 1
        await self.tools.note([replace(note, may_be_there=may_be_there)])
        if delivery.message.severity is Severity.CRITICAL:
            await self._hand_over([delivery], is_urgent=True)

    async def _give_up_what_is_old(self, now: int) -> None:
        old = [each for each in self.waiting.values() if now - each.message.queued_at > self.policy.keep_for]
        for each in old:
            why = each.because or "its turn did not come"
            await self._give_up(each, f"waited {span_text(now - each.message.queued_at)}: {why}")
        if old:
            self.tools.tell(f"{self.name}: {len(old)} messages were given up after {span_text(self.policy.keep_for)}")

    async def _give_up(self, delivery: Delivery, why: str) -> None:
        self.waiting.pop(delivery.message.id, None)
        await self._note(delivery, DeliveryFate.GIVEN_UP.value, attempt=delivery.attempts, reason=why)

    async def _hand_over_in_time(self, now: int) -> float | None:
        """Let the fallback speak once this channel has been away long enough; seconds until then."""
        if self._failing_since is None or self.policy.fallback is None:
            return None
        left = self._failing_since + self.policy.fallback_after - now
        if left > 0:
            return left / SECOND
        await self._hand_over([each for each in self.waiting.values() if not each.failed_for], is_urgent=False)
        return None

    async def _hand_over(self, deliveries: Sequence[Delivery], *, is_urgent: bool) -> bool:
        own = [each for each in deliveries if not each.failed_for]
        return bool(own) and self.policy.fallback is not None and await self.tools.hand_over(self, own, is_urgent)

    def handed_over(self, deliveries: Sequence[Delivery]) -> list[DeliveryNoted]:
        """Let go of what the fallback tells; the notes of it, to be written with those of the fallback."""
        for each in deliveries:
            self.waiting.pop(each.message.id, None)
        fate, why = DeliveryFate.FELL_BACK.value, self.because
        return [self._noted(each, fate, attempt=each.attempts, reason=each.because or why) for each in deliveries]

    async def _note(self, delivery: Delivery, what: str, *, attempt: int = 0, reason: str = "") -> None:
        await self.tools.note([self._noted(delivery, what, attempt=attempt, reason=reason)])

    def _noted(
        self, delivery: Delivery, what: str, *, attempt: int = 0, receipt: str = "", reason: str = ""
    ) -> DeliveryNoted:
        if what != FAILED:
            self.counts[what] += 1
        return DeliveryNoted(
            session=self.tools.session(),
            at=self.tools.clock.now(),
            channel=self.name,
            message_id=delivery.message.id,
            what=what,
            attempt=attempt,
            receipt=receipt,
            reason=reason,
            failed_for=delivery.failed_for,
        )
