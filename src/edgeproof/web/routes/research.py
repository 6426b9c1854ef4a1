"""The runs: what was tried, what came of it, and what changed."""

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Path, Query
from starlette.responses import HTMLResponse, Response

from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.bootstrap.dashboard.research import KeptRuns
from edgeproof.core.model.errors import StoreError
from edgeproof.web.answers import answered, refused
from edgeproof.web.guard import Viewer
from edgeproof.web.headers import REPORT_POLICY
from edgeproof.web.problems import problems

T = TypeVar("T")

_Id = Annotated[str, Path(min_length=1, max_length=100)]
_Run = Annotated[str, Query(min_length=1, max_length=100)]

_GONE = problems(_404="There is no such run", _409="The run cannot be read")


def routes(place: Place) -> APIRouter:
    """The list of runs, one of them, its report, and two beside each other."""
    router = APIRouter(tags=["research"])
    runs = KeptRuns(place)

    @router.get("/runs")
    def listed(_: Viewer) -> Response:
        """The runs, the newest first, and which of them cannot be read."""
        return answered(runs.document())

    @router.get("/runs/{id_}", responses=_GONE)
    def one(_: Viewer, id_: _Id) -> Response:
        """All about a run."""
        return _of(id_, lambda: runs.detail(id_), answered)

    @router.get("/runs/{id_}/report", responses={200: {"content": {"text/html": {}}}, **_GONE})
    def report(_: Viewer, id_: _Id) -> Response:
        """The report of a run: a page by itself, which reaches nothing of this one."""
        headers = {"content-security-policy": REPORT_POLICY}
        return _of(id_, lambda: runs.report(id_), lambda page: HTMLResponse(page, headers=headers))

    @router.get("/compare", responses=_GONE)
    def compared(_: Viewer, a: _Run, b: _Run) -> Response:
        """What differs between two discoveries, and what came out differently."""
        return _of(f"{a} or {b}", lambda: runs.compared(a, b), answered)

    return router


def _of(name: str, find: Callable[[], T | None], shown: Callable[[T], Response]) -> Response:
    try:
        found = find()
    except StoreError as error:
        return refused(409, f"run {name}: {error}")
    return refused(404, f'no run is called "{name}"; the list of runs has all') if found is None else shown(found)
