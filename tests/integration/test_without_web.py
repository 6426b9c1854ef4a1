"""A program that was installed without the extra `web`: everything else works, and the rest says what is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from edgeproof.bootstrap.notify import Setup, messenger_of
from edgeproof.config import Settings
from edgeproof.services.watch_only import NobodyIsTold
from tests.support.memory_journal import MemoryJournal

LIBRARIES = ("fastapi", "argon2", "webpush", "jwt", "cryptography")


def _run(*words: str) -> "subprocess.CompletedProcess[str]":
    """A call of the program that finds none of the libraries."""
    code = f"import sys; sys.modules.update(dict.fromkeys({LIBRARIES!r})); from edgeproof.cli.main import main; main()"
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, timeout=60)


def test_channels_are_listed(tmp_path: Path) -> None:
    found = _run("notify", "status", "--home", str(tmp_path))
    assert found.returncode == 0, found.stderr
    assert "nobody is told" in found.stdout


def test_dashboard_says_what_to_install(tmp_path: Path) -> None:
    for words in (
        ["web"],
        ["web", "password"],
        ["web", "token", "phone"],
        ["web", "tokens"],
        ["web", "revoke", "phone"],
    ):
        found = _run(*words, "--home", str(tmp_path))
        assert found.returncode == 1
        assert "pip install 'edgeproof[web]'" in found.stderr
        assert "Traceback" not in found.stderr
    assert not (tmp_path / "web").exists()


def test_session_tells_nobody_where_there_is_no_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeproof.bootstrap.push.find_spec", lambda _: None)
    setup = Setup(home=tmp_path, config=tmp_path / "edgeproof.toml", settings=Settings())
    assert isinstance(messenger_of(setup, MemoryJournal(), 60_000, lambda _: None), NobodyIsTold)
