"""The file of drills: appended to, and read whatever a crash left in it."""

from pathlib import Path

import pytest

from edgeproof.adapters.storage.drills import keep_drill, read_drills
from edgeproof.core.model.drill import DrillResult, Seen
from edgeproof.core.model.errors import StoreError

SEEN = Seen(what="everything is closed", found="0 left", holds=True)
STOP = DrillResult(name="stop", at=5, did="stop --close", seen=(SEEN,))
BREAKER = DrillResult(name="breaker", at=7, did="a fall", seen=(SEEN, Seen(what="no entry", found="1", holds=False)))


def test_drills_of_a_home_without_any_are_none_and_nothing_is_made(tmp_path: Path) -> None:
    assert read_drills(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


def test_drills_that_were_kept_come_back_in_their_order(tmp_path: Path) -> None:
    keep_drill(tmp_path, STOP)
    keep_drill(tmp_path, BREAKER)
    assert read_drills(tmp_path) == (STOP, BREAKER)
    assert [each.has_passed for each in read_drills(tmp_path)] == [True, False]


def test_half_a_line_of_a_crash_takes_no_other_with_it(tmp_path: Path) -> None:
    keep_drill(tmp_path, STOP)
    file = tmp_path / "drills" / "results.jsonl"
    file.write_bytes(file.read_bytes() + b'{"name":"brea')
    keep_drill(tmp_path, BREAKER)
    assert read_drills(tmp_path) == (STOP, BREAKER)


def test_drill_that_saw_nothing_has_not_passed() -> None:
    assert not DrillResult(name="stop", at=5, did="", seen=()).has_passed


def test_drills_where_the_folder_is_a_file_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "drills").write_text("")
    with pytest.raises(StoreError, match="drills"):
        keep_drill(tmp_path, STOP)
    with pytest.raises(StoreError, match="cannot be read"):
        read_drills(tmp_path)
