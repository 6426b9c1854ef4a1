"""The home the dashboard shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgeproof.bootstrap.asking import kept_journal
from edgeproof.ports import SearchedJournal

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A home and its settings file. `may_push_here` lets browsers be on this machine that are told: for tests."""

    home: Path
    config: Path
    may_push_here: bool = False

    @contextmanager
    def journal(self) -> Iterator[SearchedJournal]:
        """The journal of the home, to be read while the block lasts; an empty one where there is none yet."""
        with kept_journal(self.home, self.config) as journal:
            yield journal
