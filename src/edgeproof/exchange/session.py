"""One websocket: what its client asks, what it is answered, and what it is told."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from edgeproof.exchange import account, messages
from edgeproof.exchange import book as books
from edgeproof.exchange.auth import Credentials, is_signed, sign_challenge
from edgeproof.exchange.channels import (
    BOOK,
    HEARTBEAT,
    HEARTBEAT_FEED,
    NOTICES,
    NOTICES_FEED,
    PRIVATE_FEEDS,
    PRODUCT_FEEDS,
    TRADE,
    Outgoing,
    channel,
)
from edgeproof.exchange.listing import Listed
from edgeproof.exchange.notices import websocket_notices
from edgeproof.exchange.stream import Stream, wants_trades

UNAUTHENTICATED = "Failed to subscribe to authenticated feed"
ALREADY = "Already subscribed to feed, re-requesting"
NOT_SUBSCRIBED = "Not subscribed to feed"


class Connection(Protocol):
    """What a session needs of the wire below it."""

    answers_pings: bool
    heard_at: float

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken yet."""
        ...

    def write(self, frames: bytes) -> None:
        """Send ready frames."""
        ...

    def close(self, code: int) -> None:
        """End the connection."""
        ...

    async def drain(self) -> None:
        """Wait until the client reads."""
        ...

    async def catch_up(self) -> None:
        """Wait until the client has read what it was sent."""
        ...

    async def flush(self) -> None:
        """Wait until the client has read everything, or is gone."""
        ...


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a session after so many messages; `strike` says whether it did."""

    after: int
    strike: Callable[["Session"], bool]


class Session:
    """A client's connection, from its first word to its last.

    `number` counts the connections of a replica and makes the challenge of each its own.
    """

    def __init__(self, stream: Stream, wire: Connection, number: int) -> None:
        self.wanted: set[int] = set()
        self.sent = 0
        self.is_silent = False
        self.number = number
        self.fate: Fate | None = None
        self.snapshots_wait = 0
        self._late: list[tuple[int, list[bytes]]] = []
        self._stream = stream
        self._wire = wire
        self._private: set[str] = set()
        self._has_trades = False
        self._challenge: str | None = None
        self._answers: dict[str, Callable[[dict[str, Any]], None]] = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "challenge": self._challenged,
        }

    @property
    def wire(self) -> Connection:
        """The connection below."""
        return self._wire

    @property
    def is_waited_for(self) -> bool:
        """Whether the clock, at most speed, goes on only as this client reads."""
        return self._has_trades and not self.is_silent

    async def drain(self) -> None:
        """Wait until the client reads."""
        await self._wire.drain()

    async def catch_up(self) -> None:
        """Wait until the client has read what it was sent."""
        await self._wire.catch_up()

    async def flush(self) -> None:
        """Wait until the client has read everything, or is gone."""
        await self._wire.flush()

    def take(self, batch: list[Outgoing]) -> None:
        """Send what belongs to the channels the client wants; cut it off when too much waits."""
        wanted = self.wanted
        self.send([text for number, text, _ in batch if number in wanted])
        if self._wire.waiting > self._stream.options.most_waiting:
            self._wire.close(1006)

    def send(self, frames: list[bytes]) -> None:
        """Send frames, unless this session has fallen silent or does so now."""
        if not frames or self.is_silent:
            return
        if self.fate is not None and self.sent + len(frames) >= self.fate.after:
            fate, self.fate = self.fate, None
            last = max(0, fate.after - self.sent)
            self._write(frames[:last])
            if fate.strike(self):
                return
            frames = frames[last:]
        self._write(frames)
        if self._late and self.sent >= self._late[0][0]:
            self.send(self._late.pop(0)[1])

    def _write(self, frames: list[bytes]) -> None:
        self.sent += len(frames)
        self._wire.write(b"".join(frames))

    def greet(self) -> None:
        """Say hello."""
        self.send([messages.json_frame(messages.INFO)])

    def hear(self, text: str | bytes) -> None:
        """Answer one request."""
        try:
            request = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            request = None
        if not isinstance(request, dict):
            self.send([messages.error("Json Error")])
            return
        answer = self._answers.get(str(request.get("event")))
        if answer is None:
            self.send([messages.error("Json Error")])
            return
        answer(request)

    def _subscribe(self, request: dict[str, Any]) -> None:
        feed = str(request.get("feed"))
        if feed in PRODUCT_FEEDS:
            self._subscribe_products(feed, request)
        elif feed == HEARTBEAT_FEED:
            self._want({HEARTBEAT})
            self.send([messages.acknowledged("subscribed", HEARTBEAT_FEED)])
        elif feed in PRIVATE_FEEDS:
            self._subscribe_private(feed, request)
        else:
            self.send([messages.error("Invalid feed")])

    def _subscribe_products(self, feed: str, request: dict[str, Any]) -> None:
        self._stream.synchronise()
        found = self._products(request)
        for listed in found:
            is_new = channel(feed, listed.number) not in self.wanted
            self.send([messages.acknowledged("subscribed", feed, listed.symbol) if is_new else messages.alert(ALREADY)])
        self._want({channel(feed, listed.number) for listed in found})
        for listed in found:
            self._begin(self._first(feed, listed))

    def _begin(self, frames: list[bytes]) -> None:
        """Send what a subscription begins with, or keep it back for a while."""
        if self.snapshots_wait:
            self._late.append((self.sent + self.snapshots_wait, frames))
        else:
            self.send(frames)

    def _products(self, request: dict[str, Any]) -> list[Listed]:
        """The products a request names; an error is sent for each that is not listed."""
        names = request.get("product_ids")
        if not isinstance(names, list) or not names:
            self.send([messages.error("Invalid product id")])
            return []
        found = [self._stream.listing.find(str(name)) for name in names]
        missing = sum(each is None or each.is_expired for each in found)
        self.send([messages.error("Invalid product id")] * missing)
        return [each for each in found if each is not None and not each.is_expired]

    def _first(self, feed: str, listed: Listed) -> list[bytes]:
        """What a new subscription is sent at once."""
        now = self._stream.now
        if feed == TRADE:
            return [messages.trade_snapshot(listed.product, now)]
        if feed == BOOK:
            return [books.snapshot(self._stream.book(listed.number), self._stream.stamp)]
        own = channel(feed, listed.number)
        return [text for number, text, _ in self._stream.tickers(listed.number) if number == own]

    def _unsubscribe(self, request: dict[str, Any]) -> None:
        feed = str(request.get("feed"))
        if feed in PRODUCT_FEEDS:
            for listed in self._products(request):
                self._leave(channel(feed, listed.number), feed, listed.symbol)
        elif feed == HEARTBEAT_FEED:
            self._leave(HEARTBEAT, HEARTBEAT_FEED)
        elif feed in self._private and self._is_authentic(request):
            self._private.discard(feed)
            self._want(set(), left=NOTICES if feed == NOTICES_FEED else None)
            self.send([messages.json_frame(_signed_acknowledgement("unsubscribed", feed, request))])
        else:
            self.send([messages.error("Invalid feed") if feed not in PRIVATE_FEEDS else messages.alert(NOT_SUBSCRIBED)])

    def _leave(self, left: int, feed: str, symbol: str | None = None) -> None:
        if left not in self.wanted:
            self.send([messages.alert(NOT_SUBSCRIBED)])
            return
        self._want(set(), left=left)
        self.send([messages.acknowledged("unsubscribed", feed, symbol)])

    def _want(self, more: set[int], left: int | None = None) -> None:
        self.wanted = (self.wanted | more) - {left}
        self._has_trades = wants_trades(self.wanted)
        self._stream.changed()

    def _challenged(self, request: dict[str, Any]) -> None:
        if not request.get("api_key"):
            self.send([messages.error("Json Error")])
            return
        seed = f"{self._stream.options.seed}/{self.number}".encode()
        digest = hashlib.sha256(seed).hexdigest()
        self._challenge = f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-8{digest[17:20]}-{digest[20:32]}"
        self.send([messages.json_frame({"event": "challenge", "message": self._challenge})])

    def _subscribe_private(self, feed: str, request: dict[str, Any]) -> None:
        if not self._is_authentic(request):
            self.send([messages.alert(UNAUTHENTICATED)])
            return
        self._private.add(feed)
        self.send([messages.json_frame(_signed_acknowledgement("subscribed", feed, request))])
        if feed == NOTICES_FEED:
            self._want({NOTICES})
            self.send([messages.json_frame(websocket_notices(self._stream.notices))])
        else:
            self.send([messages.json_frame(account.first_of(feed, self._stream.stamp))])

    def _is_authentic(self, request: dict[str, Any]) -> bool:
        credentials: Credentials = self._stream.options.credentials
        if self._challenge is None or request.get("original_challenge") != self._challenge:
            return False
        expected = sign_challenge(credentials.secret, self._challenge)
        return request.get("api_key") == credentials.key and is_signed(
            str(request.get("signed_challenge", "")), expected
        )


def _signed_acknowledgement(event: str, feed: str, request: dict[str, Any]) -> dict[str, Any]:
    signed = {key: request.get(key) for key in ("api_key", "original_challenge", "signed_challenge")}
    return {"event": event, "feed": feed, **signed}


async def attend(session: Session, receive: Callable[[], Any]) -> None:
    """Answer a client until it goes."""
    session.greet()
    while (message := await receive())["type"] == "websocket.receive":
        session.hear(message.get("text") or message.get("bytes") or "")
        await asyncio.sleep(0)
