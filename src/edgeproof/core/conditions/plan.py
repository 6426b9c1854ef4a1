"""From nodes to one list of operations over rows: the shared plan of all hypotheses of an instrument.

1. `_Builder.visit` walks the outputs depth first and lists every operation once, whoever shares it, in an order in
   which inputs come before what reads them, over all timeframes at once.
2. `_merged` puts calls that can run side by side (the recurrences behind EMA, RSI, ATR ...) into one call each.
3. `_Rows` gives each operation its rows. A row is taken when it is written and freed after its last reader, so that
   a plan of thousands of operations runs within a cache's worth of memory.
4. The result is a handful of arrays that `kernels.machine.run` executes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from edgeproof.core.indicators.node import FUNDING, Apply, Column, Constant, Kind, Node
from edgeproof.core.kernels.abi import Kernel, address
from edgeproof.core.kernels.machine import EMIT
from edgeproof.core.model.candle import FloatArray, IntArray

_FOREIGN = "fg"
_CONDITIONS = "cg"


@dataclass(frozen=True, slots=True)
class Output:
    """What to report: on which candles of a series the condition or one of the others is true, and the values there."""

    series: int
    condition: Node
    values: tuple[Node, ...] = ()
    others: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """A node whose whole row stays readable after each block."""

    series: int
    node: Node


class Operation(NamedTuple):
    """One kernel call: what it reads and writes, as slots (numbered before rows are given out)."""

    kernel: Kernel | None
    series: int
    foreign: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    params: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """A compiled plan: immutable arrays for `machine.run`, and where its inputs and probes lie.

    `series` lists the timeframes (milliseconds; FUNDING first where it is read). `output_widths` (n_outputs,) counts
    the values of each output. `columns` are the rows to load for each block as (series number, column name, row);
    `constants` rows are filled once.
    """

    series: tuple[int, ...]
    operations: tuple[Operation, ...]
    columns: tuple[tuple[int, str, int], ...]
    constants: tuple[tuple[float, int], ...]
    probes: tuple[tuple[int, Kind, int], ...]
    output_widths: IntArray
    number_rows: int
    flag_rows: int
    wires: IntArray
    wire_at: IntArray
    params: FloatArray
    param_at: IntArray
    state_at: IntArray
    operation_series: IntArray
    operation_foreign: IntArray

    @cached_property
    def addresses(self) -> IntArray:
        """Where each operation's kernel lies; compiles those not compiled yet."""
        kernels = (operation.kernel for operation in self.operations)
        return np.array([EMIT if kernel is None else address(kernel) for kernel in kernels], np.int64)

    @property
    def n_outputs(self) -> int:
        """How many outputs report."""
        return len(self.output_widths)

    @property
    def state_size(self) -> int:
        """Floats of state all operations need together."""
        return int(self.state_at[-1])


def history_needed(node: Node, series: int) -> int:
    """Milliseconds of closed candles a node needs before it is first defined.

    >>> history_needed(Column("close"), 300_000)
    300000
    """
    if not isinstance(node, Apply):
        return series
    own, foreign = [series], [0]
    for letter, item in zip(node.kernel.inputs, node.inputs, strict=True):
        if letter in _FOREIGN and node.foreign is not None:
            foreign.append(history_needed(item, node.foreign))
        else:
            own.append(history_needed(item, series))
    params = (*node.params, float(series)) if node.kernel.timeframe else node.params
    return max(max(own) + node.kernel.warm_up(params) * series, *foreign)


@lru_cache(maxsize=65536)
def series_read(node: Node, series: int) -> frozenset[int]:
    """Every series a node reads when it is computed on `series`: timeframes in milliseconds, or FUNDING."""
    if not isinstance(node, Apply):
        return frozenset([series])
    found = {series}
    for letter, item in zip(node.kernel.inputs, node.inputs, strict=True):
        reads_foreign = letter in _FOREIGN and node.foreign is not None
        found |= series_read(item, node.foreign if reads_foreign and node.foreign is not None else series)
    return frozenset(found)


