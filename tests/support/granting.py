"""A session that holds a home, has kept some records, and grants every wish."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from edgeproof.adapters.storage.session_lock import Holder
from edgeproof.adapters.storage.wishes import FolderWishes
from edgeproof.bootstrap.journal import hold_home, open_journal
from edgeproof.config import JournalSettings
from edgeproof.core.model.journal import Asked, Record
from edgeproof.ports import Journal
from edgeproof.ports.wishes import Wish
from tests.support.sessions import NOW, SESSION

OUTCOME = "an exit at market was sent"


@contextmanager
def trading_session(home: Path, kept: Sequence[Record], asked: list[Asked] | None = None) -> Iterator[None]:
    """The session, while the block lasts; `asked` gets what it granted."""
    claim = hold_home(home, Holder(pid=7, host="here", command="edgeproof paper", venue="kraken", since=NOW))
    journal, wishes = open_journal(home, JournalSettings(), writing=True), FolderWishes(home)
    ending = threading.Event()

    def run() -> None:
        while not ending.wait(0.01):
            for each in wishes.waiting():
                _grant(journal, each, asked)
                wishes.granted(each)

    thread = threading.Thread(target=run)
    journal.append(kept)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        journal.close()
        claim.release()


def _grant(journal: Journal, wish: Wish, asked: list[Asked] | None) -> None:
    granted = Asked(
        session=SESSION,
        at=NOW,
        id=wish.id,
        wish=wish.wish,
        target=wish.target,
        by=wish.by,
        why=wish.why,
        outcome=OUTCOME,
    )
    journal.append([granted])
    if asked is not None:
        asked.append(granted)
