"""What trading came to."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from edgeproof.bootstrap.dashboard.equity import KeptCurves
from edgeproof.bootstrap.dashboard.performance import KeptPerformance
from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.web.answers import answered, refused
from edgeproof.web.guard import Viewer
from edgeproof.web.problems import problems

By = Literal["hypothesis", "instrument", "day", "hour", "regime"]


def routes(place: Place) -> APIRouter:
    """The curve, the statistics, and all about a hypothesis."""
    router = APIRouter(tags=["performance"])
    curves, performance = KeptCurves(place), KeptPerformance(place)

    @router.get("/equity")
    def equity(_: Viewer, session: Annotated[str, Query(min_length=1, max_length=100)] = "all") -> Response:
        """What the trades of a session (its id, "last", or "all") made, one after the other."""
        return answered(curves.document(session))

    @router.get("/performance")
    def whole(_: Viewer, by: By = "hypothesis") -> Response:
        """What trading came to, by group, beside the backtest; how hypotheses drift, and their states."""
        return answered(performance.document(by))

    @router.get("/performance/{hypothesis}", responses=problems(_404="There is no such hypothesis"))
    def one(_: Viewer, hypothesis: Annotated[str, Path(min_length=1, max_length=200)]) -> Response:
        """All about a hypothesis: what it says, its trades, what it was tested to be."""
        document = performance.of_hypothesis(hypothesis)
        if document is None:
            return refused(404, f'no hypothesis is called "{hypothesis}": edgeproof hypotheses list has all names')
        return answered(document)

    return router
