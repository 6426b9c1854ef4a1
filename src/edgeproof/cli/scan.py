"""`edgeproof scan`: every signal of the hypotheses that are proven, as it fires."""

import asyncio
import os
import sys
from collections import deque
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.beside import dashboard_beside
from edgeproof.cli.context import Context, command
from edgeproof.cli.feed import USUAL, Serve, Until, Url, Venue
from edgeproof.cli.running import INTERRUPTED, told_to_stop, until_one_ends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgeproof.bootstrap.open_session import OpenSession
    from edgeproof.bootstrap.session import ScanCall
    from edgeproof.core.model.signal import Decision
    from edgeproof.core.model.trading_event import FateDecided
    from edgeproof.core.signals.hypothesis import Hypothesis
    from edgeproof.services.plan import Fates

Names = Annotated[
    list[str] | None, typer.Argument(help="Names of hypotheses, or patterns such as 'Funding_*' [default: all].")
]
Instruments = Annotated[
    list[str] | None,
    typer.Option("--instrument", "-i", help=f"May be repeated [default: {', '.join(USUAL)}].", show_default=False),
]
Files = Annotated[
    list[Path] | None, typer.Option("--hypotheses", help="A hypothesis file of your own; may be repeated.")
]
All = Annotated[bool, typer.Option("--all", help="Watch the unproven ones too; each of their signals is marked.")]
History = Annotated[
    str | None,
    typer.Option("--history", help="Begin with so much history, such as 30d [default: as much as is needed]."),
]
Preview = Annotated[
    bool, typer.Option("--preview/--no-preview", help="Show what would fire if the candle that forms closed now.")
]

Web = Annotated[bool, typer.Option("--web", help="Show the dashboard in a browser meanwhile; see edgeproof web.")]

_KEPT = 1_000


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(scan)


