"""Where a signal session meets its adapters."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeproof.core.model.errors import EdgeproofError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.signal import Decision
from edgeproof.services.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCall:
    """The words of `scan`: `everything` watches unqualified hypotheses too, `until` ends it, times in milliseconds."""

    home: Path
    config: Path
    venue: str
    url: str | None
    instruments: tuple[Instrument, ...]
    names: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    everything: bool = False
    until: int | None = None
    history: int | None = None
    preview: bool = True


class Session:
    """A signal session; `standing` is None until its history is there."""

    standing: Standing | None = None

    async def run(self) -> None:
        """Watch until the time to stop, or until cancelled."""
        raise EdgeproofError("not wired yet")


def open_session(
    call: ScanCall, *, on_decisions: Callable[[Sequence[Decision]], None], on_words: Callable[[str], None]
) -> Session:
    """A session that has not begun yet."""
    del call, on_decisions, on_words
    return Session()
