"""What a live stream makes of orders: quotes and trades in, fills out. BTC around 45,000, a spread of 10."""

import math
from dataclasses import replace

import numpy as np
import pytest

from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.event import MarketTrade, Quote
from edgeproof.core.model.execution import Cancelled, CancelRefused, ExecutionEvent, Filled
from edgeproof.core.model.order import AmendOrder, CancelOrder, OrderIntent, PlaceOrder, TriggerSignal
from edgeproof.core.model.time import MINUTE
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.streaming import StreamRules, StreamVenue
from tests.support.orders import BTC, SHORT, bracket, d

MADE = bracket()
SOLD = bracket(SHORT)
COSTS = Costs(taker=0.001, maker=0.0005, slippage=0.01)
QUOTE = Quote(
    instrument=BTC,
    time=0,
    bid=44_995.0,
    ask=45_005.0,
    bid_size=10.0,
    ask_size=10.0,
    last=None,
    mark=None,
    index=None,
    funding_rate=None,
    funding_time=None,
    next_funding_rate=None,
    suspended=False,
    post_only=False,
)
UNSIZED = replace(QUOTE, bid_size=None, ask_size=None)
EMPTY = replace(QUOTE, bid=None, ask=None, bid_size=None, ask_size=None)


def trade(price: float, size: float = 1.0, time: int = 0) -> MarketTrade:
    return MarketTrade(BTC, time, price, size, 0, 1)


def venue(*events: Quote | MarketTrade, latency_ms: int = 0, spread: float = 0.0) -> StreamVenue:
    made = StreamVenue(SimulatedAccount(lambda _: COSTS), StreamRules(latency_ms=latency_ms, spread=spread))
    for event in events:
        hear(made, event)
    return made


def hear(made: StreamVenue, event: Quote | MarketTrade) -> tuple[ExecutionEvent, ...]:
    return made.on_quote(event) if isinstance(event, Quote) else made.on_trade(event)


def place(made: StreamVenue, intent: OrderIntent, time: int = 0) -> tuple[ExecutionEvent, ...]:
    return made.submit(PlaceOrder(intent=intent), time)


def holding(*intents: OrderIntent) -> StreamVenue:
    """A venue at which one unit was bought at 45,005, with some orders placed since."""
    made = venue(QUOTE)
    place(made, MADE.entry)
    for intent in intents:
        place(made, intent)
    return made


def told(events: tuple[ExecutionEvent, ...]) -> str:
    """Events as a trader would say them: "accepted, filled 1 at 45005"."""
    return ", ".join(_told(event) for event in events)


def _told(event: ExecutionEvent) -> str:
    if isinstance(event, Filled):
        return f"filled {float(event.fill.quantity):g} at {float(event.fill.price):g}"
    return type(event).__name__.lower()


MARKET: dict[str, tuple[tuple[Quote | MarketTrade, ...], str]] = {
    "takes the ask": ((QUOTE,), "accepted, filled 1 at 45005"),
    "pays the assumed slippage where no size is quoted": ((UNSIZED,), "accepted, filled 1 at 45455.1"),
    "waits where no price is known": ((), "accepted"),
    "takes the last trade and half the spread where there is no quote": (
        (trade(40_000.0),),
        "accepted, filled 1 at 40804",  # 40,000 x (1 + 0.02 / 2) x (1 + 0.01)
    ),
    "takes the last trade the quote names where none was told": (
        (replace(EMPTY, last=40_000.0),),
        "accepted, filled 1 at 40804",
    ),
    "takes half the spread that was measured last": (
        (replace(QUOTE, bid=39_000.0, ask=41_000.0), EMPTY, trade(40_000.0)),
        "accepted, filled 1 at 41410",  # 40,000 x (1 + 0.05 / 2) x (1 + 0.01)
    ),
    "waits while the instrument is suspended": ((replace(QUOTE, suspended=True),), "accepted"),
    "pays the assumed slippage where its side has a size and no price": (
        (replace(QUOTE, ask=None), trade(40_000.0)),
        "accepted, filled 1 at 40804",
    ),
    "takes the last trade where the quote is more than five seconds older, and what it measured": (
        (replace(QUOTE, bid=39_000.0, ask=41_000.0), trade(42_000.0, time=5_001)),
        "accepted, filled 1 at 43480.5",  # 42,000 x (1 + 0.05 / 2) x (1 + 0.01)
    ),
    "takes the quote where the last trade is not so much newer": (
        (QUOTE, trade(42_000.0, time=5_000)),
        "accepted, filled 1 at 45005",
    ),
    "pays the assumed slippage where it is larger than the quote, and how liquid the market is is not known": (
        (replace(QUOTE, ask_size=0.4),),
        "accepted, filled 1 at 45455.1",
    ),
}


