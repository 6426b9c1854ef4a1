"""How trading stands: a pure view of the book at prices and a time, for terminals, JSON and whoever asks.

`trading_view` builds the portfolio the rules of risk would look at, and asks them. A running session has the book and
the prices; from a journal kept_book.py reads them.

What is not known is None, never a guess. Money is exact, in the settlement currency.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from edgeproof.core.engine.held import open_positions, resting_entries, sent_within_a_minute
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import EMERGENCY, EXIT, Order, target_leg
from edgeproof.core.model.portfolio import Portfolio, RestingEntry
from edgeproof.core.model.position import Attribution, Position
from edgeproof.core.model.round_trip import StopKind
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.model.trade import Book, TradeAtWork
from edgeproof.core.model.trading import BreakerLevel, TradingStatus
from edgeproof.core.risk.breaker import begin_day, cooldown_end, drawdown, level
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.services.priced_book import (
    ON_ITS_WAY,
    ZERO,
    Margins,
    PricedBook,
    Protection,
    liquidation,
    living,
    stop_at_venue,
)

Marks = Mapping[Instrument, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """A target: its price, what its orders are for in all (None: not placed yet) and what of it is filled."""

    price: Decimal
    quantity: Decimal | None
    filled: Decimal
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """The part of a position that one signal owns. `quantity` is what is open, positive for a short too.

    `stop` is the stop in force: the trigger of its order, or the price of the rules while no order carries it.
    `unrealized_pnl` is of what is open, before costs; `net_pnl` of the whole trade, after fees and funding (positive:
    paid). The R of a figure is it over what was planned to be lost at the stop. `open_risk` is what is lost of the
    money that went in if the stop is hit, None without a stop at the venue. `liquidation_distance` is a fraction of
    the mark.
    """

    signal_id: str
    hypothesis: str
    instrument: Instrument
    direction: int
    opened_at: int
    entered: Decimal
    quantity: Decimal
    entry_price: Decimal
    mark_price: Decimal | None
    stop: Decimal | None
    stop_kind: StopKind | None
    protection: Protection
    targets: tuple[TargetView, ...]
    realized_pnl: Decimal
    unrealized_pnl: Decimal | None
    unrealized_r: float | None
    net_pnl: Decimal | None
    net_r: float | None
    open_risk: Decimal | None
    fees: Decimal
    funding: Decimal
    is_funding_complete: bool
    liquidation_price: Decimal | None
    liquidation_distance: Decimal | None
    closes_at: int | None
    is_closing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RestingView:
    """An entry that may still fill: `quantity` is what is left of it, `price` its limit or, at market, the signal's."""

    signal_id: str
    hypothesis: str
    instrument: Instrument
    direction: int
    quantity: Decimal
    filled: Decimal
    price: Decimal
    mark_price: Decimal | None
    stop: Decimal
    targets: tuple[Decimal, ...]
    open_risk: Decimal
    expires_at: int
    is_accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelView:
    """A level of the day's loss: where it begins (a fraction of the opening equity) and how much may be lost until it.

    `is_reached` stays until the reset even if the loss is made good.
    """

    level: BreakerLevel
    limit: Decimal
    left: Decimal | None
    is_reached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """The trading day: what was realised, what the open P&L has changed since its opening, and both together."""

    start: int
    opening_equity: Decimal | None
    realized_pnl: Decimal
    open_pnl: Decimal | None
    pnl: Decimal | None
    level: BreakerLevel
    levels: tuple[LevelView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingView:
    """How trading stands at `at`. Shares and drawdown are fractions; a limit that is None is switched off.

    `instruments` counts those with a position or a resting entry, as the limit `max_positions` does. `cooldown_until`
    is None where entries need not wait. `offers` are signals that wait for a person.
    """

    at: int
    status: TradingStatus
    cash: Decimal
    equity: Decimal | None
    peak_equity: Decimal | None
    drawdown: Decimal | None
    max_drawdown: Decimal | None
    day: DayView | None
    open_risk: Decimal | None
    open_risk_share: Decimal | None
    max_open_risk: Decimal | None
    leverage: Decimal | None
    max_leverage: Decimal | None
    instruments: int
    max_positions: int | None
    losses_in_a_row: int
    cooldown_until: int | None
    orders_last_minute: int
    max_orders_a_minute: int | None
    positions: tuple[PositionView, ...] = ()
    resting: tuple[RestingView, ...] = ()
    offers: tuple[Decision, ...] = ()

    @property
    def unprotected(self) -> tuple[PositionView, ...]:
        """The positions without a stop at the venue, or on its way there."""
        return tuple(each for each in self.positions if each.protection is Protection.NONE)


def trading_view(
    book: Book, marks: Marks, limits: RiskLimits, now: int, *, margins: Margins | None = None
) -> TradingView:
    """How trading stands at `now`, the venue's time, while instruments are worth `marks`.

    `margins` are the levels of the venue's margin, where they are known: a liquidation price needs those of every
    instrument that is held.
    """
    priced = PricedBook(book, {each: decimal_of(price) for each, price in marks.items()}, margins or {})
    resting = tuple(_resting(priced, trade, order) for trade, order in resting_entries(book.trades.values()))
    portfolio = begin_day(_portfolio(priced, resting, now), now, limits)
    equity, risk, gross = portfolio.equity, portfolio.open_risk, portfolio.gross_notional
    cooldown = cooldown_end(portfolio.losses, limits)
    return TradingView(
        at=now,
        status=portfolio.status,
        cash=book.account.cash,
        equity=equity,
        peak_equity=portfolio.peak_equity,
        drawdown=drawdown(portfolio),
        max_drawdown=limits.max_drawdown,
        day=_day(portfolio, limits),
        open_risk=risk,
        open_risk_share=_share(risk, equity),
        max_open_risk=limits.max_open_risk,
        leverage=_share(gross, equity),
        max_leverage=limits.max_leverage,
        instruments=len(portfolio.instruments),
        max_positions=limits.max_positions,
        losses_in_a_row=portfolio.losses.length,
        cooldown_until=cooldown if cooldown is not None and cooldown > now else None,
        orders_last_minute=portfolio.orders_last_minute or 0,
        max_orders_a_minute=limits.max_orders_a_minute,
        positions=tuple(_position(priced, position, part) for position, part in priced.open),
        resting=resting,
    )


def _share(amount: Decimal | None, equity: Decimal | None) -> Decimal | None:
    return None if amount is None or equity is None or equity <= 0 else amount / equity


def _portfolio(priced: PricedBook, resting: Sequence[RestingView], now: int) -> Portfolio:
    """The account as the rules of risk look at it."""
    account, equity = priced.book.account, priced.equity
    known = [each for each in (account.peak_equity, equity) if each is not None]
    return Portfolio(
        equity=equity,
        peak_equity=max(known, default=None),
        positions=tuple(open_positions(priced.book.positions.values(), priced.marks.get, partial(_stop_of, priced))),
        resting=tuple(
            RestingEntry(
                signal_id=each.signal_id,
                instrument=each.instrument,
                quantity=each.direction * each.quantity,
                price=each.price,
                protective_stop=each.stop,
            )
            for each in resting
        ),
        day=account.day,
        losses=account.losses,
        status=account.status,
        orders_last_minute=sent_within_a_minute(account, now),
    )


def _stop_of(priced: PricedBook, part: Attribution) -> Decimal | None:
    """What guards all of a part; the rules of risk ask for its newest stop, however much of it that is for."""
    return stop_at_venue(priced.trade(part.signal_id), part.quantity)[1]


def _day(portfolio: Portfolio, limits: RiskLimits) -> DayView | None:
    day, unrealized = portfolio.day, portfolio.unrealized_pnl
    if day is None:
        return None
    pnl, opening = portfolio.day_pnl, day.opening_equity
    reached = level(portfolio)
    levels = (
        (BreakerLevel.WARN, limits.warn_loss),
        (BreakerLevel.NO_NEW_ENTRIES, limits.no_entries_loss),
        (BreakerLevel.FLATTEN, limits.flatten_loss),
    )
    return DayView(
        start=day.start,
        opening_equity=opening,
        realized_pnl=day.realized,
        open_pnl=None if pnl is None or unrealized is None else pnl - day.realized,
        pnl=pnl,
        level=reached,
        levels=tuple(
            LevelView(
                level=each,
                limit=limit,
                left=None if pnl is None or opening is None else max(ZERO, limit * opening + pnl),
                is_reached=reached >= each,
            )
            for each, limit in levels
            if limit is not None
        ),
    )


def _position(priced: PricedBook, position: Position, part: Attribution) -> PositionView:
    trade, mark = priced.trade(part.signal_id), priced.marks.get(position.instrument)
    protection, trigger = stop_at_venue(trade, part.quantity)
    unrealized, net = (None, None) if mark is None else (part.unrealized_pnl(mark), part.net_pnl(mark))
    planned = None if trade is None else decimal_of(trade.signal.risk) * part.entered
    guard = None if trade is None else trade.guard
    rules_stop = None if guard is None else decimal_of(guard.stop)
    price, distance = liquidation(priced, position, mark)
    return PositionView(
        signal_id=part.signal_id,
        hypothesis="" if trade is None else trade.signal.hypothesis,
        instrument=position.instrument,
        direction=part.direction,
        opened_at=part.opened_at,
        entered=part.entered,
        quantity=part.quantity,
        entry_price=part.average_entry,
        mark_price=mark,
        stop=rules_stop if trigger is None else trigger,
        stop_kind=None if guard is None else guard.kind,
        protection=protection,
        targets=() if trade is None else tuple(_targets(trade)),
        realized_pnl=part.realized_pnl,
        unrealized_pnl=unrealized,
        unrealized_r=_in_r(unrealized, planned),
        net_pnl=net,
        net_r=_in_r(net, planned),
        open_risk=_risk(part, trigger),
        fees=part.fees,
        funding=part.funding,
        is_funding_complete=part.is_funding_complete,
        liquidation_price=price,
        liquidation_distance=distance,
        closes_at=None if guard is None else guard.deadline,
        is_closing=trade is not None and any(living(trade, EXIT, EMERGENCY)),
    )


def _risk(part: Attribution, trigger: Decimal | None) -> Decimal | None:
    if trigger is None:
        return None
    return max(ZERO, part.direction * part.quantity * (part.average_entry - trigger))


def _in_r(amount: Decimal | None, planned: Decimal | None) -> float | None:
    return float(amount / planned) if amount is not None and planned else None


def _targets(trade: TradeAtWork) -> Iterator[TargetView]:
    for number, price in enumerate(trade.signal.targets, 1):
        orders = [each for each in trade.orders.values() if each.intent.leg == target_leg(number)]
        filled = sum((each.filled_quantity for each in orders), ZERO)
        living = [each for each in orders if each.is_living]
        left = sum((each.remaining_quantity for each in living), ZERO)
        at = orders[-1].intent.limit_price if orders else None
        yield TargetView(
            price=decimal_of(price) if at is None else at,
            quantity=filled + left if orders else None,
            filled=filled,
            is_done=filled > 0 and not living,
        )


def _resting(priced: PricedBook, trade: TradeAtWork, order: Order) -> RestingView:
    signal, limit = trade.signal, order.intent.limit_price
    price, stop = decimal_of(signal.reference_price) if limit is None else limit, decimal_of(signal.stop_loss)
    return RestingView(
        signal_id=signal.id,
        hypothesis=signal.hypothesis,
        instrument=signal.instrument,
        direction=signal.direction,
        quantity=order.remaining_quantity,
        filled=order.filled_quantity,
        price=price,
        mark_price=priced.marks.get(signal.instrument),
        stop=stop,
        targets=tuple(decimal_of(each) for each in signal.targets),
        open_risk=max(ZERO, signal.direction * order.remaining_quantity * (price - stop)),
        expires_at=signal.expires_at if order.intent.expires_at is None else order.intent.expires_at,
        is_accepted=order.state not in ON_ITS_WAY,
    )
