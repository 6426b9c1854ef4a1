"""What trading made of a signal, as a person asks for it: the second half of `edgeproof why ID`."""

import math
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from edgeproof.cli.decision_view import limit_text
from edgeproof.core.model.entry import SignalWeight
from edgeproof.core.model.journal import OrderNoted, TradeClosed
from edgeproof.core.model.order import EMERGENCY, EXIT, STOP, parse_order_id
from edgeproof.core.model.signal import Check
from edgeproof.core.model.trading_event import FateDecided, TradeFate
from edgeproof.services.figures import (
    clock_text,
    moment_text,
    money_text,
    price_text,
    quantity_text,
    span_text,
    value_text,
)
from edgeproof.services.traded import Traded

RISK_RULES = {
    "trading_state": "whether trading is active",
    "equity": "of the account; it must be known and above 0",
    "instrument": "whether it is listed and tradeable",
    "whitelist": "the instruments that may be traded",
    "drift": "how far its trades fall short of its backtest, and where that kills",
    "weight": "share of the usual risk, by drift",
    "price_age_seconds": "how old the newest price is",
    "levels": "entry and stop are prices, the stop on the right side",
    "daily_loss": "of the day, a fraction of its opening equity",
    "breaker_level": "the worst the day has seen",
    "drawdown": "from the peak of equity, a fraction",
    "cooldown_minutes": "left after a row of losses",
    "orders_a_minute": "this one included",
    "net_position": "whether it goes against a position of its instrument",
    "signals_per_position": "that share a position, this one included",
    "open_positions": "instruments with a position or a resting entry",
    "correlation": "with what is open, the worst",
    "kelly": "the fraction its record supports",
    "lot_size": "the size by the formula against the step",
    "notional": "worth of this entry, USD",
    "leverage": "worth of everything over equity",
    "margin": "what it locks, USD",
    "open_risk": "lost if every stop is hit, over equity",
    "btc_beta": "net BTC-equivalents",
}
"""What the value of each rule of risk is."""

_ROOM = 120
_FATES = {
    TradeFate.TAKEN: "taken",
    TradeFate.DENIED: "denied",
    TradeFate.OVERLAPPED: "overlapped: its hypothesis had a trade on this instrument already",
    TradeFate.INVALIDATED: "invalidated: the price had passed its stop or a target",
    TradeFate.EXPIRED: "expired: it came too late to act on, or nobody took it",
    TradeFate.SKIPPED: "skipped: a person was asked and did not want it",
}
_LEGS = {STOP: "the stop", EXIT: "an exit by rule", EMERGENCY: "an exit in an emergency or on demand"}


def traded_view(traded: Traded, width: int) -> list[RenderableType]:
    """The fate, the result, the orders and the rules; where there is room, what each rule is."""
    sections: tuple[tuple[str, Table], ...] = (
        ("Trading", _pairs(_facts(traded))),
        ("Orders", _orders(traded.orders)),
        ("Rules of risk", _checks(traded.decided.decided.checks, explained=width >= _ROOM)),
    )
    parts: list[RenderableType] = []
    for title, body in sections:
        if body.row_count:
            parts += [Text(), Text(title, "bold"), body]
    return parts


def _facts(traded: Traded) -> Iterator[tuple[str, str | Text]]:
    decided = traded.decided.decided
    yield "fate", f"{_FATES[decided.fate]}{_reason(decided)}"
    if decided.sizing:
        yield "size", decided.sizing
    if decided.weight is not None:
        yield "weight", _weight(decided.weight)
    if traded.closed is not None:
        yield from _result(traded.closed)
    elif traded.never_filled:
        yield "result", "none: its entry was not filled"
    elif decided.fate is TradeFate.TAKEN:
        yield "result", "it is open, or waits for its entry: edgeproof positions"


def _weight(weighed: SignalWeight) -> str:
    words = f"{weighed.weight.normalize():f}, {weighed.stage} after {weighed.trades} live trades"
    if weighed.value is not None and weighed.limit is not None:
        words += f": drift {weighed.value:.1f}, killed above {weighed.limit:.1f}"
    return f"{words}; {weighed.note}" if weighed.note else words


