"""Whatever step a save is interrupted at, the store holds what was or what shall be, and takes the save again."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from edgeproof.adapters.storage import atomic
from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import parse_time
from tests.support.candles import walk

BTC = parse_instrument("BTC/USD:USD")
OLD = walk(3000, start=parse_time("2024-01-30T00:00Z"))
"""Three days over the end of a month: two Parquet files."""
NEW = walk(6000, start=parse_time("2024-01-30T00:00Z"))


class PowerFailure(BaseException):
    """Nothing that runs afterwards may tidy up: no `except Exception` sees it."""


class FailingDisk:
    """The disk steps of a save, counted; the given one does not happen, or only by half."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, fail_at: int) -> None:
        self.steps = 0
        self._fail_at = fail_at
        for name in ("replace", "fsync", "mkdir"):
            monkeypatch.setattr(os, name, self._step(getattr(os, name)))
        monkeypatch.setattr(atomic, "_write_synced", self._torn_write(atomic._write_synced))
        monkeypatch.setattr(Path, "unlink", self._step(Path.unlink))

    def _step(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **kwargs: Any) -> Any:
            self._count()
            return real(*args, **kwargs)

        return step

    def _torn_write(self, real: Callable[[Path, bytes, int], None]) -> Callable[[Path, bytes, int], None]:
        def write(path: Path, content: bytes, mode: int) -> None:
            try:
                self._count()
            except PowerFailure:
                path.write_bytes(content[: len(content) // 2])
                raise
            real(path, content, mode)

        return write

    def _count(self) -> None:
        self.steps += 1
        if self.steps == self._fail_at:
            raise PowerFailure


def test_a_save_interrupted_at_any_step_loses_nothing(tmp_path: Path) -> None:
    outcomes = []
    for fail_at in range(1, 100):
        root = tmp_path / str(fail_at)
        ParquetStore(root).save_candles(BTC, OLD, source="old.csv")
        with pytest.MonkeyPatch.context() as patch:
            disk = FailingDisk(patch, fail_at)
            try:
                ParquetStore(root).save_candles(BTC, NEW, source="new.csv", replace=True)
            except PowerFailure:
                pass
            else:
                break
        found = ParquetStore(root).load_candles(BTC)
        assert len(found) in (len(OLD), len(NEW))
        assert found.close.tolist() == (OLD if len(found) == len(OLD) else NEW).close.tolist()
        outcomes.append(len(found))
        ParquetStore(root).save_candles(BTC, NEW, source="new.csv", replace=True)
        assert ParquetStore(root).load_candles(BTC).close.tolist() == NEW.close.tolist()
        assert not list(root.rglob("*.tmp"))
        assert sorted(f.parent.name for f in root.rglob("*.parquet")) == ["period=2024-01", "period=2024-02"]
    assert disk.steps >= 12
    assert outcomes == sorted(outcomes)
    assert {len(OLD), len(NEW)} == set(outcomes)


def test_a_first_save_interrupted_at_any_step_leaves_an_empty_store_or_all_of_it(tmp_path: Path) -> None:
    for fail_at in range(1, 100):
        root = tmp_path / str(fail_at) / "data"
        with pytest.MonkeyPatch.context() as patch:
            FailingDisk(patch, fail_at)
            try:
                ParquetStore(root).save_candles(BTC, OLD, source="old.csv")
            except PowerFailure:
                pass
            else:
                break
        assert [held.rows for held in ParquetStore(root).holdings()] in ([], [len(OLD)])
        ParquetStore(root).save_candles(BTC, OLD, source="old.csv")
        assert len(ParquetStore(root).load_candles(BTC)) == len(OLD)
    assert fail_at > 10


def test_a_part_changed_on_disk_is_named_and_not_read(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    store.save_candles(BTC, OLD, source="old.csv")
    part = sorted(tmp_path.rglob("*.parquet"))[0]
    part.write_bytes(part.read_bytes()[:-100])
    with pytest.raises(StoreError, match=rf"{part.name} is damaged.*import the history again"):
        store.load_candles(BTC)


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    store.save_candles(BTC, OLD, source="old.csv")
    part = sorted(tmp_path.rglob("*.parquet"))[0]
    part.unlink()
    with pytest.raises(StoreError, match=rf"{part.name} is missing"):
        store.load_candles(BTC)
    with pytest.raises(StoreError, match=rf"{part.name} is missing"):
        store.save_candles(BTC, OLD, source="old.csv")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', '{"format": 1, "kind": "candles"}'])
def test_a_manifest_that_makes_no_sense_is_named(tmp_path: Path, content: str) -> None:
    store = ParquetStore(tmp_path)
    store.save_candles(BTC, OLD, source="old.csv")
    manifest = next(tmp_path.rglob("manifest.json"))
    manifest.write_text(content)
    with pytest.raises(StoreError, match=r"manifest\.json cannot be read"):
        store.holdings()


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(StoreError, match="cannot be written to"):
        ParquetStore(in_the_way / "data").save_candles(BTC, OLD, source="old.csv")
    assert in_the_way.read_text() == "not a folder"


def test_a_full_disk_is_a_store_error_and_keeps_what_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ParquetStore(tmp_path)
    store.save_candles(BTC, OLD, source="old.csv")

    def no_space(path: Path, _content: bytes, _mode: int) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "_write_synced", no_space)
    with pytest.raises(StoreError, match="No space left"):
        store.save_candles(BTC, NEW, source="new.csv", replace=True)
    assert len(store.load_candles(BTC)) == len(OLD)
    assert not list(tmp_path.rglob("*.tmp"))


def test_writers_at_the_same_time_wait_for_one_another(tmp_path: Path) -> None:
    parts = [NEW[start : start + 500] for start in range(0, 6000, 500)]
    with ThreadPoolExecutor(4) as pool:
        saves = [pool.submit(ParquetStore(tmp_path).save_candles, BTC, part, source="file.csv") for part in parts]
    assert [each.result().added for each in saves] == [500] * 12
    assert ParquetStore(tmp_path).load_candles(BTC).close.tolist() == NEW.close.tolist()


def test_readers_during_a_save_see_all_that_was_or_all_that_is(tmp_path: Path) -> None:
    ParquetStore(tmp_path).save_candles(BTC, OLD, source="file.csv")
    with ThreadPoolExecutor(1) as pool:
        seen = set()
        for length in range(3100, 6001, 100):
            save = pool.submit(ParquetStore(tmp_path).save_candles, BTC, NEW[:length], source="new.csv", replace=True)
            while not save.done():
                seen.add(len(ParquetStore(tmp_path).load_candles(BTC)))
            assert save.result().added > 0
    assert seen <= {3000, *range(3100, 6001, 100)}
