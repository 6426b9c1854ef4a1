"""The pages as they were built into static/: one page that draws them all, and its assets."""

import json
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parent / "static"


@cache
def build_id() -> str:
    """What the pages were built from; "" where they were not built."""
    file = STATIC / "build.json"
    return str(json.loads(file.read_text(encoding="utf-8"))["build"]) if file.is_file() else ""


def mount_pages(app: FastAPI) -> None:
    """Serve them; any address that is not the API's is the page's own to read."""
    if (STATIC / "assets").is_dir():
        app.mount("/assets", StaticFiles(directory=STATIC / "assets"))

    @app.get("/{path:path}", include_in_schema=False)
    def page(request: Request, path: str) -> Response:
        """A file of the top folder, or else the page."""
        file = STATIC / path
        if path and file.is_file() and file.parent == STATIC:
            return FileResponse(file)
        return FileResponse(STATIC / "index.html")
