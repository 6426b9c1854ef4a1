"""Kernels over the last `params[0]` values weighted by their place: weighted mean and regression line.

In blocks as in windows.py: the end of the block before is kept as suffixes, the current block as running prefixes.
With weights 1, 2, ... from the oldest, a suffix's weighted sum grows by its plain sum when it gets one value longer.
"""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, Params, kernel


def _filled(params: Params) -> int:
    return int(params[0]) - 1


def _two_blocks(params: Params) -> int:
    return 2 * int(params[0]) + 9


@kernel(inputs="n", outputs="n", state=_two_blocks, warm_up=_filled)
def weighted_mean(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The mean of the last `params[0]` values with weights 1, 2, ... from the oldest; NaN while one of them is.

    Exactly their value when all are equal. State: started, place in the block, prefix, weighted prefix, last value,
    equal values in a row, block and a closing 0, weighted suffixes and a closing 0.
    """
    x, out = numbers[wires[0]], numbers[wires[1]]
    size = int(params[0])
    block, weighted = state[6 : 7 + size], state[7 + size :]
    if state[0] == 0.0:
        state[0] = 1.0
        block[:size] = math.nan
        weighted[:size] = math.nan
    place, prefix, rising, last, run = int(state[1]), state[2], state[3], state[4], int(state[5])
    scale = 2.0 / (size * (size + 1.0))
    i = 0
    while i < n:
        end = min(n, i + size - place)
        shift = place - i
        for j in range(i, end):
            value = x[j]
            run = run + 1 if value == last else 1
            last = value
            behind = j + shift + 1
            block[behind - 1] = value
            prefix += value
            rising += behind * value
            out[j] = (weighted[behind] + (size - behind) * prefix + rising) * scale if run < size else value
        place, i = end + shift, end
        if place == size:
            suffix, ramp = 0.0, 0.0
            for k in range(size - 1, -1, -1):
                suffix += block[k]
                ramp += suffix
                weighted[k] = ramp
            place, prefix, rising = 0, 0.0, 0.0
    state[1], state[2], state[3], state[4], state[5] = place, prefix, rising, last, run


@kernel(inputs="n", outputs="nn", state=_two_blocks, warm_up=_filled)
def regression_line(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Least squares line through the last `params[0]` values: its value at the last of them and its slope a candle.

    Exactly their value and 0 when all are equal, NaN while one of them is. Sums are of distances from an anchor, the
    last value of the block before, so that little cancels.

    State: started (1) and anchored (2), place in the block, prefix, weighted prefix, last value, equal values in a
    row, anchor, block and a closing 0, weighted suffixes and a closing 0.
    """
    x, out, slopes = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    size = int(params[0])
    block, weighted = state[7 : 8 + size], state[8 + size :]
    if state[0] == 0.0:
        state[0] = 1.0
        block[:size] = math.nan
        weighted[:size] = math.nan
    place, prefix, rising, last, run = int(state[1]), state[2], state[3], state[4], int(state[5])
    anchored, anchor = state[0] == 2.0, state[6]
    middle = (size + 1.0) / 2.0
    scale = 12.0 / (size * (size * size - 1.0)) if size > 1 else 0.0
    i = 0
    while i < n:
        end = min(n, i + size - place)
        shift = place - i
        for j in range(i, end):
            value = x[j]
            run = run + 1 if value == last else 1
            last = value
            if not anchored and not math.isnan(value):
                anchored, anchor = True, value
            distance = value - anchor
            behind = j + shift + 1
            block[behind - 1] = value
            prefix += distance
            rising += behind * distance
            plain = block[behind] + prefix
            slope = (weighted[behind] + (size - behind) * prefix + rising - middle * plain) * scale
            slopes[j] = slope if run < size else value - value
            out[j] = anchor + plain / size + slope * (size - middle) if run < size else value
        place, i = end + shift, end
        if place == size:
            if not math.isnan(value):
                anchor = value
            suffix, ramp = 0.0, 0.0
            for k in range(size - 1, -1, -1):
                suffix += block[k] - anchor
                ramp += suffix
                block[k], weighted[k] = suffix, ramp
            place, prefix, rising = 0, 0.0, 0.0
    state[1], state[2], state[3], state[4], state[5] = place, prefix, rising, last, run
    state[0], state[6] = 2.0 if anchored else 1.0, anchor
