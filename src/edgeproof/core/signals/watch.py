"""Signals as candles close: the hypotheses of many instruments over kept state.

1. `begin` takes in the history of an instrument; what fired in it after a time is told, the rest is the past.
2. `take` takes in base candles that closed, one an instrument, and tells what fires (`conditions.closes`).
3. `correct` and a late settlement go back to a state kept from a few minutes ago and take in again what followed: from
   then on it is as if the right candle had come at once.
4. `look` tells what would fire if the candle that forms closed as it is.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from edgeproof.core.conditions.closes import BaseCandle, Begun, CloseEvaluator, Event, Kept, Taken
from edgeproof.core.conditions.operands import operands
from edgeproof.core.conditions.parse import parse_condition, parse_number
from edgeproof.core.conditions.plan import Output, Plan, Probe, make_plan
from edgeproof.core.indicators.node import Node
from edgeproof.core.model.candle import Candles, FloatArray, Funding
from edgeproof.core.model.errors import HoleError
from edgeproof.core.model.event import ClosedCandle
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.time import MINUTE, format_time
from edgeproof.core.signals.generate import exit_output, levels_of, signal_output
from edgeproof.core.signals.hypothesis import Hypothesis

REGIMES = ("volatile", "trending", "ranging", "choppy")
"""Regimes may overlap: the first that holds is told, the rarer and stronger ones standing first."""

SHOWN_TIMEFRAME = 15 * MINUTE
"""Whose regime stands for the market of an instrument."""

KEEP_EVERY = 10
"""Base candles between two kept states: a correction may reach back that far at least, twice that at most."""

_TRUE = 2
_VOLUME = "volume / sma(volume, 20)"

Values = tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
"""Conditions, each with the numbers it compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A signal, and what was seen when it fired: the values of every condition, the volume by the usual, the regime."""

    signal: Signal
    hypothesis: Hypothesis
    entry: Values
    confirm: Values
    volume_ratio: float
    regime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitMet:
    """An exit condition of a hypothesis held at the close `time` of a candle of its timeframe."""

    hypothesis: str
    instrument: Instrument
    time: int


@dataclass(slots=True)
class _Memory:
    """What is remembered of an instrument: the last close, the last candles, and two states from before them."""

    closed: int = 0
    candles: deque[tuple[BaseCandle, tuple[tuple[int, float], ...]]] = field(default_factory=deque)
    kept: deque[tuple[int, Kept]] = field(default_factory=lambda: deque(maxlen=2))
    settled: list[tuple[int, float]] = field(default_factory=list)


class SignalWatch:
    """Watches hypotheses on instruments; see the module. `base` is the timeframe of the candles it is given.

    `exits` are the exit conditions that held at the closes that were last taken in.
    """

    def __init__(self, hypotheses: Sequence[Hypothesis], instruments: Sequence[Instrument], base: int = MINUTE) -> None:
        self._base = base
        self._rows = {each: row for row, each in enumerate(instruments)}
        self._instruments = tuple(instruments)
        self._memory = [_Memory() for _ in instruments]
        self._hypotheses = tuple(map(tuple, _by_output(hypotheses).values()))
        self._leaving = tuple(map(tuple, _by_exit(hypotheses).values()))
        self.exits: tuple[ExitMet, ...] = ()
        self._timeframes = _timeframes(hypotheses)
        self._closes = CloseEvaluator(watch_plan(hypotheses), len(instruments), base)

    def begin(self, instrument: Instrument, candles: Candles, funding: Funding, after: int) -> tuple[Fired, ...]:
        """Start over with the gap-filled history of an instrument; what fired at a close later than `after`, in order.

        Signals of history have no regime: only the last one is known.
        """
        row = self._rows[instrument]
        begun = self._closes.begin(row, candles, funding)
        memory = self._memory[row] = _Memory()
        memory.closed = int(candles.close_time[-1]) if len(candles) else 0
        memory.kept.append((memory.closed, self._closes.keep(row)))
        return tuple(sorted(self._since(instrument, begun, after), key=_in_order))

    def closed_until(self, instrument: Instrument) -> int:
        """The close time of the last candle that was taken in; 0 before there is one."""
        return self._memory[self._rows[instrument]].closed

    def take(self, candles: Sequence[ClosedCandle]) -> tuple[Fired, ...]:
        """Take in the next base candle of some instruments, each at most once; what fires.

        Raises
        ------
        HoleError
            A candle is not the one that follows what was taken in.
        """
        rows = [self._rows[each.instrument] for each in candles]
        for row, each in zip(rows, candles, strict=True):
            last = self._memory[row].closed
            if last and each.open_time != last:
                expected, found = format_time(last), format_time(each.open_time)
                raise HoleError(f"expected the candle of {each.instrument} that opens at {expected}, found {found}")
        base = [_base_candle(each) for each in candles]
        closed = {row: each.close_time for row, each in zip(rows, base, strict=True)}
        events = self._advance(rows, base)
        self.exits = tuple(self._exits(events, closed))
        return tuple(sorted(self._fired(events, closed), key=_in_order))

    def settle(self, instrument: Instrument, time: int, rate: float) -> tuple[Fired, ...] | None:
        """Take in a settlement. One that is late goes where it belongs, and what then fires since is told.

        None where that lies too far back: `begin` again.
        """
        row = self._rows[instrument]
        memory = self._memory[row]
        if time > memory.closed or not memory.closed:
            self._closes.settle(row, time, rate)
            memory.settled.append((time, rate))
            return ()
        since = (each.close_time - time for each, _ in memory.candles)
        place = next((k for k, late in enumerate(since) if 0 <= late < self._base), None)
        if place is None:
            return None
        candle, settled = memory.candles[place]
        return self._again(row, place, candle, tuple(sorted({*settled, (time, rate)})))

    def correct(self, candle: ClosedCandle) -> tuple[Fired, ...] | None:
        """Take a base candle for one that was taken in; what fires since then. None where it lies too far back."""
        row = self._rows[candle.instrument]
        memory = self._memory[row]
        place = next((k for k, (each, _) in enumerate(memory.candles) if each.close_time == candle.close_time), None)
        if place is None:
            return None
        return self._again(row, place, _base_candle(candle), memory.candles[place][1])

    def look(self, forming: ClosedCandle) -> tuple[Fired, ...]:
        """What would fire if the candle that forms, and the longer ones it is part of, closed as they are now."""
        row = self._rows[forming.instrument]
        if forming.open_time != self._memory[row].closed:
            return ()
        events = self._closes.look(row, _base_candle(forming))
        return tuple(self._fired(events, {row: forming.close_time}, is_early=True))

    def regime(self, instrument: Instrument, timeframe: int = SHOWN_TIMEFRAME) -> str:
        """The regime of an instrument at the last close of a timeframe; "" where none holds."""
        flags = self._closes.flags(self._rows[instrument])
        first = self._timeframes.index(timeframe) * len(REGIMES)
        return next((name for k, name in enumerate(REGIMES) if flags[first + k] == _TRUE), "")

    def _advance(self, rows: Sequence[int], candles: Sequence[BaseCandle]) -> Taken:
        for row, candle in zip(rows, candles, strict=True):
            memory = self._memory[row]
            if (memory.closed // self._base) % KEEP_EVERY == row % KEEP_EVERY:
                memory.kept.append((memory.closed, self._closes.keep(row)))
                oldest = memory.kept[0][0]
                while memory.candles and memory.candles[0][0].close_time <= oldest:
                    memory.candles.popleft()
            memory.candles.append((candle, tuple(each for each in memory.settled if each[0] <= candle.close_time)))
            memory.settled = [each for each in memory.settled if each[0] > candle.close_time]
            memory.closed = candle.close_time
        return self._closes.take(rows, candles)

    def _again(
        self, row: int, place: int, candle: BaseCandle, settled: tuple[tuple[int, float], ...]
    ) -> tuple[Fired, ...] | None:
        """Go back to before a candle that was taken in, and take it and all that followed in again."""
        memory = self._memory[row]
        begins = candle.close_time - self._base
        kept = next(((at, state) for at, state in reversed(memory.kept) if at <= begins), None)
        if kept is None:
            return None
        waiting = memory.settled
        memory.candles[place] = (candle, settled)
        again = [each for each in memory.candles if each[0].close_time > kept[0]]
        before = [each for each in memory.candles if each[0].close_time <= kept[0]]
        memory.kept = deque([each for each in memory.kept if each[0] <= kept[0]], maxlen=2)
        self._closes.go_back(row, kept[1])
        memory.closed, memory.candles, memory.settled = kept[0], deque(before), []
        fired: list[Fired] = []
        for each, times in again:
            for settlement in times:
                self._closes.settle(row, *settlement)
                memory.settled.append(settlement)
            events = self._advance([row], [each])
            if each.close_time >= candle.close_time:
                fired += self._fired(events, {row: each.close_time})
        for settlement in waiting:
            self._closes.settle(row, *settlement)
            memory.settled.append(settlement)
        return tuple(fired)

    def _fired(self, events: Iterable[Event], closed: Mapping[int, int], *, is_early: bool = False) -> Iterator[Fired]:
        for event in events:
            if event.output >= len(self._hypotheses):
                continue  # an exit
            for hypothesis in self._hypotheses[event.output]:
                length = hypothesis.timeframe
                time = -(-closed[event.instrument] // length) * length if is_early else closed[event.instrument]
                instrument = self._instruments[event.instrument]
                yield _fired(hypothesis, instrument, time, event.values, self.regime(instrument, length))

    def _exits(self, events: Iterable[Event], closed: Mapping[int, int]) -> Iterator[ExitMet]:
        first = len(self._hypotheses)
        for event in events:
            for name in self._leaving[event.output - first] if event.output >= first else ():
                instrument = self._instruments[event.instrument]
                yield ExitMet(hypothesis=name, instrument=instrument, time=closed[event.instrument])

    def _since(self, instrument: Instrument, begun: Begun, after: int) -> Iterator[Fired]:
        for hypotheses, events in zip(self._hypotheses, begun.events, strict=False):  # exits come after signals
            if not len(events):
                continue
            times = begun.close_times[hypotheses[0].timeframe]
            first = int(np.searchsorted(times[events.index], after, side="right"))
            for index, values in zip(events.index[first:].tolist(), events.values[first:], strict=True):
                for hypothesis in hypotheses:
                    yield _fired(hypothesis, instrument, int(times[index]), values, "")


def watch_plan(hypotheses: Sequence[Hypothesis]) -> Plan:
    """The plan of a watch: its signals, then its exits, and as probes the regimes of each timeframe."""
    regimes = [
        Probe(length, parse_condition(f'regime("{name}")')) for length in _timeframes(hypotheses) for name in REGIMES
    ]
    return make_plan((*_by_output(hypotheses), *_by_exit(hypotheses)), regimes)


def _timeframes(hypotheses: Sequence[Hypothesis]) -> tuple[int, ...]:
    return tuple(sorted({SHOWN_TIMEFRAME, *(each.timeframe for each in hypotheses)}))


def _by_output(hypotheses: Sequence[Hypothesis]) -> Mapping[Output, Sequence[Hypothesis]]:
    """The hypotheses by what is reported of them, by timeframe: what does not close is passed over at once."""
    outputs: dict[Output, list[Hypothesis]] = {}
    for each in sorted(hypotheses, key=lambda hypothesis: hypothesis.timeframe):
        outputs.setdefault(watch_output(each), []).append(each)
    return outputs


def _by_exit(hypotheses: Sequence[Hypothesis]) -> Mapping[Output, Sequence[str]]:
    """The names of the hypotheses that have an exit condition, by what the plan reports of it."""
    outputs: dict[Output, list[str]] = {}
    for each in sorted(hypotheses, key=lambda hypothesis: hypothesis.timeframe):
        if each.exit:
            outputs.setdefault(exit_output(each), []).append(each.name)
    return outputs


def watch_output(hypothesis: Hypothesis) -> Output:
    """What the plan of a watch reports: what a backtest's does, then the numbers behind each condition."""
    base = signal_output(hypothesis)
    return Output(base.series, base.condition, (*base.values, *_evidence_nodes(hypothesis)))


