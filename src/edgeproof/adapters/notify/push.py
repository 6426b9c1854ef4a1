"""Web push: to browsers that asked for it, also while no page of the dashboard is open.

Each browser has its own push service, and one that is away must not keep the others from being told: a message is tried
again for whoever does not have it, until one of them failed so often that it is left behind. A browser that is gone is
forgotten. What was told is replaced in place by what is added to it, on the screen and at the push service.
"""

import asyncio
import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgeproof.adapters.notify import words
from edgeproof.adapters.notify.posting import Answer, seconds_to_wait
from edgeproof.adapters.notify.push_devices import Device, Devices
from edgeproof.adapters.notify.push_wire import Envelope, PushWire
from edgeproof.adapters.notify.taken import Taken
from edgeproof.core.model.errors import ChannelError, EdgeproofError, InputError
from edgeproof.core.model.message import Message, Severity, Topic
from edgeproof.core.model.time import DAY, HOUR, MINUTE, SECOND, format_time
from edgeproof.ports import Clock
from edgeproof.ports.channels import Outgoing, Traits

LEFT_BEHIND_AFTER = 5
"""Attempts in a row that failed, after which a browser is not waited for."""

LONGEST = 2_800
"""Bytes of a message: with what encrypting adds, well within the 4,096 that every push service takes."""

