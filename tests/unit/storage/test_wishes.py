"""Wishes as files: what is damaged, what a crash leaves, what may not be written."""

from pathlib import Path

import pytest

from edgeproof.adapters.storage.wishes import FolderWishes
from edgeproof.core.model.errors import InputError
from tests.support.wishes import wish


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b'{"id": "a", "at": 1}',
        b'{"id": "a", "at": "now", "wish": "stop", "target": "", "by": "ann", "why": ""}',
        b'{"id": "a", "at": 1, "wish": "sell", "target": "", "by": "ann", "why": ""}',
        b'{"id": "../b", "at": 1, "wish": "stop", "target": "", "by": "ann", "why": ""}',
    ],
)
def test_file_that_holds_no_wish_is_moved_aside_and_told_once(tmp_path: Path, content: bytes) -> None:
    told: list[str] = []
    box = FolderWishes(tmp_path, told.append)
    box.put(wish("b"))
    (tmp_path / "wishes" / "a.json").write_bytes(content)
    assert [box.waiting(), box.waiting()] == [(wish("b"),)] * 2
    [words] = told
    assert "a.json holds no wish" in words
    assert words.endswith("it is now a.json.damaged")
    assert (tmp_path / "wishes" / "a.json.damaged").read_bytes() == content


def test_file_that_cannot_be_read_or_moved_is_told_once(tmp_path: Path) -> None:
    told: list[str] = []
    box = FolderWishes(tmp_path, told.append)
    (tmp_path / "wishes" / "a.json").mkdir(parents=True)
    (tmp_path / "wishes" / "a.json.damaged" / "full").mkdir(parents=True)
    assert [box.waiting(), box.waiting()] == [(), ()]
    assert len(told) == 1


def test_half_written_file_of_a_crash_is_no_wish(tmp_path: Path) -> None:
    told: list[str] = []
    box = FolderWishes(tmp_path, told.append)
    box.put(wish("a"))
    (tmp_path / "wishes" / ".b.json.tmp").write_bytes(b'{"id"')
    assert (box.waiting(), told) == ((wish("a"),), [])


@pytest.mark.parametrize("id_", ["", "../a", "a/b", "-", "a" * 101])
def test_id_that_is_no_name_of_a_file_is_refused(tmp_path: Path, id_: str) -> None:
    with pytest.raises(InputError, match="expected an id"):
        FolderWishes(tmp_path).put(wish(id_))
    assert not (tmp_path / "wishes").exists()


def test_word_that_no_session_would_understand_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a wish that is one of"):
        FolderWishes(tmp_path).put(wish(word="sell"))
    assert FolderWishes(tmp_path).waiting() == ()
