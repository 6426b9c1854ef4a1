"""Kernels that remember when a condition was true: runs, counts, the last time and the value then.

An undefined candle never counts as true. `known` is the number of candles in a row, up to now, on which the condition
is defined; a window is fully known when it has reached the window's length.
"""

import math

from edgeproof.core.kernels.abi import FALSE, TRUE, UNDEFINED, FlagArray, FloatArray, IntArray, Params, kernel


def _window_less_one(params: Params) -> int:
    return int(params[0]) - 1


@kernel(inputs="c", outputs="c", state=lambda _: 2, warm_up=_window_less_one)
def within(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """True on at least one of the last `params[0]` candles. State: candles a true one still counts, known."""
    x, out = flags[wires[0]], flags[wires[1]]
    size = params[0]
    left, known = state[0], state[1]
    for i in range(n):
        left = size if x[i] == TRUE else max(left - 1.0, 0.0)
        known = 0.0 if x[i] == UNDEFINED else min(known + 1.0, size)
        out[i] = TRUE if left > 0.0 else (FALSE if known >= size else UNDEFINED)
    state[0], state[1] = left, known


@kernel(inputs="c", outputs="c", state=lambda _: 2, warm_up=_window_less_one)
def every(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """True on each of the last `params[0]` candles. State: candles a false one still counts, known."""
    x, out = flags[wires[0]], flags[wires[1]]
    size = params[0]
    left, known = state[0], state[1]
    for i in range(n):
        left = size if x[i] == FALSE else max(left - 1.0, 0.0)
        known = 0.0 if x[i] == UNDEFINED else min(known + 1.0, size)
        out[i] = FALSE if left > 0.0 else (TRUE if known >= size else UNDEFINED)
    state[0], state[1] = left, known


@kernel(inputs="c", outputs="n", state=lambda params: int(params[0]) + 3, warm_up=_window_less_one)
def count(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """On how many of the last `params[0]` candles it was true. State: place in the ring, known, total, ring."""
    x, out = flags[wires[0]], numbers[wires[1]]
    size = int(params[0])
    ring = state[3:]
    place, known, total = int(state[0]), state[1], state[2]
    for i in range(n):
        now = 1.0 if x[i] == TRUE else 0.0
        known = 0.0 if x[i] == UNDEFINED else min(known + 1.0, params[0])
        total += now - ring[place]
        ring[place] = now
        place = place + 1 if place + 1 < size else 0
        out[i] = total if known >= params[0] else math.nan
    state[0], state[1], state[2] = place, known, total


@kernel(inputs="c", outputs="n", state=lambda params: int(params[0]) + 3)
def bars_since(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Candles since it was true for the `params[0]`-th last time.

    State: candles seen, times true (up to that many), place of the oldest in the ring, ring of candles.
    """
    x, out = flags[wires[0]], numbers[wires[1]]
    which = int(params[0])
    ring = state[3:]
    seen, times, place = state[0], int(state[1]), int(state[2])
    for i in range(n):
        if x[i] == TRUE:
            ring[place] = seen + i
            place = place + 1 if place + 1 < which else 0
            times = min(times + 1, which)
        out[i] = seen + i - ring[place] if times == which else math.nan
    state[0], state[1], state[2] = seen + n, times, place


@kernel(inputs="cn", outputs="n", state=lambda params: int(params[0]) + 2)
def value_when(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """x on the candle where it was true for the `params[0]`-th last time.

    State: times true (up to that many), place of the oldest in the ring, ring of values.
    """
    condition, x, out = flags[wires[0]], numbers[wires[1]], numbers[wires[2]]
    which = int(params[0])
    ring = state[2:]
    times, place = int(state[0]), int(state[1])
    for i in range(n):
        if condition[i] == TRUE:
            ring[place] = x[i]
            place = place + 1 if place + 1 < which else 0
            times = min(times + 1, which)
        out[i] = ring[place] if times == which else math.nan
    state[0], state[1] = times, place


@kernel(inputs="cc", outputs="c", state=lambda _: 1)
def first_since(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The first candle on which a is true since b last was (b's own candle included); undefined before any b.

    State: 0 no b yet, 1 waiting for a, 2 a has been.
    """
    a, b, out = flags[wires[0]], flags[wires[1]], flags[wires[2]]
    stage = int(state[0])
    for i in range(n):
        if b[i] == TRUE:
            stage = 1
        if stage == 1:
            out[i] = a[i]
            stage = 2 if a[i] == TRUE else 1
        else:
            out[i] = UNDEFINED if stage == 0 else FALSE
    state[0] = stage


@kernel(inputs="cn", outputs="nn", state=lambda _: 3)
def extremes_since(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The highest and the lowest x since the condition was last true, that candle included.

    NaN before the first and on a candle where x is NaN. State: 1 once it was true, highest, lowest.
    """
    condition, x, highest, lowest = flags[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    started, top, bottom = state[0], state[1], state[2]
    for i in range(n):
        if condition[i] == TRUE:
            started, top, bottom = 1.0, -math.inf, math.inf
        if started == 0.0 or math.isnan(x[i]):
            highest[i] = lowest[i] = math.nan
        else:
            top, bottom = max(top, x[i]), min(bottom, x[i])
            highest[i], lowest[i] = top, bottom
    state[0], state[1], state[2] = started, top, bottom
