"""One message to one browser: encrypted for it alone (RFC 8291), signed with the home's own key (RFC 8292), posted.

The push service in between sees when a message comes, how long it is and how urgent, and nothing of what it says.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.request import getproxies

import httpx
from pydantic import ValidationError
from webpush import WebPush, WebPushSubscription
from webpush.types import WebPushKeys
from webpush.vapid import VAPID

from edgeproof.adapters.notify.posting import Answer, Poster
from edgeproof.adapters.notify.push_devices import Device, check_endpoint, is_public
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.ports.kept import Kept

_WHO = "its push service"
_LEAST_KEY, _LEAST_AUTH = 65, 16
_TRIED = 2

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class VapidKeys:
    """By what push services know the home. `shown` is the public key, as browsers want it."""

    private: bytes = field(repr=False)
    public: bytes
    shown: str


def vapid_keys(kept: Kept) -> VapidKeys:
    """The keys of a home, made at their first use. Whoever has subscribed is bound to them: new ones reach nobody."""
    document = kept.read()
    if not document:
        with kept.changing() as document:
            if not document:  # else another process was first
                private, public, shown = VAPID.generate_keys()
                document |= {"private": private.decode(), "public": public.decode(), "key": shown}
    return VapidKeys(private=document["private"].encode(), public=document["public"].encode(), shown=document["key"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a push service is told of a message: seconds it is worth keeping, how urgent it is, whose place it takes."""

    ttl: int
    urgency: str
    topic: str


class _Audience(NamedTuple):
    """Whom a signature is for, as the library takes it apart: it would forget the port."""

    scheme: str
    host: str


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses a name stands for."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


class Sealer:
    """Encrypts and signs. `contact`, where keepers of push services can write to, is in what is signed."""

    def __init__(self, keys: VapidKeys, contact: str) -> None:
        self._library = WebPush(private_key=keys.private, public_key=keys.public, subscriber=contact)

    def sealed(self, device: Device, payload: bytes) -> tuple[bytes, str]:
        """A message that only this browser can read, and who it is from.

        Raises
        ------
        InputError
            The browser's keys are none.
        """
        url = httpx.URL(device.endpoint)
        audience = _Audience(url.scheme, url.netloc.decode("ascii"))
        keys = WebPushKeys(p256dh=device.p256dh, auth=device.auth)
        try:
            made = self._library.get(payload, WebPushSubscription.model_construct(endpoint=audience, keys=keys))
        except (ValueError, ValidationError):
            raise InputError(
                "keys: expected p256dh and auth as a browser gives them (base64url of 65 and 16 bytes)"
            ) from None
        return made.encrypted, made.headers["authorization"]


class PushWire:
    """Posts to push services."""

    def __init__(
        self, sealer: Sealer, *, timeout: float = 10.0, may_be_local: bool = False, resolve: Resolve = resolve
    ) -> None:
        self.sealed = sealer.sealed
        self._may_be_local = may_be_local
        self._resolve = resolve
        # A proxy looks names up itself; what it lets through is its keeper's to say.
        self._has_proxy = bool(getproxies().keys() & {"https", "all"})
        self._poster = Poster(_WHO, timeout=timeout)

    async def post(self, device: Device, payload: bytes, envelope: Envelope) -> Answer:
        """What its push service says to a message.

        Raises
        ------
        ChannelError
            It says nothing, or it is nowhere a message may go.
        """
        body, authorization = self.sealed(device, payload)
        headers = {
            "Authorization": authorization,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(envelope.ttl),
            "Urgency": envelope.urgency,
            "Topic": envelope.topic,
        }
        url = httpx.URL(device.endpoint)
        targets = await self._targets(url)
        for target in targets[:-1]:
            try:
                return await self._posted(target, url, body, headers)
            except ChannelError as error:
                if error.may_have_arrived or error.blame != "passing":
                    raise
        return await self._posted(targets[-1], url, body, headers)

    async def _posted(self, target: httpx.URL, url: httpx.URL, body: bytes, headers: dict[str, str]) -> Answer:
        # The address that was looked at is the one that is spoken to; its certificate must be that of the name.
        return await self._poster.ask(
            "POST", target, content=body, headers={**headers, "Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.host},
        )  # fmt: skip

    async def _targets(self, url: httpx.URL) -> Sequence[httpx.URL]:
        """Where a message is sent to, the next where the one before cannot be reached."""
        check_endpoint(str(url), may_be_local=self._may_be_local)
        if self._has_proxy or (self._may_be_local and url.host in {"127.0.0.1", "::1", "localhost"}):
            return [url]
        try:
            found = [ipaddress.ip_address(each) for each in await self._resolve(url.host, url.port or 443)]
        except (OSError, UnicodeError, ValueError):
            raise ChannelError(f"{_WHO} cannot be found by its name; is this machine online?") from None
        if not found or not all(is_public(each) for each in found):
            raise ChannelError(f"{_WHO} is in a private network, where nothing is sent to", blame="channel")
        found.sort(key=lambda each: each.version)
        return [url.copy_with(host=str(each)) for each in found[:_TRIED]]

    async def close(self) -> None:
        """Let go of connections."""
        await self._poster.close()
