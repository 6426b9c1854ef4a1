"""A plan over candles: the same code for a batch over years and for the one candle that just closed.

The unit is a *block*: everything that closed in a span of time, on every timeframe of the plan. History is a few
thousand candles a block, live is one instant a block; the state between blocks is all that carries over, so how time
is cut never changes a bit of the result.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from operator import mul
from typing import Any

import numpy as np

from edgeproof.core.candles.resample import resample
from edgeproof.core.conditions.parse import parse
from edgeproof.core.conditions.plan import FUNDING, Output, Plan, Probe, make_plan
from edgeproof.core.indicators.node import Kind, Node
from edgeproof.core.kernels import events, machine
from edgeproof.core.model.candle import COLUMNS, NO_FUNDING, Candles, FloatArray, Funding, IntArray

BLOCK = 2_000
"""Candles a block in a batch: rows of 16 KB, so that a plan's rows stay in the second-level cache.

No power of two: rows a multiple of 4 KB apart would all fall on the same few lines of the first-level cache.
"""

LINE = 64
"""Bytes in a line of a processor's cache."""

Columns = Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Where an output's condition was true: `index` (n,) into the candles of its series, `values` (n, n_values)."""

    index: IntArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.index)


def series_columns(base: Candles, funding: Funding, series: Iterable[int]) -> dict[int, Columns]:
    """The columns of every series a plan reads, resampled from the base candles; times as float64 (exact)."""
    return {length: _columns(base, funding, length) for length in series}


def _columns(base: Candles, funding: Funding, length: int) -> Columns:
    if length == FUNDING:
        return {"close_time": funding.time.astype(np.float64), "rate": funding.rate}
    candles = base if length == base.timeframe else resample(base, length)
    return CandleColumns(candles)


class CandleColumns(dict[str, FloatArray]):
    """The columns of candles; their close times as float64 are made when they are first asked for."""

    def __init__(self, candles: Candles) -> None:
        super().__init__({name: getattr(candles, name) for name in COLUMNS})
        self._candles = candles

    def __missing__(self, name: str) -> FloatArray:
        """Make the close times."""
        if name != "close_time":
            raise KeyError(name)
        close_time: FloatArray = self._candles.open_time + np.float64(self._candles.timeframe)
        self[name] = close_time
        return close_time

    def closed_at(self, index: IntArray) -> IntArray:
        """When the candles with these indices closed."""
        return self._candles.open_time[index] + self._candles.timeframe


def closed_at(columns: Columns, index: IntArray) -> IntArray:
    """When the candles of a series with these indices closed."""
    if isinstance(columns, CandleColumns):
        return columns.closed_at(index)
    return columns["close_time"][index].astype(np.int64)


