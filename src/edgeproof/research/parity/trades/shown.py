"""What shows that a trade may have ended otherwise than in the backtest. Where nothing shows it, it is unexplained.

1. What a trade did must be possible: its stop was reached in that minute, its target gone beyond, the exit of its rules
   was due, or somebody (a person, a limit of risk, a stop the venue refused) wanted out.
2. What it did not do, and the backtest did earlier, must be accounted for: the minute was that of its entry, its own
   order was not reached, it filled in part, the close was evaluated late, or trading was halted, which sends no exit.

Of a minute that was corrected afterwards nobody knows what was seen of it: it shows anything. An exit condition is
evaluated again over what was known of its close.
A fill at the beginning of a minute may belong to the one before: an order takes time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgeproof.core.model.candle import IntArray
from edgeproof.core.model.order import EMERGENCY, EXIT, STOP
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.core.simulation.history import PriceHistory
from edgeproof.research.parity.trades.live import Halt, LiveSide
from edgeproof.research.parity.trades.money import Exit, TradeCause
from edgeproof.research.parity.trades.replayed import END

LATEST = 2
"""Minutes within which an exit at market is asked for where nothing was late."""
GRACE_MS = 10 * SECOND
"""What an order may take from its trigger to its fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What there is to say about the exits of one trade.

    `exit_time` are the closes at which its exit condition held; `known` says whether it did by what was known of a
    close when it was evaluated (None: nothing came late). `max_hold` is its time stop (0: none); `legs` are the legs
    by which both sides left, `corrected` the minutes that were corrected afterwards.
    """

    live: LiveSide
    history: PriceHistory
    exit_time: IntArray
    known: Callable[[int], bool | None]
    max_hold: int
    cuts: Sequence[int]
    halts: Sequence[Halt]
    missed: Sequence[int]
    legs: frozenset[str]
    corrected: frozenset[int]

    def cause(self, ours: Exit, theirs: Exit) -> TradeCause:
        """Why two exits differ."""
        if not (self._is_possible(ours) and self._is_accounted_for(ours, theirs)):
            return TradeCause.UNEXPLAINED
        if END in {ours.leg, theirs.leg}:
            return TradeCause.CUT_SHORT if ours.leg == EMERGENCY else TradeCause.STILL_OPEN
        if ours.leg == EMERGENCY:
            return TradeCause.CUT_SHORT
        if ours.leg == theirs.leg:
            return TradeCause.EXIT_PRICE if is_same_time(ours, theirs) else TradeCause.EXIT_TIME
        return TradeCause.QUANTITY if {ours.leg, theirs.leg} <= self.legs else TradeCause.EXIT_KIND

    # --- what it did ---

    def _is_possible(self, ours: Exit) -> bool:
        if ours.leg == END:
            return True
        if ours.leg == EMERGENCY:
            return self._was_cut(ours)
        if ours.leg == EXIT:
            return self._was_due(ours)
        return any(
            minute in self.corrected or self._is_reached(ours.leg, minute, ours.time + 1)
            for minute in self._minutes(ours)
        )

    def _was_cut(self, ours: Exit) -> bool:
        entered = self.live.entries[0].at
        refused = self.live.was(STOP, "rejected", entered, ours.time)
        return refused or any(self.live.signal.time <= time <= ours.time for time in self.cuts)

    def _was_due(self, ours: Exit) -> bool:
        met = self.exit_time[(self.exit_time > self.live.signal.time) & (self.exit_time <= ours.time)]
        is_over = bool(self.max_hold) and ours.time >= self._entered() + self.max_hold
        return is_over or len(met) > 0 or any(map(self.known, self.live.times(EXIT, "intended")))

    def _entered(self) -> int:
        """The minute of the entry, from which a time stop counts."""
        return self.live.entries[0].at // MINUTE * MINUTE

    @staticmethod
    def _minutes(ours: Exit) -> tuple[int, int]:
        return (ours.time - GRACE_MS) // MINUTE * MINUTE, ours.time // MINUTE * MINUTE

    def _is_reached(self, leg: str, minute: int, asked_before: int) -> bool:
        """Whether the candle of a minute reached the stop, or went beyond the limit, asked for last before a time."""
        price = self.live.price_at(leg, asked_before)
        market = self.history.kernel
        row = (minute - market.start) // market.timeframe
        if price is None or not 0 <= row < len(self.history):
            return False
        side, at = self.live.signal.direction, float(price)
        if leg == STOP:
            return side * float(market.low[row] if side > 0 else market.high[row]) <= side * at
        return side * float(market.high[row] if side > 0 else market.low[row]) > side * at

    # --- what it did not do ---

    def _is_accounted_for(self, ours: Exit, theirs: Exit) -> bool:
        minute = self._due(theirs)
        if theirs.leg == END or ours.time < minute + MINUTE + GRACE_MS:
            return True  # it was out by then, as far as minutes can tell
        if minute <= self.live.entries[0].at or minute in self.corrected or self._was_late(minute):
            return True
        if theirs.leg == EXIT:
            is_asked = self.live.was(EXIT, "intended", minute, minute + LATEST * MINUTE)
            return is_asked or self._was_halted(minute) or self._was_not_known(theirs)
        if self.live.was(theirs.leg, "filled", minute, minute + 2 * MINUTE):
            return True
        return not self._is_reached(theirs.leg, minute, minute)

    def _due(self, theirs: Exit) -> int:
        """When the backtest's exit was due here: a time stop counts from the entry, which may have come later."""
        if theirs.leg != EXIT or not self.max_hold or theirs.time in self.exit_time:
            return theirs.time
        return max(theirs.time, self._entered() + self.max_hold)

    def _was_not_known(self, theirs: Exit) -> bool:
        return theirs.time in self.exit_time and self.known(theirs.time) is False

    def _was_halted(self, minute: int) -> bool:
        return any(start < minute + MINUTE and minute < end for start, end in self.halts)

    def _was_late(self, minute: int) -> bool:
        return any(minute - MINUTE <= time <= minute + MINUTE for time in self.missed)


def is_same_time(ours: Exit, theirs: Exit) -> bool:
    """Whether a live exit fell into the minute of the backtest's.

    A stop or a target that was reached at the end of a minute fills in the next one, as soon as an order takes.
    """
    grace = 0 if ours.leg == EXIT else GRACE_MS
    return theirs.time <= ours.time < theirs.time + MINUTE + grace
