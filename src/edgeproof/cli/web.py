"""`edgeproof web`: the dashboard of a home."""

from typing import Annotated

import typer

from edgeproof.cli.context import Context, command

PORT = 8800


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(web)


def web(
    context: Context,
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port; 0 for any that is free.")] = PORT,
) -> None:
    """Show the home in a browser: what runs, what fired, what it came to; and steer it."""
    from edgeproof.bootstrap.dashboard.place import Place  # noqa: PLC0415 - heavy parts load when a command runs
    from edgeproof.web.server import serve  # noqa: PLC0415

    typer.echo(f"http://{host}:{port}")
    serve(Place(home=context.home, config=context.config), host, port)
