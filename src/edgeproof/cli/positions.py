"""`edgeproof positions`: what is open, what may be, and what is left of the limits."""

from typing import TYPE_CHECKING

import typer

from edgeproof.cli.context import Context, command

if TYPE_CHECKING:
    from edgeproof.ports.wishes import Wish
    from edgeproof.services.trading_view import TradingView

NOTHING = "nothing was traded yet; edgeproof paper trades on paper"


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(positions)


def positions(context: Context) -> None:
    """List positions and resting entries with stop, targets, result and risk; the account and its limits above them.

    P&L is net: of the whole trade, after fees and funding, at the last close. R is it over what was planned to be lost.
    """
    # Heavy parts load when a command runs.
    from edgeproof.bootstrap.asking import kept_journal, kept_trading, traded_by, waiting_wishes  # noqa: PLC0415

    with kept_journal(context.home, context.config) as journal:
        view = kept_trading(journal, context.config)
    holder, wishes = traded_by(context.home), waiting_wishes(context.home, lambda words: typer.echo(words, err=True))
    if context.json:
        from edgeproof.services.trading_document import trading_document  # noqa: PLC0415
        from edgeproof.services.wish_words import wish_document  # noqa: PLC0415

        document = None if view is None else trading_document(view)
        context.print_json({"held_by": holder, "trading": document, "wishes": [wish_document(each) for each in wishes]})
        return
    _print(context, view, holder)
    for each in wishes:
        context.out.print(waiting_text(each), style="yellow")


def _print(context: Context, view: "TradingView | None", holder: str | None) -> None:
    from edgeproof.cli.trading_lines import trading_lines  # noqa: PLC0415
    from edgeproof.services.figures import moment_text  # noqa: PLC0415 - see above

    if view is None:
        context.out.print(NOTHING)
        return
    for line in trading_lines(view, context.out.width):
        context.out.print(line)
    print_offers(context, view)
    context.out.print()
    who = "" if holder is not None else "; no session trades: nothing moves until edgeproof paper runs again"
    context.out.print(f"at {moment_text(view.at)} UTC, at the last closes{who}", style="dim")


def print_offers(context: Context, view: "TradingView") -> None:
    """Print the signals that wait for a person."""
    from edgeproof.cli.offer_lines import TITLE, offer_entries  # noqa: PLC0415 - see above

    if view.offers:
        context.out.print()
        context.out.print(TITLE, style="bold yellow")
    for entry in offer_entries(view.offers, view.at, context.out.width):
        for line in entry:
            context.out.print(line)


def waiting_text(wish: "Wish") -> str:
    """A wish that is not granted yet."""
    from edgeproof.services.figures import moment_text  # noqa: PLC0415 - see above
    from edgeproof.services.wish_words import wish_words  # noqa: PLC0415

    why = f' ("{wish.why}")' if wish.why else ""
    return f"asked and not granted yet: {wish_words(wish)}, by {wish.by} at {moment_text(wish.at)} UTC{why}"
