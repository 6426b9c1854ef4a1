"""What holds at a simulated venue whatever it is sent and whatever its market does."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from edgeproof.core.model.event import MarketTrade, Quote
from edgeproof.core.model.execution import Accepted, AmendRefused, CancelRefused, ExecutionEvent, Rejected
from edgeproof.core.model.order import Order, new_order
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.matching import CandleVenue
from edgeproof.core.simulation.streaming import StreamRules, StreamVenue
from tests.support.orders import BTC
from tests.support.promises import LOTS, WISHES, Events, Watch, Wish

COSTS = Costs(taker=0.0005, maker=0.0002, slippage=0.0001)
PRICES = st.integers(42_500, 47_500)


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


@given(st.lists(st.tuples(CANDLES, st.lists(st.tuples(st.integers(0, 3), WISHES), max_size=6)), min_size=3, max_size=8))
def test_candle_venue_keeps_its_promises_over_random_commands_and_candles(
    candles: list[tuple[tuple[int, int, int, int], list[tuple[int, Wish]]]],
) -> None:
    venue = CandleVenue(SimulatedAccount(lambda _: COSTS))
    watch = Watch()
    for time, (candle, wishes) in enumerate(candles):
        for number, point in enumerate(_points(venue, candle)):
            for wish in [each for at, each in wishes if at == number]:
                watch.hear(venue.submit(watch.ask(wish), time))
            watch.hear(point(time))
            assert venue.account.position(BTC) == watch.position


@given(st.lists(WISHES, min_size=3, max_size=12), PRICES, st.tuples(PRICES, PRICES).map(sorted))
def test_candle_within_reach_of_no_order_could_not_have_filled_any(
    wishes: list[Wish], opened_at: int, extremes: list[int]
) -> None:
    venue = CandleVenue(SimulatedAccount(lambda _: COSTS))
    watch = Watch()
    for time, wish in enumerate(wishes):
        venue.submit(watch.ask(wish), time)
        venue.at_open(BTC, time, float(opened_at))
    low, high = extremes
    touched = any(
        order.is_at_market or order.is_stopped_by(Decimal(price)) or order.is_traded_through_by(Decimal(price))
        for order in venue.account.working(BTC)
        for price in (low, high)
    )
    assert not (touched and venue.account.reach(BTC).leaves_out(float(high), float(low)))


Happening = Wish | MarketTrade | Quote
HAPPENINGS = st.lists(WISHES | STREAM, min_size=10, max_size=40)


@given(st.integers(0, 3), HAPPENINGS)
def test_stream_venue_keeps_its_promises_over_random_commands_and_events(
    latency: int, happenings: list[Happening]
) -> None:
    venue = StreamVenue(SimulatedAccount(lambda _: COSTS), StreamRules(latency_ms=latency))
    watch = Watch()
    for time, happening in enumerate(happenings):
        watch.hear(_stream(venue, watch, happening, time))
        assert venue.account.position(BTC) == watch.position


def _stream(venue: StreamVenue, watch: Watch, happening: Happening, time: int) -> Events:
    match happening:
        case MarketTrade():
            return venue.on_trade(happening._replace(time=time))
        case Quote():
            return venue.on_quote(replace(happening, time=time))
        case _:
            return venue.submit(watch.ask(happening), time)


@given(HAPPENINGS)
def test_stream_venue_taken_up_from_the_book_has_the_orders_and_positions_of_the_one_before(
    happenings: list[Happening],
) -> None:
    venue = StreamVenue(SimulatedAccount(lambda _: COSTS))
    book: dict[str, Order] = {}
    watch = Watch()
    for time, happening in enumerate(happenings):
        for event in _stream(venue, watch, happening, time):
            watch.hear((event,))
            book = _booked(book, watch, event)
        again = SimulatedAccount(lambda _: COSTS, book.values())
        assert again.position(BTC) == venue.account.position(BTC)
        assert _seen(again) == _seen(venue.account)


def _seen(account: SimulatedAccount) -> list[object]:
    return [(order.id, order.intent, order.filled, order.fills, order.is_at_market) for order in account.working(BTC)]


def _booked(book: dict[str, Order], watch: Watch, event: ExecutionEvent) -> dict[str, Order]:
    name = event.order_id
    if isinstance(event, Accepted):
        book = book | {name: new_order(watch.orders[name])}
    if isinstance(event, CancelRefused | AmendRefused | Rejected):
        return book
    return book | {name: apply_event(book[name], event)}
