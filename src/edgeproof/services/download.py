"""A venue's history into the store, so that it may break off at any moment.

1. see what of the wanted range is not stored yet, and join what lies close together (`missing_ranges`);
2. fetch each such range page by page; every page is saved before the next is asked for (`_fetch`);
3. fetch the funding rates of the whole range and save them.

There is no record of how far a download came: the store itself says it. Whatever was saved is not fetched again, and
whatever is missing is, so that a run that was broken off and run again leaves the store an undisturbed run would. A
fetched range begins and ends with a candle that is stored already, where there is one: rows of another market are then
refused by the store's own rule on contradictions instead of being joined to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from edgeproof.core.model.candle import Candles, Funding, IntArray
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import SECOND
from edgeproof.ports import CandleStore, MarketHistory, Saved

SETTLING = 10 * SECOND
"""A candle that closed less than this ago is left for the next time: the venue may still be writing it."""

_CLOSE_TOGETHER = 1_000
"""Missing ranges with fewer stored candles between them are fetched as one: a request brings more than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be in the store: candles with start <= open time and close time <= end, and their funding.

    With `replace` everything is fetched again, and rows that contradict stored ones take their place.
    """

    instrument: Instrument
    timeframe: int
    start: int
    end: int
    with_funding: bool = True
    replace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Downloaded:
    """What a download changed; of rows in the range, `unchanged` counts those that were there before.

    `end` is where it ended: where it was wanted to, or where the venue's closed candles do. `funding` is None when it
    was not asked for.
    """

    wanted: Wanted
    end: int
    candles: Saved
    funding: Saved | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a download is: the fraction of the missing time that is done, and the candles added so far."""

    fraction: float
    added: int


Range = tuple[int, int]
"""Candles with first <= open time and close time <= second."""


async def download(
    history: MarketHistory,
    store: CandleStore,
    wanted: Wanted,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Downloaded:
    """What fetching the missing part of the wanted range added to the store.

    Raises
    ------
    VenueError
        The venue failed; what was fetched before is kept, and the same call goes on from there.
    DataError
        A row contradicts a stored one; that page is not kept.
    """
    now = await history.time()
    end = min(wanted.end, now - SETTLING)
    stored = _stored_times(store, wanted, end)
    ranges = ((wanted.start, end),) if wanted.replace else missing_ranges(stored, wanted.timeframe, wanted.start, end)
    added, replaced = await _fetch(history, store, wanted, ranges, on_progress)
    candles = Saved(added=added, replaced=replaced, unchanged=len(stored) - replaced)
    funding = await _fetch_funding(history, store, wanted, end) if wanted.with_funding else None
    return Downloaded(wanted=wanted, end=end, candles=candles, funding=funding)


def missing_ranges(stored: IntArray, timeframe: int, start: int, end: int) -> tuple[Range, ...]:
    """The parts of [start, end] that stored candles, named by their open times, leave out, and their stored neighbours.

    A hole in which the venue has nothing either is missing each time, which costs a request and changes nothing.

    >>> missing_ranges(np.array([2, 3, 4]), timeframe=1, start=0, end=9)
    ((0, 9),)
    >>> missing_ranges(np.arange(2_000), timeframe=1, start=0, end=2_010)
    ((1999, 2010),)
    """
    first, last = -(-start // timeframe) * timeframe, end // timeframe * timeframe - timeframe
    if last < first:
        return ()
    edges = [first - timeframe, *stored[(stored >= first) & (stored <= last)].tolist(), last + timeframe]
    found: list[Range] = []
    for before, after in pairwise(edges):
        if after - before == timeframe:
            continue
        begin, finish = max(before, first), min(after, last) + timeframe
        if found and begin - found[-1][1] < _CLOSE_TOGETHER * timeframe:
            begin = found.pop()[0]
        found.append((begin, finish))
    return tuple(found)


def _stored_times(store: CandleStore, wanted: Wanted, end: int) -> IntArray:
    if wanted.timeframe not in store.timeframes(wanted.instrument):
        return np.empty(0, np.int64)
    return store.load_candles(wanted.instrument, wanted.timeframe, start=wanted.start, end=end).open_time


async def _fetch(
    history: MarketHistory,
    store: CandleStore,
    wanted: Wanted,
    ranges: tuple[Range, ...],
    on_progress: Callable[[Progress], None],
) -> tuple[int, int]:
    """How many candles fetching the ranges added and replaced."""
    total = sum(finish - begin for begin, finish in ranges)
    added = replaced = done = 0
    for begin, finish in ranges:
        async for page in history.candles(wanted.instrument, wanted.timeframe, begin, finish):
            saved = _save(history, store, wanted, page)
            added, replaced = added + saved.added, replaced + saved.replaced
            reached = int(page.close_time[-1]) - begin
            on_progress(Progress(fraction=(done + reached) / total, added=added))
        done += finish - begin
    on_progress(Progress(fraction=1.0, added=added))
    return added, replaced


def _save(history: MarketHistory, store: CandleStore, wanted: Wanted, page: Candles) -> Saved:
    return store.save_candles(wanted.instrument, page, source=history.name, replace=wanted.replace)


async def _fetch_funding(history: MarketHistory, store: CandleStore, wanted: Wanted, end: int) -> Saved:
    """What the rates of the whole range changed: they come in one reply, or in few."""
    rates = await history.funding(wanted.instrument, wanted.start)
    within = rates.time <= end
    settled = Funding(time=rates.time[within], rate=rates.rate[within])
    return store.save_funding(wanted.instrument, settled, source=history.name, replace=wanted.replace)