def scan(  # noqa: PLR0913, PLR0917 - one parameter an option
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
    web: Web = False,  # noqa: FBT002 - an option
) -> None:
    """Watch the market for signals of proven hypotheses, each with its evidence. No key, no orders.

    Every signal is kept in HOME/signals.jsonl; with --json it is also one line on stdout. Ctrl-C ends it.
    Status 3 when no hypothesis is qualified: edgeproof discover finds those that are, --all watches all.
    """
    words = Words(
        names=names or [], everything=all_, venue=venue, url=url, instruments=instrument or USUAL,
        files=hypotheses or [], until=until, history=history, preview=preview, serve=serve, web=web,
    )  # fmt: skip
    run_session(context, words, Scan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of a call that begins a session."""

    names: "Sequence[str]"
    everything: bool
    venue: str
    url: str | None
    instruments: "Sequence[str]"
    files: "Sequence[Path]"
    until: str | None
    history: str | None
    preview: bool
    serve: int | None
    web: bool = False


def run_session(context: Context, words: Words, kind: "type[Scan]") -> None:
    """Run a session to its end."""
    from edgeproof.cli.kernel_cache import compile_apart, use_kernel_cache  # noqa: PLC0415 - heavy parts load later

    use_kernel_cache()
    from edgeproof.bootstrap.session import ScanCall  # noqa: PLC0415
    from edgeproof.core.model.instrument import parse_instrument  # noqa: PLC0415
    from edgeproof.core.model.time import parse_duration, parse_time  # noqa: PLC0415
    from edgeproof.core.signals.write import hypothesis_toml  # noqa: PLC0415

    call = ScanCall(
        home=context.home,
        config=context.config,
        venue=words.venue,
        url=words.url,
        instruments=tuple(dict.fromkeys(parse_instrument(each) for each in words.instruments)),
        hypotheses=_chosen(context, words.names, words.files),
        files=tuple(words.files),
        everything=words.everything,
        until=None if words.until is None else parse_time(words.until),
        history=None if words.history is None else parse_duration(words.history),
        preview=words.preview,
    )
    watched = kind(context, call)
    compile_apart("\n".join(map(hypothesis_toml, call.hypotheses)))
    with dashboard_beside(context, watched.say) if words.web else nullcontext():
        watched.run(words.serve)


def _chosen(context: Context, names: "Sequence[str]", files: "Sequence[Path]") -> "tuple[Hypothesis, ...]":
    """The hypotheses of the call. Placebos are there to be tested: they are watched only by name."""
    from edgeproof import bootstrap  # noqa: PLC0415
    from edgeproof.cli.selection import select_hypotheses  # noqa: PLC0415
    from edgeproof.core.signals.hypothesis import Family  # noqa: PLC0415

    chosen = select_hypotheses(bootstrap.library(context.home, files), names)
    return tuple(each for each in chosen if names or each.family is not Family.PLACEBO)


class Scan:
    """A call of `scan`: its session, and what people and programs get to see of it.

    `told` are the signals that were told, `fates` what trading made of them, by their ids. With `is_quiet` none of them
    goes to stdout.
    """

    def __init__(self, context: Context, call: "ScanCall", *, is_quiet: bool = False) -> None:
        from edgeproof.cli.scan_show import looks  # noqa: PLC0415

        self._context = context
        self._call = call
        self._looks = looks(context)
        self._words: deque[str] = deque(maxlen=8)
        self._is_quiet = is_quiet
        self.told: list[Decision] = []
        self.fates: dict[str, FateDecided] = {}
        self._session = self._open(call)

    def _open(self, call: "ScanCall") -> "OpenSession":
        from edgeproof.bootstrap.session import open_session  # noqa: PLC0415

        return open_session(call, on_decisions=self._decided, on_words=self.say)

    def run(self, port: int | None) -> None:
        """Watch to the end, and say how it went."""
        status = 0
        try:
            asyncio.run(self._watch(port))
        except KeyboardInterrupt:
            status = INTERRUPTED
        finally:
            self._close()
        if status:
            raise SystemExit(status)

    async def _watch(self, port: int | None) -> None:
        from edgeproof.bootstrap.live import reach, serve_standing, system_clock  # noqa: PLC0415
        from edgeproof.cli.scan_show import show  # noqa: PLC0415

        await reach(self._call.venue, self._call.url)
        session, clock = self._session, system_clock()
        work = [session.run(), show(self._looks, lambda: session.standing, self._words, clock.monotonic)]
        if port is not None:
            work.append(serve_standing(lambda: session.standing, port))
        await until_one_ends(*work, told_to_stop())

    def _decided(self, decisions: "Sequence[Decision]", fates: "Fates") -> None:
        """Print the signals that were told, at once."""
        from edgeproof.cli.scan_lines import signal_text  # noqa: PLC0415
        from edgeproof.core.model.signal import Fate  # noqa: PLC0415
        from edgeproof.services.signal_document import signal_line  # noqa: PLC0415

        told = [each for each in decisions if each.fate is Fate.TOLD]
        self.told = [*self.told, *told][-_KEPT:]
        self.fates |= fates
        if self._is_quiet or (self._looks.is_live and not self._context.json):
            return  # the picture shows them
        line = signal_line if self._context.json else signal_text
        if told:
            _print("\n".join(line(each, fates.get(each.signal.id)) for each in told))

    def say(self, words: str) -> None:
        """Tell people."""
        self._words.append(words)
        if not self._looks.is_live:
            sys.stderr.write(f"edgeproof: {words}\n")

    def _close(self) -> None:
        from edgeproof.cli.scan_lines import summary  # noqa: PLC0415

        if self._session.standing is not None:
            for line in summary(self._session.standing):
                sys.stderr.write(f"{line}\n")


def _print(text: str) -> None:
    """Print text at once.

    Raises
    ------
    EdgeproofError
        Nobody reads any more.
    """
    from edgeproof.core.model.errors import EdgeproofError  # noqa: PLC0415

    try:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    except BrokenPipeError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains again when it ends
        raise EdgeproofError(
            "nobody reads the signals on stdout any more, so the session ended; they are kept in HOME/signals.jsonl"
        ) from error
