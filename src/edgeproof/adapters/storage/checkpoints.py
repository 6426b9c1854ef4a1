"""What an interrupted run had done: HOME/runs/.ID.partial/KEY.npz, until the run is complete.

A checkpoint that cannot be read is no checkpoint: its work is done again.
"""

import hashlib
import io
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeproof.adapters.storage.atomic import write_file
from edgeproof.adapters.storage.runs import RUNS


class FolderCheckpoints:
    """`Checkpoints` of one run, one file a key."""

    def __init__(self, home: Path, identity: str) -> None:
        self.folder = home / RUNS / f".{identity}.partial"

    def keep(self, key: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Keep the arrays of a key, entirely or not at all."""
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, **columns)
        write_file(self._path(key), content.getvalue())

    def find(self, key: str) -> Mapping[str, NDArray[Any]] | None:
        """The arrays kept under a key; None when there are none that can be read."""
        try:
            with np.load(io.BytesIO(self._path(key).read_bytes()), allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None

    def clear(self) -> None:
        """Forget everything: the run is complete."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, key: str) -> Path:
        # Keys name instruments, which hold characters that file names do not.
        return self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"
