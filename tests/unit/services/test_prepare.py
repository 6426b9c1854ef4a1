"""The history a session begins with: from the journal, from the venue, from the store."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np

from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.event import ClosedCandle, FundingPublished
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, FundingTaken
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.ports import InstrumentRules
from edgeproof.services.prepare import LONGEST_GAP, begin_with, bring, give_back, history_source, load_used
from tests.support.memory_journal import MemoryJournal
from tests.support.parity import world

SEEN = world()
BTC = SEEN.first
LIVE = [each for batch in SEEN.facts() for each in batch if isinstance(each, ClosedCandle)]


class History:
    """A venue that remembers everything, with prices off by a factor."""

    name = "venue"

    def __init__(self, now: int, factor: float = 1.0) -> None:
        self.now, self.factor, self.asked = now, factor, list[tuple[int, int]]()

    async def instruments(self) -> tuple[InstrumentRules, ...]:
        return ()

    async def time(self) -> int:
        return self.now

    async def candles(self, instrument: Instrument, timeframe: int, start: int, end: int) -> AsyncIterator[Candles]:
        self.asked.append((start, end))
        found = SEEN.candles[instrument].between(start, min(end, self.now))
        columns = {name: getattr(found, name) * self.factor for name in ("open", "high", "low", "close")}
        yield replace(found, **columns)

    async def funding(self, instrument: Instrument, start: int) -> Funding:
        rates = SEEN.funding[instrument]
        known = (rates.time >= start) & (rates.time <= self.now)
        return Funding(time=rates.time[known], rate=rates.rate[known])

    async def close(self) -> None:
        pass


def taken(*candles: ClosedCandle) -> MemoryJournal:
    journal = MemoryJournal()
    journal.append([CandleTaken(session="s0", at=each.close_time, candle=each) for each in candles])
    return journal


def test_what_a_session_took_in_goes_into_the_store_the_last_word_of_each_minute() -> None:
    store = SEEN.store()
    corrected = replace(LIVE[1], close=LIVE[1].high, is_correction=True)
    journal = taken(*LIVE[:3], corrected)
    rate = FundingPublished(instrument=BTC, time=LIVE[2].close_time, rate=3e-5)
    journal.append([FundingTaken(session="s0", at=rate.time, funding=rate)])
    for _ in range(2):
        give_back(store, journal, "venue")
        candles = store.load_candles(BTC, MINUTE, start=LIVE[0].open_time)
        assert candles.close.tolist() == [LIVE[0].close, LIVE[1].high, LIVE[2].close]
        assert store.load_funding(BTC).rate[-1] == 3e-5


def test_an_instrument_that_is_not_stored_gets_the_least() -> None:
    store, venue = MemoryStore(), History(SEEN.begin)
    asyncio.run(bring(venue, store, BTC, now=SEEN.begin, span=30 * DAY, least=6 * HOUR))
    assert store.load_candles(BTC).open_time[0] == SEEN.begin - 6 * HOUR


def test_of_one_that_is_stored_only_what_is_missing_is_fetched() -> None:
    store, venue = SEEN.store(), History(SEEN.begin + HOUR)
    asyncio.run(bring(venue, store, BTC, now=SEEN.begin + HOUR, span=30 * DAY, least=6 * HOUR))
    assert venue.asked[0][0] >= SEEN.begin - 10 * MINUTE
    assert store.load_candles(BTC).open_time[-1] >= SEEN.begin + HOUR - 2 * MINUTE


def test_where_the_venue_contradicts_what_is_stored_the_venue_is_right() -> None:
    store, venue = SEEN.store(), History(SEEN.begin + HOUR, factor=1.01)
    asyncio.run(bring(venue, store, BTC, now=SEEN.begin + HOUR, span=30 * DAY, least=6 * HOUR))
    stored = store.load_candles(BTC, MINUTE, start=SEEN.begin)
    whole = SEEN.candles[BTC].between(SEEN.begin, int(stored.close_time[0]))
    assert np.allclose(stored.close[0], whole.close[-1] * 1.01)


def test_history_ends_where_the_last_session_did_quiet_minutes_included() -> None:
    store = SEEN.store()
    end = SEEN.begin + 5 * MINUTE
    prepared = begin_with(store, BTC, now=end + HOUR, span=DAY, taken_until=end)
    assert prepared.used.end == int(prepared.candles.close_time[-1]) == end
    assert prepared.candles.filled[-5:].all()
    again, funding = load_used(store, prepared.used)
    assert np.array_equal(again.close, prepared.candles.close)
    assert np.array_equal(funding.time, prepared.funding.time)


def test_after_a_long_pause_history_ends_where_the_store_does() -> None:
    store = SEEN.store()
    long_ago = SEEN.begin - LONGEST_GAP - DAY
    prepared = begin_with(store, BTC, now=SEEN.begin, span=DAY, taken_until=long_ago)
    assert prepared.used.end > SEEN.begin - HOUR


def test_candles_before_a_wide_hole_are_no_history() -> None:
    store = MemoryStore()
    whole = SEEN.candles[BTC]
    early = whole.between(None, int(whole.open_time[0]) + HOUR)
    shifted = replace(early, open_time=early.open_time - 3 * DAY)
    store.save_candles(BTC, shifted, source="test")
    store.save_candles(BTC, whole.between(None, SEEN.begin), source="test")
    prepared = begin_with(store, BTC, now=SEEN.begin, span=30 * DAY, taken_until=None)
    assert prepared.used.start == int(whole.open_time[0])


def test_without_anything_stored_history_is_empty() -> None:
    prepared = begin_with(MemoryStore(), BTC, now=SEEN.begin, span=DAY, taken_until=None)
    assert (len(prepared.candles), prepared.used.start, prepared.used.end) == (0, 0, 0)
    candles, _ = load_used(MemoryStore(), prepared.used)
    assert len(candles) == 0


def test_all_history_is_what_was_stored_and_what_was_taken_in_with_old_corrections_in_place() -> None:
    store = SEEN.store()
    prepared = begin_with(store, BTC, now=SEEN.begin, span=DAY, taken_until=SEEN.begin)
    journal = MemoryJournal()
    rate = FundingPublished(instrument=BTC, time=SEEN.begin + HOUR, rate=1e-4)
    journal.append([CandleTaken(session="s1", at=each.close_time, candle=each) for each in LIVE[:2]])
    journal.append([FundingTaken(session="s1", at=rate.time, funding=rate)])
    whole = SEEN.candles[BTC]
    row = int(np.searchsorted(whole.open_time, SEEN.begin)) - 30
    old = replace(LIVE[0], open_time=int(whole.open_time[row]), is_correction=True)
    pending = [CandleTaken(session="s1", at=each.close_time, candle=each) for each in (LIVE[2], old)]

    load = history_source(store, journal, "s1", {BTC: prepared.used})
    candles, funding = load(BTC, pending)

    assert np.array_equal(candles.open_time, np.arange(prepared.used.start, LIVE[2].close_time, MINUTE))
    assert candles.close[-3:].tolist() == [each.close for each in LIVE[:3]]
    assert candles.close[candles.open_time == old.open_time].tolist() == [LIVE[0].close]
    assert funding.rate[-1] == 1e-4
    unchanged, _ = history_source(store, MemoryJournal(), "s1", {BTC: prepared.used})(BTC, [])
    assert np.array_equal(unchanged.close, prepared.candles.close)
