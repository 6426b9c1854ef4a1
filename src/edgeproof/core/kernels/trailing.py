"""Recursive kernels that follow the price: KAMA, supertrend, parabolic SAR, on-balance volume.

A NaN input gives NaN at that candle and leaves the state as it was.
"""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, kernel


@kernel(inputs="nnn", outputs="n", state=lambda _: 3)
def adaptive_average(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Kaufman's average of x, given its net change and its path over the period (TA-Lib's seed and special cases).

    s += (e (2/3 - 2/31) + 2/31)^2 (x - s) with e = |change / path|, or 1 where path <= change or path is 0. Seeded
    with the value before the first candle on which change and path are defined. State: one seen, seeded, s.
    """
    x, change, path, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    slow = 2.0 / 31.0
    spread = 2.0 / 3.0 - slow
    seen, seeded, s = state[0] == 1.0, state[1] == 1.0, state[2]
    for i in range(n):
        value, way = x[i], path[i]
        if math.isnan(value + change[i] + way):
            out[i] = math.nan
            if not seeded and not math.isnan(value):
                seen, s = True, value
            continue
        if not seen:
            s = value
        seen = seeded = True
        efficiency = 1.0 if way <= change[i] or way == 0.0 else abs(change[i] / way)
        pull = efficiency * spread + slow
        s += pull * pull * (value - s)
        out[i] = s
    state[0], state[1], state[2] = 1.0 if seen else 0.0, 1.0 if seeded else 0.0, s


@kernel(inputs="nnnn", outputs="nn", state=lambda _: 5)
def supertrend(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Supertrend line and direction (1 up, -1 down) of high, low, close and average range; params multiplier.

    Bands (high + low) / 2 -/+ multiplier x range; the lower only rises while the close before stays above it, the
    upper only falls while it stays below. Down at first; up once the close is above the upper band, down once it is
    below the lower. The line is the band on the other side of the price.

    State: started, lower and upper band, direction, close before.
    """
    high, low, close, spread = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]], numbers[wires[3]]
    line, direction = numbers[wires[4]], numbers[wires[5]]
    multiplier = params[0]
    started, lower, upper, side, before = state[0] == 1.0, state[1], state[2], state[3], state[4]
    for i in range(n):
        middle = (high[i] + low[i]) / 2.0
        width = multiplier * spread[i]
        if math.isnan(middle + width + close[i]):
            line[i] = direction[i] = math.nan
            continue
        below, above = middle - width, middle + width
        if not started:
            started, lower, upper, side, before = True, below, above, -1.0, close[i]
        lower = below if below > lower or before < lower else lower
        upper = above if above < upper or before > upper else upper
        crossed = close[i] > upper if side < 0.0 else close[i] < lower
        side = -side if crossed else side
        line[i] = lower if side > 0.0 else upper
        direction[i] = side
        before = close[i]
    state[0], state[1], state[2], state[3], state[4] = 1.0 if started else 0.0, lower, upper, side, before


@kernel(inputs="nn", outputs="n", state=lambda _: 7, warm_up=lambda _: 1)
def parabolic(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Wilder's parabolic stop and reverse of high and low, as in TA-Lib; params acceleration, its maximum.

    The second candle starts it: short if it moved down more than up, long otherwise. The value at a candle is the
    stop that was in force on it, or the new one where it was hit. A stop never enters the range of the last two
    candles. State: candles seen (up to 2), side, stop, extreme, acceleration, high and low before.
    """
    high, low, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    limit = params[1]
    step = min(params[0], limit)
    seen, side, stop, extreme, pace, before_high, before_low = (
        int(state[0]), state[1], state[2], state[3], state[4], state[5], state[6],
    )  # fmt: skip
    for i in range(n):
        h, l = high[i], low[i]  # noqa: E741
        if math.isnan(h + l):
            out[i] = math.nan
            continue
        if seen == 0:
            seen, before_high, before_low = 1, h, l
            out[i] = math.nan
            continue
        if seen == 1:
            seen = 2
            up, down = h - before_high, before_low - l
            side = -1.0 if down > 0.0 and down > up else 1.0
            stop, extreme = (before_low, h) if side > 0.0 else (before_high, l)
            pace, before_high, before_low = step, h, l
        # Mirrored on the short side: the same moves with high and low, and all signs, exchanged.
        near, far = (l, h) if side > 0.0 else (h, l)
        if side * (near - stop) <= 0.0:
            side = -side
            stop = extreme
            stop = min(stop, before_low, l) if side > 0.0 else max(stop, before_high, h)
            out[i] = stop
            pace, extreme = step, near
        else:
            out[i] = stop
            if side * (far - extreme) > 0.0:
                extreme = far
                pace = min(pace + step, limit)
        stop += pace * (extreme - stop)
        stop = min(stop, before_low, l) if side > 0.0 else max(stop, before_high, h)
        before_high, before_low = h, l
    state[0], state[1], state[2], state[3], state[4] = seen, side, stop, extreme, pace
    state[5], state[6] = before_high, before_low


@kernel(inputs="nn", outputs="n", state=lambda _: 3)
def on_balance(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Volume summed with the sign of the price's change; inputs price, volume. Starts with the first volume.

    State: one seen, sum, price before.
    """
    price, volume, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    seen, balance, before = state[0] == 1.0, state[1], state[2]
    for i in range(n):
        value, amount = price[i], volume[i]
        if math.isnan(value + amount):
            out[i] = math.nan
            continue
        if not seen:
            seen, before, balance = True, -math.inf, 0.0
        balance += amount if value > before else (-amount if value < before else 0.0)
        before = value
        out[i] = balance
    state[0], state[1], state[2] = 1.0 if seen else 0.0, balance, before
