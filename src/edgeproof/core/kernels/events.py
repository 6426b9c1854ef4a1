"""Where conditions hold: out of rows of flags into lists of candles, one list for each output of a plan.

1. `emit` appends the candles of a block on which a condition is TRUE to the events, output after output.
2. `place_events` sorts the events of many blocks by output, each in order of time.
"""

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray
from edgeproof.core.kernels.bits import GROUP, trailing_zeros, true_bits
from edgeproof.core.kernels.compiled import bare

MarkArray = NDArray[np.uint64]
"""Events, a word each: the number of the output in the upper half, the index of the candle in its series below."""


def row_of_flags(n: int) -> int:
    """The length of a row for n flags: whole groups, and an odd number: rows 2 KB apart would share lines of a cache.

    >>> row_of_flags(2000), row_of_flags(1)
    (2112, 64)
    """
    return (-(-n // GROUP) | 1) * GROUP


# Unsigned throughout: for a signed index numba asks whether it counts from the end.
_NONE, _ONE, _HALF, _INDEX = np.uint64(0), np.uint64(1), np.uint64(32), np.uint64(2**32 - 1)


@bare
def emit(
    numbers: FloatArray,
    flags: FlagArray,
    n: int,
    conditions: IntArray,
    reported: IntArray,
    output: int,
    offset: int,
    marks: MarkArray,
    values: FloatArray,
    cursor: IntArray,
) -> None:
    """Append to `marks` where one of the conditions is TRUE, and to `values` what the reported rows hold there.

    `cursor` (2 + n_outputs,) says how much of `marks` and `values` is in use, then how many marks each output has had.
    There must be room for n + 1 marks.
    """
    begin = end = np.uint64(cursor[0])
    mark = np.uint64(output) << _HALF | np.uint64(offset)
    for first in range(0, n, GROUP):
        left = true_bits(flags[conditions[0]], first)
        for j in range(1, conditions.shape[0]):
            left |= true_bits(flags[conditions[j]], first)
        if first + GROUP > n:
            # What stands after the n-th candle is of an earlier block.
            left &= (_ONE << np.uint64(n - first)) - _ONE
        # Most groups hold one event or none, in no order a processor could guess: the first mark is written in any
        # case and counted if it is one.
        more = True
        while more:
            marks[end] = mark + np.uint64(first) + trailing_zeros(left)
            end += np.uint64(left != _NONE)
            left &= left - _ONE
            more = left != _NONE
    cursor[0] = end
    cursor[2 + output] += np.int64(end - begin)
    at = cursor[1]
    if reported.shape[0] > 0:
        for event in range(begin, end):
            i = np.int64(marks[event] & _INDEX) - offset
            for j in range(reported.shape[0]):
                values[at] = numbers[reported[j], i]
                at += 1
    cursor[1] = at


@bare
def place_events(
    marks: MarkArray,
    values: FloatArray,
    widths: IntArray,
    places: IntArray,
    value_places: IntArray,
    index: IntArray,
    placed: FloatArray,
) -> None:
    """Copy events to their output's next place in `index` (n,), and its next in `placed` (n_values,), moving both on.

    `widths` (n_outputs,) says how many values each output has.
    """
    event = read = 0
    n = marks.shape[0]
    while event < n:
        # An output reports all it has of a block in a row.
        output = marks[event] >> _HALF
        at, value_at = places[output], value_places[output]
        while event < n and marks[event] >> _HALF == output:
            index[at] = marks[event] & _INDEX
            at += 1
            event += 1
        n_values = (at - places[output]) * widths[output]
        for k in range(n_values):
            placed[value_at + k] = values[read + k]
        read += n_values
        places[output], value_places[output] = at, value_at + n_values
