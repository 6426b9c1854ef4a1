"""`edgeproof demo`: the whole road at once, with nothing to configure.

Without files (planted.py): a market with edges planted in it, a discovery that finds them, a replica that plays the
days after, the signals live, parity. With --candles, what the library makes of them:

1. Read the files into a home of its own under HOME/demo.
2. Backtest the whole library on it and print the table.
3. Say what to do next.
4. Write the run as a page and say where it is.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.context import Context, command
from edgeproof.cli.demo_words import NEXT_OF_FILES

if TYPE_CHECKING:
    from rich.console import Console


def enter(app: typer.Typer) -> None:
    """Enter the command `demo`."""
    command(app)(demo)


def demo(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: Context,
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="More files for --candles.")] = None,
    candles: Annotated[
        list[Path] | None, typer.Option("--candles", help="The library on real candles (CSV or Parquet) instead.")
    ] = None,
    instrument: Annotated[
        list[str] | None, typer.Option("--instrument", "-i", help="What each file holds [default: by its name].")
    ] = None,
    instruments: Annotated[int, typer.Option(min=1, help="How many instruments to generate.")] = 3,
    days: Annotated[int, typer.Option(min=1, max=3_600, help="How many days of history to generate.")] = 90,
    live_days: Annotated[int, typer.Option(min=0, max=50, help="How many days to play live after it; 0 for none.")] = 2,
    speed: Annotated[float, typer.Option(min=1, help="How fast they are played, at most: 60 is a minute a second.")] = (
        4_320
    ),
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another market.")] = 0,
    web: Annotated[bool, typer.Option(help="Show the live days in the dashboard, too.")] = True,  # noqa: FBT002
    top: Annotated[
        int | None, typer.Option(min=0, help="How many rows of the best to show; 0 for all [default: 6; of files 30].")
    ] = None,
) -> None:
    """Everything at once, nothing to configure: a generated market, a discovery, its signals live, and parity.

    With --candles FILE... the whole library on those candles.
    """
    from edgeproof.cli.kernel_cache import use_kernel_cache  # noqa: PLC0415 - heavy parts load when a command runs

    use_kernel_cache()
    files = [*(candles or []), *(more or [])]
    if files:
        _of_files(context, files, instrument or [], seed=seed, top=30 if top is None else top)
        return
    from edgeproof.cli import planted  # noqa: PLC0415

    sizes = planted.Sizes(instruments=instruments, days=days, live_days=live_days, speed=speed, seed=seed, web=web)
    planted.run(context, sizes, top=6 if top is None else top)


def _of_files(context: Context, files: list[Path], names: list[str], *, seed: int, top: int) -> None:
    from rich.markup import escape  # noqa: PLC0415

    from edgeproof import bootstrap  # noqa: PLC0415
    from edgeproof.cli.run import run_study  # noqa: PLC0415
    from edgeproof.cli.selection import settings_of  # noqa: PLC0415
    from edgeproof.research.study import Study  # noqa: PLC0415

    fees = bootstrap.fees(settings_of(context))
    home = _import(context.home, files, names, _notes(context))
    study = Study(
        hypotheses=bootstrap.variants_of(bootstrap.library(context.home)),
        instruments=bootstrap.open_store(home).instruments(),
        fees=fees,
        seed=seed,
    )
    there = Context(home, context.config, context.json, context.verbose)
    run_study(there, study, top=top, closing=NEXT_OF_FILES.format(home=escape(str(home))))
    page = bootstrap.write_report(home)
    there.out.print("[bold]Report[/]  open this file in a browser:")
    there.out.print(f"  {escape(str(page.resolve()))}", soft_wrap=True)


def _notes(context: Context) -> "Console":
    from rich.console import Console  # noqa: PLC0415

    return Console(stderr=True, highlight=False, quiet=not context.verbose and not Console(stderr=True).is_terminal)


def _import(home: Path, files: list[Path], names: list[str], out: "Console") -> Path:
    from edgeproof import bootstrap  # noqa: PLC0415
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415
    from edgeproof.core.model.instrument import parse_instrument  # noqa: PLC0415

    if names and len(names) != len(files):
        raise InputError(
            f"expected one --instrument for each of the {len(files)} files, in their order, found {len(names)}"
        )
    for file in files:
        if not file.is_file():
            raise InputError(f"expected a file with candles at {file}, found none; check the path")
    chosen = [parse_instrument(name) for name in names] or [bootstrap.instrument_of_file(file) for file in files]
    for file, instrument in zip(files, chosen, strict=True):
        out.print(f"{file.name} is read as {instrument} ...")
    return bootstrap.imported_home(home, tuple(zip(files, chosen, strict=True)))
