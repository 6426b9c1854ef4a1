"""How many trials an exact binomial test needs: a walk along n, which in Python would take seconds."""

import math

from edgeproof.core.kernels.compiled import compiled

_ROUNDING = 1e-9
"""0.55 x 100 is 55.00000000000001: what is this near to a whole number is that number, a tail this near alpha is it."""


@compiled
def last_insignificant(observed: float, null: float, alpha: float, limit: int) -> int:
    """The largest n <= `limit` at which ceil(observed x n) successes are not significant, P(X >= k | n, null) > alpha.

    The tail is carried from n to n + 1: one more trial adds null x P(X = k - 1), one more success wanted takes off
    P(X = k) x (1 - null).
    """
    other = 1.0 - null
    last = 0
    k = 0
    tail = 1.0  # P(X >= k)
    at = 1.0  # P(X = k), kept in step through its ratios
    for n in range(1, limit + 1):
        # From (n - 1, k) to (n, k): P(n, k) = P(n - 1, k) + null x p(n - 1, k - 1).
        before = at * k / (n - k) * other / null if k > 0 else 0.0  # p(n - 1, k - 1)
        tail += null * before
        at = other * at + null * before
        if math.ceil(observed * n - _ROUNDING) > k:
            # From (n, k) to (n, k + 1).
            tail -= at
            at = at * (n - k) / (k + 1) * null / other
            k += 1
        if tail > alpha + _ROUNDING * alpha:
            last = n
    return last
