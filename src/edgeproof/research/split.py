"""Which history is searched and which is kept for the end.

The first two thirds of an instrument's time are in-sample: whatever ranks, chooses or searches sees them only. The last
third is looked at once a choice is made.
"""

from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import BoolArray, Candles, Funding
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.research.run_identity import data_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time of one instrument: [start, end] with in-sample [start, split], in UTC milliseconds."""

    start: int
    split: int
    end: int

    @property
    def in_sample_days(self) -> float:
        """Length of the in-sample part in days."""
        return (self.split - self.start) / 86_400_000

    def inside(self, trades: RoundTrips) -> BoolArray:
        """The trades that ended in-sample."""
        ended: BoolArray = trades.exit_time <= self.split
        return ended

    def outside(self, trades: RoundTrips) -> BoolArray:
        """The trades whose signal came out of sample; those that lived across the split are in neither part."""
        begun: BoolArray = trades.signal_time >= self.split
        return begun & ~self.inside(trades)


def span_of(candles: Candles) -> Span:
    """The time of gap-filled base candles, cut at a candle's end.

    By hand: nine minutes of candles are cut after the sixth.

    >>> prices = {name: np.ones(9) for name in ("open", "high", "low", "close", "volume")}
    >>> nine = Candles(timeframe=60_000, open_time=np.arange(9) * 60_000, filled=np.zeros(9, bool), **prices)
    >>> span_of(nine)
    Span(start=0, split=360000, end=540000)
    """
    if len(candles) == 0:
        return Span(start=0, split=0, end=0)
    start, end = int(candles.open_time[0]), int(candles.open_time[-1]) + candles.timeframe
    inside = len(candles) * 2 // 3
    return Span(start=start, split=start + inside * candles.timeframe, end=end)


def in_sample(candles: Candles, funding: Funding, span: Span) -> tuple[Candles, Funding]:
    """The part of the history that may be searched."""
    known = int(np.searchsorted(funding.time, span.split, side="right"))
    return candles.between(None, span.split), Funding(time=funding.time[:known], rate=funding.rate[:known])


def in_sample_digest(candles: Candles, funding: Funding, span: Span) -> str:
    """A digest of every value that in-sample results rest on."""
    return data_digest(*in_sample(candles, funding, span))
