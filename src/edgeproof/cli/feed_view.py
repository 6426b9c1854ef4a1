"""What a feed looks like: a table that lives in the terminal, lines where there is none, and JSON at the end."""

import asyncio
import sys
from collections.abc import Callable, Iterable

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from edgeproof.cli.context import Context
from edgeproof.core.model.event import FeedIncident, IncidentKind
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import MINUTE, SECOND, format_time
from edgeproof.services.figures import price_text
from edgeproof.services.health import FeedHealth, InstrumentHealth

DRAW_EVERY_S = 0.25
STALE_S = 10.0
_INCIDENTS = 6
_WIDE = 100

COLOURS = {
    IncidentKind.CONNECTED: "green",
    IncidentKind.JOINED: "green",
    IncidentKind.REPAIRED: "green",
    IncidentKind.RESTORED: "green",
    IncidentKind.DISCONNECTED: "red",
    IncidentKind.STALE: "red",
    IncidentKind.GAP: "yellow",
    IncidentKind.MALFORMED: "yellow",
    IncidentKind.REFUSED: "red",
    IncidentKind.SKEW: "red",
}


async def show(context: Context, venue: str, health: FeedHealth, monotonic: Callable[[], float]) -> None:
    """Show a feed until cancelled: as a live table on a terminal, else each incident as a line on stderr."""
    console = Console(stderr=True) if context.json else Console()
    if not console.is_terminal:
        await _tell_incidents(health)
        return
    with Live(console=console, auto_refresh=False, transient=False) as live:
        while True:
            live.update(picture(venue, health, monotonic(), console.width), refresh=True)
            await asyncio.sleep(DRAW_EVERY_S)


async def _tell_incidents(health: FeedHealth) -> None:
    told = 0
    while True:
        total = sum(health.incidents.values())
        fresh = min(total - told, len(health.last_incidents))
        for incident in list(health.last_incidents)[len(health.last_incidents) - fresh :]:
            sys.stderr.write(f"{incident_text(incident)}\n")
        told = total
        await asyncio.sleep(DRAW_EVERY_S)


def picture(venue: str, health: FeedHealth, now: float, width: int) -> Group:
    """The whole view, for a terminal of a width."""
    return Group(_head(venue, health, now), Text(), _table(health, now, width), Text(), *_foot(health))


def _head(venue: str, health: FeedHealth, now: float) -> Text:
    state = ("connected", "green") if health.is_connected else ("not connected", "bold red")
    time = format_time(health.venue_time)[:19].replace("T", " ") if health.venue_time else "no time yet"
    parts: list[str | tuple[str, str]] = [(venue, "bold"), "  ", state, f"  {time} UTC"]
    parts.append(f"  {health.facts_a_second(now):,.0f} facts/s")
    if health.skew_ms is not None:
        parts.append((f"  clock {health.skew_ms:+,} ms", "red" if abs(health.skew_ms) > 2 * SECOND else ""))
    return Text.assemble(*parts)


def _table(health: FeedHealth, now: float, width: int) -> Table:
    is_wide = width >= _WIDE
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("instrument", no_wrap=True)
    for title in ("last", "spread", "funding/h", "1m closes", "candles", "age"):
        table.add_column(title, justify="right", no_wrap=True)
    if is_wide:
        for title in ("mark", "corrected", "gaps"):
            table.add_column(title, justify="right", no_wrap=True)
    for instrument, each in health.instruments.items():
        table.add_row(*_row(instrument, each, health.venue_time, now, is_wide=is_wide))
    return table


def _row(
    instrument: Instrument, health: InstrumentHealth, venue_time: int, now: float, *, is_wide: bool
) -> list[str | Text]:
    quote = health.quote
    spread = quote.spread_bps if quote is not None else None
    closes = (health.closed_until + MINUTE - venue_time) / SECOND if health.closed_until and venue_time else None
    age = now - health.heard if health.heard else None
    cells: list[str | Text] = [
        instrument.unified,
        price_text(health.last),
        "" if spread is None else f"{spread:.2f} bp",
        "" if health.funding_rate is None else f"{health.funding_rate:+.5%}",
        "" if closes is None else f"{max(0.0, closes):.0f} s",
        f"{health.candles:,}",
        Text("" if age is None else f"{age:.0f} s", "red" if age is None or age > STALE_S else ""),
    ]
    if is_wide:
        gaps = health.incidents[IncidentKind.REPAIRED] + health.incidents[IncidentKind.RESTORED]
        mark = quote.mark if quote is not None else None
        cells += [price_text(mark), f"{health.corrections:,}", f"{gaps:,}"]
    return cells


def _foot(health: FeedHealth) -> list[Text]:
    counts = health.incidents
    connects = max(0, counts[IncidentKind.CONNECTED] - 1)
    repaired = counts[IncidentKind.REPAIRED] + counts[IncidentKind.RESTORED]
    words = [
        f"reconnects {connects}",
        f"repaired {repaired}",
        f"late {counts[IncidentKind.LATE]}",
        f"duplicates {counts[IncidentKind.DUPLICATE]}",
        f"malformed {counts[IncidentKind.MALFORMED]}",
        f"stale {counts[IncidentKind.STALE]}",
    ]
    lines = [Text("  ".join(words), "dim")]
    for incident, times in without_repeats(health.last_incidents)[-_INCIDENTS:]:
        again = f" ({times} times)" if times > 1 else ""
        line = Text(f"{incident_text(incident)}{again}", COLOURS.get(incident.kind, "dim"))
        line.no_wrap, line.overflow = True, "ellipsis"
        lines.append(line)
    return lines


def without_repeats(incidents: Iterable[FeedIncident]) -> list[tuple[FeedIncident, int]]:
    """The last of each run of incidents that say the same, and how many they were."""
    found: list[tuple[FeedIncident, int]] = []
    for each in incidents:
        is_again = bool(found) and _same(found[-1][0], each)
        times = found.pop()[1] + 1 if is_again else 1
        found.append((each, times))
    return found


def _same(one: FeedIncident, other: FeedIncident) -> bool:
    return (one.kind, one.instrument, one.detail) == (other.kind, other.instrument, other.detail)


def incident_text(incident: FeedIncident) -> str:
    """An incident as a line."""
    where = "" if incident.instrument is None else f" {incident.instrument}"
    return f"{format_time(incident.time)[11:19]} {incident.kind.value}{where} {incident.detail}".rstrip()


def document(health: FeedHealth) -> dict[str, object]:
    """The state of a feed as JSON."""
    return {
        "connected": health.is_connected,
        "venue_time": format_time(health.venue_time) if health.venue_time else None,
        "skew_ms": health.skew_ms,
        "facts": health.facts,
        "incidents": {kind.value: health.incidents[kind] for kind in IncidentKind},
        "instruments": [_instrument_document(*item) for item in health.instruments.items()],
    }


def _instrument_document(instrument: Instrument, health: InstrumentHealth) -> dict[str, object]:
    return {
        "instrument": instrument.unified,
        "last": health.last,
        "spread_bps": health.quote.spread_bps if health.quote is not None else None,
        "funding_rate": health.funding_rate,
        "funding_time": None if health.funding_time is None else format_time(health.funding_time),
        "closed_until": format_time(health.closed_until) if health.closed_until else None,
        "candles": health.candles,
        "corrections": health.corrections,
        "facts": health.facts,
    }
