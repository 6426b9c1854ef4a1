"""`edgeproof web`: the dashboard of a home, and who may enter it."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from edgeproof.cli.context import Context, bare, command, new_app
from edgeproof.core.model.errors import EdgeproofError, InputError

app = new_app("Show the home in a browser: what runs, what fired, what it came to; and steer it.")

_ROLE = typer.Option("--role", help="operator: sees and steers. viewer: sees.")


@bare(app)
def web(
    context: Context,
    host: Annotated[
        str | None, typer.Option("--host", help="The address to listen at [default: 127.0.0.1].", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=0, max=65_535, help="The port; 0 for any that is free [default: 8800].", show_default=False
        ),
    ] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="A certificate (PEM) for TLS.", show_default=False)
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The key of the certificate.", show_default=False)] = None,
    until_eof: Annotated[bool, typer.Option("--until-eof", hidden=True)] = False,  # noqa: FBT002 - an option
) -> None:
    """Show the home in a browser: what runs, what fired, what it came to; and steer it."""
    _check_library()
    from edgeproof.bootstrap.dashboard.access import access_to  # noqa: PLC0415 - heavy parts load when a command runs
    from edgeproof.bootstrap.dashboard.door import Door  # noqa: PLC0415
    from edgeproof.bootstrap.dashboard.place import Place  # noqa: PLC0415
    from edgeproof.config import load_settings  # noqa: PLC0415
    from edgeproof.web.app import web_app  # noqa: PLC0415
    from edgeproof.web.server import Certificate, serve  # noqa: PLC0415

    if (certificate is None) != (key is None):
        raise InputError("expected --certificate FILE and --key FILE together, found one of them")
    tls = None if certificate is None or key is None else Certificate(file=certificate, key=key)
    said = load_settings(context.config).web
    door = Door(
        host=said.host if host is None else host,
        port=said.port if port is None else port,
        url=said.url,
        has_tls=tls is not None,
    )
    door.check(has_password=bool(access_to(context.home).passwords.roles()))

    def ready(address: str) -> None:
        typer.echo(f"{address} shows {context.home}; Ctrl-C ends it")

    serve(
        web_app(Place(home=context.home, config=context.config), door), door,
        ready=ready, certificate=tls, until_eof=until_eof,
    )  # fmt: skip


@command(app)
def password(context: Context, role: Annotated[str, _ROLE] = "operator") -> None:
    """Set the password of a role; a new one ends what was entered with the old one.

    It is asked for twice, or read from stdin where that is no terminal.
    """
    _check_library()
    from edgeproof.bootstrap.dashboard.access import access_to, set_password  # noqa: PLC0415 - see above
    from edgeproof.bootstrap.live import system_clock  # noqa: PLC0415
    from edgeproof.core.model.time import format_time  # noqa: PLC0415

    if sys.stdin.isatty():
        text = typer.prompt(f"Password of {role}", hide_input=True, confirmation_prompt="Once more", err=True)
    else:
        text = sys.stdin.readline().rstrip("\r\n")
    forgotten = set_password(context.home, role, text, at=format_time(system_clock().now()))
    roles = access_to(context.home).passwords.roles()
    if context.json:
        context.print_json({"roles": roles, "browsers_forgotten": forgotten})
        return
    context.out.print(f"the password of {role} is set; it is asked for from now on", markup=False)
    _tell_forgotten(context, forgotten)
    if "operator" not in roles:
        context.out.print("nobody can steer until operator has one too: edgeproof web password", markup=False)


@command(app)
def token(
    context: Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for: grafana, phone ...")],
    role: Annotated[str, _ROLE] = "viewer",
) -> None:
    """Make a token for a program and show it, this once: Authorization: Bearer TOKEN."""
    _check_library()
    from edgeproof.bootstrap.dashboard.access import access_to  # noqa: PLC0415 - see above
    from edgeproof.bootstrap.live import system_clock  # noqa: PLC0415

    made = access_to(context.home).tokens.make(name, role, now=system_clock().now())
    if context.json:
        context.print_json({"name": name, "role": role, "token": made})
        return
    typer.echo(made)
    typer.echo("edgeproof: keep it where only the program reads it; it is not shown again", err=True)


@command(app)
def tokens(context: Context) -> None:
    """List the tokens: for what, what they may, when they were made and last used."""
    _check_library()
    from dataclasses import asdict  # noqa: PLC0415 - see above

    from edgeproof.bootstrap.dashboard.access import access_to  # noqa: PLC0415

    found = access_to(context.home).tokens.all()
    if context.json:
        context.print_json({"tokens": [asdict(each) for each in found]})
        return
    for each in found:
        used = f"last used {each.last_used}" if each.last_used else "never used"
        context.out.print(f"{each.name}: {each.role}, made {each.created}, {used}", soft_wrap=True, markup=False)
    if not found:
        context.out.print("there is no token; edgeproof web token NAME makes one", markup=False)


@command(app)
def revoke(context: Context, name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Let a token open nothing any more."""
    _check_library()
    from edgeproof.bootstrap.dashboard.access import revoke_token  # noqa: PLC0415 - see above

    forgotten = revoke_token(context.home, name)
    if context.json:
        context.print_json({"revoked": name, "browsers_forgotten": forgotten})
        return
    context.out.print(f"{name} opens nothing any more", markup=False)
    _tell_forgotten(context, forgotten)


def _tell_forgotten(context: Context, count: int) -> None:
    if count:
        words = (
            f"{count} browser{'s' * (count > 1)} switched on with it before: notified no more until switched on again"
        )
        context.out.print(words, soft_wrap=True, markup=False)


def _check_library() -> None:
    missing = [each for each in ("fastapi", "argon2") if find_spec(each) is None]
    if missing:
        raise EdgeproofError(
            f"the dashboard needs {' and '.join(missing)}, which is not installed: pip install 'edgeproof[web]'"
        )
