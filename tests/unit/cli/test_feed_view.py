"""What `edgeproof feed` shows, as text within the width of a terminal."""

import io

from rich.console import Console

from edgeproof.cli.feed_view import document, picture
from edgeproof.core.model.event import FundingPublished, IncidentKind, VenueTime
from edgeproof.core.model.time import MINUTE
from edgeproof.services.health import FeedHealth
from tests.support.lines import BITCOIN, START
from tests.unit.services.test_health import ETHER, candle, incident, quote


def _health() -> FeedHealth:
    health = FeedHealth((BITCOIN, ETHER))
    health.seen([incident(IncidentKind.CONNECTED), VenueTime(time=START + MINUTE + 20_000, skew_ms=35)], 0.0)
    health.seen([quote(), candle(), FundingPublished(instrument=BITCOIN, time=START, rate=1.25e-5)], 1.0)
    health.seen([incident(IncidentKind.DISCONNECTED)] * 3 + [incident(IncidentKind.CONNECTED)], 2.0)
    return health


def _shown(health: FeedHealth, width: int) -> list[str]:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(picture("kraken", health, 3.0, width))
    return console.export_text().splitlines()


def test_view_of_a_feed_fits_80_columns_and_says_what_is_known() -> None:
    lines = _shown(_health(), 80)
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("kraken  connected  2025-05-01 00:01:20 UTC")
    assert "clock +35 ms" in lines[0]
    [bitcoin] = [line for line in lines if line.startswith("BTC/USD:USD")]
    assert bitcoin.split() == ["BTC/USD:USD", "100.0000", "200.00", "bp", "+0.00125%", "40", "s", "1", "2", "s"]
    [ether] = [line for line in lines if line.startswith("ETH/USD:USD")]
    assert ether.split() == ["ETH/USD:USD", "0"]


def test_view_says_once_what_happened_again_and_again() -> None:
    lines = _shown(_health(), 80)
    assert [line.rstrip() for line in lines if "disconnected" in line] == ["00:00:00 disconnected words (3 times)"]
    assert any(line.startswith("reconnects 1") for line in lines)


def test_view_on_a_wide_terminal_adds_mark_corrections_and_gaps() -> None:
    lines = _shown(_health(), 120)
    [head] = [line for line in lines if line.startswith("instrument")]
    assert head.split()[-3:] == ["mark", "corrected", "gaps"]


def test_document_of_a_feed_is_plain_json() -> None:
    found = document(_health())
    assert (found["connected"], found["skew_ms"]) == (True, 35)
    instruments = found["instruments"]
    assert isinstance(instruments, list)
    assert instruments[0]["closed_until"] == "2025-05-01T00:01:00.000Z"
    assert instruments[1]["last"] is None
