"""Where commands that ask about sessions get their answers: the journal of a home, and who holds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgeproof.adapters.storage import session_lock
from edgeproof.bootstrap.journal import open_journal
from edgeproof.config import load_settings
from edgeproof.core.model.time import format_time
from edgeproof.ports import Journal


@contextmanager
def kept_journal(home: Path, config: Path) -> Iterator[Journal]:
    """The journal of a home, to be read while the block lasts."""
    journal = open_journal(home, load_settings(config), writing=False)
    try:
        yield journal
    finally:
        journal.close()


def held_by(home: Path) -> str | None:
    """Who holds a home, in words; None when nobody does."""
    found = session_lock.holder(home)
    if found is None:
        return None
    if not found.pid:
        return "a session that does not say who it is"
    return (
        f"{found.command} on {found.venue}, process {found.pid} on {found.host}, since {format_time(found.since)[:19]}Z"
    )
