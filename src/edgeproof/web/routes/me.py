"""Who looks."""

from fastapi import APIRouter

from edgeproof import __version__
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.bootstrap.live import system_clock
from edgeproof.core.model.time import format_time
from edgeproof.web.guard import Viewer
from edgeproof.web.pages import build_id


def routes(place: Place) -> APIRouter:
    """Who looks, and at what."""
    router = APIRouter(tags=["me"])

    @router.get("/me")
    def me(visitor: Viewer) -> Document:
        """Who looks, what may be done, and what it is that answers."""
        return {
            "name": visitor.name,
            "role": visitor.role,
            "csrf": "",
            "needs_login": False,
            "version": __version__,
            "build": build_id(),
            "now": format_time(system_clock().now()),
            "home": str(place.home),
            "journal": "",
            "push": {"available": False},
        }

    return router
