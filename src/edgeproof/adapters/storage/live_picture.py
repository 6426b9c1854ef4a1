"""HOME/live.json: how a running session stands right now, painted while somebody looks.

What the journal has not: prices between closes, the candles that form, the health of the feed. It is not kept: a file
that grows old says nothing. Whoever looks touches HOME/live.watched; a session paints only while that is fresh.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

PICTURE, WATCHED = "live.json", "live.watched"
FRESH_S = 5.0
"""A picture, or a look, that is older is of the past."""


class LivePicture:
    """The picture of a home, for the one who paints and for those who look."""

    def __init__(self, home: Path) -> None:
        self._picture = home / PICTURE
        self._watched = home / WATCHED

    def is_watched(self) -> bool:
        """Whether anybody looked within the last seconds."""
        return _age(self._watched) < FRESH_S

    def paint(self, content: bytes) -> None:
        """Put a picture in the place of the last one. One that cannot be written is left out: the next one counts."""
        temporary = self._picture.with_name(f".{PICTURE}.tmp")
        with suppress(OSError):
            temporary.write_bytes(content)
            os.replace(temporary, self._picture)  # noqa: PTH105 - in one step: nobody reads half a picture

    def read(self) -> bytes | None:
        """Look: the picture, None where there is none or it is of the past."""
        with suppress(OSError):
            self._watched.touch(mode=0o600)
            if _age(self._picture) < FRESH_S:
                return self._picture.read_bytes()
        return None

    def remove(self) -> None:
        """Take the picture away: its session has ended."""
        with suppress(OSError):
            self._picture.unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime  # noqa: TID251 - the age of a file is by the machine's clock
    except OSError:
        return float("inf")
