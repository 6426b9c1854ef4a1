"""`edgeproof paper`: every signal, and what trading it by the limits of risk would come to, filled by a simulation."""

from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.context import Context, command
from edgeproof.cli.feed import USUAL, Serve, Until, Url, Venue
from edgeproof.cli.scan import All, Files, History, Instruments, Names, Preview, Scan, Web, Words, run_session

if TYPE_CHECKING:
    from edgeproof.bootstrap.open_session import OpenSession
    from edgeproof.bootstrap.session import ScanCall


Ask = Annotated[bool, typer.Option("--ask", help="Enter no signal by itself: each waits until a person takes it.")]


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(paper)


def paper(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: Context,
    names: Names = None,
    all_: All = False,  # noqa: FBT002 - an option
    venue: Venue = "kraken",
    url: Url = None,
    instrument: Instruments = None,
    hypotheses: Files = None,
    until: Until = None,
    history: History = None,
    preview: Preview = True,  # noqa: FBT002 - an option
    serve: Serve = None,
    ask: Ask = False,  # noqa: FBT002 - an option
    web: Web = False,  # noqa: FBT002 - an option
) -> None:
    """Trade the signals of proven hypotheses on paper: sized by risk, guarded, filled by the live market. No orders.

    It is scan, and more: positions, status, close, stop and resume watch and steer it from another terminal. What it
    holds survives its end; the next paper goes on with it. --all is how an unproven hypothesis earns its record.
    With --ask a signal waits for edgeproof take ID or edgeproof skip ID until it expires.
    """
    words = Words(
        names=names or [], everything=all_, venue=venue, url=url, instruments=instrument or USUAL,
        files=hypotheses or [], until=until, history=history, preview=preview, serve=serve, web=web,
    )  # fmt: skip
    run_session(context, words, AskingPaper if ask else Paper)


class Paper(Scan):
    """A call of `paper`."""

    def _open(self, call: "ScanCall") -> "OpenSession":
        from edgeproof.bootstrap.paper import open_paper  # noqa: PLC0415 - heavy parts load later

        return open_paper(call, on_decisions=self._decided, on_words=self.say)


class AskingPaper(Paper):
    """A call of `paper --ask`."""

    def _open(self, call: "ScanCall") -> "OpenSession":
        from edgeproof.bootstrap.paper import open_paper  # noqa: PLC0415 - see above

        return open_paper(call, asks=True, on_decisions=self._decided, on_words=self.say)
