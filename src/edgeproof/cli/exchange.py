"""`edgeproof exchange`: the replica of Kraken Futures on loopback, with recorded or generated history."""

from pathlib import Path
from typing import Annotated

import typer

from edgeproof.cli.context import Context, command

_Candles = Annotated[
    list[Path] | None, typer.Option("--candles", help="Candle files to replay [default: what HOME holds].")
]
_More = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="More files for --candles.")]
_Instruments = Annotated[
    list[str] | None, typer.Option("--instrument", "-i", help="Such as BTC/USD:USD; may be repeated [default: all].")
]
_Trades = Annotated[
    bool, typer.Option("--trades", help="Replay recorded trades where HOME has some, candles elsewhere.")
]
_TradesPerMinute = Annotated[
    int, typer.Option("--trades-per-minute", min=4, max=60, help="Made of each candle; 24 to trade on paper.")
]
_Generated = Annotated[
    int, typer.Option("--generated", min=0, help="Replay a generated market of so many instruments.")
]
_Days = Annotated[int, typer.Option("--days", min=1, help="How many days to generate.")]
_Seed = Annotated[int, typer.Option("--seed", min=0, help="Of the generated market and of the faults.")]
_From = Annotated[str | None, typer.Option("--from", help="Where the clock starts (UTC); before it is history.")]
_To = Annotated[str | None, typer.Option("--to", help="Where the clock stands still (UTC) [default: the end].")]
_Warmup = Annotated[str, typer.Option("--warmup", help="Without --from: how much of the data is history already.")]
_Speed = Annotated[str, typer.Option("--speed", help='1 is real time, 60 a minute a second, "max" as clients read.')]
_Waits = Annotated[
    bool, typer.Option("--waits", help="Stand while nobody listens to trades, and go no faster than they read.")
]
_TickerEvery = Annotated[
    str | None,
    typer.Option("--ticker-every", help="Market time between [default: 1s by the wall, at most 1h; at max 1m]."),
]
_Quiet = Annotated[str, typer.Option("--quiet-candles", help="A minute without a trade in charts: flat or absent.")]
_Host = Annotated[str, typer.Option("--host", help="An address of this machine's own.")]
_Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")]
_Key = Annotated[str | None, typer.Option("--api-key", help="The key clients sign with [default: replica-key].")]
_Secret = Annotated[str | None, typer.Option("--api-secret", help="Its secret, in base64.")]
_Faults = Annotated[
    list[str] | None, typer.Option("--fault", help="Such as drop:after=500,code=1006; may be repeated; see the docs.")
]
_StopAtEnd = Annotated[bool, typer.Option("--exit-at-end", help="Stop when the history has been told.")]


def enter(app: typer.Typer) -> None:
    """Enter the command `exchange`."""
    command(app)(exchange)


def exchange(  # noqa: PLR0913, PLR0917 - one parameter an option
    context: Context,
    more: _More = None,
    candles: _Candles = None,
    instrument: _Instruments = None,
    trades: _Trades = False,
    trades_per_minute: _TradesPerMinute = 4,
    generated: _Generated = 0,
    days: _Days = 30,
    seed: _Seed = 0,
    start: _From = None,
    end: _To = None,
    warmup: _Warmup = "1d",
    speed: _Speed = "1",
    waits: _Waits = False,
    ticker_every: _TickerEvery = None,
    quiet_candles: _Quiet = "flat",
    host: _Host = "127.0.0.1",
    port: _Port = 8787,
    api_key: _Key = None,
    api_secret: _Secret = None,
    fault: _Faults = None,
    exit_at_end: _StopAtEnd = False,
) -> None:
    """A replica of Kraken Futures on this machine: history replayed as a live market, at any speed.

    REST and websocket answer as the venue's do; point a client at the address that is printed. Ctrl-C ends it.
    """
    from edgeproof.cli import replica  # noqa: PLC0415 - starlette, uvicorn and polars, which --help need not load

    source = replica.Source(
        files=(*(candles or []), *(more or [])),
        instruments=tuple(instrument or []),
        with_trades=trades,
        trades_per_minute=trades_per_minute,
        generated=generated,
        days=days,
        seed=seed,
    )
    span = replica.Span(start=start, end=end, warmup=warmup, speed=speed, waits=waits, ticker_every=ticker_every)
    service = replica.Service(
        host=host,
        port=port,
        key=api_key,
        secret=api_secret,
        quiet_candles=quiet_candles,
        stop_at_end=exit_at_end,
        faults=tuple(fault or []),
    )
    replica.run(context, source, span, service)
