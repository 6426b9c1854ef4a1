"""What holds in paper trading whatever the market does, whatever is asked, and however the feed cuts its batches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edgeproof.adapters.simulated.exchange import SimulatedExchange
from edgeproof.core.model.event import ClosedCandle, FeedIncident, IncidentKind, MarketEvent, MarketTrade, VenueTime
from edgeproof.core.model.execution import Accepted, ExecutionEvent, Filled
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import PlaceOrder
from edgeproof.core.model.time import MINUTE
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.streaming import StreamRules, StreamVenue
from edgeproof.ports import SentCommand
from tests.support.orders import BTC, ETH, T
from tests.support.paper import COSTS, EXECUTIONS, TapeFeed, Told, candle, executions, quote, run, trade
from tests.support.promises import WISHES, Watch, Wish

BOTH = (BTC, ETH)
PRICES = st.integers(43_000, 47_000)
HAPPENING = st.tuples(st.sampled_from(["trade", "trade", "quote"]), st.sampled_from(BOTH), PRICES, st.integers(1, 20))


@dataclass(frozen=True)
class Minute:
    """What happens in a minute, of which the first `told` are told before the connection breaks (None: all)."""

    happenings: tuple[tuple[str, Instrument, int, int], ...]
    told: int | None


MINUTES = st.lists(
    st.builds(
        Minute, st.lists(HAPPENING, min_size=1, max_size=7).map(tuple), st.none() | st.none() | st.integers(0, 6)
    ),
    min_size=2,
    max_size=6,
)


def stream(minutes: Sequence[Minute]) -> list[MarketEvent]:
    """The market as a feed tells it: each minute's happenings, then the candles that closed."""
    return [event for number, minute in enumerate(minutes) for event in _minute(number, minute)]


def _minute(number: int, minute: Minute) -> Iterator[MarketEvent]:
    told = len(minute.happenings) if minute.told is None else minute.told
    step = 60 / (len(minute.happenings) + 1)
    for at, (kind, instrument, price, size) in enumerate(minute.happenings[:told], 1):
        seconds = 60 * number + step * at
        if kind == "quote":
            yield quote(price, price + size, seconds, instrument)
        else:
            yield trade(price, seconds, size / 10, instrument)
    if minute.told is not None:
        yield FeedIncident(kind=IncidentKind.DISCONNECTED, time=T + number * MINUTE)
    for instrument in BOTH:
        yield from _candle(number, minute, instrument)
    if minute.told is None:
        yield VenueTime(time=T + (number + 1) * MINUTE)


def _candle(number: int, minute: Minute, instrument: Instrument) -> Iterator[ClosedCandle]:
    traded = [(price, size) for kind, of, price, size in minute.happenings if kind == "trade" and of == instrument]
    if traded:
        prices, volume = [float(price) for price, _ in traded], 0.0
        for _, size in traded:
            volume += size / 10
        row = (prices[0], max(prices), min(prices), prices[-1])
        yield candle(number, *row, volume=volume, instrument=instrument)


