"""How everything stands."""

from fastapi import APIRouter

from edgeproof.bootstrap.dashboard.overview import overview_document
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.web.guard import Viewer


def routes(place: Place) -> APIRouter:
    """The routes of the page."""
    router = APIRouter(tags=["overview"])

    @router.get("/overview")
    def overview(_: Viewer) -> Document:
        """How everything stands: session, account, positions, today's signals."""
        return overview_document(place)

    return router
