"""The trading desk: facts of the market and of our orders in, `step`, records and commands out.

1. `begin` takes up the book of the journal: what was asked of the venue and not answered is asked again, under the same
   ids; an entry whose time is over meanwhile is let go.
2. `seen` takes in what a batch of the feed brought, in its order; then the closes, the exits, and last the signals that
   the signal desk let through. Its records belong into one append with those of the signal desk.
3. `send` tells the venue what was decided, once that is in the journal.

What cannot be (a fill beyond its order, an order nobody placed coming alive) halts trading; a person finds out why.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from edgeproof.core.engine.state import EngineState, Rules, begin
from edgeproof.core.engine.step import step
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.entry import UNWEIGHED, SignalWeight
from edgeproof.core.model.errors import EdgeproofError
from edgeproof.core.model.event import ClosedCandle, FundingPublished, MarketTrade, Quote
from edgeproof.core.model.execution import ExecutionEvent, Expired, Sent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    Asked,
    BookKept,
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
    ENTRY,
    AmendOrder,
    CancelOrder,
    Order,
    OrderCommand,
    OrderIntent,
    OrderState,
    PlaceOrder,
)
from edgeproof.core.model.signal import Decision, Fate, Signal
from edgeproof.core.model.time import SECOND
from edgeproof.core.model.trade import Account, Book, BookChange, change_between
from edgeproof.core.model.trading import StateCause
from edgeproof.core.model.trading_event import (
    CandleSeen,
    CloseAsked,
    ExitConditionMet,
    FateDecided,
    FundingSettled,
    InvariantBroken,
    PriceSeen,
    SignalSeen,
    StandingChanged,
    StateAsked,
    TradeEnded,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.signals.watch import ExitMet
from edgeproof.ports import FeedEvent, Journal, MarketFeed, OrderGateway, SentCommand, TradingFeed, Wish
from edgeproof.services.drifting import Drifting, Weighing, drifting_of
from edgeproof.services.evidence import TrackRecord
from edgeproof.services.kept_book import book_of
from edgeproof.services.order_notes import Notes
from edgeproof.services.prepare import Prepared
from edgeproof.services.priced_book import Margins
from edgeproof.services.relations import Relations
from edgeproof.services.track_records import sizing_record
from edgeproof.services.trading_view import TradingView, trading_view

QUOTED_MS = 10 * SECOND
"""While a quote is no older than this, a trade says nothing about the price that the quote does not."""

WHOLE_EVERY = 1_000
"""Changes after which the whole book is written down again: who reads a journal need not go back further."""


class Exchange(TradingFeed, OrderGateway, Protocol):
    """Where orders go, and where the market and what becomes of them come from."""


Histories = Mapping[Instrument, Candles]
"""The candles of instruments up to where a session takes over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingPlan:
    """By what trading is done: the rules, the money it begins with where no session ever traded.

    `exchange` opens the venue of the orders: around a market feed, knowing the orders of a book and the histories.
    `assumed` is the slippage a backtest assumes for an order, a fraction of price; `records` are wanted by Kelly sizing
    alone, `margins` by views: they decide nothing. `weighing` says by what drift from the backtest is judged.
    """

    rules: Rules
    cash: Decimal
    exchange: Callable[[MarketFeed, Sequence[Order], Histories], Exchange]
    assumed: Callable[[OrderIntent], float]
    records: Mapping[tuple[str, Instrument], TrackRecord] = field(default_factory=dict)
    margins: Margins = field(default_factory=dict)
    weighing: Weighing = field(default_factory=Weighing)


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
    _kept: Book = field(init=False)
    _relations: Relations = field(init=False)
    _notes: Notes = field(init=False)
    _exchange: Exchange | None = None
    _histories: Histories = field(default_factory=dict)
    _out: list[Record] = field(default_factory=list)
    _commands: list[SentCommand] = field(default_factory=list)
    _quoted: dict[Instrument, int] = field(default_factory=dict)
    _signals: dict[str, Signal] = field(default_factory=dict)
    _now: int = 0
    _changes: int = 0

    def __post_init__(self) -> None:
        book = Book(account=Account(cash=self.plan.cash)) if self.found is None else self.found
        self.state = begin(self.plan.rules, book)
        self._kept = book
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
        whole = self.state.book
        for trade in (*self.state.trades.values(), *self.state.over.values()):
            for order in trade.orders.values():
                self._ask_again(order, now)
        self._kept = whole
        kept = self._whole(whole)
        noticed = [Noticed(session=self.session, at=now, kind="limits", detail=each) for each in self.words]
        return [kept, *noticed, *self._taken_out()]

    def _ask_again(self, order: Order, now: int) -> None:
        """Ask for what was asked for and not answered: under the same ids, so that it cannot happen twice."""
        expires_at = order.intent.expires_at
        if order.state in _NOT_THERE and order.venue_id is None:
            if order.intent.leg == ENTRY and expires_at is not None and now >= expires_at:
                self._do(Expired(order_id=order.id, time=now))
                return
            self._ask(PlaceOrder(intent=order.intent), self._asked_at(order, now))
        elif order.state is OrderState.CANCELLING:
            self._ask(CancelOrder(order_id=order.id, reason=self._asked_why(order)), self._asked_at(order, now))
        elif order.is_living and order.asked is not None:
            self._ask(order.asked, self._asked_at(order, now))

    def _asked_why(self, order: Order) -> str:
        note = self.asked.get(order.id)
        return "" if note is None else note.reason

    def _asked_at(self, order: Order, now: int) -> int:
        note = self.asked.get(order.id)
        return now if note is None else note.at

    def open(self, feed: MarketFeed) -> TradingFeed:
        """The market with what becomes of our orders in it."""
        trades = (*self.state.trades.values(), *self.state.over.values())
        orders = [order for trade in trades for order in trade.orders.values()]
        self._exchange = self.plan.exchange(feed, orders, self._histories)
        return self._exchange

    # --- what happens ---

    def seen(self, events: Sequence[FeedEvent], records: Sequence[Record], exits: Sequence[ExitMet]) -> list[Record]:
        """Take in a batch of the feed and what the signal desk made of it; what is to be written down."""
        self._out = []
        for event in events:
            self._see(event)
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
        outcome = self._grant(wish)
        asked = Asked(
            session=self.session, at=self._now, id=wish.id, wish=wish.wish, target=wish.target,
            by=wish.by, why=wish.why, outcome=outcome,
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
        book = self.state.book
        change = change_between(self._kept, book)
        if change:
            self._changes += 1
            part = BookKept(session=self.session, at=self._now, is_whole=False, change=change)
            out.append(self._whole(book) if self._changes % WHOLE_EVERY == 0 else part)
        self._kept = book
        return out

    def _whole(self, book: Book) -> BookKept:
        margins = {each.unified: tuple(levels) for each, levels in self.plan.margins.items()}
        return BookKept(session=self.session, at=self._now, is_whole=True, change=_all_of(book), margins=margins)

    def _see(self, event: FeedEvent) -> None:
        match event:
            case Quote():
                self._see_quote(event)
            case MarketTrade():
                quoted = self._quoted.get(event.instrument, -QUOTED_MS)
                if event.time - quoted >= QUOTED_MS and event.time >= self.known_until:
                    self._do(PriceSeen(time=event.time, instrument=event.instrument, price=event.price))
            case FundingPublished():
                self._see_funding(event)
            case _ if isinstance(event, ExecutionEvent):
                self._do(event)
            case _:
                pass

    def _see_quote(self, quote: Quote) -> None:
        price = quote.last
        if quote.bid is not None and quote.ask is not None and quote.bid > 0:
            price = (quote.bid + quote.ask) / 2
            self._quoted[quote.instrument] = quote.time
        if price is not None and price > 0 and quote.time >= self.known_until:
            self._do(PriceSeen(time=quote.time, instrument=quote.instrument, price=price))

    def _see_candle(self, candle: ClosedCandle) -> None:
        self._do(CandleSeen(candle=candle))
        if self._relations.closed(candle):
            self._do(self._relations.seen(candle.close_time))

    def _see_funding(self, funding: FundingPublished) -> None:
        """A settlement is paid at the price of its moment, which is the last one seen."""
        seen = self.state.prices.get(funding.instrument)
        if seen is not None:
            instrument, time = funding.instrument, funding.time
            self._do(FundingSettled(time=time, instrument=instrument, rate=funding.rate, price=seen.price))

    def _see_signal(self, decision: Decision) -> None:
        self._signals[decision.signal.id] = decision.signal
        record = self.plan.records.get((decision.signal.hypothesis, decision.signal.instrument))
        known = None if record is None else sizing_record(record)
        weight = UNWEIGHED if self.drifting is None else self.drifting.weight(decision.signal.hypothesis)
        self._do(SignalSeen(time=decision.decided_at, signal=decision.signal, record=known, weight=weight))

    def _grant(self, wish: Wish) -> str:
        before = len(self._commands)
        match wish.wish:
            case "close" | "close_all" | "halt":
                self._do(self._close_asked(wish))
        cause = _CAUSES.get(wish.wish)
        if cause is not None:
            self._do(StateAsked(time=self._now, cause=cause, by=wish.by, why=wish.why))
        sent = sum(isinstance(each.command, PlaceOrder) for each in self._commands[before:])
        cancelled = sum(isinstance(each.command, CancelOrder) for each in self._commands[before:])
        words = [f"{sent} positions are being closed at market"] if sent else []
        words += [f"{cancelled} orders are being cancelled"] if cancelled else []
        if cause is not None:
            words.append(f"trading is {self.state.account.status.state.value}")
        return ", ".join(words) or "there was nothing to close"

    def _close_asked(self, wish: Wish) -> CloseAsked:
        if wish.wish != "close":
            return CloseAsked(time=self._now)
        traded = {each.signal.instrument for each in self.state.trades.values()}
        instrument = next((each for each in traded if each.unified == wish.target), None)
        if instrument is not None:
            return CloseAsked(time=self._now, instrument=instrument)
        return CloseAsked(time=self._now, signal_id=wish.target)

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


def _all_of(book: Book) -> BookChange:
    return BookChange(
        account=book.account,
        trades=tuple(book.trades.values()),
        over=tuple(book.over.values()),
        positions=tuple(book.positions.values()),
    )


_NOTES = 500
"""Notes of orders among which the times of those that were not answered are looked for."""
_ASKED = frozenset({"intended", "amend_sent", "cancel_sent"})


def take_up(session: str, plan: TradingPlan, journal: Journal, words: Sequence[str] = ()) -> TradingDesk:
    """The trading desk of a session, with what a journal says of those before it."""
    notes = [entry.record for entry in journal.last(OrderNoted, _NOTES)]
    kept = journal.last(BookKept, 1)
    return TradingDesk(
        session=session,
        plan=plan,
        found=book_of(journal),
        known_until=kept[0].record.at if kept else 0,
        asked={each.order_id: each for each in notes if each.what in _ASKED},
        granted=frozenset(entry.record.id for entry in journal.last(Asked, _NOTES)),
        words=words,
        drifting=drifting_of(session, plan.weighing, journal) if plan.weighing.tested else None,
    )


_NOT_THERE = frozenset({OrderState.INTENDED, OrderState.SENT, OrderState.UNKNOWN})
_CAUSES = {
    "stop": StateCause.PERSON_REDUCES,
    "halt": StateCause.PERSON_HALTS,
    "resume": StateCause.PERSON_RESUMES,
}
