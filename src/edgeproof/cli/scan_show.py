"""How a session is shown: as a picture that lives in a terminal, or as lines where there is none."""

import asyncio
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console, Group
from rich.live import Live

from edgeproof.cli.context import Context
from edgeproof.cli.feed_view import DRAW_EVERY_S, incident_text
from edgeproof.cli.scan_lines import late_text, notice_text, notices_only
from edgeproof.cli.scan_view import Size, picture, starting_picture
from edgeproof.cli.stretches import stretches
from edgeproof.services.standing import Standing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Looks:
    """Where a session is shown, and whether as a picture."""

    console: Console
    is_live: bool


def looks(context: Context) -> Looks:
    """A picture where people look at a terminal; signals as JSON on a terminal are lines, and so is everything else."""
    console = Console(stderr=context.json)
    return Looks(console, is_live=console.is_terminal and not (context.json and sys.stdout.isatty()))


async def show(
    looks: Looks, standing: Callable[[], Standing | None], words: Sequence[str], monotonic: Callable[[], float]
) -> None:
    """Show a session until cancelled."""
    if not looks.is_live:
        await _tell(standing)
        return
    console = looks.console

    def drawn() -> Group:
        now, size = standing(), Size(console.width, console.height)
        has_begun = now is not None and now.health.venue_time > 0
        return picture(now, monotonic(), size) if now is not None and has_begun else starting_picture(words)

    # What goes to stdout is for programs when the picture is on stderr: it must not be caught.
    with Live(console=console, auto_refresh=False, transient=False, redirect_stdout=not console.stderr) as live:
        try:
            while True:
                live.update(drawn(), refresh=True)
                await asyncio.sleep(DRAW_EVERY_S)
        finally:
            live.update(drawn(), refresh=True)


async def _tell(standing: Callable[[], Standing | None]) -> None:
    """Write to stderr what happened: incidents of the feed, notices, closes that were evaluated late."""
    told = _Told()

    def tell() -> None:
        now = standing()
        if now is not None:
            sys.stderr.writelines(f"{line}\n" for line in told.news(now))

    try:
        while True:
            tell()
            await asyncio.sleep(DRAW_EVERY_S)
    finally:
        tell()


class _Told:
    """How much of each kind of news was told."""

    def __init__(self) -> None:
        self._counts = {"incidents": 0, "missed": 0}
        self._last_notice: object = None

    def news(self, standing: Standing) -> Iterator[str]:
        """The lines that were not told yet."""
        health = standing.health
        for incident in self._fresh("incidents", health.last_incidents, sum(health.incidents.values())):
            yield incident_text(incident)
        total = sum(standing.missed.values())
        count = total - self._counts["missed"]
        fresh = self._fresh("missed", standing.last_missed, total)
        for stretch in stretches(fresh):
            yield late_text(stretch)
        if count > len(fresh):
            yield f"and {count - len(fresh):,} closes more were missed: edgeproof missed"
        notices = notices_only(standing)
        after = next((i for i, each in enumerate(notices) if each is self._last_notice), -1)
        for notice in notices[after + 1 :]:
            yield notice_text(notice)
            self._last_notice = notice

    def _fresh(self, name: str, kept: Collection[T], total: int) -> Sequence[T]:
        fresh = min(total - self._counts[name], len(kept))
        self._counts[name] = total
        return list(kept)[len(kept) - fresh :]