class Evaluator:
    """The state of a plan and the rows it works in; `advance` takes it over one block."""

    def __init__(self, plan: Plan, capacity: int = BLOCK) -> None:
        self.plan = plan
        self._capacity = -(-capacity // 8) * 8
        self._numbers = _rows(plan.number_rows, self._capacity, 8).view(np.float64)
        self._flags = _rows(plan.flag_rows, events.row_of_flags(self._capacity), 1)
        self._state = np.zeros(plan.state_size)
        self._lengths = np.zeros(len(plan.series), np.int64)
        self._seen = np.zeros(len(plan.series), np.int64)
        self._cursor = np.zeros(2 + plan.n_outputs, np.int64)
        self._full: list[tuple[events.MarkArray, FloatArray]] = []
        self._make_room(max(self._capacity + 1, 1024))
        for value, row in plan.constants:
            self._numbers[row] = value

    @cached_property
    def _none(self) -> tuple[Events, ...]:
        return tuple(Events(np.empty(0, np.int64), np.empty((0, width))) for width in self.plan.output_widths)

    @property
    def state(self) -> FloatArray:
        """What carries over between blocks, (state_size,)."""
        return self._state

    @property
    def rows(self) -> tuple[FloatArray, "np.ndarray[Any, Any]"]:
        """The rows of numbers and of flags, constants filled in."""
        return self._numbers, self._flags

    def start_over(self) -> None:
        """Forget all that was taken in."""
        self._state[:] = 0.0
        self._seen[:] = 0
        self._lengths[:] = 0
        self._full.clear()
        self._cursor[:] = 0

    @property
    def capacity(self) -> int:
        """The most candles of one series a block may hold."""
        return self._capacity

    def advance(self, columns: Sequence[Columns], start: Sequence[int], end: Sequence[int]) -> None:
        """Take in the candles start[k] <= i < end[k] of each series k (all that closed in one span of time)."""
        plan, numbers = self.plan, self._numbers
        for k in range(len(plan.series)):
            self._lengths[k] = end[k] - start[k]
        for k, name, row in plan.columns:
            numbers[row, : end[k] - start[k]] = columns[k][name][start[k] : end[k]]
        done = 0
        while (done := self._run(done)) < len(plan.operations):
            self._set_aside()
        self._seen += self._lengths

    def advance_through(self, columns: Sequence[Columns], ends: IntArray) -> None:
        """Take in whole history from its beginning, in blocks that end at `ends` (n_blocks, n_series), in one call."""
        plan = self.plan
        sources = [columns[k][name] for k, name, _ in plan.columns]
        at = np.zeros(2, np.int64)
        while not machine.run_blocks(
            at,
            ends,
            np.array([machine.place_of(source) for source in sources], np.int64),
            np.array([k for k, _, _ in plan.columns], np.int64),
            np.array([row for _, _, row in plan.columns], np.int64),
            *self._parts(),
        ):
            self._set_aside()

    def _make_room(self, n_events: int) -> None:
        self._marks = np.empty(n_events, np.uint64)
        self._values = np.empty(n_events * max(self.plan.output_widths.tolist(), default=0))
        self._cursor[:2] = 0

    def _set_aside(self) -> None:
        # The room for events is full: keep it, and go on in twice as much.
        self._full.append(self._in_use())
        self._make_room(2 * len(self._marks))

    def _in_use(self) -> tuple[events.MarkArray, FloatArray]:
        n_events, n_values = self._cursor[:2].tolist()
        return self._marks[:n_events], self._values[:n_values]

    def _run(self, first: int) -> int:
        done: int = machine.run(first, *self._parts())
        return done

    def _parts(self) -> tuple[Any, ...]:
        # The arguments that `machine.run` and `machine.run_blocks` share.
        plan = self.plan
        return (
            plan.addresses,
            plan.operation_series,
            plan.operation_foreign,
            plan.wires,
            plan.wire_at,
            plan.params,
            plan.param_at,
            self._state,
            plan.state_at,
            self._numbers,
            self._flags,
            self._lengths,
            self._seen,
            self._marks,
            self._values,
            self._cursor,
        )

    def take_events(self) -> tuple[Events, ...]:
        """The events since the last call, one `Events` an output."""
        if self._cursor[0] == 0 and not self._full:
            return self._none
        parts = [*self._full, self._in_use()]
        widths, counts = self.plan.output_widths.tolist(), self._cursor[2:].tolist()
        starts = list(accumulate(counts, initial=0))
        value_starts = list(accumulate(map(mul, counts, widths), initial=0))
        index, values = np.empty(starts[-1], np.int64), np.empty(value_starts[-1])
        places, value_places = np.array(starts, np.int64), np.array(value_starts, np.int64)
        for part in parts:
            events.place_events(*part, self.plan.output_widths, places, value_places, index, values)
        self._full.clear()
        self._cursor[:] = 0
        return tuple(
            Events(index[a:b], values[c:d].reshape(b - a, width))
            for (a, b), (c, d), width in zip(pairwise(starts), pairwise(value_starts), widths, strict=True)
        )

    def probe(self, number: int) -> "np.ndarray[Any, Any]":
        """The probe's values on the candles of the last block (a copy): float64, or uint8 for a condition."""
        k, kind, row = self.plan.probes[number]
        rows = self._flags if kind is Kind.CONDITION else self._numbers
        return rows[row, : self._lengths[k]].copy()


def _rows(count: int, length: int, itemsize: int) -> "np.ndarray[Any, Any]":
    # Rows of zeroed bytes that begin where a line of the cache does: else every second vector would lie on two lines.
    size = count * length * itemsize
    room = np.zeros(size + LINE, np.uint8)
    first = -machine.place_of(room) % LINE
    return room[first : first + size].reshape(count, length * itemsize)


def block_ends(columns: Sequence[Columns], capacity: int, cuts: Iterable[float] = ()) -> IntArray:
    """Where each block ends in each series, shape (n_blocks, n_series): no block exceeds the capacity.

    Blocks end at the same moment on every series, so that all timeframes are up to date wherever one is read.
    """
    if len(columns) == 1 and not (cuts := tuple(cuts)):
        n = _length(columns[0])
        return np.minimum(np.arange(capacity, n + capacity, capacity), n)[:, None]
    times = [series["close_time"] for series in columns]
    bounds = [time[capacity - 1 :: capacity] for time in times] + [time[-1:] for time in times]
    moments = np.unique(np.concatenate([*bounds, np.fromiter(cuts, np.float64)]))
    ends = [np.searchsorted(time, moments, side="right") for time in times]
    return np.stack(ends, axis=1).astype(np.int64) if ends else np.zeros((0, 0), np.int64)


def _length(columns: Columns) -> int:
    return len(next(iter(columns.values())))


def run_batch(evaluator: Evaluator, columns: Sequence[Columns], cuts: Iterable[float] = ()) -> Iterable[None]:
    """Advance over whole history block by block, pausing after each."""
    start = [0] * len(columns)
    for end in block_ends(columns, evaluator.capacity, cuts).tolist():
        evaluator.advance(columns, start, end)
        start = end
        yield


def evaluate_events(plan: Plan, series: Mapping[int, Columns], capacity: int = BLOCK) -> tuple[Events, ...]:
    """Every event of a plan over whole history."""
    evaluator = Evaluator(plan, capacity)
    columns = [series[length] for length in plan.series]
    evaluator.advance_through(columns, block_ends(columns, evaluator.capacity))
    return evaluator.take_events()


def evaluate_expression(
    expression: str | Node,
    candles: Candles,
    funding: Funding = NO_FUNDING,
    *,
    timeframe: int | None = None,
    cuts: Iterable[float] = (),
    capacity: int = BLOCK,
) -> "np.ndarray[Any, Any]":
    """The value of one expression on every candle of a timeframe (default: the candles' own).

    float64 with NaN where undefined; a condition gives uint8: 0 false, 1 undefined, 2 true. `cuts` are extra times
    (milliseconds) at which a block must end: they never change the result.
    """
    node = parse(expression) if isinstance(expression, str) else expression
    return evaluate_nodes((node,), candles, funding, timeframe=timeframe, cuts=cuts, capacity=capacity)[0]


def evaluate_nodes(
    nodes: Sequence[Node],
    candles: Candles,
    funding: Funding = NO_FUNDING,
    *,
    timeframe: int | None = None,
    cuts: Iterable[float] = (),
    capacity: int = BLOCK,
) -> "list[np.ndarray[Any, Any]]":
    """The values of several expressions on every candle of a timeframe: what `evaluate_expression` says of each."""
    length = candles.timeframe if timeframe is None else timeframe
    plan = make_plan((), tuple(Probe(length, node) for node in nodes))
    columns = series_columns(candles, funding, plan.series)
    evaluator = Evaluator(plan, capacity)
    numbers = range(len(nodes))
    blocks = [
        [evaluator.probe(number) for number in numbers]
        for _ in run_batch(evaluator, [columns[each] for each in plan.series], cuts)
    ]
    if not blocks:
        return [evaluator.probe(number) for number in numbers]
    return [np.concatenate([block[number] for block in blocks]) for number in numbers]


__all__ = [
    "BLOCK",
    "Evaluator",
    "Events",
    "Output",
    "evaluate_events",
    "evaluate_expression",
    "evaluate_nodes",
    "series_columns",
]
