"""What every command shares: its common options, where output goes, and how a command is declared.

    @command(app)
    def list_(context: Context, instrument: Annotated[str | None, typer.Argument()] = None) -> None:
        '''First line: the help.'''

declares a command that also takes --home, --config, --json and -v and finds them in `context`.
"""

import functools
import inspect
import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgeproof.core.model.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

_HOME = Annotated[
    Path | None,
    typer.Option("--home", envvar="EDGEPROOF_HOME", help="Where data, runs and settings are kept.", show_default=False),
]
_CONFIG = Annotated[
    Path | None, typer.Option("--config", help="Settings file [default: HOME/edgeproof.toml].", show_default=False)
]
_JSON = Annotated[bool, typer.Option("--json", help="One JSON document on stdout; everything else to stderr.")]
_VERBOSE = Annotated[bool, typer.Option("--verbose", "-v", help="Say more; with an unexpected error, its traceback.")]

_COMMON = {"home": (_HOME, None), "config": (_CONFIG, None), "json": (_JSON, False), "verbose": (_VERBOSE, False)}


@dataclass(frozen=True, slots=True)
class Context:
    """The common options of a call."""

    home: Path
    config: Path
    json: bool
    verbose: bool

    @property
    def out(self) -> "Console":
        """Where people read: stdout, or stderr when stdout carries JSON."""
        from rich.console import Console  # noqa: PLC0415 - a third of a second that `--help` need not pay

        return Console(stderr=self.json, highlight=False)

    def print_json(self, document: Any) -> None:  # noqa: ANN401 - whatever JSON can say
        """One JSON document on stdout; NaN and infinities become null."""
        sys.stdout.write(json.dumps(_plain(document), allow_nan=False) + "\n")


def _plain(value: Any) -> Any:  # noqa: ANN401
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value


def default_home() -> Path:
    """The platform's folder for a user's data."""
    from platformdirs import user_data_path  # noqa: PLC0415 - only when no --home is given

    return user_data_path("edgeproof", appauthor=False)


def command(app: typer.Typer, name: str | None = None) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a function whose first parameter is a `Context` as a command with the common options."""

    def enter(function: Callable[..., None]) -> Callable[..., None]:
        app.command(name or function.__name__.rstrip("_").replace("_", "-"))(_with_common(function))
        return function

    return enter


def bare(app: typer.Typer) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Enter a function as what a group of commands does when it is called without one of them.

    The commands of the group have the common options themselves: one that stands before a command is refused, so that
    none is overlooked.
    """

    def enter(function: Callable[..., None]) -> Callable[..., None]:
        run = _with_common(function)

        @functools.wraps(run)
        def called(**values: Any) -> None:  # noqa: ANN401 - typer passes what the signature declares
            here = values.pop("here")
            if here.invoked_subcommand is None:
                run(**values)
                return
            for each in here.command.params:
                source = here.get_parameter_source(each.name)
                if source is not None and source.name == "COMMANDLINE":
                    raise InputError(f"{each.opts[0]} belongs after {here.invoked_subcommand}, not before it")

        signature = inspect.signature(run)
        here = inspect.Parameter("here", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
        called.__signature__ = signature.replace(  # type: ignore[attr-defined]
            parameters=[here, *signature.parameters.values()]
        )
        called.__annotations__ = {"here": typer.Context, **run.__annotations__}
        app.callback(invoke_without_command=True)(called)
        return function

    return enter


def _with_common(function: Callable[..., None]) -> Callable[..., None]:
    """The function as typer is to see it: with the common options, which it is given as a `Context`."""
    signature = inspect.signature(function, eval_str=True)
    own = list(signature.parameters.values())[1:]
    common = [
        inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for key, (annotation, default) in _COMMON.items()
    ]

    @functools.wraps(function)
    def run(**values: Any) -> None:  # noqa: ANN401 - typer passes what the signature declares
        home, config, as_json, verbose = (values.pop(key) for key in _COMMON)
        home = home if home is not None else default_home()
        config = config if config is not None else home / "edgeproof.toml"
        function(Context(home, config, as_json, verbose), **values)

    keyword_only = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    run.__signature__ = inspect.Signature([*keyword_only, *common])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in [*own, *common]}
    return run


def new_app(summary: str) -> typer.Typer:
    """A group of commands, with help that needs no rich (it costs a third of a second)."""
    return typer.Typer(
        help=summary, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )
