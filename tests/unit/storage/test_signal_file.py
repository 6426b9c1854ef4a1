"""signals.jsonl: whole lines whatever happens, rotated by the signals' own time, completed after a crash."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgeproof.adapters.storage.signal_file import SIGNALS, SignalFile
from edgeproof.core.model.errors import StoreError


def signal(number: int, **more: Any) -> dict[str, Any]:
    minute, hour = number % 60, number // 60
    return {
        "timestamp": f"2026-02-03T{hour:02}:{minute:02}:00.000Z",
        "signal": "Rebound",
        "id": f"{number:016x}",
        **more,
    }


def lines(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_signals_are_lines_in_the_order_given(tmp_path: Path) -> None:
    file = SignalFile(tmp_path / "home")
    file.append([signal(1), signal(2, note="two\nlines, ü")])
    file.append([])
    file.append([signal(3)])
    assert lines(file.path) == [signal(1), signal(2, note="two\nlines, ü"), signal(3)]
    assert file.path.read_bytes().endswith(b"}\n")
    assert file.torn is None


def test_opening_makes_no_file(tmp_path: Path) -> None:
    SignalFile(tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_number_that_is_none_is_null(tmp_path: Path) -> None:
    file = SignalFile(tmp_path)
    file.append([signal(1, entry=float("nan"))])
    assert lines(file.path)[0]["entry"] is None


@pytest.mark.parametrize("whole", [0, 1, 3_000])
def test_file_torn_at_any_byte_is_mended_and_nothing_is_lost(tmp_path: Path, whole: int) -> None:
    path = tmp_path / SIGNALS
    last = json.dumps(signal(9_999, note="é" * 20)).encode()
    before = b"".join(json.dumps(signal(number)).encode() + b"\n" for number in range(whole))
    for cut in range(1, len(last)):
        path.write_bytes(before + last[:cut])
        torn = SignalFile(tmp_path).torn
        assert torn is not None
        assert path.read_bytes() == before
    kept = (tmp_path / f"{SIGNALS}.torn").read_bytes().split(b"\n")
    assert kept[:-1] == [last[:cut] for cut in range(1, len(last))]


def test_whole_line_without_its_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / SIGNALS
    path.write_text(json.dumps(signal(1)), encoding="utf-8")
    file = SignalFile(tmp_path)
    file.append([signal(2)])
    assert file.torn is None
    assert lines(path) == [signal(1), signal(2)]


def test_half_line_longer_than_a_block_is_cut(tmp_path: Path) -> None:
    path = tmp_path / SIGNALS
    path.write_bytes(b'{"id": "1"}\n{"note": "' + b"x" * 200_000)
    assert len(SignalFile(tmp_path).torn or "") == 200_000 + len('{"note": "')
    assert path.read_bytes() == b'{"id": "1"}\n'


class PowerCut(BaseException):
    """The process ends here."""


def _writing(parts: int, then: BaseException) -> Callable[[int, bytes], int]:
    """An os.write that takes so many bytes, then fails."""
    write, left = os.write, parts

    def write_some(handle: int, content: bytes) -> int:
        nonlocal left
        if left <= 0:
            raise then
        taken = write(handle, content[:left])
        left -= taken
        return taken

    return write_some


def test_write_killed_at_any_byte_leaves_whole_lines_and_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = [signal(2), signal(3)]
    size = sum(len(json.dumps(each, separators=(",", ":"))) + 1 for each in batch)
    for cut in range(size):
        home = tmp_path / str(cut)
        SignalFile(home).append([signal(1)])
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", _writing(cut, PowerCut()))
            with pytest.raises(PowerCut):
                SignalFile(home).append(batch)
        file = SignalFile(home)
        assert lines(file.path) == [signal(1), *batch][: len(lines(file.path))]
        file.complete([signal(1), *batch])
        assert lines(file.path) == [signal(1), *batch]


def test_write_refused_at_any_byte_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SignalFile(tmp_path)
    file.append([signal(1)])
    before = file.path.read_bytes()
    for cut in range(len(before)):
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", _writing(cut, OSError(28, "No space left on device")))
            with pytest.raises(StoreError, match=r"No space left on device.*completed from it"):
                file.append([signal(2)])
        assert file.path.read_bytes() == before
    file.append([signal(2)])
    assert lines(file.path) == [signal(1), signal(2)]


def test_write_that_cannot_be_undone_is_mended_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: int) -> None:
        raise OSError(5, "Input/output error")

    file = SignalFile(tmp_path)
    file.append([signal(1)])
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", _writing(10, OSError(28, "No space left on device")))
        patch.setattr(os, "ftruncate", refuse)
        with pytest.raises(StoreError):
            file.append([signal(2)])
    assert file.path.read_bytes()[-1:] != b"\n"
    file.append([signal(2)])
    assert lines(file.path) == [signal(1), signal(2)]


def test_rotation_is_named_by_the_newest_signal_and_loses_nothing(tmp_path: Path) -> None:
    file = SignalFile(tmp_path, rotate_at=300)
    for number in range(9):
        file.append([signal(number)])
    rotated = sorted(path.name for path in tmp_path.glob("signals-*"))
    assert rotated == ["signals-20260203T000200.jsonl", "signals-20260203T000500.jsonl"]
    together = [line for name in (*rotated, SIGNALS) for line in lines(tmp_path / name)]
    assert together == [signal(number) for number in range(9)]


def test_rotation_onto_a_name_that_is_taken_takes_another(tmp_path: Path) -> None:
    file = SignalFile(tmp_path, rotate_at=10)
    for _ in range(4):
        file.append([signal(7)])
    assert sorted(path.name for path in tmp_path.glob("signals-*")) == [
        "signals-20260203T000700-2.jsonl",
        "signals-20260203T000700-3.jsonl",
        "signals-20260203T000700.jsonl",
    ]


def test_rotation_of_a_file_without_times_is_undated(tmp_path: Path) -> None:
    (tmp_path / SIGNALS).write_bytes(b'{"mine": 1}\n')
    SignalFile(tmp_path, rotate_at=10).append([signal(1)])
    assert (tmp_path / "signals-undated.jsonl").read_bytes() == b'{"mine": 1}\n'


def test_known_ids_are_those_of_the_last_lines_over_rotations(tmp_path: Path) -> None:
    file = SignalFile(tmp_path, rotate_at=300)
    for number in range(9):
        file.append([signal(number)])
    assert file.known_ids(5) == {f"{number:016x}" for number in (4, 5, 6, 7, 8)}
    assert file.known_ids(0) == frozenset()
    assert len(file.known_ids(1_000)) == 9


def test_known_ids_pass_over_lines_of_others(tmp_path: Path) -> None:
    (tmp_path / SIGNALS).write_bytes(b'not JSON\n[1]\n{"id": "a"}\n{"no": "id"}\n\xff\n')
    assert SignalFile(tmp_path).known_ids(10) == {"a"}


def test_complete_appends_what_is_missing_only(tmp_path: Path) -> None:
    file = SignalFile(tmp_path)
    file.append([signal(number) for number in range(500)])
    tail = [signal(number) for number in range(450, 510)]
    assert file.complete(tail) == tuple(f"{number:016x}" for number in range(500, 510))
    assert file.complete(tail) == ()
    assert lines(file.path) == [signal(number) for number in range(510)]


def test_file_moved_away_is_made_again(tmp_path: Path) -> None:
    file = SignalFile(tmp_path)
    file.append([signal(1)])
    file.path.rename(tmp_path / "mine.jsonl")
    file.append([signal(2)])
    assert lines(file.path) == [signal(2)]


def test_home_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="check the disk and the permissions"):
        SignalFile(tmp_path / "file").append([signal(1)])
