"""Draw `feed.svg`: what `edgeproof feed` shows of a replica that is made to fail, after a minute.

First `edgeproof exchange --generated 5 --days 3 --seed 4 --speed 20` with the faults `drop:after=500`,
`missing:every=60` and `malformed:every=300`, then `python docs/images/draw_feed.py`.
"""

import asyncio
import io
import sys
from pathlib import Path

from draw_demo import cleaned
from rich.console import Console

from edgeproof.bootstrap.live import open_feed, system_clock
from edgeproof.cli.feed_view import picture
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import parse_duration
from edgeproof.services.health import FeedHealth

INSTRUMENTS = tuple(parse_instrument(f"{name}/USD:USD") for name in ("BTC", "ETH", "SOL", "XRP", "ADA"))
TIMEFRAMES = tuple(map(parse_duration, ("1m", "2m", "5m", "15m", "30m", "1h")))
SECONDS = 60
WIDTH = 100


async def draw(url: str) -> None:
    """Follow the feed for a while, and keep the last picture."""
    clock, health = system_clock(), FeedHealth(INSTRUMENTS)
    feed = open_feed("replica", url, INSTRUMENTS, TIMEFRAMES)
    end = clock.monotonic() + SECONDS
    async for events in feed.events():
        health.seen(events, clock.monotonic())
        if clock.monotonic() > end:
            break
    await feed.close()
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print("[bold]$ edgeproof feed --venue replica[/]\n")
    console.print(picture("replica", health, clock.monotonic(), WIDTH))
    drawn = cleaned(console.export_svg(title="edgeproof feed: a replica that is made to fail", unique_id="feed"))
    (Path(__file__).parent / "feed.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(draw(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8787"))
