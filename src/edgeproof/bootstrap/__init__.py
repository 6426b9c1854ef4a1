"""The composition root: where ports meet their adapters.

Everything is wired by hand here, once: the command line calls these functions and knows no adapter.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from numpy.random import default_rng  # noqa: TID251 - seeded: how long retries wait

from edgeproof.adapters.ccxt.exchanges import open_exchange
from edgeproof.adapters.clock import SystemClock
from edgeproof.adapters.compute.local import LocalRunner
from edgeproof.adapters.compute.ray import RayRunner
from edgeproof.adapters.kraken.config import BASE_URL, LOCAL_LIMITS, RestLimits
from edgeproof.adapters.kraken.rest import KrakenRest
from edgeproof.adapters.simulated.market import generate_market, generated_source
from edgeproof.adapters.storage.atomic import write_file
from edgeproof.adapters.storage.checkpoints import FolderCheckpoints
from edgeproof.adapters.storage.importing.into_store import import_candles
from edgeproof.adapters.storage.ledger import LEDGER, SqliteLedger
from edgeproof.adapters.storage.library import load_library
from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.adapters.storage.run_reader import find_run, read_run
from edgeproof.adapters.storage.runs import RunWriter
from edgeproof.adapters.storage.states import States, keep_states, read_states
from edgeproof.config import Settings
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import parse_duration
from edgeproof.core.signals.hypothesis import Hypothesis, variants
from edgeproof.core.signals.write import hypotheses_toml
from edgeproof.exchange.market import Market as ReplayedMarket
from edgeproof.exchange.product import Product, product_of_candles, product_of_trades
from edgeproof.exchange.tape import LEAST_TRADES
from edgeproof.ports import CandleStore, Checkpoints, MarketHistory, TaskRunner, TrialLedger
from edgeproof.research.backtest import Fees, Market, Result
from edgeproof.research.report.page import build_page
from edgeproof.research.report.sources import Sources
from edgeproof.research.study import Study, Survey, Window, conduct, load_market, survey

STORE = "data"
DEMO = "demo"

KRAKEN = "kraken"
REPLICA = "replica"
REPLICA_URL = "http://127.0.0.1:8787"

_PAIR = re.compile(r"([A-Z0-9]+?)(USDT|USDC|USD)")
_LENGTH = re.compile(r"\d+[mhd]")


def open_store(home: Path) -> CandleStore:
    """The history kept under a home folder; empty when there is none yet."""
    if home.exists() and not home.is_dir():
        raise InputError(f"expected --home to be a folder, found a file: {home}")
    return ParquetStore(home / STORE)


def library(home: Path, files: Sequence[Path] = ()) -> tuple[Hypothesis, ...]:
    """The shipped hypotheses, the user's own under home, and those of further files."""
    return load_library(home, files)


