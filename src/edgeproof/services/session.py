"""A signal session, from its beginning to its end.

1. `_prepare`: what earlier sessions took in goes into the store, the venue brings what is missing since, and the whole
   history of each instrument is evaluated once: its state is kept from then on.
2. `_follow`: facts come from the feed; the desk decides (`Desk.seen`); one append to the journal keeps everything that
   belongs together; only then a signal is told: to the file, and to whoever listens.
3. Every few seconds it looks after itself (`_look_after`): changed files, what would fire now, and once a day the
   comparison with the backtest.

What the journal says is what happened. A session may be killed at any moment: the next one completes the file of
signals from the journal and goes on where the journal ends.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from edgeproof.core.model.errors import EdgeproofError, HoleError, InputError, VenueError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.execution import ExecutionEvent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    Asked,
    CandleTaken,
    CloseMissed,
    Decided,
    HistoryUsed,
    Noticed,
    ParityRun,
    Record,
    SessionBegan,
    SessionEnded,
    SignalTraded,
    TradeClosed,
)
from edgeproof.core.model.signal import Decision, Fate
from edgeproof.core.model.time import DAY, MINUTE, format_time
from edgeproof.core.signals.watch import SHOWN_TIMEFRAME, SignalWatch
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.ports import FeedEvent, TradingFeed
from edgeproof.services.desk import Desk
from edgeproof.services.health import FeedHealth
from edgeproof.services.plan import Fates, Means, Plan, Trader
from edgeproof.services.prepare import Prepared, begin_with, bring, give_back, history_source
from edgeproof.services.scoreboard import Scoreboard
from edgeproof.services.standing import InstrumentStanding, Preview, Standing

LOOK_EVERY_S = 5.0
HEAR_EVERY_S = 0.2
PAUSE_S = 1.0
RECENT = 1_000
"""Decisions of earlier sessions that are held against the file of signals at the start."""


@dataclass(slots=True, eq=False)
class Session:
    """One session; see the module. `on_decisions` hears of decisions once they are kept, `on_words` is for people."""

    plan: Plan
    means: Means
    on_decisions: Callable[[Sequence[Decision], Fates], None]
    on_words: Callable[[str], None]
    standing: Standing | None = None
    _shown: Standing = field(init=False)
    _desk: Desk = field(init=False)
    _watch: SignalWatch = field(init=False)
    _trader: Trader = field(init=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _feed: TradingFeed | None = None
    _has_begun: bool = False
    _compared_until: int = 0

    def __post_init__(self) -> None:
        plan = self.plan
        self._shown = Standing(
            watched=plan.watched,
            health=FeedHealth(plan.instruments),
            instruments={each: InstrumentStanding() for each in plan.instruments},
            see_channels=self.means.messenger.view,
        )

    async def run(self) -> None:
        """Watch until the venue's time `until`, or until cancelled.

        Raises
        ------
        VenueError
            The venue cannot be reached at the start; later breaks are mended.
        StoreError
            Something could not be kept; nothing was told that is not in the journal.
        """
        try:
            while not await self._run_once():
                await asyncio.sleep(PAUSE_S)
                self.plan = replace(self.plan, session=next_session(self.plan.session))
        finally:
            await self.means.messenger.finish()
            await self.means.history.close()

    async def _run_once(self) -> bool:
        """Watch until the end; false when the candles of the feed had a hole, so that all must begin anew.

        A venue that is away when that is tried is waited for: it has been there.
        """
        is_first, self._has_begun, reason, goes_on = self.standing is None, False, "stopped", False
        try:
            prepared = await self._prepare()
            await self._follow(prepared)
            reason = "done"
        except HoleError as error:
            reason, goes_on = str(error), True
            self.on_words(f"{error}; beginning anew from the history")
            return False
        except EdgeproofError as error:
            reason = str(error)
            if is_first or not (isinstance(error, VenueError) and error.is_passing):
                raise
            goes_on = True
            self.on_words(f"{error}; trying again")
            return False
        finally:
            await self._end(reason, goes_on=goes_on)
        return True

    async def _end(self, reason: str, *, goes_on: bool) -> None:
        if self._feed is not None:
            await self._feed.close()
        if self._has_begun:
            now = self.means.clock.now()
            self._write([SessionEnded(session=self.plan.session, at=now, reason=reason, goes_on=goes_on)])

    # --- the beginning ---

    async def _prepare(self) -> Mapping[Instrument, Prepared]:
        plan, means = self.plan, self.means
        self._complete_log()
        give_back(means.store, means.journal, plan.venue)
        now = await means.history.time()
        taken = means.journal.taken_until()
        self._refuse_the_past(now, taken)
        prepared: dict[Instrument, Prepared] = {}
        for each in plan.instruments:
            self.on_words(f"{each}: looking for history")
            await bring(means.history, means.store, each, now=now, span=plan.span, least=plan.least)
            prepared[each] = begin_with(means.store, each, now=now, span=plan.span, taken_until=taken.get(each))
        self.on_words(f"evaluating {len(plan.hypotheses)} hypotheses on the history of {len(prepared)} instruments")
        # In a thread: Ctrl-C and the picture need not wait for it.
        records = await asyncio.to_thread(self._begin, prepared, taken, now)
        self._trader = await means.trading(plan.session)
        self._shown.see_trading, self._shown.see_weights = self._trader.view, self._trader.weights
        records += self._trader.begin(prepared, now)
        history = {instrument: each.candles for instrument, each in prepared.items()}
        # What was not told yet stands before what is new, which is queued behind it.
        means.journal.append(means.messenger.begin(plan.session, self._venue_now, history))
        # What fired while no session was there, and is still in time, is traded like any other.
        self._keep([*records, *self._trader.seen((), records, ())])
        for each in plan.instruments:
            self._stand(each)
        self._compared_until = self._desk.now
        self.standing, self._has_begun = self._shown, True
        return prepared

    def _refuse_the_past(self, now: int, taken: Mapping[Instrument, int]) -> None:
        last = max((taken[each] for each in self.plan.instruments if each in taken), default=0)
        if last > now + DAY:
            raise InputError(
                f"expected a venue whose time goes on from {format_time(last)}, where the last session of this home "
                f"ended, found {format_time(now)}: a replay of the past needs a home of its own (--home)"
            )

    def _begin(
        self, prepared: Mapping[Instrument, Prepared], taken: Mapping[Instrument, int], now: int
    ) -> list[Record]:
        """Evaluate all history; that the session has begun, and what fired while none was there."""
        used = {each: of.used for each, of in prepared.items()}
        self._watch = SignalWatch(self.plan.hypotheses, self.plan.instruments)
        self._desk = self._new_desk(used, taken, now)
        self._shown.scoreboard = Scoreboard(self.plan.records)
        for entry in self.means.journal.read(TradeClosed):
            self._shown.scoreboard.ended(entry.record)
        records: list[Record] = [self._session_began(used)]
        for instrument, each in prepared.items():
            after = taken.get(instrument, each.used.end)
            self._desk.remember(instrument, each.candles, each.funding)
            fired = self._watch.begin(instrument, each.candles, each.funding, after=after)
            records += self._desk.missed_in_history(fired)
        return records

    def _new_desk(self, used: Mapping[Instrument, HistoryUsed], taken: Mapping[Instrument, int], now: int) -> Desk:
        plan, means = self.plan, self.means
        earliest = min((each.end for each in used.values()), default=now)
        decided = [each.record for each in means.journal.read(Decided, start=earliest - DAY)]
        return Desk(
            session=plan.session,
            watch=self._watch,
            rules=plan.rules,
            records=plan.records,
            history=history_source(means.store, means.journal, plan.session, used),
            wall=means.clock.now,
            monotonic=means.clock.monotonic,
            began=now,
            taken_until=taken,
            first_after={instrument: each.end for instrument, each in used.items() if instrument not in taken},
            known={each.decision.signal.id: (each.at, each.decision.signal.instrument) for each in decided},
        )

    def _complete_log(self) -> None:
        """Tell what the last session had decided and could not tell any more."""
        told = [entry.record.decision for entry in self.means.journal.last(Decided, RECENT)]
        fates = fates_in(entry.record for entry in self.means.journal.last(SignalTraded, RECENT))
        again = self.means.log.complete([each for each in told if each.fate is Fate.TOLD], fates)
        if again:
            self.on_words(f"{again} signals of the last session were not in the file of signals; they are now")

    def _session_began(self, used: Mapping[Instrument, HistoryUsed]) -> SessionBegan:
        plan = self.plan
        return SessionBegan(
            session=plan.session,
            at=self.means.clock.now(),
            command=plan.command,
            venue=plan.venue,
            version=plan.version,
            pid=plan.pid,
            host=plan.host,
            timeframe=MINUTE,
            hypotheses={each.name: hypothesis_toml(each) for each in plan.hypotheses},
            settings=plan.settings,
            history=tuple(used.values()),
        )

    # --- the market ---

    async def _follow(self, prepared: Mapping[Instrument, Prepared]) -> None:
        feed = self._feed = self._trader.open(self.means.feed(prepared))
        self._shown.see_forming = feed.forming
        self.means.messenger.start()
        await self._grant()  # what was asked while no session was there comes before anything new
        await self._trader.send()
        others = [asyncio.create_task(each) for each in (self._look_after(feed), self._hear())]
        try:
            async for events in feed.events():
                async with self._turn:
                    await self._take(events)
                if self._is_done():
                    break
                for each in others:
                    if each.done():
                        each.result()
                self.means.messenger.check()
        finally:
            for each in others:
                each.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        if self.plan.until is not None:
            await self._compare(self._desk.began)

    async def _take(self, events: Sequence[FeedEvent]) -> None:
        arrived = self.means.clock.monotonic()
        market = [each for each in events if not isinstance(each, ExecutionEvent)]
        self._shown.health.seen(market, arrived)
        records = self._desk.seen(market)
        records += self._trader.seen(events, records, self._desk.exits)
        if records:
            self._keep(records)
            if any(isinstance(each, Decided) for each in records):
                self._shown.latencies_ms.append(1e3 * (self.means.clock.monotonic() - arrived))
        await self._trader.send()

    async def _hear(self) -> None:
        """Grant what people wish, as soon as it is noticed."""
        while True:
            await asyncio.sleep(HEAR_EVERY_S)
            await self._grant()

    async def _grant(self) -> None:
        for wish in self.means.wishes.waiting():
            async with self._turn:
                records = self._trader.wished(wish, self._desk.now)
                if records:
                    self._keep(records)
                for each in records:
                    if isinstance(each, Asked):
                        self.on_words(f"{each.by} asked to {each.wish.replace('_', ' ')}: {each.outcome}")
                await self._trader.send()
            self.means.wishes.granted(wish)

    def _is_done(self) -> bool:
        until = self.plan.until
        if until is None or self._shown.health.venue_time < until:
            return False
        return all(self._watch.closed_until(each) >= until for each in self.plan.instruments)

    def _keep(self, records: Sequence[Record]) -> None:
        """Into the journal; only then to the file, to whoever listens, and into what is shown."""
        self._write(records)
        decisions = [each.decision for each in records if isinstance(each, Decided)]
        told = [each for each in decisions if each.fate is Fate.TOLD]
        fates = fates_in(each for each in records if isinstance(each, SignalTraded))
        if told:
            self.means.log.append(told, fates)
        self._show(records, decisions)
        if decisions:
            self.on_decisions(decisions, fates)

    def _write(self, records: Sequence[Record]) -> None:
        """Into the journal, with what people are to be told of it: both or neither."""
        messages = self.means.messenger.composed(records)
        self.means.journal.append([*records, *messages])
        self.means.messenger.queued([*records, *messages])

    def _venue_now(self) -> int:
        return max(self._desk.now, self._shown.health.venue_time)

    def _show(self, records: Sequence[Record], decisions: Sequence[Decision]) -> None:
        standing = self._shown
        standing.decided(decisions)
        for record in records:
            match record:
                case CandleTaken(candle=ClosedCandle(is_correction=False)):
                    standing.closes += 1
                    self._stand(record.candle.instrument)
                case CloseMissed():
                    standing.missed[record.reason] += 1
                    standing.last_missed.append(record)
                case Noticed():
                    standing.notices.append(record)
                case ParityRun():
                    standing.parity = record
                case SignalTraded():
                    standing.was_traded(record)
                case TradeClosed():
                    standing.trade_closed(record)
                case _:
                    pass

    def _stand(self, instrument: Instrument) -> None:
        shown, market = self._shown.instruments[instrument], self._desk.market(instrument)
        shown.evaluated_until = self._watch.closed_until(instrument)
        if shown.evaluated_until % SHOWN_TIMEFRAME == 0 or not shown.regime:
            shown.regime = self._watch.regime(instrument)
        shown.funding_percentile = market.percentile

    # --- looking after itself ---

    async def _look_after(self, feed: TradingFeed) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self._look_at_files()
            if self.plan.with_preview:
                self._shown.previews = self._previews(feed)
            if self._desk.now // DAY > self._compared_until // DAY:
                await self._compare(self._compared_until)
            if summary := await self.means.messenger.summed_up(self._desk.now):
                self._keep(summary)

    def _look_at_files(self) -> None:
        words, killed = self.means.changes()
        self._desk.killed = killed
        if words:
            self._keep([self._desk.notice("changed", each) for each in words])
            for each in words:
                self.on_words(each)

    def _previews(self, feed: TradingFeed) -> tuple[Preview, ...]:
        fired = [each for candle in feed.forming().values() for each in self._watch.look(candle)]
        return tuple(
            Preview(
                hypothesis=each.signal.hypothesis,
                instrument=each.signal.instrument,
                timeframe=each.signal.timeframe,
                direction=each.signal.direction,
                closes_at=each.signal.time,
                reference_price=each.signal.reference_price,
                stop_loss=each.signal.stop_loss,
                targets=each.signal.targets,
            )
            for each in fired
        )

    async def _compare(self, start: int) -> None:
        """Hold what happened since a time against the backtest."""
        end = self._compared_until = self._desk.now
        run = await self.means.compare(start, end)
        self._keep([run])


def fates_in(records: Iterable[SignalTraded]) -> Fates:
    """What trading made of signals, by their ids."""
    return {each.signal.id: each.decided for each in records}


def next_session(name: str) -> str:
    """The name of a session that takes over from another.

    >>> next_session("20260203T103000-412"), next_session("20260203T103000-412.2")
    ('20260203T103000-412.2', '20260203T103000-412.3')
    """
    base, _, number = name.partition(".")
    return f"{base}.{int(number or 1) + 1}"
