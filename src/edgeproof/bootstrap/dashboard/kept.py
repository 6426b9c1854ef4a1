"""Answers that are kept until what they were made from has changed."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from edgeproof.adapters.storage.states import STATES
from edgeproof.core.model.journal import Record
from edgeproof.ports import Journal

T = TypeVar("T")

_MOST = 8


class Kept(Generic[T]):
    """The last answers to a few questions. Of several who ask at once one makes the answer, the others wait for it."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._turn = threading.Lock()
        self._answers: OrderedDict[Hashable, tuple[Hashable, T]] = OrderedDict()

    def get(self, question: Hashable, made_from: Hashable, make: Callable[[], T]) -> T:
        """The answer to a question, made anew where it was made from something else."""
        with self._turn:
            known = self._answers.get(question)
            if known is None or known[0] != made_from:
                known = made_from, make()
                self._answers[question] = known
                while len(self._answers) > self._most:
                    self._answers.popitem(last=False)
            return known[1]


def newest(journal: Journal, *kinds: type[Record]) -> tuple[int, ...]:
    """The places of the newest records of kinds, 0 where there is none."""
    return tuple(max((each.seq for each in journal.last(kind, 1)), default=0) for kind in kinds)


def states_file(home: Path) -> tuple[int, int]:
    """Which file of states there is: discoveries and sessions put a new one in its place."""
    try:
        found = (home / STATES).stat()
    except OSError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def files_state(files: Iterable[Path]) -> tuple[tuple[str, int, int], ...]:
    """Which files there are, and when they were written; one that is gone by now is left out."""
    found = []
    for each in files:
        with suppress(OSError):
            state = each.stat()
            found.append((str(each), state.st_size, state.st_mtime_ns))
    return tuple(found)
