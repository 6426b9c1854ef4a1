"""HOME/signals.jsonl: every signal that was told, one JSON object a line, for other programs to follow.

A line is written in one piece and is on the disk before `append` returns. A process that dies in between can leave half
a line: the next one that opens the file cuts it off and keeps it in signals.jsonl.torn. What is missing then,
`complete` appends from the journal.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from edgeproof.adapters.storage.atomic import sync_folder
from edgeproof.core.model.errors import StoreError

SIGNALS = "signals.jsonl"
ROTATE_AT = 64 * 1024 * 1024
_BLOCK = 65_536
_STAMP_LENGTH = len("20260203T103000")

Document = Mapping[str, Any]


class SignalFile:
    """The signals of a home. `torn` is the half line that was cut off on opening, None when there was none."""

    def __init__(self, home: Path, *, rotate_at: int = ROTATE_AT) -> None:
        self.path = home / SIGNALS
        self._rotate_at = rotate_at
        self._is_sound = False
        self.torn = self._mend()

    def append(self, documents: Sequence[Document]) -> None:
        """Write signals, a line each, and sync them to the disk.

        Raises
        ------
        StoreError
            They could not be written; the file is as it was.
        """
        if not documents:
            return
        if not self._is_sound:
            self._mend()
        lines = b"".join(_line(document) for document in documents)
        try:
            self._rotate(len(lines))
            self._write(lines)
        except OSError as error:
            raise self._error("could not be written", error) from error

    def known_ids(self, last: int) -> frozenset[str]:
        """The ids of the last signals of the file, and of the files it was rotated to where it has fewer."""
        ids: set[str] = set()
        try:
            for path in (self.path, *self._rotated()):
                lines = list(_last_lines(path, last))
                ids.update(str(document["id"]) for document in map(_document, lines) if document and "id" in document)
                last -= len(lines)
                if last <= 0:
                    break
        except OSError as error:
            raise self._error("could not be read", error) from error
        return frozenset(ids)

    def complete(self, documents: Sequence[Document], *, margin: int = 1_000) -> tuple[str, ...]:
        """Append those signals at the end of a journal that the file does not have; their ids.

        The file has its signals in the order of the journal, so that the end of one is looked for near the end of the
        other, `margin` lines further back at most.
        """
        known = self.known_ids(len(documents) + margin)
        missing = [document for document in documents if document["id"] not in known]
        self.append(missing)
        return tuple(str(document["id"]) for document in missing)

    def _write(self, lines: bytes) -> None:
        is_new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            before = os.fstat(handle).st_size
            try:
                self._write_all(handle, lines)
            except OSError:
                self._is_sound = False  # until the truncation has worked
                os.ftruncate(handle, before)
                self._is_sound = True
                raise
        finally:
            os.close(handle)
        if is_new:
            sync_folder(self.path.parent)

    @staticmethod
    def _write_all(handle: int, lines: bytes) -> None:
        written = os.write(handle, lines)
        while written < len(lines):  # a disk that is filling up takes a part; the next write says why
            written += os.write(handle, lines[written:])
        os.fsync(handle)

    def _mend(self) -> str | None:
        """Make the file end with a whole line; what was cut off."""
        try:
            torn = self._cut()
        except OSError as error:
            raise self._error("could not be opened", error) from error
        self._is_sound = True
        return torn

    def _cut(self) -> str | None:
        if not self.path.exists():
            return None
        with self.path.open("r+b") as file:
            tail, start = _tail(file.fileno())
            if not tail:
                return None
            if _document(tail) is not None:  # whole but for its end
                file.seek(0, os.SEEK_END)
                file.write(b"\n")
                torn = None
            else:
                self._keep(tail)
                file.truncate(start)
                torn = tail.decode("utf-8", errors="replace")
            file.flush()
            os.fsync(file.fileno())
        return torn

    def _keep(self, tail: bytes) -> None:
        path = self.path.with_name(f"{SIGNALS}.torn")
        with path.open("ab") as file:
            file.write(tail + b"\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)

    def _rotate(self, more: int) -> None:
        if not self.path.exists() or self.path.stat().st_size == 0:
            return
        if self.path.stat().st_size + more <= self._rotate_at:
            return
        newest = next(iter(_last_lines(self.path, 1)), b"")
        self.path.rename(self._free_name(_stamp(newest)))
        sync_folder(self.path.parent)

    def _free_name(self, stamp: str) -> Path:
        path = self.path.with_name(f"signals-{stamp}.jsonl")
        others = (path.with_name(f"{path.stem}-{number}.jsonl") for number in range(2, 10_000))
        return path if not path.exists() else next(each for each in others if not each.exists())

    def _rotated(self) -> tuple[Path, ...]:
        """The files it was rotated to, the newest first."""
        found = self.path.parent.glob("signals-*.jsonl")
        return tuple(sorted(found, key=_place_in_time, reverse=True))

    def _error(self, what: str, error: OSError) -> StoreError:
        return StoreError(
            f"{self.path} {what} ({error.strerror}): check the disk and the permissions; the journal has every "
            "signal, and the file is completed from it at the next start"
        )


def _line(document: Document) -> bytes:
    return msgspec.json.encode(dict(document)) + b"\n"


def _document(line: bytes) -> dict[str, Any] | None:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _tail(handle: int) -> tuple[bytes, int]:
    """What follows the last line end, and where it begins."""
    position = os.lseek(handle, 0, os.SEEK_END)
    tail = b""
    while position > 0:
        begin = max(0, position - _BLOCK)
        os.lseek(handle, begin, os.SEEK_SET)
        block = os.read(handle, position - begin)
        line_end = block.rfind(b"\n")
        if line_end >= 0:
            return block[line_end + 1 :] + tail, begin + line_end + 1
        tail, position = block + tail, begin
    return tail, 0


def _last_lines(path: Path, count: int) -> Iterator[bytes]:
    """The last whole lines of a file, or fewer where it has fewer; none when there is no file."""
    if count <= 0 or not path.exists():
        return
    with path.open("rb") as file:
        position = file.seek(0, os.SEEK_END)
        content = b""
        while position > 0 and content.count(b"\n") <= count:
            begin = max(0, position - _BLOCK)
            file.seek(begin)
            content, position = file.read(position - begin) + content, begin
    yield from content.splitlines()[-count:]


def _stamp(line: bytes) -> str:
    """The time of a signal as part of a name: 20260203T103000."""
    text = str((_document(line) or {}).get("timestamp", ""))
    digits = text.replace("-", "").replace(":", "")[:_STAMP_LENGTH]
    return digits if len(digits) == _STAMP_LENGTH and digits.replace("T", "").isdigit() else "undated"


def _place_in_time(path: Path) -> tuple[str, int]:
    """The stamp in the name of a rotated file, and its number among those of the same stamp."""
    stamp, _, number = path.stem.removeprefix("signals-").partition("-")
    return stamp, int(number) if number.isdigit() else 1
