"""What the results of trades add up to, in one pass: as arrays it would take a dozen, small and dear."""

import numpy as np

from edgeproof.core.kernels.abi import FloatArray, IntArray
from edgeproof.core.kernels.compiled import compiled


@compiled
def tally(r: FloatArray) -> tuple[int, float, float, float]:
    """How many r are positive, the sum of those, the sum of the others, and the deepest fall of the sum of all.

    >>> tally(np.array([1.0, -2.0, 1.0, -1.5, 3.0]))
    (3, 5.0, -3.5, 2.5)
    """
    n_wins = 0
    won = lost = total = highest = fall = 0.0
    for each in r:
        total += each
        if each > 0.0:
            n_wins += 1
            won += each
        else:
            lost += each
        highest = max(highest, total)
        fall = max(fall, highest - total)
    return n_wins, won, lost, fall


@compiled
def tally_days(time: IntArray, r: FloatArray, length: int) -> tuple[float, float]:
    """Mean and sample variance of the r of each day of a `length`, from the first to the last; 0 on days without any.

    The variance of a single day is 0.

    >>> tally_days(np.array([0, 25, 5]), np.array([1.0, 2.0, 3.0]), 10)
    (2.0, 4.0)
    """
    first, last = time[0] // length, time[0] // length
    for each in time:
        first, last = min(first, each // length), max(last, each // length)
    earned = np.zeros(last - first + 1)
    for i in range(len(time)):
        earned[time[i] // length - first] += r[i]
    middle = earned.sum() / len(earned)
    squares = 0.0
    for each in earned:
        squares += (each - middle) ** 2
    return middle, squares / max(1, len(earned) - 1)
