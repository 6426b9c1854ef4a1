"""Trading in a terminal: the account in two lines or so, then what is open and what may be, each on two lines.

The first line of a position is its figures, the second what it waits for. From `WIDE` columns on the first also has the
next target and the risk.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from rich.text import Text

from edgeproof.cli.columns import Cell, Filling, aligned, flowed, one_line
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.round_trip import StopKind
from edgeproof.core.model.time import DAY
from edgeproof.core.model.trading import BreakerLevel, StateCause, TradingState, TradingStatus
from edgeproof.services.figures import (
    clock_text,
    labels,
    moment_text,
    money_text,
    percent_text,
    price_text,
    quantity_text,
    shortened,
    span_text,
)
from edgeproof.services.priced_book import Protection
from edgeproof.services.signal_document import direction_word
from edgeproof.services.trading_view import DayView, PositionView, RestingView, TradingView

WIDE = 116
_SHORT_ID = 6
_FAR = Decimal("0.5")
"""A liquidation that is farther away than this share of the price is nothing to look at."""
_NEAR = Decimal("0.1")
"""One that is nearer is conspicuous, and has room on a narrow terminal too: it is what the eye has to find."""
_INDENT = "      "

_STATES = {
    TradingState.ACTIVE: "bold green",
    TradingState.REDUCING: "bold yellow",
    TradingState.HALTED: "bold red",
}
_CAUSES = {
    StateCause.DAILY_LOSS: "by the day's loss, until the reset",
    StateCause.DRAWDOWN: "by the fall from the peak, until somebody resumes",
    StateCause.BROKEN_INVARIANT: "by something that cannot be, until somebody resumes",
}
_LEVELS = {BreakerLevel.WARN: "yellow", BreakerLevel.NO_NEW_ENTRIES: "bold yellow", BreakerLevel.FLATTEN: "bold red"}
_STOPS = {StopKind.INITIAL: "stop", StopKind.BREAK_EVEN: "break-even stop", StopKind.TRAILING: "trailing stop"}


class Exposures(NamedTuple):
    """What is open and what may be: the titles of the columns, and each entry with its lines."""

    heading: Text | None
    entries: Sequence[Sequence[Text]]


def trading_lines(view: TradingView, width: int) -> list[Text]:
    """All of it."""
    found = exposure_lines(view, width)
    heading = [] if found.heading is None else [Text(), found.heading]
    return [*account_lines(view, width), *heading, *(line for entry in found.entries for line in entry)]


# --- the account ---


def account_lines(view: TradingView, width: int) -> list[Text]:
    """State, equity, day and breaker; then drawdown and what is used of the limits.

    On a narrow terminal of leverage and orders only what comes near its limit.
    """
    if width < WIDE:
        return flowed([*_standing(view), *_used(view, is_short=True)], width)
    return [*flowed(_standing(view), width), *flowed(_used(view, is_short=False), width)]


def _standing(view: TradingView) -> Iterator[Text]:
    yield Text.assemble((view.status.state.upper(), _STATES[view.status.state]), state_reason(view.status, view.at))
    for bare in view.unprotected:
        yield Text(f"{bare.instrument} HAS NO STOP", "bold red")
    yield Text(f"equity {money_text(view.equity)}", "bold")
    if view.day is not None:
        yield _day(view.day)
        yield _breaker(view.day)


def state_reason(status: TradingStatus, now: int) -> str:
    """Why trading is in its state, by whom and since when; "" while it is active."""
    if status.state is TradingState.ACTIVE or status.cause is None:
        return ""
    since = clock_text(status.since)[:5] if now - status.since < DAY else moment_text(status.since)[:16]
    who = _CAUSES.get(status.cause) or f"by {status.by}" + (f' ("{status.why}")' if status.why else "")
    return f" since {since} {who}"


def _day(day: DayView) -> Text:
    realized, opened = money_text(day.realized_pnl, signed=True), money_text(day.open_pnl, signed=True)
    pnl = (money_text(day.pnl, signed=True), _colour(day.pnl))
    return Text.assemble("today ", pnl, f" ({realized} realised, {opened} open)")


def _breaker(day: DayView) -> Text:
    """The level the day has reached, and how much more may be lost until the next one."""
    coming = next((each for each in day.levels if not each.is_reached), None)
    left = "" if coming is None else f"{money_text(coming.left)} left to {_word(coming.level)}"
    if day.level == BreakerLevel.NORMAL:
        return Text(left or "no breaker")
    return Text.assemble((_word(day.level).upper(), _LEVELS[day.level]), f", {left}" if left else "")


def _word(level: BreakerLevel) -> str:
    return level.word.replace("_", " ")


def _used(view: TradingView, *, is_short: bool) -> Iterator[Text]:
    yield _near(f"drawdown {percent_text(view.drawdown, view.max_drawdown)}", view.drawdown, view.max_drawdown)
    share = percent_text(view.open_risk_share, view.max_open_risk)
    risk = f"risk {share}" if is_short or view.open_risk is None else f"risk {money_text(view.open_risk)} ({share})"
    yield Text(risk, "" if view.open_risk is not None else "bold red")
    yield Text(f"positions {view.instruments}{_most(view.max_positions)}")
    leverage = "?" if view.leverage is None else f"{view.leverage:.2f}"
    orders = f"orders {view.orders_last_minute}{_most(view.max_orders_a_minute)} a minute"
    for words, used, limit in (
        (f"leverage {leverage}{_most(view.max_leverage)}", view.leverage, view.max_leverage),
        (orders, view.orders_last_minute, view.max_orders_a_minute),
    ):
        if not is_short or _is_near(used, limit):
            yield _near(words, used, limit)
    yield from _warnings(view)


def _warnings(view: TradingView) -> Iterator[Text]:
    if view.cooldown_until is not None:
        left = span_text(view.cooldown_until - view.at)
        yield Text(f"COOLDOWN {left} more, after {view.losses_in_a_row} losses in a row", "bold yellow")
    elif view.losses_in_a_row > 1:
        yield Text(f"{view.losses_in_a_row} losses in a row")


def _is_near(used: Decimal | int | None, limit: Decimal | int | None) -> bool:
    return used is not None and limit is not None and used > Decimal(limit) / 2


def _near(words: str, used: Decimal | int | None, limit: Decimal | int | None) -> Text:
    """Words about a limit, conspicuous where more than half of it is used."""
    return Text(words, "yellow" if _is_near(used, limit) else "")


def _most(limit: Decimal | int | None) -> str:
    return "" if limit is None else f" of {quantity_text(Decimal(limit))}"


# --- positions and entries ---


def exposure_lines(view: TradingView, width: int) -> Exposures:
    """What is open, the oldest first, then the entries that rest."""
    if not view.positions and not view.resting:
        return Exposures(None, [[Text("nothing is open", "dim")]])
    held = {each.instrument for each in view.positions} | {each.instrument for each in view.resting}
    names = labels(sorted(held))
    titles = ["", "on", "quantity", "entry", "mark", "stop", "P&L net", "R", "id"]
    if width >= WIDE:
        titles[6:6] = ["target", "risk"]
    header: list[Cell | Filling] = [Text(each, "dim") for each in titles]
    rows = [_position(each, names, width) for each in view.positions]
    rows += [_entry(each, names, width) for each in view.resting]
    heading, *lines = aligned([header, *rows], width, right=range(2, len(titles) - 1))
    seconds = [
        *(_below(_of_position(each, view.at, width), each.hypothesis, width) for each in view.positions),
        *(_below(_of_entry(each, view.at, width), each.hypothesis, width) for each in view.resting),
    ]
    return Exposures(heading, [list(pair) for pair in zip(lines, seconds, strict=True)])


def _position(each: PositionView, names: Mapping[Instrument, str], width: int) -> list[Cell | Filling]:
    cells: list[Cell | Filling] = [
        _direction(each.direction),
        names[each.instrument],
        quantity_text(each.quantity),
        _price(each.entry_price),
        _price(each.mark_price),
        _stop(each),
        Text(money_text(each.net_pnl, signed=True), _colour(each.net_pnl)),
        Text("-" if each.net_r is None else f"{each.net_r:+.2f}", _colour(each.net_pnl)),
        Text(each.signal_id[:_SHORT_ID], "dim"),
    ]
    if width >= WIDE:
        cells[6:6] = [_next_target(each), "?" if each.open_risk is None else money_text(each.open_risk)]
    return cells


def _entry(each: RestingView, names: Mapping[Instrument, str], width: int) -> list[Cell | Filling]:
    cells: list[Cell | Filling] = [
        _direction(each.direction),
        names[each.instrument],
        quantity_text(each.quantity),
        _price(each.price),
        _price(each.mark_price),
        _price(each.stop),
        Text("waits" if each.is_accepted else "sent", "dim"),
        "",
        Text(each.signal_id[:_SHORT_ID], "dim"),
    ]
    if width >= WIDE:
        target = f"{_price(each.targets[0])}{_of_how_many(1, len(each.targets))}" if each.targets else "none"
        cells[6:6] = [target, money_text(each.open_risk)]
    return cells


def _stop(each: PositionView) -> Text:
    match each.protection:
        case Protection.RESTING:
            return Text(_price(each.stop))
        case Protection.UNDER_WAY:
            return Text(_price(each.stop), "yellow")
        case Protection.NONE:
            return Text("NO STOP", "bold red")


def _next_target(each: PositionView) -> str:
    for number, target in enumerate(each.targets, 1):
        if not target.is_done:
            return f"{_price(target.price)}{_of_how_many(number, len(each.targets))}"
    return "none"


def _of_how_many(number: int, count: int) -> str:
    return f" {number}/{count}" if count > 1 else ""


def _below(facts: Iterator[Text], hypothesis: str, width: int) -> Text:
    """The second line: what there is to say, and as much of the hypothesis as has room."""
    line = Text.assemble(_INDENT, Text("  ").join(facts), "  ")
    return one_line(line.append(shortened(hypothesis, max(8, width - len(line))), "dim"))


def _of_position(each: PositionView, now: int, width: int) -> Iterator[Text]:
    if each.is_closing:
        yield Text("closing", "bold yellow")
    if each.protection is Protection.UNDER_WAY:
        yield Text("stop not acknowledged", "yellow")
    if each.protection is Protection.NONE:
        rules = "" if each.stop is None else f"; by its rules {_price(each.stop)}"
        yield Text(f"no stop at the venue{rules}", "red")
    elif each.stop is not None and each.mark_price:
        away = percent_text(each.direction * (each.mark_price - each.stop) / each.mark_price)
        yield Text(f"{'stop' if each.stop_kind is None else _STOPS[each.stop_kind]} {away} away")
    liquidation = _liquidation(each)
    if width < WIDE:
        # There is no room for both, and the target may wait.
        yield liquidation if liquidation is not None and liquidation.style else Text(f"target {_next_target(each)}")
        yield Text(f"risk {'?' if each.open_risk is None else money_text(each.open_risk)}")
        return
    yield Text(f"fees {money_text(each.fees)}")
    yield Text(f"funding {money_text(each.funding)}{'' if each.is_funding_complete else '?'}")
    if liquidation is not None:
        yield liquidation
    yield Text(f"for {span_text(max(0, now - each.opened_at))}")
    if each.closes_at is not None:
        yield Text(f"closes in {span_text(max(0, each.closes_at - now))}")


def _liquidation(each: PositionView) -> Text | None:
    """How far the liquidation is; conspicuous where it is near, or would come before the stop."""
    away = each.liquidation_distance
    if away is None or each.liquidation_price is None:
        return None
    is_before_stop = each.stop is not None and each.direction * (each.liquidation_price - each.stop) >= 0
    if away < _NEAR or is_before_stop:
        return Text(f"liquidation {percent_text(away)} away", "bold red")
    return Text(f"liquidation {percent_text(away)} away") if away < _FAR else None


def _of_entry(each: RestingView, now: int, width: int) -> Iterator[Text]:
    filled = f", {quantity_text(each.filled)} is filled" if each.filled else ""
    yield Text(f"entry{filled}")
    yield Text(f"expires in {span_text(max(0, each.expires_at - now))}")
    if width < WIDE:
        yield Text(f"target {_price(each.targets[0])}" if each.targets else "no target")
        yield Text(f"risk {money_text(each.open_risk)}")


def _price(price: Decimal | None) -> str:
    return "-" if price is None else price_text(float(price))


def _colour(amount: Decimal | None) -> str:
    return "" if not amount else "green" if amount > 0 else "red"


def _direction(direction: int) -> Text:
    return Text(direction_word(direction).upper(), "bold green" if direction > 0 else "bold red")
