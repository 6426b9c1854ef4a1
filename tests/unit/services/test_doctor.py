"""Examinations: what is well, what is not, and what to do."""

import asyncio
from typing import Any

from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.core.model.journal import Decided, SessionBegan
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.services.doctor import (
    examine,
    examine_disk,
    examine_feed,
    examine_venue,
    look_at_journal,
    look_at_store,
    look_at_verdicts,
)
from tests.support.asked import ListJournal
from tests.support.clocks import HandClock
from tests.support.lines import BITCOIN, START, TapeHistory, candles_of, trades_of
from tests.support.sessions import CLOSE, signal, told


def test_examination_that_finds_an_error_says_it_with_the_remedy() -> None:
    def look() -> str:
        raise StoreError("the manifest is damaged")

    found = examine("store", look, "import again")
    assert (found.is_well, found.found, found.remedy) == (False, "the manifest is damaged", "import again")
    assert examine("settings", lambda: "the defaults", "correct it").remedy == ""


def test_examination_of_a_full_disk_asks_for_room() -> None:
    assert examine_disk(50_000_000_000, "home").is_well
    assert "make room" in examine_disk(200_000_000, "home").remedy


def test_look_at_a_store_counts_what_it_reads() -> None:
    store = MemoryStore()
    assert look_at_store(store).startswith("empty")
    store.save_candles(BITCOIN, candles_of(trades_of(200)), source="x")
    assert look_at_store(store) == "1 instruments, 23 rows"


def test_examination_of_the_venue_compares_the_clocks() -> None:
    history = TapeHistory([], now=START)
    [only] = asyncio.run(examine_venue(history, HandClock(START), None))
    assert only.is_well
    venue, clock = asyncio.run(examine_venue(history, HandClock(START + 1_000), "set the clock"))
    assert (venue.is_well, clock.is_well) == (True, True)
    assert "lists 1 perpetuals" in venue.found
    _, clock = asyncio.run(examine_venue(history, HandClock(START - 60_000), "set the clock"))
    assert (clock.is_well, clock.remedy) == (False, "set the clock")
    assert clock.found.startswith("-60,000 ms")


def test_examination_of_a_venue_that_is_away_says_what_to_check() -> None:
    [venue] = asyncio.run(examine_venue(TapeHistory([], now=START, fails=1), HandClock(START), "set the clock"))
    assert not venue.is_well
    assert "check the network" in venue.remedy


def test_examination_of_the_feed_takes_errors_and_silence() -> None:
    async def well() -> str:
        return "brought BTC"

    async def silent() -> str:
        raise TimeoutError

    async def wrong() -> str:
        raise InputError("no such venue")

    assert asyncio.run(examine_feed(well)).is_well
    assert "nothing came" in asyncio.run(examine_feed(silent)).found
    assert asyncio.run(examine_feed(wrong)).found == "no such venue"


def test_look_at_a_journal_says_what_was_written_last() -> None:
    assert look_at_journal(ListJournal()) == "no session yet: edgeproof scan begins one"
    began = SessionBegan(
        session="5a1e",
        at=CLOSE,
        command="scan",
        venue="kraken",
        version="0.1.0",
        pid=7,
        host="here",
        timeframe=MINUTE,
        hypotheses={},
        settings={},
        history=(),
    )
    decided = Decided(session="5a1e", at=CLOSE, decision=told(signal(time=CLOSE)))
    assert look_at_journal(ListJournal([began])).endswith("no candle yet, no signal yet")
    assert look_at_journal(ListJournal([began, decided])) == (
        "last session 2026-02-03T10:31:00.000Z (scan on kraken), no candle yet, last signal 2026-02-03T10:31:00.000Z"
    )


def test_look_at_verdicts_counts_the_qualified_and_says_how_old_they_are() -> None:
    def kept(*states: str) -> dict[str, Any]:
        scopes = [{"state": each, "data_end": "2025-05-01T00:00:00.000Z"} for each in states]
        return {"scopes": dict(enumerate(scopes))}

    now = START + 3 * DAY
    assert look_at_verdicts({}, now).startswith("none was tested")
    found = look_at_verdicts({"a": kept("rejected", "qualified"), "b": kept("tested")}, now)
    assert found == "1 of 2 tested are qualified; the newest verdict knows data up to 3 days ago"
    assert look_at_verdicts({"b": kept("tested")}, now).endswith("edgeproof scan --all watches them unproven")
