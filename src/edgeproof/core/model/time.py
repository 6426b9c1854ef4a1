"""Time as int64 UTC milliseconds, and timeframes.

Inside, a time is an `int` of milliseconds since the epoch and a timeframe is its length in milliseconds; text
appears only at the edges.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NewType

from edgeproof.core.model.errors import InputError

Milliseconds = NewType("Milliseconds", int)

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_DURATION = re.compile(r"(\d+)([smhdw])")


def parse_duration(text: str) -> int:
    """Milliseconds in a duration such as "90s", "5m", "8h", "1d".

    >>> parse_duration("5m")
    300000
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or int(match[1]) == 0:
        raise InputError(f'expected a duration such as "5m", "8h" or "1d", found "{text}"')
    return int(match[1]) * _UNITS[match[2]]


def format_duration(milliseconds: int) -> str:
    """The shortest exact text of a duration.

    >>> format_duration(5_400_000), format_duration(86_400_000)
    ('90m', '1d')
    """
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(milliseconds, _UNITS[unit])
        if rest == 0:
            return f"{count}{unit}"
    return f"{milliseconds}ms"


def parse_time(text: str) -> int:
    """Milliseconds of an ISO 8601 date or time; without a zone it is UTC.

    >>> parse_time("2025-05-01")
    1746057600000
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            f'expected an ISO 8601 time such as 2025-05-01 or 2025-05-01T10:30Z, found "{text}"'
        ) from error
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


@lru_cache(maxsize=4096)
def format_time(milliseconds: int) -> str:
    """ISO 8601 with milliseconds and Z.

    >>> format_time(1746057600000)
    '2025-05-01T00:00:00.000Z'
    """
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"
