"""`edgeproof feed`: a look at the live market, and `data record`: the live market into the store."""

import asyncio
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from edgeproof.cli.context import Context, command
from edgeproof.cli.running import INTERRUPTED, told_to_stop, until_one_ends

if TYPE_CHECKING:
    from edgeproof.core.model.event import MarketEvent
    from edgeproof.core.model.instrument import Instrument
    from edgeproof.services.follow import Sink
    from edgeproof.services.health import FeedHealth
    from edgeproof.services.record import Recorder

USUAL = ("BTC/USD:USD", "ETH/USD:USD", "SOL/USD:USD")
USUAL_TIMEFRAMES = "1m,2m,5m,15m,30m,1h,4h,1d"
SAVE_EVERY_S = 30.0
MOST_UNSAVED = 5_000_000
"""Facts that may wait for a store that cannot be written to before the recording gives up."""

Venue = Annotated[str, typer.Option("--venue", help="kraken, replica (see edgeproof exchange), or a venue's ccxt id.")]
Url = Annotated[str | None, typer.Option("--url", help="Where the venue is.", show_default=False)]
Instruments = Annotated[
    list[str] | None,
    typer.Option("--instrument", "-i", help=f"May be repeated [default: {', '.join(USUAL)}].", show_default=False),
]
Timeframes = Annotated[str, typer.Option("--timeframes", help="Of the candles.")]
Until = Annotated[str | None, typer.Option("--until", help="Stop at this time of the venue (UTC).", show_default=False)]
Serve = Annotated[
    int | None,
    typer.Option("--serve", help="Answer /healthz and /metrics on this port of 127.0.0.1.", show_default=False),
]


def enter(app: typer.Typer, data: typer.Typer) -> None:
    """Enter the commands `feed` and `data record`."""
    command(app)(feed)
    command(data)(record)


def feed(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: Context,
    venue: Venue = "kraken",
    url: Url = None,
    instrument: Instruments = None,
    timeframes: Timeframes = USUAL_TIMEFRAMES,
    until: Until = None,
    serve: Serve = None,
) -> None:
    """Watch the live market: prices, candle clocks, spreads, funding, and how the feed itself is doing.

    Ctrl-C ends it. With --json the state of the feed at its end is printed.
    """
    _run(_call(context, venue, url, instrument, timeframes, until, serve), ())


def record(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: Context,
    venue: Venue = "kraken",
    url: Url = None,
    instrument: Instruments = None,
    timeframes: Timeframes = USUAL_TIMEFRAMES,
    until: Until = None,
    serve: Serve = None,
) -> None:
    """Keep the live market in the store: candles, funding, trades and quotes, for later replay.

    Broken off and begun again it goes on where the stored candles end, without a hole in them.
    """
    from edgeproof.bootstrap.live import recorder, system_clock  # noqa: PLC0415 - heavy parts load when a command runs

    call = replace(_call(context, venue, url, instrument, timeframes, until, serve), is_recording=True)
    keep = recorder(context.home, venue)
    seen = _saving(keep, system_clock().monotonic)
    try:
        _run(call, (seen,))
    finally:
        keep.save()
        sys.stderr.write(f"edgeproof: {keep.saved:,} rows added to {context.home}\n")


def _saving(keep: "Recorder", monotonic: Callable[[], float]) -> "Sink":
    """Gathers facts and saves them now and then; a store that cannot be written to is tried again, and told."""
    from edgeproof.core.model.errors import StoreError  # noqa: PLC0415
    from edgeproof.services.record import MANY  # noqa: PLC0415

    due, most = monotonic() + SAVE_EVERY_S, MANY

    def seen(events: "Sequence[MarketEvent]") -> None:
        nonlocal due, most
        keep.seen(events)
        if monotonic() < due and keep.waiting < most:
            return
        try:
            keep.save()
            most = MANY
        except StoreError as error:
            if keep.waiting > MOST_UNSAVED:
                raise
            sys.stderr.write(f"edgeproof: not saved, trying again in {SAVE_EVERY_S:.0f} s: {error}\n")
            most = MOST_UNSAVED
        due = monotonic() + SAVE_EVERY_S

    return seen


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """The words of the call."""

    context: Context
    venue: str
    url: str | None
    instruments: tuple["Instrument", ...]
    timeframes: tuple[int, ...]
    until: int | None
    port: int | None
    is_recording: bool = False


def _call(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: Context,
    venue: str,
    url: str | None,
    instruments: list[str] | None,
    timeframes: str,
    until: str | None,
    port: int | None,
) -> _Call:
    from edgeproof.core.model.instrument import parse_instrument  # noqa: PLC0415
    from edgeproof.core.model.time import parse_duration, parse_time  # noqa: PLC0415

    named = dict.fromkeys(parse_instrument(each) for each in instruments or USUAL)
    return _Call(
        context=context,
        venue=venue,
        url=url,
        instruments=tuple(named),
        timeframes=tuple(dict.fromkeys(parse_duration(each) for each in timeframes.split(","))),
        until=None if until is None else parse_time(until),
        port=port,
    )


def _run(call: _Call, sinks: "Sequence[Sink]") -> None:
    """Follow the feed until its end, and show how it is doing meanwhile."""
    from edgeproof.bootstrap.live import system_clock  # noqa: PLC0415
    from edgeproof.services.health import FeedHealth  # noqa: PLC0415

    clock = system_clock()
    health = FeedHealth(call.instruments)

    def seen(events: "Sequence[MarketEvent]") -> None:
        health.seen(events, clock.monotonic())

    try:
        asyncio.run(_follow(call, health, clock.monotonic, (*sinks, seen)))
    except KeyboardInterrupt:
        if call.context.json:
            _print_json(call.context, health)
        sys.stderr.write("edgeproof: stopped\n")
        raise SystemExit(INTERRUPTED) from None
    if call.context.json:
        _print_json(call.context, health)


async def _follow(call: _Call, health: "FeedHealth", monotonic: Callable[[], float], sinks: "Sequence[Sink]") -> None:
    from edgeproof.bootstrap.live import open_feed, reach, remembered_candles, serve_health  # noqa: PLC0415
    from edgeproof.cli.feed_view import show  # noqa: PLC0415
    from edgeproof.services.follow import follow  # noqa: PLC0415

    await reach(call.venue, call.url)
    source = open_feed(
        call.venue,
        call.url,
        call.instruments,
        call.timeframes,
        remembered=remembered_candles(call.context.home, call.instruments) if call.is_recording else None,
        with_trades=call.is_recording,
    )
    work = [
        follow(source, sinks, instruments=call.instruments, until=call.until),
        show(call.context, call.venue, health, monotonic),
    ]
    if call.port is not None:
        work.append(serve_health(health, call.port))
    await until_one_ends(*work, told_to_stop())


def _print_json(context: Context, health: "FeedHealth") -> None:
    from edgeproof.cli.feed_view import document  # noqa: PLC0415

    context.print_json(document(health))
