"""What the feed tells of a market, trade by trade or in candles, is what the simulated exchange takes it for."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from edgeproof.bootstrap.live import open_feed
from edgeproof.core.model.event import ClosedCandle, FeedIncident, MarketEvent, MarketTrade
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import MINUTE
from edgeproof.core.simulation.market import Market, Unseen
from tests.support.replica import candles_of, market_of, replica_of, without_funding

BTC, ETH = parse_instrument("BTC/USD:USD"), parse_instrument("ETH/USD:USD")
MINUTES, BEGIN, END = 300, 60, 290


def told(faults: Sequence[str]) -> list[MarketEvent]:
    """What a feed with single trades tells of a replica's market."""
    rng = np.random.default_rng(5)
    steps = {each: 100.0 + rng.integers(-3, 4, MINUTES + 1).cumsum() / 10 for each in (BTC, ETH)}
    market = market_of(without_funding({each: candles_of(prices.tolist()) for each, prices in steps.items()}))
    events: list[MarketEvent] = []

    async def listen(url: str) -> None:
        feed = open_feed("replica", url, (BTC, ETH), (MINUTE, 5 * MINUTE), with_trades=True)
        async with asyncio.timeout(60):
            async for batch in feed.events():
                events.extend(batch)
                if {each.instrument for each in events if isinstance(each, ClosedCandle) and _is_last(each)} == {
                    BTC,
                    ETH,
                }:
                    break
        await feed.close()
        await asyncio.sleep(0.1)  # a socket that was cancelled while it was read is closed a moment later

    with replica_of(market, start=BEGIN * MINUTE, faults=faults, waits=True) as served:
        asyncio.run(listen(served.url))
    return events


def _is_last(candle: ClosedCandle) -> bool:
    return candle.open_time >= END * MINUTE


def taken(events: Sequence[MarketEvent]) -> list[tuple[ClosedCandle, Unseen | None, int]]:
    """Of each base candle what the exchange holds for unseen, and how many trades of it were told."""
    markets = {each: Market(0.0) for each in (BTC, ETH)}
    counts: Counter[tuple[Instrument, int]] = Counter()
    found = []
    for event in events:
        if isinstance(event, MarketTrade):
            markets[event.instrument].traded(event)
            counts[event.instrument, event.time // MINUTE] += 1
        elif isinstance(event, ClosedCandle) and event.timeframe == MINUTE and not event.is_correction:
            seen = counts[event.instrument, event.open_time // MINUTE]
            found.append((event, markets[event.instrument].closed(event), seen))
    return found


def test_minutes_are_seen_from_the_first_that_the_trades_at_hand_cover() -> None:
    found = [(candle.open_time // MINUTE, unseen is None) for candle, unseen, _ in taken(told(()))]
    first = min(minute for minute, is_seen in found if is_seen)
    assert first <= BEGIN
    assert all(is_seen == (minute >= first) or minute < BEGIN for minute, is_seen in found)


@pytest.mark.parametrize("fault", ["drop:after=300,outage=30m", "missing", "reorder", "delay", "late_snapshot"])
def test_minutes_are_unseen_just_where_trades_were_not_told(fault: str) -> None:
    events = told((fault,))
    # A minute all of whose trades are missing closes as one without any; they are told late, and it is corrected.
    found = [each for each in taken(events) if not each[0].filled]
    assert any(isinstance(each, FeedIncident) for each in events)
    assert all(unseen is not None and unseen.is_whole for _, unseen, count in found if count == 0)
    assert all(unseen is None or not unseen.is_whole for _, unseen, count in found if count > 0)
    assert sum(unseen is None for _, unseen, _ in found) > 100
