"""`edgeproof doctor`: is everything in order, and what to do if not."""

import asyncio
from typing import Annotated

import typer

from edgeproof.cli.context import Context, command

NO = 3


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(doctor)


def doctor(
    context: Context,
    venue: Annotated[str, typer.Option("--venue", help="kraken, replica, or a venue's ccxt id.")] = "kraken",
    url: Annotated[str | None, typer.Option("--url", help="Where the venue is.", show_default=False)] = None,
) -> None:
    """Look at settings, disk, store, hypotheses, verdicts, the journal, the venue, the clock and the feed.

    Exit status 3 when something is not in order; what to do stands beside it.
    """
    from edgeproof.bootstrap.live import examine_all  # noqa: PLC0415 - heavy parts load when a command runs

    examined = asyncio.run(examine_all(context.home, context.config, venue, url))
    if context.json:
        keys = ("name", "is_well", "found", "remedy")
        context.print_json({"examined": [{key: getattr(each, key) for key in keys} for each in examined]})
    else:
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for each in examined:
            mark = Text("well", "green") if each.is_well else Text("WRONG", "bold red")
            words = Text(each.found)
            if each.remedy:
                words.append(f"\n{each.remedy}", "bold")
            table.add_row(mark, each.name, words)
        context.out.print(table)
    if not all(each.is_well for each in examined):
        raise typer.Exit(NO)
