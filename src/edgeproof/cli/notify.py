"""`edgeproof notify`: prove a channel, see what was told, tell what waits."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.context import Context, command, new_app

if TYPE_CHECKING:
    from edgeproof.services.notifying.tally import ChannelTally

app = new_app("Telling people: prove a channel, see what was told, tell what waits.")


@command(app, "test")
def prove(
    context: Context,
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="As in the settings: telegram, email ...")],
    message: Annotated[
        bool, typer.Option("--message/--no-message", help="Also send a message that says it is a test.")
    ] = True,  # noqa: FBT002 - an option
) -> None:
    """Prove that a channel works as it is set up, or say what is wrong with it and what to do."""
    from edgeproof.bootstrap.notify import try_channel  # noqa: PLC0415 - heavy parts load when a command runs
    from edgeproof.core.model.errors import ChannelError  # noqa: PLC0415

    problem, found = None, []
    try:
        found = asyncio.run(try_channel(context.config, channel, _say, with_message=message, home=context.home))
    except ChannelError as error:
        problem = str(error)
    if context.json:
        context.print_json({"channel": channel, "works": problem is None, "found": found, "problem": problem})
    elif problem is None:
        context.out.print(f"{channel} works: {'; '.join(found)}", soft_wrap=True, markup=False)
    else:
        typer.echo(f"edgeproof: {channel} does not work: {problem}", err=True)
    if problem is not None:
        raise typer.Exit(1)


@command(app)
def status(context: Context) -> None:
    """Say what each channel was told today, what waits and why, and how long it took from the close."""
    from edgeproof.bootstrap.notify import channel_names, told_today  # noqa: PLC0415 - see above

    found = told_today(context.home, context.config)
    names = channel_names(context.config, context.home)
    if context.json:
        context.print_json({"channels": names, "today": [each.document() for each in found]})
        return
    if not names and not found:
        context.out.print(
            "nobody is told: no channel is set up ([notify] in the settings; see docs, Get told), and no browser asked "
            "to be",
            markup=False,
        )
        return
    told = {each.channel: each for each in found}
    for name in dict.fromkeys([*names, *told]):
        context.out.print(tally_line(name, told.get(name), is_set_up=name in names), soft_wrap=True, markup=False)


@command(app)
def send(
    context: Context,
    wait: Annotated[float, typer.Option("--wait", metavar="SECONDS", help="How long it is tried.", min=0.0)] = 60.0,
) -> None:
    """Tell what waits, while no session runs: one that was killed left it. A session does that by itself.

    Status 3 where something still waits.
    """
    from edgeproof.bootstrap.notify import send_waiting  # noqa: PLC0415 - see above

    sent, left = asyncio.run(send_waiting(context.home, context.config, wait, _say))
    if context.json:
        context.print_json({"told": sent, "waiting": left})
    else:
        context.out.print(f"{sent:,} messages told, {left:,} wait")
    if left:
        raise typer.Exit(3)


def tally_line(name: str, found: "ChannelTally | None", *, is_set_up: bool = True) -> str:
    """One channel, for people."""
    words = "nothing told today" if found is None else found.words
    return f"{name}: {words}{'' if is_set_up else ' (not set up any more)'}"


def _say(words: str) -> None:
    typer.echo(f"edgeproof: {words}", err=True)
