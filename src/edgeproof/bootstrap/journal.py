"""Where a session's files are opened: its journal, the signals it told, the lock of its home."""

from pathlib import Path

from edgeproof.adapters.storage.file_claim import FileClaim
from edgeproof.adapters.storage.session_lock import Holder, hold, holder
from edgeproof.adapters.storage.signal_file import SignalFile
from edgeproof.config import JournalSettings
from edgeproof.ports import SearchedJournal

JOURNAL = "journal.db"


def open_journal(home: Path, settings: JournalSettings, *, writing: bool = False) -> SearchedJournal:
    """The journal of a home, or the one its settings name.

    `writing` claims it for this process, checks it, and makes or migrates it where need be. Otherwise nothing is
    written, and a journal that is not there yet is an empty one.
    """
    # Databases take a quarter of a second to load: only for those who want one.
    from edgeproof.adapters.storage.journal.memory import MemoryJournal  # noqa: PLC0415
    from edgeproof.adapters.storage.journal.place import sqlite_url  # noqa: PLC0415
    from edgeproof.adapters.storage.journal.sql import SqlJournal  # noqa: PLC0415

    url = sqlite_url(home / JOURNAL) if settings.url is None else settings.url.get_secret_value()
    journal = SqlJournal(url)
    if writing:
        journal.claim()
        return journal
    if journal.is_there():
        return journal
    journal.close()
    return MemoryJournal()


def open_signal_file(home: Path) -> SignalFile:
    """The signals that were told, to append to; a half line a crash left is cut off (`torn`) and kept beside it."""
    return SignalFile(home)


def hold_home(home: Path, session: Holder) -> FileClaim:
    """The lock of a home for one session, until it is released or the process ends."""
    return hold(home, session)


def home_holder(home: Path) -> Holder | None:
    """The session that works on a home now; None when there is none."""
    return holder(home)
