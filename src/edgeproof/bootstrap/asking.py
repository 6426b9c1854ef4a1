"""Where commands that ask about sessions get their answers: the journal of a home, and who holds it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edgeproof.bootstrap.journal import home_holder, open_journal
from edgeproof.config import load_settings
from edgeproof.ports import Journal


@contextmanager
def kept_journal(home: Path, config: Path) -> Iterator[Journal]:
    """The journal of a home, to be read while the block lasts."""
    journal = open_journal(home, load_settings(config).journal)
    try:
        yield journal
    finally:
        journal.close()


def held_by(home: Path) -> str | None:
    """Who holds a home, in words; None when nobody does."""
    found = home_holder(home)
    return None if found is None else str(found)
