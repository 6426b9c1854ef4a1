"""Kernels over the last `params[0]` candles: sum, mean, variance, extremes.

All work in blocks of the window's size: a window is the end of the block before (its suffixes are precomputed when the
block closes) and the beginning of the current one (a running prefix). That costs O(1) a candle however long the window
is, nothing is ever subtracted, so that errors do not add up, and a NaN is forgotten with the window it was in.
`block[k]` holds the suffix of the block before until its place is taken by a value of the current one.
"""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, Params, kernel


def _filled(params: Params) -> int:
    return int(params[0]) - 1


@kernel(inputs="n", outputs="n", state=lambda params: int(params[0]) + 4, warm_up=_filled)
def total(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The sum of the last `params[0]` values; NaN while one of them is.

    State: started, place in the block, prefix, block and a closing 0.
    """
    x, out = numbers[wires[0]], numbers[wires[1]]
    size = int(params[0])
    block = state[3:]
    if state[0] == 0.0:
        state[0] = 1.0
        block[:size] = math.nan
    place, prefix = int(state[1]), state[2]
    i = 0
    while i < n:
        end = min(n, i + size - place)
        shift = place - i
        for j in range(i, end):
            value = x[j]
            block[j + shift] = value
            prefix += value
            out[j] = prefix + block[j + shift + 1]
        place, i = end + shift, end
        if place == size:
            suffix = 0.0
            for k in range(size - 1, -1, -1):
                suffix += block[k]
                block[k] = suffix
            place, prefix = 0, 0.0
    state[1], state[2] = place, prefix


@kernel(inputs="n", outputs="n", state=lambda params: int(params[0]) + 6, warm_up=_filled)
def mean(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The mean of the last `params[0]` values; exactly their value when all are equal, NaN while one is NaN.

    State: started, place in the block, prefix, last value, equal values in a row, block and a closing 0.
    """
    x, out = numbers[wires[0]], numbers[wires[1]]
    size = int(params[0])
    block = state[5:]
    if state[0] == 0.0:
        state[0] = 1.0
        block[:size] = math.nan
    place, prefix, last, run = int(state[1]), state[2], state[3], int(state[4])
    i = 0
    while i < n:
        end = min(n, i + size - place)
        shift = place - i
        for j in range(i, end):
            value = x[j]
            run = run + 1 if value == last else 1
            last = value
            block[j + shift] = value
            prefix += value
            out[j] = (prefix + block[j + shift + 1]) / size if run < size else value
        place, i = end + shift, end
        if place == size:
            suffix = 0.0
            for k in range(size - 1, -1, -1):
                suffix += block[k]
                block[k] = suffix
            place, prefix = 0, 0.0
    state[1], state[2], state[3], state[4] = place, prefix, last, run


@kernel(inputs="n", outputs="n", state=lambda params: 2 * int(params[0]) + 9, warm_up=_filled)
def variance(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The population variance of the last `params[0]` values; exactly 0 when all are equal, NaN while one is NaN.

    Sums are of distances from an anchor, the last value of the block before, so that little cancels.

    State: started (1) and anchored (2), place in the block, prefix of distances, of their squares, anchor, last
    value, equal values in a row, block and a closing 0, block of squares and a closing 0.
    """
    x, out = numbers[wires[0]], numbers[wires[1]]
    size = int(params[0])
    block, squares = state[7 : 8 + size], state[8 + size :]
    if state[0] == 0.0:
        state[0] = 1.0
        block[:size] = math.nan
    anchored = state[0] == 2.0
    place, prefix, square, anchor, last, run = int(state[1]), state[2], state[3], state[4], state[5], int(state[6])
    share = 1.0 / size
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
            block[j + shift] = value
            prefix += distance
            square += distance * distance
            d = prefix + block[j + shift + 1]
            spread = (square + squares[j + shift + 1] - d * d * share) * share
            out[j] = value - value if spread < 0.0 or run >= size else spread
        place, i = end + shift, end
        if place == size:
            if not math.isnan(value):
                anchor = value
            suffix, suffix_square = 0.0, 0.0
            for k in range(size - 1, -1, -1):
                distance = block[k] - anchor
                suffix += distance
                suffix_square += distance * distance
                block[k], squares[k] = suffix, suffix_square
            place, prefix, square = 0, 0.0, 0.0
    state[0] = 2.0 if anchored else 1.0
    state[1], state[2], state[3], state[4], state[5], state[6] = place, prefix, square, anchor, last, run


@kernel(inputs="n", outputs="n", state=lambda params: int(params[0]) + 5, warm_up=_filled)
def highest(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The highest of the last `params[0]` values; NaN while one of them is (van Herk's algorithm).

    State: started, place in the block, prefix, values since the last NaN, block and a closing -inf.
    """
    x, out = numbers[wires[0]], numbers[wires[1]]
    size = int(params[0])
    block = state[4:]
    if state[0] == 0.0:
        state[0] = 1.0
        state[2] = -math.inf
        block[size] = -math.inf
    place, prefix, seen = int(state[1]), state[2], int(state[3])
    i = 0
    while i < n:
        end = min(n, i + size - place)
        shift = place - i
        for j in range(i, end):
            value = x[j]
            seen += 1
            if math.isnan(value):
                value, seen = -math.inf, 0
            block[j + shift] = value
            prefix = value if value > prefix else prefix
            rest = block[j + shift + 1]
            best = rest if rest > prefix else prefix
            out[j] = best if seen >= size else math.nan
        place, i = end + shift, end
        if place == size:
            suffix = -math.inf
            for k in range(size - 1, -1, -1):
                suffix = block[k] if block[k] > suffix else suffix
                block[k] = suffix
            place, prefix = 0, -math.inf
    state[1], state[2], state[3] = place, prefix, seen


@kernel(inputs="n", outputs="n", state=lambda params: int(params[0]) + 5, warm_up=_filled)
def lowest(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The lowest of the last `params[0]` values; NaN while one of them is (van Herk's algorithm).

    State: started, place in the block, prefix, values since the last NaN, block and a closing inf.
    """
    x, out = numbers[wires[0]], numbers[wires[1]]
    size = int(params[0])
    block = state[4:]
    if state[0] == 0.0:
        state[0] = 1.0
        state[2] = math.inf
        block[size] = math.inf
    place, prefix, seen = int(state[1]), state[2], int(state[3])
    i = 0
    while i < n:
        end = min(n, i + size - place)
        shift = place - i
        for j in range(i, end):
            value = x[j]
            seen += 1
            if math.isnan(value):
                value, seen = math.inf, 0
            block[j + shift] = value
            prefix = value if value < prefix else prefix
            rest = block[j + shift + 1]
            best = rest if rest < prefix else prefix
            out[j] = best if seen >= size else math.nan
        place, i = end + shift, end
        if place == size:
            suffix = math.inf
            for k in range(size - 1, -1, -1):
                suffix = block[k] if block[k] < suffix else suffix
                block[k] = suffix
            place, prefix = 0, math.inf
    state[1], state[2], state[3] = place, prefix, seen
