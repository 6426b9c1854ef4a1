"""Where commands that ask about sessions, and ask something of them, meet their adapters."""

import getpass
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.storage.wishes import FolderWishes
from edgeproof.bootstrap.journal import home_holder, open_journal
from edgeproof.bootstrap.trading import limits_in_force
from edgeproof.config import load_settings
from edgeproof.core.model.journal import Asked, BookKept
from edgeproof.core.model.signal import Decision
from edgeproof.core.model.time import format_time
from edgeproof.ports import Journal, SearchedJournal
from edgeproof.ports.wishes import Wish
from edgeproof.services.asking_first import offers_of
from edgeproof.services.kept_book import kept_book, marks_of
from edgeproof.services.trading_view import TradingView, trading_view

PATIENCE_S = 5.0
"""How long a command waits for a session to grant a wish."""

_LOOK_EVERY_S = 0.1
_numbers = count()
"""Two people may ask of one dashboard within a millisecond."""
_NEWEST = 50
_WATCHING = "edgeproof scan"


@contextmanager
def kept_journal(home: Path, config: Path) -> Iterator[SearchedJournal]:
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


def traded_by(home: Path) -> str | None:
    """The session that trades in a home, in words; None when none does (one that only watches grants no wish)."""
    found = home_holder(home)
    return None if found is None or found.command == _WATCHING else str(found)


def kept_trading(journal: Journal, config: Path) -> TradingView | None:
    """How trading stood when the journal was last written, at the last closes; None where nothing was ever traded."""
    kept = kept_book(journal)
    if kept is None:
        return None
    marks, taken_until = marks_of(journal)
    now = max(taken_until, *(entry.record.at for entry in journal.last(BookKept, 1)))
    limits = limits_in_force(journal, load_settings(config))
    view = trading_view(kept.book, marks, limits, now, margins=kept.margins)
    return replace(view, offers=waiting_signals(journal, now))


def waiting_signals(journal: Journal, now: int) -> tuple[Decision, ...]:
    """The signals that wait for a person to take or skip them at the venue's time `now`."""
    return tuple(each for each in offers_of(journal).values() if each.signal.expires_at > now)


def waiting_wishes(home: Path, tell: Callable[[str], None]) -> tuple[Wish, ...]:
    """What was asked of the session of a home and is not granted yet; files that hold no wish are told."""
    return FolderWishes(home, tell).waiting()


def leave_wish(home: Path, word: str, target: str = "", *, why: str = "", by: str = "") -> Wish:
    """Leave a wish in a home; what was left. It is that of the user of this machine where it does not say whose."""
    now = SystemClock().now()
    moment = format_time(now).translate({ord(each): None for each in "-:."})
    wish = Wish(
        id=f"{moment}-{os.getpid()}-{next(_numbers)}",
        at=now,
        wish=word,
        target=target,
        by=_writable(by or _user()),
        why=_writable(why.strip()),
    )
    FolderWishes(home).put(wish)
    return wish


def answer(home: Path, config: Path, wish: Wish) -> str | None:
    """What came of a wish, in the words of the session that trades; None where it has not said within `PATIENCE_S`.

    None at once where no session trades.
    """
    clock = SystemClock()
    until = clock.monotonic() + PATIENCE_S
    while True:
        is_traded = traded_by(home) is not None
        # Anew each time: the journal may not have been there a moment ago.
        with kept_journal(home, config) as journal:
            for entry in journal.last(Asked, _NEWEST):
                if entry.record.id == wish.id:
                    return entry.record.outcome
        if not is_traded or clock.monotonic() > until:
            return None
        time.sleep(_LOOK_EVERY_S)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "somebody"


def _writable(words: str) -> str:
    """Words as any file can hold them: a terminal may hand over bytes that are no text."""
    return words.encode("utf-8", "replace").decode("utf-8")
