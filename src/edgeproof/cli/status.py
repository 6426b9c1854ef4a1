"""`edgeproof status`: is a session running, what did the last one do, and what is known up to now."""

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from edgeproof.services.status import Status


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(status)


def status(context: Context) -> None:
    """Say whether a session runs, what it watches and took in, what became of today's signals, how trading stands."""
    # Heavy parts load when it runs.
    from edgeproof.bootstrap.asking import held_by, kept_journal, kept_trading  # noqa: PLC0415
    from edgeproof.bootstrap.live import system_clock  # noqa: PLC0415
    from edgeproof.services import status as said  # noqa: PLC0415
    from edgeproof.services.notifying.tally import tally_of_day  # noqa: PLC0415

    with kept_journal(context.home, context.config) as journal:
        trading = kept_trading(journal, context.config)
        told = tally_of_day(journal, system_clock().now())
        answer = replace(said.status(journal, held_by(context.home)), trading=trading, told=told)
    if context.json:
        context.print_json(answer.document())
    else:
        _print(context, answer)


def _print(context: Context, answer: "Status") -> None:
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415

    from edgeproof.cli.positions import print_offers  # noqa: PLC0415
    from edgeproof.cli.scan_view import decision_lines  # noqa: PLC0415
    from edgeproof.cli.trading_lines import account_lines, exposure_lines  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for name, text in _lines(answer):
        table.add_row(Text(name, "dim"), Text(text))
    context.out.print(table)
    if answer.trading is not None:
        found = exposure_lines(answer.trading, context.out.width)
        heading = [] if found.heading is None else [found.heading]
        context.out.print()
        for line in [*account_lines(answer.trading, context.out.width), *heading, *(each[0] for each in found.entries)]:
            context.out.print(line)
        print_offers(context, answer.trading)
    if answer.last:
        context.out.print()
        context.out.print("the last signals (more of one: edgeproof why ID)", style="dim")
        names = {each.signal.instrument: each.signal.instrument.unified for each in answer.last}
        for line in decision_lines(answer.last, names, context.out.width):
            context.out.print(line)


def _lines(answer: "Status") -> list[tuple[str, str]]:
    from edgeproof.services.figures import moment_text  # noqa: PLC0415 - see above

    lines = [("session", _state_text(answer))]
    if (began := answer.session.began) is not None:
        lines.append(
            ("began", f"{moment_text(began.at)} UTC: {began.command} on {began.venue}, edgeproof {began.version}")
        )
        lines.append(("watches", f"{len(began.hypotheses)} hypotheses on {len(began.history)} instruments"))
    fates = ", ".join(f"{count:,} {fate}" for fate, count in sorted(answer.today.items()))
    lines.append(("today", fates or "no signal"))
    late = f"{answer.missed_today:,} late: edgeproof missed" if answer.missed_today else "every one in time"
    lines.append(("closes", late))
    lines += [(f"{each}", f"taken until {moment_text(time)} UTC") for each, time in answer.taken_until.items()]
    if (parity := answer.parity) is not None:
        span = f"{moment_text(parity.start)} to {moment_text(parity.end)}"
        lines.append(("parity", f"{parity.unexplained:,} unexplained differences, {span}"))
    return [*lines, *((f"told by {each.channel}", each.words) for each in answer.told)]


def _state_text(answer: "Status") -> str:
    from edgeproof.services.figures import moment_text  # noqa: PLC0415 - see above

    match answer.session.state:
        case "running":
            return f"running: {answer.session.held_by}"
        case "killed":
            name = "scan" if answer.session.began is None else answer.session.began.command
            return f"the last one was killed; nothing is lost: edgeproof {name} goes on where it was"
        case "ended":
            ended = answer.session.ended
            return "ended" if ended is None else f"ended {moment_text(ended.at)} UTC: {ended.reason}"
        case _:
            return "none yet: edgeproof scan begins one"
