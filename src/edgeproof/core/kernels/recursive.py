"""Recursive kernels: each value comes from the one before.

A NaN input gives NaN at that candle and leaves the state as it was.
"""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, Params, helper, kernel


def _seeded_after(params: Params) -> int:
    return int(params[0]) - 1


@helper
def _smooth_lane(x: FloatArray, out: FloatArray, n: int, period: float, alpha: float, state: FloatArray) -> None:
    # One lane with everything that can happen to it: seeding, NaN.
    keep = 1.0 - alpha
    seen, s = state[0], state[1]
    for i in range(n):
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
def _smooth_eight(
    numbers: FloatArray, n: int, inputs: IntArray, outputs: IntArray, params: FloatArray, state: FloatArray
) -> bool:
    # As `_smooth_four`, for eight: written out, because the values must stay in registers.
    x0, x1, x2, x3 = numbers[inputs[0]], numbers[inputs[1]], numbers[inputs[2]], numbers[inputs[3]]
    x4, x5, x6, x7 = numbers[inputs[4]], numbers[inputs[5]], numbers[inputs[6]], numbers[inputs[7]]
    y0, y1, y2, y3 = numbers[outputs[0]], numbers[outputs[1]], numbers[outputs[2]], numbers[outputs[3]]
    y4, y5, y6, y7 = numbers[outputs[4]], numbers[outputs[5]], numbers[outputs[6]], numbers[outputs[7]]
    a0, a1, a2, a3 = params[1], params[3], params[5], params[7]
    k0, k1, k2, k3 = 1.0 - a0, 1.0 - a1, 1.0 - a2, 1.0 - a3
    s0, s1, s2, s3 = state[1], state[3], state[5], state[7]
    a4, a5, a6, a7 = params[9], params[11], params[13], params[15]
    k4, k5, k6, k7 = 1.0 - a4, 1.0 - a5, 1.0 - a6, 1.0 - a7
    s4, s5, s6, s7 = state[9], state[11], state[13], state[15]
    for i in range(n):
        s0 = k0 * s0 + a0 * x0[i]
        s1 = k1 * s1 + a1 * x1[i]
        s2 = k2 * s2 + a2 * x2[i]
        s3 = k3 * s3 + a3 * x3[i]
        s4 = k4 * s4 + a4 * x4[i]
        s5 = k5 * s5 + a5 * x5[i]
        s6 = k6 * s6 + a6 * x6[i]
        s7 = k7 * s7 + a7 * x7[i]
        y0[i] = s0
        y1[i] = s1
        y2[i] = s2
        y3[i] = s3
        y4[i] = s4
        y5[i] = s5
        y6[i] = s6
        y7[i] = s7
    if math.isnan(s0) or math.isnan(s1) or math.isnan(s2) or math.isnan(s3):
        return False
    if math.isnan(s4) or math.isnan(s5) or math.isnan(s6) or math.isnan(s7):
        return False
    state[1], state[3], state[5], state[7] = s0, s1, s2, s3
    state[9], state[11], state[13], state[15] = s4, s5, s6, s7
    return True


@helper
def _are_seeded(first: int, end: int, params: FloatArray, state: FloatArray) -> bool:
    for each in range(first, end):  # noqa: SIM110 - numba has no all()
        if state[2 * each] < params[2 * each]:
            return False
    return True


@kernel(inputs="n", outputs="n", state=len, warm_up=_seeded_after, lanes=True)
def smooth(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """s = (1 - alpha) s + alpha x, seeded with the mean of the first `period` values; params period, alpha a lane.

    EMA is alpha = 2 / (period + 1), Wilder's smoothing (RMA) alpha = 1 / period; TA-Lib seeds both so.
    State a lane: values seen (up to period), sum of them or s.
    """
    lanes = params.shape[0] // 2
    lane = 0
    while lane < lanes:
        width = 8 if lane + 8 <= lanes else (4 if lane + 4 <= lanes else 1)
        done = False
        if width > 1 and _are_seeded(lane, lane + width, params, state):
            place = slice(2 * lane, 2 * (lane + width))
            inputs, outputs = wires[lane : lane + width], wires[lanes + lane : lanes + lane + width]
            if width == 8:
                done = _smooth_eight(numbers, n, inputs, outputs, params[place], state[place])
            else:
                done = _smooth_four(numbers, n, inputs, outputs, params[place], state[place])
        if not done:
            for each in range(lane, lane + width):
                x, out = numbers[wires[each]], numbers[wires[lanes + each]]
                _smooth_lane(x, out, n, params[2 * each], params[2 * each + 1], state[2 * each : 2 * each + 2])
        lane += width
