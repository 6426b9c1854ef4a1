"""Where the journal meets its database."""

from pathlib import Path

from edgeproof.adapters.storage.journal.memory import MemoryJournal
from edgeproof.adapters.storage.journal.place import sqlite_url
from edgeproof.adapters.storage.journal.sql import SqlJournal
from edgeproof.config import Settings
from edgeproof.ports import Journal


def open_journal(home: Path, settings: Settings, *, writing: bool) -> Journal:
    """The journal of a home."""
    journal = SqlJournal(sqlite_url(home / "journal.db"))
    if writing:
        journal.claim()
    elif not journal.is_there():
        return MemoryJournal()
    return journal
