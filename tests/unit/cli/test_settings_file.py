"""A settings file that holds a password is its owner's alone, or it is refused by every command that reads it."""

from pathlib import Path

import pytest

from edgeproof.config import load_settings
from edgeproof.core.model.errors import InputError
from tests.support.calls import call

WITH_PASSWORD = '[journal]\nurl = "postgresql+psycopg://ann:sesame@127.0.0.1:1/trading?connect_timeout=1"\n'


def _file(folder: Path, text: str, mode: int) -> Path:
    file = folder / "edgeproof.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o620])
def test_file_with_a_password_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = _file(tmp_path, WITH_PASSWORD, mode)
    with pytest.raises(InputError, match=f"chmod 600 {file}") as caught:
        load_settings(file)
    assert "sesame" not in str(caught.value)
    assert f"{mode:04o}" in str(caught.value)


def test_password_in_the_query_is_one_too(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="chmod 600"):
        load_settings(_file(tmp_path, WITH_PASSWORD.replace(":sesame", "").replace("?", "?password=sesame&"), 0o644))


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_file_with_a_password_of_its_owner_alone_is_taken(tmp_path: Path, mode: int) -> None:
    assert load_settings(_file(tmp_path, WITH_PASSWORD, mode)).journal.url is not None


@pytest.mark.parametrize(
    "text",
    [
        "[costs]\ntaker = 0.001\n",
        '[journal]\nurl = "sqlite:///elsewhere.db"\n',
        WITH_PASSWORD.replace(":sesame", ""),
        '[notify.discord]\nurl = "env:EDGEPROOF_DISCORD_URL"\n',
    ],
    ids=["figures", "a file", "a user without a password", "where a secret is"],
)
def test_file_without_a_secret_may_be_read_by_others(tmp_path: Path, text: str) -> None:
    load_settings(_file(tmp_path, text, 0o644))


@pytest.mark.parametrize(
    "words",
    [
        ["scan", "--all"],
        ["paper", "--all"],
        ["status"],
        ["positions"],
        ["stats"],
        ["why", "x"],
        ["parity"],
        ["notify", "status"],
        ["notify", "send"],
        ["notify", "test", "discord"],
        ["web", "--port", "0"],
    ],
    ids=" ".join,
)
def test_every_command_that_reads_secrets_refuses_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    _file(tmp_path, WITH_PASSWORD, 0o644)
    found = call([*words, "--home", str(tmp_path)], monkeypatch, capsys)
    assert found.status == 2, found.err
    assert "chmod 600" in found.err
    assert "sesame" not in found.err + found.out
