"""`edgeproof close`, `stop`, `resume`, `take` and `skip`: what a person asks of the session that trades.

How it is asked is in bootstrap/steering.py; here it gets its words.
"""

from typing import Annotated

import typer

from edgeproof.cli.context import Context, command

_OFFER = typer.Argument(
    metavar="ID", help="Of a signal that waits, or the beginning of it [default: list them].", show_default=False
)
_WHY = typer.Option("--why", metavar="TEXT", help="The reason; the journal keeps it with your name.")


def enter(app: typer.Typer) -> None:
    """Enter the commands."""
    command(app)(close)
    command(app)(stop)
    command(app)(resume)
    command(app)(take)
    command(app)(skip)


def close(
    context: Context,
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="ID|INSTRUMENT",
            help="Of what is open or waits: the id of its signal or the beginning of it, or its instrument.",
            show_default=False,
        ),
    ] = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Everything that is open; entries that wait are taken back.")
    ] = False,
    why: Annotated[str, _WHY] = "",
) -> None:
    """Close a position, or all of them, at market; an entry that waits is taken back. Trading goes on.

    edgeproof stop --close also halts it.
    """
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415 - heavy parts load when a command runs

    if all_ and target is not None:
        raise InputError(f'expected either an ID or INSTRUMENT or --all, found both: "{target}" and --all')
    _ask(context, "close_all" if all_ else "close", target, why)


def stop(
    context: Context,
    close: Annotated[bool, typer.Option("--close", help="Also close everything at market, and halt.")] = False,
    why: Annotated[str, _WHY] = "",
) -> None:
    """Make no new entries until somebody resumes; what is open is managed to its end."""
    _ask(context, "halt" if close else "stop", None, why)


def resume(context: Context, why: Annotated[str, _WHY] = "") -> None:
    """Let trading go on after a stop, or after a fall from the peak halted it (whoever resumes accepts the loss)."""
    _ask(context, "resume", None, why)


def take(context: Context, id_: Annotated[str | None, _OFFER] = None, why: Annotated[str, _WHY] = "") -> None:
    """Take a signal that waits (edgeproof paper --ask): it is sized, held against every limit, entered and managed.

    Whether it was entered is for the rules of risk to say: nobody can override a limit.
    """
    _ask(context, "take", id_, why)


def skip(context: Context, id_: Annotated[str | None, _OFFER] = None, why: Annotated[str, _WHY] = "") -> None:
    """Let a signal go that waits (edgeproof paper --ask). One that nobody takes expires by itself."""
    _ask(context, "skip", id_, why)


def _ask(context: Context, word: str, text: str | None, why: str) -> None:
    from edgeproof.bootstrap.asking import PATIENCE_S  # noqa: PLC0415 - see above
    from edgeproof.bootstrap.steering import ask, meant  # noqa: PLC0415
    from edgeproof.services.wish_words import wish_words  # noqa: PLC0415

    target = meant(context.home, context.config, word, text or "")
    answered = ask(context.home, context.config, word, target, why=why)
    if context.json:
        context.print_json(answered.document())
    asked = f"asked: {wish_words(answered.wish)}"
    match answered.state:
        case "granted":
            context.out.print(f"{asked}\ngranted: {answered.outcome}", soft_wrap=True)
        case "kept":
            context.out.print(
                f"{asked}\nno session trades: the wish is kept, and granted when the next edgeproof paper begins",
                soft_wrap=True,
            )
        case _:
            typer.echo(
                f"edgeproof: {asked}: the session has not answered within {PATIENCE_S:g} s ({answered.held_by}); the "
                "wish is kept and granted as soon as it looks: edgeproof positions says whether it still waits",
                err=True,
            )
            raise typer.Exit(1)
