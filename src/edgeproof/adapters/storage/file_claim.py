"""A file that one process at a time holds, and that says who does. The claim dies with its process."""

import os
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from edgeproof.core.model.errors import StoreError

_TRIES = 20
_PAUSE_S = 0.05
"""Who looks at a claim holds it for an instant, and a process that was killed lets go of it a moment later."""


class FileClaim:
    """A claim that is held, until it is released. The file stays where it is: others may be waiting for it."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def write(self, document: dict[str, Any]) -> None:
        """Say who holds the claim."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, msgspec.json.encode(document) + b"\n")
            os.fsync(self._handle)

    def release(self) -> None:
        """Let go; once more does nothing."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def claim_file(path: Path) -> FileClaim | None:
    """A claim to a file, which is made if need be; None when another process holds it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
    except OSError as error:
        raise StoreError(f"{path} could not be opened ({error.strerror}): check --home and its permissions") from error
    for attempt in range(_TRIES):
        if _lock(handle):
            return FileClaim(handle)
        if attempt < _TRIES - 1:
            time.sleep(_PAUSE_S)
    os.close(handle)
    return None


def read_claim(path: Path) -> dict[str, Any] | None:
    """What the process that holds a file says of itself ({} when that cannot be read); None when none does."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{path} could not be read ({error.strerror}): check --home and its permissions") from error
    try:
        if _lock(handle, shared=True):
            return None
        return _document(os.read(handle, 65_536))
    finally:
        os.close(handle)


def _document(content: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}


def _lock(handle: int, *, shared: bool = False) -> bool:
    if sys.platform == "win32":
        return True  # as in atomic.py: Windows is for trying things out
    import fcntl  # noqa: PLC0415 - does not exist on Windows

    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
