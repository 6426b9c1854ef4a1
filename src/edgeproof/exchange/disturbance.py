"""Faults of REST: refusals, pages that are no JSON, limits, slowness."""

import asyncio
from collections.abc import Iterable
from zlib import crc32

import msgspec
from starlette.responses import HTMLResponse, Response

from edgeproof.core.model.time import format_time
from edgeproof.exchange.faults import Active

_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>cloud</body></html>"


def is_of_rest(name: str) -> bool:
    """Whether a fault is one of REST."""
    return name in {"503", "html", "429", "slow_rest"}


async def disturbed(faults: Iterable[Active], path: str, now: int) -> Response | None:
    """The answer of the first fault that strikes a request; None when it is to be answered as usual."""
    for active in faults:
        if active.fault.text("path") not in path or not active.strikes(crc32(path.encode()), active.chances):
            continue
        if active.fault.name == "slow_rest":
            await asyncio.sleep(active.fault.number("seconds"))
            continue
        return _answer(active, now)
    return None


def _answer(active: Active, now: int) -> Response:
    match active.fault.name:
        case "html":
            return HTMLResponse(_PAGE.format("Bad Gateway"), active.fault.whole("status"))
        case "429":
            document = {"result": "error", "serverTime": format_time(now), "error": "apiLimitExceeded"}
            headers = {"rate-limit-reset": str(active.fault.whole("reset"))}
            body = msgspec.json.encode(document)
            return Response(body, 429, media_type="application/json", headers=headers)
        case _:
            return unavailable(now)


def unavailable(now: int) -> Response:
    """The answer while there is no service."""
    document = {"result": "error", "error": "Unavailable", "serverTime": format_time(now)}
    return Response(msgspec.json.encode(document), 503, media_type="application/json")
