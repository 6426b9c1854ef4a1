"""Books of trading by hand, and journals that hold them: a long that took half, a short under water, an entry.

BTC: 0.4 bought at 45,000, half of it sold at 46,000; the stop stands at the entry. ETH: 3 sold at 2,400. SOL: 20 wanted
at 150. Figures are worked out in tests/unit/services/test_trading_view.py.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from typing import Any

from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.execution import Accepted, Amended, AmendSent, Filled, OrderEvent, Sent
from edgeproof.core.model.fill import Fill
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import (
    BookKept,
    CandleTaken,
    Decided,
    OrderNoted,
    Record,
    SessionBegan,
    SignalTraded,
    TradeClosed,
)
from edgeproof.core.model.order import Order, OrderIntent, new_order, order_id
from edgeproof.core.model.portfolio import LossStreak, TradingDay
from edgeproof.core.model.position import Attribution, Guard, Position
from edgeproof.core.model.round_trip import StopKind
from edgeproof.core.model.signal import Check, Fate, Signal
from edgeproof.core.model.steps import steps_of
from edgeproof.core.model.time import DAY, HOUR, MINUTE, SECOND
from edgeproof.core.model.trade import Account, Book, BookChange, Terms, TradeAtWork
from edgeproof.core.model.trading_event import FateDecided, TradeEnded, TradeFate
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.orders.planning import Bracket, plan_bracket
from edgeproof.core.risk.limits import RiskLimits
from edgeproof.services.evidence import TrackRecord
from edgeproof.services.scoreboard import Scoreboard
from edgeproof.services.standing import Standing
from edgeproof.services.trading_view import trading_view
from tests.support.risk import dec
from tests.support.sessions import BITCOIN, CLOSE, ETHER, NOW, SESSION, SOLANA, standing, told

MARKS = {BITCOIN: 46_250.0, ETHER: 2_410.0, SOLANA: 151.2}
LIMITS = RiskLimits(max_positions=3)


def signal_of(
    hypothesis: str, instrument: Instrument, prices: Sequence[float], *, time: int, direction: int = 1
) -> Signal:
    """A signal at prices: entry, stop, targets that share it out evenly."""
    entry, stop, *targets = prices
    return Signal(
        hypothesis=hypothesis,
        instrument=instrument,
        timeframe=15 * MINUTE,
        direction=direction,
        time=time,
        reference_price=entry,
        stop_loss=stop,
        targets=tuple(targets),
        fractions=(1 / len(targets),) * len(targets),
        trail=None,
        expires_at=time + 15 * MINUTE,
    )


LONG = signal_of(
    "Support_Resistance_Bounce_15m", BITCOIN, (45_000, 44_500, 46_000, 47_000), time=CLOSE - 9 * HOUR - 16 * MINUTE
)
SHORT = signal_of(
    "Bearish_Engulfing_Reversal_15m", ETHER, (2_400, 2_440, 2_320), time=CLOSE - HOUR - MINUTE, direction=-1
)
WAITING = signal_of("Momentum_Shift_15m", SOLANA, (150, 147, 156), time=CLOSE - 46 * SECOND - 15 * SECOND)


def bracket(signal: Signal, quantity: str, lot: float = 0.1) -> Bracket:
    """The orders a signal would have."""
    planned = plan_bracket(signal, Decimal(quantity), steps_of(0.5, lot))
    assert isinstance(planned, Bracket)
    return planned


def order(intent: OrderIntent, *events: OrderEvent, time: int) -> Order:
    """An order the venue has taken, after events."""
    first = (Sent(order_id=intent.id, time=time), Accepted(order_id=intent.id, time=time + 150))
    return reduce(apply_event, (*first, *events), new_order(intent))


def filled(intent: OrderIntent, quantity: str, price: str, fee: str, time: int) -> Filled:
    """A fill of an order."""
    return Filled(
        fill=Fill(
            id=f"{intent.id}-{quantity}",
            order_id=intent.id,
            time=time,
            price=Decimal(price),
            quantity=Decimal(quantity),
            fee=Decimal(fee),
            is_maker=False,
        )
    )


def guard(signal: Signal, entry: float, **fields: object) -> Guard:
    """What watches over a part, from its entry on."""
    first = Guard(signal_id=signal.id, direction=signal.direction, entry=entry, stop=signal.stop_loss)
    return replace(first, **fields)  # type: ignore[arg-type]


def trade_of(signal: Signal, orders: Sequence[Order], watched: Guard | None = None) -> TradeAtWork:
    """A trade at work with orders."""
    return TradeAtWork(signal=signal, terms=Terms(), orders={each.id: each for each in orders}, guard=watched)


def long_trade() -> TradeAtWork:
    """BTC, half of it taken, the stop at break-even."""
    plan, at = bracket(LONG, "0.4"), LONG.time + 200
    moved = {"quantity": Decimal("0.2"), "trigger_price": Decimal(45_000)}
    stop = order(
        plan.stop,
        AmendSent(order_id=plan.stop.id, time=at, **moved),
        Amended(order_id=plan.stop.id, time=at, **moved),
        time=at,
    )
    orders = (
        order(plan.entry, filled(plan.entry, "0.4", "45000", "9", at), time=at),
        stop,
        order(plan.targets[0], filled(plan.targets[0], "0.2", "46000", "1.84", at + 5 * HOUR), time=at),
        order(plan.targets[1], time=at),
    )
    watched = guard(LONG, 45_000.0, stop=45_000.0, kind=StopKind.BREAK_EVEN, targets_filled=1, deadline=NOW + 3 * HOUR)
    return trade_of(LONG, orders, watched)


def short_trade() -> TradeAtWork:
    """ETH, as it was entered."""
    plan, at = bracket(SHORT, "3"), SHORT.time + 200
    orders = (
        order(plan.entry, filled(plan.entry, "3", "2400", "3.6", at), time=at),
        order(plan.stop, time=at),
        order(plan.targets[0], time=at),
    )
    return trade_of(SHORT, orders, guard(SHORT, 2_400.0))


def waiting_trade() -> TradeAtWork:
    """SOL, not entered yet."""
    plan = bracket(WAITING, "20")
    return trade_of(WAITING, (order(plan.entry, time=WAITING.time),))


def positions() -> tuple[Position, ...]:
    """What is held."""
    long = Attribution(
        signal_id=LONG.id,
        direction=1,
        opened_at=LONG.time + 200,
        entered=dec("0.4"),
        entry_value=Decimal(18_000),
        exited=dec("0.2"),
        exit_value=Decimal(9_200),
        fees=dec("10.84"),
        funding=dec("0.54"),
    )
    short = Attribution(
        signal_id=SHORT.id,
        direction=-1,
        opened_at=SHORT.time + 200,
        entered=Decimal(3),
        entry_value=Decimal(7_200),
        fees=dec("3.6"),
        funding=dec("-0.36"),
    )
    return (
        Position(instrument=ETHER, attributions=(short,)),
        Position(instrument=BITCOIN, attributions=(long,)),
    )


def account() -> Account:
    """10,000 in cash on a day that began with 10,031 and 40 of open profit."""
    day = TradingDay(
        start=NOW // DAY * DAY,
        opening_equity=Decimal(10_031),
        opening_unrealized=Decimal(40),
        realized=dec("194.38"),
    )
    return Account(
        cash=Decimal(10_000),
        peak_equity=Decimal(10_500),
        day=day,
        losses=LossStreak(length=1, last_at=NOW - DAY),
        sent_at=(NOW - 2 * MINUTE, NOW - 33 * SECOND, NOW - 20 * SECOND),
    )


def book(**fields: object) -> Book:
    """All of it."""
    trades = {each.signal.id: each for each in (long_trade(), short_trade(), waiting_trade())}
    whole = Book(account=account(), trades=trades, positions={each.instrument: each for each in positions()})
    return replace(whole, **fields)  # type: ignore[arg-type]


def whole(of: Book | None = None, *, session: str = SESSION, at: int = NOW) -> BookKept:
    """A book as a session writes it at its beginning."""
    of = book() if of is None else of
    change = BookChange(
        account=of.account,
        trades=tuple(of.trades.values()),
        over=tuple(of.over.values()),
        positions=tuple(of.positions.values()),
    )
    return BookKept(session=session, at=at, is_whole=True, change=change)


def changed_by(*, session: str = SESSION, at: int = NOW, **fields: object) -> BookKept:
    """A change of a book."""
    return BookKept(session=session, at=at, is_whole=False, change=BookChange(**fields))  # type: ignore[arg-type]


def candles(marks: dict[Instrument, float] | None = None) -> list[CandleTaken]:
    """The last candles, which close at the marks."""
    return [
        CandleTaken(
            session=SESSION,
            at=CLOSE,
            candle=ClosedCandle(
                instrument=each,
                timeframe=MINUTE,
                open_time=CLOSE - MINUTE,
                open=price,
                high=price,
                low=price,
                close=price,
                volume=1.0,
            ),
        )
        for each, price in (MARKS if marks is None else marks).items()
    ]


def began(command: str = "paper", **settings: object) -> SessionBegan:
    """The beginning of a session."""
    return SessionBegan(
        session=SESSION,
        at=CLOSE - 10 * HOUR,
        command=command,
        venue="kraken",
        version="0.1.0",
        pid=7,
        host="here",
        timeframe=MINUTE,
        hypotheses={"A": "", "B": ""},
        settings=settings,
        history=(),
    )


def records() -> list[Record]:
    """A session that trades: its beginning, its book, its last candles."""
    return [began(), whole(), *candles()]


# --- what trading made of a signal ---


def decided(signal: Signal = LONG) -> Decided:
    """A signal that validation let through."""
    return Decided(session=SESSION, at=signal.time, decision=told(signal))


def traded(signal: Signal = LONG, **fields: object) -> SignalTraded:
    """A signal that was taken, unless fields say otherwise."""
    fate = FateDecided(
        time=signal.time + 20,
        signal_id=signal.id,
        fate=TradeFate.TAKEN,
        quantity=dec("0.4"),
        sizing="asked 0.4, given 0.4 in steps of 0.1, risk 2.000 %",
        checks=(
            Check(rule="trading_state", value="active", limit="active", holds=True),
            Check(rule="open_positions", value=1.0, limit=2.0, holds=True),
            Check(rule="open_risk", value=0.02, limit=0.04, holds=True),
        ),
    )
    return SignalTraded(session=SESSION, at=fate.time, signal=signal, decided=replace(fate, **fields))  # type: ignore[arg-type]


def denied(signal: Signal = LONG) -> SignalTraded:
    """A signal for which there was no room."""
    check = Check(rule="open_positions", value=3.0, limit=2.0, holds=False)
    return traded(
        signal,
        fate=TradeFate.DENIED,
        rule=check.rule,
        value=check.value,
        limit=check.limit,
        quantity=None,
        sizing="",
        checks=(Check(rule="trading_state", value="active", limit="active", holds=True), check),
    )


def noted(leg: str, what: str, second: int, signal: Signal = LONG, **fields: Any) -> OrderNoted:
    """Something that happened to an order, seconds after its signal."""
    return OrderNoted(
        session=SESSION,
        at=signal.time + second * SECOND,
        instrument=signal.instrument,
        order_id=order_id(signal.id, leg),
        what=what,
        **fields,
    )


def history() -> list[OrderNoted]:
    """The orders of the long, to the end of its first half and of the rest."""
    lot, half = dec("0.4"), dec("0.2")
    entry: dict[str, Any] = {"quantity": lot, "price": Decimal(45_000)}
    costs: dict[str, Any] = {"reference": Decimal(45_000), "slippage": 0.00012, "assumed_slippage": 0.0002}
    return [
        noted("entry", "intended", 0, **entry),
        noted("entry", "sent", 0, **entry),
        noted("entry", "accepted", 1),
        noted("entry", "filled", 1, **entry, **costs, fee=Decimal(9), is_maker=False),
        noted("stop", "sent", 1, quantity=lot, price=Decimal(44_500)),
        noted("target-1", "filled", 3_600, quantity=half, price=Decimal(46_000), fee=dec("1.84"), is_maker=True),
        noted("stop", "amend_refused", 3_601, reason="order is being executed"),
        noted("target-2", "cancelled", 7_200, reason="position closed"),
    ]


def closed(signal: Signal = LONG, **fields: object) -> TradeClosed:
    """The end of the long: half at 46,000, half at break-even."""
    trade = TradeEnded(
        time=signal.time + 2 * HOUR,
        signal_id=signal.id,
        instrument=signal.instrument,
        direction=1,
        opened_at=signal.time + SECOND,
        quantity=dec("0.4"),
        entry_price=Decimal(45_000),
        exit_price=Decimal(45_500),
        fees=dec("15.34"),
        funding=dec("0.54"),
        net_pnl=dec("184.12"),
        risk=Decimal(200),
        is_funding_complete=True,
        reason="stop",
        stop_kind=StopKind.BREAK_EVEN,
    )
    trade = replace(trade, **fields)  # type: ignore[arg-type]
    return TradeClosed(session=SESSION, at=trade.time, hypothesis=signal.hypothesis, trade=trade)


def trading_standing() -> Standing:
    """A session that trades: something of everything, the long half over, an earlier trade over, signals denied."""
    shown = standing()
    shown.watched = replace(shown.watched, command="paper")
    view = trading_view(book(), MARKS, LIMITS, NOW)
    shown.see_trading = lambda: view
    tested = TrackRecord(
        state="qualified", n=340, win_rate=0.44, expectancy_r=0.12, mean_win_r=1.5, mean_loss_r=-0.96, run="r1"
    )
    shown.scoreboard = Scoreboard({(LONG.hypothesis, LONG.instrument): tested})
    shown.trade_closed(closed(replace(LONG, time=LONG.time - 10 * HOUR)))
    before = replace(SHORT, time=SHORT.time - 5 * HOUR)
    out = {"quantity": Decimal(3), "entry_price": Decimal(2_400), "exit_price": Decimal(2_419), "risk": Decimal(120)}
    shown.trade_closed(
        closed(before, direction=-1, stop_kind=StopKind.INITIAL, net_pnl=dec("-61.20"), fees=dec("4.20"), **out)
    )
    told_ones = [each for each in shown.decisions if each.fate is Fate.TOLD]
    for number, each in enumerate(told_ones):
        shown.was_traded(traded(each.signal) if number % 2 else denied(each.signal))
    return shown
