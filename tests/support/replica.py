"""A replica of the venue on a free port of loopback, served from a thread while a test lasts."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from edgeproof.core.model.candle import NO_FUNDING, Candles, Funding
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import MINUTE
from edgeproof.exchange.faults import parse_fault
from edgeproof.exchange.market import Market
from edgeproof.exchange.options import Options, Pace
from edgeproof.exchange.product import product_of_candles
from edgeproof.exchange.replica import Replica
from edgeproof.exchange.server import bind, serving

History = Mapping[Instrument, tuple[Candles, Funding]]


@dataclass(frozen=True)
class Served:
    """A replica that is being served at `url`, such as http://127.0.0.1:40123."""

    url: str
    replica: Replica

    @property
    def websocket(self) -> str:
        """Where its websocket is."""
        return websocket_of(self.url)


def websocket_of(url: str) -> str:
    """Where the websocket of a replica is."""
    return url.replace("http", "ws", 1) + "/ws/v1"


def market_of(history: History, *, trades_per_minute: int = 4) -> Market:
    """The market of some candles and their funding."""
    return Market(
        [
            product_of_candles(each, candles, funding, trades_per_minute=trades_per_minute)
            for each, (candles, funding) in history.items()
        ]
    )


@contextmanager
def replica_of(
    market: Market,
    *,
    speed: float | None = None,
    start: int | None = None,
    end: int | None = None,
    waits: bool = False,
    ticker_every: int | None = None,
    faults: Sequence[str] = (),
    seed: int = 0,
    **options: Any,
) -> Iterator[Served]:
    """A replica of a market. Its clock begins at `start` (the market's own without it), at most speed without one.

    `options` are further ones of `Options`.
    """
    first = market.start // MINUTE * MINUTE if start is None else start
    last = -(-market.end // MINUTE) * MINUTE if end is None else end
    pace = Pace(start=first, end=last, speed=speed, waits=waits, ticker_every=ticker_every)
    replica = Replica(market, Options(pace=pace, seed=seed, **options), tuple(map(parse_fault, faults)))
    listening = bind("127.0.0.1", 0)
    with serving(replica, listening) as url:
        yield Served(url=url, replica=replica)


def candles_of(prices: list[float], *, start: int = 0, volume: float = 1.5) -> Candles:
    """1m candles that go from each price to the next."""
    steps = np.array(list(pairwise(prices)), np.float64)
    n = len(steps)
    return Candles(
        timeframe=MINUTE,
        open_time=start + np.arange(n) * MINUTE,
        open=steps[:, 0],
        high=steps.max(axis=1),
        low=steps.min(axis=1),
        close=steps[:, 1],
        volume=np.full(n, volume),
        filled=np.zeros(n, np.bool_),
    )


def without_funding(candles: Mapping[Instrument, Candles]) -> History:
    """Candles alone as a history."""
    return {each: (one, NO_FUNDING) for each, one in candles.items()}
