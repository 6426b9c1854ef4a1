"""`edgeproof report`: a kept run, or what sessions came to, as one page that works from a file without a network."""

from pathlib import Path
from typing import Annotated

import typer

from edgeproof.cli.context import Context, command

_Run = Annotated[
    str | None, typer.Argument(metavar="[RUN]", help="The id of a run, or its beginning [default: the newest].")
]
_Session = Annotated[
    str | None,
    typer.Option(
        "--session",
        metavar="all|last|ID",
        help="What sessions came to instead: all of the home, the last, or one by its id.",
        show_default=False,
    ),
]
_Html = Annotated[
    Path | None,
    typer.Option("--html", help="Where to write [default: HOME/runs/RUN/report.html, HOME/reports/session-ID.html]."),
]


def enter(app: typer.Typer) -> None:
    """Enter the command `report`."""
    command(app)(report)


def report(context: Context, run: _Run = None, session: _Session = None, html: _Html = None) -> None:
    """A run, or what sessions came to, as one self-contained HTML page; prints where it is.

    --session: equity against what the backtest leads to expect, trades on their candles, differences by cause.
    """
    from edgeproof.cli.kernel_cache import use_kernel_cache  # noqa: PLC0415 - heavy parts load when a command runs

    use_kernel_cache()
    if session is not None:
        _of_session(context, run, session, html)
        return
    from edgeproof import bootstrap  # noqa: PLC0415

    file = bootstrap.write_report(context.home, run, html).resolve()
    if context.json:
        context.print_json({"report": str(file), "bytes": file.stat().st_size})
    else:
        typer.echo(str(file))


def _of_session(context: Context, run: str | None, session: str, html: Path | None) -> None:
    from edgeproof.cli import session_report  # noqa: PLC0415 - see above
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415

    if run is not None:
        raise InputError(f"expected a run or --session, found both: {run} and --session {session}")
    file, said = session_report.write(context, session, html)
    if context.json:
        context.print_json(said)
    else:
        typer.echo(str(file))
