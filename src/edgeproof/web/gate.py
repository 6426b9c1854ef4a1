"""The gate before all of the application; see guard.py.

Of a request it looks at, in this order: the Host it names, whether a page of ours sent it, whether it came in the
clear, who asks, what they may do. What it lets in carries the visitor. On the way out each answer gets its headers.
"""

import asyncio
import hmac
from contextlib import suppress
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from edgeproof.core.model.errors import EdgeproofError
from edgeproof.web.guard import CSRF, Guard, Visitor, bearer_of
from edgeproof.web.headers import headers_of, is_api

LOGIN = "/api/login"
MOST_BODY = 65_536
LOOK_AGAIN_S = 5.0
"""How long a stream may go on after its visitor may look no longer."""

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_ONES_OWN = ("/api/logout", "/api/push/subscriptions", "/api/push/test")
"""What who only looks may write: what is theirs alone."""

_LEFT = 4401


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is turned away."""

    status: int
    words: str

    def response(self) -> JSONResponse:
        """What it is told."""
        document = {"error": self.words} | ({"needs_login": True} if self.status == 401 else {})
        return JSONResponse(document, self.status)


class Gate:
    """ASGI around the application."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in or turn away."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        is_stream = scope["type"] == "websocket"
        told = send if is_stream else self._with_headers(request, send)
        refusal = self._looked(request)
        if refusal is not None:
            await _refuse(refusal, scope, receive, told)
            return
        if (keep := self._guard.keep_session(request)) is not None:
            with suppress(EdgeproofError):  # a session that is forgotten early is entered again
                await asyncio.to_thread(keep)
        if is_stream:
            await self._app(scope, receive, self._while_welcome(request, send))
        else:
            await self._app(scope, _bounded(receive), told)

    def _looked(self, request: HTTPConnection) -> Refusal | None:
        try:
            return self._refusal(request)
        except EdgeproofError as error:  # who may enter is not to be read: nobody may
            is_near = self._guard.is_local(request)
            return Refusal(500, str(error) if is_near else "who may enter cannot be read: see HOME/web on the server")

    def _refusal(self, request: HTTPConnection) -> Refusal | None:
        if (refusal := self._stranger(request)) is not None or not is_api(request.scope["path"]):
            return refusal
        if not self._guard.is_safe(request) and not self._guard.is_local(request):
            return Refusal(403, f"this came over plain http, which others on the way can read; {self._how_to_tls}")
        if request.scope["path"] == LOGIN:
            return None
        visitor = self._guard.visitor(request)
        if visitor is None:
            return Refusal(401, "log in first (a program sends Authorization: Bearer TOKEN; edgeproof web token NAME)")
        request.scope["visitor"] = visitor
        return _may_not(request, visitor)

    def _stranger(self, request: HTTPConnection) -> Refusal | None:
        """Whether it comes under a name that is not ours, or from a page that is not ours."""
        host = request.headers.get("host", "")
        if not self._guard.door.is_ours(host):
            return Refusal(
                403,
                f"expected to be called by an address of this dashboard, found {host[:100]!r}; the address it has "
                'behind a proxy stands in the settings: [web] url = "https://..."',
            )
        if not self._guard.needs_login and _was_passed_on(request):
            return Refusal(403, f"a proxy passed this on, and no password is set: edgeproof web password; "
                           f"{self._how_to_tls}")  # fmt: skip
        return None if self._is_from_ours(request, host) else Refusal(403, "this was sent by a page of another site")

    def _is_from_ours(self, request: HTTPConnection, host: str) -> bool:
        origin = request.headers.get("origin")
        if origin is not None:
            return origin.lower() in self._origins(request, host)
        if request.scope["type"] == "websocket":
            return bearer_of(request) is not None  # browsers always say it here
        is_inside = request.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}
        return is_inside or not is_api(request.scope["path"])

    def _origins(self, request: HTTPConnection, host: str) -> set[str]:
        own = f"{'https' if self._guard.is_safe(request) else 'http'}://{host.lower()}"
        return {own} if self._guard.door.url is None else {own, self._guard.door.url}

    @property
    def _how_to_tls(self) -> str:
        return self._guard.door.how_to_tls

    def _with_headers(self, request: HTTPConnection, send: Send) -> Send:
        is_safe = self._guard.is_safe(request) and not self._guard.is_local(request)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = headers_of(request.scope["path"], message["status"], is_safe=is_safe)
                said = {name.lower() for name, _ in message.get("headers", ())}
                added = [(name.encode(), value.encode()) for name, value in given.items() if name.encode() not in said]
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        return told

    def _while_welcome(self, request: HTTPConnection, send: Send) -> Send:
        """What sends until the visitor may look no longer: they left, or the password was changed."""
        looked = self._guard.ticks()

        async def told(message: Message) -> None:
            nonlocal looked
            if message["type"] == "websocket.send" and self._guard.ticks() - looked >= LOOK_AGAIN_S:
                looked = self._guard.ticks()
                if self._guard.visitor(request) is None:
                    await send({"type": "websocket.close", "code": _LEFT, "reason": "log in again"})
                    raise WebSocketDisconnect(_LEFT)
            await send(message)

        return told


def _may_not(request: HTTPConnection, visitor: Visitor) -> Refusal | None:
    if request.scope["type"] == "websocket" or request.scope["method"] in _READS:
        return None
    if visitor.role != "operator" and not request.scope["path"].startswith(_OF_ONES_OWN):
        return Refusal(403, "this takes an operator; you may look (log in with the operator's password)")
    if visitor.csrf and not hmac.compare_digest(request.headers.get(CSRF, "").encode(), visitor.csrf.encode()):
        return Refusal(403, "expected the X-CSRF-Token that /api/me says; load the page again")
    return None


def _was_passed_on(request: HTTPConnection) -> bool:
    return any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"))


def _bounded(receive: Receive) -> Receive:
    taken = 0

    async def received() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST_BODY:
            raise HTTPException(413, f"expected at most {MOST_BODY:,} bytes")
        return message

    return received


async def _refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": refusal.words[:100]})
        return
    await refusal.response()(scope, receive, send)
