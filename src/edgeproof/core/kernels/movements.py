"""Kernels that compare a candle with the one before: gains and losses, true range, directional movement, money flow.

The first candle has none before it: NaN, if not said otherwise.
"""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, Params, kernel

_ROUNDING = 2e-14
"""Relative differences up to this are rounding errors of sums and quotients, not movements."""


def _one(_params: Params) -> int:
    return 1


@kernel(inputs="n", outputs="nn", state=lambda _: 2, warm_up=_one)
def gains_losses(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The rise and the fall since the candle before, both >= 0. State: one seen, the value before."""
    x, gain, loss = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    if n == 0:
        return
    before = state[1] if state[0] == 1.0 else math.nan
    change = x[0] - before
    gain[0] = change if change > 0.0 else 0.0 * change
    loss[0] = -change if change < 0.0 else 0.0 * change
    for i in range(1, n):
        change = x[i] - x[i - 1]
        # 0 x NaN carries a NaN through; the added 0 turns -0 into 0.
        gain[i] = change if change > 0.0 else 0.0 * change + 0.0
        loss[i] = -change if change < 0.0 else 0.0 * change + 0.0
    state[0], state[1] = 1.0, x[n - 1]


@kernel(inputs="nnn", outputs="n", state=lambda _: 2, warm_up=_one)
def true_range(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """max(high, close before) - min(low, close before) of high, low, close. State: one seen, the close before."""
    high, low, close, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    if n == 0:
        return
    before = state[1] if state[0] == 1.0 else math.nan
    top = high[0] if high[0] >= before else before
    bottom = low[0] if low[0] <= before else before
    out[0] = top - bottom + 0.0 * (high[0] - low[0])
    for i in range(1, n):
        before = close[i - 1]
        top = high[i] if high[i] >= before else before
        bottom = low[i] if low[i] <= before else before
        out[i] = top - bottom + 0.0 * (high[i] - low[i])
    state[0], state[1] = 1.0, close[n - 1]


@kernel(inputs="nnn", outputs="nnn", state=lambda _: 4)
def directional_movement(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """+DM, -DM and true range of high, low, close; all 0 on the first candle.

    The 0 makes TA-Lib's seed out of Wilder's smoothing: the sum of `period` - 1 movements over `period`.

    State: one seen, high, low and close before.
    """
    high, low, close = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    plus, minus, path = numbers[wires[3]], numbers[wires[4]], numbers[wires[5]]
    started = state[0] == 1.0
    before_high, before_low, before_close = state[1], state[2], state[3]
    for i in range(n):
        h, l, c = high[i], low[i], close[i]  # noqa: E741
        up, down = h - before_high, before_low - l
        top = h if h >= before_close else before_close
        bottom = l if l <= before_close else before_close
        undefined = 0.0 * (up + down)
        plus[i] = up if up > 0.0 and up > down else undefined
        minus[i] = down if down > 0.0 and down > up else undefined
        path[i] = top - bottom + undefined
        if not started:
            started = True
            plus[i] = minus[i] = path[i] = 0.0 * (h + l + c)
        before_high, before_low, before_close = h, l, c
    state[0] = 1.0 if started else 0.0
    state[1], state[2], state[3] = before_high, before_low, before_close


@kernel(inputs="nnn", outputs="nnn", state=lambda _: 1, warm_up=_one)
def directional_index(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """+DI, -DI and DX of smoothed +DM, -DM and true range; 0 where the divisor is 0.

    The first candle on which the inputs are defined is only their seed: NaN. State: the seed is behind.
    """
    plus, minus, path = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    plus_di, minus_di, dx = numbers[wires[3]], numbers[wires[4]], numbers[wires[5]]
    for i in range(n):
        moved = path[i] != 0.0
        up = 100.0 * (plus[i] / path[i]) if moved else 0.0
        down = 100.0 * (minus[i] / path[i]) if moved else 0.0
        both = up + down
        plus_di[i], minus_di[i] = up, down
        dx[i] = 100.0 * (abs(up - down) / both) if both != 0.0 else 0.0
    if state[0] == 0.0:
        for i in range(n):
            if not math.isnan(dx[i]):
                state[0] = 1.0
                plus_di[i] = minus_di[i] = dx[i] = math.nan
                break


@kernel(inputs="nn", outputs="n", state=lambda _: 2, warm_up=_one)
def buying_pressure(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The rise close - min(low, close before) of low, close. State: one seen, the close before."""
    low, close, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    if n == 0:
        return
    before = state[1] if state[0] == 1.0 else math.nan
    out[0] = close[0] - (low[0] if low[0] <= before else before) + 0.0 * low[0]
    for i in range(1, n):
        before = close[i - 1]
        out[i] = close[i] - (low[i] if low[i] <= before else before) + 0.0 * low[i]
    state[0], state[1] = 1.0, close[n - 1]


@kernel(inputs="nn", outputs="nn", state=lambda _: 2, warm_up=_one)
def money_flows(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Price x volume where the price rose, and where it fell; 0 otherwise. State: one seen, the price before.

    Prices are means of three, whose rounding is no movement: it is left out, as in TA-Lib.
    """
    price, volume, rising, falling = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    before = state[1] if state[0] == 1.0 else math.nan
    for i in range(n):
        flow = price[i] * volume[i]
        change = price[i] - before
        nothing = 0.0 * (change + flow)
        rounding = _ROUNDING * price[i]
        rising[i] = flow if change > rounding else nothing
        falling[i] = flow if change < -rounding else nothing
        before = price[i]
    state[0], state[1] = 1.0 if n > 0 else state[0], before


@kernel(inputs="n", outputs="n", state=lambda _: 1, warm_up=lambda params: int(params[0]))
def without_first(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """The series without its first `params[0]` values, which become NaN. State: values seen, up to that many."""
    x, out = numbers[wires[0]], numbers[wires[1]]
    for i in range(n):
        out[i] = x[i]
    seen = state[0]
    i = 0
    while seen < params[0] and i < n:
        if not math.isnan(out[i]):
            seen += 1.0
            out[i] = math.nan
        i += 1
    state[0] = seen
