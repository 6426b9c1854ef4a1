"""When Kraken Futures says no: the shapes in which it does, and whether asking again may help.

An error comes as HTTP 200 with `result: error`, as 4xx with a list of `errors`, as 401 with a `reason`, as 400 with
plain text (charts) or with `type` and `field` (analytics), as 429 with the seconds to wait, and from whatever stands
in front of the venue as 5xx or as a page of HTML.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct

from edgeproof.adapters.kraken.rest_messages import excerpt

_TOO_OFTEN = 429
_PASSING_STATUSES = (408, 425)
_PASSING_ERRORS = ("apiLimitExceeded", "Unavailable", "Server Error", "unknownError", "marketUnavailable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request brought nothing; `wait` is the seconds the venue asks to wait before the next one."""

    reason: str
    is_passing: bool
    wait: float = 0.0
    cause: Exception | None = None


class _Envelope(Struct):
    """What any reply may say of itself; nothing is demanded of it."""

    result: Any = None
    error: Any = None
    errors: Any = None
    reason: Any = None
    type: Any = None
    field: Any = None


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> Refusal | None:
    """Why the venue refused, or None when it did not. Names of headers are lower case."""
    words = _words(body)
    if status == _TOO_OFTEN:
        return Refusal(reason=f"too many requests{words or ''}", is_passing=True, wait=_seconds_to_wait(headers))
    if 300 <= status < 400:
        where = headers.get("location", "nowhere")
        return Refusal(reason=f"HTTP {status}: it has moved to {where}; say where it is with --url", is_passing=False)
    is_passing = status < 400 or status >= 500 or status in _PASSING_STATUSES
    if body.lstrip()[:1] == b"<":
        return Refusal(reason=f"HTTP {status} with a page of HTML instead of JSON", is_passing=is_passing)
    if status >= 400:
        return Refusal(reason=f"HTTP {status}{words or ': ' + excerpt(body)}", is_passing=is_passing)
    if words is None:
        return None
    may_pass = any(word in words for word in _PASSING_ERRORS)
    return Refusal(reason=f"it refused{words}", is_passing=may_pass, wait=_seconds_to_wait(headers))


def _words(body: bytes) -> str | None:
    """What an error envelope says, beginning with a colon; None when the reply is none."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(envelope.errors, list) and envelope.errors:
        texts = [each.get("message", each) if isinstance(each, dict) else each for each in envelope.errors]
        return ": " + "; ".join(str(text)[:200] for text in texts[:3])
    if envelope.result == "error" or envelope.error is not None:
        return f": {str(envelope.error)[:200]}"
    if envelope.reason is not None:
        return f": {str(envelope.reason)[:200]}"
    if envelope.field is not None:
        return f": {str(envelope.type)[:100]}: {str(envelope.field)[:100]}"
    return None


def _seconds_to_wait(headers: Mapping[str, str]) -> float:
    for name in ("rate-limit-reset", "retry-after"):
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    return 0.0
