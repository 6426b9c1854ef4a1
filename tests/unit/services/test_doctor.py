"""Examinations: what is well, what is not, and what to do."""

import asyncio

from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.services.doctor import examine, examine_disk, examine_feed, examine_venue, look_at_store
from tests.support.clocks import HandClock
from tests.support.lines import BITCOIN, START, TapeHistory, candles_of, trades_of


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
