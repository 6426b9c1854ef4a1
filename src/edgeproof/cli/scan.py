"""`edgeproof scan`: every signal of the hypotheses that are proven, as it fires."""

import asyncio
import os
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.context import Context, command
from edgeproof.cli.feed import USUAL, Serve, Until, Url, Venue
from edgeproof.cli.running import INTERRUPTED, told_to_stop, until_one_ends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgeproof.bootstrap.session import OpenSession, ScanCall
    from edgeproof.core.model.signal import Decision
    from edgeproof.core.signals.hypothesis import Hypothesis
    from edgeproof.services.plan import Fates

_Names = Annotated[
    list[str] | None, typer.Argument(help="Names of hypotheses, or patterns such as 'Funding_*' [default: all].")
]
_Instruments = Annotated[
    list[str] | None,
    typer.Option("--instrument", "-i", help=f"May be repeated [default: {', '.join(USUAL)}].", show_default=False),
]
_Files = Annotated[
    list[Path] | None, typer.Option("--hypotheses", help="A hypothesis file of your own; may be repeated.")
]
_All = Annotated[bool, typer.Option("--all", help="Watch the unproven ones too; each of their signals is marked.")]
_History = Annotated[
    str | None,
    typer.Option("--history", help="Begin with so much history, such as 30d [default: as much as is needed]."),
]
_Preview = Annotated[
    bool, typer.Option("--preview/--no-preview", help="Show what would fire if the candle that forms closed now.")
]

_KEPT = 1_000


def enter(app: typer.Typer) -> None:
    """Enter the command."""
    command(app)(scan)


def scan(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: Context,
    names: _Names = None,
    all_: _All = False,  # noqa: FBT002 - an option
    venue: Venue = "kraken",
    url: Url = None,
    instrument: _Instruments = None,
    hypotheses: _Files = None,
    until: Until = None,
    history: _History = None,
    preview: _Preview = True,  # noqa: FBT002 - an option
    serve: Serve = None,
) -> None:
    """Watch the market for signals of proven hypotheses, each with its evidence. No key, no orders.

    Every signal is kept in HOME/signals.jsonl; with --json it is also one line on stdout. Ctrl-C ends it.
    Status 3 when no hypothesis is qualified: edgeproof discover finds those that are, --all watches all.
    """
    from edgeproof.cli.kernel_cache import compile_apart, use_kernel_cache  # noqa: PLC0415 - heavy parts load later

    use_kernel_cache()
    from edgeproof.bootstrap.session import ScanCall  # noqa: PLC0415
    from edgeproof.core.model.instrument import parse_instrument  # noqa: PLC0415
    from edgeproof.core.model.time import parse_duration, parse_time  # noqa: PLC0415
    from edgeproof.core.signals.write import hypothesis_toml  # noqa: PLC0415

    call = ScanCall(
        home=context.home,
        config=context.config,
        venue=venue,
        url=url,
        instruments=tuple(dict.fromkeys(parse_instrument(each) for each in instrument or USUAL)),
        hypotheses=_chosen(context, names or [], hypotheses or []),
        files=tuple(hypotheses or ()),
        everything=all_,
        until=None if until is None else parse_time(until),
        history=None if history is None else parse_duration(history),
        preview=preview,
    )
    watched = Scan(context, call)
    compile_apart("\n".join(map(hypothesis_toml, call.hypotheses)))
    watched.run(serve)


def _chosen(context: Context, names: list[str], files: list[Path]) -> "tuple[Hypothesis, ...]":
    """The hypotheses of the call. Placebos are there to be tested: they are watched only by name."""
    from edgeproof import bootstrap  # noqa: PLC0415
    from edgeproof.cli.selection import select_hypotheses  # noqa: PLC0415
    from edgeproof.core.signals.hypothesis import Family  # noqa: PLC0415

    chosen = select_hypotheses(bootstrap.library(context.home, files), names)
    return tuple(each for each in chosen if names or each.family is not Family.PLACEBO)


class Scan:
    """A call of `scan`: its session, and what people and programs get to see of it.

    `told` are the signals that were told. With `is_quiet` none of them goes to stdout.
    """

    def __init__(self, context: Context, call: "ScanCall", *, is_quiet: bool = False) -> None:
        from edgeproof.bootstrap.session import open_session  # noqa: PLC0415
        from edgeproof.cli.scan_show import looks  # noqa: PLC0415

        self._context = context
        self._call = call
        self._looks = looks(context)
        self._words: deque[str] = deque(maxlen=8)
        self._is_quiet = is_quiet
        self.told: list[Decision] = []
        self._session: OpenSession = open_session(call, on_decisions=self._decided, on_words=self._say)

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
        if self._is_quiet or (self._looks.is_live and not self._context.json):
            return  # the picture shows them
        line = signal_line if self._context.json else signal_text
        if told:
            _print("\n".join(line(each, fates.get(each.signal.id)) for each in told))

    def _say(self, words: str) -> None:
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