def _reason(decided: FateDecided) -> str:
    """The rule that decided, with what it found and what it allows."""
    if not decided.rule:
        return ""
    check = next((each for each in decided.checks if each.rule == decided.rule), None)
    limit = value_text(decided.limit) if check is None else limit_text(check)
    meaning = RISK_RULES.get(decided.rule)
    return f" by {decided.rule}: {value_text(decided.value)}, {limit}{f' ({meaning})' if meaning else ''}"


def _result(closed: TradeClosed) -> Iterator[tuple[str, str | Text]]:
    trade = closed.trade
    kind = f" ({trade.stop_kind.word.replace('_', '-')})" if trade.reason == STOP else ""
    colour = "green" if trade.net_pnl > 0 else "red" if trade.net_pnl < 0 else ""
    r_text = "" if math.isnan(trade.r_multiple) else f", {trade.r_multiple:+.2f} R"
    result = f"{money_text(trade.net_pnl, signed=True)} USD{r_text}"
    yield "result", Text.assemble((result, colour), f" of {money_text(trade.risk)} risked")
    entry, out = price_text(float(trade.entry_price)), price_text(float(trade.exit_price))
    yield "prices", f"{quantity_text(trade.quantity)} from {entry} to {out} on average"
    gross = trade.net_pnl + trade.fees + trade.funding
    unsure = "" if trade.is_funding_complete else " (a rate of funding is not known)"
    yield (
        "costs",
        f"{money_text(gross, signed=True)} before fees of {money_text(trade.fees)} and funding of "
        f"{money_text(trade.funding)}{unsure}",
    )
    yield (
        "closed",
        f"{moment_text(trade.time)} UTC by {_LEGS.get(trade.reason, trade.reason)}{kind}, "
        + (f"after {span_text(max(0, trade.time - trade.opened_at))}"),
    )


def _orders(orders: Sequence[OrderNoted]) -> Table:
    table = _table()
    for each in orders:
        name = parse_order_id(each.order_id)
        leg = each.order_id if name is None else name.leg + ("" if name.attempt == 1 else f" ({name.attempt})")
        size = "" if each.quantity is None else quantity_text(each.quantity)
        price = "" if each.price is None else f"at {price_text(float(each.price))}"
        style = "bold" if each.what == "filled" else "red" if each.what in _BAD else ""
        table.add_row(
            clock_text(each.at),
            leg,
            Text(each.what.replace("_", " "), style),
            size,
            price,
            Text(_said(each), "yellow" if _is_costly(each) else ""),
        )
    return table


_BAD = frozenset({"rejected", "amend_refused", "cancel_refused", "unanswered"})


_NOISE = 0.0005


def _is_costly(each: OrderNoted) -> bool:
    """Whether a fill slipped far beyond what a backtest assumes: twice as much, and five basis points more."""
    if each.slippage is None or each.assumed_slippage is None:
        return False
    return each.slippage > max(2 * each.assumed_slippage, each.assumed_slippage + _NOISE)


def _said(each: OrderNoted) -> str:
    """The costs of a fill, or the reason for what happened."""
    words = [] if each.fee is None else [f"fee {money_text(each.fee)}{' as maker' if each.is_maker else ''}"]
    if each.slippage is not None:
        assumed = "" if each.assumed_slippage is None else f" ({1e4 * each.assumed_slippage:.1f} assumed)"
        words.append(f"slippage {1e4 * each.slippage:.1f} bp{assumed}")
    return ", ".join([*words, each.reason] if each.reason else words)


def _checks(checks: Sequence[Check], *, explained: bool) -> Table:
    table = _table()
    for each in checks:
        mark = Text("holds", "green") if each.holds else Text("FAILS", "bold red")
        meaning = Text(RISK_RULES.get(each.rule, ""), "dim") if explained else ""
        table.add_row(mark, each.rule, value_text(each.value), limit_text(each), meaning)
    return table


def _pairs(pairs: Iterator[tuple[str, str | Text]]) -> Table:
    table = _table()
    for name, text in pairs:
        table.add_row(Text(name, "dim"), text)
    return table


def _table() -> Table:
    return Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
