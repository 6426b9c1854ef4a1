"""The decider over history: hypotheses on instruments, through one state and one account, orders filled from candles.

What `core.engine.step` makes of a market, with the orders really placed, amended and cancelled at a simulated venue. It
is the third telling of the same trades, after the compiled walk and `research.replay`, and the only one that uses what
trades live. At each moment at which a candle opens, and within each of these for one instrument after another in the
order given:

1. what was asked for or found out until then (`others`); settlements up to it; the opens, as prices;
2. opens fill what waited for them; then the signals of the moment are decided, in the order of their times, their
   instruments, their hypotheses; their entries fill at the opens too, once all of them are decided;
3. the extremes of all candles hit stops, then targets; the decider acts between;
4. closes move stops and end what was held too long, at that very price;
5. exit conditions that held at the close speak; what they ask for waits for the next open.

A candle is told where it can matter: where a signal is decided, where an order is in reach, where a stop may move or a
time is over; and each one of what is held where limits of risk watch what it is worth. Any other would change nothing.

An instrument has one net position, so that hypotheses against each other cannot both have theirs. `unlimited` is
therefore meant for one hypothesis: in an account of its own it trades all that the backtest trades.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from edgeproof.core.engine.risk import by_risk, watches
from edgeproof.core.engine.state import EngineState, Rules, Sizing
from edgeproof.core.engine.step import step
from edgeproof.core.model.entry import ContractTerms
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.execution import ExecutionEvent, Sent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import AmendOrder, CancelOrder, OrderIntent, PlaceOrder
from edgeproof.core.model.steps import Steps
from edgeproof.core.model.trade import Account, Terms
from edgeproof.core.model.trading_event import (
    CandleSeen,
    ExitConditionMet,
    FateDecided,
    RelationsSeen,
    SignalSeen,
    StandingChanged,
    StateAsked,
    TradeEnded,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.positions.protect import stillness
from edgeproof.core.risk.limits import RiskLimits, without_limits
from edgeproof.core.signals.generate import Fires
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.costs import Costs, costs_for
from edgeproof.core.simulation.matching import CandleVenue
from edgeproof.research.backtest import Fees, Market
from edgeproof.research.engine_track import NEVER, Track, track_of

FINE = Steps(tick_size=Decimal("1e-10"), lot_size=Decimal("1e-10"))
"""So fine that rounding changes no trade: a backtest knows no ticks."""

ONE = Decimal(1)


def unlimited(instruments: Iterable[Instrument], hypotheses: Iterable[Hypothesis]) -> EngineState:
    """A state that trades one unit of every signal, with no limit of risk."""
    rules = Rules(
        steps=dict.fromkeys(instruments, FINE),
        terms=_terms(hypotheses),
        limits=without_limits(),
        ask=lambda _state, _seen: Sizing(quantity=ONE),
    )
    return EngineState(rules=rules, account=Account(cash=Decimal(0)))


def limited(
    contracts: dict[Instrument, ContractTerms],
    hypotheses: Iterable[Hypothesis],
    limits: RiskLimits,
    cash: Decimal,
    steps: dict[Instrument, Steps] | None = None,
) -> EngineState:
    """A state that trades what the limits of risk allow; `FINE` steps unless others are said."""
    rules = Rules(
        steps=dict.fromkeys(contracts, FINE) if steps is None else steps,
        contracts=contracts,
        terms=_terms(hypotheses),
        limits=limits,
        ask=by_risk,
    )
    return EngineState(rules=rules, account=Account(cash=cash))


def _terms(hypotheses: Iterable[Hypothesis]) -> dict[str, Terms]:
    return {each.name: Terms(break_even=each.break_even, max_hold=each.max_hold) for each in hypotheses}


@dataclass(slots=True, kw_only=True)
class EngineReplay:
    """Hypotheses on instruments, and all that came of them: what was decided, what ended, how the account stood.

    `others` are told once time has come to theirs; `tells_all` tells every candle of what is held even where nothing
    watches. `void` signals are not told, nor are the `unfilled`, which have no candle any more.
    """

    markets: Sequence[Market]
    hypotheses: Sequence[Hypothesis]
    state: EngineState
    fees: Fees = field(default_factory=Fees)
    others: Sequence[StateAsked | RelationsSeen] = ()
    tells_all: bool = False
    ended: list[TradeEnded] = field(default_factory=list)
    fates: list[FateDecided] = field(default_factory=list)
    standings: list[StandingChanged] = field(default_factory=list)
    void: int = 0
    unfilled: int = 0
    _venue: CandleVenue = field(init=False)
    _told: int = 0

    def __post_init__(self) -> None:
        if len({each.candles.timeframe for each in self.markets}) > 1:
            raise InputError("expected base candles of one timeframe, found several: they would not open together")
        fees = self.fees
        costs = {
            each.name: costs_for(each.timeframe, bps=each.slippage_bps, taker=fees.taker, maker=fees.maker)
            for each in self.hypotheses
        }

        def costs_of(intent: OrderIntent) -> Costs:
            return costs[intent.hypothesis]

        self._venue = CandleVenue(SimulatedAccount(costs_of))
        self.tells_all = self.tells_all or watches(self.state.rules.limits)

    def run(self, fires: Sequence[Sequence[Fires]]) -> None:
        """Trade the fires of each hypothesis on each market to the end of the candles."""
        tracks = []
        for market, own in zip(self.markets, fires, strict=True):
            track, void, unfilled = track_of(market, self.hypotheses, own)
            tracks.append(track)
            self.void += void
            self.unfilled += unfilled
        while (now := min(track.time for track in tracks)) < NEVER:
            self._tell_others(now)
            due = [track for track in tracks if track.time == now]
            self._moment(due, now)
            for track in due:
                track.go_to(self._next(track))

    def _tell_others(self, now: int) -> None:
        while self._told < len(self.others) and self.others[self._told].time <= now:
            self._do(self.others[self._told])
            self._told += 1

    def _moment(self, due: Sequence[Track], now: int) -> None:
        held = self._held(due)
        for track in due:
            settled = track.settlements()
            for settlement in settled if track in held else ():
                self._do(settlement)
        for track in due:
            self._do(track.price)
        for track in held:
            self._tell(self._venue.at_open(track.instrument, now, track.price.price))
        signals = [
            (signal.time, place, number, signal) for place, track in enumerate(due) for _, number, signal in track.due()
        ]
        signals.sort(key=lambda each: each[:3])
        for *_, signal in signals:
            self._do(SignalSeen(time=signal.time, signal=signal))
        held = self._held(due)
        if signals:
            for track in held:
                self._tell(self._venue.at_open(track.instrument, now, track.price.price))
        self._extremes_and_closes(held)

    def _held(self, tracks: Iterable[Track]) -> list[Track]:
        at_work = {trade.signal.instrument for trade in self.state.trades.values()}
        return [track for track in tracks if track.instrument in at_work] if at_work else []

    def _extremes_and_closes(self, held: Sequence[Track]) -> None:
        candles = [track.candle for track in held]
        for each in candles:
            self._tell(self._venue.at_stops(each.instrument, each.close_time, each.high, each.low))
        for each in candles:
            self._tell(self._venue.at_limits(each.instrument, each.close_time, each.high, each.low))
        for each in candles:
            self._do(CandleSeen(candle=each))
            self._tell(self._venue.at_close(each.instrument, each.close_time, each.close))
        for track, each in zip(held, candles, strict=True):
            for name in track.exits_at(each.close_time):
                self._do(ExitConditionMet(time=each.close_time, hypothesis=name, instrument=each.instrument))

    def _next(self, track: Track) -> int:
        """The candle that has to be told next of an instrument."""
        end = min(track.next_signal, len(track))
        trades = self.state.trades_on(track.instrument)
        if not trades:
            return end
        if self.tells_all:
            return track.at + 1
        reach = self._venue.account.reach(track.instrument)
        low, high, closed = reach.low, reach.high, track.candle.close_time
        for trade in trades:
            if trade.guard is None or trade.leaving is not None:
                return track.at + 1
            still = stillness(trade.guard)
            low, high = max(low, still.low), min(high, still.high)
            end = min(end, track.next_exit(trade.signal.hypothesis, closed))
            if trade.guard.deadline is not None:
                end = min(end, track.closing_at(trade.guard.deadline))
        return track.next_beyond(track.at + 1, end, low, high)

    def _tell(self, events: Iterable[ExecutionEvent]) -> None:
        for event in events:
            self._do(event)

    def _do(self, event: TradingEvent) -> None:
        """Step, and carry out what is wished for, until nothing more is."""
        self.state, commands = step(self.state, event)
        for command in commands:
            for answer in self._carry_out(command, event.time):
                self._do(answer)

    def _carry_out(self, command: TradingCommand, time: int) -> Iterator[TradingEvent]:
        match command:
            case PlaceOrder(intent=intent):
                yield Sent(order_id=intent.id, time=time)
                yield from self._venue.submit(command, time)
            case AmendOrder() | CancelOrder():
                yield from self._venue.submit(command, time)
            case FateDecided():
                self.fates.append(command)
            case TradeEnded():
                self.ended.append(command)
            case StandingChanged():
                self.standings.append(command)
