"""The simulated exchange of paper trading: a live market, and in it what becomes of the orders of one account.

1. `events` takes what the market feed brings, event by event, and shows it to the venue (`core/simulation/streaming`).
2. What an event does to orders follows it, and the batch ends there, so that whoever trades can answer before the next
   event is looked at. Commands that arrive before an event end a batch before it.
3. A batch also ends where candles have closed, before the next price: signals are decided first. It ends before the
   next candle of an instrument that has orders, too.
4. Candles of minutes whose trades were not told are matched by the venue. What that does comes before the candle: it
   happened before the close.

Of the single trades, which are many, a batch has those that did something and the last of each instrument.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence

from edgeproof.core.model.event import (
    ClosedCandle,
    FeedIncident,
    IncidentKind,
    MarketEvent,
    MarketTrade,
    Quote,
    VenueTime,
)
from edgeproof.core.model.execution import ExecutionEvent
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import MINUTE
from edgeproof.core.simulation.streaming import StreamVenue
from edgeproof.ports import MarketFeed, SentCommand

Batch = list[MarketEvent | ExecutionEvent]

_BREAKS = frozenset({IncidentKind.DISCONNECTED, IncidentKind.STALE})


class SimulatedExchange:
    """A `TradingFeed` and the `OrderGateway` to it, at once.

    Parameters
    ----------
    feed
        The market, with its single trades; without them orders are matched by candles.
    missed
        Base candles that closed since the account's orders were last looked after and that the feed does not bring, in
        time order. They are matched first, and not told.
    """

    def __init__(self, feed: MarketFeed, venue: StreamVenue, *, missed: Iterable[ClosedCandle] = ()) -> None:
        self._feed = feed
        self._venue = venue
        self._missed = missed
        self._batch: list[MarketEvent | ExecutionEvent | None] = []
        self._places: dict[Instrument, int] = {}
        self._closed: set[Instrument] = set()

    async def send(self, command: SentCommand) -> None:
        """Send a command. What the venue says comes with the next batch."""
        self._batch += self._venue.submit(command.command, command.time)

    async def events(self) -> AsyncIterator[Sequence[MarketEvent | ExecutionEvent]]:
        """What happened in the market and to orders, in one order."""
        for batch in self._begin():
            yield batch
        async for events in self._feed.events():
            for batch in self._parts(events):
                yield batch

    def forming(self) -> Mapping[Instrument, ClosedCandle]:
        """The base candle that forms now."""
        return self._feed.forming()

    async def close(self) -> None:
        """Let go of the market."""
        await self._feed.close()

    def _begin(self) -> Iterator[Batch]:
        yield from self._cut()
        for candle in self._missed:
            yield from self._match(candle)

    def _parts(self, events: Iterable[MarketEvent]) -> Iterator[Batch]:
        venue, places = self._venue, self._places
        for event in events:
            if type(event) is not MarketTrade:  # nearly all are: they are spared every step that they can be
                yield from self._other(event)
                continue
            if self._closed or venue.is_awaiting:
                yield from self._before(event.time)
            done = venue.on_trade(event)
            place = places.get(event.instrument)
            if place is not None:
                self._batch[place] = None
            places[event.instrument] = len(self._batch)
            self._batch.append(event)
            if done:
                places.clear()
                self._batch += done
                yield from self._cut()
        yield from self._cut()

    def _other(self, event: MarketEvent) -> Iterator[Batch]:
        match event:
            case Quote():
                yield from self._before(event.time)
                done = self._venue.on_quote(event)
                self._batch += (event, *done)
                if done:
                    yield from self._cut()
            case ClosedCandle():
                yield from self._close(event)
            case VenueTime():
                self._batch.append(event)
                yield from self._arrive(event.time)
                if self._closed:
                    yield from self._cut()
            case FeedIncident() if event.kind in _BREAKS:
                self._venue.lose(event.instrument)
                self._batch.append(event)
            case _:
                self._batch.append(event)

    def _close(self, candle: ClosedCandle) -> Iterator[Batch]:
        if candle.timeframe == MINUTE:
            if candle.instrument in self._closed and self._venue.account.working(candle.instrument):
                yield from self._cut()
            yield from self._match(candle)
            self._closed.add(candle.instrument)
        self._batch.append(candle)

    def _match(self, candle: ClosedCandle) -> Iterator[Batch]:
        for done in self._venue.on_candle(candle):
            if done:
                self._batch += done
                yield from self._cut()

    def _before(self, time: int) -> Iterator[Batch]:
        if self._closed:
            yield from self._cut()
        yield from self._arrive(time)

    def _arrive(self, time: int) -> Iterator[Batch]:
        while done := self._venue.advance(time):
            self._batch += done
            yield from self._cut()

    def _cut(self) -> Iterator[Batch]:
        """Tell what there is; once more where the answers to it have answers already."""
        while self._batch:
            told = [each for each in self._batch if each is not None]
            self._batch = []
            self._closed.clear()
            self._places.clear()
            yield told
