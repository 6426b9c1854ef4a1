"""Notifications of browsers: switched on and off by themselves, told by whatever session runs."""

from collections.abc import Callable
from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.bootstrap.dashboard.push import add_device, devices_document, remove_device, tell_devices
from edgeproof.bootstrap.push import WITHOUT, can_push, push_key
from edgeproof.core.model.errors import ChannelError
from edgeproof.web.answers import answered, refused
from edgeproof.web.guard import Viewer, guard_of
from edgeproof.web.problems import problems

PAUSE_S = 5.0
"""Between two tests: what asks a push service too often is kept out by it."""

_Key = Annotated[str, Field(min_length=16, max_length=200, pattern=r"^[A-Za-z0-9_-]+={0,2}$")]


class Keys(BaseModel):
    """What only the browser can read messages with."""

    p256dh: _Key
    auth: _Key


class Subscription(BaseModel):
    """What a browser gives (PushSubscription.toJSON), and what the device is to be called."""

    endpoint: Annotated[str, Field(min_length=8, max_length=2_048)]
    keys: Keys
    label: Annotated[str, Field(max_length=80)] = ""

    def given(self) -> dict[str, str]:
        """What is kept of it."""
        return {"endpoint": self.endpoint, "p256dh": self.keys.p256dh, "auth": self.keys.auth}


def routes(place: Place) -> APIRouter:
    """The key, the browsers, and a test."""
    router = APIRouter(tags=["push"], prefix="/push")
    _add_test(router, place)

    @router.get("/key", responses=problems(_404="The library that push needs is not installed"))
    def key(_: Viewer) -> Response:
        """The key by which push services know this home; a browser wants it to subscribe."""
        return answered({"key": push_key(place.home)}) if can_push() else refused(404, WITHOUT)

    @router.get("/subscriptions")
    def listed(visitor: Viewer) -> Response:
        """The browsers that are told; for who only looks, those of who only looks."""
        return answered(devices_document(place, visitor.role))

    @router.post("/subscriptions", status_code=201)
    def subscribe(visitor: Viewer, subscription: Subscription) -> Response:
        """Tell a browser from now on."""
        label = " ".join(subscription.label.split())
        found = add_device(place, subscription.given(), label=label, role=visitor.role, by=visitor.name)
        return JSONResponse({"id": found}, 201)

    @router.delete("/subscriptions/{id_}", status_code=204, responses=problems(_404="There is no such one"))
    def unsubscribe(visitor: Viewer, id_: Annotated[str, Path(min_length=1, max_length=64)]) -> Response:
        """Tell a browser no more."""
        if not remove_device(place, id_, visitor.role):
            return refused(404, "no browser of that id is told (any more)")
        return Response(status_code=204)

    return router


def _add_test(router: APIRouter, place: Place) -> None:
    turn = _Turn()

    @router.post("/test", responses=problems(_409="Not all were told", _429="One was sent a moment ago"))
    def test(request: Request, visitor: Viewer) -> Response:
        """Send a test to the browsers that are told."""
        if not can_push():
            return refused(422, WITHOUT)
        if not turn.is_taken(guard_of(request).ticks):
            return JSONResponse({"error": "a test was sent a moment ago; wait 5 s"}, 429, {"Retry-After": "5"})
        try:
            return answered({"found": tell_devices(place, visitor.role)})
        except ChannelError as error:
            return refused(409, str(error))


class _Turn:
    """Lets one begin, then nobody for a while."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last: float | None = None

    def is_taken(self, ticks: Callable[[], float]) -> bool:
        """Take the turn; whether it was there to be taken."""
        with self._lock:
            now = ticks()
            if self._last is not None and now - self._last < PAUSE_S:
                return False
            self._last = now
            return True
