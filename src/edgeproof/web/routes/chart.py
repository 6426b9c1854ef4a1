"""The chart."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from edgeproof.bootstrap.dashboard.chart import ChartAsked, KeptChart
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import parse_time
from edgeproof.web.answers import answered, refused
from edgeproof.web.guard import Viewer
from edgeproof.web.problems import problems

MOST = 5_000


def routes(kept: KeptChart) -> APIRouter:
    """What can be shown, and a window of it."""
    router = APIRouter(tags=["chart"])

    @router.get("/instruments")
    def instruments(_: Viewer) -> Response:
        """Every instrument the home has candles of, and every hypothesis."""
        return answered(kept.choices())

    @router.get("/chart", responses=problems(_404="The home has no candles of it"))
    def chart(
        _: Viewer,
        symbol: Annotated[str, Query(min_length=1, max_length=64)],
        timeframe: Annotated[str, Query(min_length=1, max_length=8)] = "5m",
        hypothesis: Annotated[str, Query(max_length=200)] = "",
        end: Annotated[str, Query(max_length=40)] = "",
        count: Annotated[int, Query(ge=1, le=MOST)] = 600,
    ) -> Response:
        """Candles that open before `end` (default: the newest), what a hypothesis sees in them, what was traded."""
        until = _time(end) if end else None
        asked = ChartAsked(symbol=symbol, timeframe=timeframe, hypothesis=hypothesis, end=until, count=count)
        found = kept.chart(asked)
        if found is None:
            return refused(404, f'this home has no candles of "{symbol}"; edgeproof data list says of what it has')
        return answered(found)

    return router


def _time(text: str) -> int:
    found = parse_time(text)
    if found < 0:
        raise InputError(f'expected a time from 1970 on, found "{text}"')
    return found
