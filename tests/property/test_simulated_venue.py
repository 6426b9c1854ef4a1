"""What holds at a simulated venue whatever it is sent and whatever its market does."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.model.event import MarketTrade, Quote
from edgeproof.core.model.execution import Accepted, Amended, Cancelled, ExecutionEvent, Filled, Rejected
from edgeproof.core.model.order import AmendOrder, CancelOrder, Order, OrderCommand, OrderIntent, PlaceOrder, new_order
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.matching import CandleVenue
from edgeproof.core.simulation.streaming import StreamRules, StreamVenue
from tests.support.orders import BTC, MINUTE, SHORT, bracket

COSTS = Costs(taker=0.0005, maker=0.0002, slippage=0.0001)
Events = tuple[ExecutionEvent, ...]

BASE = [
    replace(intent, attempt=attempt)
    for made in (bracket(), bracket(replace(SHORT, time=SHORT.time + MINUTE)))
    for intent in (made.entry, made.stop, *made.targets)
    for attempt in (1, 2)
]
IDS = [intent.id for intent in BASE]
LOTS = st.integers(1, 15).map(lambda lots: Decimal(lots) / 10)
PRICES = st.integers(42_500, 47_500)


@dataclass
class Watch:
    """What the events of a venue add up to, with the promises checked on the way."""

    asked: dict[str, list[OrderIntent]] = field(default_factory=dict)
    orders: dict[str, OrderIntent] = field(default_factory=dict)
    filled: dict[str, Decimal] = field(default_factory=dict)
    over: set[str] = field(default_factory=set)
    fill_ids: set[str] = field(default_factory=set)
    position: Decimal = Decimal(0)

    def know(self, command: OrderCommand) -> None:
        if isinstance(command, PlaceOrder):
            self.asked.setdefault(command.intent.id, []).append(command.intent)

    def hear(self, events: Events) -> None:
        for event in events:
            match event:
                case Accepted(order_id=name):
                    assert name not in self.orders, "an id was taken twice"
                    self.orders[name] = self.asked[name].pop(0)
                case Rejected(order_id=name):
                    self.asked[name].pop(0)
                case Amended(order_id=name, quantity=quantity):
                    self.orders[name] = replace(self.orders[name], quantity=quantity)
                case Cancelled(order_id=name):
                    self.over.add(name)
                case Filled():
                    self._fill(event)

    def _fill(self, event: Filled) -> None:
        name, fill, order = event.order_id, event.fill, self.orders[event.order_id]
        assert name not in self.over, "a cancelled order was filled"
        assert fill.id not in self.fill_ids
        self.fill_ids.add(fill.id)
        self.filled[name] = self.filled.get(name, Decimal(0)) + fill.quantity
        assert self.filled[name] <= order.quantity, "more was filled than ordered"
        after = self.position + order.side.sign * fill.quantity
        if order.is_reduce_only:
            assert abs(after) < abs(self.position)
            assert after * self.position >= 0, "a reduce-only order turned the position"
        self.position = after


def commands() -> st.SearchStrategy[OrderCommand]:
    return st.one_of(
        st.builds(_sized, st.sampled_from(BASE), LOTS),
        st.builds(AmendOrder, order_id=st.sampled_from(IDS), quantity=LOTS),
        st.builds(CancelOrder, order_id=st.sampled_from(IDS), reason=st.just("asked")),
    )


def _sized(intent: OrderIntent, quantity: Decimal) -> PlaceOrder:
    return PlaceOrder(intent=replace(intent, quantity=quantity))


def _quote(bid: int, spread: int, size: Decimal, mark: int) -> Quote:
    return Quote(
        instrument=BTC, time=0, bid=bid, ask=bid + spread, bid_size=float(size), ask_size=float(size), last=None,
        mark=mark, index=None, funding_rate=None, funding_time=None, next_funding_rate=None, suspended=False,
        post_only=False,
    )  # fmt: skip


CANDLES = st.tuples(PRICES, PRICES, PRICES, PRICES)
STREAM = st.one_of(
    st.builds(lambda price, size: MarketTrade(BTC, 0, float(price), float(size), 0, 1), PRICES, LOTS),
    st.builds(_quote, PRICES, st.integers(1, 50), LOTS, PRICES),
)


def _points(venue: CandleVenue, candle: tuple[int, int, int, int]) -> list[Callable[[int], Events]]:
    open_, close, high, low = candle[0], candle[1], float(max(candle)), float(min(candle))
    return [
        lambda time: venue.at_open(BTC, time, float(open_)),
        lambda time: venue.at_stops(BTC, time, high, low),
        lambda time: venue.at_limits(BTC, time, high, low),
        lambda time: venue.at_close(BTC, time, float(close)),
    ]


@given(st.lists(st.tuples(CANDLES, st.lists(st.tuples(st.integers(0, 3), commands()), max_size=6)), max_size=8))
def test_candle_venue_keeps_its_promises_over_random_commands_and_candles(
    candles: list[tuple[tuple[int, int, int, int], list[tuple[int, OrderCommand]]]],
) -> None:
    venue = CandleVenue(SimulatedAccount(lambda _: COSTS))
    watch = Watch()
    for time, (candle, sent) in enumerate(candles):
        for number, point in enumerate(_points(venue, candle)):
            for command in [each for at, each in sent if at == number]:
                watch.know(command)
                watch.hear(venue.submit(command, time))
            watch.hear(point(time))
            assert venue.account.position(BTC) == watch.position


@given(st.integers(0, 3), st.lists(commands() | STREAM, max_size=40))
def test_stream_venue_keeps_its_promises_over_random_commands_and_events(
    latency: int, happenings: list[OrderCommand | MarketTrade | Quote]
) -> None:
    venue = StreamVenue(SimulatedAccount(lambda _: COSTS), StreamRules(latency_ms=latency))
    watch = Watch()
    for time, happening in enumerate(happenings):
        watch.hear(_stream(venue, watch, happening, time))
        assert venue.account.position(BTC) == watch.position


def _stream(venue: StreamVenue, watch: Watch, happening: OrderCommand | MarketTrade | Quote, time: int) -> Events:
    match happening:
        case MarketTrade():
            return venue.on_trade(happening._replace(time=time))
        case Quote():
            return venue.on_quote(replace(happening, time=time))
        case _:
            watch.know(happening)
            return venue.submit(happening, time)


@given(st.lists(commands() | STREAM, max_size=30), st.integers(0, 30))
def test_stream_venue_taken_up_from_the_book_goes_on_as_the_one_that_was_never_stopped(
    happenings: list[OrderCommand | MarketTrade | Quote], stopped_at: int
) -> None:
    venue = StreamVenue(SimulatedAccount(lambda _: COSTS))
    book: dict[str, Order] = {}
    watch = Watch()
    for time, happening in enumerate(happenings[:stopped_at]):
        for event in _stream(venue, watch, happening, time):
            book = _booked(book, happening, event)
    again = SimulatedAccount(lambda _: COSTS, book.values())

    assert again.position(BTC) == venue.account.position(BTC)
    seen = partial(map, lambda order: (order.id, order.intent, order.filled, order.fills, order.is_at_market))
    assert sorted(seen(again.working(BTC)), key=str) == sorted(seen(venue.account.working(BTC)), key=str)


def _booked(
    book: dict[str, Order], happening: OrderCommand | MarketTrade | Quote, event: ExecutionEvent
) -> dict[str, Order]:
    if isinstance(event, Accepted) and isinstance(happening, PlaceOrder):
        book = book | {event.order_id: new_order(happening.intent)}
    if event.order_id not in book or type(event).__name__ in ("CancelRefused", "AmendRefused", "Rejected"):
        return book
    return book | {event.order_id: apply_event(book[event.order_id], event)}
