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

from edgeproof.core.kernels.abi import ARGUMENTS, TRUE, FlagArray, FloatArray, IntArray

EMIT = 0
"""The address that stands for: append the candles on which the condition is true to the events."""


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
    words = flags[wires[0]].view(np.uint64)
    flag = flags[wires[0]]
    for word in range((n + 7) // 8):
        if words[word] == 0:
            continue
        for i in range(word * 8, min(n, word * 8 + 8)):
            if flag[i] == TRUE:
                events[cursor, 0] = output
                events[cursor, 1] = offset + i
                for j in range(1, wires.shape[0]):
                    events[cursor, j + 1] = numbers[wires[j], i]
                cursor += 1
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

    Fewer than all are done only when `events` is too small: grow it and call again with `first` set to the answer.

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
