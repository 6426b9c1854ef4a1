"""A small world for parity: a generated market, hypotheses that fire often, and sessions over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from edgeproof.adapters.simulated.market import generate_market
from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.event import ClosedCandle, FundingPublished
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import Decided
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.core.signals.hypothesis import Hypothesis, variants
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.parity.compare import Question, compare
from edgeproof.research.parity.result import ParityResult
from tests.support.live_session import Fact, LiveSession, facts_of
from tests.support.memory_journal import MemoryJournal

_TEXT = """
[[hypothesis]]
name = "Rises_1m"
timeframe = "1m"
direction = "long"
family = "trend"
reason = "fires often, with part of it at a price"
entry = ["rising(close, 2)", "close > ema(20)"]
stop = "lowest(low, 5) - atr(14)"
targets = [{ at = "1R", fraction = 0.5 }, { at = "highest(high, 60) + atr(14)", fraction = 0.5 }]
trail = "3 * atr(14)"

[[hypothesis]]
name = "Confirmed_5m"
timeframe = "5m"
direction = "short"
family = "trend"
reason = "reads a longer candle that closes at the same time"
entry = ["close < open"]
confirm = ['at("15m", close < ema(5))']
stop = "highest(high, 3) + atr(14)"
target = "2R"
expires_after = "10m"

[[hypothesis]]
name = "Funded_1m"
timeframe = "1m"
direction = "long"
family = "funding"
reason = "fires on most minutes of an hour whose rate has this sign"
entry = ["funding_rate > 0", "close > open"]
stop = "low - atr(14)"
target = "1R"

[[hypothesis]]
name = "Often_Void_2m"
timeframe = "2m"
direction = "long"
family = "trend"
reason = "its stop is as often above the price as below"
entry = ["close > ema(10)"]
stop = "close + funding_sum(\\"8h\\") * close + (close - sma(3))"
target = "1R"

[[hypothesis]]
name = "Varied_1m"
timeframe = "1m"
direction = "long"
family = "trend"
reason = "two variants"
entry = ["crosses_above(close, ema({period}))"]
stop = "low - atr(14)"
target = "1R"
vary = { period = [9, 21] }
"""

HISTORY = 36 * HOUR
LIVE = 4 * HOUR


@cache
def hypotheses() -> tuple[Hypothesis, ...]:
    """Those of this world, variants told apart."""
    return tuple(variant for each in read_hypotheses(_TEXT, "test.toml") for variant in variants(each))


@dataclass(frozen=True)
class World:
    """The market of some instruments: all of it, of which the store holds the history before `begin`."""

    candles: dict[Instrument, Candles]
    funding: dict[Instrument, Funding]
    begin: int

    @property
    def instruments(self) -> list[Instrument]:
        return list(self.candles)

    @property
    def first(self) -> Instrument:
        return self.instruments[0]

    @property
    def start(self) -> int:
        return self.begin - HISTORY

    @property
    def end(self) -> int:
        return self.begin + LIVE

    def store(self, until: int | None = None) -> MemoryStore:
        """A store with the history up to a time."""
        store = MemoryStore()
        until = self.begin if until is None else until
        for instrument in self.instruments:
            store.save_candles(instrument, self.candles[instrument].between(None, until), source="test")
            funding = self.funding[instrument]
            rows = slice(0, int(np.searchsorted(funding.time, until, side="right")))
            store.save_funding(
                instrument, Funding(time=funding.time[rows].copy(), rate=funding.rate[rows].copy()), source="test"
            )
        return store

    def session(
        self, journal: MemoryJournal, store: MemoryStore, name: str = "s1", begin: int | None = None
    ) -> LiveSession:
        """A session that begins at a time."""
        end = self.begin if begin is None else begin
        history = {each: (self.start, end) for each in self.instruments}
        return LiveSession(journal, store, hypotheses(), name=name, history=history)

    def facts(self, start: int | None = None, end: int | None = None) -> list[list[Fact]]:
        """What a feed tells of the closes in (start, end], one batch a minute, funding before the candles."""
        start, end = self.begin if start is None else start, self.end if end is None else end
        batches: dict[int, list[Fact]] = {}
        for instrument in self.instruments:
            for fact in facts_of(instrument, self.candles[instrument].between(start, end)):
                batches.setdefault(fact.close_time, []).append(fact)
            for time, rate in zip(*_pairs(self.funding[instrument], start, end), strict=True):
                batches[time].insert(0, FundingPublished(instrument=instrument, time=time, rate=rate))
        return [batches[time] for time in sorted(batches)]


def _pairs(funding: Funding, start: int, end: int) -> tuple[list[int], list[float]]:
    rows = (funding.time > start) & (funding.time <= end)
    return funding.time[rows].tolist(), funding.rate[rows].tolist()


@cache
def world(instruments: int = 1, seed: int = 3) -> World:
    """A generated market."""
    market = generate_market(instruments, days=3, seed=seed)
    candles = {each: fill_gaps(found) for each, (found, _) in market.items()}
    begin = max(int(each.open_time[0]) for each in candles.values()) + HISTORY
    return World(candles, {each: found for each, (_, found) in market.items()}, begin // HOUR * HOUR + 7 * MINUTE)


def watched(
    batches: Iterable[Sequence[Fact]], *, seen: World, journal: MemoryJournal | None = None
) -> tuple[MemoryJournal, MemoryStore]:
    """A journal of one session that was told these batches, and the store it began with."""
    journal = MemoryJournal() if journal is None else journal
    store = seen.store()
    session = seen.session(journal, store)
    for batch in batches:
        session.take(*batch)
    return journal, store


def asked(journal: MemoryJournal, store: MemoryStore, question: Question | None = None) -> ParityResult:
    """The comparison of the whole journal."""
    return compare(journal, store, question=question if question is not None else Question())


def decisions(journal: MemoryJournal) -> list[Decided]:
    """The decisions of a journal."""
    return [entry.record for entry in journal.read(Decided)]


def moved(fact: Fact, by: float) -> ClosedCandle:
    """A candle that closed elsewhere, as a correction."""
    assert isinstance(fact, ClosedCandle)
    close = fact.close * (1 + by)
    return replace(
        fact, close=close, high=max(fact.high, close), low=min(fact.low, close), filled=False, is_correction=True
    )
