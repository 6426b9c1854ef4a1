"""Whether candles stand on a regular grid."""

from edgeproof.core.kernels.abi import IntArray
from edgeproof.core.kernels.compiled import compiled

_STRIDE = 1024


@compiled
def regular_until(time: IntArray, step: int) -> int:
    """How many times from the first on are `step` apart; all of them on a regular grid.

    Without the two arrays as long as the history that numpy would make to see the same.
    """
    n = len(time)
    for first in range(0, n - 1, _STRIDE):
        # Two views instead of i and i - 1, which numba would not run on vectors.
        earlier, later = time[first : n - 1][:_STRIDE], time[first + 1 :][:_STRIDE]
        broken = 0
        for i in range(len(earlier)):
            broken |= (later[i] - earlier[i]) ^ step
        if broken != 0:
            for i in range(len(earlier)):
                if later[i] - earlier[i] != step:
                    return first + i + 1
    return n
