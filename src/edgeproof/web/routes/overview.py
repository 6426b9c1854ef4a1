"""How everything stands."""

from fastapi import APIRouter
from starlette.responses import Response

from edgeproof.bootstrap.dashboard.overview import overview_document
from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.bootstrap.dashboard.signals import KeptSignals
from edgeproof.web.answers import answered
from edgeproof.web.guard import Viewer


def routes(place: Place, signals: KeptSignals) -> APIRouter:
    """The routes of the page."""
    router = APIRouter(tags=["overview"])

    @router.get("/overview")
    def overview(_: Viewer) -> Response:
        """How everything stands: session, account, positions, today's signals."""
        return answered(overview_document(place, signals))

    return router
