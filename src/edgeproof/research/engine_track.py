"""One instrument on its way through a replay: its candles, and what comes next of its signals, exits, settlements."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgeproof.core.model.candle import IntArray
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.trading_event import FundingSettled, PriceSeen
from edgeproof.core.signals.generate import Fires
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.research.backtest import Market

NEVER = int(np.iinfo(np.int64).max)
_FIRST_LOOK, _WIDER = 64, 4


@dataclass(slots=True)
class Track:
    """`at` is the candle to be told next (the number of candles: none), `signals` those still to come, with the candle
    at whose open each is decided and the number of its hypothesis.
    """

    market: Market
    signals: Sequence[tuple[int, int, Signal]]
    exits: dict[str, IntArray]
    at: int = 0
    _signal: int = 0
    _settled: int = 0

    def __post_init__(self) -> None:
        self.go_to(self.next_signal)

    @property
    def instrument(self) -> Instrument:
        """Whose candles these are."""
        return self.market.instrument

    def __len__(self) -> int:
        return len(self.market.candles)

    @property
    def time(self) -> int:
        """The open time of the candle that is told next."""
        return int(self.market.candles.open_time[self.at]) if self.at < len(self) else NEVER

    def go_to(self, candle: int) -> None:
        """Make a candle the next that is told."""
        self.at = min(candle, len(self))

    @property
    def price(self) -> PriceSeen:
        """The open of the candle as a price."""
        return PriceSeen(time=self.time, instrument=self.instrument, price=float(self.market.candles.open[self.at]))

    @property
    def candle(self) -> ClosedCandle:
        """The candle itself."""
        candles, at = self.market.candles, self.at
        return ClosedCandle(
            instrument=self.instrument,
            timeframe=candles.timeframe,
            open_time=int(candles.open_time[at]),
            open=float(candles.open[at]),
            high=float(candles.high[at]),
            low=float(candles.low[at]),
            close=float(candles.close[at]),
            volume=float(candles.volume[at]),
        )

    @property
    def next_signal(self) -> int:
        """The candle at whose open the next signal is decided."""
        return self.signals[self._signal][0] if self._signal < len(self.signals) else len(self)

    def due(self) -> Sequence[tuple[int, int, Signal]]:
        """The signals that are decided at the open of the candle."""
        first = self._signal
        while self._signal < len(self.signals) and self.signals[self._signal][0] <= self.at:
            self._signal += 1
        return self.signals[first : self._signal]

    def settlements(self) -> list[FundingSettled]:
        """The settlements since the last ones, up to the open of the candle, at the opens of the candles they fall in.

        A settlement before the candles begin has no price, and nobody who could pay it.
        """
        funding, candles = self.market.funding, self.market.candles
        first = self._settled
        self._settled = int(np.searchsorted(funding.time, self.time, side="right"))
        if first == self._settled:
            return []
        rows = range(first, self._settled)
        opens = np.searchsorted(candles.open_time, funding.time[first : self._settled], side="right") - 1
        return [
            FundingSettled(
                time=int(funding.time[row]),
                instrument=self.instrument,
                rate=float(funding.rate[row]),
                price=float(candles.open[at]),
            )
            for row, at in zip(rows, opens.tolist(), strict=True)
            if at >= 0
        ]

    def exits_at(self, close: int) -> list[str]:
        """The hypotheses whose exit condition held at a close."""
        return [name for name, times in self.exits.items() if _holds_at(times, close)]

    def next_exit(self, hypothesis: str, after: int) -> int:
        """The candle that closes as the exit condition of a hypothesis next holds."""
        times = self.exits.get(hypothesis)
        if times is None:
            return len(self)
        row = int(np.searchsorted(times, after, side="right"))
        return self.closing_at(int(times[row])) if row < len(times) else len(self)

    def closing_at(self, time: int) -> int:
        """The first candle that closes at a time or later."""
        candles = self.market.candles
        return int(np.searchsorted(candles.open_time, time - candles.timeframe))

    def next_beyond(self, start: int, end: int, low: float, high: float) -> int:
        """The first candle from `start` on whose extremes reach one of two prices; `end` where none before it does."""
        candles, width = self.market.candles, _FIRST_LOOK
        while start < end:
            part = slice(start, min(start + width, end))
            reached = (candles.low[part] <= low) | (candles.high[part] >= high)
            first = int(reached.argmax())
            if reached[first]:
                return start + first
            start, width = part.stop, width * _WIDER
        return end


def _holds_at(times: IntArray, close: int) -> bool:
    row = int(np.searchsorted(times, close))
    return row < len(times) and int(times[row]) == close


def track_of(market: Market, hypotheses: Sequence[Hypothesis], fires: Sequence[Fires]) -> tuple[Track, int, int]:
    """The way of an instrument with the sound signals of some hypotheses; how many are void, how many have no candle.

    Signals are decided in the order of their times, at one time in that of the hypotheses.
    """
    opens = market.candles.open_time
    sound: list[tuple[int, int, Signal]] = []
    found = 0
    for number, (hypothesis, own) in enumerate(zip(hypotheses, fires, strict=True)):
        found += len(own)
        candles = np.searchsorted(opens, own.time).tolist()
        signals = ((at, signal_of(market.instrument, hypothesis, own, row)) for row, at in enumerate(candles))
        sound.extend((at, number, signal) for at, signal in signals if signal.flaw is None)
    sound.sort(key=lambda each: (each[2].time, each[1]))
    decided = [each for each in sound if each[0] < len(opens)]
    exits = {each.name: own.exit_time for each, own in zip(hypotheses, fires, strict=True) if len(own.exit_time)}
    return Track(market, decided, exits), found - len(sound), len(sound) - len(decided)


def signal_of(instrument: Instrument, hypothesis: Hypothesis, fires: Fires, row: int) -> Signal:
    """A fire as the signal it would be live."""
    trail, time = float(fires.trail[row]), int(fires.time[row])
    return Signal(
        hypothesis=hypothesis.name,
        instrument=instrument,
        timeframe=hypothesis.timeframe,
        direction=int(hypothesis.direction),
        time=time,
        reference_price=float(fires.reference[row]),
        stop_loss=float(fires.stop[row]),
        targets=tuple(fires.targets[row].tolist()),
        fractions=tuple(each.fraction for each in hypothesis.targets),
        trail=None if np.isnan(trail) else trail,
        expires_at=time + hypothesis.expires_after,
    )
