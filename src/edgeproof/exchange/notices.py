"""What the venue announces, as REST and as the websocket say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edgeproof.core.model.time import format_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """An announcement; `time` is when what it announces happens."""

    time: int
    note: str
    kind: str = "maintenance"
    priority: str = "high"


def rest_notices(notices: Sequence[Notice]) -> list[dict[str, Any]]:
    """The rows of `/notifications`."""
    return [
        {"type": each.kind, "priority": each.priority, "note": each.note, "effectiveTime": format_time(each.time)}
        for each in notices
    ]


def websocket_notices(notices: Sequence[Notice]) -> dict[str, Any]:
    """The message of the feed `notifications_auth`."""
    rows = [
        {"id": number, "type": each.kind, "priority": each.priority, "effective_time": each.time, "note": each.note}
        for number, each in enumerate(notices, 1)
    ]
    return {"feed": "notifications_auth", "notifications": rows}
