"""Progress on stderr: bars that come when there is something to wait for and leave nothing behind."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.warming import compile_all


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
    bar = progress.add_task(f"compiling {pieces} kernels, once", total=pieces)
    for name in names:
        progress.update(bar, advance=1, description=f"compiling {pieces} kernels, once: {name}")
    progress.remove_task(bar)
