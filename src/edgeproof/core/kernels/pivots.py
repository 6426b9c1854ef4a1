"""Kernels that find turning points, and the extremes between them."""

import math

from edgeproof.core.kernels.abi import FALSE, TRUE, UNDEFINED, FlagArray, FloatArray, IntArray, Params, kernel


def _pivot_window(params: Params) -> int:
    return int(params[0] + params[1])


@kernel(inputs="n", outputs="c", state=lambda params: _pivot_window(params) + 3, warm_up=_pivot_window)
def pivot(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """True on the candle that confirms a pivot `right` candles earlier; params left, right, sign.

    With sign 1 the pivot is strictly above the `left` values before it and not below the `right` values after it, so
    that the first of equal tops is the pivot; sign -1 mirrors it. A NaN among those values: undefined.
    Neighbours are compared first: only true pivots pay for the whole window.
    State: candles in a row without NaN, place in the ring, ring.
    """
    x, out = numbers[wires[0]], flags[wires[1]]
    left, right, sign = int(params[0]), int(params[1]), params[2]
    size = left + right + 1
    ring = state[2:]
    known, place = int(state[0]), int(state[1])
    for i in range(n):
        ring[place] = sign * x[i]
        known = 0 if math.isnan(x[i]) else min(known + 1, size)
        centre = place - right if place >= right else place - right + size
        place = place + 1 if place + 1 < size else 0
        if known < size:
            out[i] = UNDEFINED
            continue
        top = ring[centre]
        is_pivot = True
        j = centre
        for _ in range(left):
            j = j - 1 if j > 0 else size - 1
            if ring[j] >= top:
                is_pivot = False
                break
        if is_pivot:
            j = centre
            for _ in range(right):
                j = j + 1 if j + 1 < size else 0
                if ring[j] > top:
                    is_pivot = False
                    break
        out[i] = TRUE if is_pivot else FALSE
    state[0], state[1] = known, place


@kernel(inputs="cnnn", outputs="n", state=lambda params: int(params[0]) + 4)
def extreme_between(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Where the condition is true, the highest x between two ages (candles ago); kept until it is true again.

    Inputs: condition, x, older age, younger age (both ends included). Params: limit, sign (-1: the lowest). NaN
    while an age is not defined, is `limit` or more, or reaches before the first candle, and where x in between is NaN.
    State: candles seen, place in the ring, 1 once there was one, the extreme, ring.
    """
    condition, x, out = flags[wires[0]], numbers[wires[1]], numbers[wires[4]]
    older, younger = numbers[wires[2]], numbers[wires[3]]
    size, sign = int(params[0]), params[1]
    ring = state[4:]
    seen, place = state[0], int(state[1])
    kept = state[3] if state[2] > 0.0 else math.nan
    for i in range(n):
        ring[place] = sign * x[i]
        seen = min(seen + 1.0, params[0])
        if condition[i] == TRUE:
            kept = math.nan
            if older[i] < seen and younger[i] >= 0.0:
                first, last = int(older[i]), int(younger[i])
                top = -math.inf
                for age in range(last, first + 1):
                    value = ring[(place - age) % size]
                    top = value if value > top or math.isnan(value) else top
                    if math.isnan(value):
                        break
                kept = sign * top
        out[i] = kept
        place = place + 1 if place + 1 < size else 0
    state[0], state[1], state[2], state[3] = seen, place, 1.0, kept