@dataclass
class Trader:
    """Answers what was executed, and candles of minutes that were told, with the next wish for that instrument."""

    wishes: dict[Instrument, list[Wish]]
    latency: int
    minutes: Sequence[Minute]
    watches: dict[Instrument, Watch] = field(default_factory=lambda: {each: Watch(instrument=each) for each in BOTH})
    sent: dict[str, int] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)
    cash: Decimal = Decimal(0)
    heard: dict[Instrument, list[ExecutionEvent]] = field(default_factory=lambda: {each: [] for each in BOTH})
    _of: dict[str, Instrument] = field(default_factory=dict)

    def __call__(self, batch: Sequence[Told]) -> Iterable[SentCommand]:
        for each in batch:
            if isinstance(each, EXECUTIONS):
                self._hear(each)
        return [command for each in batch for command in self._answer(each)]

    def _hear(self, event: ExecutionEvent) -> None:
        self.watches[self._of[event.order_id]].hear((event,))
        self.heard[self._of[event.order_id]].append(event)
        if isinstance(event, Accepted):
            assert event.time >= self.sent[event.order_id] + self.latency
            self.accepted[event.order_id] = event.time
        if isinstance(event, Filled):
            fill = event.fill
            assert fill.time >= self.accepted[event.order_id], "a fill before the order was there"
            order = self.watches[self._of[event.order_id]].orders[event.order_id]
            self.cash -= order.side.sign * fill.notional + fill.fee
            assert fill.fee == fill.notional * Decimal("0.0005" if fill.is_maker else "0.001")

    def _answer(self, event: Told) -> Iterator[SentCommand]:
        if isinstance(event, EXECUTIONS):
            instrument, time = self._of[event.order_id], event.time
        elif isinstance(event, ClosedCandle) and self.minutes[(event.open_time - T) // MINUTE].told is None:
            instrument, time = event.instrument, event.close_time
        else:
            return
        if self.wishes[instrument]:
            command = self.watches[instrument].ask(self.wishes[instrument].pop(0))
            if isinstance(command, PlaceOrder):
                self.sent.setdefault(command.intent.id, time)
                self._of[command.intent.id] = instrument
            else:
                self._of.setdefault(command.order_id, instrument)
            yield SentCommand(command=command, time=time)


def traded(
    minutes: Sequence[Minute], wishes: Sequence[Wish], latency: int, cuts: Sequence[int] = ()
) -> tuple[list[ExecutionEvent], Trader, StreamVenue]:
    """What comes of a market and a trader, with the feed's batches cut before some of its events."""
    events = stream(minutes)
    edges = sorted({0, len(events), *(cut % (len(events) + 1) for cut in cuts)})
    venue = StreamVenue(SimulatedAccount(lambda _: COSTS), StreamRules(latency_ms=latency))
    made = SimulatedExchange(TapeFeed([events[start:end] for start, end in pairwise(edges)]), venue)
    trader = Trader({each: [*wishes] for each in BOTH}, latency, minutes)
    return executions(run(made, trader)), trader, venue


WISHED = st.lists(WISHES, min_size=2, max_size=15)
LATENCIES = st.sampled_from([0, 1, 200, 20_000])


@given(MINUTES, WISHED, LATENCIES)
def test_exchange_keeps_its_promises_and_the_money_adds_up(
    minutes: list[Minute], wishes: list[Wish], latency: int
) -> None:
    told, trader, venue = traded(minutes, wishes, latency)
    fills = venue.account.fills
    assert [each.fill for each in told if isinstance(each, Filled)] == [each.fill for each in fills]
    assert all(venue.account.position(each) == trader.watches[each].position for each in BOTH)
    spent = sum((each.intent.side.sign * each.fill.notional for each in fills), Decimal(0))
    fees = sum((each.fill.fee for each in fills), Decimal(0))
    assert abs(trader.cash + spent + fees) < Decimal("1e-18")


@given(MINUTES, WISHED, LATENCIES, st.lists(st.integers(0, 60), max_size=12))
def test_batches_cut_anywhere_give_the_same_executions(
    minutes: list[Minute], wishes: list[Wish], latency: int, cuts: list[int]
) -> None:
    # At one instant, who is answered first is for the batches to say: of each instrument the order is one.
    cut, whole = (traded(minutes, wishes, latency, each)[1].heard for each in (cuts, ()))
    assert cut == whole


@given(MINUTES, WISHED, LATENCIES)
def test_same_market_and_wishes_give_the_same_executions_again(
    minutes: list[Minute], wishes: list[Wish], latency: int
) -> None:
    assert traded(minutes, wishes, latency)[0] == traded(minutes, wishes, latency)[0]


@given(MINUTES)
def test_market_without_orders_is_told_in_order_but_for_its_trades(minutes: list[Minute]) -> None:
    events = stream(minutes)
    venue = StreamVenue(SimulatedAccount(lambda _: COSTS))
    told = [each for batch in run(SimulatedExchange(TapeFeed([events]), venue)) for each in batch]
    left: Iterator[Told] = iter(events)
    assert all(any(each == other for other in left) for each in told), "something was told out of order"
    assert [each for each in told if not isinstance(each, MarketTrade)] == [
        each for each in events if not isinstance(each, MarketTrade)
    ]
