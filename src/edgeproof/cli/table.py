"""The table of a backtest: one row for each hypothesis and instrument, best expectancy first.

Rows with few trades stand below the others: sorted among them they would fill the top of the table by luck.

A column is there when the terminal is wide enough for it: the result itself fits 80 characters, what explains it
follows from 100 and 140 on.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import MINUTE, format_duration
from edgeproof.core.performance.metrics import Statistics
from edgeproof.research.outcome import Outcome

if TYPE_CHECKING:
    from rich.table import Table

MEDIUM, WIDE = 104, 140
FEW = 30
"""Below so many trades a win rate of 40 % cannot be told from 25 %: the Wilson interval is 35 points wide."""

EXIT_LETTERS = {"stop": "S", "target": "T", "time_stop": "t", "exit_condition": "x"}


@dataclass(frozen=True, slots=True)
class _Column:
    """`read` gives the text of a cell; `least` is the width of the terminal from which on the column is shown."""

    title: str
    read: Callable[[Outcome, Statistics], str]
    least: int = 0
    left: bool = False


def number(value: float, digits: int = 2) -> str:
    """A number for people, a dash where there is none.

    >>> number(float("nan")), number(1.234), number(float("inf"))
    ('-', '1.23', 'inf')
    """
    if math.isnan(value):
        return "-"
    return f"{value:.{digits}f}"


def signed(value: float) -> str:
    """An expectancy with its sign, green above zero and red below."""
    if math.isnan(value):
        return "-"
    colour = "green" if value > 0 else "red"
    return f"[{colour}]{value:+.2f}[/]"


def hold(milliseconds: float) -> str:
    """A holding time in one unit.

    >>> hold(45 * 60_000.0), hold(8 * 3_600_000.0), hold(5 * 86_400_000.0)
    ('45m', '8h', '5d')
    """
    if math.isnan(milliseconds):
        return "-"
    minutes = milliseconds / MINUTE
    if minutes < 120:
        return f"{minutes:.0f}m"
    return f"{minutes / 60:.0f}h" if minutes < 72 * 60 else f"{minutes / 1440:.0f}d"


def exits(statistics: Statistics) -> str:
    """How positions ended, in percent, by the letters of the legend."""
    counts = {reason.word: count for reason, count in statistics.exits.items()}
    shares = [(letter, counts.get(word, 0) / statistics.n) for word, letter in EXIT_LETTERS.items()]
    return " ".join(f"{letter}{100 * share:.0f}" for letter, share in shares if share > 0)


def _win(statistics: Statistics) -> str:
    low, high = 100 * statistics.win_rate_low, 100 * statistics.win_rate_high
    return f"{100 * statistics.win_rate:.0f} ({low:.0f}-{high:.0f})"


def _columns() -> tuple[_Column, ...]:
    return (
        _Column("tf", lambda o, _: format_duration(o.hypothesis.timeframe), MEDIUM),
        _Column("side", lambda o, _: o.hypothesis.direction.word, MEDIUM, left=True),
        _Column("signals", lambda o, _: f"{o.fates.signals}", MEDIUM),
        _Column("trades", lambda _, s: f"{s.n}"),
        _Column("win %", lambda _, s: _win(s)),
        _Column("PF", lambda _, s: number(s.profit_factor)),
        _Column("exp R", lambda _, s: signed(s.expectancy_r)),
        _Column("cost R", lambda _, s: number(s.cost_r)),
        _Column("best R", lambda _, s: number(s.expectancy_r_best), WIDE),
        _Column("win R", lambda _, s: number(s.mean_win_r), WIDE),
        _Column("loss R", lambda _, s: number(s.mean_loss_r), WIDE),
        _Column("DD R", lambda _, s: number(s.max_drawdown_r, 1), WIDE),
        _Column("hold", lambda _, s: hold(s.median_hold), WIDE),
        _Column("exits %", lambda _, s: exits(s), left=True),
        _Column("amb %", lambda _, s: f"{100 * s.ambiguous_share:.1f}", MEDIUM),
    )


def by_expectancy(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those with trades: from `FEW` trades on first, best expectancy first; equal ones by name and instrument."""
    traded = [outcome for outcome in outcomes if outcome.closed > 0]
    return sorted(traded, key=_rank)


def _rank(outcome: Outcome) -> tuple[bool, float, str, str]:
    expectancy = outcome.statistics.expectancy_r if outcome.statistics is not None else math.nan
    return (outcome.closed < FEW, -expectancy, outcome.hypothesis.name, outcome.instrument.unified)


def folded(name: str, width: int) -> str:
    """A name on as many lines as it needs, broken after underscores.

    >>> folded("Funding_Extreme_Negative_Long", 18).splitlines()
    ['Funding_Extreme_', 'Negative_Long']
    """
    lines, line = [], ""
    for part in re.findall(r"[^_]*_|[^_]+", name):
        if line and len(line) + len(part) > width:
            lines.append(line)
            line = ""
        line += part
    return "\n".join([*lines, line])


def results_table(outcomes: Sequence[Outcome], names: Mapping[Instrument, str], width: int) -> "Table":
    """The table of the outcomes given, in their order, for a terminal of `width` characters.

    Rows with fewer than `FEW` trades come apart, below: their figures are noise.
    """
    from rich.table import Table  # noqa: PLC0415 - a third of a second that `--help` need not pay

    columns = [column for column in _columns() if width >= column.least]
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="bold", pad_edge=False)
    table.add_column("hypothesis", no_wrap=True)
    if len(names) > 1:
        table.add_column("on", no_wrap=True)
    for column in columns:
        table.add_column(column.title, justify="left" if column.left else "right", no_wrap=True)
    enough = [outcome for outcome in outcomes if outcome.closed >= FEW]
    few = [outcome for outcome in outcomes if outcome.closed < FEW]
    _add_rows(table, enough, columns, names, width)
    if few:
        if enough:
            table.add_row()
        table.add_row(f"[italic]fewer than {FEW} trades[/]")
    _add_rows(table, few, columns, names, width)
    return table


def _add_rows(
    table: "Table",
    outcomes: Sequence[Outcome],
    columns: Sequence[_Column],
    names: Mapping[Instrument, str],
    width: int,
) -> None:
    from rich.markup import escape  # noqa: PLC0415 - see above

    room = 24 if width < MEDIUM else 38
    for outcome in outcomes:
        if outcome.statistics is not None:
            cells = [column.read(outcome, outcome.statistics) for column in columns]
            where = [names[outcome.instrument]] if len(names) > 1 else []
            table.add_row(escape(folded(outcome.hypothesis.name, room)), *where, *cells)
