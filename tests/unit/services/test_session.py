"""A whole session over fakes: it may be killed wherever it waits, and the next one takes up where its journal ends."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.errors import InputError, StoreError, VenueError
from edgeproof.core.model.event import ClosedCandle, FeedIncident, IncidentKind, MarketEvent, VenueTime
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, CloseMissed, Decided, Noticed, ParityRun, Record, SessionEnded
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.time import HOUR, MINUTE
from edgeproof.core.signals.validate import Limits
from edgeproof.ports import InstrumentRules
from edgeproof.services.desk import Rules
from edgeproof.services.plan import Fates, Means, Plan
from edgeproof.services.prepare import Prepared
from edgeproof.services.session import Session
from edgeproof.services.standing import Watched
from edgeproof.services.watch_only import NobodyIsTold, NobodyTrades, NoWishes
from tests.support.clocks import HandClock
from tests.support.memory_journal import MemoryJournal
from tests.support.parity import World, asked, hypotheses, world

SEEN = world(2)
MINUTES = 90


class Killed(BaseException):
    """What SIGKILL is to a process: no handler gets to do anything that lasts."""


@dataclass
class Kept:
    """What outlives a session: its disk."""

    journal: MemoryJournal = field(default_factory=MemoryJournal)
    store: MemoryStore = field(default_factory=SEEN.store)
    file: list[str] = field(default_factory=list)


class History:
    """The venue's memory: everything that closed by its time."""

    name = "fake"

    def __init__(self, now: int, failing: int = 0) -> None:
        self.now = now
        self.failing = failing

    async def instruments(self) -> tuple[InstrumentRules, ...]:
        return ()

    async def time(self) -> int:
        await asyncio.sleep(0)
        if self.failing:
            self.failing -= 1
            raise VenueError("nobody answers")
        return self.now

    async def candles(self, instrument: Instrument, timeframe: int, start: int, end: int) -> AsyncIterator[Candles]:
        await asyncio.sleep(0)
        found = SEEN.candles[instrument].between(start, min(end, self.now))
        if len(found):
            yield found

    async def funding(self, instrument: Instrument, start: int) -> Funding:
        await asyncio.sleep(0)
        funding = SEEN.funding[instrument]
        known = (funding.time >= start) & (funding.time <= self.now)
        return Funding(time=funding.time[known], rate=funding.rate[known])

    async def close(self) -> None:
        await asyncio.sleep(0)


class Feed:
    """Brings what follows the history it is given, minute by minute; `failing_at` ends it there."""

    def __init__(self, after: int, until: int, extra: Mapping[int, Sequence[MarketEvent]], skips: int = 0) -> None:
        self.after, self.until, self.extra, self.skips = after, until, extra, skips

    async def events(self) -> AsyncIterator[Sequence[MarketEvent]]:
        for batch in SEEN.facts(self.after, self.until):
            time = max(each.close_time for each in batch if isinstance(each, ClosedCandle))
            if time == self.skips:
                continue
            await asyncio.sleep(0)
            yield [*batch, VenueTime(time=time), *self.extra.get(time, ())]
        yield [VenueTime(time=self.until)]
        while True:
            await asyncio.sleep(3600)

    def forming(self) -> Mapping[Instrument, ClosedCandle]:
        return {}

    async def close(self) -> None:
        await asyncio.sleep(0)


