"""The signals."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.responses import Response

from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.bootstrap.dashboard.signals import KeptSignals, signal_document
from edgeproof.services.dashboard.signal_index import MOST, Wanted
from edgeproof.web.answers import LAST_PLACE, answered, refused
from edgeproof.web.guard import Viewer
from edgeproof.web.problems import problems

_Word = Annotated[str | None, Query(max_length=200)]


class SignalQuery(BaseModel):
    """Which signals are asked for, and which page of them."""

    limit: Annotated[int, Query(ge=1, le=MOST)] = 200
    before: Annotated[int | None, Query(ge=0, le=LAST_PLACE)] = None
    text: _Word = None
    symbol: _Word = None
    timeframe: _Word = None
    direction: Literal["long", "short"] | None = None
    hypothesis: _Word = None
    fate: _Word = None
    traded: _Word = None
    state: _Word = None

    def wanted(self) -> Wanted:
        """The filters; an empty one is none."""
        said = self.model_dump(exclude={"limit", "before"})
        return Wanted(**{name: value or None for name, value in said.items()})


def routes(place: Place, signals: KeptSignals) -> APIRouter:
    """The list, and all about one."""
    router = APIRouter(tags=["signals"])

    @router.get("/signals")
    def listed(_: Viewer, asked: Annotated[SignalQuery, Query()]) -> Response:
        """The newest signals, in pages; `before` of an answer asks for the next."""
        return answered(signals.page(asked.wanted(), before=asked.before, limit=asked.limit))

    @router.get("/signals/{id_}", responses=problems(_404="There is no such signal"))
    def one(_: Viewer, id_: Annotated[str, Path(min_length=1, max_length=64)]) -> Response:
        """All about a signal: what `edgeproof why` prints."""
        document = signal_document(place, id_)
        if document is None:
            return refused(404, f'no signal has an id that begins with "{id_}"; the list of signals has the newest')
        return answered(document)

    return router
