"""Recursive kernels: each value comes from the one before.

A NaN input gives NaN at that candle and leaves the state as it was.
"""

import math

import numpy as np

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, Params, helper, kernel
from edgeproof.core.kernels.compiled import bare
from edgeproof.core.kernels.lanes import SQUARE, smooth_square

WIDE = 2 * SQUARE
"""Lanes smoothed together: the processor works on one half while it waits for the other."""


def _seeded_after(params: Params) -> int:
    return int(params[0]) - 1


@bare
def _smooth_plain(
    x: FloatArray, out: FloatArray, first: int, n: int, period: float, alpha: float, state: FloatArray
) -> None:
    # One lane with everything that can happen to it: seeding, NaN.
    keep = 1.0 - alpha
    seen, s = state[0], state[1]
    for i in range(first, n):
        value = x[i]
        if math.isnan(value):
            out[i] = math.nan
        elif seen >= period:
            s = keep * s + alpha * value
            out[i] = s
        else:
            seen += 1.0
            s += value
            out[i] = math.nan
            if seen == period:
                s /= period
                out[i] = s
    state[0], state[1] = seen, s


@helper
def _smooth_lane(
    x: FloatArray, out: FloatArray, first: int, n: int, period: float, alpha: float, state: FloatArray
) -> None:
    _smooth_plain(x, out, first, n, period, alpha, state)


@helper
def _smooth_four(
    numbers: FloatArray, n: int, inputs: IntArray, outputs: IntArray, params: FloatArray, state: FloatArray
) -> bool:
    # Four seeded lanes side by side: the processor works on one while it waits for another. False where a NaN came in.
    x0, x1, x2, x3 = numbers[inputs[0]], numbers[inputs[1]], numbers[inputs[2]], numbers[inputs[3]]
    y0, y1, y2, y3 = numbers[outputs[0]], numbers[outputs[1]], numbers[outputs[2]], numbers[outputs[3]]
    a0, a1, a2, a3 = params[1], params[3], params[5], params[7]
    k0, k1, k2, k3 = 1.0 - a0, 1.0 - a1, 1.0 - a2, 1.0 - a3
    s0, s1, s2, s3 = state[1], state[3], state[5], state[7]
    for i in range(n):
        s0 = k0 * s0 + a0 * x0[i]
        s1 = k1 * s1 + a1 * x1[i]
        s2 = k2 * s2 + a2 * x2[i]
        s3 = k3 * s3 + a3 * x3[i]
        y0[i] = s0
        y1[i] = s1
        y2[i] = s2
        y3[i] = s3
    if math.isnan(s0) or math.isnan(s1) or math.isnan(s2) or math.isnan(s3):
        return False
    state[1], state[3], state[5], state[7] = s0, s1, s2, s3
    return True


@helper
def _smooth_wide(
    numbers: FloatArray, n: int, inputs: IntArray, outputs: IntArray, params: FloatArray, state: FloatArray
) -> bool:
    # As `_smooth_four`, for up to WIDE lanes over whole squares of candles.
    lanes = len(inputs)
    groups = (lanes + SQUARE - 1) // SQUARE
    rows, table = np.empty((groups, 2, SQUARE), np.int64), np.empty((groups, 3, SQUARE))
    first, stride = numbers.ctypes.data, numbers.strides[0]
    for place in range(groups * SQUARE):
        # The last lane stands in where there is none: it writes the same again.
        lane = min(place, lanes - 1)
        group, at = place // SQUARE, place % SQUARE
        rows[group, 0, at], rows[group, 1, at] = first + stride * inputs[lane], first + stride * outputs[lane]
        alpha = params[2 * lane + 1]
        table[group, 0, at], table[group, 1, at], table[group, 2, at] = 1.0 - alpha, alpha, state[2 * lane + 1]
    for candle in range(0, n, SQUARE):
        for group in range(groups):
            smooth_square(rows, table, group, candle)
    for lane in range(lanes):
        if math.isnan(table[lane // SQUARE, 2, lane % SQUARE]):
            return False
    for lane in range(lanes):
        state[2 * lane + 1] = table[lane // SQUARE, 2, lane % SQUARE]
    return True


@helper
def _are_seeded(first: int, end: int, params: FloatArray, state: FloatArray) -> bool:
    for each in range(first, end):  # noqa: SIM110 - numba has no all()
        if state[2 * each] < params[2 * each]:
            return False
    return True


@bare
def smooth_once(numbers: FloatArray, wires: IntArray, params: FloatArray, state: FloatArray) -> None:
    """`smooth` on one candle: to look for lanes that can run side by side would take longer than to run them."""
    lanes = params.shape[0] // 2
    for each in range(lanes):
        x, out = numbers[wires[each]], numbers[wires[lanes + each]]
        _smooth_plain(x, out, 0, 1, params[2 * each], params[2 * each + 1], state[2 * each : 2 * each + 2])


@kernel(inputs="n", outputs="n", state=len, warm_up=_seeded_after, lanes=True)
def smooth(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """s = (1 - alpha) s + alpha x, seeded with the mean of the first `period` values; params period, alpha a lane.

    EMA is alpha = 2 / (period + 1), Wilder's smoothing (RMA) alpha = 1 / period; TA-Lib seeds both so.
    State a lane: values seen (up to period), sum of them or s.
    """
    if n == 1:
        smooth_once(numbers, wires, params, state)
        return
    lanes = params.shape[0] // 2
    whole = n - n % SQUARE
    lane = 0
    while lane < lanes:
        width = min(lanes - lane, WIDE)
        if width < SQUARE:
            width = 4 if width >= 4 else 1
        done = 0
        if width > 1 and _are_seeded(lane, lane + width, params, state):
            place = slice(2 * lane, 2 * (lane + width))
            inputs, outputs = wires[lane : lane + width], wires[lanes + lane : lanes + lane + width]
            if width == 4:
                done = n if _smooth_four(numbers, n, inputs, outputs, params[place], state[place]) else 0
            elif whole > 0:
                done = whole if _smooth_wide(numbers, whole, inputs, outputs, params[place], state[place]) else 0
        if done < n:
            for each in range(lane, lane + width):
                x, out = numbers[wires[each]], numbers[wires[lanes + each]]
                _smooth_lane(x, out, done, n, params[2 * each], params[2 * each + 1], state[2 * each : 2 * each + 2])
        lane += width
