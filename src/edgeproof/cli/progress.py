"""Progress on stderr: bars that come when there is something to wait for and leave nothing behind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.warming import compile_all

PATIENCE = 2.0
"""Seconds after which a wait is explained even where no bar can be drawn."""


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Bars on stderr while the block lasts; none where stderr is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress


def compile_ahead(hypotheses: Sequence[Hypothesis], progress: Progress) -> None:
    """Compile what the hypotheses need; what is in the cache on disk is only loaded, in milliseconds."""
    pieces, names = compile_all(hypotheses)
    words = f"compiling {pieces} kernels, once"
    bar = progress.add_task(words, total=pieces)
    begun, told = monotonic(), not progress.disable
    for name in names:
        progress.update(bar, advance=1, description=f"{words}: {name}")
        if not told and monotonic() - begun > PATIENCE:
            # No terminal, no bar: but nobody should wonder for a minute what is going on.
            progress.console.print(f"{words} ...")
            told = True
    progress.remove_task(bar)
