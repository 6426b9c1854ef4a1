"""What can be done at an address of the API."""

from fastapi import HTTPException
from starlette.requests import Request
from starlette.routing import Match

_ALL = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
PAGE = "page"
"""The name of the route that answers whatever no other does."""


def no_such_way(request: Request) -> HTTPException:
    """That there is nothing at an address, or nothing that its method could do; then with what could."""
    path = request.url.path
    found = [each for each in _ALL if _is_there(request, each)]
    if not found:
        return HTTPException(404, f"there is nothing at {path}")
    words = f"expected {' or '.join(found)} at {path}, found {request.method}"
    return HTTPException(405, words, {"Allow": ", ".join(found)})


def _is_there(request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    own = (each for each in request.app.routes if getattr(each, "name", "") != PAGE)
    return any(each.matches(scope)[0] is Match.FULL for each in own)
