"""Where secrets come from, and that they never show."""

import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked

from edgeproof.adapters.secrets import reveal
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.secret import SecretText

SECRET = "8412:kept-from-everybody"
posix_only = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")


class MemoryKeyring(KeyringBackend):
    """A keyring that is only here."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept = {("edgeproof", "telegram"): SECRET}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise KeyringLocked(f"locked, and it says {SECRET}")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def ring() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    ring = MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def _file(folder: Path, content: bytes = SECRET.encode(), mode: int = 0o600) -> Path:
    path = folder / "token"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def _refusal(reference: str, home: Path) -> str:
    with pytest.raises(InputError) as caught:
        reveal(reference, home=home)
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    return str(caught.value)


def test_secret_shows_only_where_it_is_asked_for() -> None:
    secret = SecretText(SECRET)
    assert SECRET not in f"{secret} {secret!r} {[secret]} {secret!s:>9} { ({'a': secret}) }"
    assert secret.shown() == SECRET
    assert secret == SecretText(SECRET)


def test_environment_gives_its_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", f" {SECRET}\n")
    assert reveal("env:SOME_TOKEN", home=tmp_path).shown() == SECRET


def test_environment_without_it_is_told_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_TOKEN", raising=False)
    assert "SOME_TOKEN is not set" in _refusal("env:SOME_TOKEN", tmp_path)
    monkeypatch.setenv("SOME_TOKEN", " ")
    assert "env:SOME_TOKEN is empty" in _refusal("env:SOME_TOKEN", tmp_path)


def test_keyring_gives_its_secret(tmp_path: Path, ring: MemoryKeyring) -> None:
    assert reveal("keyring:edgeproof/telegram", home=tmp_path).shown() == SECRET
    ring.set_password("edgeproof", "a/b", "other")
    assert reveal("keyring:edgeproof/a/b", home=tmp_path).shown() == "other"


def test_keyring_without_it_says_how_to_put_it_there(tmp_path: Path, ring: MemoryKeyring) -> None:
    assert "keyring set edgeproof discord" in _refusal("keyring:edgeproof/discord", tmp_path)


def test_keyring_that_is_locked_says_so(tmp_path: Path, ring: MemoryKeyring) -> None:
    ring.is_locked = True
    assert "unlock it" in _refusal("keyring:edgeproof/telegram", tmp_path)


@pytest.mark.parametrize("name", ["edgeproof", "/telegram", "edgeproof/"])
def test_keyring_reference_without_both_parts_is_refused(tmp_path: Path, name: str) -> None:
    assert "SERVICE/NAME" in _refusal(f"keyring:{name}", tmp_path)


def test_machine_without_a_keyring_is_told(tmp_path: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())  # type: ignore[no-untyped-call]
    try:
        assert "has no keyring" in _refusal("keyring:edgeproof/telegram", tmp_path)
    finally:
        keyring.set_keyring(before)


def test_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "edgeproof[notify]" in _refusal("keyring:edgeproof/telegram", tmp_path)


def test_file_beside_the_settings_gives_its_secret(tmp_path: Path) -> None:
    path = _file(tmp_path, f"{SECRET}\r\n".encode())
    assert reveal("file:token", home=tmp_path).shown() == SECRET
    assert reveal(f"file:{path}", home=tmp_path / "elsewhere").shown() == SECRET


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o660, 0o610])
def test_file_that_others_can_get_at_is_refused(tmp_path: Path, mode: int) -> None:
    path = _file(tmp_path, mode=mode)
    words = _refusal("file:token", tmp_path)
    assert f"{mode:04o}" in words
    assert f"chmod 600 {path}" in words


@posix_only
def test_file_behind_a_link_is_judged_itself(tmp_path: Path) -> None:
    path = _file(tmp_path, mode=0o644)
    (tmp_path / "link").symlink_to(path)
    assert "others" in _refusal("file:link", tmp_path)
    path.chmod(0o400)
    assert reveal("file:link", home=tmp_path).shown() == SECRET


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"one\ntwo", "line breaks"),
        (f"{SECRET}\0".encode(), "control characters"),
        (SECRET.encode() + b"\xff", "not text in UTF-8"),
        (SECRET.encode() * 10_000, "is longer than"),
    ],
)
def test_file_with_something_else_in_it_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    _file(tmp_path, content)
    assert words in _refusal("file:token", tmp_path)


def test_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert f"there is no secret file {tmp_path / 'nothing'}" in _refusal("file:nothing", tmp_path)


def test_folder_is_no_file(tmp_path: Path) -> None:
    assert "cannot be read" in _refusal("file:.", tmp_path)


def test_secret_in_place_of_a_reference_is_not_repeated(tmp_path: Path) -> None:
    assert "env:NAME" in _refusal(SECRET, tmp_path)
