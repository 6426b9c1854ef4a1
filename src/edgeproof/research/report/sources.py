"""What a page is made from: a kept run, its round trips, what its hypotheses say, and the history it rests on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.core.signals.hypothesis import Hypothesis

Trades = Mapping[tuple[str, str], RoundTrips]
"""Round trips by hypothesis and instrument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything a page may show.

    `run` is the document of the run (run.json) and `edge` that of its edge analysis, None after a plain backtest.
    `hypotheses` are definitions by name; a name that is not there is shown without one. `candles` loads the gap-filled
    base candles of an instrument, or None where they are no longer stored: the page then goes without them.
    """

    run: Mapping[str, Any]
    edge: Mapping[str, Any] | None
    trades: Trades
    hypotheses: Mapping[str, Hypothesis] = field(default_factory=dict)
    candles: Callable[[str], Candles | None] = lambda _: None

    def of(self, hypothesis: str, instruments: Sequence[str]) -> list[tuple[str, RoundTrips]]:
        """The closed round trips of a hypothesis on each of these instruments that has any."""
        found = [(name, self.trades.get((hypothesis, name))) for name in instruments]
        closed = [(name, trades.closed()) for name, trades in found if trades is not None]
        return [(name, trades) for name, trades in closed if len(trades)]
