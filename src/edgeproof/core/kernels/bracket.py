"""The bracket: one compiled transition for backtest, replay and live (rules of `semantics.md`, "Fills in a backtest").

1. `enter` opens a position at the open of a candle.
2. `advance` takes it through a candle, until it ends: the full transition, whatever happens in it.
3. `settle` writes the facts of the round trip.

All prices inside are *mirrored*: multiplied by the direction (+1 long, -1 short), so that one text of the rules serves
both. IEEE arithmetic is symmetric, so nothing is lost by it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edgeproof.core.kernels.compiled import bare

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Slots of a position (float64). Prices are mirrored; LEFT is the fraction still open.
ENTRY, STOP, KIND, NEXT, LEFT, HIGHEST, LOWEST = 0, 1, 2, 3, 4, 5, 6
VALUE, FEES, SLIPPAGE, FUNDING, BEST_VALUE, BEST_FEES, AMBIGUOUS, REASON, AT_OPEN, DEADLINE = range(7, 17)
POSITION_SIZE = 17

OPEN = -1
BY_STOP, BY_TARGET, BY_TIME, BY_CONDITION, BY_END = 0, 1, 2, 3, 4
INITIAL, BREAK_EVEN, TRAILING = 0, 1, 2

# Columns of the facts of a finished round trip (float64). Prices are real again.
(
    F_ENTRY_CANDLE, F_EXIT_CANDLE, F_AT_OPEN, F_REASON, F_KIND, F_AMBIGUOUS, F_ENTRY, F_EXIT,
    F_FEES, F_SLIPPAGE, F_FUNDING, F_PNL, F_R, F_R_BEST, F_MAE, F_MFE,
) = range(16)  # fmt: skip
FACTS = 16


class Rules(NamedTuple):
    """What is fixed for every fire of a bracket. `max_hold` in ms, 0 for none; fractions of price and notional."""

    direction: float
    taker: float
    maker: float
    slippage: float
    break_even: bool
    max_hold: int


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
    position[BEST_VALUE] = 0.0
    position[BEST_FEES] = 0.0
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
def invalid_at(open_: float, stop: float, targets: FloatArray) -> bool:
    """Whether the (mirrored) open of the entry candle has already passed the stop or the last target."""
    return open_ <= stop or (len(targets) > 0 and open_ >= targets[-1])
