"""Who looks: coming in, and leaving."""

from math import ceil
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from edgeproof import __version__
from edgeproof.bootstrap.dashboard.access import csrf_of
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.bootstrap.push import can_push
from edgeproof.core.model.time import DAY, SECOND, format_time
from edgeproof.web.guard import Guard, Viewer, Visitor, guard_of
from edgeproof.web.pages import build_id
from edgeproof.web.problems import problems

_COOKIE_AGE_S = 7 * DAY // SECOND


class Login(BaseModel):
    """What a visitor enters: the password of a role, and what to call them in the journal."""

    password: Annotated[str, Field(max_length=4096)]
    name: Annotated[str, Field(max_length=64)] = ""


def routes(place: Place) -> APIRouter:
    """Who looks, and at what."""
    router = APIRouter(tags=["me"])

    @router.get("/me")
    def me(request: Request, visitor: Viewer) -> Document:
        """Who looks, what may be done, and what it is that answers."""
        return _me(place, guard_of(request), visitor)

    @router.post(
        "/login",
        responses=problems(_409="No password is set", _429="Too many tries; Retry-After says how long to wait"),
    )
    def login(request: Request, words: Login) -> Response:
        """Come in with the password of a role."""
        guard = guard_of(request)
        if not guard.access.passwords.roles():
            return _told("no password is set: edgeproof web password sets one", 409)
        address = _address(request)
        wait = guard.throttle.enter(address, guard.ticks())
        if wait > 0.0:
            seconds = str(ceil(wait))
            return _told(f"too many tries; wait {seconds} s", 429, {"Retry-After": seconds})
        role = guard.access.passwords.role_of(words.password)
        if role is None:
            return _told("that is not the password of any role (edgeproof web password sets a new one)", 401)
        guard.throttle.succeeded(address)
        return _entered(place, guard, request, role, _name(words.name) or role)

    @router.post("/logout", status_code=204)
    def logout(request: Request, _: Viewer) -> Response:
        """Leave: the session ends."""
        guard = guard_of(request)
        if (cookie := guard.cookie_of(request)) is not None:
            guard.access.sessions.end(cookie)
        response = Response(status_code=204)
        response.delete_cookie(
            guard.cookie_name(request), secure=not guard.is_local(request), httponly=True, samesite="strict"
        )
        return response

    return router


def _entered(place: Place, guard: Guard, request: Request, role: str, name: str) -> Response:
    sessions = guard.access.sessions
    if (earlier := guard.cookie_of(request)) is not None:
        sessions.end(earlier)
    token = sessions.begin(name, role, now=guard.now())
    visitor = Visitor(name=name, role=role, csrf=csrf_of(token), has_entered=True)
    response = JSONResponse(_me(place, guard, visitor))
    response.set_cookie(
        guard.cookie_name(request), token, max_age=_COOKIE_AGE_S, secure=not guard.is_local(request), httponly=True,
        samesite="strict",
    )  # fmt: skip
    return response


def _me(place: Place, guard: Guard, visitor: Visitor) -> Document:
    return {
        "name": visitor.name,
        "role": visitor.role,
        "csrf": visitor.csrf,
        "needs_login": visitor.has_entered,
        "version": __version__,
        "build": build_id(),
        "now": format_time(guard.now()),
        "home": str(place.home),
        "journal": "",
        "push": {"available": can_push()},
    }


def _told(words: str, status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"error": words, "needs_login": status == 401}, status, headers)


def _name(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _address(request: Request) -> str:
    """Where a try comes from. Who has one address of IPv6 has 2^64 of them."""
    host = request.client.host if request.client is not None else ""
    return ":".join(host.split(":")[:4]) if ":" in host else host
