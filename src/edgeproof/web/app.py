"""The application: the API, the stream, and the pages as they were built."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from edgeproof import __version__
from edgeproof.bootstrap.dashboard.access import access_to
from edgeproof.bootstrap.dashboard.chart import KeptChart
from edgeproof.bootstrap.dashboard.door import Door
from edgeproof.bootstrap.dashboard.follow import Follower
from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.bootstrap.dashboard.signals import KeptSignals
from edgeproof.bootstrap.live import system_clock
from edgeproof.core.model.errors import EdgeproofError, InputError
from edgeproof.web.gate import Gate
from edgeproof.web.guard import Guard
from edgeproof.web.headers import headers_of, is_api
from edgeproof.web.hub import Hub
from edgeproof.web.methods import no_such_way
from edgeproof.web.pages import build_id, mount_pages
from edgeproof.web.problems import ALWAYS
from edgeproof.web.routes import (
    actions,
    chart,
    journal,
    live,
    me,
    overview,
    performance,
    push,
    research,
    settings,
    signals,
)


def web_app(place: Place, door: Door | None = None) -> FastAPI:
    """The dashboard of a home, as it is entered through a door."""
    kept_signals = KeptSignals(place)
    kept_chart = KeptChart(place, kept_signals)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        # Read beforehand what would take its time when the first page asks.
        reading = asyncio.create_task(asyncio.to_thread(_read, kept_signals, kept_chart))
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
    clock = system_clock()
    guard = Guard(
        door or Door(), access_to(place.home), now=clock.now, ticks=clock.monotonic, secret=secrets.token_urlsafe(32)
    )
    app.state.guard = guard
    app.add_middleware(Gate, guard=guard)
    hub = Hub(Follower(place), {"version": __version__, "build": build_id()})
    api = APIRouter(prefix="/api", responses=ALWAYS)
    for each in (
        me.routes(place),
        overview.routes(place, kept_signals),
        signals.routes(place, kept_signals),
        chart.routes(kept_chart),
        performance.routes(place),
        research.routes(place),
        journal.routes(place),
        settings.routes(place),
        actions.routes(place),
        push.routes(place),
        live.routes(hub),
    ):
        api.include_router(each)
    app.include_router(api)
    app.add_exception_handler(EdgeproofError, _told)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(Exception, _broken)
    mount_pages(app)
    return app


def _read(signals: KeptSignals, chart: KeptChart) -> None:
    signals.read()
    chart.read()


async def _told(_: Request, error: Exception) -> JSONResponse:
    """What went wrong, in words: the user's words are 422, anything else of ours 500."""
    return JSONResponse({"error": str(error)}, status_code=422 if isinstance(error, InputError) else 500)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    """What a route refuses, in the shape of all errors."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 405 and is_api(request.url.path):
        error = no_such_way(request)
    return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)


async def _misread(_: Request, error: Exception) -> JSONResponse:
    """What is wrong with the words of a request. What was found is not repeated: it may be a password."""
    if not isinstance(error, RequestValidationError):
        raise error
    problems = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    return JSONResponse({"error": "; ".join(problems)}, 422)


async def _broken(request: Request, error: Exception) -> JSONResponse:
    """A defect of ours: its words go to the terminal of the server, not to who asks."""
    words = f"this is a defect of edgeproof, not yours ({type(error).__name__}); the server's terminal says more"
    return JSONResponse({"error": words}, 500, dict(headers_of(request.url.path, 500, is_safe=False)))
