"""The replay: the same backtest, one candle after the other, as a live session goes through it.

At each instant T, when a base candle closes:

1. `CandleBuilder`s complete the longer candles that end at T; settlements up to T are taken in.
2. The plan advances by that one block, with the state of the kernels kept from the block before.
3. Its events become signals and exit conditions of the brackets (`BracketReplay`).
4. The candle that opens at T goes through every bracket.

Nothing is shared with the batch but the kernels: that both give the same trades to the bit is what the parity tests
hold, and why a live signal is the signal that was tested.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from edgeproof.core.candles.build import Candle, CandleBuilder
from edgeproof.core.conditions.evaluate import Columns, Evaluator, Events
from edgeproof.core.indicators.node import FUNDING
from edgeproof.core.model.candle import Candles, FloatArray, Funding
from edgeproof.core.model.round_trip import Fates, RoundTrips
from edgeproof.core.signals.generate import SignalPlan, levels_of, plan_signals
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.simulation.bracket import FireTable
from edgeproof.core.simulation.history import PriceHistory, price_history
from edgeproof.core.simulation.replay import BracketReplay, assembled, signal_of
from edgeproof.research.backtest import Fees, Market, bracket_spec, unanswerable

_CAPACITY = 64
"""Rows of a block: one candle of each timeframe, and the settlements from before the first candle in pieces."""


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """What the replay found for one hypothesis: equal to the batch's, fate by fate and trade by trade."""

    hypothesis: Hypothesis
    fates: Fates
    round_trips: RoundTrips


@dataclass(slots=True, eq=False)
class _Session:
    """One hypothesis at work: its bracket and the fires it has seen."""

    hypothesis: Hypothesis
    bracket: BracketReplay
    fires: list[FireTable] = field(default_factory=list)

    def on_signal(self, time: int, values: FloatArray) -> None:
        levels = levels_of(self.hypothesis, values)
        fire = FireTable(
            time=np.array([time], np.int64),
            reference=levels["reference"],
            stop=levels["stop"],
            targets=levels["targets"],
            trail=levels["trail"],
        )
        self.bracket.on_signal(signal_of(self.bracket.spec, fire, len(self.fires)))
        self.fires.append(fire)

    def finish(self, history: PriceHistory) -> Replayed:
        self.bracket.finish()
        table = _table(self.fires, len(self.hypothesis.targets))
        return Replayed(self.hypothesis, self.bracket.fates, assembled(history, self.bracket, table))


def replay(market: Market, hypotheses: Sequence[Hypothesis], fees: Fees = Fees()) -> tuple[Replayed, ...]:  # noqa: B008
    """Every hypothesis that this history can answer, replayed candle by candle, in the order given."""
    plan = plan_signals([each for each in hypotheses if unanswerable(market, each) is None])
    base = market.candles.timeframe
    sessions = [_Session(each, BracketReplay(bracket_spec(each, fees), base)) for each in plan.hypotheses]
    feed = _Feed(plan, base, market.funding)
    for candle in _each(market.candles):
        opened = candle.close_time - base
        for session in sessions:
            session.bracket.on_candle(opened, candle.open, candle.high, candle.low, candle.close)
        settlements, events = feed.take(candle)
        for session in sessions:
            for time, rate in settlements:
                session.bracket.on_settlement(time, rate)
        _deliver(plan, events, sessions, candle.close_time)
    history = price_history(market.candles, market.funding)
    return tuple(session.finish(history) for session in sessions)


def _each(candles: Candles) -> list[Candle]:
    columns = (candles.open, candles.high, candles.low, candles.close, candles.volume, candles.close_time)
    return [Candle(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]


def _deliver(plan: SignalPlan, events: Sequence[Events], sessions: Sequence[_Session], time: int) -> None:
    for session, signals, exits in zip(sessions, plan.signals, plan.exits, strict=True):
        if exits >= 0 and len(events[exits]):
            session.bracket.on_exit_condition(time)
        if len(events[signals]):
            session.on_signal(time, events[signals].values)


class _Feed:
    """The plan, fed base candles: builds the longer ones and hands over one block an instant."""

    def __init__(self, plan: SignalPlan, base: int, funding: Funding) -> None:
        self._evaluator = Evaluator(plan.plan, _CAPACITY)
        self._series = plan.plan.series
        self._builders = {
            length: CandleBuilder(length, base) for length in self._series if length not in {FUNDING, base}
        }
        self._base = base
        self._time = funding.time.tolist()
        self._rate = funding.rate.tolist()
        self._settled = 0

    def take(self, candle: Candle) -> tuple[list[tuple[int, float]], tuple[Events, ...]]:
        """The settlements since the last candle's close, and the events at this one's."""
        settlements = self._settlements(candle.close_time)
        closed: dict[int, Candle | None] = {self._base: candle}
        for length, builder in self._builders.items():
            closed[length] = builder.take(candle)
        rest = settlements
        while len(rest) > _CAPACITY:
            self._advance({}, rest[:_CAPACITY])
            rest = rest[_CAPACITY:]
        self._advance(closed, rest)
        return settlements, self._evaluator.take_events()

    def _settlements(self, until: int) -> list[tuple[int, float]]:
        first = self._settled
        while self._settled < len(self._time) and self._time[self._settled] <= until:
            self._settled += 1
        return list(zip(self._time[first : self._settled], self._rate[first : self._settled], strict=True))

    def _advance(self, closed: Mapping[int, Candle | None], settlements: Sequence[tuple[int, float]]) -> None:
        columns: list[Columns] = []
        for length in self._series:
            columns.append(_funding_columns(settlements) if length == FUNDING else _candle_columns(closed.get(length)))
        lengths = [len(each["close_time"]) for each in columns]
        self._evaluator.advance(columns, [0] * len(columns), lengths)


def _funding_columns(settlements: Sequence[tuple[int, float]]) -> Columns:
    return {
        "close_time": np.array([time for time, _ in settlements], np.float64),
        "rate": np.array([rate for _, rate in settlements], np.float64),
    }


def _candle_columns(candle: Candle | None) -> Columns:
    names = ("open", "high", "low", "close", "volume", "close_time")
    if candle is None:
        return {name: np.empty(0) for name in names}
    return {name: np.array([getattr(candle, name)], np.float64) for name in names}


def _table(fires: Sequence[FireTable], n_targets: int) -> FireTable:
    if not fires:
        nothing = np.empty(0)
        return FireTable(
            time=np.empty(0, np.int64), reference=nothing, stop=nothing, targets=np.empty((0, n_targets)), trail=nothing
        )
    names = ("time", "reference", "stop", "targets", "trail")
    return FireTable(**{name: np.concatenate([getattr(fire, name) for fire in fires]) for name in names})