@pytest.mark.parametrize("name", MARKET)
def test_market_order_to_buy_one(name: str) -> None:
    stream, expected = MARKET[name]
    assert told(place(venue(*stream, spread=0.02), MADE.entry)) == expected


def test_market_order_to_sell_takes_the_bid_and_moves_it_down() -> None:
    assert told(place(venue(QUOTE), SOLD.entry)) == "accepted, filled 1 at 44995"
    # Divided by 1.01.
    assert told(place(venue(replace(QUOTE, bid_size=0.5)), SOLD.entry)) == "accepted, filled 1 at 44549.5"


def minutes(count: int, volume: float, high: float, low: float) -> Candles:
    """Minutes that are all alike."""
    opened = np.arange(count, dtype=np.int64) * MINUTE - count * MINUTE
    columns = {"open": low, "high": high, "low": low, "close": low, "volume": volume}
    return Candles(
        timeframe=MINUTE,
        open_time=opened,
        filled=np.zeros(count, np.bool_),
        **{name: np.full(count, value) for name, value in columns.items()},
    )


def test_order_that_is_larger_than_the_quote_moves_the_price_by_the_square_root_of_its_share() -> None:
    # ln(high / low) = 0.2, so a minute moves by 0.2 / sqrt(4 ln 2) = 0.120112; 1 of 4 a minute: half of that.
    moved = minutes(60, volume=4.0, high=45_000.0 * math.exp(0.2), low=45_000.0)
    made = venue(replace(QUOTE, ask_size=0.4))
    made.remember(BTC, moved)
    assert told(place(made, MADE.entry)) == "accepted, filled 1 at 47707.8"  # 45,005 x 1.060056


@pytest.mark.parametrize("known", [minutes(9, 4.0, 50_000.0, 45_000.0), minutes(60, 0.0, 45_000.0, 45_000.0)])
def test_order_pays_the_assumed_slippage_where_too_little_is_known_of_what_trades(known: Candles) -> None:
    made = venue(replace(QUOTE, ask_size=0.4))
    made.remember(BTC, known)
    assert told(place(made, MADE.entry)) == "accepted, filled 1 at 45455.1"


def test_market_order_that_waited_fills_at_the_first_price() -> None:
    made = venue()
    place(made, MADE.entry)
    assert told(made.on_quote(QUOTE)) == "filled 1 at 45005"


def test_order_is_seen_only_after_its_latency_and_meets_the_quote_of_then() -> None:
    made = venue(QUOTE, latency_ms=200)

    assert place(made, MADE.entry, time=100) == ()
    assert hear(made, replace(QUOTE, time=200, bid=45_095.0, ask=45_105.0)) == ()
    events = hear(made, replace(QUOTE, time=400, bid=46_000.0, ask=46_010.0))

    assert told(events) == "accepted, filled 1 at 45105"
    assert [event.time for event in events if isinstance(event, Filled)] == [300]
    (simulated,) = made.account.fills
    assert simulated.reference == 45_000  # the middle when it was sent
    assert simulated.assumed_slippage == d("0.01")
    assert simulated.simulated_slippage == d(105) / 45_000


def test_cancel_under_way_comes_too_late_for_a_fill() -> None:
    made = venue(latency_ms=100)
    place(made, MADE.entry, time=0)
    made.advance(100)
    made.submit(CancelOrder(order_id=MADE.entry.id, reason="expired"), 150)

    first = made.on_quote(replace(QUOTE, time=200))
    late = made.advance(250)

    assert told(first) == "filled 1 at 45005"
    assert [type(event) for event in late] == [CancelRefused]


def test_cancel_that_arrives_first_prevents_the_fill() -> None:
    made = venue(latency_ms=100)
    place(made, MADE.entry, time=0)
    made.submit(CancelOrder(order_id=MADE.entry.id, reason="expired"), 0)
    assert told(made.on_quote(replace(QUOTE, time=200))) == "accepted, cancelled"
    assert made.account.position(BTC) == 0


STOPS: dict[str, tuple[Quote | MarketTrade, str]] = {
    "a trade above it": (trade(44_501.0), ""),
    "a trade at it takes the worse of bid and trade": (trade(44_500.0), "triggered, filled 1 at 44500"),
    "a trade far below it takes the trade": (trade(44_000.0), "triggered, filled 1 at 44000"),
    "a mark price, to which it does not listen": (replace(QUOTE, mark=40_000.0), ""),
}


@pytest.mark.parametrize("name", STOPS)
def test_stop_on_trades_is_triggered_by(name: str) -> None:
    event, expected = STOPS[name]
    assert told(hear(holding(MADE.stop), event)) == expected


def test_stop_takes_the_bid_where_that_is_worse_than_the_trade() -> None:
    made = holding(MADE.stop)
    hear(made, replace(QUOTE, bid=44_300.0, ask=44_310.0))
    assert told(hear(made, trade(44_500.0))) == "triggered, filled 1 at 44300"


