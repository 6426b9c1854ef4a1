"""The scoreboard, a line a hypothesis: what it does live beside what the backtest leads to expect."""

import math
from collections.abc import Sequence

from rich.text import Text

from edgeproof.cli.columns import Cell, Filling, aligned
from edgeproof.services.figures import shortened
from edgeproof.services.scoreboard import LEAST_TRADES, Backtested, ScoreRow, Verdict

WIDE = 100
_RIGHT = range(1, 9)
_COLOURS = {Verdict.AS_TESTED: "bold green", Verdict.ABOVE: "green", Verdict.BELOW: "bold red"}


def score_table(rows: Sequence[ScoreRow], width: int) -> tuple[Text, list[Text]]:
    """The titles of the columns, and a line a row in the order they are given.

    Win rates, profit factors (of R) and R a trade stand live first, the tested one beside it; from `WIDE` columns on
    with the interval of the live win rate.
    """
    titles = ["hypothesis", "trades", "won", "tested", "PF", "tested", "R", "tested", "win rate"]
    if width >= WIDE:
        titles[3:3] = ["95 %"]
    header: list[Cell | Filling] = [Text(each, "dim") for each in titles]
    header[0] = lambda _: Text(titles[0], "dim")
    heading, *lines = aligned([header, *(_cells(each, width) for each in rows)], width, right=_RIGHT)
    return heading, lines


def _cells(row: ScoreRow, width: int) -> list[Cell | Filling]:
    live, tested = row.live, row.tested
    cells: list[Cell | Filling] = [
        lambda room: Text(shortened(row.hypothesis, room)),
        f"{live.n:,}",
        rate_text(live.win_rate),
        *_tested(tested),
        verdict_text(row),
    ]
    cells[4:4] = [factor_text(live.profit_factor)]
    cells[6:6] = [Text(r_text(live.expectancy_r), _colour(live.expectancy_r))]
    if width >= WIDE:
        cells[3:3] = [Text(interval_text(row.low, row.high), "dim")]
    return cells


def _tested(tested: Backtested | None) -> list[Text]:
    if tested is None:
        return [Text("-", "dim")] * 3
    found = rate_text(tested.win_rate), factor_text(tested.profit_factor), r_text(tested.expectancy_r)
    return [Text(each, "dim") for each in found]


def verdict_text(row: ScoreRow) -> Text:
    """What there is to say of a win rate: nothing before there are enough trades, then by how many points it is off."""
    style = _COLOURS.get(row.verdict, "dim")
    match row.verdict:
        case Verdict.TOO_FEW:
            return Text(f"{row.compared.n} of {LEAST_TRADES}", style)
        case Verdict.ABOVE | Verdict.BELOW if row.difference is not None:
            return Text(f"{100 * row.difference:+.0f} points", style)
        case _:
            return Text(row.verdict.value, style)


def rate_text(rate: float) -> str:
    """A rate in whole percent, a dash where there is none.

    >>> rate_text(0.5526), rate_text(float("nan"))
    ('55%', '-')
    """
    return "-" if math.isnan(rate) else f"{100 * rate:.0f}%"


def interval_text(low: float, high: float) -> str:
    """An interval of a rate.

    >>> interval_text(0.398, 0.7), interval_text(float("nan"), float("nan"))
    ('40-70', '-')
    """
    return "-" if math.isnan(low) else f"{100 * low:.0f}-{100 * high:.0f}"


def factor_text(factor: float) -> str:
    """A profit factor; "no loss" where there is nothing to divide by.

    >>> factor_text(1.234), factor_text(float("inf")), factor_text(float("nan"))
    ('1.23', 'no loss', '-')
    """
    if math.isnan(factor):
        return "-"
    return "no loss" if math.isinf(factor) else f"{factor:.2f}"


def r_text(r: float) -> str:
    """An amount of R with its sign, a dash where there is none.

    >>> r_text(0.123), r_text(float("nan"))
    ('+0.12', '-')
    """
    return "-" if math.isnan(r) else f"{r:+.2f}"


def _colour(amount: float) -> str:
    return "" if math.isnan(amount) or not amount else "green" if amount > 0 else "red"
