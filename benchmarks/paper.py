"""Paper trading: what the simulated exchange costs between a feed and its listener, beside the listener alone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np

from benchmarks.harness import Finding, interleave
from edgeproof.adapters.simulated.exchange import SimulatedExchange
from edgeproof.core.candles.live import LiveCandles
from edgeproof.core.model.event import ClosedCandle, MarketEvent, MarketTrade, Quote, VenueTime
from edgeproof.core.model.execution import Accepted
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import STOP, Order, OrderIntent, OrderType, Side, new_order, target_leg
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.core.orders.lifecycle import apply_event
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.streaming import StreamRules, StreamVenue

INSTRUMENTS = tuple(Instrument(f"P{number}", "USD", "USD") for number in range(7))
TRADES = 200_000
TRADES_A_BATCH = 2_000
EVERY_MS = 4
PRICE = 100.0


def findings() -> Iterator[Finding]:
    """Events a second through the exchange: without orders, and with those of two positions on one instrument."""
    batches = _market()
    count = sum(map(len, batches))
    taken = interleave(
        {
            "bare": lambda: asyncio.run(_listen(_Tape(batches))),
            "no orders": _through(batches, ()),
            "orders": _through(batches, _guards()),
        }
    )
    rates = {
        name: f"{count / timing.median:,.0f} ({1e6 * timing.median / count:.2f} us)" for name, timing in taken.items()
    }
    through = f"events a second of {len(INSTRUMENTS)} instruments through the simulated exchange"
    yield Finding(
        area="paper",
        case=f"{through}, no orders",
        ours=rates["no orders"],
        peer=f"{rates['bare']} (the same events without it)",
        ratio=taken["no orders"].median / taken["bare"].median,
    )
    yield Finding(
        area="paper",
        case=f"{through}, the orders of 2 positions on one",
        ours=rates["orders"],
        peer=f"{rates['no orders']} (no orders)",
        ratio=taken["orders"].median / taken["no orders"].median,
        required=1.5,
        at_most=True,
    )


class _Tape:
    """A `MarketFeed` that tells given batches and ends."""

    def __init__(self, batches: Sequence[Sequence[MarketEvent]]) -> None:
        self._batches = batches

    async def events(self) -> AsyncIterator[Sequence[MarketEvent]]:
        for batch in self._batches:
            yield batch

    def forming(self) -> Mapping[Instrument, ClosedCandle]:
        return {}

    async def close(self) -> None:
        return None


async def _listen(feed: _Tape | SimulatedExchange) -> None:
    async for events in feed.events():
        for _ in events:
            pass


def _through(batches: Sequence[Sequence[MarketEvent]], orders: Sequence[Order]) -> Callable[[], object]:
    def run() -> None:
        venue = StreamVenue(SimulatedAccount(lambda _: Costs(), orders), StreamRules(latency_ms=200))
        asyncio.run(_listen(SimulatedExchange(_Tape(batches), venue)))
        if venue.account.fills:
            raise RuntimeError("expected orders out of reach, found fills")

    return run


def _market() -> list[list[MarketEvent]]:
    """A busy market: prices that wander a little, a quote a second, the candles that the trades make."""
    rng = np.random.default_rng(7)
    steps = rng.normal(0.0, 0.005, TRADES).cumsum() % 1.0  # never far
    sizes = rng.integers(1, 100, TRADES) / 10
    candles = {each: LiveCandles(each, (MINUTE, 5 * MINUTE)) for each in INSTRUMENTS}
    for each in candles.values():
        each.begin(0)
    batches: list[list[MarketEvent]] = [[]]
    for number, (step, size) in enumerate(zip(steps.tolist(), sizes.tolist(), strict=True)):
        instrument, time = INSTRUMENTS[number % len(INSTRUMENTS)], number * EVERY_MS
        trade = MarketTrade(instrument, time, PRICE + step, size, 1, number)
        batches[-1] += (trade, *candles[instrument].trade(trade))
        if time % SECOND < EVERY_MS:
            batches[-1] += (*(_quote(each, time, PRICE + step) for each in INSTRUMENTS), VenueTime(time=time))
        if number % TRADES_A_BATCH == 0:
            batches.append([])
    return batches


def _quote(instrument: Instrument, time: int, price: float) -> Quote:
    return Quote(
        instrument=instrument,
        time=time,
        bid=price - 0.01,
        ask=price + 0.01,
        bid_size=5.0,
        ask_size=5.0,
        last=price,
        mark=price,
        index=price,
        funding_rate=1e-5,
        funding_time=0,
        next_funding_rate=1e-5,
        suspended=False,
        post_only=False,
    )


def _guards() -> list[Order]:
    """A stop and two targets each of a long and a short, all out of reach."""
    made = []
    for hypothesis, side, stop, targets in (("long", Side.SELL, 90, (120, 130)), ("short", Side.BUY, 110, (80, 70))):
        made.append(_intent(hypothesis, side, STOP, trigger_price=Decimal(stop)))
        for number, limit in enumerate(targets, 1):
            made.append(_intent(hypothesis, side, target_leg(number), limit_price=Decimal(limit)))
    return [apply_event(new_order(each), Accepted(order_id=each.id, time=0, venue_id="there")) for each in made]


def _intent(
    hypothesis: str,
    side: Side,
    leg: str,
    *,
    trigger_price: Decimal | None = None,
    limit_price: Decimal | None = None,
) -> OrderIntent:
    return OrderIntent(
        hypothesis=hypothesis,
        instrument=INSTRUMENTS[0],
        signal_time=0,
        leg=leg,
        side=side,
        type=OrderType.STOP if limit_price is None else OrderType.LIMIT,
        quantity=Decimal(1),
        trigger_price=trigger_price,
        limit_price=limit_price,
        is_reduce_only=True,
    )
