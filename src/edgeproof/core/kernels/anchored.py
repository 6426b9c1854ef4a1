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
    state=lambda params: (2 * int(params[0]) + 3) * _slots(params),
    warm_up=lambda params: int(params[0]) * _slots(params),
    timeframe=True,
)
def same_slot_median(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Median of x over the candles at this time of day on the `params[0]` days before; the current one is left out.

    Inputs: close time, x. Params: days, timeframe. NaN until there are that many, and where one of them is NaN.
    State, for each slot of the day: values seen (up to days), place of the oldest, values that are numbers, the
    values in time order (a ring), the numbers in ascending order.
    """
    time, x, out = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    days, timeframe = int(params[0]), params[1]
    width = 2 * days + 3
    slots = state.shape[0] // width
    for i in range(n):
        # Places in the state rather than slices of it: counting references to slices costs more than the work.
        own = int((time[i] % _DAY) / timeframe) % slots * width
        held, place, known = int(state[own]), int(state[own + 1]), int(state[own + 2])
        oldest, ascending = own + 3 + place, own + 3 + days
        middle = 0.5 * (state[ascending + (days - 1) // 2] + state[ascending + days // 2])
        out[i] = middle if known == days else math.nan
        if held == days and not math.isnan(state[oldest]):
            j = ascending
            while state[j] < state[oldest]:
                j += 1
            known -= 1
            for k in range(j, ascending + known):
                state[k] = state[k + 1]
        if not math.isnan(x[i]):
            k = ascending + known
            while k > ascending and state[k - 1] > x[i]:
                state[k] = state[k - 1]
                k -= 1
            state[k] = x[i]
            known += 1
        state[oldest] = x[i]
        state[own], state[own + 1], state[own + 2] = min(held + 1, days), (place + 1) % days, known
