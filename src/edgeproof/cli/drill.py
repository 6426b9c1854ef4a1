"""`edgeproof drill`: does what has to stop trading stop it, does a killed session come back, are people told?"""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from rich.console import Console

    from edgeproof.core.model.drill import DrillResult

NO = 3


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(drill)


def drill(
    context: Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="breaker, stop, recovery, notifications [default: all]."),
    ] = None,
) -> None:
    """Prove on the replica that breaker, emergency stop, recovery and notifications work; edgeproof ready asks for it.

    Each drill is a paper session of its own under HOME/drills; a session that runs is not touched. Status 3 if one
    fails.
    """
    from edgeproof.cli.kernel_cache import compile_apart, use_kernel_cache  # noqa: PLC0415 - heavy parts load later

    use_kernel_cache()
    from edgeproof.bootstrap.drill import make_drill  # noqa: PLC0415
    from edgeproof.bootstrap.drills import chosen_drills, kernels_needed  # noqa: PLC0415

    chosen = chosen_drills(names or ())
    compile_apart(kernels_needed())
    results = []
    for each in chosen:
        if sys.stderr.isatty():
            sys.stderr.write(f"edgeproof: {each.name}: {each.did} ...\n")
        results.append(make_drill(context.home, each))
        if not context.json:
            _print(context.out, results[-1])
    if context.json:
        context.print_json({"passed": all(map(_has_passed, results)), "drills": [drill_document(r) for r in results]})
    if not all(map(_has_passed, results)):
        raise typer.Exit(NO)


def _has_passed(result: "DrillResult") -> bool:
    return result.has_passed


def _print(out: "Console", result: "DrillResult") -> None:
    from rich.text import Text  # noqa: PLC0415 - see above

    mark = Text("passed", "bold green") if result.has_passed else Text("FAILED", "bold red")
    out.print(Text.assemble((result.name, "bold"), "  ", mark, "  ", (result.did, "dim")), soft_wrap=True)
    for each in result.seen:
        sign = Text("  yes ", "green") if each.holds else Text("  NO  ", "bold red")
        out.print(Text.assemble(sign, f"{each.what}: {each.found}"), soft_wrap=True)


def drill_document(result: "DrillResult") -> dict[str, Any]:
    """A result as JSON."""
    from edgeproof.core.model.time import format_time  # noqa: PLC0415 - see above

    return {
        "name": result.name,
        "at": format_time(result.at),
        "passed": result.has_passed,
        "did": result.did,
        "seen": [{"what": each.what, "found": each.found, "holds": each.holds} for each in result.seen],
    }
