"""Where the journal meets its database."""

from pathlib import Path

from edgeproof.config import Settings
from edgeproof.core.model.errors import EdgeproofError
from edgeproof.ports import Journal


def open_journal(home: Path, settings: Settings, *, writing: bool) -> Journal:
    """The journal of a home."""
    del home, settings, writing
    raise EdgeproofError("not wired yet")
