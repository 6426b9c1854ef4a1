"""JSON to an address of the user's, signed with a secret both know.

A receiver verifies a delivery in four steps: compute HMAC-SHA256 of `TIMESTAMP.BODY` with the secret, over the bytes as
they came; compare it in constant time with `X-Edgeproof-Signature` (after `sha256=`); refuse a timestamp that is more
than five minutes away from its own clock; and take each `Idempotency-Key` once. `verify` does the first three.
"""

import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from typing import Any

import httpx

from edgeproof.adapters.notify import words
from edgeproof.adapters.notify.posting import Answer, Poster, seconds_to_wait
from edgeproof.core.model.errors import ChannelError, InputError
from edgeproof.core.model.message import Message, Topic
from edgeproof.core.model.secret import SecretText
from edgeproof.core.model.time import format_time
from edgeproof.ports import Clock
from edgeproof.ports.channels import Outgoing, Traits

MAX_AGE_S = 300
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PASSING = frozenset({408, 425, 429})
_CHANNEL = {
    401: "it does not accept the signature; both sides need the same secret, and clocks that agree",
    403: "it does not accept the signature; both sides need the same secret, and clocks that agree",
    404: "there is nothing at that address; check [notify.webhook] url",
    405: "that address takes no POST; check [notify.webhook] url",
    410: "that address is gone; check [notify.webhook] url",
}


class WebhookChannel:
    """A `Channel` to an address of the user's. Neither the secret nor the address but for its host is ever shown."""

    def __init__(self, url: str, secret: SecretText, *, clock: Clock, timeout: float = 10.0) -> None:
        self._url = _checked(url)
        self._secret = secret
        self._clock = clock
        self._who = f"webhook at {self._url.host}"
        self._poster = Poster(self._who, timeout=timeout)

    @property
    def name(self) -> str:
        """As in the settings."""
        return "webhook"

    @property
    def traits(self) -> Traits:
        """Its key lets a receiver take each message once; nobody hears it, so that it is always silent."""
        return Traits(can_be_silent=True, is_idempotent=True, per_second=10.0, burst=20)

    async def send(self, outgoing: Outgoing) -> str:
        """Send; the id of the message, which is its key."""
        await self._post(document_of(outgoing), outgoing.message.id)
        return outgoing.message.id

    async def edit(self, receipt: str, outgoing: Outgoing) -> str:
        """Nothing that was sent here can be changed."""
        raise ChannelError(f"{self._who}: what was sent cannot be changed ({receipt})", blame="message")

    async def test(self) -> str:
        """A signed `{"topic": "test"}`, that a receiver answers with 2xx and throws away."""
        at = self._clock.now()
        answer = await self._post({"id": f"test-{at}", "topic": "test", "at": format_time(at)}, f"test-{at}")
        return f"{self._who} took a signed test ({answer.status})"

    async def close(self) -> None:
        """Let go of connections."""
        await self._poster.close()

    async def _post(self, document: Mapping[str, Any], key: str) -> Answer:
        body = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(
            "utf-8", "backslashreplace"
        )
        stamp = str(self._clock.now() // 1000)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": _header(key),
            "X-Edgeproof-Timestamp": stamp,
            "X-Edgeproof-Signature": signature(self._secret.shown(), stamp, body),
        }
        answer = await self._poster.ask("POST", self._url, content=body, headers=headers)
        if not answer.is_ok:
            raise self._refused(answer)
        return answer

    def _refused(self, answer: Answer) -> ChannelError:
        status = answer.status
        if status in _PASSING or status >= 500:
            wait = seconds_to_wait(answer, self._clock.now() / 1000)
            words_of = "it asks to wait" if status == 429 else "it is in trouble"
            return ChannelError(f"{self._who}: {words_of} ({status})", retry_after=wait)
        if 300 <= status < 400:
            return ChannelError(
                f"{self._who}: it points to another address ({status}), which is not followed; "
                "put the final one in [notify.webhook] url",
                blame="channel",
            )
        if status in _CHANNEL:
            return ChannelError(f"{self._who}: {_CHANNEL[status]} ({status})", blame="channel")
        return ChannelError(f"{self._who}: it refuses this message ({status})", blame="message")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-Edgeproof-Signature` says: HMAC-SHA256 of the timestamp, a dot and the body.

    >>> signature("key", "1770114600", b"{}")
    'sha256=50d5fd0ab038142310039ac750468f60fa244cdee9099917dd31abc4f01ab0e8'
    """
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether a delivery came from somebody who knows the secret, not longer than five minutes ago."""
    stamp = headers.get("x-edgeproof-timestamp", "")
    claimed = headers.get("x-edgeproof-signature", "")
    is_ours = hmac.compare_digest(claimed.encode(), signature(secret, stamp, body).encode())
    return is_ours and stamp.isdecimal() and abs(now - int(stamp)) <= MAX_AGE_S


def document_of(outgoing: Outgoing) -> dict[str, Any]:
    """The JSON of a message; the `signal` of one about a signal has the shape of `signals.jsonl`."""
    message = outgoing.message
    found = _told(message) | {
        "late": outgoing.is_late,
        "silent": outgoing.is_silent,
        "marks": list(words.marks(outgoing)),
        "updates": [_told(each) for each in outgoing.updates],
    }
    return {name: _plain(each) for name, each in found.items()}


def _told(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": message.id,
        "topic": message.topic.value,
        "severity": message.severity.value,
        "at": format_time(message.at),
        "title": message.title,
        "fields": [{"name": name, "value": value} for name, value in message.fields],
        "text": message.text,
        "subject": message.subject,
        "is_update": message.is_update,
        "instrument": None if message.instrument is None else message.instrument.unified,
        "signal_id": message.signal_id,
        "expires_at": None if message.expires_at is None else format_time(message.expires_at),
    }
    if message.document:
        found["signal" if message.topic is Topic.SIGNAL else "document"] = message.document
    return found


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can say
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _header(key: str) -> str:
    # Ids are plain; one that is not is named by its digest, the same each time.
    return key if key.isascii() and key.isprintable() else hashlib.sha256(key.encode()).hexdigest()


def _checked(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        # Not repeated as a whole: an address may carry a password.
        raise InputError(
            "expected [notify.webhook] url to be an address such as https://example.com/edgeproof, "
            f'found one of the scheme "{url.scheme}"'
        )
    if url.scheme == "http" and url.host not in _LOOPBACK:
        raise InputError(
            f"expected [notify.webhook] url to begin with https://, found http:// to {url.host}; without encryption "
            "only this machine (127.0.0.1, ::1, localhost) is spoken to"
        )
    if url.userinfo:
        raise InputError("expected [notify.webhook] url without a user and a password; the secret signs each message")
    return url
