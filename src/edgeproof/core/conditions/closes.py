"""A plan over many instruments as their candles close: the kept state of each, advanced by one compiled call.

1. `begin` takes the whole history of an instrument in one batch (`Evaluator.advance_through`) and keeps its state.
2. `take` advances any number of instruments by their next base candle (`kernels.closes`): the longer candles grow out
   of it, and all that closes at that moment is evaluated.
3. `look` does the same with copies of the states, and forgets: what would fire if the candle that forms closed now.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from edgeproof.core.conditions.evaluate import BLOCK, Evaluator, Events, block_ends, series_columns
from edgeproof.core.conditions.plan import FUNDING, Plan
from edgeproof.core.kernels import closes as kernel
from edgeproof.core.kernels.abi import UNDEFINED, FlagArray
from edgeproof.core.kernels.shortcuts import code_of
from edgeproof.core.model.candle import Candles, FloatArray, Funding, IntArray
from edgeproof.core.model.errors import EdgeproofError, HoleError

_FIELDS = {"open": 0, "high": 1, "low": 2, "close": 3, "volume": 4, "close_time": 5, "rate": kernel.RATE}
_CAPACITY = 8
"""Rows of a close: a candle of each timeframe, and the settlements since the last in pieces of so many."""


class BaseCandle(NamedTuple):
    """A base candle that closed."""

    open: float
    high: float
    low: float
    close: float
    volume: float
    close_time: int


class Event(NamedTuple):
    """An output of the plan is true on an instrument at the close that was taken in; `values` (n_values,) there."""

    instrument: int
    output: int
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """The events of closes that were taken in, instrument by instrument: `instruments` and `outputs` (n_events,).

    `widths` (n_events,) says how many of `values` each event has; they follow one another.
    """

    instruments: IntArray
    outputs: IntArray
    widths: IntArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.outputs)

    def __iter__(self) -> Iterator[Event]:
        """One event after the other."""
        start = 0
        for instrument, output, width in zip(
            self.instruments.tolist(), self.outputs.tolist(), self.widths.tolist(), strict=True
        ):
            yield Event(instrument, output, self.values[start : start + width])
            start += width


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """What a history made of a plan: the events of every output, and by series the close times their indices mean."""

    events: tuple[Events, ...]
    close_times: Mapping[int, FloatArray]


class Kept(NamedTuple):
    """The state of an instrument as it was at a close."""

    state: FloatArray
    growing: FloatArray
    flags: FlagArray


class CloseEvaluator:
    """The states of one plan, an instrument a row; see the module. `probes` of the plan must be conditions."""

    def __init__(self, plan: Plan, n_instruments: int, base: int) -> None:
        self.plan = plan
        self._base = base
        self._states = np.zeros((n_instruments + 1, plan.state_size))  # the last row is for looks
        self._growing = np.zeros((n_instruments + 1, len(plan.series), kernel.FIELDS))
        self._flags_seen = np.zeros((n_instruments + 1, len(plan.probes)), np.uint8)
        self._pending: list[list[tuple[int, float]]] = [[] for _ in range(n_instruments)]
        self._history = Evaluator(plan, BLOCK)
        self._rows = Evaluator(plan, _CAPACITY).rows
        self._make_room(n_instruments)
        # Compiled, or read from the disk, now: it takes seconds, and a close has none to wait for it.
        self._run(np.empty(0, np.int64), [], [], is_early=False)

    def _make_room(self, n: int) -> None:
        plan = self.plan
        per_candle = plan.n_outputs + 1
        widths = int(plan.output_widths.sum())
        self._marks = np.empty(n * per_candle + _CAPACITY + 2, np.uint64)
        self._values = np.empty(max(1, n * widths))
        self._cursor = np.zeros(2 + plan.n_outputs, np.int64)
        self._bounds = np.zeros((n, 2), np.int64)
        self._lengths = np.zeros(len(plan.series), np.int64)
        self._series = np.array([0 if each == FUNDING else each for each in plan.series], np.int64)
        self._columns = np.array([(k, _FIELDS[name], row) for k, name, row in plan.columns], np.int64).reshape(-1, 3)
        self._operations = _operations(plan)
        self._no_settlements = _settlements([[]] * n)
        self._probes = np.array([(k, row) for k, _, row in plan.probes], np.int64).reshape(len(plan.probes), 2)

    def begin(self, instrument: int, candles: Candles, funding: Funding) -> Begun:
        """Start over with the gap-filled base candles of an instrument; the events of all of it."""
        plan = self.plan
        series = series_columns(candles, funding, plan.series)
        columns = [series[length] for length in plan.series]
        self._history.start_over()
        self._flags_seen[instrument] = UNDEFINED
        for ends in self._stages(block_ends(columns, self._history.capacity)):
            self._history.advance_through(columns, ends)
            self._see_probes(instrument)
        self._states[instrument] = self._history.state
        self._pending[instrument].clear()
        for k, length in enumerate(plan.series):
            self._growing[instrument, k] = _growing(candles, length)
        times = {length: series[length]["close_time"] for length in plan.series}
        return Begun(self._history.take_events(), times)

    def _stages(self, ends: IntArray) -> Iterator[IntArray]:
        """The blocks in as few parts as let each probe be seen after the last block in which its series closed."""
        grew = np.diff(ends, axis=0, prepend=0) > 0
        last = {int(np.flatnonzero(grew[:, k])[-1]) + 1 for k, _, _ in self.plan.probes if grew[:, k].any()}
        start = 0
        for stop in sorted(last | {len(ends)}):
            yield ends[start:stop]
            start = stop

    def _see_probes(self, instrument: int) -> None:
        for number in range(len(self.plan.probes)):
            row = self._history.probe(number)
            if len(row):
                self._flags_seen[instrument, number] = row[-1]

    def keep(self, instrument: int) -> Kept:
        """A copy of the state of an instrument. Settlements that no close has read yet are no part of it."""
        return Kept(*(part[instrument].copy() for part in (self._states, self._growing, self._flags_seen)))

    def go_back(self, instrument: int, kept: Kept) -> None:
        """Put an instrument back into a kept state."""
        self._states[instrument], self._growing[instrument], self._flags_seen[instrument] = kept
        self._pending[instrument].clear()

    def settle(self, instrument: int, time: int, rate: float) -> None:
        """A funding settlement; it is read from the first close on that is not before it."""
        self._pending[instrument].append((time, rate))

    def take(self, instruments: Sequence[int], candles: Sequence[BaseCandle]) -> Taken:
        """Advance each instrument by its next base candle; the events, instrument by instrument."""
        own = np.array(instruments, np.int64)
        if len(set(instruments)) != len(own):
            raise EdgeproofError("expected each instrument once in a close: take the candles of one after the other")
        closes = zip(instruments, candles, strict=True)
        pending = [
            self._take_pending(each, candle.close_time) if self._pending[each] else () for each, candle in closes
        ]
        self._run(own, candles, pending, is_early=False)
        return self._taken(own)

    def look(self, instrument: int, candle: BaseCandle) -> Taken:
        """The events there would be if the candle that forms, and all that it is part of, closed as it is now."""
        scratch = len(self._pending)
        for kept in (self._states, self._growing, self._flags_seen):
            kept[scratch] = kept[instrument]
        known = [each for each in self._pending[instrument] if each[0] <= candle.close_time]
        pending = known[-_CAPACITY:]
        self._run(np.array([scratch], np.int64), [candle], [pending], is_early=True)
        return self._taken(np.array([instrument], np.int64))

    def flags(self, instrument: int) -> FlagArray:
        """The probes' conditions at the last close of each one's series: 0 false, 1 undefined, 2 true."""
        flags: FlagArray = self._flags_seen[instrument]
        return flags

    def _take_pending(self, instrument: int, until: int) -> list[tuple[int, float]]:
        pending = self._pending[instrument]
        due = sorted(each for each in pending if each[0] <= until)
        self._pending[instrument] = [each for each in pending if each[0] > until]
        if len(due) > _CAPACITY:
            raise HoleError(f"expected at most {_CAPACITY} settlements between two closes, found {len(due)}")
        return due

    def _run(
        self,
        own: IntArray,
        candles: Sequence[BaseCandle],
        pending: Sequence[Sequence[tuple[int, float]]],
        *,
        is_early: bool,
    ) -> None:
        plan = self.plan
        settled, counts = _settlements(pending) if any(pending) else self._no_settlements
        self._cursor[:] = 0
        kernel.take_closes(
            own, np.array(candles, np.float64).reshape(len(own), kernel.FIELDS), settled, counts, is_early, self._base,
            self._series, self._columns, self._probes, self._flags_seen, self._growing, self._operations,
            plan.wires, plan.params, self._states, *self._rows, self._lengths, self._marks, self._values,
            self._cursor, self._bounds,
        )  # fmt: skip

    def _taken(self, own: IntArray) -> Taken:
        n_events, n_values = self._cursor[:2].tolist()
        outputs = (self._marks[:n_events] >> np.uint64(32)).astype(np.int64)
        ends = self._bounds[: len(own), 0]
        counts = ends.copy()
        counts[1:] -= ends[:-1]
        return Taken(np.repeat(own, counts), outputs, self.plan.output_widths[outputs], self._values[:n_values].copy())


def _settlements(pending: Sequence[Sequence[tuple[int, float]]]) -> tuple[FloatArray, IntArray]:
    """Rate and time of settlements, (n, most, 2), and how many there are of each instrument."""
    counts = np.array([len(each) for each in pending], np.int64)
    settled = np.zeros((len(pending), int(counts.max(initial=1)), 2))
    for k, each in enumerate(pending):
        for j, (time, rate) in enumerate(each):
            settled[k, j] = rate, time
    return settled, counts


def _operations(plan: Plan) -> IntArray:
    """The operations of a plan as `kernels.closes` reads them."""
    reads = np.stack([plan.operation_series, plan.operation_foreign], axis=1)
    changes = np.flatnonzero((reads[1:] != reads[:-1]).any(axis=1)) + 1
    numbers = np.arange(len(reads))
    following = np.append(changes, len(reads))[np.searchsorted(changes, numbers, side="right")]
    parts = [each for at in (plan.wire_at, plan.param_at, plan.state_at) for each in (at[:-1], at[1:])]
    codes = [code_of(operation.kernel) for operation in plan.operations]
    columns = [np.array(codes, np.int64), plan.addresses, *reads.T, following, *parts]
    return np.ascontiguousarray(np.stack(columns, axis=1))


def _growing(candles: Candles, length: int) -> FloatArray:
    """The longer candle that has begun but not closed at the end of the base candles, as `kernels.closes` keeps it."""
    row = np.zeros(kernel.FIELDS)
    if length in {FUNDING, candles.timeframe} or len(candles) == 0:
        return row
    end = int(candles.open_time[-1]) + candles.timeframe
    count = end % length // candles.timeframe
    if count == 0 or count > len(candles):
        return row
    part = candles[len(candles) - count :]
    volume = 0.0
    for each in part.volume.tolist():
        volume += each
    row[:] = part.open[0], part.high.max(), part.low.min(), part.close[-1], volume, count
    return row
