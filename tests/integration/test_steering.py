"""A wish on its way: from the command, through the folder, to a session that holds the home, and back."""

from pathlib import Path

import pytest

from edgeproof.adapters.storage.wishes import FolderWishes
from edgeproof.bootstrap.asking import answer, leave_wish
from tests.support.calls import call
from tests.support.granting import trading_session
from tests.support.trading import SHORT, records


def test_wish_is_granted_by_the_session_that_holds_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with trading_session(tmp_path, records()):
        found = call(["close", SHORT.id[:5], "--why", "news", "--home", str(tmp_path)], monkeypatch, capsys)
    assert (found.status, found.err) == (0, "")
    assert found.out == f"asked: close {SHORT.id}\ngranted: an exit at market was sent\n"
    assert FolderWishes(tmp_path).waiting() == ()


def test_wish_that_was_left_before_the_session_began_is_granted_once_it_runs(tmp_path: Path) -> None:
    config = tmp_path / "edgeproof.toml"
    wish = leave_wish(tmp_path, "stop", why="holidays")
    assert answer(tmp_path, config, wish) is None
    with trading_session(tmp_path, records()):
        assert answer(tmp_path, config, wish) == "an exit at market was sent"
    assert answer(tmp_path, config, wish) == "an exit at market was sent"  # the journal remembers
