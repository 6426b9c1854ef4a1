"""What `edgeproof exchange` does: words to a market, a pace and a server, which then serves until it is stopped."""

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from edgeproof import bootstrap
from edgeproof.cli.context import Context
from edgeproof.cli.selection import select_instruments, time_option
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import MINUTE, format_time, parse_duration
from edgeproof.exchange.auth import REPLICA_KEY, REPLICA_SECRET, Credentials, is_secret
from edgeproof.exchange.faults import parse_fault
from edgeproof.exchange.market import Market
from edgeproof.exchange.options import Options, Pace
from edgeproof.exchange.replica import Replica
from edgeproof.exchange.server import base_url, bind, serve

AS_READ = "max"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the market comes from: files, a generated market, or (neither) the home folder.

    A candle becomes at most `trades_per_minute` trades.
    """

    files: tuple[Path, ...]
    instruments: tuple[str, ...]
    with_trades: bool
    trades_per_minute: int
    generated: int
    days: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The words for the clock: from where to where, and how fast."""

    start: str | None
    end: str | None
    warmup: str
    speed: str
    waits: bool
    ticker_every: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The words for the server."""

    host: str
    port: int
    key: str | None
    secret: str | None
    quiet_candles: str
    stop_at_end: bool
    faults: tuple[str, ...]


def run(context: Context, source: Source, span: Span, service: Service) -> None:
    """Serve a replica until Ctrl-C, SIGTERM, or the end of its market where that was asked for."""
    with bind(service.host, service.port) as listening:
        market = _market(context, source)
        options = Options(
            pace=_pace(market, span),
            credentials=_credentials(service),
            seed=source.seed,
            fill_quiet=_is_flat(service.quiet_candles),
            stop_at_end=service.stop_at_end,
        )
        replica = Replica(market, options, tuple(map(parse_fault, service.faults)))
        serve(replica, listening, on_start=lambda: _announce(context, market, options, listening))


def _market(context: Context, source: Source) -> Market:
    if source.files and source.generated:
        raise InputError("expected either candle files or --generated, found both")
    if source.files:
        store = bootstrap.open_store(_home_of_files(context.home, source))
        return bootstrap.replayed_market(store, store.instruments(), trades_per_minute=source.trades_per_minute)
    home = context.home
    if source.generated:
        home = bootstrap.generated_home(home, source.generated, source.days, source.seed)
    store = bootstrap.open_store(home)
    chosen = select_instruments(store, source.instruments, home)
    return bootstrap.replayed_market(
        store, chosen, with_trades=source.with_trades, trades_per_minute=source.trades_per_minute
    )


def _home_of_files(home: Path, source: Source) -> Path:
    for file in source.files:
        if not file.is_file():
            raise InputError(f"expected a file with candles at {file}, found none; check the path")
    if source.instruments and len(source.instruments) != len(source.files):
        raise InputError(
            f"expected one --instrument for each of the {len(source.files)} files, in their order, "
            f"found {len(source.instruments)}"
        )
    named = [parse_instrument(name) for name in source.instruments]
    chosen = named or [bootstrap.instrument_of_file(file) for file in source.files]
    return bootstrap.imported_home(home, tuple(zip(source.files, chosen, strict=True)))


def _pace(market: Market, span: Span) -> Pace:
    first, last = market.start // MINUTE * MINUTE, -(-market.end // MINUTE) * MINUTE
    given, until = time_option("--from", span.start), time_option("--to", span.end)
    start = given if given is not None else min(first + parse_duration(span.warmup), last)
    end = last if until is None else min(last, until)
    if not first <= start < end:
        raise InputError(
            f"expected the clock to start within the history, from {format_time(first)} to before "
            f"{format_time(end)}, found {format_time(start)}; choose another --from, --to or --warmup"
        )
    every = None if span.ticker_every is None else parse_duration(span.ticker_every)
    return Pace(start=start, end=end, speed=_speed(span.speed), ticker_every=every, waits=span.waits)


def _speed(text: str) -> float | None:
    if text == AS_READ:
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise InputError(f'--speed: expected a number above 0 such as 1 or 60, or "max", found "{text}"')
    return speed


def _credentials(service: Service) -> Credentials:
    secret = REPLICA_SECRET if service.secret is None else service.secret
    if not is_secret(secret):
        raise InputError("--api-secret: expected a secret in base64, found something else")
    return Credentials(key=REPLICA_KEY if service.key is None else service.key, secret=secret)


def _is_flat(text: str) -> bool:
    if text not in {"flat", "absent"}:
        raise InputError(f'--quiet-candles: expected flat or absent, found "{text}"')
    return text == "flat"


def _announce(context: Context, market: Market, options: Options, listening: socket.socket) -> None:
    url, pace = base_url(listening), options.pace
    symbols = [product.symbol for product in market.products]
    if context.json:
        context.print_json({"url": url, "pid": os.getpid(), "instruments": symbols, "now": format_time(pace.start)})
        sys.stdout.flush()
        return
    speed = "as fast as clients read" if pace.speed is None else f"{pace.speed:g} times real time"
    context.out.print(
        f"{url} serves {len(symbols)} instruments from {format_time(pace.start)}, {speed}; Ctrl-C ends it",
        soft_wrap=True,
    )
