"""The bracket: one compiled transition for backtest, replay and live, and the loop that walks the fires.

How the outcome of a fire is found (rules of `semantics.md`, "Fills in a backtest"):

1. `judge` marks the fires that are void; the others wait until a walk needs them.
2. `walk` goes through the fires of each variant in time order and counts the fate of each. A fire that is free to enter
   gets its outcome from `_outcome`, which is kept: it belongs to the fire's row, whatever variant asks for it.
3. `_outcome` enters, then alternates between `_seek` (jump over candles on which nothing can happen) and `advance` (the
   full transition on the candle where something does). Fed every candle instead, `advance` gives the same bits.

All prices inside are *mirrored*: multiplied by the direction (+1 long, -1 short), so that one text of the rules serves
both. IEEE arithmetic is symmetric, so nothing is lost by it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.kernels.compiled import bare
from edgeproof.core.kernels.first_touch import build_trees, climb, scan

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Slots of a position (float64). Prices are mirrored; LEFT is the fraction still open.
ENTRY, STOP, KIND, NEXT, LEFT, HIGHEST, LOWEST = 0, 1, 2, 3, 4, 5, 6
VALUE, FEES, SLIPPAGE, FUNDING, BEST_VALUE, BEST_FEES, AMBIGUOUS, REASON, AT_OPEN, DEADLINE = range(7, 17)
# Where the exit times and settlements of the last outcome were found.
NEAR_EXIT, NEAR_SETTLEMENT = 17, 18
POSITION_SIZE = 19
NEAR = 8

OPEN = -1
BY_STOP, BY_TARGET, BY_TIME, BY_CONDITION, BY_END = 0, 1, 2, 3, 4
INITIAL, BREAK_EVEN, TRAILING = 0, 1, 2

# Columns of the facts of a finished round trip (float64). Prices are real again.
(
    F_ENTRY_CANDLE, F_EXIT_CANDLE, F_AT_OPEN, F_REASON, F_KIND, F_AMBIGUOUS, F_ENTRY, F_EXIT,
    F_FEES, F_SLIPPAGE, F_FUNDING, F_PNL, F_R, F_R_BEST, F_MAE, F_MFE,
) = range(16)  # fmt: skip
FACTS = 16

# In place of an exit time.
UNKNOWN, VOID, UNFILLED, INVALIDATED = -(2**62), -(2**62) + 1, -(2**62) + 2, -(2**62) + 3
N_FATES = 5
FATE_VOID, FATE_OVERLAPPED, FATE_UNFILLED, FATE_INVALIDATED, FATE_TRADED = range(N_FATES)


class Rules(NamedTuple):
    """What is fixed for every fire of a bracket. `max_hold` in ms, 0 for none; fractions of price and notional."""

    direction: float
    taker: float
    maker: float
    slippage: float
    break_even: bool
    max_hold: int


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


@bare
def enter(position: FloatArray, rules: Rules, open_: float, stop: float, time: int) -> None:
    """Open a position of one unit at a (mirrored) open, paying slippage and the taker fee."""
    entry = open_ * (1.0 + rules.direction * rules.slippage)
    position[ENTRY] = entry
    position[STOP] = stop
    position[KIND] = INITIAL
    position[NEXT] = 0
    position[LEFT] = 1.0
    position[HIGHEST] = -np.inf
    position[LOWEST] = np.inf
    position[VALUE] = 0.0
    position[FEES] = rules.direction * entry * rules.taker
    position[SLIPPAGE] = rules.direction * open_ * rules.slippage
    position[FUNDING] = 0.0
    position[AMBIGUOUS] = 0.0
    position[REASON] = OPEN
    position[AT_OPEN] = 0.0
    position[DEADLINE] = time + rules.max_hold if rules.max_hold > 0 else np.inf


@bare
def accrue(position: FloatArray, rules: Rules, charge: float) -> None:
    """Pay (long) or receive (short) one settlement of `charge` = rate x price a unit on what is left."""
    position[FUNDING] += rules.direction * charge * position[LEFT]


@bare
def leave(position: FloatArray, rules: Rules, price: float, reason: int, at_open: bool) -> None:
    """Close everything left at market."""
    left = position[LEFT]
    fill = price * (1.0 - rules.direction * rules.slippage)
    position[VALUE] += left * fill
    position[FEES] += left * (rules.direction * fill) * rules.taker
    position[SLIPPAGE] += left * (rules.direction * price) * rules.slippage
    position[LEFT] = 0.0
    position[REASON] = reason
    position[AT_OPEN] = 1.0 if at_open else 0.0


@bare
def _take_profit(position: FloatArray, rules: Rules, price: float, fractions: FloatArray) -> bool:
    # Fills the next target at a price; true if it was the last one.
    fraction = fractions[int(position[NEXT])]
    position[VALUE] += fraction * price
    position[FEES] += fraction * (rules.direction * price) * rules.maker
    position[LEFT] -= fraction
    position[NEXT] += 1
    if position[NEXT] < len(fractions):
        return False
    position[LEFT] = 0.0
    position[REASON] = BY_TARGET
    return True


@bare
def _take_best_order(
    position: FloatArray, rules: Rules, targets: FloatArray, fractions: FloatArray, high: float
) -> None:
    # The other order of an ambiguous candle: its targets first, then the stop for what is left.
    value, fees, left = position[VALUE], position[FEES], position[LEFT]
    target = int(position[NEXT])
    while target < len(targets) and high > targets[target]:
        value += fractions[target] * targets[target]
        fees += fractions[target] * (rules.direction * targets[target]) * rules.maker
        left -= fractions[target]
        target += 1
    if target < len(targets):
        fill = position[STOP] * (1.0 - rules.direction * rules.slippage)
        value += left * fill
        fees += left * (rules.direction * fill) * rules.taker
    position[BEST_VALUE] = value
    position[BEST_FEES] = fees
    position[AMBIGUOUS] = 1.0


@bare
def _move_stop(position: FloatArray, rules: Rules, trail: float) -> None:
    # At the close, effective from the next candle; a stop never moves away. A trail of NaN compares false.
    if rules.break_even and position[NEXT] > 0 and position[ENTRY] > position[STOP]:
        position[STOP] = position[ENTRY]
        position[KIND] = BREAK_EVEN
    if position[HIGHEST] - trail > position[STOP]:
        position[STOP] = position[HIGHEST] - trail
        position[KIND] = TRAILING


# The order of these lines is the rule (semantics.md, Fills 2 a-f): it reads best unbroken, hence its length.
@bare
def advance(  # noqa: PLR0911
    position: FloatArray,
    rules: Rules,
    targets: FloatArray,
    fractions: FloatArray,
    trail: float,
    close_time: int,
    is_entry: bool,
    exit_pending: bool,
    open_: float,
    high: float,
    low: float,
    close: float,
) -> bool:
    """Take the position through one candle of mirrored prices; true if it ended in it.

    Settlements up to the candle's open must have been accrued before.
    """
    if not is_entry:
        if exit_pending:
            leave(position, rules, open_, BY_CONDITION, True)
            return True
        if open_ <= position[STOP]:
            leave(position, rules, open_, BY_STOP, True)
            return True
        while position[NEXT] < len(targets) and open_ > targets[int(position[NEXT])]:
            if _take_profit(position, rules, open_, fractions):
                position[AT_OPEN] = 1.0
                return True
    position[HIGHEST] = max(position[HIGHEST], high)
    position[LOWEST] = min(position[LOWEST], low)
    if low <= position[STOP]:
        if position[NEXT] < len(targets) and high > targets[int(position[NEXT])]:
            _take_best_order(position, rules, targets, fractions, high)
        leave(position, rules, position[STOP], BY_STOP, False)
        return True
    while position[NEXT] < len(targets) and high > targets[int(position[NEXT])]:
        if _take_profit(position, rules, targets[int(position[NEXT])], fractions):
            return True
    if close_time >= position[DEADLINE]:
        leave(position, rules, close, BY_TIME, False)
        return True
    _move_stop(position, rules, trail)
    return False


@bare
def settle(
    position: FloatArray, rules: Rules, risk: float, entry_candle: int, exit_candle: int, facts: FloatArray
) -> None:
    """Write the facts of a position that has ended; `risk` is the planned R."""
    entry, value = position[ENTRY], position[VALUE]
    pnl = value - entry - position[FEES] - position[FUNDING]
    best = position[BEST_VALUE] - entry - position[BEST_FEES] - position[FUNDING]
    facts[F_ENTRY_CANDLE] = entry_candle
    facts[F_EXIT_CANDLE] = exit_candle
    facts[F_AT_OPEN] = position[AT_OPEN]
    facts[F_REASON] = position[REASON]
    facts[F_KIND] = position[KIND]
    facts[F_AMBIGUOUS] = position[AMBIGUOUS]
    facts[F_ENTRY] = rules.direction * entry
    facts[F_EXIT] = rules.direction * value
    facts[F_FEES] = position[FEES]
    facts[F_SLIPPAGE] = position[SLIPPAGE]
    facts[F_FUNDING] = position[FUNDING]
    facts[F_PNL] = pnl
    facts[F_R] = pnl / risk
    facts[F_R_BEST] = best / risk if position[AMBIGUOUS] > 0.0 else pnl / risk
    facts[F_MAE] = max(0.0, (entry - position[LOWEST]) / risk)
    facts[F_MFE] = max(0.0, (position[HIGHEST] - entry) / risk)


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
def invalid_at(open_: float, stop: float, targets: FloatArray) -> bool:
    """Whether the (mirrored) open of the entry candle has already passed the stop or the last target."""
    return open_ <= stop or (len(targets) > 0 and open_ >= targets[-1])


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
def _bounds(
    history: History, rules: Rules, fires: Fires, row: int, entry: int, position: FloatArray
) -> tuple[int, int]:
    # The candle of the exit condition (or beyond the data), and the last candle the position can reach.
    n = len(history.open)
    exit_candle = n
    later = _after(fires.exit_time, fires.time[row], int(position[NEAR_EXIT]))
    position[NEAR_EXIT] = later
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
def _outcome(history: History, rules: Rules, fires: Fires, row: int, position: FloatArray, facts: FloatArray) -> int:
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
    exit_candle, last = _bounds(history, rules, fires, row, entry, position)
    enter(position, rules, open_, fires.stop[row], history.start + entry * history.timeframe)
    settlement = _after(history.settlement_candle, entry, int(position[NEAR_SETTLEMENT]))
    position[NEAR_SETTLEMENT] = settlement
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
    history: History, rules: Rules, fires: Fires, known: IntArray, facts: FloatArray, position: FloatArray
) -> None:
    """Find the outcome of every fire, in time order.

    When many variants will ask for most of them this is four times faster than in the order in which they ask, which
    jumps about in memory.
    """
    for row in range(len(known)):
        if known[row] == UNKNOWN:
            known[row] = _outcome(history, rules, fires, row, position, facts[row])


@bare
def walk(
    history: History,
    rules: Rules,
    fires: Fires,
    known: IntArray,
    facts: FloatArray,
    rows: IntArray,
    offsets: IntArray,
    fates: IntArray,
    taken: IntArray,
    position: FloatArray,
) -> None:
    """Decide the fate of every fire of every variant, one position at a time.

    Variant v owns `rows[offsets[v]:offsets[v + 1]]`, ascending in time; the rows it traded are written to the front of
    the same stretch of `taken`, the counts of its fates to `fates[v]`. `known` and `facts` keep outcomes between calls;
    `position` is room for one position.
    """
    for variant in range(len(offsets) - 1):
        free = UNKNOWN
        n_taken = offsets[variant]
        for place in range(offsets[variant], offsets[variant + 1]):
            row = rows[place]
            ended = known[row]
            if ended == VOID:
                fates[variant, FATE_VOID] += 1
                continue
            if fires.time[row] < free:
                fates[variant, FATE_OVERLAPPED] += 1
                continue
            if ended == UNKNOWN:
                ended = _outcome(history, rules, fires, row, position, facts[row])
                known[row] = ended
            if ended == UNFILLED:
                fates[variant, FATE_UNFILLED] += 1
            elif ended == INVALIDATED:
                fates[variant, FATE_INVALIDATED] += 1
            else:
                free = ended
                taken[n_taken] = row
                n_taken += 1
        fates[variant, FATE_TRADED] = n_taken - offsets[variant]
