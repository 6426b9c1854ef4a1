"""`edgeproof data download` as a user types it: what it says, what it keeps, and what is wrong with the words."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from edgeproof import bootstrap
from edgeproof.adapters.simulated.history import SimulatedHistory
from edgeproof.core.model.candle import Candles
from edgeproof.core.model.errors import VenueError
from edgeproof.core.model.instrument import Instrument, parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE, parse_time
from tests.support.calls import Outcome, Run, call
from tests.support.candles import funding, walk

BTC, ETH = parse_instrument("BTC/USD:USD"), parse_instrument("ETH/USD:USD")
START = parse_time("2026-09-01")
MINUTES = 2_000
NOW = START + MINUTES * MINUTE + 30_000


class Market(SimulatedHistory):
    """Two instruments; before page number `breaks_at` of BTC something happens."""

    def __init__(self, breaks_at: int = -1, happens: BaseException | None = None) -> None:
        candles = {BTC: walk(MINUTES, seed=1, start=START), ETH: walk(MINUTES, seed=2, start=START)}
        rates = {
            each: funding([START + hour * HOUR for hour in range(20)], list(np.full(20, 1e-5))) for each in candles
        }
        super().__init__(candles, rates, now=NOW, name="kraken")
        self._pages = 0
        self._breaks_at = breaks_at
        self._happens = happens
        self.is_closed = False

    async def candles(self, instrument: Instrument, timeframe: int, start: int, end: int) -> AsyncIterator[Candles]:
        async for page in super().candles(instrument, timeframe, start, end):
            if self._pages == self._breaks_at and self._happens is not None:
                raise self._happens
            self._pages += 1
            yield page

    async def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run_here(*words: object) -> Outcome:
        return call(["data", "download", *map(str, words), "--home", str(home)], monkeypatch, capsys)

    return run_here


@pytest.fixture
def venue(monkeypatch: pytest.MonkeyPatch) -> Callable[[Market], Market]:
    """Put a market in the place of every venue."""

    def put(market: Market) -> Market:
        monkeypatch.setattr(bootstrap, "market_history", lambda _venue, _url: market)
        return market

    return put


Put = Callable[[Market], Market]


def test_download_says_what_it_added(run: Run, venue: Put) -> None:
    market = venue(Market())
    done = run("-i", "PF_XBTUSD", "--since", "2026-09-01")
    assert done.status == 0
    assert done.out == (
        "BTC/USD:USD 1m candles, 2026-09-01 00:00 to 2026-09-02 09:20: 2,000 added, 0 there already; "
        "funding: 20 added, 0 there already\n"
    )
    assert market.is_closed


def test_download_of_several_as_json_changes_nothing_the_second_time(run: Run, venue: Put) -> None:
    venue(Market())
    words = ("-i", "BTC/USD:USD", "-i", "ETH/USD:USD", "-i", "BTCUSDT.P", "--since", "2026-09-01", "--json")
    first = run(*words).document["downloaded"]
    assert [each["instrument"] for each in first] == ["BTC/USD:USD", "ETH/USD:USD"]
    assert first[0] == {
        "venue": "kraken",
        "instrument": "BTC/USD:USD",
        "timeframe": "1m",
        "start": "2026-09-01T00:00:00.000Z",
        "end": "2026-09-02T09:20:20.000Z",
        "candles": {"added": 2000, "replaced": 0, "unchanged": 0},
        "funding": {"added": 20, "replaced": 0, "unchanged": 0},
    }
    again = run(*words).document["downloaded"]
    assert again[0]["candles"] == {"added": 0, "replaced": 0, "unchanged": 2000}


def test_download_without_words_on_time_takes_thirty_days_of_the_venue(run: Run, venue: Put) -> None:
    venue(Market())
    done = run("-i", "BTC/USD:USD", "--json", "--no-funding").document["downloaded"][0]
    assert done["start"] == "2026-08-03T09:20:30.000Z"
    assert done["funding"] is None


def test_download_of_part_of_the_time_takes_that_part(run: Run, venue: Put) -> None:
    venue(Market())
    words = ("-i", "BTC/USD:USD", "--since", "2026-09-01T01:00", "--until", "2026-09-01T02:00", "--json")
    done = run(*words).document["downloaded"][0]
    assert (done["candles"]["added"], done["funding"]["added"]) == (60, 2)


def test_download_of_an_unknown_instrument_names_the_nearest(run: Run, venue: Put) -> None:
    market = venue(Market())
    done = run("-i", "BTC/USDT:USDT")
    assert done.status == 2
    assert "expected an instrument of kraken, found BTC/USDT:USDT; did you mean BTC/USD:USD?" in done.err
    assert market.is_closed
    assert "did you mean ETH/USD:USD?" in run("-i", "ETHE/USD:USD").err
    assert "it lists 2 perpetuals" in run("-i", "QQQQQQQ/EUR:EUR").err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since", "2027-01-01"), "expected --since before --until"),
        (("--since", "2026-09-02", "--until", "2026-09-01"), "expected --since before --until"),
        (("--since", "yesterday"), "ISO 8601"),
        (("--timeframe", "1x"), "expected a duration"),
        (("--timeframe", "2m"), "expected a timeframe of the venue"),
    ],
)
def test_download_with_wrong_words_says_what_was_expected(
    run: Run, venue: Put, words: tuple[str, ...], said: str
) -> None:
    venue(Market())
    done = run("-i", "BTC/USD:USD", *words)
    assert done.status == 2
    assert said in done.err


def test_download_that_is_interrupted_says_what_is_kept(run: Run, venue: Put, home: Path) -> None:
    venue(Market(2, KeyboardInterrupt()))
    done = run("-i", "BTC/USD:USD", "--since", "2026-09-01")
    assert done.status == 130
    assert "interrupted; 1,000 new candles of BTC/USD:USD are kept, and the same command goes on" in done.err
    assert len(bootstrap.open_store(home).load_candles(BTC)) == 1_000


def test_download_that_the_venue_breaks_off_says_what_is_kept(run: Run, venue: Put) -> None:
    venue(Market(3, VenueError("the connection broke")))
    words = ("-i", "BTC/USD:USD", "--since", "2026-09-01")
    done = run(*words)
    assert done.status == 1
    assert "kraken: the connection broke; 1,500 new candles of BTC/USD:USD are kept, and the same" in done.err
    venue(Market())
    assert "500 added, 1,500 there already" in run(*words).out


def test_download_that_fails_at_once_says_that_nothing_is_kept(run: Run, venue: Put) -> None:
    venue(Market(0, VenueError("gone", is_passing=False)))
    assert run("-i", "BTC/USD:USD").err == "edgeproof: kraken: gone\n"
    venue(Market(0, VenueError("busy")))
    assert "busy; nothing new was kept; the same command tries again" in run("-i", "BTC/USD:USD").err


def test_download_onto_other_candles_is_refused_unless_replaced(run: Run, venue: Put, home: Path) -> None:
    bootstrap.open_store(home).save_candles(BTC, walk(100, seed=9, start=START), source="file.csv")
    venue(Market())
    words = ("-i", "BTC/USD:USD", "--since", "2026-09-01")
    done = run(*words)
    assert done.status == 2
    assert "contradicts the stored BTC/USD:USD 1m candles" in done.err
    assert "1,900 added, 100 replaced, 0 there already" in run(*words, "--replace").out


def test_download_from_an_unknown_venue_names_the_nearest(run: Run) -> None:
    done = run("--venue", "krakn", "-i", "BTC/USD:USD")
    assert done.status == 2
    assert 'expected a venue, found "krakn"; did you mean kraken' in done.err


def test_download_through_ccxt_that_is_not_installed_says_how_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ccxt", "ccxt.async_support"):
        monkeypatch.setitem(sys.modules, name, None)
    done = run("--venue", "bybit", "-i", "BTC/USDT:USDT")
    assert done.status == 2
    assert "pip install 'edgeproof[exchanges]'; without it there are kraken and replica" in done.err


def test_download_of_a_ccxt_venue_with_an_address_is_refused(run: Run) -> None:
    done = run("--venue", "bybit", "-i", "BTC/USDT:USDT", "--url", "http://127.0.0.1:1")
    assert done.status == 2
    assert "expected --url with the venues kraken and replica only" in done.err


def test_download_from_an_address_that_is_none_is_refused(run: Run) -> None:
    done = run("--venue", "replica", "-i", "BTC/USD:USD", "--url", "localhost:8787")
    assert done.status == 2
    assert 'expected --url to be an address such as https://futures.kraken.com, found "localhost:8787"' in done.err