class Log:
    """The file of signals; `kill` strikes before or after a line is there."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept

    def append(self, decisions: Sequence[Decision], fates: Fates) -> None:  # noqa: ARG002
        self.kept.file += [each.signal.id for each in decisions]

    def complete(self, decisions: Sequence[Decision], fates: Fates) -> int:
        missing = [each for each in decisions if each.signal.id not in self.kept.file]
        self.append(missing, fates)
        return len(missing)


async def nobody_trades(_: str) -> NobodyTrades:
    await asyncio.sleep(0)
    return NobodyTrades()


def session(
    kept: Kept,
    *,
    name: str = "s1",
    now: int = SEEN.begin,
    until: int = SEEN.begin + MINUTES * MINUTE,
    extra: Mapping[int, Sequence[MarketEvent]] | None = None,
    skips: int = 0,
    failing: int = 0,
    words: list[str] | None = None,
    heard: list[Decision] | None = None,
) -> Session:
    def feed(prepared: Mapping[Instrument, Prepared]) -> Feed:
        nonlocal skips
        made = Feed(min(each.used.end for each in prepared.values()), until, extra or {}, skips)
        skips = 0  # what was left out is there the second time
        return made

    async def compare(start: int, end: int) -> ParityRun:
        await asyncio.sleep(0)
        return ParityRun(session=name, at=end, start=start, end=end, unexplained=0)

    plan = Plan(
        session=name,
        command="scan",
        venue="fake",
        version="1",
        host="here",
        pid=1,
        hypotheses=hypotheses(),
        instruments=tuple(SEEN.instruments),
        rules=Rules(limits=Limits(max_cost_r=None), admits=("draft",), admits_words="draft", cost_of=lambda _: 0.001),
        settings={},
        records={},
        watched=Watched(command="scan", venue="fake", states={"draft": 5}, warming_up={}, left_out={}),
        span=24 * HOUR,
        least=24 * HOUR,
        until=until,
    )
    means = Means(
        feed=feed,
        history=History(now, failing),
        store=kept.store,
        journal=kept.journal,
        log=Log(kept),
        clock=HandClock(SEEN.begin),
        changes=lambda: ((), frozenset()),
        compare=compare,
        trading=nobody_trades,
        wishes=NoWishes(),
        messenger=NobodyIsTold(),
    )
    told: list[Decision] = [] if heard is None else heard
    said: list[str] = [] if words is None else words
    return Session(plan, means, lambda decisions, _: told.extend(decisions), said.append)


def fates(kept: Kept) -> dict[str, tuple[Fate, str]]:
    return {
        e.record.decision.signal.id: (e.record.decision.fate, e.record.decision.rule)
        for e in kept.journal.read(Decided)
    }


def records(kept: Kept, kind: type[Record]) -> list[Record]:
    return [entry.record for entry in kept.journal.read(kind)]


@pytest.fixture(scope="module")
def undisturbed() -> Kept:
    kept = Kept()
    asyncio.run(session(kept).run())
    return kept


def test_a_session_takes_in_every_close_and_gives_every_signal_its_fate(undisturbed: Kept) -> None:
    taken = [
        (each.candle.instrument, each.at) for each in records(undisturbed, CandleTaken) if isinstance(each, CandleTaken)
    ]
    live = [each for each in taken if each[1] > SEEN.begin]
    assert len(live) == len(set(live)) == MINUTES * len(SEEN.instruments)
    assert {each.reason for each in records(undisturbed, CloseMissed) if isinstance(each, CloseMissed)} <= {"start"}
    found = asked(undisturbed.journal, undisturbed.store)
    assert (found.unexplained, found.not_evaluated, found.duplicates) == (0, 0, 0)
    assert found.matched == len(fates(undisturbed)) > 100
    assert [type(each) for each in records(undisturbed, SessionEnded)] == [SessionEnded]


def test_what_is_told_is_in_the_file_once_and_was_heard(undisturbed: Kept) -> None:
    told = [name for name, (fate, _) in fates(undisturbed).items() if fate is Fate.TOLD]
    assert undisturbed.file == told
    heard: list[Decision] = []
    asyncio.run(session(Kept(), heard=heard).run())
    assert [each.signal.id for each in heard] == list(fates(undisturbed))


class KillingLoop:
    """Runs a coroutine until it has waited so many times, then drops it as a killed process drops it."""

    def __init__(self, waits: int) -> None:
        self.waits = waits

    def run(self, work: Session) -> bool:
        """Whether it came to its end."""
        return asyncio.run(self._run(work))

    async def _run(self, work: Session) -> bool:
        journal, log = work.means.journal, work.means.log
        task = asyncio.ensure_future(work.run())
        for _ in range(self.waits):
            await asyncio.sleep(0)
            if task.done():
                task.result()
                return True
        # Dead processes write nothing: what it would do while it is torn down has to fail.
        dead = Dead()
        work.means = replace(work.means, journal=dead, log=dead)  # type: ignore[arg-type]
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        del journal, log
        return False


class Dead:
    """Neither journal nor file of a process that is no more."""

    def __getattr__(self, name: str) -> object:
        raise Killed(name)


@pytest.mark.parametrize("waits", [*range(1, 40, 2), 47, 61, 79, 97, 113, 131])
def test_a_session_killed_while_it_waits_is_taken_up_by_the_next(waits: int, undisturbed: Kept) -> None:
    kept = Kept()
    ended = KillingLoop(waits).run(session(kept, name="s1"))
    if not ended:
        asyncio.run(session(kept, name="s2").run())

    assert fates(kept) == fates(undisturbed)
    assert sorted(kept.file) == sorted(undisturbed.file)
    found = asked(kept.journal, kept.store)
    assert (found.unexplained, found.not_evaluated, found.duplicates) == (0, 0, 0)


def test_a_signal_that_was_kept_and_not_told_is_told_at_the_next_start(undisturbed: Kept) -> None:
    kept = Kept()
    asyncio.run(session(kept).run())
    lost = kept.file.pop()
    words: list[str] = []
    asyncio.run(session(kept, name="s2", now=SEEN.begin + MINUTES * MINUTE, words=words).run())
    assert kept.file == [*undisturbed.file[:-1], lost]
    assert any("1 signals of the last session" in each for each in words)


def test_what_closed_while_no_session_was_there_is_evaluated_and_told_as_missed(undisturbed: Kept) -> None:
    kept = Kept()
    half = SEEN.begin + 30 * MINUTE
    asyncio.run(session(kept, until=half).run())
    asyncio.run(session(kept, name="s2", now=half + 20 * MINUTE).run())

    missed = records(kept, CloseMissed)
    assert {each.reason for each in missed if isinstance(each, CloseMissed)} == {"restart_gap"}
    # The closes of the last five seconds before the start are in time.
    assert {each.at for each in missed} == {half + k * MINUTE for k in range(1, 20)}
    assert set(fates(kept)) == set(fates(undisturbed))
    found = [each.decision for each in records(kept, Decided) if isinstance(each, Decided)]
    expired = {each.signal.time for each in found if each.fate is Fate.EXPIRED}
    assert expired
    assert expired <= {half + k * MINUTE for k in range(1, 20)}


def test_a_hole_in_the_candles_makes_it_begin_anew_from_history(undisturbed: Kept) -> None:
    kept, words = Kept(), list[str]()
    work = session(kept, skips=SEEN.begin + 30 * MINUTE, words=words)
    asyncio.run(work.run())
    assert any("beginning anew" in each for each in words)
    ended = [each for each in records(kept, SessionEnded) if isinstance(each, SessionEnded)]
    assert [each.session for each in ended] == ["s1", "s1.2"]
    assert fates(kept) == fates(undisturbed)


def test_a_venue_that_is_away_at_the_start_ends_it_and_leaves_nothing_behind() -> None:
    kept = Kept()
    with pytest.raises(VenueError, match="nobody answers"):
        asyncio.run(session(kept, failing=1).run())
    assert records(kept, SessionEnded) == []


def test_a_venue_whose_time_is_before_the_last_session_is_refused() -> None:
    kept = Kept()
    asyncio.run(session(kept).run())
    with pytest.raises(InputError, match="a home of its own"):
        asyncio.run(session(kept, name="s2", now=SEEN.begin - 30 * HOUR).run())


def test_a_journal_that_cannot_be_written_ends_it_before_anything_is_told() -> None:
    kept, heard = Kept(), list[Decision]()
    work = session(kept, heard=heard)
    append = kept.journal.append

    def failing(batch: Sequence[Record]) -> None:
        if any(isinstance(each, Decided) for each in batch):
            raise StoreError("the disk is full")
        append(batch)

    kept.journal.append = failing  # type: ignore[assignment, method-assign]
    with pytest.raises(StoreError, match="the disk is full"):
        asyncio.run(work.run())
    assert (kept.file, heard) == ([], [])


def test_incidents_of_the_feed_and_the_comparison_are_written_down() -> None:
    kept = Kept()
    at = SEEN.begin + 10 * MINUTE
    incident = FeedIncident(kind=IncidentKind.STALE, time=at, instrument=SEEN.first, detail="quiet")
    work = session(kept, until=SEEN.begin + 20 * MINUTE, extra={at: [incident]})
    asyncio.run(work.run())
    (noticed,) = records(kept, Noticed)
    assert isinstance(noticed, Noticed)
    assert (noticed.kind, noticed.detail, noticed.instrument) == ("stale", "quiet", SEEN.first)
    (run,) = records(kept, ParityRun)
    assert run.at == SEEN.begin + 20 * MINUTE
    assert work.standing is not None
    assert work.standing.parity == run
    assert work.standing.closes >= 20 * len(SEEN.instruments)


def test_a_preview_is_what_fires_when_the_candle_closes_as_it_is(undisturbed: Kept) -> None:
    kept = Kept()
    signals = [each.decision.signal for each in records(undisturbed, Decided) if isinstance(each, Decided)]
    quick = [each.time for each in signals if each.timeframe == MINUTE and each.time > SEEN.begin + 20 * MINUTE]
    until = quick[0] - MINUTE
    work = session(kept, until=until)
    asyncio.run(work.run())
    forming = {each.instrument: each for each in SEEN.facts(until, until + MINUTE)[0] if isinstance(each, ClosedCandle)}
    feed = Feed(until, until, {})
    feed.forming = lambda: forming  # type: ignore[method-assign]

    previews = work._previews(feed)

    fired = work._watch.take(list(forming.values()))
    closing = [each for each in previews if each.closes_at == until + MINUTE]
    assert {(each.hypothesis, each.instrument, each.stop_loss) for each in closing} == {
        (each.signal.hypothesis, each.signal.instrument, each.signal.stop_loss) for each in fired
    }
    assert closing
    assert {each.timeframe for each in previews} >= {MINUTE}


def test_the_world_of_these_tests_is_one_in_which_much_happens(undisturbed: Kept) -> None:
    assert isinstance(SEEN, World)
    assert {fate for fate, _ in fates(undisturbed).values()} >= {Fate.TOLD, Fate.VOID}
