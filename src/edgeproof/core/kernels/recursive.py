"""Recursive kernels: each value comes from the one before.

A NaN input gives NaN at that candle and leaves the state as it was.
"""

import math

from edgeproof.core.kernels.abi import Params, kernel
from edgeproof.core.model.candle import FlagArray, FloatArray, IntArray


def _seeded_after(params: Params) -> int:
    return int(params[0]) - 1


@kernel(inputs="n", outputs="n", state=lambda _: 2, warm_up=_seeded_after)
def smooth(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """s = (1 - alpha) s + alpha x, seeded with the mean of the first `period` values; params period, alpha.

    EMA is alpha = 2 / (period + 1), Wilder's smoothing (RMA) alpha = 1 / period; TA-Lib seeds both so.
    State: values seen (up to period), sum of them or s.
    """
    x, out = numbers[wires[0]], numbers[wires[1]]
    period, alpha = params[0], params[1]
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
