"""The server of the dashboard."""

import uvicorn

from edgeproof.bootstrap.dashboard.place import Place
from edgeproof.web.app import web_app


def serve(place: Place, host: str, port: int) -> None:
    """Serve until Ctrl-C."""
    uvicorn.run(web_app(place), host=host, port=port, log_level="warning", ws_per_message_deflate=False)
