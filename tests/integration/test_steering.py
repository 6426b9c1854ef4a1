"""A wish on its way: from the command, through the folder, to a session that holds the home, and back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edgeproof.adapters.storage.session_lock import Holder
from edgeproof.adapters.storage.wishes import FolderWishes
from edgeproof.bootstrap.asking import answer, leave_wish
from edgeproof.bootstrap.journal import hold_home, open_journal
from edgeproof.config import JournalSettings
from edgeproof.core.model.journal import Asked
from tests.support.calls import call
from tests.support.sessions import NOW, SESSION
from tests.support.trading import SHORT, records


@contextmanager
def trading_session(home: Path) -> Iterator[None]:
    """A session that holds a home, has a book, and grants every wish."""
    claim = hold_home(home, Holder(pid=7, host="here", command="edgeproof paper", venue="kraken", since=NOW))
    journal, wishes = open_journal(home, JournalSettings(), writing=True), FolderWishes(home)
    ending = threading.Event()

    def run() -> None:
        while not ending.wait(0.01):
            for each in wishes.waiting():
                asked = Asked(
                    session=SESSION,
                    at=NOW,
                    id=each.id,
                    wish=each.wish,
                    target=each.target,
                    by=each.by,
                    why=each.why,
                    outcome="an exit at market was sent",
                )
                journal.append([asked])
                wishes.granted(each)

    thread = threading.Thread(target=run)
    journal.append(records())
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        journal.close()
        claim.release()


def test_wish_is_granted_by_the_session_that_holds_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with trading_session(tmp_path):
        found = call(["close", SHORT.id[:5], "--why", "news", "--home", str(tmp_path)], monkeypatch, capsys)
    assert (found.status, found.err) == (0, "")
    assert found.out == f"asked: close {SHORT.id}\ngranted: an exit at market was sent\n"
    assert FolderWishes(tmp_path).waiting() == ()


def test_wish_that_was_left_before_the_session_began_is_granted_once_it_runs(tmp_path: Path) -> None:
    config = tmp_path / "edgeproof.toml"
    wish = leave_wish(tmp_path, "stop", why="holidays")
    assert answer(tmp_path, config, wish) is None
    with trading_session(tmp_path):
        assert answer(tmp_path, config, wish) == "an exit at market was sent"
    assert answer(tmp_path, config, wish) == "an exit at market was sent"  # the journal remembers