def test_stop_of_a_short_takes_the_worse_of_ask_and_trade() -> None:
    made = venue(QUOTE)
    place(made, SOLD.entry)
    place(made, SOLD.stop)
    assert told(hear(made, trade(45_600.0))) == "triggered, filled 1 at 45600"


@pytest.mark.parametrize(
    ("signal", "reached"),
    [(TriggerSignal.MARK, replace(QUOTE, mark=44_400.0)), (TriggerSignal.INDEX, replace(QUOTE, index=44_400.0))],
)
def test_stop_on_another_price_listens_to_that_and_not_to_trades(signal: TriggerSignal, reached: Quote) -> None:
    made = holding(replace(MADE.stop, trigger_signal=signal))
    assert hear(made, trade(44_000.0)) == ()
    assert told(hear(made, reached)) == "triggered, filled 1 at 44000"


def test_stop_slippage_is_measured_from_its_trigger() -> None:
    made = holding(MADE.stop)
    hear(made, trade(44_055.0))
    assert made.account.fills[-1].simulated_slippage == d("0.01")


def test_stop_triggered_while_suspended_waits_for_the_market() -> None:
    made = holding(replace(MADE.stop, trigger_signal=TriggerSignal.MARK))
    assert told(hear(made, replace(QUOTE, mark=44_000.0, suspended=True))) == "triggered"
    assert told(hear(made, QUOTE)) == "filled 1 at 44995"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (trade(46_000.0, 5.0), ""),
        (trade(46_001.0, 5.0), "filled 0.5 at 46000"),
        (trade(46_001.0, 0.2), "filled 0.2 at 46000"),
        (trade(47_001.0, 0.7), "filled 0.5 at 46000, filled 0.2 at 47000"),
        (trade(47_001.0, 0.5), "filled 0.5 at 46000"),
        (replace(QUOTE, bid=48_000.0, ask=48_010.0), ""),
    ],
    ids=["touched", "traded through", "a small trade", "two targets share a trade", "nothing is left", "a quote"],
)
def test_targets_fill_where_traded_through_by_no_more_than_was_traded(
    event: Quote | MarketTrade, expected: str
) -> None:
    assert told(hear(holding(*MADE.targets), event)) == expected


def test_target_pays_the_maker_fee_and_no_slippage() -> None:
    made = holding(*MADE.targets)
    hear(made, trade(46_001.0))
    (*_, target) = made.account.fills
    assert target.fill.is_maker
    assert target.fill.fee == d("11.5")
    assert (target.assumed_slippage, target.simulated_slippage) == (d(0), d(0))


def test_target_of_a_short_fills_below_it() -> None:
    made = venue(QUOTE)
    place(made, SOLD.entry)
    for intent in SOLD.targets:
        place(made, intent)
    assert told(hear(made, trade(42_999.0, 1.0))) == "filled 0.5 at 44000, filled 0.5 at 43000"


def test_target_after_the_position_is_gone_is_cancelled() -> None:
    made = holding(MADE.stop, MADE.targets[0])
    hear(made, trade(44_500.0))
    (event,) = hear(made, trade(46_001.0))
    assert isinstance(event, Cancelled)
    assert made.account.position(BTC) == 0


def test_trade_told_late_is_none_of_an_order_that_came_after_it() -> None:
    made = venue(QUOTE)
    place(made, MADE.entry)
    for intent in (MADE.stop, MADE.targets[0]):
        place(made, intent, time=1_000)
    assert hear(made, trade(46_001.0, time=999)) == ()
    assert hear(made, trade(44_000.0, time=999)) == ()


def test_amend_moves_a_target_that_is_filled_in_part() -> None:
    made = holding(MADE.targets[0])
    hear(made, trade(46_001.0, 0.2))
    made.submit(AmendOrder(order_id=MADE.targets[0].id, quantity=d("0.4"), limit_price=d(46_500)), 0)
    assert hear(made, trade(46_100.0)) == ()
    assert told(hear(made, trade(46_501.0))) == "filled 0.2 at 46500"


def test_quote_upside_down_measures_no_spread() -> None:
    made = venue(replace(QUOTE, bid=45_010.0, ask=45_000.0), EMPTY, trade(40_000.0))
    assert told(place(made, MADE.entry)) == "accepted, filled 1 at 40400"


@pytest.mark.parametrize(("name", "wrong"), [("latency_ms", -1), ("spread", 1.0), ("spread", float("nan"))])
def test_rules_that_cannot_be_are_refused_by_name(name: str, wrong: float) -> None:
    with pytest.raises(InputError, match=name):
        StreamRules(**{name: wrong})  # type: ignore[arg-type]


def test_venue_without_rules_answers_at_once() -> None:
    made = StreamVenue(SimulatedAccount(lambda _: COSTS))
    assert told(place(made, MADE.entry)) == "accepted"
