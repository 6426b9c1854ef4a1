"""`edgeproof backtest`: hypotheses over the stored history, to trades, statistics and a table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from edgeproof.research.study import Study

_Names = Annotated[
    list[str] | None, typer.Argument(help="Names of hypotheses, or patterns such as 'Funding_*' [default: all].")
]
_Files = Annotated[
    list[Path] | None, typer.Option("--hypotheses", help="A hypothesis file of your own; may be repeated.")
]
_Instruments = Annotated[
    list[str] | None, typer.Option("--instrument", "-i", help="Such as BTC/USD:USD; may be repeated [default: all].")
]
_Families = Annotated[list[str] | None, typer.Option("--family", help="Only hypotheses of a family; may be repeated.")]
_Start = Annotated[str | None, typer.Option("--start", help="First moment, such as 2025-05-01 (UTC).")]
_End = Annotated[str | None, typer.Option("--end", help="Last moment (UTC).")]
_Top = Annotated[int, typer.Option("--top", min=0, help="Show only so many rows of the best [default: 0, all].")]


def enter(app: typer.Typer) -> None:
    """Enter the command `backtest`."""
    command(app)(backtest)


def backtest(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: Context,
    names: _Names = None,
    hypotheses: _Files = None,
    instrument: _Instruments = None,
    family: _Families = None,
    start: _Start = None,
    end: _End = None,
    top: _Top = 0,
) -> None:
    """Trades and statistics of hypotheses over the stored history."""
    from edgeproof.cli.run import run_study  # noqa: PLC0415 - brings numba and polars, which `--help` must not wait for

    study = study_of_call(context, names or [], hypotheses or [], instrument or [], family or [], start, end)
    run_study(context, study, top=top)


def study_of_call(  # noqa: PLR0913, PLR0917 - the words of the call
    context: Context,
    names: list[str],
    files: list[Path],
    instruments: list[str],
    families: list[str],
    start: str | None,
    end: str | None,
) -> "Study":
    """The study that the words of a call ask for."""
    from edgeproof.cli.kernel_cache import use_kernel_cache  # noqa: PLC0415 - see above

    use_kernel_cache()
    from edgeproof import bootstrap  # noqa: PLC0415 - see above
    from edgeproof.cli.selection import (  # noqa: PLC0415
        select_hypotheses,
        select_instruments,
        settings_of,
        time_option,
    )  # noqa: PLC0415
    from edgeproof.research.study import Study, Window  # noqa: PLC0415

    window = Window(start=time_option("--start", start), end=time_option("--end", end))
    fees = bootstrap.fees(settings_of(context))
    chosen = select_hypotheses(bootstrap.library(context.home, files), names, families)
    store = bootstrap.open_store(context.home)
    found = select_instruments(store, instruments, context.home)
    return Study(hypotheses=chosen, instruments=found, window=window, fees=fees)
