"""What a kernel is: one compiled function over rows, with a state it reads and updates.

A batch run is one call over many candles with a zeroed state; a live update is the same call over one candle with
the state kept. Whatever the cut points, the bits are the same: a kernel may depend on the state and on the candles in
their order, never on how many arrive in one call.

Every kernel has the same signature, so that one compiled loop can call any of them by address:

    kernel(numbers, flags, n, m, wires, params, state)

    numbers  float64 (rows, capacity)  number rows; NaN = not defined
    flags    uint8 (rows, capacity)    condition rows: FALSE, UNDEFINED, TRUE
    n        candles in this call: fill out[0:n]
    m        length of the foreign series (only kernels that read another timeframe or funding use it)
    wires    row of each input, then row of each output
    params   float64 parameters, in the declared order (kernels with `timeframe=True` find its milliseconds last)
    state    float64, zero at the start, `state_size(params)` long
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
FlagArray = NDArray[np.uint8]

FALSE, UNDEFINED, TRUE = 0, 1, 2
"""Kleene's three values, ordered so that `and` is min, `or` is max and `not x` is 2 - x."""

_NUMBERS = types.Array(types.float64, 2, "C")
_FLAGS = types.Array(types.uint8, 2, "C")
_WIRES = types.Array(types.int64, 1, "C")
_FLOATS = types.Array(types.float64, 1, "C")
ARGUMENTS = (_NUMBERS, _FLAGS, types.int64, types.int64, _WIRES, _FLOATS, _FLOATS)

Params = tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Kernel:
    """A kernel and what the plan must know of it.

    `inputs` and `outputs` are one letter a row: "n" number, "c" condition, "f" a number row of the foreign series.
    `warm_up(params)` is the number of candles after the inputs are defined before the outputs are. Calls of a kernel
    with `lanes` may be merged into one by joining their inputs, outputs, params and states: it works on as many lanes
    as it finds.
    """

    name: str
    function: Callable[..., None]
    inputs: str
    outputs: str
    state_size: Callable[[Params], int]
    warm_up: Callable[[Params], int]
    timeframe: bool = False
    lanes: bool = False


def _nothing(_params: Params) -> int:
    return 0


def kernel(
    *,
    inputs: str,
    outputs: str,
    state: Callable[[Params], int] = _nothing,
    warm_up: Callable[[Params], int] = _nothing,
    timeframe: bool = False,
    lanes: bool = False,
) -> Callable[[Callable[..., None]], Kernel]:
    """Declare the decorated function a kernel; it is compiled when it is first needed."""

    def declare(function: Callable[..., None]) -> Kernel:
        return Kernel(function.__name__, function, inputs, outputs, state, warm_up, timeframe, lanes)

    return declare


helper = njit(nogil=True, error_model="numpy", inline="never")
"""For functions that kernels of the same file share."""


@cache
def compiled(kernel: Kernel) -> Any:  # noqa: ANN401 - numba's dispatcher has no public type
    """The kernel's dispatcher, compiled for the one signature (from the cache on disk when it is there)."""
    dispatcher = njit(cache=True, nogil=True, error_model="numpy")(kernel.function)
    dispatcher.compile(types.void(*ARGUMENTS))
    return dispatcher


@cache
def address(kernel: Kernel) -> int:
    """Where the compiled kernel lies in memory, for `machine.run`."""
    result = compiled(kernel).overloads[ARGUMENTS]
    return int(result.library.get_pointer_to_function(result.fndesc.mangled_name))
