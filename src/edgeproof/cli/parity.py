"""`edgeproof parity`: what a live session did against the backtest, signal by signal and trade by trade."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from edgeproof.research.parity.compare import Against, Question
    from edgeproof.research.parity.result import ParityResult

NO = 3
AGAINST = ("recorded", "store")

_Since = Annotated[
    str | None,
    typer.Option("--since", help="First moment, such as 2025-05-01 (UTC) [default: all].", show_default=False),
]
_Until = Annotated[str | None, typer.Option("--until", help="Last moment (UTC).", show_default=False)]
_Session = Annotated[str | None, typer.Option("--session", help="Only this session.", show_default=False)]
_Against = Annotated[
    str, typer.Option("--against", help="recorded: the candles as they were taken in; store: those stored now.")
]


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(parity)


def parity(
    context: Context,
    since: _Since = None,
    until: _Until = None,
    session: _Session = None,
    against: _Against = "recorded",
) -> None:
    """Compare what live sessions signalled and traded with the backtest over the same candles.

    Every difference has one cause; those of trades are in money, and add up. Exit status 3 when one is unexplained, a
    close was not evaluated, or anything was doubled; 1 when there is nothing to compare.
    """
    from edgeproof.cli.kernel_cache import use_kernel_cache  # noqa: PLC0415 - heavy parts load when a command runs

    use_kernel_cache()
    from edgeproof.bootstrap.parity import run_parity  # noqa: PLC0415
    from edgeproof.cli.parity_view import show  # noqa: PLC0415
    from edgeproof.cli.selection import settings_of, time_option  # noqa: PLC0415

    start, end = time_option("--since", since), time_option("--until", until)
    found = run_parity(context.home, settings_of(context), start, end, _question(context, session, against))
    _require_something(context, found, is_all=(start, end, session) == (None, None, None))
    if context.json:
        context.print_json(found.document())
    else:
        show(context.out, found)
    if not found.is_clean:
        raise typer.Exit(NO)


def _question(context: Context, session: str | None, against: str) -> "Question":
    from edgeproof.bootstrap.parity import library_now  # noqa: PLC0415
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415
    from edgeproof.research.parity.compare import Question  # noqa: PLC0415

    if against not in AGAINST:
        raise InputError(f'--against: expected {" or ".join(AGAINST)}, found "{against}"')
    return Question(session=session, against=cast("Against", against), library=library_now(context.home))


def _require_something(context: Context, found: "ParityResult", *, is_all: bool) -> None:
    from edgeproof.core.model.errors import EdgeproofError  # noqa: PLC0415

    if found.instruments:
        return
    if is_all:
        raise EdgeproofError(
            f"nothing to compare: no session has taken in a candle under {context.home} yet; run edgeproof scan first"
        )
    raise EdgeproofError(
        "nothing to compare: no session took in a candle in the span asked for; "
        "edgeproof parity without options compares everything there is"
    )
