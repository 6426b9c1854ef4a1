"""Kernels over funding settlements: windows of time, not of candles.

A window of w at time t is (t - w, t]. Room is kept for a settlement every 15 minutes, four times as many as any venue
we know makes; with more than fit, the value is NaN rather than wrong.
"""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, Params, kernel

_SPACING = 900_000


def _room(params: Params) -> int:
    return int(params[0]) // _SPACING + 2


def _candles_a_window(params: Params) -> int:
    # Settlements have no timeframe: there it counts nothing.
    return math.ceil(params[0] / params[1]) if params[1] > 0.0 else 0


@kernel(
    inputs="nff",
    outputs="n",
    state=lambda params: 2 * _room(params) + 5,
    warm_up=_candles_a_window,
    timeframe=True,
)
def sum_settled(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Sum of the foreign values with time in (own time - `params[0]` ms, own time].

    NaN while the first foreign time lies inside the window: history does not reach back far enough.
    Added up afresh, oldest first, when the window's content changes, so that no error builds up.
    State: 1 + first foreign time, first entry and entries in the ring, the sum, time of the last entry thrown out for
    want of room, ring of times, ring of values.
    """
    time, foreign_time, value, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    window = params[0]
    room = (state.shape[0] - 5) // 2
    times, values = state[5 : 5 + room], state[5 + room :]
    born, head, held, total, lost = state[0], int(state[1]), int(state[2]), state[3], state[4]
    j = 0
    for i in range(n + 1):
        # After the last candle the rest is taken in: it lies at or before the next candle's close.
        now = time[i] if i < n else math.inf
        has_changed = False
        while j < m and foreign_time[j] <= now:
            if born == 0.0:
                born = 1.0 + foreign_time[j]
            while held > 0 and times[head] <= foreign_time[j] - window:
                head, held = (head + 1) % room, held - 1
            if held == room:
                lost = times[head]
                head, held = (head + 1) % room, held - 1
            times[(head + held) % room], values[(head + held) % room] = foreign_time[j], value[j]
            held += 1
            has_changed = True
            j += 1
        while i < n and held > 0 and times[head] <= now - window:
            head, held = (head + 1) % room, held - 1
            has_changed = True
        if has_changed:
            total = 0.0
            for k in range(held):
                total += values[(head + k) % room]
        if i < n:
            is_known = born != 0.0 and born - 1.0 <= now - window and (lost == 0.0 or lost <= now - window)
            out[i] = total if is_known else math.nan
    state[0], state[1], state[2], state[3], state[4] = born, head, held, total, lost


@kernel(inputs="nn", outputs="n", state=lambda params: 2 * _room(params) + 4)
def rank_settled(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Percent of the values with time in (t - `params[0]` ms, t] that are at or below the one at t.

    NaN while the first value lies inside the window, and where the value is NaN.
    State: 1 + first time, first entry and entries in the ring, last time lost, ring of times, ring of values.
    """
    time, x, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    window = params[0]
    room = (state.shape[0] - 4) // 2
    times, values = state[4 : 4 + room], state[4 + room :]
    born, head, held, lost = state[0], int(state[1]), int(state[2]), state[3]
    for i in range(n):
        out[i] = math.nan
        while held > 0 and times[head] <= time[i] - window:
            head, held = (head + 1) % room, held - 1
        if math.isnan(x[i]):
            continue
        if born == 0.0:
            born = 1.0 + time[i]
        if held == room:
            lost = times[head]
            head, held = (head + 1) % room, held - 1
        times[(head + held) % room], values[(head + held) % room] = time[i], x[i]
        held += 1
        if born - 1.0 > time[i] - window or (lost != 0.0 and lost > time[i] - window):
            continue
        below = 0
        for k in range(held):
            below += values[(head + k) % room] <= x[i]
        out[i] = 100.0 * below / held
    state[0], state[1], state[2], state[3] = born, head, held, lost
