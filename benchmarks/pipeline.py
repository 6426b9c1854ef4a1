"""A signal session without its feed: facts to the desk, records to a journal on the disk, signals to their file."""

import time
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import NamedTuple, Self

from edgeproof.adapters.simulated.market import generate_market
from edgeproof.adapters.storage.journal.place import sqlite_url
from edgeproof.adapters.storage.journal.sql import SqlJournal
from edgeproof.adapters.storage.library import load_library
from edgeproof.bootstrap.session import SignalLog, set_apart
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import COLUMNS, Candles, Funding
from edgeproof.core.model.event import ClosedCandle, FundingPublished, MarketEvent, Quote, VenueTime
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import Decided, Record
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.core.signals.validate import Limits
from edgeproof.core.signals.watch import SignalWatch
from edgeproof.services.desk import Desk, Rules
from edgeproof.services.evidence import TrackRecord

MARKETS = 10
HISTORY_DAYS = 10
MARKET_DAYS = 20
"""History, then days that come again and again."""

SOON_MS = 500
"""When the venue tells that a minute is over."""

_RULES = Rules(limits=Limits(), admits=("tested",), admits_words="tested", cost_of=lambda _: 0.001)
_RECORD = TrackRecord(
    state="tested",
    verdict="no edge was shown",
    run="20260101T000000-1",
    n=412,
    win_rate=0.41,
    win_rate_low=0.36,
    win_rate_high=0.46,
    expectancy_r=0.03,
    cost_r=0.11,
    data_end="2026-01-01T00:00:00Z",
)


@cache
def markets() -> tuple[tuple[Candles, Funding], ...]:
    """The markets that all instruments share, gap-filled."""
    made = generate_market(MARKETS, days=MARKET_DAYS, seed=5)
    end = max(int(candles.close_time[-1]) for candles, _ in made.values())
    return tuple((fill_gaps(candles).between(None, end), funding) for candles, funding in made.values())


class Batch(NamedTuple):
    """What became of the facts of one batch."""

    records: Sequence[Record]
    told: Sequence[Decision]


class Pipeline:
    """The whole library on some instruments, as a session watches it; the venue's time begins after the history."""

    def __init__(self, home: Path, n_instruments: int) -> None:
        self._home = home
        self.instruments = [Instrument(f"I{number}", "USD", "USD") for number in range(n_instruments)]
        self.start = int(markets()[0][0].open_time[0]) + HISTORY_DAYS * DAY
        self.watch = SignalWatch(load_library(), self.instruments)
        self.now = self.start
        self.desk = Desk(
            session="benchmark",
            watch=self.watch,
            rules=_RULES,
            records={(each.name, of): _RECORD for each in load_library() for of in self.instruments},
            history=lambda *_: markets()[0],
            wall=lambda: self.now,
            monotonic=time.monotonic,
            began=self.start,
        )
        self.journal = SqlJournal(sqlite_url(home / "journal.db"))
        self.journal.claim()
        self.log = SignalLog(home)
        for number, instrument in enumerate(self.instruments):
            candles, funding = markets()[number % MARKETS]
            before = candles.between(None, self.start), _until(funding, self.start)
            self.desk.remember(instrument, *before)
            self.watch.begin(instrument, *before, after=self.start)
        self.desk.seen([_quote(each, self.start) for each in self.instruments])

        set_apart()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.journal.close()

    def facts(self, close: int) -> list[MarketEvent]:
        """What closes at a time, on all instruments, and the funding of the hour that begins then."""
        rows = [_row(number, close - MINUTE) for number in range(min(MARKETS, len(self.instruments)))]
        facts: list[MarketEvent] = []
        for number, instrument in enumerate(self.instruments):
            values = dict(zip(COLUMNS, rows[number % MARKETS], strict=True))
            if close % HOUR == 0:
                facts.append(FundingPublished(instrument=instrument, time=close, rate=1e-5 * (number % 7 - 3)))
            facts.append(ClosedCandle(instrument=instrument, timeframe=MINUTE, open_time=close - MINUTE, **values))
        facts.append(VenueTime(time=close + SOON_MS))
        self.now = close + SOON_MS
        return facts

    def pass_over(self, close: int) -> None:
        """Take in what closes at a time without deciding or keeping anything."""
        self.watch.take([each for each in self.facts(close) if isinstance(each, ClosedCandle)])

    def take(self, facts: Sequence[MarketEvent]) -> Batch:
        """Decide, write into the journal, write into the file: what `services.session` does with each batch."""
        records = self.desk.seen(facts)
        self.journal.append(records)
        decisions = [each.decision for each in records if isinstance(each, Decided)]
        told = [each for each in decisions if each.fate is Fate.TOLD]
        if told:
            self.log.append(told)
        return Batch(records, told)

    def written_again(self, batch: Batch, *, one_by_one: bool) -> float:
        """Seconds that writing a batch takes, in one piece or in one a record; into a journal and a file beside."""
        folder = self._home / ("one_by_one" if one_by_one else "together")
        folder.mkdir(exist_ok=True)
        log = SignalLog(folder)
        with closing(SqlJournal(sqlite_url(folder / "journal.db"))) as journal:
            journal.claim()
            begin = time.perf_counter()
            for records in [[each] for each in batch.records] if one_by_one else [batch.records]:
                journal.append(records)
            for told in [[each] for each in batch.told] if one_by_one else [batch.told]:
                log.append(told)
            return time.perf_counter() - begin


def _row(market: int, open_time: int) -> list[float]:
    candles, _ = markets()[market]
    first = int(candles.open_time[0]) + HISTORY_DAYS * DAY
    days = int(candles.close_time[-1]) // DAY * DAY - first
    at = HISTORY_DAYS * DAY // MINUTE + (open_time - first) % days // MINUTE
    return [float(getattr(candles, name)[at]) for name in COLUMNS]


def _until(funding: Funding, time: int) -> Funding:
    within = funding.time <= time
    return Funding(time=funding.time[within], rate=funding.rate[within])


def _quote(instrument: Instrument, time: int) -> Quote:
    return Quote(
        instrument=instrument,
        time=time,
        bid=99.99,
        ask=100.01,
        bid_size=1.0,
        ask_size=1.0,
        last=100.0,
        mark=100.0,
        index=100.0,
        funding_rate=None,
        funding_time=None,
        next_funding_rate=None,
        suspended=False,
        post_only=False,
    )
