"""Where a session paints the live picture of itself, while somebody looks."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.storage.live_picture import LivePicture
from edgeproof.services.live_picture import picture_document
from edgeproof.services.standing import Standing

EVERY_S = 0.5


async def paint(home: Path, session: Callable[[], str], standing: Callable[[], Standing | None]) -> None:
    """Paint until cancelled, then take the picture away."""
    picture, clock = LivePicture(home), SystemClock()
    try:
        while True:
            await asyncio.sleep(EVERY_S)
            now = standing()
            if now is None or not picture.is_watched():
                continue
            document = picture_document(now, session=session(), at=clock.now(), monotonic=clock.monotonic())
            picture.paint(msgspec.json.encode(document))  # NaN and infinities become null
    finally:
        picture.remove()