def variants_of(hypotheses: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Each hypothesis as the variants it declares."""
    return tuple(variant for hypothesis in hypotheses for variant in variants(hypothesis))


def market(store: CandleStore, instrument: Instrument, start: int | None = None, end: int | None = None) -> Market:
    """The gap-filled base candles of an instrument with its funding."""
    return load_market(store, instrument, Window(start=start, end=end))


def fees(settings: Settings) -> Fees:
    """What trading costs, by the settings."""
    return Fees(taker=settings.costs.taker, maker=settings.costs.maker)


def market_history(venue: str, url: str | None = None) -> MarketHistory:
    """What a venue remembers of its market: Kraken Futures, a replica of it, or any venue that ccxt knows by its id.

    Raises
    ------
    InputError
        There is no such venue, ccxt is not installed, or a url is given for a venue that has its own.
    """
    match venue:
        case "kraken" | "replica":
            return kraken_rest(venue, url)
        case _:
            exchange = open_exchange(venue, besides=(KRAKEN, REPLICA))
            if url is not None:
                raise InputError(f"expected --url with the venues {KRAKEN} and {REPLICA} only, found it with {venue}")
            from edgeproof.adapters.ccxt.history import CcxtHistory  # noqa: PLC0415 - an extra, and a second to load

            return CcxtHistory(exchange)


def kraken_rest(venue: str, url: str | None = None) -> KrakenRest:
    """Kraken Futures over REST, or a replica of it, wherever it is."""
    at, limits = (REPLICA_URL, LOCAL_LIMITS) if venue == REPLICA else (BASE_URL, RestLimits())
    return KrakenRest(url or at, name=venue, limits=limits, rng=default_rng(SystemClock().now()))


def look_at_data(store: CandleStore, study: Study, options: Mapping[str, object] | None = None) -> Survey:
    """The certificates of a study's history, and the id its run will have with further options."""
    return survey(store, study, options)


def open_ledger(home: Path) -> TrialLedger:
    """The ledger of every trial made under a home folder."""
    return SqliteLedger(home / LEDGER)


def checkpoints(home: Path, identity: str) -> Checkpoints:
    """What an interrupted run had done."""
    return FolderCheckpoints(home, identity)


@contextmanager
def task_runner(engine: str) -> Iterator[TaskRunner]:
    """Where tasks run while the block lasts: threads of this machine ("local"), or a Ray cluster ("ray").

    A cluster that the environment variable RAY_ADDRESS names is joined; else one is started on this machine.
    """
    if engine == "ray":
        with RayRunner(address=os.environ.get("RAY_ADDRESS")) as runner:
            yield runner
    else:
        yield LocalRunner()


def keep_found(folder: Path, hypotheses: Sequence[Hypothesis]) -> Path:
    """What a search found as a hypothesis file in the folder of its run."""
    file = folder / "found.toml"
    write_file(file, hypotheses_toml(hypotheses).encode())
    return file


def states(home: Path) -> States:
    """The state of every hypothesis that was ever tested under a home folder."""
    return read_states(home)


def remember_states(home: Path, found: States) -> None:
    """Keep the states of hypotheses."""
    keep_states(home, found)


def run_backtest(
    store: CandleStore, study: Study, *, on_progress: Callable[[float], None] = lambda _: None
) -> Iterator[tuple[Result, ...]]:
    """The results of a study, instrument by instrument, on the threads of this machine."""
    return conduct(store, study, LocalRunner(), on_progress=on_progress)


def keep_run(home: Path, identity: str) -> RunWriter:
    """Where the trades and the statistics of a run go: HOME/runs/ID/."""
    return RunWriter(home, identity)


def write_report(home: Path, run: str | None = None, file: Path | None = None) -> Path:
    """Write the page of a kept run (the newest, unless one is named) beside it, or to a file; where it is now."""
    folder = find_run(home, run)
    page = report_page(home, folder)
    target = file if file is not None else folder / "report.html"
    if target.is_dir():
        raise InputError(f"expected --html to be a file, found a folder: {target}; try {target / 'report.html'}")
    write_file(target, page.encode())
    return target


def report_page(home: Path, folder: Path) -> str:
    """The page of the run kept in a folder of home."""
    kept = read_run(folder)
    return build_page(
        Sources(
            run=kept.document,
            edge=kept.edge,
            trades=kept.trades,
            hypotheses={each.name: each for each in variants_of(library(home))},
            candles=lambda name: _stored_candles(home, name),
        )
    )


def _stored_candles(home: Path, name: str) -> Candles | None:
    """The gap-filled candles of an instrument, or None when they are not stored any more."""
    store, instrument = open_store(home), parse_instrument(name)
    if instrument not in store.instruments():
        return None
    return market(store, instrument).candles


def replayed_market(
    store: CandleStore,
    instruments: Sequence[Instrument],
    *,
    with_trades: bool = False,
    trades_per_minute: int = LEAST_TRADES,
) -> ReplayedMarket:
    """The stored candles and funding of instruments as the market of a replica; recorded trades where asked for.

    Elsewhere a candle becomes at most `trades_per_minute` trades.
    """

    def product(instrument: Instrument) -> Product:
        funding = store.load_funding(instrument)
        trades = store.load_trades(instrument) if with_trades else None
        if trades is not None and len(trades):
            return product_of_trades(instrument, trades, funding)
        candles = store.load_candles(instrument)
        return product_of_candles(instrument, candles, funding, trades_per_minute=trades_per_minute)

    return ReplayedMarket([product(each) for each in instruments])


def generated_home(home: Path, instruments: int, days: int, seed: int) -> Path:
    """A home under HOME/demo that holds a generated market; the same arguments find the same home again."""
    folder = home / DEMO / f"generated-{instruments}x{days}d-seed{seed}"
    store = open_store(folder)
    for instrument, (candles, funding) in generate_market(instruments, days=days, seed=seed).items():
        store.save_candles(instrument, candles, source=generated_source(seed))
        store.save_funding(instrument, funding, source=generated_source(seed))
    return folder


def imported_home(home: Path, files: Sequence[tuple[Path, Instrument]]) -> Path:
    """A home under HOME/demo that holds candle files; the same files find the same home again."""
    digest = hashlib.sha256()
    for file, instrument in files:
        digest.update(instrument.unified.encode() + file.read_bytes())
    folder = home / DEMO / f"files-{digest.hexdigest()[:12]}"
    store = open_store(folder)
    for file, instrument in files:
        import_candles(store, file, instrument, _timeframe_of_file(file))
    return folder


def instrument_of_file(file: Path) -> Instrument:
    """The instrument a file name speaks of: `binance_perp_BTCUSDT_1m.parquet` is BTC/USD:USD."""
    for word in re.split(r"[_. -]", file.stem.upper()):
        if pair := _PAIR.fullmatch(word):
            return parse_instrument(f"{pair[0]}.P")
    raise InputError(
        f"expected a file name with an instrument in it, such as BTCUSDT_1m.parquet, found {file.name}; "
        "say what it holds with --instrument BTC/USD:USD"
    )


def _timeframe_of_file(file: Path) -> int:
    words = (word for word in re.split(r"[_. -]", file.stem) if _LENGTH.fullmatch(word))
    return parse_duration(next(words, "1m"))
