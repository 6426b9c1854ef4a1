"""Kernels that look back: earlier values, crossings, runs, and reads across series."""

import math

import numpy as np

from edgeproof.core.kernels.abi import FALSE, TRUE, UNDEFINED, FlagArray, FloatArray, IntArray, Params, kernel
from edgeproof.core.kernels.bits import GROUP, below_bits, write_bits
from edgeproof.core.kernels.compiled import bare

_ONE, _LAST = np.uint64(1), np.uint64(GROUP - 1)


def _lag(params: Params) -> int:
    return int(params[0])


@kernel(inputs="n", outputs="n", state=lambda params: int(params[0]) + 2, warm_up=_lag)
def lag(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The value `params[0]` candles ago. State: candles seen, place in the ring, ring."""
    x, out = numbers[wires[0]], numbers[wires[1]]
    size = int(params[0])
    ring = state[2:]
    seen, place = state[0], int(state[1])
    head = min(n, size)
    for i in range(head):
        out[i] = ring[(place + i) % size] if seen + i >= size else math.nan
    for i in range(size, n):
        out[i] = x[i - size]
    start = max(0, n - size)
    for i in range(start, n):
        ring[(place + i) % size] = x[i]
    state[0] = seen + n
    state[1] = (place + n) % size


@kernel(inputs="c", outputs="c", state=lambda params: int(params[0]) + 2, warm_up=_lag)
def lag_condition(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The condition `params[0]` candles ago; undefined before. State: candles seen, place in the ring, ring."""
    x, out = flags[wires[0]], flags[wires[1]]
    size = int(params[0])
    ring = state[2:]
    seen, place = state[0], int(state[1])
    head = min(n, size)
    for i in range(head):
        out[i] = int(ring[(place + i) % size]) if seen + i >= size else UNDEFINED
    for i in range(size, n):
        out[i] = x[i - size]
    start = max(0, n - size)
    for i in range(start, n):
        ring[(place + i) % size] = x[i]
    state[0] = seen + n
    state[1] = (place + n) % size


@bare
def crosses_above_once(numbers: FloatArray, flags: FlagArray, wires: IntArray, state: FloatArray) -> None:
    """`crosses_above` on one candle."""
    a, b = numbers[wires[0], 0], numbers[wires[1], 0]
    now = TRUE if a > b else (FALSE if a <= b else UNDEFINED)
    before = UNDEFINED
    if state[0] == 1.0:
        before = TRUE if state[1] <= state[2] else (FALSE if state[1] > state[2] else UNDEFINED)
    flags[wires[2], 0] = min(now, before)
    state[0], state[1], state[2] = 1.0, a, b


@kernel(inputs="nn", outputs="c", state=lambda _: 3, warm_up=lambda _: 1)
def crosses_above(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """a > b and a[1] <= b[1], by Kleene. State: one candle seen, a[1], b[1]."""
    a, b, out = numbers[wires[0]], numbers[wires[1]], flags[wires[2]]
    if n == 0:
        return
    if state[0] == 0.0:
        state[0], state[1], state[2] = 1.0, math.nan, math.nan
    # In two passes over bytes of their own, which both run on vectors: 2.5 times as fast as in one.
    now = np.empty(n, np.uint8)
    for i in range(n):
        now[i] = TRUE if a[i] > b[i] else (FALSE if a[i] <= b[i] else UNDEFINED)
    above, earlier, later = now[1:], now[: n - 1], out[1:]
    for i in range(n - 1):
        later[i] = min(above[i], np.uint8(np.uint8(TRUE) - earlier[i]))
    before = TRUE if state[1] <= state[2] else (FALSE if state[1] > state[2] else UNDEFINED)
    out[0] = min(now[0], before)
    state[1], state[2] = a[n - 1], b[n - 1]


@bare
def _are_defined(x: FloatArray, n: int) -> bool:
    n_defined = 0
    for i in range(n):
        n_defined += x[i] == x[i]
    return n_defined == n


@bare
def _fall(x: FloatArray, out: FlagArray, n: int, level: float, was: int, is_defined: bool) -> int:
    # Writes one lane; `was` says whether the candle before was below the level, the answer whether the last one is.
    done = 0
    if is_defined and was != UNDEFINED:
        before = np.uint64(was == TRUE)
        while done + GROUP <= n:
            below = below_bits(x, done, level)
            write_bits(out, done, below & ~(below << _ONE | before))
            before = below >> _LAST
            done += GROUP
        was = TRUE if before else FALSE
    for i in range(done, n):
        now = TRUE if x[i] < level else (FALSE if x[i] >= level else UNDEFINED)
        out[i] = min(now, TRUE - was)
        was = now
    return was


@kernel(inputs="n", outputs="c", state=len, warm_up=lambda _: 1, lanes=True)
def falls_below(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """x < level and x[1] >= level, by Kleene; params the level, a lane. State a lane: 1 + x < level before."""
    lanes = params.shape[0]
    is_defined = False
    for lane in range(lanes):
        x = numbers[wires[lane]]
        if lane == 0 or wires[lane] != wires[lane - 1]:
            is_defined = _are_defined(x, n)
        was = UNDEFINED if state[lane] == 0.0 else int(state[lane]) - 1
        state[lane] = 1.0 + _fall(x, flags[wires[lanes + lane]], n, params[lane], was, is_defined)


@kernel(inputs="nff", outputs="n", state=lambda _: 2)
def as_of(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The foreign value of the last foreign time <= own time. State: one seen, the last value seen.

    Inputs: own close times, foreign times, foreign values. Nothing later can be read: this is the only way across.
    """
    time, foreign_time, value, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    last = state[1] if state[0] > 0.0 else math.nan
    j = 0
    for i in range(n):
        while j < m and foreign_time[j] <= time[i]:
            last = value[j]
            j += 1
        out[i] = last
    if m > 0:
        state[0] = 1.0
        state[1] = value[m - 1]
    elif state[0] == 0.0:
        state[1] = math.nan


@kernel(inputs="nfg", outputs="c", state=lambda _: 1)
def as_of_condition(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The foreign condition of the last foreign time <= own time; undefined before. State: 1 + the last seen."""
    time, foreign_time, value, out = numbers[wires[0]], numbers[wires[1]], flags[wires[2]], flags[wires[3]]
    last = int(state[0]) - 1 if state[0] > 0.0 else UNDEFINED
    j = 0
    for i in range(n):
        while j < m and foreign_time[j] <= time[i]:
            last = int(value[j])
            j += 1
        out[i] = last
    if m > 0:
        state[0] = 1.0 + value[m - 1]