def make_plan(outputs: Sequence[Output], probes: Sequence[Probe] = ()) -> Plan:
    """The plan of all outputs and probes, sharing every sub-expression."""
    builder = _Builder()
    kept = tuple(builder.visit(probe.node, probe.series) for probe in probes)
    for number, output in enumerate(outputs):
        builder.emit(number, output)
    return _assemble(builder, outputs, tuple(zip(probes, kept, strict=True)))


class _Builder:
    """Collects operations; a slot is the place of one value before it is given a row."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.kinds: list[Kind] = []
        self.pinned: dict[tuple[int, Column] | Constant, int] = {}
        self._slots: dict[tuple[Node, int], int] = {}
        self._calls: dict[tuple[object, ...], tuple[int, ...]] = {}

    def visit(self, node: Node, series: int) -> int:
        """The slot of a node's value on a series."""
        key = (node, series)
        slot = self._slots.get(key)
        if slot is None:
            slot = self._slots[key] = self._new(node, series)
        return slot

    def _new(self, node: Node, series: int) -> int:
        match node:
            case Column():
                return self._pin((series, node))
            case Constant():
                return self._pin(node)
            case Apply():
                return self._apply(node, series)[node.output]

    def _pin(self, key: tuple[int, Column] | Constant) -> int:
        if key not in self.pinned:
            self.pinned[key] = self._slot(Kind.NUMBER)
        return self.pinned[key]

    def _slot(self, kind: Kind) -> int:
        self.kinds.append(kind)
        return len(self.kinds) - 1

    def _apply(self, node: Apply, series: int) -> tuple[int, ...]:
        kernel = node.kernel
        foreign = series if node.foreign is None else node.foreign
        inputs = tuple(
            self.visit(item, foreign if letter in _FOREIGN else series)
            for letter, item in zip(kernel.inputs, node.inputs, strict=True)
        )
        params = (*node.params, float(series)) if kernel.timeframe else node.params
        key = (kernel, inputs, params, series, foreign)
        if key not in self._calls:
            outputs = tuple(self._slot(Kind.CONDITION if letter == "c" else Kind.NUMBER) for letter in kernel.outputs)
            self.operations.append(Operation(kernel, series, foreign, inputs, outputs, params))
            self._calls[key] = outputs
        return self._calls[key]

    def emit(self, number: int, output: Output) -> None:
        """An operation that reports where one of the output's conditions is true, with its values."""
        nodes = (output.condition, *output.others, *output.values)
        inputs = tuple(self.visit(node, output.series) for node in nodes)
        params = (float(number), 1.0 + len(output.others))
        self.operations.append(Operation(None, output.series, output.series, inputs, (), params))


def _merged(operations: Sequence[Operation], pinned: Iterable[int]) -> list[Operation]:
    """The operations in an order by depth, with the calls of lane kernels that share a depth merged.

    The depth of an operation is the number of lane kernels on the longest way to it: calls of equal depth cannot
    depend on one another. Within a depth the lane kernels come first, then the rest in their old order.
    """
    depth_of = dict.fromkeys(pinned, 0)
    stages: dict[int, list[Operation]] = {}
    lanes: dict[tuple[int, Kernel, int], list[Operation]] = {}
    for operation in operations:
        depth = max(map(depth_of.__getitem__, operation.inputs), default=0)
        kernel = operation.kernel
        if kernel is not None and kernel.lanes:
            depth += 1
            lanes.setdefault((depth, kernel, operation.series), []).append(operation)
        else:
            stages.setdefault(depth, []).append(operation)
        depth_of.update(dict.fromkeys(operation.outputs, depth))
    for (depth, _, _), calls in reversed(lanes.items()):
        stages.setdefault(depth, []).insert(0, _joined(calls))
    return [operation for depth in sorted(stages) for operation in stages[depth]]


