"""What routes answer with."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import JSONResponse, Response

LAST_PLACE = 2**63 - 1
"""No journal has more."""


def answered(document: Mapping[str, Any]) -> Response:
    """A document as it is. Large ones are written tens of times faster so than through the framework's own encoder.

    NaN and infinities become null.
    """
    return Response(msgspec.json.encode(document), media_type="application/json")


def refused(status: int, words: str) -> Response:
    """Words that say why not."""
    return JSONResponse({"error": words}, status_code=status)
