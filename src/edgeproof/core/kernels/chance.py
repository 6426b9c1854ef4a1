"""A coin that falls the same way for the same candle: the pseudo-random condition of the placebos."""

import numpy as np

from edgeproof.core.kernels.abi import FALSE, TRUE, FlagArray, FloatArray, IntArray, helper, kernel


@helper
def _scramble(x: np.uint64) -> np.uint64:
    """The output function of splitmix64: every bit of the answer depends on every bit of x (unsigned, wraps)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kernel(inputs="n", outputs="c")
def chance(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """True with probability `params[0]`, by a hash of the candle's close time and the seed `params[1]`.

    The hash is scramble(scramble(seed x golden ratio) + close time x golden ratio); its upper 53 bits are a number in
    [0, 1).
    """
    time, out = numbers[wires[0]], flags[wires[1]]
    golden = np.uint64(0x9E3779B97F4A7C15)
    origin = _scramble(np.uint64(np.int64(params[1])) * golden)
    for i in range(n):
        word = _scramble(origin + np.uint64(np.int64(time[i])) * golden)
        uniform = float(word >> np.uint64(11)) * 2.0**-53
        out[i] = TRUE if uniform < params[0] else FALSE
