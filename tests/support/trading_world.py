"""A world to trade in: three markets, a contrary venue, people, days, restarts. It drives the real `step`.

What it is told to do are `Happening`s, made up at random or written down by hand; `judge` looks at every step.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from edgeproof.core.engine.risk import by_risk
from edgeproof.core.engine.state import EngineState, Rules, begin
from edgeproof.core.engine.step import step
from edgeproof.core.model.entry import ContractTerms
from edgeproof.core.model.event import ClosedCandle, MarketTrade, Quote
from edgeproof.core.model.execution import ExecutionEvent, Sent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import AmendOrder, CancelOrder, OrderCommand, PlaceOrder
from edgeproof.core.model.signal import Signal
from edgeproof.core.model.steps import Steps, steps_of
from edgeproof.core.model.time import DAY, HOUR, MINUTE
from edgeproof.core.model.trade import Account, Book, Terms, change_between, changed
from edgeproof.core.model.trading import StateCause
from edgeproof.core.model.trading_event import (
    CandleSeen,
    CloseAsked,
    ExitConditionMet,
    FundingSettled,
    InvariantBroken,
    PriceSeen,
    RelationsSeen,
    SignalSeen,
    StateAsked,
    TradingCommand,
    TradingEvent,
)
from edgeproof.core.risk.limits import RiskLimits
from tests.support.contrary_venue import ContraryVenue
from tests.support.risk import BTC, ETH, NOON, SOL

INSTRUMENTS = (BTC, ETH, SOL)
STEPS: Mapping[Instrument, Steps] = {
    BTC: steps_of(1.0, 0.0001),
    ETH: steps_of(0.1, 0.001),
    SOL: steps_of(0.01, 0.1),
}
MARGIN = Decimal("0.02")
CAPITAL = Decimal(10_000)
BETAS = {ETH: 1.2, SOL: 0.4}
ALIKE = {(BTC, ETH): 0.7, (BTC, SOL): 0.2, (ETH, SOL): 0.9}
TERMS = {"Even": Terms(break_even=True), "Brief": Terms(max_hold=3 * MINUTE), "Plain": Terms()}
_MOST_STEPS = 400
"""More steps than this from one happening are decider and venue talking to each other without end."""

Judge = Callable[[EngineState, TradingEvent, EngineState, tuple[TradingCommand, ...]], None]


@dataclass(frozen=True)
class Happening:
    """Something to happen after a wait. With `in_batch` what follows of it is sent with the next one only."""

    kind: str
    wait: int = 0
    in_batch: bool = False
    of: tuple[Any, ...] = ()


class World:
    """Markets, a venue and the state of trading; `book` is made of the changes that were written down alone."""

    def __init__(self, limits: RiskLimits, latency: int) -> None:
        self.rules = Rules(
            steps=STEPS,
            ask=by_risk,
            limits=limits,
            terms=TERMS,
            contracts={
                each: ContractTerms(lot_size=steps.lot_size, initial_margin_fraction=MARGIN)
                for each, steps in STEPS.items()
            },
        )
        self.state = EngineState(rules=self.rules, account=Account(cash=CAPITAL))
        self.book = Book(account=self.state.account)
        self.venue = ContraryVenue(latency=latency, lots={each: steps.lot_size for each, steps in STEPS.items()})
        self.now = NOON
        self.prices = {BTC: 45_000.0, ETH: 2_500.0, SOL: 100.0}
        self.ranges = {each: (price, price) for each, price in self.prices.items()}
        self.judge: Judge = lambda *_: None
        self._outbox: deque[OrderCommand] = deque()
        self._heard: deque[ExecutionEvent] = deque()
        self._seq = 0
        self._steps = 0

    @property
    def is_quiet(self) -> bool:
        """Whether all that the venue decided was told."""
        return not (self._heard or self.venue.held)

    def begin(self) -> None:
        """All prices are told, and how alike the instruments move."""
        for each in INSTRUMENTS:
            self._priced(each, self.prices[each])
        self._relate()
        self._talk()

    def do(self, happening: Happening) -> None:
        """Let something happen, and all that follows of it."""
        self._steps = 0
        self.now += happening.wait
        self._heard += self.venue.advance(self.now)
        self._take_in()
        getattr(self, f"_{happening.kind}")(*happening.of)
        if happening.in_batch:
            self._take_in()
        else:
            self._talk()

    def tell(self, event: TradingEvent) -> tuple[TradingCommand, ...]:
        """One step of the decider, written down and judged; what it asks for goes to the outbox."""
        self._steps += 1
        assert self._steps < _MOST_STEPS, f"decider and venue talk without end; last of {event}"
        before = self.state
        self.state, commands = step(before, event)
        self.book = changed(self.book, change_between(before.book, self.state.book))
        self.judge(before, event, self.state, commands)
        self._outbox += [each for each in commands if isinstance(each, PlaceOrder | AmendOrder | CancelOrder)]
        return commands

    def _take_in(self) -> None:
        while self._heard:
            self.tell(self._heard.popleft())

    def _talk(self) -> None:
        while self._outbox or self._heard:
            while self._outbox:
                command = self._outbox.popleft()
                if isinstance(command, PlaceOrder):
                    self.tell(Sent(order_id=command.intent.id, time=self.now))
                self._heard += self.venue.submit(command, self.now)
            self._take_in()

    # --- what can happen ---

    def _move(self, instrument: Instrument, permille: float, size: float = 3.0) -> None:
        tick = STEPS[instrument].tick_size
        price = float(round(Decimal(str(self.prices[instrument] * (1 + permille / 1000))) / tick) * tick)
        self._priced(instrument, max(price, float(tick) * 10), size)

    def _gap(self, instrument: Instrument, permille: float) -> None:
        self._move(instrument, permille, 0.5)

    def _priced(self, instrument: Instrument, price: float, size: float = 3.0) -> None:
        self.prices[instrument] = price
        low, high = self.ranges[instrument]
        self.ranges[instrument] = (min(low, price), max(high, price))
        tick = float(STEPS[instrument].tick_size)
        self._seq += 1
        self._heard += self.venue.on_market(
            Quote(
                instrument=instrument, time=self.now, bid=price - tick, ask=price + tick, bid_size=size, ask_size=size,
                last=None, mark=price, index=None, funding_rate=None, funding_time=None, next_funding_rate=None,
                suspended=False, post_only=False,
            )
        )  # fmt: skip
        self._heard += self.venue.on_market(MarketTrade(instrument, self.now, price, size, 0, self._seq))
        self.tell(PriceSeen(time=self.now, instrument=instrument, price=price))

    def _nonsense(self, instrument: Instrument, price: float) -> None:
        self.tell(PriceSeen(time=self.now, instrument=instrument, price=price))

    def _candle(self) -> None:
        self.now += MINUTE - self.now % MINUTE
        for each in INSTRUMENTS:
            (low, high), price = self.ranges[each], self.prices[each]
            self.ranges[each] = (price, price)
            self.tell(
                CandleSeen(
                    candle=ClosedCandle(
                        instrument=each, timeframe=MINUTE, open_time=self.now - MINUTE, open=price, high=high, low=low,
                        close=price, volume=1.0,
                    )
                )
            )  # fmt: skip

    def _signal(
        self, instrument: Instrument, hypothesis: str, direction: int, permille: float, trails: bool, off: float
    ) -> None:
        # A price that was told this very moment: what is stale is refused, which is not what most signals are for.
        self._priced(instrument, self.prices[instrument])
        reference = self.prices[instrument] * (1 + off / 1000)
        distance = reference * permille / 1000
        signal = Signal(
            hypothesis=hypothesis,
            instrument=instrument,
            timeframe=MINUTE,
            direction=direction,
            time=self.now,
            reference_price=reference,
            stop_loss=reference - direction * distance,
            targets=(reference + direction * distance, reference + 2 * direction * distance),
            fractions=(0.5, 0.5),
            trail=distance if trails else None,
            expires_at=self.now + MINUTE,
        )
        self.tell(SignalSeen(time=self.now, signal=signal))

    def _stale(self, instrument: Instrument) -> None:
        """A signal that expired before it could be decided."""
        price = self.prices[instrument]
        signal = Signal(
            hypothesis="Plain", instrument=instrument, timeframe=MINUTE, direction=1, time=self.now - HOUR,
            reference_price=price, stop_loss=price * 0.99, targets=(price * 1.01,), fractions=(1.0,), trail=None,
            expires_at=self.now - HOUR + MINUTE,
        )  # fmt: skip
        self.tell(SignalSeen(time=self.now, signal=signal))

    def _funding(self, instrument: Instrument, rate: float | None) -> None:
        self.tell(FundingSettled(time=self.now, instrument=instrument, rate=rate, price=self.prices[instrument]))

    def _condition(self, instrument: Instrument, hypothesis: str) -> None:
        self.tell(ExitConditionMet(time=self.now, hypothesis=hypothesis, instrument=instrument))

    def _close(self, instrument: Instrument | None) -> None:
        self.tell(CloseAsked(time=self.now, instrument=instrument))

    def _close_one(self, number: int) -> None:
        trades = list(self.state.trades)
        if trades:
            self.tell(CloseAsked(time=self.now, signal_id=trades[number % len(trades)]))

    def _ask(self, cause: StateCause) -> None:
        self.tell(StateAsked(time=self.now, cause=cause, by="Ada"))

    def _broken(self) -> None:
        self.tell(InvariantBroken(time=self.now, why="a test says so"))

    def _day(self) -> None:
        self.now += DAY - self.now % DAY
        for each in INSTRUMENTS:
            self._priced(each, self.prices[each])

    def _pass(self) -> None:
        """Nothing but time."""

    def _reject(self, number: int) -> None:
        self.venue.rejects = number

    def _split(self, number: int) -> None:
        self.venue.splits = number

    def _hold(self) -> None:
        self.venue.holds = True

    def _let_go(self) -> None:
        self._heard += self.venue.let_go()

    def _again(self, number: int) -> None:
        self._heard += self.venue.again(number)

    def _restart(self) -> None:
        assert self.book == self.state.book
        self.state = begin(self.rules, self.book)
        self._relate()

    def _relate(self) -> None:
        both = {**ALIKE, **{(two, one): alike for (one, two), alike in ALIKE.items()}}
        self.tell(RelationsSeen(time=self.now, correlations=both, betas=BETAS))
