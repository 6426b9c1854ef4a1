"""A small live session: candle by candle through the replay's feed, with a journal as a real session writes it.

It shares nothing with parity but the facts: parity runs the batch over the whole market at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from edgeproof import __version__
from edgeproof.core.candles.build import Candle
from edgeproof.core.candles.digest import history_digest
from edgeproof.core.candles.fill import fill_until
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.event import ClosedCandle, FundingPublished
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.journal import CandleTaken, Decided, FundingTaken, HistoryUsed, Record, SessionBegan
from edgeproof.core.model.signal import Decision, Fate, Signal
from edgeproof.core.model.time import MINUTE
from edgeproof.core.signals.generate import levels_of, plan_signals
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.signals.write import hypothesis_toml
from edgeproof.ports import CandleStore, Journal
from edgeproof.research.replay import _Feed

Fact = ClosedCandle | FundingPublished


@dataclass
class _Line:
    """One instrument: all that is known of it, and the state of its kernels."""

    instrument: Instrument
    hypotheses: Sequence[Hypothesis]
    candles: dict[int, Candle]
    funding: dict[int, float]
    feed: _Feed = field(init=False)

    def __post_init__(self) -> None:
        self.plan = plan_signals(self.hypotheses)
        self.rebuild()

    def rebuild(self) -> None:
        """The state as if everything had been known in time."""
        times = sorted(self.funding)
        funding = Funding(time=np.array(times, np.int64), rate=np.array([self.funding[each] for each in times]))
        self.feed = _Feed(self.plan, MINUTE, funding)
        for time in sorted(self.candles):
            self.feed.take(self.candles[time])

    def publish(self, fact: FundingPublished) -> None:
        """A rate, in time or late."""
        is_late = bool(self.candles) and fact.time < max(self.candles) + MINUTE
        self.funding[fact.time] = fact.rate
        if is_late or fact.time in self.feed._time:
            self.rebuild()
        else:
            self.feed._time.append(fact.time)
            self.feed._rate.append(fact.rate)

    def take(self, fact: ClosedCandle) -> list[Signal]:
        """What fires at a close; nothing at a correction."""
        is_new = fact.open_time not in self.candles
        self.candles[fact.open_time] = _candle(fact)
        if not is_new or fact.open_time != max(self.candles):
            self.rebuild()
            return []
        _, events = self.feed.take(self.candles[fact.open_time])
        found: list[Signal] = []
        for hypothesis, number in zip(self.hypotheses, self.plan.signals, strict=True):
            if len(events[number]):
                levels = levels_of(hypothesis, events[number].values)
                found.append(signal_of(hypothesis, self.instrument, fact.close_time, levels))
        return found


def _candle(fact: ClosedCandle) -> Candle:
    return Candle(
        close_time=fact.close_time, open=fact.open, high=fact.high, low=fact.low, close=fact.close, volume=fact.volume
    )


def signal_of(hypothesis: Hypothesis, instrument: Instrument, time: int, levels: dict[str, np.ndarray]) -> Signal:
    trail = float(levels["trail"][0])
    return Signal(
        hypothesis=hypothesis.name,
        instrument=instrument,
        timeframe=hypothesis.timeframe,
        direction=int(hypothesis.direction),
        time=time,
        reference_price=float(levels["reference"][0]),
        stop_loss=float(levels["stop"][0]),
        targets=tuple(levels["targets"][0].tolist()),
        fractions=tuple(each.fraction for each in hypothesis.targets),
        trail=None if np.isnan(trail) else trail,
        expires_at=time + hypothesis.expires_after,
    )


class LiveSession:
    """A session over the history of a store, writing to a journal."""

    def __init__(
        self,
        journal: Journal,
        store: CandleStore,
        hypotheses: Sequence[Hypothesis],
        *,
        name: str = "s1",
        history: dict[Instrument, tuple[int, int]],
    ) -> None:
        self.journal = journal
        self.name = name
        self._lines: dict[Instrument, _Line] = {}
        used: list[HistoryUsed] = []
        for instrument, (start, end) in history.items():
            candles = store.load_candles(instrument, MINUTE, start=start, end=end)
            funding = store.load_funding(instrument, end=end)
            digest = history_digest(candles, funding)
            used.append(HistoryUsed(instrument=instrument, start=start, end=end, digest=digest))
            rates = dict(zip(funding.time.tolist(), funding.rate.tolist(), strict=True))
            known = {each.open_time: _candle(each) for each in facts_of(instrument, fill_until(candles, end))}
            self._lines[instrument] = _Line(instrument, hypotheses, known, rates)
        began = SessionBegan(
            session=name,
            at=max(end for _, end in history.values()),
            command="scan",
            venue="replica",
            version=__version__,
            pid=1,
            host="here",
            timeframe=MINUTE,
            hypotheses={each.name: hypothesis_toml(each) for each in hypotheses},
            settings={},
            history=tuple(used),
        )
        journal.append([began])

    def take(self, *facts: Fact) -> None:
        """One batch of facts, one append."""
        records: list[Record] = []
        decided: list[Record] = []
        for fact in facts:
            line = self._lines[fact.instrument]
            if isinstance(fact, FundingPublished):
                line.publish(fact)
                records.append(FundingTaken(session=self.name, at=fact.time, funding=fact))
            else:
                signals = line.take(fact)
                records.append(CandleTaken(session=self.name, at=fact.close_time, candle=fact))
                decided += [self.decided(signal) for signal in signals]
        self.journal.append([*records, *decided])

    def decided(self, signal: Signal) -> Decided:
        """The record of a decision."""
        return Decided(session=self.name, at=signal.time, decision=decision_on(signal))


def decision_on(signal: Signal) -> Decision:
    """Told, or void with what is wrong of it."""
    return Decision(
        signal=signal,
        fate=Fate.TOLD if signal.flaw is None else Fate.VOID,
        rule=signal.flaw or "",
        decided_at=signal.time,
        state="tested",
        confidence=None,
        latency_ms=1.0,
    )


def facts_of(instrument: Instrument, candles: Candles, *, is_correction: bool = False) -> list[ClosedCandle]:
    """Candles as a feed tells them."""
    columns = (candles.open_time, candles.open, candles.high, candles.low, candles.close, candles.volume)
    rows = zip(*(column.tolist() for column in columns), candles.filled.tolist(), strict=True)
    return [
        ClosedCandle(
            instrument=instrument,
            timeframe=candles.timeframe,
            open_time=open_time,
            open=open_,
            high=high,
            low=low,
            close=close,
            volume=volume,
            filled=filled,
            is_correction=is_correction,
        )
        for open_time, open_, high, low, close, volume, filled in rows
    ]
