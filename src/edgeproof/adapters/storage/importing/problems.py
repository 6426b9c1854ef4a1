"""Bad rows, collected so that all of them are named at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edgeproof.adapters.storage.importing.table import Table
from edgeproof.core.model.candle import BoolArray
from edgeproof.core.model.errors import DataError

SHOWN = 20


class Problems:
    """What is wrong with the rows of a file: the first reason found for each row."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._bad = np.zeros(len(table), np.bool_)
        self._reasons: dict[int, str] = {}

    @property
    def good(self) -> BoolArray:
        """The rows nothing is known against."""
        return ~self._bad

    def add(self, wrong: NDArray[np.bool_], reason: Callable[[int], str]) -> None:
        """Report the rows that are wrong; `reason` tells why for a row's index."""
        new = wrong & ~self._bad
        if not new.any():
            return
        self._bad |= new
        for row in np.flatnonzero(new)[:SHOWN].tolist():
            self._reasons[row] = reason(row)

    def place(self, row: int) -> str:
        """Where a row stands in the file, such as "line 7"."""
        return f"{self._table.place_word} {self._table.places[row]}"

    def refuse(self) -> None:
        """Raise a `DataError` naming the bad rows, when there are any."""
        count = int(self._bad.sum())
        if count == 0:
            return
        shown = sorted(self._reasons.items())[:SHOWN]
        lines = [f"  {self.place(row)}: {reason}" for row, reason in shown]
        if count > len(shown):
            lines.append(f"  and {count - len(shown):,} more")
        of = f"{count:,} of {len(self._table):,} rows of {self._table.path} cannot be taken in; nothing was imported:"
        raise DataError("\n".join([of, *lines, "Correct or remove these rows and import the file again."]))
