"""A JSON document in a file that nobody but its owner can read, which several processes read and change."""

import json
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from threading import RLock
from typing import Any

from edgeproof.adapters.storage.atomic import write_file
from edgeproof.core.model.errors import InputError, StoreError

Document = dict[str, Any]

ONLY_MINE = 0o600


class PrivateFile:
    """The document of a file; empty where there is none. It is read again only when the file has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = RLock()
        self._known: tuple[tuple[int, int, int], Document] | None = None

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._path

    def read(self) -> Document:
        """As it stands; not to be changed.

        Raises
        ------
        InputError
            Others can read the file.
        StoreError
            It cannot be read, or is no document.
        """
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StoreError(f"{self._path} cannot be read: {error.strerror}") from None
        mark = (found.st_ctime_ns, found.st_size, found.st_ino)
        known = self._known
        if known is not None and known[0] == mark:
            return known[1]
        document = _document(self._path)
        self._known = (mark, document)
        return document

    @contextmanager
    def changing(self) -> Iterator[Document]:
        """As it stands, to be changed while the block lasts, and kept at its end; not where the block fails."""
        with self._turn, _alone(self._path):
            document = deepcopy(self.read())
            before = deepcopy(document)
            yield document
            if document != before:
                write_private(self._path, json.dumps(document, indent=1).encode() + b"\n")


def write_private(path: Path, content: bytes) -> None:
    """Give a file a content that only its owner can read, from its first byte on."""
    _private_folder(path.parent)
    write_file(path, content, mode=ONLY_MINE)


def read_private(path: Path) -> bytes:
    """What a file holds, that nobody else may be able to read.

    Raises
    ------
    InputError
        Others can read it.
    """
    with path.open("rb") as file:
        # Held open, so that what was checked is what is read.
        mode = os.fstat(file.fileno()).st_mode
        if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise InputError(
                f"{path} can be read or changed by others (mode {stat.S_IMODE(mode):04o}); "
                f"make it yours alone: chmod 600 {path}"
            )
        return file.read()


def _document(path: Path) -> Document:
    try:
        found = json.loads(read_private(path))
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StoreError(f"{path} is no document of edgeproof's; put back a copy of it, or remove it and begin anew")
    return found


def _private_folder(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    try:
        _private_folder(path.parent)
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, ONLY_MINE)
    except OSError as error:
        raise StoreError(f"{path} cannot be written to: {error.strerror}") from None
    try:
        if sys.platform != "win32":
            import fcntl  # noqa: PLC0415 - does not exist on Windows

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
