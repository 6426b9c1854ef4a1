"""The pages as they were built into static/: one page that draws them all, and its assets."""

import json
import secrets
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from edgeproof.web.headers import is_api, page_policy
from edgeproof.web.methods import PAGE, no_such_way

STATIC = Path(__file__).parent / "static"

_NONCE = "__NONCE__"
_NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>edgeproof</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><h1>The pages were not built</h1>
<p>The server runs, and its API answers under <code>/api</code>, but the pages are not in this copy of edgeproof. Build
them with <code>make web</code> (it needs Node 22 or newer), or install a release, which has them.</p>
<p>In a terminal: <code>edgeproof status</code>, <code>edgeproof positions</code>, <code>edgeproof stats</code>,
<code>edgeproof why</code>.</p></body></html>
"""


@cache
def build_id() -> str:
    """What the pages were built from; "" where they were not built."""
    file = STATIC / "build.json"
    return str(json.loads(file.read_text(encoding="utf-8"))["build"]) if file.is_file() else ""


def mount_pages(app: FastAPI) -> None:
    """Serve them; any address that is not the API's is the page's own to read."""
    if (STATIC / "assets").is_dir():
        app.mount("/assets", StaticFiles(directory=STATIC / "assets"))

    @app.get("/{path:path}", include_in_schema=False, name=PAGE)
    def page(request: Request, path: str) -> Response:
        """A file of the top folder, or else the page."""
        if is_api(request.url.path):
            raise no_such_way(request)
        if path in _files():
            return _page() if path == "index.html" else FileResponse(STATIC / path)
        return _page()


@cache
def _files() -> frozenset[str]:
    return frozenset(each.name for each in STATIC.iterdir() if each.is_file()) if STATIC.is_dir() else frozenset()


def _page() -> Response:
    file = STATIC / "index.html"
    if not file.is_file():
        return HTMLResponse(_NOT_BUILT, 503)
    nonce = secrets.token_urlsafe(18)
    text = file.read_text(encoding="utf-8").replace(_NONCE, nonce)
    return HTMLResponse(text, headers={"content-security-policy": page_policy(nonce)})
