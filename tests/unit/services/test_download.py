"""Downloading: whatever breaks off, running again leaves the store an undisturbed run would have."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgeproof.adapters.simulated.history import SimulatedHistory
from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.model.candle import COLUMNS, Candles, Funding
from edgeproof.core.model.errors import DataError, VenueError
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE, SECOND, parse_time
from edgeproof.ports import CandleStore, Saved
from edgeproof.services.download import SETTLING, Downloaded, Progress, Wanted, download, missing_ranges
from tests.support.candles import funding, walk

BTC = parse_instrument("BTC/USD:USD")
START = parse_time("2026-09-01")
MINUTES = 3_000
MARKET = walk(MINUTES, start=START)
RATES = funding([START + hour * HOUR for hour in range(50)], [hour / 1e6 for hour in range(50)])
END = START + MINUTES * MINUTE
WANTED = Wanted(instrument=BTC, timeframe=MINUTE, start=START, end=END)


class Asked(SimulatedHistory):
    """A market that remembers what it was asked for, and breaks before page number `breaks_at` of all its pages."""

    def __init__(
        self, candles: Candles = MARKET, *, now: int = END + HOUR, breaks_at: int = -1, page: int = 500
    ) -> None:
        super().__init__({BTC: candles}, {BTC: RATES}, now=now, name="venue", candles_a_page=page)
        self.ranges: list[tuple[int, int]] = []
        self.pages = 0
        self.breaks_at = breaks_at

    async def candles(self, instrument: Instrument, timeframe: int, start: int, end: int) -> AsyncIterator[Candles]:
        self.ranges.append((start, end))
        async for page in super().candles(instrument, timeframe, start, end):
            if self.pages == self.breaks_at:
                raise VenueError("the connection broke")
            self.pages += 1
            yield page

    async def funding(self, instrument: Instrument, start: int) -> Funding:
        if self.pages == self.breaks_at:
            raise VenueError("the connection broke")
        return await super().funding(instrument, start)


def run(history: SimulatedHistory, store: CandleStore, wanted: Wanted = WANTED) -> Downloaded:
    return asyncio.run(download(history, store, wanted))


def content(store: CandleStore) -> dict[str, list[float]]:
    candles, rates = store.load_candles(BTC, MINUTE), store.load_funding(BTC)
    columns = {name: getattr(candles, name).tolist() for name in ("open_time", *COLUMNS)}
    return columns | {"rate_time": rates.time.tolist(), "rate": rates.rate.tolist()}


def without(*minutes: int) -> Candles:
    kept = np.setdiff1d(np.arange(MINUTES), minutes)
    columns = {name: getattr(MARKET, name)[kept] for name in ("open_time", *COLUMNS, "filled")}
    return Candles(timeframe=MINUTE, **columns)


UNDISTURBED = MemoryStore()
FIRST = run(Asked(), UNDISTURBED)


def test_download_brings_candles_and_funding() -> None:
    assert FIRST.candles == Saved(added=MINUTES, replaced=0, unchanged=0)
    assert FIRST.funding == Saved(added=50, replaced=0, unchanged=0)
    assert [held.sources for held in UNDISTURBED.holdings()] == [("venue",), ("venue",)]


def test_download_again_asks_for_no_candle() -> None:
    history = Asked()
    store = MemoryStore()
    run(history, store)
    history.ranges.clear()
    again = run(history, store)
    assert history.ranges == []
    assert again.candles == Saved(added=0, replaced=0, unchanged=MINUTES)


@pytest.mark.parametrize("page", range(7))
def test_download_that_breaks_off_goes_on_where_it_was(page: int) -> None:
    store = MemoryStore()
    with pytest.raises(VenueError):
        run(Asked(breaks_at=page), store)
    history = Asked()
    run(history, store)
    assert content(store) == content(UNDISTURBED)
    first_asked = history.ranges[0][0] if history.ranges else END
    assert first_asked >= START + (page * 500 - 1) * MINUTE


def test_download_with_an_earlier_beginning_fetches_what_is_missing_only() -> None:
    store = MemoryStore()
    run(Asked(), store, replace(WANTED, start=START + 2_000 * MINUTE, with_funding=False))
    history = Asked()
    run(history, store)
    assert history.ranges == [(START, START + 2_001 * MINUTE)]
    assert content(store) == content(UNDISTURBED)


def test_download_that_breaks_off_before_stored_candles_leaves_no_hole() -> None:
    store = MemoryStore()
    run(Asked(), store, replace(WANTED, start=START + 2_000 * MINUTE, with_funding=False))
    with pytest.raises(VenueError):
        run(Asked(breaks_at=1), store)
    run(Asked(), store)
    assert content(store) == content(UNDISTURBED)


def test_download_up_to_now_leaves_out_what_has_just_closed() -> None:
    store = MemoryStore()
    done = run(Asked(now=START + 10 * MINUTE + SETTLING - 1), store)
    assert done.candles.added == 9
    done = run(Asked(now=START + 10 * MINUTE + SETTLING), store)
    assert done.candles == Saved(added=1, replaced=0, unchanged=9)


def test_download_without_funding_brings_none() -> None:
    store = MemoryStore()
    assert run(Asked(), store, replace(WANTED, with_funding=False)).funding is None
    assert len(store.load_funding(BTC)) == 0


def test_download_keeps_holes_of_the_venue_as_holes() -> None:
    store = MemoryStore()
    holes = (0, 7, 8, 1_500, MINUTES - 1)
    run(Asked(without(*holes)), store)
    assert len(store.load_candles(BTC)) == MINUTES - len(holes)


def test_download_onto_candles_of_another_market_is_refused() -> None:
    store = MemoryStore()
    other = walk(100, seed=9, start=START)
    store.save_candles(BTC, other, source="file.csv")
    with pytest.raises(DataError, match="contradicts the stored BTC/USD:USD 1m candles"):
        run(Asked(), store)
    assert content(store)["close"] == other.close.tolist()


def test_download_with_replace_takes_the_candles_of_the_venue() -> None:
    store = MemoryStore()
    store.save_candles(BTC, walk(100, seed=9, start=START), source="file.csv")
    done = run(Asked(), store, replace(WANTED, replace=True))
    assert done.candles == Saved(added=MINUTES - 100, replaced=100, unchanged=0)
    assert content(store) == content(UNDISTURBED)


def test_download_of_nothing_asks_for_nothing() -> None:
    history = Asked()
    done = run(history, MemoryStore(), replace(WANTED, end=START - HOUR))
    assert (history.ranges, done.candles) == ([], Saved(added=0, replaced=0, unchanged=0))


def test_download_tells_how_far_it_is_by_time() -> None:
    told: list[Progress] = []
    store = MemoryStore()
    asyncio.run(download(Asked(), store, WANTED, on_progress=told.append))
    assert [round(each.fraction, 3) for each in told] == [0.167, 0.333, 0.5, 0.667, 0.833, 1.0, 1.0]
    assert [each.added for each in told] == [500, 1_000, 1_500, 2_000, 2_500, 3_000, 3_000]


@settings(max_examples=60)
@given(
    breaks=st.lists(st.integers(0, 12), max_size=5),
    starts=st.lists(st.integers(0, MINUTES - 1), max_size=3),
    holes=st.sets(st.integers(0, MINUTES - 1), max_size=30),
    page=st.integers(100, 2_000),
)
def test_download_in_any_order_and_with_any_breaks_leaves_one_store(
    breaks: list[int], starts: list[int], holes: set[int], page: int
) -> None:
    market = without(*holes)
    undisturbed, store = MemoryStore(), MemoryStore()
    run(Asked(market, page=page), undisturbed)
    for at, begin in zip(breaks, [*starts, *[0] * len(breaks)], strict=False):
        with suppress(VenueError):
            run(Asked(market, page=page, breaks_at=at), store, replace(WANTED, start=START + begin * MINUTE))
    run(Asked(market, page=page), store)
    assert content(store) == content(undisturbed)


@given(
    stored=st.sets(st.integers(0, 5_000)),
    start=st.integers(-10, 5_000),
    length=st.integers(0, 5_000),
)
def test_missing_ranges_cover_every_candle_that_is_missing_and_stay_within(
    stored: set[int], start: int, length: int
) -> None:
    times = np.array(sorted(stored), np.int64)
    ranges = missing_ranges(times, 1, start, start + length)
    fetched = {time for begin, finish in ranges for time in range(begin, finish)}
    assert set(range(start, start + length)) - stored <= fetched <= set(range(start, start + length))
    assert all(one[1] < other[0] for one, other in zip(ranges, ranges[1:], strict=False))


def test_settling_is_shorter_than_any_candle() -> None:
    assert 0 < SETTLING < 60 * SECOND
