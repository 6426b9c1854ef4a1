"""All that trading knows, and the small changes of it that the decider is made of. Nothing is ever changed in place."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.model.alter import altered
from edgeproof.core.model.entry import ContractTerms
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import Order
from edgeproof.core.model.position import Position
from edgeproof.core.model.signal import Check
from edgeproof.core.model.steps import Steps, decimal_of
from edgeproof.core.model.trade import MOST_OVER, Account, Book, Terms, TradeAtWork
from edgeproof.core.model.trading_event import PriceSeen, RelationsSeen, SignalSeen, TradingCommand
from edgeproof.core.risk.limits import RiskLimits

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizing:
    """How much of a signal to trade (0 where a check denies it), all checks, and in words how the size came about."""

    quantity: Decimal
    denied_by: Check | None = None
    checks: tuple[Check, ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what is decided. `ask` says how much of a signal to trade, given everything else that is known.

    `contracts` says what risk has to know of an instrument, `steps` its ticks and lots.
    """

    steps: Mapping[Instrument, Steps]
    ask: "Callable[[EngineState, SignalSeen], Sizing]"
    limits: RiskLimits
    terms: Mapping[str, Terms] = field(default_factory=dict)
    contracts: Mapping[Instrument, ContractTerms] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineState:
    """All that trading knows. `prices` are the last ones seen; the rest is the book, and by what is decided."""

    rules: Rules
    account: Account
    trades: Mapping[str, TradeAtWork] = field(default_factory=dict)
    over: Mapping[str, TradeAtWork] = field(default_factory=dict)
    positions: Mapping[Instrument, Position] = field(default_factory=dict)
    prices: Mapping[Instrument, PriceSeen] = field(default_factory=dict)
    relations: RelationsSeen | None = None

    def position(self, instrument: Instrument) -> Position:
        """The position of an instrument, flat where there is none."""
        return self.positions.get(instrument) or Position(instrument=instrument)

    def trades_on(self, instrument: Instrument) -> list[TradeAtWork]:
        """The trades at work on an instrument."""
        return [each for each in self.trades.values() if each.signal.instrument == instrument]

    def mark(self, instrument: Instrument) -> Decimal | None:
        """The last price of an instrument, None where none was seen."""
        seen = self.prices.get(instrument)
        return None if seen is None else decimal_of(seen.price)

    @property
    def book(self) -> Book:
        """What outlives a restart."""
        return Book(account=self.account, trades=self.trades, over=self.over, positions=self.positions)


Stepped = tuple[EngineState, tuple[TradingCommand, ...]]


def begin(rules: Rules, book: Book) -> EngineState:
    """The state of a book that was found."""
    return EngineState(rules=rules, account=book.account, trades=book.trades, over=book.over, positions=book.positions)


def with_price(state: EngineState, seen: PriceSeen) -> EngineState:
    """The state after a price; the same one where a later price is known, or where it is none: 0, or no number."""
    known = state.prices.get(seen.instrument)
    if not 0 < seen.price < math.inf or (known is not None and known.time > seen.time):
        return state
    return altered(state, prices={**state.prices, seen.instrument: seen})


def with_trade(state: EngineState, trade: TradeAtWork) -> EngineState:
    """The state with a trade at work; one that was over is so no longer."""
    name, over = trade.signal.id, state.over
    if name in over:
        over = {key: each for key, each in over.items() if key != name}
    return altered(state, trades={**state.trades, name: trade}, over=over)


def with_order(state: EngineState, signal_id: str, order: Order) -> EngineState:
    """The state with an order of a trade at work as it is now."""
    trade = state.trades[signal_id]
    return with_trade(state, altered(trade, orders={**trade.orders, order.id: order}))


def without(state: EngineState, trade: TradeAtWork) -> EngineState:
    """The state with a trade over."""
    name = trade.signal.id
    trades = {key: each for key, each in state.trades.items() if key != name}
    over = dict([*state.over.items(), (name, state.trades[name])][-MOST_OVER:])
    return altered(state, trades=trades, over=over)
