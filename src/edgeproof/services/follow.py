"""Following a live market until a time of the venue, or until somebody stops it."""

from collections.abc import Callable, Sequence

from edgeproof.core.model.event import ClosedCandle, MarketEvent, VenueTime
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import MINUTE
from edgeproof.ports import MarketFeed

Sink = Callable[[Sequence[MarketEvent]], None]


async def follow(
    feed: MarketFeed, sinks: Sequence[Sink], *, instruments: Sequence[Instrument], until: int | None = None
) -> None:
    """Hand every fact of a feed to the sinks, until the venue's clock and every instrument's candles reach `until`."""
    closed = dict.fromkeys(instruments, 0)
    now = 0
    try:
        async for events in feed.events():
            for sink in sinks:
                sink(events)
            for event in events:
                match event:
                    case ClosedCandle(timeframe=timeframe) if timeframe == MINUTE:
                        closed[event.instrument] = max(closed.get(event.instrument, 0), event.close_time)
                    case VenueTime(time=time):
                        now = time
                    case _:
                        pass
            if until is not None and now >= until and all(each >= until for each in closed.values()):
                return
    finally:
        await feed.close()
