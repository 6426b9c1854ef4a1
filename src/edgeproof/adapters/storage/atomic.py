"""Files that are either what they were or what they shall be, whenever the power fails.

1. the bytes go to a temporary file in the same folder and are synced to the disk;
2. the file takes its name in one step (`os.replace`);
3. the folder is synced, so that the name survives too.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edgeproof.core.model.errors import StoreError

TEMPORARY = ".tmp"


def write_file(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Give `path` this content, entirely or not at all; `mode` says who may do what with it (less the umask)."""
    temporary = path.with_name(f".{path.name}{TEMPORARY}")
    try:
        _make_folder(path.parent)
        _write_synced(temporary, content, mode)
        os.replace(temporary, path)  # noqa: PTH105 - the step a crash test interrupts
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise StoreError(
            f"{path} could not be written ({error.strerror}): check the disk and the permissions"
        ) from error


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it, each one synced into the one that holds it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def _write_synced(path: Path, content: bytes, mode: int) -> None:
    # An opener, so that it is nobody else's from its first byte on.
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:  # noqa: PTH123
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a loss of power."""
    if sys.platform == "win32":
        return  # Windows cannot open folders; its rename is journalled by the file system
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's lock: one process at a time writes; the lock dies with its process."""
    try:
        _make_folder(folder)
        file = (folder / ".lock").open("ab")
    except OSError as error:
        raise StoreError(
            f"{folder} cannot be written to ({error.strerror}): check --home and its permissions"
        ) from error
    with file:
        if sys.platform != "win32":
            import fcntl  # noqa: PLC0415 - does not exist on Windows

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
