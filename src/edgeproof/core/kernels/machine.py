"""One compiled loop that runs a whole plan over a block of candles.

The plan is a list of operations in an order in which every input is ready. Each names a kernel by its address, the
rows it reads and writes, its parameters and its piece of the state. Calling by address keeps the loop independent of
the kernels: adding one recompiles nothing else, and an operation costs about 15 ns above the kernel's own work.
"""

from typing import Any

from numba import types
from numba.core import cgutils

from edgeproof.core.kernels.abi import ARGUMENTS, FlagArray, FloatArray, IntArray
from edgeproof.core.kernels.compiled import bare, compiled, instruction
from edgeproof.core.kernels.events import MarkArray, emit

EMIT = 0
"""The address that stands for: append the candles on which a condition is true to the events.

Params: number of the output, how many of the wires are conditions; the others are values.
"""


@instruction
def call(  # noqa: PLR0913, PLR0917 - the seven arguments of every kernel
    typing_context: Any,
    address: Any,
    numbers: Any,
    flags: Any,
    n: Any,
    m: Any,
    wires: Any,
    params: Any,
    state: Any,
) -> Any:
    """Call the void kernel at an address, by numba's own calling convention (kernels raise nothing)."""

    def generate(context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        convention = context.call_conv
        function_type = convention.get_function_type(types.void, ARGUMENTS)
        pointer = builder.inttoptr(args[0], function_type.as_pointer())
        build: Any = cgutils
        slots = [build.alloca_once(builder, argument.pointee) for argument in function_type.args[:2]]
        for slot in slots:
            builder.store(build.get_null_value(slot.type.pointee), slot)
        packed = convention._get_arg_packer(ARGUMENTS).as_arguments(builder, args[1:])  # noqa: SLF001
        builder.call(pointer, [*slots, *packed])
        return context.get_dummy_value()

    return types.void(types.int64, *ARGUMENTS), generate


@instruction
def _copy(typing_context: Any, source: Any, row: Any, n: Any) -> Any:
    """Copy n float64 from an address into the front of a row."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        target = context.make_array(signature.args[1])(context, builder, args[1]).data
        begin = builder.inttoptr(args[0], target.type)
        cgutils.raw_memcpy(builder, target, begin, args[2], 8)  # type: ignore[no-untyped-call]
        return context.get_dummy_value()

    return types.void(types.int64, row, types.int64), generate


@instruction
def part_of(typing_context: Any, array: Any, begin: Any, end: Any) -> Any:
    """array[begin:end] of one dimension, without looking whether that lies within it."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        kind = signature.args[0]
        whole = context.make_array(kind)(context, builder, args[0])
        part = context.make_array(kind)(context, builder)
        context.populate_array(
            part,
            data=builder.gep(whole.data, [args[1]]),
            shape=[builder.sub(args[2], args[1])],
            strides=[whole.itemsize],
            itemsize=whole.itemsize,
            meminfo=None,
        )
        return part._getvalue()  # noqa: SLF001

    return array(array, types.int64, types.int64), generate


@compiled
def place_of(array: Any) -> int:  # noqa: ANN401 - of any type
    """The address of an array's first element, without the objects that its attribute `ctypes` makes in Python."""
    place: int = array.ctypes.data
    return place


@bare
def run(
    first: int,
    addresses: IntArray,
    series: IntArray,
    foreign: IntArray,
    wires: IntArray,
    wire_at: IntArray,
    params: FloatArray,
    param_at: IntArray,
    state: FloatArray,
    state_at: IntArray,
    numbers: FloatArray,
    flags: FlagArray,
    lengths: IntArray,
    offsets: IntArray,
    marks: MarkArray,
    values: FloatArray,
    cursor: IntArray,
) -> int:
    """Run the operations from `first` on over one block; the number of those done.

    Fewer than all are done only when `marks` are full: call again with others, and `first` set to the answer.

    Parameters
    ----------
    series, foreign : int64 (n_operations,)
        Which length of `lengths` counts an operation's own candles and those of the series it reads.
    offsets : int64 (n_series,)
        Index, in its series, of the first candle of the block.
    marks, values, cursor
        The events, as `events.emit` appends them.
    """
    for k in range(first, addresses.shape[0]):
        n = lengths[series[k]]
        wire = wires[wire_at[k] : wire_at[k + 1]]
        if addresses[k] == EMIT:
            if cursor[0] + n >= marks.shape[0]:
                return k
            output, conditions = int(params[param_at[k]]), int(params[param_at[k] + 1])
            emit(
                numbers, flags, n, wire[:conditions], wire[conditions:], output, offsets[series[k]], marks, values,
                cursor,
            )  # fmt: skip
            continue
        m = lengths[foreign[k]]
        if n == 0 and m == 0:
            continue
        call(
            addresses[k],
            numbers,
            flags,
            n,
            m,
            wire,
            params[param_at[k] : param_at[k + 1]],
            state[state_at[k] : state_at[k + 1]],
        )
    done: int = addresses.shape[0]
    return done


@bare
def run_blocks(
    at: IntArray,
    ends: IntArray,
    sources: IntArray,
    source_series: IntArray,
    source_rows: IntArray,
    addresses: IntArray,
    series: IntArray,
    foreign: IntArray,
    wires: IntArray,
    wire_at: IntArray,
    params: FloatArray,
    param_at: IntArray,
    state: FloatArray,
    state_at: IntArray,
    numbers: FloatArray,
    flags: Any,  # noqa: ANN401
    lengths: IntArray,
    offsets: IntArray,
    marks: MarkArray,
    values: FloatArray,
    cursor: IntArray,
) -> bool:
    """Load and `run` many blocks of whole history; true when all are done.

    False only when `marks` are full: call again with others and the same `at`, which says how far it has come.

    Parameters
    ----------
    at : int64 (2,)
        The block, and the operation in it, to go on with.
    ends : int64 (n_blocks, n_series)
        Where each block ends in each series; it begins at `offsets`, which move along.
    sources, source_series, source_rows : int64 (n_columns,)
        Address of the first float64 of a column, its series, and the number row it is loaded into.
    """
    while at[0] < ends.shape[0]:
        if at[1] == 0:
            for each in range(lengths.shape[0]):
                lengths[each] = ends[at[0], each] - offsets[each]
            for column in range(sources.shape[0]):
                own = source_series[column]
                begin = sources[column] + 8 * offsets[own]
                _copy(begin, numbers[source_rows[column]], lengths[own])
        at[1] = run(
            at[1], addresses, series, foreign, wires, wire_at, params, param_at, state, state_at, numbers, flags,
            lengths, offsets, marks, values, cursor,
        )  # fmt: skip
        if at[1] < addresses.shape[0]:
            return False
        at[0] += 1
        at[1] = 0
        offsets += lengths
    return True
