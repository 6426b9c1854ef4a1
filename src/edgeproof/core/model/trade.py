"""What trading keeps: the trades at work, the money of the account, and both as the book a restart takes up from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import ENTRY, Order
from edgeproof.core.model.portfolio import LossStreak, TradingDay
from edgeproof.core.model.position import Guard, Position
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.trading import OrderPurpose, TradingStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a hypothesis fixes for its trades beside the prices of the signal. `max_hold` in milliseconds."""

    break_even: bool = False
    max_hold: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeAtWork:
    """A signal that is being traded: its orders so far and the guard of what is open (None before the first fill).

    `last_leg` is the leg of the last exit that was filled, "" before one. `leaving` says on whose account all of it is
    to go at market, what fills from then on included; None while it is not.
    """

    signal: Signal
    terms: Terms
    orders: Mapping[str, Order]
    guard: Guard | None = None
    last_leg: str = ""
    leaving: OrderPurpose | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether its entry may still fill."""
        return any(order.intent.leg == ENTRY and order.is_living for order in self.orders.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The money, the day and the trading state.

    `cash` is what was there at the beginning and what trades that are over have made since. `peak_equity` is the
    highest equity since trading began or was resumed after a drawdown, taken at closes of base candles and at fills.
    `sent_at` are the times of the orders of the last minute.
    """

    cash: Decimal
    peak_equity: Decimal | None = None
    day: TradingDay | None = None
    losses: LossStreak = LossStreak()
    status: TradingStatus = TradingStatus()
    sent_at: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All of trading that outlives a restart. `over` are the last trades that ended, for fills that come late."""

    account: Account
    trades: Mapping[str, TradeAtWork] = field(default_factory=dict)
    over: Mapping[str, TradeAtWork] = field(default_factory=dict)
    positions: Mapping[Instrument, Position] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookChange:
    """What changed in a book: the new account (None: as before), trades at work, trades over, positions."""

    account: Account | None = None
    trades: tuple[TradeAtWork, ...] = ()
    over: tuple[TradeAtWork, ...] = ()
    positions: tuple[Position, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return self.account is not None or bool(self.trades or self.over or self.positions)


MOST_OVER = 20
"""Trades that are over and kept for a late fill."""


def change_between(before: Book, after: Book) -> BookChange:
    """What has to be written down for `before` to become `after`. Parts that are the same object are the same."""
    return BookChange(
        account=None if after.account is before.account else after.account,
        trades=tuple(each for key, each in after.trades.items() if before.trades.get(key) is not each),
        over=tuple(each for key, each in after.over.items() if before.over.get(key) is not each),
        positions=tuple(each for key, each in after.positions.items() if before.positions.get(key) is not each),
    )


def changed(book: Book, change: BookChange) -> Book:
    """The book after a change. A trade is at work or over, never both; a trade that is reopened is at work again."""
    trades, over = dict(book.trades), dict(book.over)
    for each in change.over:
        trades.pop(each.signal.id, None)
        over[each.signal.id] = each
    for each in change.trades:
        over.pop(each.signal.id, None)
        trades[each.signal.id] = each
    return Book(
        account=book.account if change.account is None else change.account,
        trades=trades,
        over=dict(list(over.items())[-MOST_OVER:]),
        positions={**book.positions, **{each.instrument: each for each in change.positions}},
    )


def folded(whole: Book, changes: Iterable[BookChange]) -> Book:
    """The book after changes, in the order they were written."""
    for change in changes:
        whole = changed(whole, change)
    return whole