def _evidence_nodes(hypothesis: Hypothesis) -> tuple[Node, ...]:
    conditions = (*hypothesis.entry, *hypothesis.confirm)
    return (parse_number(_VOLUME), *(node for text in conditions for _, node in operands(text)))


def _fired(hypothesis: Hypothesis, instrument: Instrument, time: int, values: FloatArray, regime: str) -> Fired:
    n_levels = len(signal_output(hypothesis).values)
    seen = values[n_levels:].tolist()
    told = iter(seen[1:])
    entry, confirm = (_values(texts, told) for texts in (hypothesis.entry, hypothesis.confirm))
    return Fired(
        signal=signal_of(hypothesis, instrument, time, values[:n_levels]),
        hypothesis=hypothesis,
        entry=entry,
        confirm=confirm,
        volume_ratio=seen[0],
        regime=regime,
    )


def _values(conditions: Iterable[str], told: Iterator[float]) -> Values:
    return tuple((text, tuple((part, next(told)) for part, _ in operands(text))) for text in conditions)


def signal_of(hypothesis: Hypothesis, instrument: Instrument, time: int, values: FloatArray) -> Signal:
    """The signal of a fire, from the values a plan reported for it: reference, stop, priced targets, trail."""
    levels = levels_of(hypothesis, values[None, :])
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
        trail=None if hypothesis.trail is None else trail,
        expires_at=time + hypothesis.expires_after,
    )


def _base_candle(candle: ClosedCandle) -> BaseCandle:
    return BaseCandle(candle.open, candle.high, candle.low, candle.close, candle.volume, candle.close_time)


def _in_order(fired: Fired) -> tuple[int, str, str]:
    return fired.signal.time, fired.signal.instrument.unified, fired.signal.hypothesis
