"""`edgeproof close`, `stop`, `resume`, `take` and `skip`: what a person asks of the session that trades.

1. What is to be closed is looked up in the journal (`target_of`): a wrong word is refused before anything is asked.
2. The wish is left in the home, where it survives everything.
3. Where a session trades, its answer is awaited and told; where none does, the next one grants it.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.context import Context, command
from edgeproof.cli.positions import wish_document, wish_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgeproof.core.model.signal import Decision
    from edgeproof.services.trading_view import TradingView

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
    from edgeproof.bootstrap.asking import kept_journal, kept_trading, traded_by  # noqa: PLC0415 - heavy
    from edgeproof.services.targets import target_of  # noqa: PLC0415

    with kept_journal(context.home, context.config) as journal:
        view = kept_trading(journal, context.config)
    is_traded = traded_by(context.home) is not None
    found = "" if all_ else target_of(target or "", view, is_traded=is_traded)
    _refuse_senseless(target, view, all_=all_, is_traded=is_traded)
    _ask(context, "close_all" if all_ else "close", found, why)


def stop(
    context: Context,
    close: Annotated[bool, typer.Option("--close", help="Also close everything at market, and halt.")] = False,
    why: Annotated[str, _WHY] = "",
) -> None:
    """Make no new entries until somebody resumes; what is open is managed to its end."""
    _ask(context, "halt" if close else "stop", "", why)


def resume(context: Context, why: Annotated[str, _WHY] = "") -> None:
    """Let trading go on after a stop, or after a fall from the peak halted it (whoever resumes accepts the loss)."""
    _ask(context, "resume", "", why)


def take(context: Context, id_: Annotated[str | None, _OFFER] = None, why: Annotated[str, _WHY] = "") -> None:
    """Take a signal that waits (edgeproof paper --ask): it is sized, held against every limit, entered and managed.

    Whether it was entered is for the rules of risk to say: nobody can override a limit.
    """
    _ask(context, "take", _offered(context, id_), why)


def skip(context: Context, id_: Annotated[str | None, _OFFER] = None, why: Annotated[str, _WHY] = "") -> None:
    """Let a signal go that waits (edgeproof paper --ask). One that nobody takes expires by itself."""
    _ask(context, "skip", _offered(context, id_), why)


def _offered(context: Context, text: str | None) -> str:
    from edgeproof.bootstrap.asking import kept_journal, kept_trading  # noqa: PLC0415 - see above

    with kept_journal(context.home, context.config) as journal:
        view = kept_trading(journal, context.config)
    return offer_of(text or "", () if view is None else view.offers)


def offer_of(text: str, offers: "Sequence[Decision]") -> str:
    """The id of the signal that is meant among those that wait.

    Raises
    ------
    InputError
        None that waits is called so, or more than one is.
    """
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415 - see above

    there = "\n".join(_offer_line(each) for each in offers)
    there = f"what waits for you:\n{there}" if there else "no signal waits for you (edgeproof paper --ask asks)"
    begins = text.strip().lower()
    if not begins:
        raise InputError(f"expected the ID of a signal, found none; {there}")
    found = [each.signal.id for each in offers if each.signal.id.startswith(begins)]
    if len(found) != 1:
        many = f'"{text}" may mean {len(found)} of them; say more of it' if found else f'no "{text}" waits'
        raise InputError(f"{many}; {there}")
    return found[0]


def _offer_line(each: "Decision") -> str:
    from edgeproof.cli.scan_lines import clock_text, prices_text  # noqa: PLC0415 - see above
    from edgeproof.services.signal_document import direction_word  # noqa: PLC0415

    signal = each.signal
    what = f"{direction_word(signal.direction):5}  {signal.instrument}  {signal.hypothesis}"
    return f"  {signal.id}  {what}  {prices_text(each)}  expires {clock_text(signal.expires_at)}"


def _refuse_senseless(target: str | None, view: "TradingView | None", *, all_: bool, is_traded: bool) -> None:
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415 - see above

    if all_ and target is not None:
        raise InputError(f'expected either an ID or INSTRUMENT or --all, found both: "{target}" and --all')
    if not is_traded and (view is None or not (view.positions or view.resting)):
        raise InputError("nothing is open, nothing waits, and no session trades: there is nothing to close")


def _ask(context: Context, word: str, target: str, why: str) -> None:
    from edgeproof.bootstrap.asking import PATIENCE_S, answer, leave_wish, traded_by  # noqa: PLC0415 - see above
    from edgeproof.core.model.errors import InputError  # noqa: PLC0415

    if not context.home.is_dir():
        # A misspelt home must not swallow a stop.
        raise InputError(
            f"--home: expected the home of a session, found no folder at {context.home}; nothing was asked"
        )
    wish = leave_wish(context.home, word, target, why=why)
    outcome = answer(context.home, context.config, wish)
    holder = traded_by(context.home)
    state = "granted" if outcome is not None else "kept" if holder is None else "unanswered"
    if context.json:
        document = {"wish": wish_document(wish), "state": state, "outcome": outcome, "held_by": holder}
        context.print_json(document)
    asked = f"asked: {wish_words(wish)}"
    match state:
        case "granted":
            context.out.print(f"{asked}\ngranted: {outcome}", soft_wrap=True)
        case "kept":
            context.out.print(
                f"{asked}\nno session trades: the wish is kept, and granted when the next edgeproof paper begins",
                soft_wrap=True,
            )
        case _:
            typer.echo(
                f"edgeproof: {asked}: the session has not answered within {PATIENCE_S:g} s ({holder}); the wish is "
                "kept and granted as soon as it looks: edgeproof positions says whether it still waits",
                err=True,
            )
            raise typer.Exit(1)
