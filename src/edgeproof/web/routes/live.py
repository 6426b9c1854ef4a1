"""The stream."""

from typing import Annotated

from fastapi import APIRouter, Query, WebSocket

from edgeproof.web.guard import Viewer
from edgeproof.web.hub import Hub


def routes(hub: Hub) -> APIRouter:
    """The websocket."""
    router = APIRouter()

    @router.websocket("/live")
    async def live(socket: WebSocket, _: Viewer, after: Annotated[int, Query(ge=0)] = 0) -> None:
        await socket.accept()
        await hub.join(socket, after)

    return router
