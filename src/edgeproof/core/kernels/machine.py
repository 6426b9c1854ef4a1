"""One compiled loop that runs a whole plan over a block of candles.

The plan is a list of operations in an order in which every input is ready. Each names a kernel by its address, the
rows it reads and writes, its parameters and its piece of the state. Calling by address keeps the loop independent of
the kernels: adding one recompiles nothing else, and an operation costs about 15 ns above the kernel's own work.
"""

from typing import Any

import numpy as np
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from edgeproof.core.kernels.abi import ARGUMENTS, FlagArray, FloatArray, IntArray

EMIT = 0
"""The address that stands for: append the candles on which the condition is true to the events."""


# Eight flags in a word: TRUE is 2, the second bit of each byte.
_ALL_TRUE, _NONE, _ONE, _THREE = np.uint64(0x0202020202020202), np.uint64(0), np.uint64(1), np.uint64(3)


@intrinsic  # type: ignore[misc, unused-ignore]
def _call(  # noqa: PLR0913, PLR0917 - the seven arguments of every kernel
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


@intrinsic  # type: ignore[misc, unused-ignore]
def _copy(typing_context: Any, source: Any, row: Any, n: Any) -> Any:
    """Copy n float64 from an address into the front of a row."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        target = context.make_array(signature.args[1])(context, builder, args[1]).data
        begin = builder.inttoptr(args[0], target.type)
        cgutils.raw_memcpy(builder, target, begin, args[2], 8)  # type: ignore[no-untyped-call]
        return context.get_dummy_value()

    return types.void(types.int64, row, types.int64), generate


@intrinsic  # type: ignore[misc, unused-ignore]
def _trailing_zeros(typing_context: Any, word: Any) -> Any:
    """How many zero bits stand below the lowest set one (the word is not 0)."""

    def generate(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:  # noqa: ANN401
        return builder.cttz(args[0], cgutils.true_bit)

    return types.uint64(types.uint64), generate


@njit(cache=True, nogil=True, error_model="numpy")
def _emit(
    numbers: FloatArray,
    flags: FlagArray,
    n: int,
    wires: IntArray,
    output: float,
    offset: int,
    events: FloatArray,
    cursor: int,
) -> int:
    # Eight flags are looked at as one word, eight words at once: most hold nothing. Rows are whole words long, but what
    # stands after the n-th candle is of an earlier block.
    words = flags[wires[0]].view(np.uint64)
    n_words = (n + 7) >> 3
    word = 0
    while word < n_words:
        if (
            word + 8 <= n_words
            and not (
                (words[word] | words[word + 1] | words[word + 2] | words[word + 3])
                | (words[word + 4] | words[word + 5] | words[word + 6] | words[word + 7])
            )
            & _ALL_TRUE
        ):
            word += 8
            continue
        left: Any = words[word] & _ALL_TRUE
        while left != _NONE:
            # numba itself passes the typing context.
            zeros: Any = _trailing_zeros(left)  # type: ignore[call-arg]
            i = (word << 3) + np.int64(zeros >> _THREE)  # type: ignore[unreachable]
            left &= left - _ONE
            if i >= n:
                break
            events[cursor, 0] = output
            events[cursor, 1] = offset + i
            for j in range(1, wires.shape[0]):
                events[cursor, j + 1] = numbers[wires[j], i]
            cursor += 1
        word += 1
    return cursor


@njit(cache=True, nogil=True, error_model="numpy")
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
    events: FloatArray,
    cursor: IntArray,
) -> int:
    """Run the operations from `first` on over one block; the number of those done.

    Fewer than all are done only when `events` is full: call again with another, and `first` set to the answer.

    Parameters
    ----------
    series, foreign : int64 (n_operations,)
        Which length of `lengths` counts an operation's own candles and those of the series it reads.
    offsets : int64 (n_series,)
        Index, in its series, of the first candle of the block.
    events : float64 (capacity, width)
        Output number, candle index, values; `cursor[0]` rows are in use.
    """
    for k in range(first, addresses.shape[0]):
        n = lengths[series[k]]
        wire = wires[wire_at[k] : wire_at[k + 1]]
        if addresses[k] == EMIT:
            if cursor[0] + n > events.shape[0]:
                return k
            output = params[param_at[k]]
            cursor[0] = _emit(numbers, flags, n, wire, output, offsets[series[k]], events, cursor[0])
            continue
        m = lengths[foreign[k]]
        if n == 0 and m == 0:
            continue
        _call(  # type: ignore[call-arg]  # numba itself passes the typing context
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


@njit(cache=True, nogil=True, error_model="numpy")
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
    events: FloatArray,
    cursor: IntArray,
) -> bool:
    """Load and `run` many blocks of whole history; true when all are done.

    False only when `events` is full: call again with another and the same `at`, which says how far it has come.

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
                _copy(begin, numbers[source_rows[column]], lengths[own])  # type: ignore[call-arg]
        at[1] = run(
            at[1], addresses, series, foreign, wires, wire_at, params, param_at, state, state_at, numbers, flags,
            lengths, offsets, events, cursor,
        )  # fmt: skip
        if at[1] < addresses.shape[0]:
            return False
        at[0] += 1
        at[1] = 0
        offsets += lengths
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def count_events(events: FloatArray, counts: IntArray) -> None:
    """Add to `counts` (n_outputs,) how many rows of `events` each output has."""
    for row in range(events.shape[0]):
        counts[int(events[row, 0])] += 1


@njit(cache=True, nogil=True, error_model="numpy")
def place_events(events: FloatArray, widths: IntArray, places: IntArray, index: IntArray, values: FloatArray) -> None:
    """Copy each row of `events` to its output's next place in `index` (n,) and `values` (n, width), moving it on.

    `widths` (n_outputs,) says how many values each output has; what stands behind them is left as it is.
    """
    for row in range(events.shape[0]):
        output = int(events[row, 0])
        at = places[output]
        places[output] = at + 1
        index[at] = int(events[row, 1])
        for column in range(widths[output]):
            values[at, column] = events[row, column + 2]
