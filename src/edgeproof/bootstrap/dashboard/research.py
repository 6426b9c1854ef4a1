"""The runs of a home: the list of them, all about one, its report, and two beside each other."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import polars as pl

from edgeproof.adapters.storage.atomic import TEMPORARY
from edgeproof.adapters.storage.run_reader import DOCUMENT, EDGE
from edgeproof.adapters.storage.runs import RUNS
from edgeproof.bootstrap import report_page
from edgeproof.bootstrap.dashboard.kept import Kept
from edgeproof.bootstrap.dashboard.place import Document, Place
from edgeproof.core.model.errors import StoreError
from edgeproof.core.model.time import format_time
from edgeproof.research.run_identity import code_version
from edgeproof.services.dashboard.comparing import comparison
from edgeproof.services.dashboard.research import Run, detail_document, run_document
from edgeproof.services.dashboard.run_files import EdgeFile, EdgeStates, RunFile, file_of

MOST = 1_000
"""Runs in the list, the newest."""

_HALF_WRITTEN = "half written: it is being made now, or was broken off; making the run again makes it whole"

Stamp = tuple[tuple[int, int, int], ...]
"""Which files a run has: of each its inode, time and size; 0 where it is not there."""

Edge = TypeVar("Edge", EdgeFile, EdgeStates)


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder of runs, and which files are in it."""

    path: Path
    stamp: Stamp

    @property
    def at_ms(self) -> int:
        """When its run was written, UTC milliseconds."""
        return self.stamp[0][1] // 1_000_000


class KeptRuns:
    """The runs of a place; threads may share it."""

    def __init__(self, place: Place) -> None:
        self._home = place.home
        self._turn = threading.Lock()
        self._listed: dict[str, tuple[Stamp, Document | StoreError]] = {}
        self._details: Kept[Document] = Kept()
        self._reports: Kept[str] = Kept(most=2)

    def document(self) -> Document:
        """`GET /api/runs`: the newest first, and apart from them what cannot be shown, each with why."""
        whole, halves = self._folders()
        newest = sorted(whole, key=lambda each: (-each.stamp[0][1], each.path.name))
        with self._turn:
            # Only what is there now is kept: a run that was removed is forgotten.
            self._listed = {each.path.name: self._known(each) for each in newest[:MOST]}
            found = {name: said for name, (_, said) in self._listed.items()}
        return {
            "runs": [each for each in found.values() if not isinstance(each, StoreError)],
            "unreadable": [
                *({"id": name, "problem": str(each)} for name, each in found.items() if isinstance(each, StoreError)),
                *({"id": name, "problem": problem} for name, problem in halves),
            ],
            "left_out": max(0, len(newest) - MOST),
        }

    def detail(self, name: str) -> Document | None:
        """`GET /api/runs/{id}`; None where there is none."""
        folder = self._folder(name)
        if folder is None:
            return None
        return self._details.get(name, folder.stamp, lambda: detail_document(_run(folder), now=code_version()))

    def report(self, name: str) -> str | None:
        """The page of a run, made by this program; None where there is none."""
        folder = self._folder(name)
        if folder is None:
            return None
        return self._reports.get(name, folder.stamp, lambda: _page(self._home, folder.path))

    def compared(self, a: str, b: str) -> Document | None:
        """`GET /api/compare`; None where one of them is not there."""
        before, after = self._folder(a), self._folder(b)
        if before is None or after is None:
            return None
        return comparison(_run(before), _run(after), now=code_version())

    def _known(self, folder: _Folder) -> tuple[Stamp, Document | StoreError]:
        known = self._listed.get(folder.path.name)
        return known if known is not None and known[0] == folder.stamp else (folder.stamp, _summary(folder))

    def _folder(self, name: str) -> _Folder | None:
        # Looked for among what is there, so that no name leads out of the folder of runs.
        return next((each for each in self._folders()[0] if each.path.name == name), None)

    def _folders(self) -> tuple[list[_Folder], list[tuple[str, str]]]:
        whole: list[_Folder] = []
        halves: list[tuple[str, str]] = []
        for each in self._entries():
            stamp = _stamp(each)
            if each.name.startswith("."):
                if each.name.endswith(TEMPORARY):
                    halves.append((each.name.split(".")[1], _HALF_WRITTEN))
            elif stamp[0][0]:
                whole.append(_Folder(each, stamp))
            else:
                halves.append((each.name, f"has no {DOCUMENT}: make the run again, or remove its folder"))
        return whole, sorted(halves)

    def _entries(self) -> list[Path]:
        folder = self._home / RUNS
        try:
            return [each for each in folder.iterdir() if each.is_dir()]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(f"{folder} cannot be read ({error.strerror}): check its permissions") from error


def _stamp(folder: Path) -> Stamp:
    return _of_file(folder / DOCUMENT), _of_file(folder / EDGE)


def _of_file(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_ino, found.st_mtime_ns, found.st_size


def _summary(folder: _Folder) -> Document | StoreError:
    try:
        file = file_of(_read(folder.path / DOCUMENT), RunFile, DOCUMENT)
        edge = _edge(folder, EdgeStates)
    except StoreError as error:
        return error
    return run_document(folder.path.name, file, edge, at=format_time(folder.at_ms), now=code_version())


def _run(folder: _Folder) -> Run:
    return Run(
        id=folder.path.name,
        file=file_of(_read(folder.path / DOCUMENT), RunFile, DOCUMENT),
        at=format_time(folder.at_ms),
        edge=_edge(folder, EdgeFile),
    )


def _edge(folder: _Folder, kind: type[Edge]) -> Edge | None:
    return file_of(_read(folder.path / EDGE), kind, EDGE) if folder.stamp[1][0] else None


def _page(home: Path, folder: Path) -> str:
    try:
        return report_page(home, folder)
    except (LookupError, TypeError, ValueError, AttributeError, pl.exceptions.PolarsError) as error:
        raise StoreError(
            f"its report cannot be made ({type(error).__name__}: {error}): a file of it is damaged, or another version "
            "wrote it in a way that this one cannot read; make the run again"
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"{path.name} cannot be read ({error.strerror}): make the run again, or remove its folder"
        ) from error
