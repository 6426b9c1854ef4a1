"""HOME/wishes: a file a wish, put there by commands, taken out by the session that granted it.

A file that holds no wish is moved aside, under a name nobody looks for, and told: it must not stop a session.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from edgeproof.adapters.storage.atomic import sync_folder, write_file
from edgeproof.core.model.errors import InputError, StoreError
from edgeproof.ports.wishes import Wish

WISHES = "wishes"
ASIDE = ".damaged"

_WORDS = ("close", "close_all", "stop", "halt", "resume", "take", "skip")
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,99}")


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    at: int
    wish: str
    target: str
    by: str
    why: str


class FolderWishes:
    """The wishes under a home. `tell` is told in words of files that hold none."""

    def __init__(self, home: Path, tell: Callable[[str], None] = lambda words: None) -> None:
        self._folder = home / WISHES
        self._tell = tell
        self._told: set[Path] = set()

    def put(self, wish: Wish) -> None:
        """Leave a wish; it survives a loss of power."""
        kept = _Kept(id=wish.id, at=wish.at, wish=wish.wish, target=wish.target, by=wish.by, why=wish.why)
        problem = _problem(kept, wish.id)
        if problem is not None:
            raise InputError(problem)
        write_file(self._path(wish), msgspec.json.encode(kept))

    def waiting(self) -> tuple[Wish, ...]:
        """Those that were not granted yet, the oldest first."""
        found = (self._read(path) for path in sorted(self._folder.glob("*.json")) if path not in self._told)
        return tuple(wish for wish in found if wish is not None)

    def granted(self, wish: Wish) -> None:
        """Take out one that is in the journal; one that is gone already is taken out."""
        path = self._path(wish)
        try:
            path.unlink(missing_ok=True)
            if self._folder.is_dir():
                sync_folder(self._folder)
        except OSError as error:
            raise StoreError(f"{path} could not be removed ({error.strerror}): check its permissions") from error

    def _path(self, wish: Wish) -> Path:
        return self._folder / f"{wish.id}.json"

    def _read(self, path: Path) -> Wish | None:
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
            problem = _problem(kept, path.stem)
        except FileNotFoundError:
            return None  # granted meanwhile
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            problem = str(error)
        if problem is not None:
            self._move_aside(path, problem)
            return None
        return Wish(id=kept.id, at=kept.at, wish=kept.wish, target=kept.target, by=kept.by, why=kept.why)

    def _move_aside(self, path: Path, problem: str) -> None:
        aside = path.with_name(f"{path.name}{ASIDE}")
        words = f"{path} holds no wish and is not granted: {problem}"
        self._told.add(path)
        with suppress(OSError):
            path.rename(aside)
            words += f"; it is now {aside.name}"
            self._told.discard(path)
        self._tell(words)


def _problem(kept: _Kept, name: str) -> str | None:
    if kept.id != name or _ID.fullmatch(kept.id) is None:
        return f'expected an id of letters, digits and "-" that is the name of its file, found "{kept.id}"'
    if kept.wish not in _WORDS:
        return f'expected a wish that is one of {", ".join(_WORDS)}, found "{kept.wish}"'
    return None
