"""Kernels that weigh the current value against each of the last `params[0]`: rank, mean deviation, age of extremes."""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, Params, kernel


def _filled(params: Params) -> int:
    return int(params[0]) - 1


@kernel(inputs="n", outputs="n", state=lambda params: int(params[0]) + 2, warm_up=_filled)
def percentile_rank(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The percentage of the last `params[0]` values, the current included, that are <= it; NaN while one is NaN.

    One vectorised scan of the window a candle: up to thousands of values that beats any sorted structure.

    State: place in the ring, values since the last NaN, ring.
    """
    x, out = numbers[wires[0]], numbers[wires[1]]
    size = int(params[0])
    ring = state[2:]
    place, seen = int(state[0]), int(state[1])
    for i in range(n):
        value = x[i]
        ring[place] = value
        place = place + 1 if place + 1 < size else 0
        seen = 0 if math.isnan(value) else seen + 1
        if seen < size:
            out[i] = math.nan
            continue
        below = 0
        for k in range(size):
            below += 1 if ring[k] <= value else 0
        out[i] = 100.0 * below / size
    state[0], state[1] = place, seen


@kernel(inputs="nn", outputs="n", state=lambda params: int(params[0]) + 1, warm_up=lambda _: 0)
def mean_deviation(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The mean distance of the last `params[0]` values of x from the current centre; inputs x and the centre.

    NaN where the centre is, which the caller makes the mean of the same window. State: place in the ring, ring.
    """
    x, centre, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    size = int(params[0])
    ring = state[1:]
    place = int(state[0])
    whole = size - size % 4
    for i in range(n):
        ring[place] = x[i]
        place = place + 1 if place + 1 < size else 0
        middle = centre[i]
        # Four sums side by side: one alone would wait for its own last addition.
        a, b, c, d = 0.0, 0.0, 0.0, 0.0
        for k in range(0, whole, 4):
            a += abs(ring[k] - middle)
            b += abs(ring[k + 1] - middle)
            c += abs(ring[k + 2] - middle)
            d += abs(ring[k + 3] - middle)
        for k in range(whole, size):
            a += abs(ring[k] - middle)
        out[i] = ((a + b) + (c + d)) / size
    state[0] = place


@kernel(inputs="nn", outputs="nn", state=lambda params: 4 * int(params[0]) + 12, warm_up=_filled)
def extreme_ages(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Candles since the highest and the lowest of the last `params[0]` values; the newest of equals counts.

    Inputs: the series of highs, the series of lows. NaN while the window holds a NaN of either. In blocks as in
    windows.py; beside each extreme its place is kept.

    State: place in the block, values since the last NaN, high and its place, low and its place, blocks of highs, of
    their places, of lows, of their places, each with a closing end.
    """
    high, low, since_high, since_low = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    size = int(params[0])
    highs, high_at = state[6 : 7 + size], state[7 + size : 8 + 2 * size]
    lows, low_at = state[8 + 2 * size : 9 + 3 * size], state[9 + 3 * size :]
    place, seen = int(state[0]), int(state[1])
    top, top_at, bottom, bottom_at = state[2], state[3], state[4], state[5]
    if place == 0:
        top, bottom = -math.inf, math.inf
    highs[size], lows[size] = -math.inf, math.inf
    for i in range(n):
        h, l = high[i], low[i]  # noqa: E741
        seen += 1
        if math.isnan(h) or math.isnan(l):
            h, l, seen = -math.inf, math.inf, 0  # noqa: E741
        top_at = place if h >= top else top_at
        top = h if h >= top else top
        bottom_at = place if l <= bottom else bottom_at
        bottom = l if l <= bottom else bottom
        highs[place], high_at[place] = h, place
        lows[place], low_at[place] = l, place
        place += 1
        # Places of the block before count from its end: `size` less.
        at = high_at[place] - size if highs[place] > top else top_at
        since_high[i] = place - 1 - at if seen >= size else math.nan
        at = low_at[place] - size if lows[place] < bottom else bottom_at
        since_low[i] = place - 1 - at if seen >= size else math.nan
        if place == size:
            for k in range(size - 2, -1, -1):
                high_at[k] = high_at[k + 1] if highs[k + 1] >= highs[k] else high_at[k]
                highs[k] = highs[k + 1] if highs[k + 1] >= highs[k] else highs[k]
                low_at[k] = low_at[k + 1] if lows[k + 1] <= lows[k] else low_at[k]
                lows[k] = lows[k + 1] if lows[k + 1] <= lows[k] else lows[k]
            place, top, bottom = 0, -math.inf, math.inf
    state[0], state[1] = place, seen
    state[2], state[3], state[4], state[5] = top, top_at, bottom, bottom_at
