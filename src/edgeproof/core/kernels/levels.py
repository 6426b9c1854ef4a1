"""Support and resistance from clustered pivots, and the regression channel.

How levels are made:

1. `cluster_levels` keeps the pivots of the last `lookback` candles in ascending order of price.
2. When a pivot joins or grows too old, they are grouped afresh from the lowest up: a pivot joins the group below it
   while it lies within the tolerance of that group's lowest; the tolerance is the ATR of the newest pivot times a
   factor. A group is a level at the mean of its pivots, touched once by each.
3. On every candle the nearest level with enough touches is looked up on either side of the close.
"""

import math

from edgeproof.core.kernels.abi import TRUE, FlagArray, FloatArray, IntArray, Params, helper, kernel

_HEAD = 6


def _room(params: Params) -> int:
    # Neighbouring highs cannot both be pivots: at most every second candle is one, and likewise lows.
    return int(params[0]) + 2


@helper
def _expire(prices: FloatArray, born: FloatArray, held: int, oldest: float) -> int:
    kept = 0
    for j in range(held):
        if born[j] >= oldest:
            prices[kept], born[kept] = prices[j], born[j]
            kept += 1
    return kept


@helper
def _join(prices: FloatArray, born: FloatArray, held: int, price: float, index: float) -> int:
    j = held
    while j > 0 and prices[j - 1] > price:
        prices[j], born[j] = prices[j - 1], born[j - 1]
        j -= 1
    prices[j], born[j] = price, index
    return held + 1


@helper
def _group(prices: FloatArray, held: int, tolerance: float, levels: FloatArray, touches: FloatArray) -> int:
    n_levels = 0
    j = 0
    while j < held:
        # Each group takes its first pivot unasked, so that the loop ends whatever the tolerance.
        lowest = total = prices[j]
        size = 1
        j += 1
        while j < held and prices[j] - lowest <= tolerance:
            total += prices[j]
            size += 1
            j += 1
        levels[n_levels], touches[n_levels] = total / size, size
        n_levels += 1
    return n_levels


# One loop over the three steps of the module's docstring; split, it would pass a dozen arrays around.
@kernel(inputs="ncncnn", outputs="nnnn", state=lambda params: 4 * _room(params) + _HEAD)
def cluster_levels(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Nearest support and resistance: support, its touches, resistance, its touches.

    Inputs: close; pivot high confirmed, its price; pivot low confirmed, its price; ATR. Params: lookback (candles
    since confirmation), tolerance (in ATR), least touches. Support is the highest level <= close, resistance the
    lowest level >= close; NaN where there is none (touches then 0), and touches NaN where close is.
    State: candles seen, pivots, levels, tolerance, oldest confirmation, -, then prices, confirmations (both ascending
    in price), levels, touches.
    """
    close, is_top, top = numbers[wires[0]], flags[wires[1]], numbers[wires[2]]
    is_bottom, bottom, atr = flags[wires[3]], numbers[wires[4]], numbers[wires[5]]
    support, support_touches = numbers[wires[6]], numbers[wires[7]]
    resistance, resistance_touches = numbers[wires[8]], numbers[wires[9]]
    room = (state.shape[0] - _HEAD) // 4
    prices, born = state[_HEAD : _HEAD + room], state[_HEAD + room : _HEAD + 2 * room]
    levels, touches = state[_HEAD + 2 * room : _HEAD + 3 * room], state[_HEAD + 3 * room :]
    seen, held, n_levels, tolerance, oldest = state[0], int(state[1]), int(state[2]), state[3], state[4]
    for i in range(n):
        horizon = seen - params[0]
        has_pivot = is_top[i] == TRUE or is_bottom[i] == TRUE
        if has_pivot or (held > 0 and oldest <= horizon):
            held = _expire(prices, born, held, horizon + 1.0)
            if is_top[i] == TRUE:
                held = _join(prices, born, held, top[i], seen)
            if is_bottom[i] == TRUE:
                held = _join(prices, born, held, bottom[i], seen)
            if has_pivot and not math.isnan(atr[i]):
                tolerance = params[1] * atr[i]
            oldest = math.inf
            for j in range(held):
                oldest = min(oldest, born[j])
            n_levels = _group(prices, held, tolerance, levels, touches)
        seen += 1.0
        support[i] = resistance[i] = math.nan
        support_touches[i] = resistance_touches[i] = close[i] * 0.0
        for j in range(n_levels):
            if touches[j] < params[2]:
                continue
            if levels[j] <= close[i]:
                support[i], support_touches[i] = levels[j], touches[j]
            if levels[j] >= close[i]:
                resistance[i], resistance_touches[i] = levels[j], touches[j]
                break
    state[0], state[1], state[2], state[3], state[4] = seen, held, n_levels, tolerance, oldest


@kernel(
    inputs="nnn",
    outputs="nnnn",
    state=lambda params: 3 * int(params[0]) + 2,
    warm_up=lambda params: int(params[0]) - 1,
)
def regression_channel(
    numbers: FloatArray, flags: FlagArray, n: int, m: int, wires: IntArray, params: FloatArray, state: FloatArray
) -> None:
    """Least-squares line through the last `params[0]` closes and the parallels that enclose their highs and lows.

    Inputs: close, high, low. Outputs at the current candle: line, upper, lower, slope a candle. NaN while a NaN is in
    the window. State: candles in a row without NaN, place in the ring, then three rings.
    """
    close, high, low = numbers[wires[0]], numbers[wires[1]], numbers[wires[2]]
    line, upper, lower, slopes = numbers[wires[3]], numbers[wires[4]], numbers[wires[5]], numbers[wires[6]]
    size = int(params[0])
    closes, highs, lows = state[2 : 2 + size], state[2 + size : 2 + 2 * size], state[2 + 2 * size :]
    known, place = int(state[0]), int(state[1])
    middle = 0.5 * (size - 1)
    spread = size * (size * size - 1.0) / 12.0
    for i in range(n):
        closes[place], highs[place], lows[place] = close[i], high[i], low[i]
        known = 0 if math.isnan(close[i] + high[i] + low[i]) else min(known + 1, size)
        place = place + 1 if place + 1 < size else 0
        line[i] = upper[i] = lower[i] = slopes[i] = math.nan
        if known < size:
            continue
        # From here `place` is the oldest entry; offsets from it keep the sums small.
        origin = closes[place]
        total = moment = 0.0
        j = place
        for k in range(size):
            change = closes[j] - origin
            total += change
            moment += (k - middle) * change
            j = j + 1 if j + 1 < size else 0
        slope = moment / spread if size > 1 else 0.0
        now = origin + total / size + slope * middle
        above = below = 0.0
        j = place
        for k in range(size):
            at = now - slope * (size - 1 - k)
            above = max(above, highs[j] - at)
            below = max(below, at - lows[j])
            j = j + 1 if j + 1 < size else 0
        line[i], upper[i], lower[i], slopes[i] = now, now + above, now - below, slope
    state[0], state[1] = known, place
