"""The journal: everything that was written down."""

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, field_validator
from starlette.responses import Response, StreamingResponse

from edgeproof.bootstrap.dashboard.journal import KINDS, Filters, Format, KeptJournal
from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import parse_time
from edgeproof.web.answers import LAST_PLACE, answered
from edgeproof.web.guard import Viewer

_Word = Annotated[str | None, Query(max_length=200)]
_Time = Annotated[str | None, Query(max_length=40)]
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


class JournalQuery(BaseModel):
    """Which records are asked for."""

    kind: _Word = None
    symbol: _Word = None
    text: _Word = None
    start: _Time = None
    end: _Time = None

    @field_validator("kind")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        if value and value not in KINDS:
            raise ValueError(f"expected one of {', '.join(sorted(KINDS))}")
        return value

    @field_validator("start", "end")
    @classmethod
    def _is_time(cls, value: str | None) -> str | None:
        try:
            _ = parse_time(value) if value else None
        except InputError as error:
            raise ValueError(str(error)) from None
        return value

    def filters(self) -> Filters:
        """The filters; an empty one is none."""
        return Filters(
            kind=self.kind or None,
            symbol=self.symbol or None,
            text=self.text or None,
            start=parse_time(self.start) if self.start else None,
            end=parse_time(self.end) if self.end else None,
        )


class PageQuery(JournalQuery):
    """Which page of them."""

    before: Annotated[int | None, Query(ge=0, le=LAST_PLACE)] = None
    limit: Annotated[int, Query(ge=1, le=2_000)] = 200


class ExportQuery(JournalQuery):
    """What they are written as."""

    format: Format = "jsonl"


def routes(place: Place) -> APIRouter:
    """The list, and all of it to be taken away."""
    router = APIRouter(tags=["journal"])
    journal = KeptJournal(place)

    @router.get("/journal")
    def listed(_: Viewer, asked: Annotated[PageQuery, Query()]) -> Response:
        """Records, the newest first; `before` of an answer asks for the next, also where it found none yet."""
        return answered(journal.page(asked.filters(), before=asked.before, limit=asked.limit))

    @router.get("/journal/export", responses={200: {"content": {"text/csv": {}, "application/jsonl": {}}}})
    def export(_: Viewer, asked: Annotated[ExportQuery, Query()]) -> Response:
        """All records that match, the newest first, as a file."""
        pieces = journal.pieces(asked.filters(), asked.format)
        return StreamingResponse(
            _begun(pieces),
            media_type=_TYPES[asked.format],
            headers={"content-disposition": f'attachment; filename="edgeproof-journal.{asked.format}"'},
        )

    return router


def _begun(pieces: Iterator[str]) -> Iterator[str]:
    """The pieces, the first of them made already: what cannot be read is told before the answer has begun."""
    first = next(pieces, "")
    return chain((first,), pieces)