def _joined(calls: Sequence[Operation]) -> Operation:
    if len(calls) == 1:
        return calls[0]
    return calls[0]._replace(
        inputs=tuple(slot for call in calls for slot in call.inputs),
        outputs=tuple(slot for call in calls for slot in call.outputs),
        params=tuple(value for call in calls for value in call.params),
    )


class _Rows:
    """Gives slots their rows; number rows and condition rows are numbered apart."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = kinds
        self._free: dict[Kind, list[int]] = {Kind.NUMBER: [], Kind.CONDITION: []}
        self.used: dict[Kind, int] = {Kind.NUMBER: 0, Kind.CONDITION: 0}
        self.row: dict[int, int] = {}

    def take(self, slot: int) -> None:
        kind = self._kinds[slot]
        if self._free[kind]:
            self.row[slot] = self._free[kind].pop()
        else:
            self.row[slot] = self.used[kind]
            self.used[kind] += 1

    def release(self, slots: Iterable[int]) -> None:
        for slot in slots:
            self._free[self._kinds[slot]].append(self.row[slot])


def _last_readers(operations: Sequence[Operation], kept: frozenset[int]) -> list[list[int]]:
    """For each operation the slots no later one reads (its own unread outputs among them)."""
    last: dict[int, int] = {}
    for number, operation in enumerate(operations):
        for slot in (*operation.inputs, *operation.outputs):
            last[slot] = number
    freed: list[list[int]] = [[] for _ in operations]
    for slot, number in last.items():
        if slot not in kept:
            freed[number].append(slot)
    return freed


def _assign(builder: _Builder, operations: Sequence[Operation], kept: frozenset[int]) -> _Rows:
    rows = _Rows(builder.kinds)
    for slot in builder.pinned.values():
        rows.take(slot)
    freed = _last_readers(operations, kept | frozenset(builder.pinned.values()))
    for operation, done in zip(operations, freed, strict=True):
        for slot in operation.outputs:
            rows.take(slot)
        rows.release(done)
    return rows


def _offsets(lengths: Iterable[int]) -> IntArray:
    return np.array(list(accumulate(lengths, initial=0)), np.int64)


def _assemble(builder: _Builder, outputs: Sequence[Output], probes: tuple[tuple[Probe, int], ...]) -> Plan:
    operations = tuple(_merged(builder.operations, builder.pinned.values()))
    rows = _assign(builder, operations, frozenset(slot for _, slot in probes))
    in_use = {key[0] for key in builder.pinned if isinstance(key, tuple)}
    in_use |= {operation.series for operation in operations} | {probe.series for probe, _ in probes}
    series = tuple(sorted(in_use))
    number = {length: i for i, length in enumerate(series)}
    wires = [[rows.row[slot] for slot in (*operation.inputs, *operation.outputs)] for operation in operations]
    states = [o.kernel.state_size(o.params) if o.kernel is not None else 0 for o in operations]
    pinned = builder.pinned.items()
    return Plan(
        series=series,
        operations=operations,
        columns=tuple((number[key[0]], key[1].name, rows.row[s]) for key, s in pinned if isinstance(key, tuple)),
        constants=tuple((key.value, rows.row[slot]) for key, slot in pinned if isinstance(key, Constant)),
        probes=tuple((number[probe.series], builder.kinds[slot], rows.row[slot]) for probe, slot in probes),
        output_widths=np.array([len(output.values) for output in outputs], np.int64),
        number_rows=max(1, rows.used[Kind.NUMBER]),
        flag_rows=max(1, rows.used[Kind.CONDITION]),
        wires=np.array([row for wire in wires for row in wire], np.int64),
        wire_at=_offsets(len(wire) for wire in wires),
        params=np.array([value for operation in operations for value in operation.params], np.float64),
        param_at=_offsets(len(operation.params) for operation in operations),
        state_at=_offsets(states),
        operation_series=np.array([number[operation.series] for operation in operations], np.int64),
        operation_foreign=np.array([number[operation.foreign] for operation in operations], np.int64),
    )


__all__ = ["FUNDING", "Output", "Plan", "Probe", "history_needed", "make_plan"]
