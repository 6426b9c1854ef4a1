"""What the backtest makes of signals: the very round trips of `core.simulation`, part by part.

The compiled walk says how a round trip ended and what it paid, but of its exits only the mean price. The parts are read
off the same transition, candle by candle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from edgeproof.core.kernels import bracket as kernel
from edgeproof.core.model.candle import IntArray
from edgeproof.core.model.order import EXIT, STOP, target_leg
from edgeproof.core.model.round_trip import ExitReason, RoundTrips
from edgeproof.core.model.steps import decimal_of
from edgeproof.core.signals.generate import Fires
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.simulation.bracket import BracketOutcomes, BracketSpec, prepare
from edgeproof.core.simulation.history import PriceHistory
from edgeproof.research.parity.trades.money import EXACT, Exit, Made

END = "end"
"""The leg of what was open when the candles ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestSide:
    """A signal in the backtest, a unit of it. `parts` are exits as fractions; an exit's time is its candle's open."""

    entry_time: int
    entry_price: Decimal
    parts: tuple[Exit, ...]
    fees: Decimal
    funding: Decimal
    slippage: Decimal
    pnl: float
    r: float
    risk: float
    reason: ExitReason
    exit_time: int
    is_ambiguous: bool

    @property
    def is_open(self) -> bool:
        """Whether the candles ended before it did."""
        return self.reason is ExitReason.END_OF_DATA

    def made(self, quantity: Decimal) -> Made:
        """Its side of the money, for a quantity."""
        shares = [EXACT.multiply(each.quantity, quantity) for each in self.parts]
        shares[-1] = EXACT.subtract(quantity, sum(shares[:-1], Decimal(0)))
        return Made(
            entry_value=EXACT.multiply(self.entry_price, quantity),
            exits=tuple(
                Exit(leg=each.leg, quantity=share, price=each.price, time=each.time)
                for each, share in zip(self.parts, shares, strict=True)
            ),
            fees=EXACT.multiply(self.fees, quantity),
            funding=EXACT.multiply(self.funding, quantity),
        )


class Replayed:
    """The fires of one hypothesis over one instrument, and what the backtest makes of those that are asked for."""

    def __init__(self, history: PriceHistory, hypothesis: Hypothesis, spec: BracketSpec, fires: Fires) -> None:
        self.history, self.hypothesis, self.spec, self.fires = history, hypothesis, spec, fires
        self._outcomes = BracketOutcomes(history, spec, fires)
        self._prepared = prepare(spec, fires)

    def row_of(self, time: int) -> int | None:
        """The row of the fire at a time; None without one."""
        row = int(np.searchsorted(self.fires.time, time))
        return row if row < len(self.fires) and int(self.fires.time[row]) == time else None

    def walk(self, rows: IntArray) -> dict[int, BacktestSide]:
        """The trades that the backtest makes of some rows, one position at a time, by their rows."""
        walked = self._outcomes.walk(rows)
        trips = walked.round_trips
        return {row: self._side(trips, number, row) for number, row in enumerate(walked.rows.tolist())}

    def why_not(self, time: int) -> str:
        """Why the backtest has no trade of a signal at a time that it was asked for."""
        row = self.row_of(time)
        if row is None:
            return "no_signal"
        market = self.history.kernel
        candle = max(0, -((market.start - time) // market.timeframe))
        if candle >= len(self.history):
            return "unfilled"
        open_ = self.spec.direction * float(market.open[candle])
        passed = kernel.invalid_at(open_, float(self._prepared.stop[row]), self._prepared.targets[row])
        return "invalidated" if passed else "overlapped"

    def _side(self, trips: RoundTrips, number: int, row: int) -> BacktestSide:
        entry_time = int(trips.entry_time[number])
        return BacktestSide(
            entry_time=entry_time,
            entry_price=decimal_of(trips.entry_price[number]),
            parts=tuple(self._parts(row, entry_time)),
            fees=decimal_of(trips.fees[number]),
            funding=decimal_of(trips.funding[number]),
            slippage=decimal_of(trips.slippage[number]),
            pnl=float(trips.pnl[number]),
            r=float(trips.r_multiple[number]),
            risk=float(trips.risk[number]),
            reason=ExitReason(int(trips.exit_reason[number])),
            exit_time=int(trips.exit_time[number]),
            is_ambiguous=bool(trips.ambiguous[number]),
        )

    def _parts(self, row: int, entry_time: int) -> Iterator[Exit]:
        """The exits of a row that was traded, as fractions."""
        market, rules, fires = self.history.kernel, self.spec.rules, self._prepared
        legs = self._legs(row)
        side, targets, fractions = rules.direction, fires.targets[row], fires.fractions[row]
        first = (entry_time - market.start) // market.timeframe
        exit_at = _first_after(fires.exit_time, int(fires.time[row]))
        position = np.zeros(kernel.POSITION_SIZE)
        kernel.enter(position, rules, side * market.open[first], fires.stop[row], entry_time)
        for candle in range(first, len(self.history)):
            open_time = market.start + candle * market.timeframe
            open_, close = side * market.open[candle], side * market.close[candle]
            high, low = market.high[candle], market.low[candle]
            following, left, stop = int(position[kernel.NEXT]), position[kernel.LEFT], position[kernel.STOP]
            ended = kernel.advance(
                position, rules, targets, fractions, fires.trail[row], open_time + market.timeframe,
                candle == first, candle > first and exit_at <= open_time,
                open_, side * (high if side > 0 else low), side * (low if side > 0 else high), close,
            )  # fmt: skip
            for number in range(following, int(position[kernel.NEXT])):
                price = open_ if candle > first and open_ > targets[number] else targets[number]
                left -= fractions[number]
                yield _part(legs[number], fractions[number], side * price, open_time)
            reason = int(position[kernel.REASON])
            if not ended and candle == len(self.history) - 1:
                ended, reason = True, kernel.BY_END
            if ended and reason != kernel.BY_TARGET:
                at_open = position[kernel.AT_OPEN] > 0
                price = {kernel.BY_STOP: open_ if at_open else stop, kernel.BY_CONDITION: open_}.get(reason, close)
                fill = side * price * (1.0 - side * rules.slippage)
                # Out of a time that is over an order gets at the close, which is the next candle's open.
                time = open_time + market.timeframe if reason == kernel.BY_TIME else open_time
                yield _part(_LEGS[reason], left, fill, time)
            if ended:
                return

    def _legs(self, row: int) -> list[str]:
        """The legs of the targets in the order in which they are reached; they are named in the signal's order."""
        order = np.argsort(self.spec.direction * np.asarray(self.fires.targets[row]), kind="stable")
        return [target_leg(int(number) + 1) for number in order]


_LEGS = {kernel.BY_STOP: STOP, kernel.BY_TIME: EXIT, kernel.BY_CONDITION: EXIT, kernel.BY_END: END}


def _part(leg: str, fraction: float, price: float, time: int) -> Exit:
    return Exit(leg=leg, quantity=decimal_of(fraction), price=decimal_of(price), time=int(time))


def _first_after(times: IntArray, time: int) -> int:
    row = int(np.searchsorted(times, time, side="right"))
    return int(times[row]) if row < len(times) else 2**62
