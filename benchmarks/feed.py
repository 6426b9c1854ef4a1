"""The live feed: a trade off the wire to a candle updated, beside ccxt.pro's handler, on the same recorded trades."""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from benchmarks.harness import REPOSITORY, Finding, in_fresh_process, interleave, occupied_memory
from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.kraken.feed import KrakenFeed
from edgeproof.adapters.kraken.venue_clock import StreamClock
from edgeproof.core.model.event import MarketTrade, VenueTime
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.ports import FeedScope, InstrumentRules

DATA = Path(os.environ.get("EDGEPROOF_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
RECORDED = DATA / "ticks" / "kraken_futures_10products_trades_2021-07-22.parquet"
MESSAGES = 40_000
MONTH_INSTRUMENTS = 7
MEGABYTE = 2**20
EVERY_MS = 20
TIMEFRAMES = tuple(MINUTE * minutes for minutes in (1, 2, 5, 15, 30))


def findings() -> Iterator[Finding]:
    """Microseconds a trade, and what a month of a live market does to memory."""
    yield from _speed()
    yield from _memory()


def _speed() -> Iterator[Finding]:
    """Handlers alone: no socket, no asyncio, no TLS on either side."""
    if not RECORDED.exists():
        yield Finding(area="feed", case="a trade off the wire to a candle: needs the recorded ticks", ours="not run")
        return
    mine, theirs = json.loads(in_fresh_process("benchmarks.feed", "speed()"))
    yield Finding(
        area="feed",
        case="a recorded trade off the wire to a candle updated, us",
        ours=f"{mine:.2f}",
        peer=f"{theirs:.2f} (ccxt.pro: orjson and its handler)",
        ratio=theirs / mine,
        required=20,
    )


def speed() -> None:
    """Print the microseconds a trade of both, taken in turns in a process that has done nothing else before."""
    names, trades = _trades()
    taken = interleave({"ours": _ours(names, trades), "peer": _ccxt(names, trades)}, {"peer": 5})
    print(json.dumps([1e6 * taken[name].median / MESSAGES for name in ("ours", "peer")]))


def _memory() -> Iterator[Finding]:
    """Replica and feed are processes of their own; the feed's memory after the first day and after the last."""
    first, last, trades = map(int, in_fresh_process("benchmarks.feed", "month()").split())
    yield Finding(
        area="feed",
        case=f"memory over a simulated month of {MONTH_INSTRUMENTS} instruments, {trades:,} trades, MB",
        ours=f"{last / MEGABYTE:.1f}",
        peer=f"{first / MEGABYTE:.1f} (after the first day)",
        ratio=last / first,
        required=1.05,
        at_most=True,
    )


def month() -> None:
    """Print the bytes occupied after the first day and the last of a month through the replica, and the trades."""
    command = [sys.executable, "-m", "edgeproof", "exchange", "--generated", str(MONTH_INSTRUMENTS), "--days", "32"]
    more = ["--warmup", "1d", "--speed", "max", "--port", "0", "--json"]
    with (
        tempfile.TemporaryDirectory() as home,
        subprocess.Popen([*command, *more, "--home", home], stdout=subprocess.PIPE, text=True) as venue,
    ):
        assert venue.stdout is not None  # noqa: S101 - it is a pipe
        try:
            print(*asyncio.run(_watch(json.loads(venue.stdout.readline())["url"])))
        finally:
            venue.terminate()


async def _watch(url: str) -> tuple[int, int, int]:
    from edgeproof.adapters.simulated.market import DEFAULT_START, generate_market  # noqa: PLC0415
    from edgeproof.bootstrap.live import open_feed  # noqa: PLC0415

    instruments = tuple(generate_market(MONTH_INSTRUMENTS, days=1))
    begin, first, trades = DEFAULT_START + DAY, 0, 0
    feed = open_feed("replica", url, instruments, TIMEFRAMES, with_trades=True)
    async for events in feed.events():
        trades += sum(isinstance(each, MarketTrade) for each in events)
        now = max((each.time for each in events if isinstance(each, VenueTime)), default=0)
        if not first and now >= begin + DAY:
            first = occupied_memory()
        if now >= begin + 31 * DAY - MINUTE:
            break
    await feed.close()
    return first, occupied_memory(), trades


def _trades() -> tuple[list[str], list[bytes]]:
    """The recorded trades as the messages they came in, again and again, at the pace of a busy market.

    The recording is of a quiet hour and of products that ended: numbers and times go on from one round to the next,
    and the products get the names of perpetuals.
    """
    table = pl.read_parquet(RECORDED)
    products = sorted({each.split(":")[0] for each in table["trade_id"]})
    names = {product: f"P{number}" for number, product in enumerate(products)}
    numbers = dict.fromkeys(products, 0)
    rows = table.sort("timestamp").select("timestamp", "price", "size", "side", "trade_id").rows()
    start = int(rows[0][0].timestamp() * 1000)
    messages: list[bytes] = []
    for number in range(MESSAGES):
        _, price, size, side, trade_id = rows[number % len(rows)]
        product, _, uid = trade_id.split(":", 2)
        numbers[product] += 1
        messages.append(
            json.dumps(
                {
                    "feed": "trade",
                    "product_id": f"PF_{names[product]}USD",
                    "uid": uid,
                    "side": side,
                    "type": "fill",
                    "seq": numbers[product],
                    "time": start + number * EVERY_MS,
                    "qty": size,
                    "price": price,
                },
                separators=(",", ":"),
            ).encode()
        )
    return list(names.values()), messages


def _ours(names: list[str], trades: list[bytes]) -> Callable[[], object]:
    instruments = tuple(Instrument(name, "USD", "USD") for name in names)
    rules = [
        InstrumentRules(
            instrument=each,
            venue_symbol=each.venue_symbol,
            tick_size=0.05,
            lot_size=1.0,
            is_tradeable=True,
            is_post_only=False,
        )
        for each in instruments
    ]
    start = json.loads(trades[0])["time"] // MINUTE * MINUTE

    def run() -> None:
        feed = KrakenFeed(
            "ws://127.0.0.1:1",
            _Nothing(),
            FeedScope(instruments=instruments, timeframes=TIMEFRAMES),
            clock=SystemClock(),
            venue_clock=StreamClock(),
        )
        feed.prepare(rules)
        for line in feed.lines.values():
            line.candles.begin(start)
            line.go_on()
        take = feed.take
        for raw in trades:
            take(raw)

    return run


class _Nothing:
    """A history that nobody asks."""

    name = "nothing"


def _ccxt(names: list[str], trades: list[bytes]) -> Callable[[], object]:
    import ccxt.pro  # noqa: PLC0415 - two seconds that other benchmarks need not pay
    import orjson  # noqa: PLC0415

    markets = [_market(name) for name in names]
    texts = [raw.decode() for raw in trades]

    async def handle() -> None:
        exchange = ccxt.pro.krakenfutures()
        exchange.set_markets(markets)
        client = exchange.client("ws://127.0.0.1:1")
        for text in texts:
            exchange.handle_message(client, orjson.loads(text))
        await exchange.close()

    return lambda: asyncio.run(handle())


def _market(name: str) -> dict[str, object]:
    return {
        "id": f"PF_{name}USD",
        "symbol": f"{name}/USD:USD",
        "base": name,
        "quote": "USD",
        "settle": "USD",
        "baseId": name,
        "quoteId": "USD",
        "settleId": "USD",
        "type": "swap",
        "spot": False,
        "swap": True,
        "contract": True,
        "linear": True,
        "active": True,
        "precision": {"amount": 1e-4, "price": 0.05},
        "limits": {},
        "info": {},
    }
