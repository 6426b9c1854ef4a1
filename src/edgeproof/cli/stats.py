"""`edgeproof stats`: what trading came to, each hypothesis beside its backtest."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    pass

NOTHING = "nothing was traded yet; edgeproof paper trades on paper"


class By(StrEnum):
    """What trades are grouped by."""

    HYPOTHESIS = "hypothesis"
    INSTRUMENT = "instrument"
    DAY = "day"
    HOUR = "hour"
    REGIME = "regime"


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(stats)


def stats(
    context: Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Hypotheses, or globs such as 'RSI_*' [default: all].", show_default=False),
    ] = None,
    by: Annotated[By | None, typer.Option("--by", help="Group the trades as well.", show_default=False)] = None,
) -> None:
    """Say what trading came to: money, costs, R, drawdowns; each hypothesis live beside its backtest, and its weight.

    A verdict on a win rate takes 50 trades of a hypothesis.
    """
    # Heavy parts load when a command runs.
    from edgeproof.bootstrap.asking import kept_journal, kept_trading  # noqa: PLC0415
    from edgeproof.bootstrap.statistics import records_of_journal, weights_of_journal  # noqa: PLC0415
    from edgeproof.cli.selection import names_among  # noqa: PLC0415
    from edgeproof.cli.stats_view import stats_lines  # noqa: PLC0415
    from edgeproof.core.performance.live import GROUPINGS, grouped  # noqa: PLC0415
    from edgeproof.services.statistics import live_statistics, names_traded  # noqa: PLC0415
    from edgeproof.services.stats_document import stats_document  # noqa: PLC0415

    with kept_journal(context.home, context.config) as journal:
        view = kept_trading(journal, context.config)
        if view is None:
            if context.json:
                context.print_json({"account": None, "trades": None, "hypotheses": []})
            else:
                context.out.print(NOTHING)
            return
        weights = weights_of_journal(context.home, journal)
        chosen = names_among(names, names_traded(journal) | weights.keys()) if names else None
        records = records_of_journal(context.home, journal)
        found = live_statistics(journal, view, records, chosen, weights=weights)
    groups = None if by is None else (by.value, grouped(found.trades, GROUPINGS[by.value]))
    if context.json:
        context.print_json(stats_document(found, groups))
        return
    for line in stats_lines(found, groups, context.out.width):
        context.out.print(line)
