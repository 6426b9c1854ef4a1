"""The desk of a real session against the backtest, through corrections, late funding, restarts and holes in time."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.model.event import ClosedCandle, FundingPublished
from edgeproof.core.model.journal import CloseMissed, Decided, Record, SessionBegan
from edgeproof.core.model.signal import Fate
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.core.signals.validate import Limits
from edgeproof.core.signals.watch import SignalWatch
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.research.run_identity import code_version
from edgeproof.services.desk import Desk, Rules
from edgeproof.services.prepare import begin_with, give_back, history_source
from tests.support.live_session import Fact
from tests.support.memory_journal import MemoryJournal
from tests.support.parity import World, asked, hypotheses, moved, world

RULES = Rules(limits=Limits(), admits=("draft",), admits_words="draft", cost_of=lambda _: 0.001)


@dataclass
class DeskSession:
    """What `services.session` does between its feed and its journal, without either."""

    journal: MemoryJournal
    store: MemoryStore
    seen: World
    name: str
    now: int
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        give_back(self.store, self.journal, "replica")
        taken = self.journal.taken_until()
        instruments = tuple(self.seen.instruments)
        prepared = {
            each: begin_with(self.store, each, now=self.now, span=DAY, taken_until=taken.get(each))
            for each in instruments
        }
        used = {each: found.used for each, found in prepared.items()}
        watch = SignalWatch(hypotheses(), instruments)
        decided = [entry.record.decision.signal for entry in self.journal.read(Decided)]
        self.desk = Desk(
            session=self.name,
            watch=watch,
            rules=RULES,
            records={},
            history=history_source(self.store, self.journal, self.name, used),
            wall=lambda: self.now,
            monotonic=lambda: 0.0,
            began=self.now,
            taken_until=taken,
            known={each.id: (each.time, each.instrument) for each in decided},
        )
        began = SessionBegan(
            session=self.name,
            at=self.now,
            command="scan",
            venue="replica",
            version=code_version(),
            pid=1,
            host="here",
            timeframe=MINUTE,
            hypotheses={each.name: hypothesis_toml(each) for each in hypotheses()},
            settings={},
            history=tuple(used.values()),
        )
        records: list[Record] = [began]
        for instrument, found in prepared.items():
            self.desk.remember(instrument, found.candles, found.funding)
            after = taken.get(instrument, found.used.end)
            records += self.desk.missed_in_history(watch.begin(instrument, found.candles, found.funding, after=after))
        self.journal.append(records)

    def take(self, *facts: Fact) -> None:
        """Facts as a feed tells them that was given the history: none again that is there."""
        self.journal.append(self.desk.seen([each for each in facts if not self._is_there(each)]))

    def _is_there(self, fact: Fact) -> bool:
        if not isinstance(fact, ClosedCandle) or fact.is_correction:
            return False
        return fact.close_time <= self.desk.watch.closed_until(fact.instrument)


def told(
    batches: Sequence[Sequence[Fact]], *, journal: MemoryJournal, store: MemoryStore, seen: World, name: str = "s1"
) -> DeskSession:
    now = max(fact.close_time for fact in batches[0] if isinstance(fact, ClosedCandle)) - MINUTE
    session = DeskSession(journal, store, seen, name, now)
    for batch in [*seen.facts(seen.begin - 5 * MINUTE, seen.begin), *batches]:
        session.take(*batch)
    return session


def disturbed(seen: World, *, seed: int) -> list[list[Fact]]:
    """The facts of a world with candles corrected a little or much later, and every rate told late."""
    rng = np.random.default_rng(seed)
    batches = [list(batch) for batch in seen.facts()]
    plain = [list(batch) for batch in batches]
    for at in rng.choice(len(batches) - 60, 12, replace=False).tolist():
        candle = next(fact for fact in reversed(plain[at]) if isinstance(fact, ClosedCandle))
        batches[at + int(rng.choice([0, 1, 4, 50]))].append(moved(candle, float(rng.normal(0, 0.003))))
    for at, batch in enumerate(plain):
        for rate in (each for each in batch if isinstance(each, FundingPublished)):
            batches[at].remove(rate)
            batches[min(at + int(rng.integers(0, 6)), len(batches) - 1)].append(replace(rate, rate=-rate.rate))
    return batches


def test_a_desk_that_saw_everything_in_time_agrees_with_the_backtest() -> None:
    seen, journal = world(2), MemoryJournal()
    store = seen.store()
    told(seen.facts(), journal=journal, store=store, seen=seen)
    found = asked(journal, store)

    assert found.is_clean
    assert not found.differences
    assert found.matched > 300


@pytest.mark.parametrize("seed", range(6))
def test_what_came_late_to_a_desk_is_proven(seed: int) -> None:
    seen, journal = world(2), MemoryJournal()
    store = seen.store()
    told(disturbed(seen, seed=seed), journal=journal, store=store, seen=seen)
    found = asked(journal, store)

    assert found.is_clean, found.document()["differences"][:3]
    assert set(found.causes) <= {"late_candle", "late_funding"}
    assert found.causes


@pytest.mark.parametrize("seed", range(6))
def test_a_desk_killed_and_begun_again_leaves_nothing_unexplained(seed: int) -> None:
    seen, journal = world(2), MemoryJournal()
    store, batches = seen.store(), disturbed(seen, seed=seed)
    cuts = [0, 50, 51, 130, len(batches)]
    for number, (first, last) in enumerate(zip(cuts[:-1], cuts[1:], strict=True), start=1):
        told(batches[first:last], journal=journal, store=store, seen=seen, name=f"s{number}")
    found = asked(journal, store)

    assert found.is_clean, [each for each in found.document()["differences"] if each["cause"] == "unexplained"][:3]
    assert set(found.causes) == {"late_candle", "late_funding"}
    assert len(found.sessions) == 4


def test_a_pause_too_long_for_the_feed_is_decided_from_history() -> None:
    seen, journal = world(), MemoryJournal()
    store, batches = seen.store(), seen.facts()
    told(batches[:60], journal=journal, store=store, seen=seen)
    pause = seen.candles[seen.first].between(seen.begin + HOUR, seen.begin + 2 * HOUR)
    for batch in batches[60:120]:
        for fact in batch:
            if isinstance(fact, FundingPublished):
                one = np.array([fact.time], np.int64)
                rates = replace(seen.funding[seen.first], time=one, rate=np.array([fact.rate]))
                store.save_funding(seen.first, rates, source="download")
    store.save_candles(seen.first, pause, source="download")
    journal_until = journal.taken_until()[seen.first]
    # Beyond what a feed can bring: history goes on to the end of the store.
    session = DeskSession(journal, store, seen, "s2", journal_until + 7 * DAY)
    for batch in batches[120:]:
        session.take(*batch)
    found = asked(journal, store)

    assert found.is_clean, found.document()["differences"][:3]
    assert not found.differences
    assert found.instruments[0].unwatched == 60
    assert found.instruments[0].late["restart_gap"] > 0
    resumed = seen.begin + 2 * HOUR
    missed = [entry.record for entry in journal.read(CloseMissed, start=journal_until + 1, end=resumed)]
    assert all(each.reason == "restart_gap" and each.signals for each in missed)
    fates = {e.record.decision.fate for e in journal.read(Decided, start=journal_until + 1, end=resumed)}
    assert fates <= {Fate.EXPIRED, Fate.VOID}
