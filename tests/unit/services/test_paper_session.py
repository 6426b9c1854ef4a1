"""A whole session that trades on paper, over fakes: killed wherever it does anything, the next takes up its trades."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

import numpy as np
import pytest

from edgeproof.adapters.simulated.costs import costs_by_hypothesis
from edgeproof.adapters.simulated.exchange import SimulatedExchange
from edgeproof.core.engine.risk import by_risk
from edgeproof.core.engine.state import Rules
from edgeproof.core.model.entry import ContractTerms
from edgeproof.core.model.event import ClosedCandle, MarketEvent, MarketTrade, Quote, VenueTime
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    Asked,
    OrderNoted,
    ParityRun,
    Record,
    SignalTraded,
    StandingNoted,
    TradeClosed,
)
from edgeproof.core.model.margin import MarginLevel
from edgeproof.core.model.order import Order
from edgeproof.core.model.steps import steps_of
from edgeproof.core.model.time import HOUR, MINUTE, SECOND
from edgeproof.core.model.trade import Book, Terms
from edgeproof.core.model.trading import TradingState
from edgeproof.core.model.trading_event import TradeFate
from edgeproof.core.performance.drift import DriftTest
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.core.signals.validate import Limits
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.streaming import StreamRules, StreamVenue
from edgeproof.ports import MarketFeed, SentCommand
from edgeproof.ports.wishes import Wish
from edgeproof.services.desk import Rules as DeskRules
from edgeproof.services.drifting import BacktestSample, Turn, Weighing
from edgeproof.services.kept_book import book_of, kept_book, marks_of
from edgeproof.services.plan import Means, Plan
from edgeproof.services.session import Session
from edgeproof.services.standing import Watched
from edgeproof.services.taking_up import take_up
from edgeproof.services.trading import TradingDesk
from edgeproof.services.trading_plan import Exchange, Histories, TradingPlan
from edgeproof.services.trading_view import trading_view
from edgeproof.services.watch_only import NobodyIsTold
from tests.support.clocks import HandClock
from tests.support.parity import hypotheses, world
from tests.unit.services.test_session import History, Kept, Killed, Log

R = TypeVar("R", bound=Record)

SEEN = world(2)
MINUTES = 40
UNTIL = SEEN.begin + MINUTES * MINUTE
LIMITS = RiskLimits(
    max_correlation=None, halve_correlation=None, max_btc_beta=None, loss_streak=None, max_orders_a_minute=None,
    max_signals_per_position=4, max_open_risk=Decimal("0.2"), max_leverage=Decimal(50), max_notional=None,
    max_margin_share=None, warn_loss=Decimal("0.02"), no_entries_loss=Decimal("0.9"), flatten_loss=None,
    max_drawdown=None,
)  # fmt: skip
MARGINS = (MarginLevel(notional=Decimal(0), initial=Decimal("0.02"), maintenance=Decimal("0.01")),)


def minute(batch: Sequence[MarketEvent], time: int) -> Iterator[list[MarketEvent]]:
    """A minute as a feed tells it: quotes and trades on the way through the candle, then what closes."""
    opened = time - MINUTE
    candles = [each for each in batch if isinstance(each, ClosedCandle)]
    points = ((500, "open"), (20 * SECOND, "low"), (40 * SECOND, "high"), (59 * SECOND, "close"))
    for number, (after, name) in enumerate(points):
        told: list[MarketEvent] = []
        for each in candles:
            at, price = opened + after, float(getattr(each, name))
            if number % 2 == 0:
                told.append(quote(each.instrument, at, price))
            told.append(
                MarketTrade(each.instrument, at + 100, price, max(each.volume / 4, 0.01), 1, opened // 100 + number)
            )
        yield told
    yield [*batch, VenueTime(time=time)]


def quote(instrument: Instrument, time: int, price: float) -> Quote:
    return Quote(
        instrument=instrument, time=time, bid=price * 0.9999, ask=price * 1.0001, bid_size=50.0, ask_size=50.0,
        last=price, mark=price, index=price, funding_rate=None, funding_time=None, next_funding_rate=None,
        suspended=False, post_only=False,
    )  # fmt: skip


class Feed:
    """Brings what follows the history it is given, minute by minute; first how the market stands, as venues do."""

    def __init__(self, after: int, until: int) -> None:
        self.after, self.until = after, until

    async def events(self) -> AsyncIterator[Sequence[MarketEvent]]:
        (before,) = SEEN.facts(self.after - MINUTE, self.after)
        *parts, _ = minute(before, self.after)
        yield [each for part in parts for each in part]
        for batch in SEEN.facts(self.after, self.until):
            time = max(each.close_time for each in batch if isinstance(each, ClosedCandle))
            for part in minute(batch, time):
                await asyncio.sleep(0)
                yield part
        yield [VenueTime(time=self.until)]
        await asyncio.sleep(3600)

    def forming(self) -> Mapping[Instrument, ClosedCandle]:
        return {}

    async def close(self) -> None:
        await asyncio.sleep(0)


class Box:
    """The wishes of a home, in memory."""

    def __init__(self) -> None:
        self.wishes: list[Wish] = []

    def put(self, wish: Wish) -> None:
        self.wishes.append(wish)

    def waiting(self) -> tuple[Wish, ...]:
        return tuple(self.wishes)

    def granted(self, wish: Wish) -> None:
        self.wishes.remove(wish)


@dataclass
class Fuse:
    """Counts what a process does, and kills it before it does one thing too many."""

    left: int | None = None
    done: int = 0
    is_dead: bool = False

    def burn(self) -> None:
        """One thing is about to be done, or was just done."""
        if self.is_dead:
            raise Killed
        self.done += 1
        if self.left is not None and self.done > self.left:
            self.is_dead = True
            raise Killed


class Burning:
    """Whatever lasts, with a fuse before and after every call."""

    def __init__(self, thing: object, fuse: Fuse) -> None:
        self._thing, self._fuse = thing, fuse

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._thing, name)
        if name not in {"append", "complete", "granted"}:
            return method  # type: ignore[no-any-return]

        def call(*words: object) -> object:
            self._fuse.burn()
            found = method(*words)
            self._fuse.burn()
            return found

        return call


class BurningExchange(SimulatedExchange):
    """A simulated exchange with a fuse before and after everything that is sent and told."""

    fuse: Fuse

    async def send(self, command: SentCommand) -> None:
        self.fuse.burn()
        await asyncio.sleep(0)
        await super().send(command)
        self.fuse.burn()


def plan(fuse: Fuse) -> TradingPlan:
    costs = costs_by_hypothesis(hypotheses(), taker=0.0005, maker=0.0002)

    def exchange(feed: MarketFeed, orders: Sequence[Order], histories: Histories) -> Exchange:
        venue = StreamVenue(SimulatedAccount(costs, orders=orders), StreamRules(latency_ms=150))
        for instrument, candles in histories.items():
            venue.remember(instrument, candles)
        made = BurningExchange(feed, venue)
        made.fuse = fuse
        return made

    terms = ContractTerms(lot_size=Decimal("0.001"), initial_margin_fraction=None)
    return TradingPlan(
        rules=Rules(
            steps={each: steps_of(0.01, 0.001) for each in SEEN.instruments},
            contracts=dict.fromkeys(SEEN.instruments, terms),
            terms={each.name: Terms(break_even=each.break_even, max_hold=each.max_hold) for each in hypotheses()},
            limits=LIMITS,
            ask=by_risk,
        ),
        cash=Decimal(10_000),
        exchange=exchange,
        assumed=lambda intent: costs(intent).slippage,
        margins=dict.fromkeys(SEEN.instruments, MARGINS),
    )


@dataclass
class Disk(Kept):
    """What outlives a session that trades."""

    box: Box = field(default_factory=Box)
    weighing: Weighing = field(default_factory=Weighing)


def session(disk: Disk, fuse: Fuse, name: str = "s1", now: int = SEEN.begin) -> Session:
    async def trading(of: str) -> TradingDesk:
        await asyncio.sleep(0)
        return take_up(of, replace(plan(fuse), weighing=disk.weighing), disk.journal)

    async def compare(start: int, end: int) -> ParityRun:
        await asyncio.sleep(0)
        return ParityRun(session=name, at=end, start=start, end=end, unexplained=0)

    watched = Watched(command="paper", venue="fake", states={"draft": 5}, warming_up={}, left_out={})
    validation = Limits(max_cost_r=None, max_spread_bps=None)
    made = Plan(
        session=name, command="paper", venue="fake", version="1", host="here", pid=1, hypotheses=hypotheses(),
        instruments=tuple(SEEN.instruments), settings={}, records={}, watched=watched, span=24 * HOUR,
        least=24 * HOUR, until=UNTIL, with_preview=False,
        rules=DeskRules(limits=validation, admits=("draft",), admits_words="draft", cost_of=lambda _: 0.001),
    )  # fmt: skip
    means = Means(
        feed=lambda prepared: Feed(min(each.used.end for each in prepared.values()), UNTIL),
        history=History(now),
        store=disk.store,
        journal=Burning(disk.journal, fuse),  # type: ignore[arg-type]
        log=Burning(Log(disk), fuse),  # type: ignore[arg-type]
        clock=HandClock(now),
        changes=lambda: ((), frozenset()),
        compare=compare,
        trading=trading,
        wishes=Burning(disk.box, fuse),  # type: ignore[arg-type]
        messenger=NobodyIsTold(),
    )
    return Session(made, means, lambda _, __: None, lambda _: None)


def run(disk: Disk, fuse: Fuse, name: str = "s1", now: int = SEEN.begin) -> bool:
    """Whether it came to its end."""
    try:
        asyncio.run(session(disk, fuse, name, now).run())
    except Killed:
        return False
    return True


def records(disk: Disk, kind: type[R]) -> list[R]:
    return [entry.record for entry in disk.journal.read(kind)]


def bare(record: R) -> R:
    """The record as any session could have written it."""
    return replace(record, session="")


def book(disk: Disk) -> Book:
    found = book_of(disk.journal)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def undisturbed() -> Disk:
    disk = Disk()
    assert run(disk, Fuse())
    return disk


def test_a_session_trades_its_signals_and_writes_down_what_became_of_each(undisturbed: Disk) -> None:
    fates = [each.decided for each in records(undisturbed, SignalTraded)]
    found = {each.fate for each in fates}
    assert found >= {TradeFate.TAKEN, TradeFate.DENIED, TradeFate.OVERLAPPED}
    assert len({each.signal_id for each in fates}) == len(fates)
    taken = {each.signal_id for each in fates if each.fate is TradeFate.TAKEN}
    closed = {each.trade.signal_id for each in records(undisturbed, TradeClosed)}
    assert len(closed) >= 5
    assert taken == closed | set(book(undisturbed).trades)
    made = sum(each.trade.net_pnl for each in records(undisturbed, TradeClosed))
    assert abs(book(undisturbed).account.cash - 10_000 - made) < Decimal("1e-18")


def everything_done(disk: Disk) -> list[Record]:
    kinds = (SignalTraded, TradeClosed, StandingNoted)
    return [bare(each) for kind in kinds for each in records(disk, kind)]


def fills(disk: Disk) -> list[OrderNoted]:
    return [bare(each) for each in records(disk, OrderNoted) if each.what == "filled"]


def number_of_things_done() -> int:
    fuse = Fuse()
    run(Disk(), fuse)
    return fuse.done


@pytest.mark.parametrize("part", range(8))
def test_a_session_killed_before_or_after_anything_it_does_is_taken_up_by_the_next(
    part: int, undisturbed: Disk
) -> None:
    for left in range(part, number_of_things_done(), 8):
        disk = Disk()
        assert not run(disk, Fuse(left))
        assert run(disk, Fuse(), "s2")
        assert everything_done(disk) == everything_done(undisturbed), left
        assert book(disk) == book(undisturbed), left
        fills = [
            [bare(each) for each in records(of, OrderNoted) if each.what == "filled"] for of in (disk, undisturbed)
        ]
        assert fills[0] == fills[1], left
        assert sorted(disk.file) == sorted(undisturbed.file), left


def wish(word: str, target: str = "", number: int = 1) -> Wish:
    return Wish(id=f"{number:013}-1", at=SEEN.begin, wish=word, target=target, by="trader", why="lunch")


def test_after_a_stop_nothing_is_entered_and_everybody_is_told_why() -> None:
    disk = Disk()
    disk.box.put(wish("stop"))
    assert run(disk, Fuse())
    assert disk.box.wishes == []
    (asked,) = records(disk, Asked)
    assert (asked.by, asked.why, asked.outcome) == ("trader", "lunch", "trading is reducing")
    fates = {each.decided.fate for each in records(disk, SignalTraded)}
    assert TradeFate.TAKEN not in fates
    assert TradeFate.DENIED in fates
    assert book(disk).account.status.by == "trader"


def test_a_wish_that_was_granted_and_not_taken_out_is_not_granted_again(undisturbed: Disk) -> None:
    disk = Disk()
    disk.box.put(wish("stop"))
    disk.box.put(wish("resume", number=2))
    assert run(disk, Fuse())
    again = Disk(journal=disk.journal)
    again.box.put(wish("stop"))
    assert run(again, Fuse(), "s2", UNTIL)
    assert again.box.wishes == []
    assert len(records(again, Asked)) == 2
    assert book(again).account.status.state is TradingState.ACTIVE
    assert [each.decided.fate for each in records(disk, SignalTraded)] == [
        each.decided.fate for each in records(undisturbed, SignalTraded)
    ]


def test_close_all_closes_everything_at_market() -> None:
    disk = Disk()
    assert run(disk, Fuse())
    held = set(book(disk).trades)
    assert held
    disk.box.put(wish("halt"))
    assert run(disk, Fuse(), "s2", UNTIL)
    leaving = {each.order_id.partition("-")[0] for each in records(disk, OrderNoted) if "emergency" in each.order_id}
    assert leaving == held
    assert book(disk).account.status.state is TradingState.HALTED


def test_where_the_venue_would_liquidate_is_known_to_the_session_and_to_whoever_reads_its_journal(
    undisturbed: Disk,
) -> None:
    held, (marks, _) = kept_book(undisturbed.journal), marks_of(undisturbed.journal)
    assert held is not None
    told = trading_view(held.book, marks, LIMITS, UNTIL, margins=held.margins).positions
    desk = take_up("s2", plan(Fuse()), undisturbed.journal)
    desk.begin({}, UNTIL)
    desk.seen([quote(each, UNTIL, price) for each, price in marks.items()], [], [])
    assert [each.liquidation_price for each in desk.view().positions] == [each.liquidation_price for each in told]
    assert told
    assert all(each.liquidation_price is not None for each in told)


# --- drift ---


def impatient(turns: list[Turn]) -> Weighing:
    """One loss halves the weight, two in a row kill."""
    test = DriftTest(
        n=100, mean=0.2, deviation=1.0, reference=0.05, block_length=1.0, alert=0.2, half=0.3, kill=1.6, gain=0.5
    )

    def keep(turn: Turn) -> bool:
        turns.append(turn)
        return True

    outcomes, instruments = np.array([1.2, -0.8] * 50), frozenset(SEEN.instruments)
    return Weighing(
        tested={each.name: BacktestSample(outcomes=outcomes, instruments=instruments) for each in hypotheses()},
        definitions={each.name: hypothesis_toml(each) for each in hypotheses()},
        calibrate=lambda _: test,
        keep=keep,
    )


def test_a_session_weighs_its_signals_and_denies_those_of_what_its_trades_have_killed() -> None:
    turns: list[Turn] = []
    disk = Disk(weighing=impatient(turns))
    of = session(disk, Fuse())
    asyncio.run(of.run())
    decided = [each.decided for each in records(disk, SignalTraded)]
    weighed = [each.weight for each in decided if each.weight is not None]
    assert {"steady", "half", "kill"} <= {each.stage for each in weighed}
    for each in decided:
        if each.rule == "drift":
            assert (each.fate, each.limit, each.quantity) == (TradeFate.DENIED, 1.6, None)
            assert isinstance(each.value, float)
            assert each.value > 1.6
        if each.fate is TradeFate.TAKEN and each.weight is not None and each.weight.stage == "half":
            assert "weight 0.5" in each.sizing
    assert "drift" in {each.rule for each in decided}
    killed = [each.hypothesis for each in turns]
    assert killed
    assert of.standing is not None
    shown = of.standing.see_weights()
    assert shown.keys() == {each.name for each in hypotheses()}
    assert {name for name, each in shown.items() if each.stage == "kill"} == set(killed)
    assert len(killed) == len(set(killed))


@pytest.mark.parametrize("part", range(3))
def test_a_session_that_was_killed_weighs_on_as_if_nothing_had_happened(part: int) -> None:
    turns: list[Turn] = []
    whole = Disk(weighing=impatient(turns))
    assert run(whole, Fuse())
    for left in range(part * 7, number_of_things_done(), 21):
        again: list[Turn] = []
        disk = Disk(weighing=impatient(again))
        run(disk, Fuse(left))
        assert run(disk, Fuse(), "s2")
        assert everything_done(disk) == everything_done(whole), left
        assert {each.hypothesis for each in again} == {each.hypothesis for each in turns}, left
