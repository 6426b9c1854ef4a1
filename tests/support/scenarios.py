"""Little markets a trader can read: candles in, the trade out.

The signal fires at the close of the first candle, whose close (100) is the reference price; the next candle is the
entry candle. Costs are zero unless a scenario says otherwise.
"""

from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.round_trip import ExitReason, RoundTrips, StopKind
from edgeproof.core.simulation.bracket import BracketSpec, FireTable, Walk, simulate
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.history import price_history
from tests.support.candles import MINUTE, rows

FREE = Costs(taker=0.0, maker=0.0)
SIGNAL = (100.0, 100.0, 100.0, 100.0)
"""The candle every scenario begins with: the signal fires at its close."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A bracket around 100, the candles after the signal, and the trade they make (`exits_in` 1 = entry candle)."""

    candles: tuple[tuple[float, float, float, float], ...]
    stop: float
    targets: tuple[float, ...]
    side: int = 1
    fractions: tuple[float, ...] = (1.0,)
    trail: float = np.nan
    break_even: bool = False
    max_hold: int = 0
    exit_after: tuple[int, ...] = ()
    costs: Costs = FREE
    funding: tuple[tuple[int, float], ...] = ()

    def walk(self) -> Walk:
        """What the backtest makes of it."""
        return run(
            self.market(),
            BracketSpec(
                direction=self.side,
                fractions=self.fractions,
                break_even=self.break_even,
                max_hold=self.max_hold * MINUTE,
                costs=self.costs,
            ),
            self.fires(),
            self.settlements(),
        )

    def market(self) -> Candles:
        """The signal candle and those after it."""
        return rows(SIGNAL, *self.candles)

    def fires(self) -> FireTable:
        """The one signal; `exit_after` names the candles at whose close the exit condition holds."""
        return fires((0, 100.0, self.stop, self.targets), trail=self.trail, exit_after=self.exit_after)

    def settlements(self) -> Funding:
        """Funding at the open of the candles named."""
        return Funding(
            time=np.array([candle * MINUTE for candle, _ in self.funding], dtype=np.int64),
            rate=np.array([rate for _, rate in self.funding], dtype=float),
        )

    def trade(self) -> RoundTrips:
        """Its one round trip."""
        trips = self.walk().round_trips
        assert len(trips) == 1, self.walk().fates
        return trips


def run(candles: Candles, spec: BracketSpec, table: FireTable, funding: Funding) -> Walk:
    """A walk over fresh history."""
    return simulate(price_history(candles, funding), spec, table)


def fires(
    *signals: tuple[int, float, float, tuple[float, ...]], trail: float = np.nan, exit_after: tuple[int, ...] = ()
) -> FireTable:
    """Signals of (candle at whose close it fires, reference, stop, targets)."""
    width = len(signals[0][3]) if signals else 1
    return FireTable(
        time=np.array([(candle + 1) * MINUTE for candle, *_ in signals], dtype=np.int64),
        reference=np.array([signal[1] for signal in signals], dtype=float),
        stop=np.array([signal[2] for signal in signals], dtype=float),
        targets=np.array([signal[3] for signal in signals], dtype=float).reshape(len(signals), width),
        trail=np.full(len(signals), trail),
        exit_time=np.array([(candle + 1) * MINUTE for candle in exit_after], dtype=np.int64),
    )


def told(trips: RoundTrips) -> str:
    """A round trip in a line: "stop 95 in 2", "target 110 at open of 3", with what is unusual about it behind."""
    candle = int(trips.exit_time[0] // MINUTE)
    reason = ExitReason(int(trips.exit_reason[0])).word
    # An exit at the open of candle 3 and one at the close of candle 2 are the same instant: the price tells them apart.
    kind = StopKind(int(trips.stop_kind[0]))
    notes = [f"({kind.word})"] if kind != StopKind.INITIAL else []
    notes += ["(ambiguous)"] if trips.ambiguous[0] else []
    return " ".join([reason, f"{trips.exit_price[0]:g}", f"by minute {candle}", *notes])
