"""Where the live ports meet their adapters: the feed of a venue, and what is remembered for it."""

from collections.abc import Sequence
from pathlib import Path

from edgeproof.adapters.ccxt.exchanges import open_exchange
from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.kraken.feed import FeedScope, KrakenFeed
from edgeproof.adapters.kraken.feed_settings import FeedSettings
from edgeproof.adapters.kraken.venue_clock import SkewedClock, StreamClock
from edgeproof.adapters.monitoring.server import serve_monitoring
from edgeproof.bootstrap import KRAKEN, REPLICA, kraken_rest, open_store
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.ports import Clock, MarketFeed
from edgeproof.services.health import FeedHealth, report
from edgeproof.services.record import Recorder

_REPLICA_FEED = FeedSettings(
    patience_ms=0, hole_s=0.1, silence_s=5.0, ack_s=2.0, first_pause_s=0.05, longest_pause_s=2.0, instruments_s=5.0
)
"""A replica is on this machine, its time may run at any speed, and its heartbeat follows everything before it."""


def system_clock() -> Clock:
    """The time of this machine."""
    return SystemClock()


def open_feed(
    venue: str,
    url: str | None,
    instruments: Sequence[Instrument],
    timeframes: Sequence[int],
    *,
    home: Path | None = None,
    with_trades: bool = False,
) -> MarketFeed:
    """The live market of a venue; with a `home` it goes on where the candles stored there end."""
    remembered = {} if home is None else remembered_candles(home, instruments)
    scope = FeedScope(
        instruments=tuple(instruments),
        timeframes=tuple(timeframes),
        remembered=remembered,
        with_trades=with_trades,
    )
    clock = SystemClock()
    match venue:
        case "kraken":
            rest, venue_clock, settings = kraken_rest(KRAKEN, url), SkewedClock(clock), FeedSettings()
            return KrakenFeed(rest.websocket_url, rest, scope, clock=clock, venue_clock=venue_clock, settings=settings)
        case "replica":
            rest = kraken_rest(REPLICA, url)
            return KrakenFeed(
                rest.websocket_url, rest, scope, clock=clock, venue_clock=StreamClock(), settings=_REPLICA_FEED
            )
        case _:
            return _ccxt_feed(venue, url, scope)


def _ccxt_feed(venue: str, url: str | None, scope: FeedScope) -> MarketFeed:
    """The live market of any venue that ccxt.pro can watch."""
    exchange = open_exchange(venue, part="pro", besides=(KRAKEN, REPLICA))
    if url is not None:
        raise InputError(f"expected --url with the venues {KRAKEN} and {REPLICA} only, found it with {venue}")
    from edgeproof.adapters.ccxt.feed import CcxtFeed, CcxtScope  # noqa: PLC0415 - an extra, and a second to load

    wanted = CcxtScope(
        instruments=scope.instruments,
        timeframes=scope.timeframes,
        remembered=scope.remembered,
        with_trades=scope.with_trades,
    )
    return CcxtFeed(exchange, wanted, clock=SystemClock())


def remembered_candles(home: Path, instruments: Sequence[Instrument]) -> dict[Instrument, Candles]:
    """The last two days of the minutes stored under a home, gaps filled, by instrument."""
    store = open_store(home)
    remembered = {}
    for instrument in instruments:
        if MINUTE in store.timeframes(instrument):
            last = next(
                held.last
                for held in store.holdings()
                if held.instrument == instrument and held.kind == "candles" and held.timeframe == MINUTE
            )
            remembered[instrument] = fill_gaps(store.load_candles(instrument, MINUTE, start=last - 2 * DAY))
    return remembered


def recorder(home: Path, venue: str) -> Recorder:
    """What keeps a live market in the store under a home."""
    return Recorder(open_store(home), venue)


async def serve_health(health: FeedHealth, port: int) -> None:
    """Answer /healthz and /metrics for a feed on a port of loopback, until cancelled."""
    clock = SystemClock()
    await serve_monitoring(lambda: report(health, clock.monotonic()), port)
