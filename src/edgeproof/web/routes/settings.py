"""The settings, and whether the channels work."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.bootstrap.dashboard.settings import ChannelTests, settings_document
from edgeproof.core.model.errors import InputError
from edgeproof.web.answers import answered, refused
from edgeproof.web.guard import Operator, Viewer, access_document
from edgeproof.web.problems import problems

ChannelName = Literal["telegram", "discord", "email", "webhook", "apprise"]


class ChannelTest(BaseModel):
    """How a channel is tested."""

    model_config = ConfigDict(extra="forbid")

    with_message: bool = False


def routes(place: Place) -> APIRouter:
    """What is in force and why, and proving a channel."""
    router = APIRouter(tags=["settings"])
    tests = ChannelTests(place)

    @router.get("/settings")
    def whole(visitor: Viewer, request: Request) -> Response:
        """All settings in force, with where each comes from; who may enter is for operators alone."""
        access = access_document(request) if visitor.role == "operator" else None
        return answered({**settings_document(place), "access": access})

    @router.post("/channels/{name}/test", responses=problems(_404="It is not set up", _409="A test of it is under way"))
    def proven(_: Operator, name: Annotated[ChannelName, Path()], asked: ChannelTest) -> Response:
        """What `edgeproof notify test` finds of a channel."""
        try:
            document = tests.test(name, with_message=asked.with_message)
        except InputError as error:
            return refused(404, str(error))
        return refused(409, f"a test of {name} is under way") if document is None else answered(document)

    return router
