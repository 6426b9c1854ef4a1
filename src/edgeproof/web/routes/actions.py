"""What a person may ask of the session. Nothing is done here: the session does it, and its journal keeps who asked."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from edgeproof.bootstrap.dashboard.actions import act, actions_document
from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.web.answers import answered
from edgeproof.web.guard import Operator, Viewer


class Action(BaseModel):
    """A wish: what is asked, of what, and why."""

    model_config = ConfigDict(extra="forbid")

    wish: Literal["close", "close_all", "stop", "halt", "resume", "take", "skip"]
    target: Annotated[str, Field(max_length=100)] = ""
    why: Annotated[str, Field(max_length=500)] = ""


def routes(place: Place) -> APIRouter:
    """What was asked, and asking."""
    router = APIRouter(tags=["actions"])

    @router.get("/actions")
    def asked(_: Viewer) -> Response:
        """What was asked of the session and waits, and what it has granted last."""
        return answered(actions_document(place))

    @router.post("/actions")
    def ask(visitor: Operator, action: Action) -> Response:
        """Ask something of the session; what it says to it, where it answers within a few seconds."""
        by = f"{visitor.name} (dashboard)"
        return answered(act(place, action.wish, action.target, why=action.why, by=by))

    return router