_TITLE = 200
_PASSING = frozenset({408, 425, 429})
_GONE = frozenset({404, 410})
_PAGES = {Topic.SUMMARY: "/performance", Topic.PARITY: "/performance", Topic.TEST: "/settings"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """What came of a message at one browser: nothing wrong, that it is gone, or why not."""

    device: Device
    is_gone: bool = False
    error: ChannelError | None = None

    @property
    def is_waited_for(self) -> bool:
        """Whether the others' messages are to be tried again for its sake."""
        is_passing = self.error is not None and self.error.blame == "passing"
        return is_passing and self.device.failures + 1 < LEFT_BEHIND_AFTER


class PushChannel:
    """A `Channel` to all browsers of a home. Neither their addresses nor their keys are ever shown."""

    def __init__(self, devices: Devices, wire: PushWire, *, clock: Clock, on_words: Callable[[str], None]) -> None:
        self._devices = devices
        self._wire = wire
        self._clock = clock
        self._tell = on_words
        self._taken = Taken()
        self._problem = ""

    @property
    def name(self) -> str:
        """As in the settings."""
        return "push"

    @property
    def traits(self) -> Traits:
        """A browser shows a message of one tag once, and lets what is added to it take its place."""
        return Traits(
            can_edit=True,
            can_be_silent=True,
            is_idempotent=True,
            per_second=5.0,
            burst=20,
            has_listeners=bool(self._all()),
        )

    def _all(self) -> tuple[Device, ...]:
        """The browsers. Where they cannot be read nobody is told, and the session goes on."""
        try:
            found = self._devices.all()
        except EdgeproofError as error:
            if str(error) != self._problem:
                self._problem = str(error)
                self._tell(f"push: nobody is told: {error}")
            return ()
        self._problem = ""
        return found

    async def send(self, outgoing: Outgoing) -> str:
        """Send to those who do not have it yet; the tag it is shown under."""
        return await self._told(outgoing, tag_of(outgoing.message.id))

    async def edit(self, receipt: str, outgoing: Outgoing) -> str:
        """Show a message anew in the place of the one of that tag."""
        return await self._told(outgoing, receipt)

    async def test(self) -> str:
        """Whether a message can be encrypted for each; nothing is sent."""
        devices = self._all()
        if not devices:
            raise ChannelError(
                "push: no browser has asked to be told: open the dashboard (edgeproof web), Settings, Notifications",
                blame="channel",
            )
        for each in devices:
            try:
                self._wire.sealed(each, b"{}")
            except InputError as error:
                raise ChannelError(f"push: {_named(each)}: {error}; remove it", blame="channel") from None
        names = ", ".join(_named(each) for each in devices)
        return f"messages can be encrypted for {len(devices)} browser{'s' * (len(devices) > 1)} ({names})"

    async def close(self) -> None:
        """Let go of connections."""
        await self._wire.close()

    # --- telling ---

    async def _told(self, outgoing: Outgoing, tag: str) -> str:
        key = f"{tag}:{len(outgoing.updates)}"
        has_it = self._taken.of(key)
        waiting = [each for each in self._all() if each.id not in has_it]
        payload, envelope = payload_of(outgoing, tag), _envelope(outgoing, tag, self._clock.now())
        tried = await asyncio.gather(*(self._tried(each, payload, envelope) for each in waiting))
        for each in tried:
            if each.error is None and not each.is_gone:
                self._taken.note(key, each.device.id)
        await self._keep(tried)
        _check(tried, was_taken=bool(self._taken.of(key)))
        self._taken.forget(key)
        return tag

    async def _tried(self, device: Device, payload: bytes, envelope: Envelope) -> _Tried:
        try:
            answer = await self._wire.post(device, payload, envelope)
        except ChannelError as error:
            return _Tried(device=device, error=error)
        except InputError as error:
            return _Tried(device=device, error=ChannelError(str(error), blame="channel"))
        if answer.status in _GONE:
            return _Tried(device=device, is_gone=True)
        return _Tried(device=device, error=None if answer.is_ok else _refused(answer, self._clock.now() / SECOND))

    async def _keep(self, tried: Sequence[_Tried]) -> None:
        gone = {each.device.id for each in tried if each.is_gone}
        failed = {each.device.id for each in tried if each.error is not None}
        told = {each.device.id for each in tried} - gone - failed
        for each in tried:
            if each.is_gone:
                self._tell(f"push: {_named(each.device)} is gone, and told no more")
            elif each.error is not None and each.device.failures + 1 == LEFT_BEHIND_AFTER:
                self._tell(f"push: {_named(each.device)} is not waited for any more: {each.error}")
        at = format_time(self._clock.now())
        try:
            await asyncio.to_thread(self._write, told, failed, gone, at)
        except EdgeproofError as error:  # a full disk keeps nobody from being told
            self._tell(f"push: {error}")

    def _write(self, told: set[str], failed: set[str], gone: set[str], at: str) -> None:
        if gone:
            self._devices.forget(lambda device: device.id in gone)
        if told or failed:
            self._devices.note(told=told, failed=failed, at=at)


def _check(tried: Sequence[_Tried], *, was_taken: bool) -> None:
    """Raise what is to become of a message that not everybody has: tried again, given up, or looked at by a person."""
    errors = [each for each in tried if each.error is not None]
    waited_for = [each for each in errors if each.is_waited_for]
    if was_taken and not waited_for:
        return
    if not errors:
        raise ChannelError("push: there is no browser (any more) that asked to be told", blame="message")
    passing = [each for each in errors if each.error is not None and each.error.blame == "passing"]
    told = waited_for or passing or errors
    waits = [each.error.retry_after for each in told if each.error is not None and each.error.retry_after is not None]
    raise ChannelError(
        "push: " + "; ".join(f"{_named(each.device)}: {each.error}" for each in told),
        blame="passing" if passing else "channel",
        retry_after=max(waits, default=None),
        may_have_arrived=any(each.error is not None and each.error.may_have_arrived for each in told),
    )


def _refused(answer: Answer, now: float) -> ChannelError:
    status = answer.status
    if status in _PASSING or status >= 500:
        said = "its push service asks to wait" if status == 429 else "its push service is in trouble"
        return ChannelError(f"{said} ({status})", retry_after=seconds_to_wait(answer, now))
    return ChannelError(
        f"its push service does not accept the message ({status}); remove it in the dashboard (Settings, "
        "Notifications) and switch it on again there",
        blame="channel",
    )


def _named(device: Device) -> str:
    return words.one_line(device.label) or "a browser"


# What is sent -----------------------------------------------------------------------------------------------------


def tag_of(message_id: str) -> str:
    """What a message is shown under, and kept under at a push service (RFC 8030: 32 characters of base64url).

    >>> tag_of("signal-7f3a")
    'pesdyVu1UyXbcL3va5QM-eAjirCI85kA'
    """
    return urlsafe_b64encode(hashlib.sha256(message_id.encode("utf-8", "replace")).digest()).decode()[:32]


def payload_of(outgoing: Outgoing, tag: str) -> bytes:
    """What the service worker of the pages reads, in at most `LONGEST` bytes; a longer text is cut."""
    message = outgoing.message
    said = {
        "title": words.cut(words.title(outgoing), _TITLE),
        "body": "",
        "tag": tag,
        "url": _page(message),
        "severity": message.severity.value,
        "silent": outgoing.is_silent,
        "at": message.at,
    }
    body, room = words.plain(outgoing, with_title=False), LONGEST
    while True:
        said["body"] = words.cut(body, room)
        payload = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        if len(payload) <= LONGEST:
            return payload
        room -= max(1, (len(payload) - LONGEST) // 6)  # a sign is at most so many bytes: \u0000


def _page(message: Message) -> str:
    if message.signal_id is not None:
        return f"/signals/{message.signal_id}"
    return _PAGES.get(message.topic, "/")


def _envelope(outgoing: Outgoing, tag: str, now: int) -> Envelope:
    is_grave = outgoing.message.severity is Severity.CRITICAL or outgoing.message.topic is Topic.SIGNAL
    urgency = "low" if outgoing.is_silent else "high" if is_grave else "normal"
    return Envelope(ttl=_worth(outgoing, now) // SECOND, urgency=urgency, topic=tag)


def _worth(outgoing: Outgoing, now: int) -> int:
    """How long a push service keeps a message for a browser that is off: a signal until it expires."""
    message = outgoing.message
    if message.expires_at is None or outgoing.updates:
        return DAY if message.severity is Severity.CRITICAL else 4 * HOUR
    left = message.expires_at - message.at - max(0, now - message.queued_at)
    return min(max(left, MINUTE), DAY)
