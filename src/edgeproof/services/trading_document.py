"""How trading stands, and what it made of a signal, as JSON: `positions`, `status` and `why`."""

import math
from decimal import Decimal
from typing import Any

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import OrderNoted, TradeClosed
from edgeproof.core.model.time import format_time
from edgeproof.core.model.trading import TradingStatus
from edgeproof.services.signal_document import check_document, direction_word, plain, signal_document, weight_document
from edgeproof.services.traded import Traded
from edgeproof.services.trading_view import DayView, PositionView, RestingView, TargetView, TradingView


def trading_document(view: TradingView) -> dict[str, Any]:
    """All of a view. What is not known is null, and so is a limit that is switched off; fractions are fractions."""
    return {
        "at": format_time(view.at),
        "status": _status(view.status),
        "cash": number(view.cash),
        "equity": number(view.equity),
        "peak_equity": number(view.peak_equity),
        "drawdown": number(view.drawdown),
        "max_drawdown": number(view.max_drawdown),
        "day": None if view.day is None else _day(view.day),
        "open_risk": number(view.open_risk),
        "open_risk_share": number(view.open_risk_share),
        "max_open_risk": number(view.max_open_risk),
        "leverage": number(view.leverage),
        "max_leverage": number(view.max_leverage),
        "instruments": view.instruments,
        "max_positions": view.max_positions,
        "losses_in_a_row": view.losses_in_a_row,
        "cooldown_until": _time(view.cooldown_until),
        "orders_last_minute": view.orders_last_minute,
        "max_orders_a_minute": view.max_orders_a_minute,
        "positions": [_position(each) for each in view.positions],
        "resting": [_resting(each) for each in view.resting],
        "offers": [signal_document(each) for each in view.offers],
    }


def number(amount: Decimal | float | None) -> float | None:
    """An amount as JSON has it; what is no number is null."""
    return None if amount is None or not math.isfinite(amount) else float(amount)


def _time(time: int | None) -> str | None:
    return None if time is None else format_time(time)


def _status(status: TradingStatus) -> dict[str, Any]:
    return {
        "state": status.state.value,
        "cause": None if status.cause is None else status.cause.value,
        "since": None if status.cause is None else format_time(status.since),
        "by": status.by or None,
        "why": status.why or None,
    }


def _day(day: DayView) -> dict[str, Any]:
    return {
        "start": format_time(day.start),
        "opening_equity": number(day.opening_equity),
        "realized_pnl": number(day.realized_pnl),
        "open_pnl": number(day.open_pnl),
        "pnl": number(day.pnl),
        "level": day.level.word,
        "levels": [
            {
                "level": each.level.word,
                "limit": number(each.limit),
                "left": number(each.left),
                "is_reached": each.is_reached,
            }
            for each in day.levels
        ],
    }


def _named(signal_id: str, hypothesis: str, instrument: Instrument, direction: int) -> dict[str, Any]:
    return {
        "id": signal_id,
        "signal": hypothesis,
        "instrument": instrument.chart_symbol,
        "symbol": instrument.unified,
        "venue_symbol": instrument.venue_symbol,
        "direction": direction_word(direction),
    }


def _position(each: PositionView) -> dict[str, Any]:
    return {
        **_named(each.signal_id, each.hypothesis, each.instrument, each.direction),
        "opened_at": format_time(each.opened_at),
        "quantity": number(each.quantity),
        "entered": number(each.entered),
        "entry_price": number(each.entry_price),
        "mark_price": number(each.mark_price),
        "stop": number(each.stop),
        "stop_kind": None if each.stop_kind is None else each.stop_kind.word,
        "protection": each.protection.value,
        "targets": [_target(target) for target in each.targets],
        "realized_pnl": number(each.realized_pnl),
        "unrealized_pnl": number(each.unrealized_pnl),
        "unrealized_r": each.unrealized_r,
        "net_pnl": number(each.net_pnl),
        "net_r": each.net_r,
        "open_risk": number(each.open_risk),
        "fees": number(each.fees),
        "funding": number(each.funding),
        "is_funding_complete": each.is_funding_complete,
        "liquidation_price": number(each.liquidation_price),
        "liquidation_distance": number(each.liquidation_distance),
        "closes_at": _time(each.closes_at),
        "is_closing": each.is_closing,
    }


def _target(target: TargetView) -> dict[str, Any]:
    return {
        "price": number(target.price),
        "quantity": number(target.quantity),
        "filled": number(target.filled),
        "is_done": target.is_done,
    }


def _resting(each: RestingView) -> dict[str, Any]:
    return {
        **_named(each.signal_id, each.hypothesis, each.instrument, each.direction),
        "quantity": number(each.quantity),
        "filled": number(each.filled),
        "price": number(each.price),
        "mark_price": number(each.mark_price),
        "stop": number(each.stop),
        "targets": [number(price) for price in each.targets],
        "open_risk": number(each.open_risk),
        "expires_at": format_time(each.expires_at),
        "is_accepted": each.is_accepted,
    }


def traded_document(traded: Traded) -> dict[str, Any]:
    """What trading made of a signal: its fate with every rule, the orders in the order things happened, the result."""
    decided = traded.decided.decided
    return {
        "at": format_time(decided.time),
        "fate": decided.fate.value,
        "rule": decided.rule or None,
        "value": plain(decided.value),
        "limit": plain(decided.limit),
        "quantity": number(decided.quantity),
        "sizing": decided.sizing or None,
        "weight": None if decided.weight is None else weight_document(decided.weight),
        "checks": [check_document(each) for each in decided.checks],
        "orders": [_order(each) for each in traded.orders],
        "result": None if traded.closed is None else _result(traded.closed),
    }


def _order(each: OrderNoted) -> dict[str, Any]:
    return {
        "at": format_time(each.at),
        "order": each.order_id,
        "what": each.what,
        "quantity": number(each.quantity),
        "price": number(each.price),
        "fee": number(each.fee),
        "is_maker": each.is_maker,
        "reference": number(each.reference),
        "slippage": number(each.slippage),
        "assumed_slippage": number(each.assumed_slippage),
        "reason": each.reason or None,
    }


def trade_document(closed: TradeClosed) -> dict[str, Any]:
    """A trade that is over: what it was and what it made."""
    trade = closed.trade
    return _named(trade.signal_id, closed.hypothesis, trade.instrument, trade.direction) | _result(closed)


def _result(closed: TradeClosed) -> dict[str, Any]:
    trade = closed.trade
    return {
        "opened_at": format_time(trade.opened_at),
        "closed_at": format_time(trade.time),
        "quantity": number(trade.quantity),
        "entry_price": number(trade.entry_price),
        "exit_price": number(trade.exit_price),
        "reason": trade.reason,
        "stop_kind": trade.stop_kind.word,
        "fees": number(trade.fees),
        "funding": number(trade.funding),
        "is_funding_complete": trade.is_funding_complete,
        "net_pnl": number(trade.net_pnl),
        "risk": number(trade.risk),
        "r_multiple": number(trade.r_multiple),
    }
