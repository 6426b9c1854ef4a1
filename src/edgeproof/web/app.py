"""The application: the API, the stream, and the pages as they were built."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import JSONResponse

from edgeproof import __version__
from edgeproof.bootstrap.dashboard.follow import Follower
from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.bootstrap.dashboard.signals import KeptSignals
from edgeproof.core.model.errors import EdgeproofError, InputError
from edgeproof.web.hub import Hub
from edgeproof.web.pages import build_id, mount_pages
from edgeproof.web.routes import live, me, overview, performance, signals


def web_app(place: Place) -> FastAPI:
    """The dashboard of a home."""
    kept_signals = KeptSignals(place)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        # Read beforehand what would take its time when the first page asks.
        reading = asyncio.create_task(asyncio.to_thread(kept_signals.read))
        yield
        await reading

    app = FastAPI(
        title="edgeproof",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=life,
    )
    hub = Hub(Follower(place), {"version": __version__, "build": build_id()})
    api = APIRouter(prefix="/api")
    for each in (
        me.routes(place),
        overview.routes(place, kept_signals),
        signals.routes(place, kept_signals),
        performance.routes(place),
        live.routes(hub),
    ):
        api.include_router(each)
    app.include_router(api)
    app.add_exception_handler(EdgeproofError, _told)
    mount_pages(app)
    return app


async def _told(_: Request, error: Exception) -> JSONResponse:
    """What went wrong, in words: the user's words are 422, anything else of ours 500."""
    return JSONResponse({"error": str(error)}, status_code=422 if isinstance(error, InputError) else 500)
