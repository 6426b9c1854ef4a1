"""What checkpoints promise, asked of each kind there is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgeproof.adapters.storage.checkpoints import FolderCheckpoints
from edgeproof.adapters.storage.memory import MemoryCheckpoints
from edgeproof.ports import Checkpoints

COLUMNS = {
    "numbers": np.array([1.5, np.nan, -0.0]),
    "codes": np.array([[1, 2], [3, 4]], np.int8),
    "words": np.array(["", "never fired"]),
    "nothing": np.empty(0),
}


@pytest.fixture(params=["folder", "memory"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Checkpoints]:
    """Open the same checkpoints again, as a new process would."""
    if request.param == "folder":
        return lambda: FolderCheckpoints(tmp_path, "run")
    kept = MemoryCheckpoints()
    return lambda: kept


def test_arrays_kept_come_back_to_the_bit(reopen: Callable[[], Checkpoints]) -> None:
    reopen().keep("BTC/USD:USD 1", COLUMNS)
    found = reopen().find("BTC/USD:USD 1")
    assert found is not None
    assert set(found) == set(COLUMNS)
    for name, values in COLUMNS.items():
        assert found[name].dtype == values.dtype
        np.testing.assert_array_equal(found[name], values)


def test_key_that_was_never_kept_is_not_found(reopen: Callable[[], Checkpoints]) -> None:
    reopen().keep("BTC", COLUMNS)
    assert reopen().find("ETH") is None


def test_key_kept_again_takes_the_new_arrays(reopen: Callable[[], Checkpoints]) -> None:
    reopen().keep("BTC", COLUMNS)
    reopen().keep("BTC", {"only": np.array([1])})
    found = reopen().find("BTC")
    assert found is not None
    assert list(found) == ["only"]


def test_cleared_checkpoints_find_nothing(reopen: Callable[[], Checkpoints]) -> None:
    reopen().keep("BTC", COLUMNS)
    reopen().clear()
    assert reopen().find("BTC") is None
    reopen().clear()


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut short"])
def test_damaged_checkpoint_is_no_checkpoint(tmp_path: Path, content: bytes) -> None:
    kept = FolderCheckpoints(tmp_path, "run")
    kept.keep("BTC", COLUMNS)
    (file,) = kept.folder.iterdir()
    file.write_bytes(content)
    assert kept.find("BTC") is None


def test_checkpoint_with_a_flipped_bit_is_no_checkpoint(tmp_path: Path) -> None:
    kept = FolderCheckpoints(tmp_path, "run")
    kept.keep("BTC", {"numbers": np.arange(1_000.0)})
    (file,) = kept.folder.iterdir()
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert kept.find("BTC") is None
