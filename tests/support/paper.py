"""A market told by hand, and a session that answers it: what the tests of paper trading need."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from edgeproof.adapters.simulated.exchange import SimulatedExchange
from edgeproof.core.model.event import ClosedCandle, MarketEvent, MarketTrade, Quote, VenueTime
from edgeproof.core.model.execution import (
    Accepted,
    Amended,
    AmendRefused,
    Cancelled,
    CancelRefused,
    ExecutionEvent,
    Expired,
    Filled,
    Rejected,
    Triggered,
)
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.order import Order, OrderCommand, OrderIntent, PlaceOrder
from edgeproof.core.model.time import MINUTE, SECOND
from edgeproof.core.simulation.account import SimulatedAccount
from edgeproof.core.simulation.costs import Costs
from edgeproof.core.simulation.streaming import StreamRules, StreamVenue
from edgeproof.ports import MarketFeed, SentCommand
from tests.support.orders import BTC, T

COSTS = Costs(taker=0.001, maker=0.0005, slippage=0.01)
EXECUTIONS = (Accepted, Triggered, Filled, Amended, AmendRefused, CancelRefused, Cancelled, Rejected, Expired)
Told = MarketEvent | ExecutionEvent
Answer = Callable[[Sequence[Told]], Iterable[SentCommand]]


class TapeFeed:
    """A `MarketFeed` that tells given batches and ends."""

    def __init__(self, batches: Iterable[Sequence[MarketEvent]]) -> None:
        self.batches = batches
        self.is_closed = False

    async def events(self) -> AsyncIterator[Sequence[MarketEvent]]:
        for batch in self.batches:
            yield batch

    def forming(self) -> Mapping[Instrument, ClosedCandle]:
        return {}

    async def close(self) -> None:
        self.is_closed = True


def exchange(
    *batches: Sequence[MarketEvent],
    latency_ms: int = 0,
    orders: Iterable[Order] = (),
    missed: Iterable[ClosedCandle] = (),
    costs: Costs = COSTS,
) -> SimulatedExchange:
    feed: MarketFeed = TapeFeed(batches)
    venue = StreamVenue(SimulatedAccount(lambda _: costs, orders), StreamRules(latency_ms=latency_ms))
    return SimulatedExchange(feed, venue, missed=missed)


def silent(_: Sequence[Told]) -> Iterable[SentCommand]:
    return ()


def run(made: SimulatedExchange, answer: Answer = silent, *, first: Iterable[SentCommand] = ()) -> list[list[Told]]:
    """Every batch; `first` is sent before the first, and `answer` says what is sent after each."""

    async def listen() -> list[list[Told]]:
        batches: list[list[Told]] = []
        for command in first:
            await made.send(command)
        async for batch in made.events():
            batches.append([*batch])
            for command in answer(batch):
                await made.send(command)
        return batches

    return asyncio.run(listen())


def executions(batches: Iterable[Iterable[Told]]) -> list[ExecutionEvent]:
    return [each for batch in batches for each in batch if isinstance(each, EXECUTIONS)]


def place(intent: OrderIntent, time: int = T) -> SentCommand:
    return SentCommand(command=PlaceOrder(intent=intent), time=time)


def sends(command: OrderCommand, time: int = T) -> SentCommand:
    return SentCommand(command=command, time=time)


def once(*commands: SentCommand, upon: type[object]) -> Answer:
    """Send commands after the first batch that has such an event."""
    left = [*commands]

    def answer(batch: Sequence[Told]) -> Iterable[SentCommand]:
        if not any(isinstance(each, upon) for each in batch):
            return ()
        now, left[:] = [*left], []
        return now

    return answer


def at(seconds: float) -> int:
    return T + round(seconds * SECOND)


def trade(price: float, seconds: float = 0.0, size: float = 1.0, instrument: Instrument = BTC) -> MarketTrade:
    return MarketTrade(instrument, at(seconds), price, size, 0, 1)


def quote(bid: float = 44_995.0, ask: float = 45_005.0, seconds: float = 0.0, instrument: Instrument = BTC) -> Quote:
    return replace(_QUOTE, instrument=instrument, time=at(seconds), bid=bid, ask=ask)


def clock(seconds: float) -> VenueTime:
    return VenueTime(time=at(seconds))


def candle(
    minute: int, *prices: float, volume: float = 10.0, timeframe: int = MINUTE, instrument: Instrument = BTC
) -> ClosedCandle:
    """A candle of (open, high, low, close), or flat at one price."""
    open_, high, low, close = prices if len(prices) == 4 else prices * 4
    return ClosedCandle(
        instrument=instrument,
        timeframe=timeframe,
        open_time=T + minute * MINUTE,
        open=open_,
        high=high,
        low=low,
        close=close,
        volume=volume,
    )


def in_words(batches: Iterable[Iterable[Told]]) -> list[str]:
    """Batches as a trader would say them: "trade 45005, accepted entry, filled entry 1 at 45005"."""
    return [", ".join(_word(each) for each in batch) for batch in batches]


def _word(event: Told) -> str:
    match event:
        case MarketTrade():
            return f"trade {event.price:g}"
        case Filled():
            return f"filled {_leg(event)} {float(event.fill.quantity):g} at {float(event.fill.price):g}"
        case Cancelled() | Rejected() | AmendRefused() | CancelRefused():
            return f"{type(event).__name__.lower()} {_leg(event)} ({event.reason})"
        case Accepted() | Triggered() | Amended() | Expired():
            return f"{type(event).__name__.lower()} {_leg(event)}"
    return {"ClosedCandle": "candle", "VenueTime": "time", "FeedIncident": "incident"}.get(
        type(event).__name__, type(event).__name__.lower()
    )


def _leg(event: ExecutionEvent) -> str:
    return event.order_id.split("-", 1)[1]


_QUOTE = Quote(
    instrument=BTC, time=T, bid=0.0, ask=0.0, bid_size=10.0, ask_size=10.0, last=None, mark=None, index=None,
    funding_rate=None, funding_time=None, next_funding_rate=None, suspended=False, post_only=False,
)  # fmt: skip
