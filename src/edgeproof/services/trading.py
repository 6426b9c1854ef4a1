"""The trading desk: facts of the market and of our orders in, `step`, records and commands out.

1. `begin` takes up the book of the journal: what was asked of the venue and not answered is asked again, under the same
   ids; an entry whose time is over meanwhile is let go (asking_again.py).
2. `seen` takes in what a batch of the feed brought, in its order (market_sight.py), then the closes, the exits, and
   last the signals that the signal desk let through. Its records belong into one append with those of the signal desk.
3. `wished` grants what a person wishes (steering.py).
4. `send` tells the venue what was decided, once that is in the journal.

What cannot be (a fill beyond its order, an order nobody placed coming alive) halts trading; a person finds out why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from edgeproof.core.engine.state import EngineState, begin
from edgeproof.core.engine.step import step
from edgeproof.core.model.entry import UNWEIGHED, SignalWeight
from edgeproof.core.model.errors import EdgeproofError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.execution import Sent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    Asked,
    CandleTaken,
    Decided,
    Noticed,
    OrderNoted,
    Record,
    SignalTraded,
    StandingNoted,
    TradeClosed,
)
from edgeproof.core.model.order import (
    AmendOrder,
    CancelOrder,
    Order,
    OrderCommand,
    PlaceOrder,
)
from edgeproof.core.model.signal import Decision, Fate, Signal
from edgeproof.core.model.trade import Account, Book
from edgeproof.core.model.trading_event import (
    CandleSeen,
    ExitConditionMet,
    FateDecided,
    InvariantBroken,
    PriceSeen,
    SignalSeen,
    StandingChanged,
    TradeEnded,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.signals.watch import ExitMet
from edgeproof.ports import FeedEvent, MarketFeed, SentCommand, TradingFeed
from edgeproof.ports.wishes import Wish
from edgeproof.services.asking_again import asked_again
from edgeproof.services.book_keeping import BookKeeper
from edgeproof.services.drifting import Drifting
from edgeproof.services.market_sight import MarketSight
from edgeproof.services.order_notes import Notes
from edgeproof.services.prepare import Prepared
from edgeproof.services.relations import Relations
from edgeproof.services.steering import granted, outcome
from edgeproof.services.track_records import sizing_record
from edgeproof.services.trading_plan import Exchange, Histories, TradingPlan
from edgeproof.services.trading_view import TradingView, trading_view


@dataclass(slots=True, eq=False)
class TradingDesk:
    """One session's trading; see the module. `found` is the book of the journal, None where there never was one, and
    `known_until` the time it was kept at: prices from before it say nothing about what is held since.

    `asked` are the notes of what was asked of the venue, by the ids of orders, the last of each; `granted` are the ids
    of wishes that are in the journal, and `words` are what a person should know at the beginning.
    """

    session: str
    plan: TradingPlan
    found: Book | None
    known_until: int = 0
    asked: Mapping[str, OrderNoted] = field(default_factory=dict)
    granted: frozenset[str] = frozenset()
    words: Sequence[str] = ()
    drifting: Drifting | None = None
    state: EngineState = field(init=False)
    _keeper: BookKeeper = field(init=False)
    _relations: Relations = field(init=False)
    _notes: Notes = field(init=False)
    _exchange: Exchange | None = None
    _histories: Histories = field(default_factory=dict)
    _out: list[Record] = field(default_factory=list)
    _commands: list[SentCommand] = field(default_factory=list)
    _sight: MarketSight = field(init=False)
    _signals: dict[str, Signal] = field(default_factory=dict)
    _now: int = 0

    def __post_init__(self) -> None:
        book = Book(account=Account(cash=self.plan.cash)) if self.found is None else self.found
        self.state = begin(self.plan.rules, book)
        self._keeper = BookKeeper(self.session, self.plan.margins, book)
        self._sight = MarketSight(self.known_until)
        self._relations = Relations(self.plan.rules.limits)
        known = {name: each.reference for name, each in self.asked.items() if each.reference is not None}
        self._notes = Notes(self.session, self.plan.assumed, known)

    # --- the beginning ---

    def begin(self, prepared: Mapping[Instrument, Prepared], now: int) -> list[Record]:
        """Take up the book; what is to be written down of it."""
        self._now, self._out = now, []
        self._histories = {instrument: each.candles for instrument, each in prepared.items()}
        for instrument, each in prepared.items():
            self._relations.remember(instrument, each.candles)
            if len(each.candles):
                price = float(each.candles.close[-1])
                self._do(PriceSeen(time=each.used.end, instrument=instrument, price=price))
        self._do(self._relations.seen(now))
        kept = self._keeper.whole(self.state.book, self._now)
        for again in asked_again(self._orders(), self.asked, now):
            if isinstance(again, SentCommand):
                self._commands.append(again)
            else:
                self._do(again)
        noticed = [Noticed(session=self.session, at=now, kind="limits", detail=each) for each in self.words]
        return [kept, *noticed, *self._taken_out()]

    def open(self, feed: MarketFeed) -> TradingFeed:
        """The market with what becomes of our orders in it."""
        self._exchange = self.plan.exchange(feed, self._orders(), self._histories)
        return self._exchange

    def _orders(self) -> list[Order]:
        trades = (*self.state.trades.values(), *self.state.over.values())
        return [order for trade in trades for order in trade.orders.values()]

    # --- what happens ---

    def seen(self, events: Sequence[FeedEvent], records: Sequence[Record], exits: Sequence[ExitMet]) -> list[Record]:
        """Take in a batch of the feed and what the signal desk made of it; what is to be written down."""
        self._out = []
        for event in events:
            seen = self._sight.seen(event, self.state.prices)
            if seen is not None:
                self._do(seen)
        for record in records:
            if isinstance(record, CandleTaken) and not record.candle.is_correction:
                self._see_candle(record.candle)
        for met in exits:
            self._do(ExitConditionMet(time=met.time, hypothesis=met.hypothesis, instrument=met.instrument))
        for record in records:
            if isinstance(record, Decided) and record.decision.fate is Fate.TOLD:
                self._see_signal(record.decision)
        return self._taken_out()

    def wished(self, wish: Wish, now: int) -> list[Record]:
        """Grant what a person wishes; what is to be written down. Nothing where it was granted before."""
        self._now, self._out = max(now, self._now), []
        if wish.id in self.granted:
            return []
        self.granted |= {wish.id}
        before = len(self._commands)
        for event in granted(wish, self.state, self._now):
            self._do(event)
        asked = Asked(
            session=self.session, at=self._now, id=wish.id, wish=wish.wish, target=wish.target,
            by=wish.by, why=wish.why, outcome=outcome(wish, self._commands[before:], self.state),
        )  # fmt: skip
        return [asked, *self._taken_out()]

    async def send(self) -> None:
        """Tell the venue what was decided and is in the journal by now."""
        if self.drifting is not None:
            self.drifting.keep()
        commands, self._commands = self._commands, []
        if not commands:
            return
        if self._exchange is None:
            self._commands = commands  # once it is open
            return
        for each in commands:
            await self._exchange.send(each)
            if isinstance(each.command, PlaceOrder):
                self._do(Sent(order_id=each.command.intent.id, time=each.time))

    def view(self) -> TradingView:
        """How trading stands."""
        marks = {each: seen.price for each, seen in self.state.prices.items()}
        return trading_view(self.state.book, marks, self.plan.rules.limits, self._now, margins=self.plan.margins)

    def weights(self) -> Mapping[str, SignalWeight]:
        """The weights of what is watched, by hypotheses; none where nobody weighs."""
        return {} if self.drifting is None else self.drifting.weights()

    def _taken_out(self) -> list[Record]:
        out, self._out = self._out, []
        kept = self._keeper.change(self.state.book, self._now)
        return out if kept is None else [*out, kept]

    def _see_candle(self, candle: ClosedCandle) -> None:
        self._do(CandleSeen(candle=candle))
        if self._relations.closed(candle):
            self._do(self._relations.seen(candle.close_time))

    def _see_signal(self, decision: Decision) -> None:
        self._signals[decision.signal.id] = decision.signal
        record = self.plan.records.get((decision.signal.hypothesis, decision.signal.instrument))
        known = None if record is None else sizing_record(record)
        weight = UNWEIGHED if self.drifting is None else self.drifting.weight(decision.signal.hypothesis)
        self._do(SignalSeen(time=decision.decided_at, signal=decision.signal, record=known, weight=weight))

    # --- the step ---

    def _do(self, event: TradingEvent) -> None:
        self._now = max(self._now, event.time)
        before = self.state
        try:
            self.state, commands = step(before, event)
        except EdgeproofError as error:
            if isinstance(event, InvariantBroken):
                raise
            self._do(InvariantBroken(time=event.time, why=f"{type(event).__name__}: {error}"))
            return
        self._out += self._notes.of(event, before, self.state)
        for command in commands:
            self._take(command, event.time)

    def _take(self, command: TradingCommand, time: int) -> None:
        match command:
            case PlaceOrder() | AmendOrder() | CancelOrder():
                self._out += self._notes.asked(command, time, self.state)
                self._ask(command, time)
            case FateDecided():
                signal = self._signals.pop(command.signal_id)
                self._out.append(SignalTraded(session=self.session, at=signal.time, signal=signal, decided=command))
            case TradeEnded():
                name = self.state.over[command.signal_id].signal.hypothesis
                self._out.append(TradeClosed(session=self.session, at=time, hypothesis=name, trade=command))
                self._out += [] if self.drifting is None else self.drifting.ended(name, command)
            case StandingChanged():
                self._out.append(StandingNoted(session=self.session, at=time, standing=command))

    def _ask(self, command: OrderCommand, time: int) -> None:
        self._commands.append(SentCommand(command=command, time=time))
