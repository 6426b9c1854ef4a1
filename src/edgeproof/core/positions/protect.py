"""How the stop of a position moves, and when its time is over: the rules of the backtest's bracket, candle by candle.

1. `note_target` when a target is filled completely.
2. `after_close` at each close of a base candle in which the position stayed open, the one of its entry included. What
   it sets is in force from the next candle on, never within the one that made it.
3. `is_overdue` at the same close.

In floats, like the kernel (`core/kernels/bracket.py`): the stop becomes ticks where an order is made of it.
"""

import math
from dataclasses import dataclass

from edgeproof.core.model.alter import altered
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.position import Guard
from edgeproof.core.model.round_trip import StopKind


def note_target(guard: Guard) -> Guard:
    """The guard after another target was filled completely; its stop moves at the next close."""
    return altered(guard, targets_filled=guard.targets_filled + 1)


def after_close(guard: Guard, candle: ClosedCandle) -> Guard:
    """The guard in force from the next candle on. The stop of a long is

        max(stop, entry if break-even and a target is filled, highest high since entry - trail)

    and that of a short its mirror image. It never moves away from the price.
    """
    direction = guard.direction
    extreme = candle.high if direction > 0 else candle.low
    best = extreme if guard.best is None else direction * max(direction * guard.best, direction * extreme)
    stop, kind = guard.stop, guard.kind
    if guard.has_break_even and guard.targets_filled and direction * (guard.entry - stop) > 0:
        stop, kind = guard.entry, StopKind.BREAK_EVEN
    if guard.trail is not None and direction * (best - direction * guard.trail - stop) > 0:
        stop, kind = best - direction * guard.trail, StopKind.TRAILING
    return altered(guard, best=best, stop=stop, kind=kind)


@dataclass(frozen=True, slots=True)
class Stillness:
    """Between which prices, both excluded, the extremes of a candle move no stop; nowhere where one moves anyway."""

    low: float = -math.inf
    high: float = math.inf


_ALWAYS, _NEVER = Stillness(), Stillness(math.inf, -math.inf)


def stillness(guard: Guard) -> Stillness:
    """Which candles need not be told to `after_close`: all that they could change is a best price nobody asks for."""
    if guard.has_break_even and guard.targets_filled and guard.direction * (guard.entry - guard.stop) > 0:
        return _NEVER
    if guard.trail is None:
        return _ALWAYS
    if guard.best is None:
        return _NEVER
    return Stillness(high=guard.best) if guard.direction > 0 else Stillness(low=guard.best)


def is_overdue(guard: Guard, close_time: int) -> bool:
    """Whether the time stop is due at a close: what is left goes at market."""
    return guard.deadline is not None and close_time >= guard.deadline
