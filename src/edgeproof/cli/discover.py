"""`edgeproof discover`: every hypothesis on every instrument, to verdicts that have paid for every trial."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.backtest import study_of_call
from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from edgeproof.research.search import SearchSpec
    from edgeproof.research.study import Study


class Engine(StrEnum):
    """Where the work is done."""

    LOCAL = "local"
    RAY = "ray"


_Names = Annotated[
    list[str] | None, typer.Argument(help="Names of hypotheses, or patterns such as 'Funding_*' [default: all].")
]
_Files = Annotated[
    list[Path] | None, typer.Option("--hypotheses", help="A hypothesis file of your own; may be repeated.")
]
_Instruments = Annotated[
    list[str] | None, typer.Option("--instrument", "-i", help="Such as BTC/USD:USD; may be repeated [default: all].")
]
_Families = Annotated[
    list[str] | None, typer.Option("--families", "--family", help="Only hypotheses of a family; may be repeated.")
]
_Start = Annotated[str | None, typer.Option("--start", help="First moment, such as 2025-05-01 (UTC).")]
_End = Annotated[str | None, typer.Option("--end", help="Last moment (UTC).")]
_Pool = Annotated[bool, typer.Option("--pool", help="Judge each hypothesis on all instruments together.")]
_Seed = Annotated[int, typer.Option("--seed", min=0, help="Where the search begins and the self-checks look.")]
_All = Annotated[bool, typer.Option("--all", help="Show every row instead of the best 30.")]

_Engine = Annotated[Engine, typer.Option("--engine", help="Threads of this machine, or a Ray cluster.")]
_Search = Annotated[
    int, typer.Option("--search", min=0, help="Search so many candidates beyond the declared [default: 0, none].")
]
_Generations = Annotated[int, typer.Option("--generations", min=1, help="Rounds in which the search breeds them.")]


def enter(app: typer.Typer) -> None:
    """Enter the command `discover`."""
    command(app)(discover)


def discover(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: Context,
    names: _Names = None,
    hypotheses: _Files = None,
    instrument: _Instruments = None,
    families: _Families = None,
    start: _Start = None,
    end: _End = None,
    pool: _Pool = False,  # noqa: FBT002 - an option
    seed: _Seed = 0,
    all_: _All = False,  # noqa: FBT002 - an option
    engine: _Engine = Engine.LOCAL,
    search: _Search = 0,
    generations: _Generations = 10,
) -> None:
    """Which hypotheses have an edge: after costs, after counting every trial, out of sample."""
    study = study_of_call(context, names or [], hypotheses or [], instrument or [], families or [], start, end)
    from dataclasses import replace  # noqa: PLC0415 - heavy parts load when a command runs

    from edgeproof.cli.discovery import run_discovery  # noqa: PLC0415

    spec = _search_spec(study, search, generations, seed, pool=pool) if search else None
    run_discovery(context, replace(study, seed=seed), pool=pool, show_all=all_, search=spec, engine=engine.value)


def _search_spec(study: "Study", candidates: int, generations: int, seed: int, *, pool: bool) -> "SearchSpec":
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415 - see above
    from edgeproof.research.search import SearchSpec  # noqa: PLC0415

    if len(study.instruments) > 1 and not pool:
        raise InputError(
            f"--search needs one instrument, or --pool to take all as one; found {len(study.instruments)}: "
            f"add --pool, or choose one, such as --instrument {study.instruments[0]}"
        )
    return SearchSpec(candidates=candidates, generations=min(generations, candidates), seed=seed)
