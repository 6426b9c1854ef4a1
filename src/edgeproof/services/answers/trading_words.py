"""How trading stands and what it came to, in lines for a phone."""

import math
from collections.abc import Iterator
from decimal import Decimal

from edgeproof.core.model.trading import TradingState
from edgeproof.services.answers.phone import SHORT_ID, day_time, pairs, short, wrapped
from edgeproof.services.figures import money_text, percent_text, price_text, quantity_text, shortened
from edgeproof.services.priced_book import Protection
from edgeproof.services.scoreboard import ScoreRow
from edgeproof.services.signal_document import direction_word
from edgeproof.services.statistics import LiveStatistics
from edgeproof.services.trading_view import DayView, PositionView, RestingView, TradingView

NOTHING = "nothing was traded yet"

_BEST = 8
_NAME = 32


def position_lines(view: TradingView | None) -> list[str]:
    """What is open and what waits."""
    if view is None:
        return [NOTHING]
    lines = [line for each in view.positions for line in _position(each)]
    lines += [line for each in view.resting for line in _resting(each)]
    return [*(lines or ["nothing is open, nothing waits"]), "", *_account(view)]


def _position(each: PositionView) -> Iterator[str]:
    name = f"{direction_word(each.direction)} {short(each.instrument)} {quantity_text(each.quantity)}"
    yield f"{name} @ {price_text(float(each.entry_price))}  {each.signal_id[:SHORT_ID]}"
    r = "" if each.net_r is None else f" ({each.net_r:+.2f} R)"
    now = "-" if each.mark_price is None else price_text(float(each.mark_price))
    yield f"  now {now}  {money_text(each.net_pnl, signed=True)}{r}"
    if each.protection is Protection.NONE:
        yield "  NO STOP AT THE VENUE"
    elif each.stop is not None:
        yield f"  stop {price_text(float(each.stop))}  risk {money_text(each.open_risk)}"
    open_targets = [price_text(float(target.price)) for target in each.targets if not target.is_done]
    if open_targets:
        yield f"  to {', '.join(open_targets)}"
    if each.is_closing:
        yield "  is being closed"


def _resting(each: RestingView) -> Iterator[str]:
    yield f"waits: {direction_word(each.direction)} {short(each.instrument)} {quantity_text(each.quantity)}"
    yield f"  at {price_text(float(each.price))}  {each.signal_id[:SHORT_ID]}"
    yield f"  stop {price_text(float(each.stop))}  risk {money_text(each.open_risk)}"


def _account(view: TradingView) -> list[str]:
    day = view.day
    rows = [("State", view.status.state.value), ("Equity", money_text(view.equity))]
    if day is not None:
        rows.append(("Day", money_text(day.pnl, signed=True)))
    return pairs(rows)


def risk_lines(view: TradingView | None) -> list[str]:
    """What is risked, what the limits leave, and how near the levels of the day's loss are."""
    if view is None:
        return [NOTHING]
    status = view.status
    rows = [("State", status.state.value)]
    if status.state is not TradingState.ACTIVE:
        rows += [(name, words) for name, words in _cause(view) if words]
    rows += [
        ("Equity", money_text(view.equity)),
        ("Open risk", f"{money_text(view.open_risk)}, {percent_text(view.open_risk_share, view.max_open_risk)}"),
        ("Leverage", _of(view.leverage, view.max_leverage)),
        ("Instruments", _of(view.instruments, view.max_positions)),
        ("Drawdown", percent_text(view.drawdown, view.max_drawdown)),
        ("Losses", f"{view.losses_in_a_row} in a row"),
    ]
    if view.cooldown_until is not None:
        rows.append(("Cooldown", f"no entry until {day_time(view.cooldown_until)}"))
    if view.day is not None:
        rows += _levels(view.day)
    lines = pairs(rows)
    for each in view.unprotected:
        lines += wrapped(f"{short(each.instrument)} {each.signal_id[:SHORT_ID]} HAS NO STOP AT THE VENUE")
    return lines


def _cause(view: TradingView) -> Iterator[tuple[str, str]]:
    yield "Because", "" if view.status.cause is None else view.status.cause.value.replace("_", " ")
    yield "By", view.status.by
    yield "Why", view.status.why
    yield "Since", day_time(view.status.since)


def _levels(day: DayView) -> Iterator[tuple[str, str]]:
    yield "Day", f"{money_text(day.pnl, signed=True)}: {day.level.word.replace('_', ' ')}"
    for each in day.levels:
        left = "reached" if each.is_reached else f"{money_text(each.left)} left"
        yield f"at {percent_text(each.limit)}", f"{each.level.word.replace('_', ' ')}: {left}"


def _of(value: Decimal | int | None, limit: Decimal | int | None) -> str:
    found = "-" if value is None else quantity_text(round(Decimal(value), 2))
    return found if limit is None else f"{found} of {limit}"


def stats_lines(found: LiveStatistics | None) -> list[str]:
    """What trading came to."""
    if found is None:
        return [NOTHING]
    figures, account = found.figures, found.account
    rows = [
        ("Trades", f"{figures.n:,}, {figures.n_wins:,} won{_rate(figures.win_rate)}"),
        ("Net", f"{money_text(figures.net_pnl, signed=True)} ({figures.total_r:+.2f} R)"),
        ("A trade", f"{_signed(figures.expectancy_r)} R"),
        ("Factor", _ratio(figures.profit_factor)),
        ("Fees", money_text(figures.fees)),
        ("Funding", money_text(figures.funding, signed=True)),
        ("Slippage", f"{money_text(figures.slippage_cost)}, assumed {money_text(figures.assumed_cost)}"),
    ]
    if account is not None:
        rows += [
            ("Equity", f"{money_text(account.equity)} from {money_text(account.start_equity)}"),
            ("Drawdown", f"{percent_text(account.drawdowns.deepest)} at most"),
        ]
    return [f"since {day_time(found.start)} UTC", *pairs(rows)]


def edge_lines(found: LiveStatistics | None) -> list[str]:
    """The hypotheses that made most live, each beside its backtest."""
    if found is None:
        return [NOTHING]
    traded = [each.row for each in found.hypotheses if each.row.live.n]
    if not traded:
        return ["no trade is over yet"]
    best = sorted(traded, key=lambda row: row.live.total_r, reverse=True)
    lines = [line for row in best[:_BEST] for line in _row(row)]
    more = [f"and {len(best) - _BEST} that made less"] if len(best) > _BEST else []
    return ["live, and as tested", *lines, *more]


def _row(row: ScoreRow) -> Iterator[str]:
    live, tested = row.live, row.tested
    yield shortened(row.hypothesis, _NAME)
    yield f"  {live.n} won {live.win_rate:.0%}  {_signed(live.expectancy_r)} R  {live.total_r:+.1f} R"
    if tested is not None:
        yield f"  {tested.n} won {tested.win_rate:.0%}  {_signed(tested.expectancy_r)} R  tested"
    yield f"  {row.verdict.value}"


def _rate(rate: float) -> str:
    return "" if math.isnan(rate) else f" ({rate:.0%})"


def _signed(number: float) -> str:
    return "-" if math.isnan(number) else f"{number:+.2f}"


def _ratio(number: float) -> str:
    if math.isnan(number):
        return "-"
    return "no loss yet" if math.isinf(number) else f"{number:.2f}"
