"""Kernels anchored to the calendar: volume-weighted averages that start afresh, and comparisons with other days."""

import math

from edgeproof.core.kernels.abi import FlagArray, FloatArray, IntArray, Params, kernel

_DAY = 86_400_000


def _candles_an_anchor(params: Params) -> int:
    return math.ceil(params[0] / params[2]) - 1


@kernel(inputs="nnn", outputs="nnn", state=lambda _: 7, warm_up=_candles_an_anchor, timeframe=True)
def anchored_average(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Volume-weighted mean and standard deviation of a price since the anchor, and the candles since it.

    Inputs: close time, price, volume. Params: period and shift of the anchor (ms), timeframe; a candle belongs to the
    period its open time lies in. Updated as West (1979): no difference of large sums. NaN until a period has been
    seen from its start; mean and deviation NaN while its volume is 0. A NaN price or volume: NaN, state kept.
    State: 1 once one candle was seen, period number, 1 if seen from its start, age, weight, mean, squares.
    """
    time, price, volume = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    mean_out, sd_out, age_out = numbers[wires[3]], numbers[wires[4]], numbers[wires[5]]
    period, shift, timeframe = params[0], params[1], params[2]
    seen, current, is_whole, age = state[0], state[1], state[2], state[3]
    weight, mean, squares = state[4], state[5], state[6]
    for i in range(n):
        opened = time[i] - timeframe - shift
        number = math.floor(opened / period)
        if seen == 0.0 or number != current:
            is_whole = 1.0 if seen != 0.0 or opened == number * period else 0.0
            seen, current, age, weight, mean, squares = 1.0, number, -1.0, 0.0, 0.0, 0.0
        age += 1.0
        mean_out[i] = sd_out[i] = math.nan
        age_out[i] = age if is_whole != 0.0 else math.nan
        if not (volume[i] >= 0.0 and math.isfinite(price[i])):
            continue
        if volume[i] > 0.0:
            weight += volume[i]
            change = price[i] - mean
            mean += change * (volume[i] / weight)
            squares += volume[i] * change * (price[i] - mean)
        if weight > 0.0 and is_whole != 0.0:
            mean_out[i] = mean
            sd_out[i] = math.sqrt(squares / weight) if squares > 0.0 else 0.0
    state[0], state[1], state[2], state[3] = seen, current, is_whole, age
    state[4], state[5], state[6] = weight, mean, squares


def _slots(params: Params) -> int:
    return max(1, _DAY // int(params[1]))


@kernel(
    inputs="nn",
    outputs="n",
    state=lambda params: (int(params[0]) + 2) * _slots(params) + int(params[0]),
    warm_up=lambda params: int(params[0]) * _slots(params),
    timeframe=True,
)
def same_slot_median(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Median of x over the candles at this time of day on the `params[0]` days before; the current one is left out.

    Inputs: close time, x. Params: days, timeframe. NaN until there are that many, and where one of them is NaN.
    State: for each slot of the day how many values were seen and a ring of them, then room to sort.
    """
    time, x, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    days, timeframe = int(params[0]), params[1]
    width = days + 2
    slots = (state.shape[0] - days) // width
    work = state[slots * width :]
    for i in range(n):
        slot = int((time[i] % 86_400_000.0) / timeframe) % slots
        ring = state[slot * width : (slot + 1) * width]
        held, place = int(ring[days]), int(ring[days + 1])
        median = math.nan
        if held == days:
            is_known = True
            for j in range(days):
                value = ring[j]
                is_known = is_known and not math.isnan(value)
                k = j
                while k > 0 and work[k - 1] > value:
                    work[k] = work[k - 1]
                    k -= 1
                work[k] = value
            if is_known:
                median = work[days // 2] if days % 2 == 1 else 0.5 * (work[days // 2 - 1] + work[days // 2])
        out[i] = median
        ring[place] = x[i]
        ring[days] = min(held + 1, days)
        ring[days + 1] = (place + 1) % days
