"""From fires to outcomes: every fire of every variant through the recorded candles.

1. `judge` marks the fires that are void; the others wait until a walk needs them.
2. `walk` goes through the fires of each variant in time order and counts the fate of each. A fire that is free to enter
   gets its outcome from `_outcome`. Its exit time and its R are kept: they belong to the fire's row, whatever variant
   asks for them. `recall` works out the other facts for those who want them.
3. `_outcome` enters, then alternates between `_seek` (jump over candles on which nothing can happen) and
   `bracket.advance` (the full transition on the candle where something does). Fed every candle instead, `advance` gives
   the same bits.

Prices are mirrored, as in bracket.py.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.kernels.bracket import (
    AT_OPEN,
    BY_END,
    F_R,
    FACTS,
    HIGHEST,
    KIND,
    LOWEST,
    NEXT,
    POSITION_SIZE,
    STOP,
    TRAILING,
    Rules,
    accrue,
    advance,
    enter,
    invalid_at,
    leave,
    settle,
)
from edgeproof.core.kernels.compiled import bare, local_floats
from edgeproof.core.kernels.first_touch import build_trees, climb, scan

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# In place of an exit time.
UNKNOWN, VOID, UNFILLED, INVALIDATED = -(2**62), -(2**62) + 1, -(2**62) + 2, -(2**62) + 3
N_FATES = 5
FATE_VOID, FATE_OVERLAPPED, FATE_UNFILLED, FATE_INVALIDATED, FATE_TRADED = range(N_FATES)

# Where, among exit times and settlements, the last outcome was found; how far from there the next one is looked for.
NEAR_EXIT, NEAR_SETTLEMENT, NEARS = 0, 1, 2
NEAR = 8


class History(NamedTuple):
    """Base candles on a regular grid, settlements, and the tree of extremes (built when `work` says it pays).

    `settlement_candle` is the first candle opening at or after the settlement, `settlement_charge` rate x price.
    `work` holds: candles scanned beyond the plain ones so far, 1 if the tree is built, its price in candles scanned.
    """

    start: int
    timeframe: int
    plain: int
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    settlement_candle: IntArray
    settlement_charge: FloatArray
    levels: IntArray
    low_tree: FloatArray
    high_tree: FloatArray
    work: IntArray


class Fires(NamedTuple):
    """One row a unique fire; stops and targets mirrored, targets ascending in each row, shapes (n,) and (n, k)."""

    time: IntArray
    reference: FloatArray
    stop: FloatArray
    targets: FloatArray
    fractions: FloatArray
    trail: FloatArray
    exit_time: IntArray


_position = local_floats(POSITION_SIZE)
_facts = local_floats(FACTS)


@bare
def judge(fires: Fires, known: IntArray) -> None:
    """Mark each fire void or not known yet: stop and targets must be prices on their side of the reference."""
    for row in range(len(fires.time)):
        reference = fires.reference[row]
        sound = np.isfinite(reference) and np.isfinite(fires.stop[row]) and fires.stop[row] < reference
        for target in range(fires.targets.shape[1]):
            price = fires.targets[row, target]
            sound = sound and np.isfinite(price) and price > reference
        known[row] = UNKNOWN if sound else VOID


@bare
def _candle_at(history: History, time: int) -> int:
    # The first candle opening at or after a time.
    return max(0, -((history.start - time) // history.timeframe))


@bare
def _after(values: IntArray, value: int, guess: int) -> int:
    # How many of the ascending values are <= value. Fires come in time order, so the last answer is a good guess; a
    # halving search from scratch costs as much as the rest of a short trade.
    low, high = 0, len(values)
    if guess <= high and (guess == 0 or values[guess - 1] <= value):
        low = guess
        for near in range(low, min(low + NEAR, high)):
            if values[near] > value:
                return near
    while low < high:
        middle = (low + high) >> 1
        if values[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low


@bare
def _bounds(history: History, rules: Rules, fires: Fires, row: int, entry: int, near: IntArray) -> tuple[int, int]:
    # The candle of the exit condition (or beyond the data), and the last candle the position can reach.
    n = len(history.open)
    exit_candle = n
    later = _after(fires.exit_time, fires.time[row], near[NEAR_EXIT])
    near[NEAR_EXIT] = later
    if later < len(fires.exit_time):
        exit_candle = max(entry + 1, _candle_at(history, fires.exit_time[later]))
    last = min(n - 1, exit_candle)
    if rules.max_hold > 0:
        last = min(last, entry - 1 - (-rules.max_hold // history.timeframe))
    return exit_candle, last


@bare
def _seek(
    history: History, rules: Rules, position: FloatArray, target: float, trail: float, first: int, end: int
) -> int:
    # The first candle in [first, end) on which `advance` has something to do, or `end`.
    long = rules.direction > 0.0
    worst, best = (history.low, history.high) if long else (history.high, history.low)
    stop, highest, lowest = position[STOP], position[HIGHEST], position[LOWEST]
    near = min(end, first + history.plain)
    candle, stop, highest, lowest = scan(
        first, near, rules.direction, worst, best, stop, target, trail, highest, lowest
    )
    if candle == near and near < end:
        work = history.work
        if work[1] == 0 and work[0] > work[2]:
            # As much has been scanned as the tree costs: from here on it pays, and it cannot have cost more than twice.
            build_trees(history.low, history.high, history.levels, history.low_tree, history.high_tree)
            work[1] = 1
        if work[1] == 0:
            candle, stop, highest, lowest = scan(
                near, end, rules.direction, worst, best, stop, target, trail, highest, lowest
            )
            work[0] += candle - near
        else:
            worst_tree, best_tree = (
                (history.low_tree, history.high_tree) if long else (history.high_tree, history.low_tree)
            )
            candle, stop, highest, lowest = climb(
                near, end, rules.direction, worst, best, stop, target, trail, highest, lowest,
                history.levels, worst_tree, best_tree,
            )  # fmt: skip
    if stop > position[STOP]:
        position[STOP] = stop
        position[KIND] = TRAILING
    position[HIGHEST] = highest
    position[LOWEST] = lowest
    return candle


# Splitting this further would hide that it is the same walk as the replay's, with jumps.
@bare
def _outcome(history: History, rules: Rules, fires: Fires, row: int, near: IntArray, facts: FloatArray) -> int:
    # The exit time of a fire that is free to enter, or UNFILLED or INVALIDATED; its facts are written.
    side = rules.direction
    n = len(history.open)
    entry = _candle_at(history, fires.time[row])
    if entry >= n:
        return UNFILLED
    targets, fractions, trail = fires.targets[row], fires.fractions[row], fires.trail[row]
    open_ = side * history.open[entry]
    if invalid_at(open_, fires.stop[row], targets):
        return INVALIDATED
    position = _position()
    exit_candle, last = _bounds(history, rules, fires, row, entry, near)
    enter(position, rules, open_, fires.stop[row], history.start + entry * history.timeframe)
    settlement = _after(history.settlement_candle, entry, near[NEAR_SETTLEMENT])
    near[NEAR_SETTLEMENT] = settlement
    candle = entry
    while True:
        while settlement < len(history.settlement_candle) and history.settlement_candle[settlement] <= candle:
            accrue(position, rules, history.settlement_charge[settlement])
            settlement += 1
        ended = advance(
            position, rules, targets, fractions, trail,
            history.start + (candle + 1) * history.timeframe,
            candle == entry, candle == exit_candle,
            side * history.open[candle],
            side * (history.high[candle] if side > 0.0 else history.low[candle]),
            side * (history.low[candle] if side > 0.0 else history.high[candle]),
            side * history.close[candle],
        )  # fmt: skip
        if ended:
            break
        if candle == n - 1:
            leave(position, rules, side * history.close[candle], BY_END, False)
            break
        following = int(position[NEXT])
        target = targets[following] if following < len(targets) else np.inf
        candle = _seek(history, rules, position, target, trail, candle + 1, last)
    settle(position, rules, fires.reference[row] - fires.stop[row], entry, candle, facts)
    return history.start + (candle if position[AT_OPEN] > 0.0 else candle + 1) * history.timeframe


@bare
def foresee(
    history: History, rules: Rules, fires: Fires, known: IntArray, r_multiples: FloatArray, near: IntArray
) -> None:
    """Find the outcome of every fire, in time order.

    When many variants will ask for most of them this is four times faster than in the order in which they ask, which
    jumps about in memory.
    """
    facts = _facts()
    for row in range(len(known)):
        if known[row] == UNKNOWN:
            known[row] = _outcome(history, rules, fires, row, near, facts)
            r_multiples[row] = facts[F_R]


@bare
def recall(history: History, rules: Rules, fires: Fires, known: IntArray, facts: FloatArray, near: IntArray) -> None:
    """Write the facts (n, FACTS) of every fire known to be a trade; a sweep that ranks by R never asks for them."""
    for row in range(len(known)):
        if known[row] > INVALIDATED:
            _outcome(history, rules, fires, row, near, facts[row])


@bare
def walk(
    history: History,
    rules: Rules,
    fires: Fires,
    known: IntArray,
    r_multiples: FloatArray,
    near: IntArray,
    rows: IntArray,
    offsets: IntArray,
    fates: IntArray,
    taken: IntArray,
) -> None:
    """Decide the fate of every fire of every variant, one position at a time.

    Variant v owns `rows[offsets[v]:offsets[v + 1]]`, ascending in time; the rows it traded are written to the front of
    the same stretch of `taken`, the counts of its fates to `fates[v]`. `known` (exit times) and `r_multiples` keep the
    outcomes between calls.
    """
    facts = _facts()
    for variant in range(len(offsets) - 1):
        free = UNKNOWN
        n_taken = offsets[variant]
        n_overlapped = 0
        for place in range(offsets[variant], offsets[variant + 1]):
            row = rows[place]
            ended = known[row]
            if ended == VOID:
                fates[variant, FATE_VOID] += 1
                continue
            if fires.time[row] < free:
                n_overlapped += 1
                continue
            if ended == UNKNOWN:
                ended = _outcome(history, rules, fires, row, near, facts)
                known[row] = ended
                r_multiples[row] = facts[F_R]
            if ended == UNFILLED:
                fates[variant, FATE_UNFILLED] += 1
            elif ended == INVALIDATED:
                fates[variant, FATE_INVALIDATED] += 1
            else:
                free = ended
                taken[n_taken] = row
                n_taken += 1
        fates[variant, FATE_OVERLAPPED] = n_overlapped
        fates[variant, FATE_TRADED] = n_taken - offsets[variant]
