"""The stored history a session began with, bit by bit, as far as store and journal still have it.

The store goes on: a later session puts into it what was taken in meanwhile, corrections of older candles too. What such
a candle was before stands in the journal, if a session took it in; the digest says when all of it is found.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from edgeproof.core.candles.digest import history_digest
from edgeproof.core.model.candle import COLUMNS, Candles, Funding, IntArray
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import Entry, HistoryUsed, SessionBegan
from edgeproof.ports import CandleStore, Journal
from edgeproof.research.parity.taken import Taken, joined, read_taken, rows_of


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Candles and funding up to the beginning of a session; `is_same` where they are those it had, to the bit."""

    candles: Candles
    funding: Funding
    is_same: bool


def read_history(journal: Journal, store: CandleStore, began: Entry[SessionBegan], used: HistoryUsed) -> History:
    """The history of an instrument that a session began with."""
    timeframe = began.record.timeframe
    stored = load(store, used.instrument, timeframe, used.start, used.end)
    funding = store.load_funding(used.instrument, end=used.end)
    if history_digest(stored, funding) == used.digest:
        return History(stored, funding, is_same=True)
    taken = read_taken(journal, None, used.instrument, timeframe, used.end)
    for candles, rates in _versions(stored, funding, taken, began.seq, used.start):
        if history_digest(candles, rates) == used.digest:
            return History(candles, rates, is_same=True)
    return History(stored, funding, is_same=False)


def _versions(
    stored: Candles, funding: Funding, taken: Taken, seq: int, start: int
) -> Iterator[tuple[Candles, Funding]]:
    """What the store may have held before record `seq`: with what was taken in before, and without what came later."""
    before = taken.without(frozenset([*_late(taken.candle_seq, seq), *_late(taken.funding_seq, seq)]))
    known = rows_of(before.candles, before.candles.open_time >= start)
    then, rates = joined(stored, funding, known, before.funding)
    new_candles = np.setdiff1d(taken.candles.open_time, before.candles.open_time)
    new_rates = np.setdiff1d(taken.funding.time, before.funding.time)
    for candles in (stored, then, rows_of(then, ~np.isin(then.open_time, new_candles))):
        for each in (funding, rates, _without(funding, new_rates), _without(rates, new_rates)):
            yield candles, each


def _late(numbers: IntArray, seq: int) -> list[int]:
    late: list[int] = numbers[numbers > seq].tolist()
    return late


def _without(funding: Funding, times: IntArray) -> Funding:
    rows = ~np.isin(funding.time, times)
    return Funding(time=funding.time[rows], rate=funding.rate[rows])


def load(store: CandleStore, instrument: Instrument, timeframe: int, start: int, end: int) -> Candles:
    """Stored candles; none where the store has none, which is then for the digest to say."""
    try:
        return store.load_candles(instrument, timeframe, start=start, end=end)
    except InputError:
        nothing = {name: np.empty(0) for name in COLUMNS}
        return Candles(timeframe=timeframe, open_time=np.empty(0, np.int64), filled=np.empty(0, np.bool_), **nothing)
