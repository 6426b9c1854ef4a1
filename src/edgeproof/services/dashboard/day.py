"""What became of the signals of a day."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from edgeproof.core.model.journal import CloseMissed
from edgeproof.core.model.signal import Fate
from edgeproof.core.model.time import format_time
from edgeproof.services.dashboard.signal_index import Row


def funnel(rows: Iterable[Row], day: int) -> dict[str, Any]:
    """From the signals that fired on the day that begins then to those that were taken; the rows are newest first."""
    start = format_time(day)
    own = [row for row in rows if row["at"][:10] == start[:10]]
    trades = [row["trade"] for row in own if row["trade"] is not None]
    fates = Counter(row["fate"] for row in own)
    return {
        "day": start[:10],
        "fired": len(own),
        "fates": {fate.value: fates[fate.value] for fate in Fate},
        "vetoed_by": _counted(row["rule"] for row in own if row["fate"] == Fate.VETOED.value),
        "traded": _counted(each["fate"] for each in trades),
        "denied_by": _counted(each["rule"] for each in trades if each["fate"] == "denied"),
    }


def missed(found: Iterable[CloseMissed]) -> dict[str, Any]:
    """How many closes were evaluated too late, and why."""
    reasons = Counter(each.reason for each in found)
    return {"closes": reasons.total(), "by_reason": dict(reasons.most_common())}


def _counted(names: Iterable[str | None]) -> dict[str, int]:
    """How often each is there, the most frequent first."""
    return dict(Counter(name for name in names if name).most_common())
