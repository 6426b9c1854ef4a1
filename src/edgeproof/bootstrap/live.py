"""Where the live ports meet their adapters: the feed of a venue, and what is remembered for it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from edgeproof.adapters.ccxt.exchanges import open_exchange
from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.kraken.feed import KrakenFeed
from edgeproof.adapters.kraken.feed_settings import FeedSettings
from edgeproof.adapters.kraken.venue_clock import SkewedClock, StreamClock
from edgeproof.adapters.monitoring.machine import free_bytes
from edgeproof.adapters.monitoring.server import serve_monitoring
from edgeproof.bootstrap import (
    KRAKEN,
    REPLICA,
    kraken_rest,
    library,
    market_history,
    open_store,
    states,
    variants_of,
)
from edgeproof.bootstrap.asking import held_by, kept_journal
from edgeproof.config import load_settings
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError, VenueError
from edgeproof.core.model.event import MarketTrade, Quote
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.ports import Clock, FeedScope, InstrumentRules, MarketFeed, Report
from edgeproof.research.trials import state_key
from edgeproof.services.doctor import (
    Examined,
    examine,
    examine_disk,
    examine_feed,
    examine_venue,
    look_at_journal,
    look_at_store,
    look_at_verdicts,
)
from edgeproof.services.health import FeedHealth, report
from edgeproof.services.record import Recorder
from edgeproof.services.standing import Standing, starting
from edgeproof.services.standing import report as report_session

_REPLICA_FEED = FeedSettings(
    patience_ms=0,
    hole_s=0.1,
    silence_s=5.0,
    ack_s=2.0,
    first_pause_s=0.05,
    longest_pause_s=2.0,
    instruments_s=1.0,
    waits_for_answers=True,
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
    remembered: Mapping[Instrument, Candles] | None = None,
    with_trades: bool = False,
) -> MarketFeed:
    """The live market of a venue; of an instrument that is remembered it goes on where those candles end."""
    scope = FeedScope(
        instruments=tuple(instruments),
        timeframes=tuple(timeframes),
        remembered=remembered or {},
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


async def reach(venue: str, url: str | None) -> None:
    """Nothing, when a venue is there; within seconds, instead of after the patience of somebody who follows it.

    Raises
    ------
    VenueError
        It cannot be reached; the message says what to do.
    """
    if venue not in {KRAKEN, REPLICA}:
        return  # ccxt asks by itself, and is not patient
    rest = kraken_rest(venue, url)
    try:
        await rest.reach()
    except VenueError as error:
        remedy = _NO_REPLICA if venue == REPLICA else _NO_VENUE
        raise VenueError(f"{error}\n{remedy}", is_passing=error.is_passing) from error
    finally:
        await rest.close()


_NO_REPLICA = "A replica runs with: edgeproof exchange. Where it is, is said with --url (it prints its address)."
_NO_VENUE = (
    "Check the network, and that a firewall or proxy lets it pass; edgeproof doctor looks at each step. "
    "Another address is said with --url.\n"
    "Without a network there is a market on this machine: edgeproof exchange, and then --venue replica"
)


def _ccxt_feed(venue: str, url: str | None, scope: FeedScope) -> MarketFeed:
    """The live market of any venue that ccxt.pro can watch."""
    exchange = open_exchange(venue, part="pro", besides=(KRAKEN, REPLICA))
    if url is not None:
        raise InputError(f"expected --url with the venues {KRAKEN} and {REPLICA} only, found it with {venue}")
    from edgeproof.adapters.ccxt.feed import CcxtFeed  # noqa: PLC0415 - an extra, and a second to load

    return CcxtFeed(exchange, scope, clock=SystemClock())


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


async def serve_standing(standing: Callable[[], Standing | None], port: int) -> None:
    """Answer /healthz and /metrics for a session on a port of loopback, until cancelled."""
    clock = SystemClock()

    def now() -> Report:
        found = standing()
        return starting() if found is None else report_session(found, clock.monotonic())

    await serve_monitoring(now, port)


_NTP = "set the clock by NTP (timedatectl set-ntp true, or your system's date settings)"
_FEED_WAIT_S = 15.0


async def examine_all(home: Path, config: Path, venue: str, url: str | None) -> tuple[Examined, ...]:
    """Everything there is to look at, in the order in which it is needed."""
    here = (
        examine("settings", lambda: _settings_text(config), "correct the file; edgeproof's defaults need none"),
        examine_disk(free_bytes(home), str(home)),
        examine("store", lambda: look_at_store(open_store(home)), "move the damaged folder away and import again"),
        examine("hypotheses", lambda: f"{len(library(home))} can be used", "edgeproof hypotheses check says more"),
        examine("verdicts", lambda: _verdicts_text(home), "edgeproof hypotheses check, then edgeproof discover"),
        examine(
            "journal", lambda: _journal_text(home, config), "what it says is what to do; the file is left as it is"
        ),
        examine("session", lambda: held_by(home) or "none is running", "end it, or use another --home"),
    )
    history = market_history(venue, url)
    try:
        there = await examine_venue(history, SystemClock(), None if venue == REPLICA else _NTP)
        if not there[0].is_well:
            return (*here, *there)
        listed = await history.instruments()
        feed = await examine_feed(lambda: _first_quote(venue, url, listed[:1]))
    finally:
        await history.close()
    return (*here, *there, feed)


def _journal_text(home: Path, config: Path) -> str:
    with kept_journal(home, config) as journal:
        return look_at_journal(journal)


def _verdicts_text(home: Path) -> str:
    known = {state_key(each) for each in variants_of(library(home))}
    return look_at_verdicts({key: each for key, each in states(home).items() if key in known}, SystemClock().now())


def _settings_text(config: Path) -> str:
    load_settings(config)
    return str(config) if config.exists() else "the defaults"


async def _first_quote(venue: str, url: str | None, listed: Sequence[InstrumentRules]) -> str:
    """The first quote or trade of an instrument; how long it took."""
    clock = SystemClock()
    began = clock.monotonic()
    feed = open_feed(venue, url, [each.instrument for each in listed], [MINUTE], with_trades=True)
    try:
        async with asyncio.timeout(_FEED_WAIT_S):
            async for events in feed.events():
                if any(isinstance(each, MarketTrade | Quote) for each in events):
                    return f"brought {listed[0].instrument} after {clock.monotonic() - began:.1f} s"
    finally:
        await feed.close()
    raise TimeoutError
