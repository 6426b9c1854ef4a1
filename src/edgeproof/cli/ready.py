"""`edgeproof ready`: has paper trading shown enough for real money?"""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from rich.table import Table

    from edgeproof.services.readiness import HypothesisLine, Line

NO = 3


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(ready)


def ready(context: Context) -> None:
    """Say whether paper trading has shown enough for real money: a checklist, each line with its figure.

    Exit status 3 until all of it holds. Nothing is asked of a session, and none is touched.
    """
    from edgeproof.bootstrap.ready import figures_of  # noqa: PLC0415 - heavy parts load when a command runs
    from edgeproof.services.readiness import Needed, by_hypothesis, checklist  # noqa: PLC0415

    figures, needed = figures_of(context.home, context.config), Needed()
    lines, hypotheses = checklist(figures, needed), by_hypothesis(figures, needed)
    is_ready = all(each.holds for each in lines)
    if context.json:
        context.print_json(
            {
                "ready": is_ready,
                "checks": [_document(each) for each in lines],
                "needed": {
                    each.name: {"value": getattr(needed, each.name), "meaning": each.metadata["meaning"]}
                    for each in fields(needed)
                },
                "hypotheses": [_hypothesis_document(each) for each in hypotheses],
            }
        )
    else:
        _print(context, lines, hypotheses)
    if not is_ready:
        raise typer.Exit(NO)


def _print(context: Context, lines: "Sequence[Line]", hypotheses: "Sequence[HypothesisLine]") -> None:
    left = sum(not each.holds for each in lines)
    context.out.print(_table(lines))
    if hypotheses:
        context.out.print()
        context.out.print(_hypothesis_table(hypotheses))
    context.out.print()
    if left:
        context.out.print(f"not ready: {left} of {len(lines)} do not hold yet", style="bold")
    else:
        context.out.print("ready: all of it holds", style="bold green")


def _table(lines: "Sequence[Line]") -> "Table":
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("", no_wrap=True)
    for heading in ("what", "found", "needed"):
        table.add_column(heading, overflow="fold")
    for each in lines:
        mark = Text("holds", "green") if each.holds else Text("not yet", "bold red")
        table.add_row(mark, Text(each.what), Text(each.found), Text(each.needed, "dim"))
    return table


def _hypothesis_table(hypotheses: "Sequence[HypothesisLine]") -> "Table":
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("hypothesis", overflow="fold")
    for heading in ("trades", "won", "tested"):
        table.add_column(heading, justify="right", no_wrap=True)
    for each in hypotheses:
        count = Text(f"{each.trades:,}", "" if each.holds else "bold red")
        name = Text(f"{each.name} (killed)" if each.is_killed else each.name)
        table.add_row(name, count, _rate(each.win_rate), _rate(each.tested_win_rate))
    return table


def _rate(rate: float | None) -> str:
    return "-" if rate is None else f"{rate * 100:.1f} %"


def _document(line: "Line") -> dict[str, object]:
    keys = ("name", "what", "found", "needed", "holds", "value")
    return {key: getattr(line, key) for key in keys}


def _hypothesis_document(line: "HypothesisLine") -> dict[str, object]:
    keys = ("name", "trades", "win_rate", "tested_win_rate", "holds")
    return {**{key: getattr(line, key) for key in keys}, "killed": line.is_killed}
