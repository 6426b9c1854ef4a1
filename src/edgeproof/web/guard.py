"""Who may do what: every route of the API says which role it takes.

1. The gate (gate.py) stands before all of the application. It knows who comes (`Guard.visitor`), and turns away who is
   nobody, who only looks and would write, and what a page of somebody else's made a browser send.
2. Each route says what it takes: `Viewer` anybody who may look, `Operator` who may steer. A route that says neither is
   shut to strangers all the same.
"""

import getpass
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException
from starlette.requests import HTTPConnection

from edgeproof.bootstrap.dashboard.access import Access, Throttle, csrf_of, token_name
from edgeproof.bootstrap.dashboard.door import Door, is_loopback, name_of
from edgeproof.bootstrap.dashboard.place import Document

COOKIE = "edgeproof"
SAFE_COOKIE = f"__Host-{COOKIE}"
CSRF = "x-csrf-token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks: a name for the journal, and a role: a viewer sees, an operator steers.

    `csrf` is what their writes must repeat, "" for a program with a token; `has_entered` whether by a password.
    """

    name: str
    role: str
    csrf: str = ""
    has_entered: bool = False


class Guard:
    """Knows visitors by what they bring. `now` is UTC milliseconds, `ticks` seconds that never go back."""

    def __init__(
        self, door: Door, access: Access, *, now: Callable[[], int], ticks: Callable[[], float], secret: str
    ) -> None:
        self.door = door
        self.access = access
        self.throttle = Throttle()
        self.now = now
        self.ticks = ticks
        self._own_csrf = csrf_of(secret)

    @property
    def needs_login(self) -> bool:
        """Whether nobody comes in without a password or a token."""
        return self.door.is_open or bool(self.access.passwords.roles())

    def visitor(self, request: HTTPConnection) -> Visitor | None:
        """Who asks; None for nobody we know."""
        token = bearer_of(request)
        if token is not None:
            found = self.access.tokens.find(token, now=self.now())
            return None if found is None else Visitor(name=token_name(found.name), role=found.role)
        cookie = self.cookie_of(request)
        session = None if cookie is None else self.access.sessions.find(cookie, now=self.now())
        if cookie is not None and session is not None:
            return Visitor(name=session.name, role=session.role, csrf=csrf_of(cookie), has_entered=True)
        return None if self.needs_login else Visitor(name=_user(), role="operator", csrf=self._own_csrf)

    def keep_session(self, request: HTTPConnection) -> Callable[[], None] | None:
        """What keeps that a session is used, where that is due: it writes a file."""
        cookie, now = self.cookie_of(request), self.now()
        if cookie is None or not self.access.sessions.is_to_be_kept(cookie, now=now):
            return None
        return lambda: self.access.sessions.keep(cookie, now=now)

    def is_safe(self, request: HTTPConnection) -> bool:
        """Whether the request came by TLS."""
        return self.door.is_safe(request.url.scheme, request.headers.get("host", ""))

    def is_local(self, request: HTTPConnection) -> bool:
        """Whether the request came to a loopback host."""
        return is_loopback(name_of(request.headers.get("host", "")))

    def cookie_name(self, request: HTTPConnection) -> str:
        """What the cookie is called: browsers keep a name that begins with __Host- from every other site."""
        if not self.is_local(request):
            return SAFE_COOKIE
        # Browsers keep cookies apart by host, not by port: two homes on one machine would log each other out.
        port = request.headers.get("host", "").rpartition(":")[2]
        return f"{COOKIE}-{port}" if port.isdecimal() and port.isascii() else COOKIE

    def cookie_of(self, request: HTTPConnection) -> str | None:
        """The session's token that the request brings."""
        return request.cookies.get(self.cookie_name(request))


def guard_of(request: HTTPConnection) -> Guard:
    """The guard of the application."""
    found: Guard = request.app.state.guard
    return found


def viewer(request: HTTPConnection) -> Visitor:
    """Anybody who may look."""
    found = request.scope.get("visitor")
    if not isinstance(found, Visitor):
        raise HTTPException(401, "log in first")
    return found


def operator(request: HTTPConnection) -> Visitor:
    """Anybody who may steer."""
    found = viewer(request)
    if found.role != "operator":
        raise HTTPException(403, "this takes an operator; you may look (log in with the operator's password)")
    return found


Viewer = Annotated[Visitor, Depends(viewer)]
Operator = Annotated[Visitor, Depends(operator)]


def access_document(request: HTTPConnection) -> Document:
    """Who may enter, for the page of settings. For operators only."""
    guard = guard_of(request)
    tokens = guard.access.tokens.all()
    return {
        "users": list(guard.access.passwords.roles()),
        "tokens": [
            {"name": each.name, "role": each.role, "created": each.created, "last_used": each.last_used}
            for each in tokens
        ],
        "address": guard.door.url or f"{guard.door.host}:{guard.door.port}",
        "is_loopback": guard.door.is_loopback,
        "how_to_tls": guard.door.how_to_tls,
    }


def bearer_of(request: HTTPConnection) -> str | None:
    """The token a program brings; None where it brings none."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "operator"
