"""`edgeproof web`: the dashboard of a home."""

from importlib.util import find_spec
from typing import Annotated

import typer

from edgeproof.cli.context import Context, command
from edgeproof.core.model.errors import EdgeproofError

PORT = 8800


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(web)


def web(
    context: Context,
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="The port; 0 for any that is free.")] = PORT,
    until_eof: Annotated[bool, typer.Option("--until-eof", hidden=True)] = False,  # noqa: FBT002 - an option
) -> None:
    """Show the home in a browser: what runs, what fired, what it came to; and steer it."""
    if find_spec("fastapi") is None:
        raise EdgeproofError("the dashboard needs FastAPI, which is not installed: pip install 'edgeproof[web]'")
    from edgeproof.bootstrap.dashboard.place import Place  # noqa: PLC0415 - heavy parts load when a command runs
    from edgeproof.web.app import web_app  # noqa: PLC0415
    from edgeproof.web.server import serve  # noqa: PLC0415

    def ready(address: str) -> None:
        typer.echo(f"{address} shows {context.home}; Ctrl-C ends it")

    serve(web_app(Place(home=context.home, config=context.config)), host, port, ready=ready, until_eof=until_eof)
