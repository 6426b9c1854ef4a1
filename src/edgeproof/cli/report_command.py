"""`edgeproof report`: a kept run as one page that works from a file, anywhere, without a network."""

from pathlib import Path
from typing import Annotated

import typer

from edgeproof.cli.context import Context, command

_Run = Annotated[
    str | None, typer.Argument(metavar="[RUN]", help="The id of a run, or its beginning [default: the newest].")
]
_Html = Annotated[Path | None, typer.Option("--html", help="Where to write [default: HOME/runs/RUN/report.html].")]


def enter(app: typer.Typer) -> None:
    """Enter the command `report`."""
    command(app)(report)


def report(context: Context, run: _Run = None, html: _Html = None) -> None:
    """A run as one self-contained HTML page; prints where it is."""
    from edgeproof.cli.kernel_cache import use_kernel_cache  # noqa: PLC0415 - heavy parts load when a command runs

    use_kernel_cache()
    from edgeproof import bootstrap  # noqa: PLC0415

    file = bootstrap.write_report(context.home, run, html).resolve()
    if context.json:
        context.print_json({"report": str(file), "bytes": file.stat().st_size})
    else:
        typer.echo(str(file))
