"""Round trips: from the entry of a position to the end of its last part, and what became of every fire."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.model.candle import BoolArray, FloatArray, IntArray

CodeArray = NDArray[np.int8]
JsonValue = str | float | bool | list[float] | None


class ExitReason(IntEnum):
    """What ended the last part of a position; the numbers are those of the bracket kernel."""

    STOP = 0
    TARGET = 1
    TIME_STOP = 2
    EXIT_CONDITION = 3
    END_OF_DATA = 4

    @property
    def word(self) -> str:
        """The name in reports and JSON.

        >>> ExitReason.TIME_STOP.word
        'time_stop'
        """
        return self.name.lower()


class StopKind(IntEnum):
    """Which rule had set the stop that was in force at the end."""

    INITIAL = 0
    BREAK_EVEN = 1
    TRAILING = 2

    @property
    def word(self) -> str:
        """The name in reports and JSON."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """What became of every fire of a hypothesis; each is counted exactly once."""

    void: int = 0
    overlapped: int = 0
    unfilled: int = 0
    invalidated: int = 0
    traded: int = 0

    @property
    def signals(self) -> int:
        """The number of all fires."""
        return self.void + self.overlapped + self.unfilled + self.invalidated + self.traded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoundTrips:
    """Round trips of one signal on one instrument, ascending in time; columns of shape (n,), `targets` (n, n_targets).

    Times are int64 UTC milliseconds; prices, fees, slippage, funding and pnl are per unit of base currency; funding is
    what was paid (negative: received). `risk` is the planned R, |reference_price - stop_loss|, and `r_multiple`,
    `mae_r`, `mfe_r` are in units of it. `r_best` is the r_multiple had the targets of an ambiguous candle come before
    its stop. `funding_incomplete` marks trades that the funding history does not cover.
    """

    signal_time: IntArray
    entry_time: IntArray
    entry_price: FloatArray
    reference_price: FloatArray
    stop_loss: FloatArray
    targets: FloatArray
    risk_reward: FloatArray
    exit_time: IntArray
    exit_price: FloatArray
    exit_reason: CodeArray
    stop_kind: CodeArray
    fees: FloatArray
    slippage: FloatArray
    funding: FloatArray
    pnl: FloatArray
    r_multiple: FloatArray
    mae_r: FloatArray
    mfe_r: FloatArray
    ambiguous: BoolArray
    risk: FloatArray
    r_best: FloatArray
    funding_incomplete: BoolArray

    def __post_init__(self) -> None:
        for name in _COLUMNS:
            getattr(self, name).setflags(write=False)

    def __len__(self) -> int:
        return len(self.signal_time)

    def closed(self) -> "RoundTrips":
        """Those that ended by a rule: without the one that was open at the end of the data."""
        keep = self.exit_reason != _OPEN
        if np.logical_and.reduce(keep):
            return self
        return RoundTrips(**{name: getattr(self, name)[keep] for name in _COLUMNS})

    def rows(self) -> Iterator[dict[str, JsonValue]]:
        """Each round trip as the JSON object of `backtest --json`, made when asked for."""
        for start in range(0, len(self), _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            columns = [_written(name, getattr(self, name)[part]) for name in JSON_KEYS]
            for values in zip(*columns, strict=True):
                yield dict(zip(JSON_KEYS, values, strict=True))


_ROWS_AT_ONCE = 1_000
"""Rows turned into Python values at a time: a million trades as Python values would be gigabytes."""

_COLUMNS = tuple(field.name for field in fields(RoundTrips))
JSON_KEYS = _COLUMNS[:19]

_OPEN = np.int8(ExitReason.END_OF_DATA)


def _written(name: str, column: NDArray[np.generic]) -> list[JsonValue]:
    values: list[JsonValue] = column.tolist()
    if name in ("signal_time", "entry_time", "exit_time"):
        return [f"{text}Z" for text in np.datetime_as_string(column.astype("datetime64[ms]")).tolist()]
    if name == "exit_reason":
        return [ExitReason(int(code)).word for code in column]
    if name == "stop_kind":
        return [StopKind(int(code)).word for code in column]
    return values
