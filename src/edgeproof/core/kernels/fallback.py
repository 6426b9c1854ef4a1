"""What to take where a value is not defined."""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, kernel


@kernel(inputs="nn", outputs="n")
def otherwise(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """x; the fallback where x is NaN."""
    x, fallback, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    for i in range(n):
        out[i] = fallback[i] if math.isnan(x[i]) else x[i]
