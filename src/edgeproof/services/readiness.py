"""Whether paper trading has shown enough for real money: a checklist over figures, each with what is needed.

No verdict without evidence: a figure that cannot be worked out yet does not hold, and says why.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.model.drill import DrillResult
from edgeproof.core.model.journal import ParityRun
from edgeproof.core.model.time import DAY, HOUR, format_time

DRILLED = ("breaker", "stop", "recovery", "notifications")
"""The drills that have to be passed."""

_ROUNDING = 1e-12
_NAMED = 2


def _need(default: float, meaning: str) -> float:
    found: float = field(default=default, metadata={"meaning": meaning})
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What is needed. Every field says what it means in its metadata; times are milliseconds."""

    trades: int = field(default=100, metadata={"meaning": "trades on paper that are over"})
    trades_each: int = field(default=50, metadata={"meaning": "of them for each hypothesis that trades"})
    traded: int = field(default=14 * DAY, metadata={"meaning": "market time that sessions which traded took in"})
    win_rate_gap: float = _need(0.05, "difference of the win rate to the backtest's, at most")
    profit_factor: float = _need(1.2, "what was won over what was lost, above")
    drawdown: float = _need(0.15, "worst fall of equity from its peak, open loss included, below")
    drill_age: int = field(default=30 * DAY, metadata={"meaning": "time since a drill was passed, at most"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeFigure:
    """A trade that is over: what it made after costs, and the win rate its hypothesis was tested with (None: none).

    `is_of_another_version` where another version of the program tested it than the one that traded.
    """

    hypothesis: str
    net_pnl: Decimal
    tested_win_rate: float | None
    is_of_another_version: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is known of a home. `hypotheses` had a signal traded; `drawdown` is None before equity was ever known.

    `killed` do not trade any more: their trades count, but nothing more is asked of them.
    """

    now: int
    trades: Sequence[TradeFigure] = ()
    hypotheses: frozenset[str] = frozenset()
    killed: frozenset[str] = frozenset()
    traded: int = 0
    drawdown: float | None = None
    drills: Sequence[DrillResult] = ()
    parity: ParityRun | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the checklist. `value` is the figure that was found, None where there is none."""

    name: str
    what: str
    found: str
    needed: str
    holds: bool
    value: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HypothesisLine:
    """How one hypothesis did: rates are None where there is nothing to divide by, or nothing tested."""

    name: str
    trades: int
    win_rate: float | None
    tested_win_rate: float | None
    holds: bool
    is_killed: bool = False


def checklist(figures: Figures, needed: Needed) -> tuple[Line, ...]:
    """Every line; ready is who has all of them."""
    return (
        _trades(figures, needed),
        _trades_each(figures, needed),
        _traded(figures, needed),
        _win_rate(figures, needed),
        _profit_factor(figures, needed),
        _drawdown(figures, needed),
        *(_drill(name, figures, needed) for name in DRILLED),
        _parity(figures),
    )


def by_hypothesis(figures: Figures, needed: Needed) -> tuple[HypothesisLine, ...]:
    """How each hypothesis that trades did, by name."""
    names = sorted(figures.hypotheses | {each.hypothesis for each in figures.trades})
    return tuple(_of(name, figures, needed) for name in names)


def _of(name: str, figures: Figures, needed: Needed) -> HypothesisLine:
    own = [each for each in figures.trades if each.hypothesis == name]
    return HypothesisLine(
        name=name,
        trades=len(own),
        win_rate=_won(own),
        tested_win_rate=_tested(own),
        holds=name in figures.killed or len(own) >= needed.trades_each,
        is_killed=name in figures.killed,
    )


def _won(trades: Sequence[TradeFigure]) -> float | None:
    return sum(each.net_pnl > 0 for each in trades) / len(trades) if trades else None


def _tested(trades: Sequence[TradeFigure]) -> float | None:
    """The win rate of the backtest, each hypothesis by the trades it made; None where one trade has none."""
    rates = [each.tested_win_rate for each in trades]
    known = [each for each in rates if each is not None]
    return sum(known) / len(known) if known and len(known) == len(rates) else None


def _trades(figures: Figures, needed: Needed) -> Line:
    count = len(figures.trades)
    return Line(
        name="trades",
        what="paper trades",
        found=f"{count:,}",
        needed=f"at least {needed.trades:,}",
        holds=count >= needed.trades,
        value=count,
    )


def _trades_each(figures: Figures, needed: Needed) -> Line:
    traded = by_hypothesis(figures, needed)
    lines = [each for each in traded if not each.is_killed]
    enough = sum(each.holds for each in lines)
    found = f"{enough} of {len(lines)} have them" if traded else "no hypothesis has traded yet"
    killed = len(traded) - len(lines)
    found += f"; {killed} killed, of which nothing more is asked" if killed else ""
    return Line(
        name="trades_each",
        what="of each hypothesis",
        found=found,
        needed=f"at least {needed.trades_each:,} each",
        holds=bool(lines) and enough == len(lines),
        value=min((each.trades for each in lines), default=0),
    )


def _traded(figures: Figures, needed: Needed) -> Line:
    return Line(
        name="traded",
        what="market time traded",
        found=_span(figures.traded),
        needed=f"at least {_span(needed.traded)}",
        holds=figures.traded >= needed.traded,
        value=figures.traded / DAY,
    )


def _win_rate(figures: Figures, needed: Needed) -> Line:
    won, tested = _won(figures.trades), _tested(figures.trades)
    gap = None if won is None or tested is None else won - tested
    return Line(
        name="win_rate",
        what="win rate",
        found=_win_rate_words(figures.trades, won, tested),
        needed=f"within {needed.win_rate_gap * 100:g} points of tested",
        holds=gap is not None and abs(gap) <= needed.win_rate_gap + _ROUNDING,
        value=gap,
    )


def _win_rate_words(trades: Sequence[TradeFigure], won: float | None, tested: float | None) -> str:
    if won is None:
        return "no trade is over yet"
    if tested is not None:
        words = f"{won * 100:.1f} %, tested {tested * 100:.1f} %: {(won - tested) * 100:+.1f} points"
        others = sum(each.is_of_another_version for each in trades)
        return f"{words}; {others:,} of {len(trades):,} tested by another version" if others else words
    unknown = sorted({each.hypothesis for each in trades if each.tested_win_rate is None})
    more = f" and {len(unknown) - _NAMED:,} more" if len(unknown) > _NAMED else ""
    return f"{won * 100:.1f} %, not compared: no tested record of {', '.join(unknown[:_NAMED])}{more}"


def _profit_factor(figures: Figures, needed: Needed) -> Line:
    won = _total(each.net_pnl for each in figures.trades if each.net_pnl > 0)
    lost = -_total(each.net_pnl for each in figures.trades if each.net_pnl < 0)
    factor = float(won / lost) if lost else None
    if factor is not None:
        found = f"{factor:.2f}: {won:,.2f} won, {lost:,.2f} lost"
    else:
        found = "no trade has lost yet: nothing to divide by" if figures.trades else "no trade is over yet"
    return Line(
        name="profit_factor",
        what="profit factor",
        found=found,
        needed=f"above {needed.profit_factor:g}",
        holds=factor is not None and factor > needed.profit_factor,
        value=factor,
    )


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _drawdown(figures: Figures, needed: Needed) -> Line:
    fall = figures.drawdown if figures.trades else None
    return Line(
        name="drawdown",
        what="drawdown",
        found="no trade is over yet" if not figures.trades else "not known" if fall is None else f"{fall * 100:.1f} %",
        needed=f"below {needed.drawdown * 100:g} %",
        holds=fall is not None and fall < needed.drawdown,
        value=fall,
    )


def _drill(name: str, figures: Figures, needed: Needed) -> Line:
    last = next((each for each in reversed(figures.drills) if each.name == name), None)
    age = None if last is None else figures.now - last.at
    holds = last is not None and last.has_passed and age is not None and 0 <= age <= needed.drill_age
    return Line(
        name=f"drill_{name}",
        what=_DRILL_WORDS[name],
        found=_drill_words(last, figures.now),
        needed=f"passed within {needed.drill_age // DAY} days",
        holds=holds,
        value=None if age is None else age / DAY,
    )


_DRILL_WORDS = {
    "breaker": "breaker drill",
    "stop": "emergency stop drill",
    "recovery": "recovery drill",
    "notifications": "notification drill",
}


def _drill_words(last: DrillResult | None, now: int) -> str:
    if last is None:
        return "never made: edgeproof drill"
    day = format_time(last.at)[:10]
    if last.at > now:
        return f"dated {day}, which is not over yet: look at the clock of this machine"
    if last.has_passed:
        return f"passed {day}, {_span(now - last.at)} ago"
    failed = next((each for each in last.seen if not each.holds), None)
    return f"FAILED {day}" if failed is None else f"FAILED {day}: {failed.what}: {failed.found}"


def _parity(figures: Figures) -> Line:
    run = figures.parity
    return Line(
        name="parity",
        what="parity",
        found=" ".join(_parity_words(run)),
        needed="nothing unexplained",
        holds=run is not None and run.unexplained == 0,
        value=None if run is None else run.unexplained,
    )


def _parity_words(run: ParityRun | None) -> Iterator[str]:
    if run is None:
        yield "no session has compared itself with the backtest yet"
        return
    problem = run.document.get("problem")
    yield f"it could not be made: {problem};" if problem else f"{run.unexplained:,} unexplained,"
    yield f"{format_time(run.start)[:10]} to {format_time(run.end)[:10]}"


def _span(length: int) -> str:
    """A span in days and hours.

    >>> _span(15 * DAY + 3 * HOUR), _span(5 * HOUR), _span(0)
    ('15 days', '5 hours', '0 hours')
    """
    counted, unit = (length // DAY, "day") if length >= 2 * DAY else (length // HOUR, "hour")
    return f"{counted} {unit}{'' if counted == 1 else 's'}"
