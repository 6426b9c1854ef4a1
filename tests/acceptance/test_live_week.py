"""Real candles through the replica, at high speed, into a real recording: what comes out is what went in.

Every test runs two processes that know nothing of each other but an address. The recorded candles go into one home
and are replayed from there; `data record` makes candles of the trades in another. By default a fault is tried on some
days of three instruments; `make soak` takes the whole week of all seven.
"""

import os
import signal
import sys
import time
from pathlib import Path

import httpx
import numpy as np
import pytest

from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.candles.resample import resample
from edgeproof.core.model.candle import COLUMNS, Candles
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_time, parse_time
from tests.support.processes import begin, edgeproof, replica
from tests.support.recorded import recorded_candles, recorded_funding

NAMES = ("BTC", "ETH", "SOL", "XRP", "ADA", "LTC", "LINK")
FROM = parse_time("2025-05-06T00:00Z")
TIMEFRAMES = tuple(MINUTE * each for each in (1, 2, 5, 15, 30, 60, 240, 1440))
IS_SOAK = bool(os.environ.get("EDGEPROOF_SOAK"))
SOME, SPAN = (NAMES[:6], 7 * DAY) if IS_SOAK else (NAMES[:3], 2 * DAY)
"""What is recorded while something goes wrong; the last of the seven is listed, and may be added or expire."""

FAULTS = {
    "silent:after=15000": ("stale", "disconnected"),
    "drop:after=12000,code=1006,outage=7m,count=3": ("disconnected",),
    "drop:after=12000,code=1000,outage=7h": ("disconnected", "restored"),
    "duplicate:every=50": ("duplicate",),
    "delay:every=70,by=5": (),
    "reorder:every=40": (),
    "missing:every=90": ("gap", "repaired"),
    "late_snapshot:by=60": (),
    "alert:every=900": ("notice",),
    "error:every=900": ("refused",),
    "malformed:every=400": ("malformed",),
    "malformed:every=400,form=garbage": ("malformed",),
    "book_gap:every=50": (),
    "503:every=3,count=0": (),
    "html:every=3,count=0": (),
    "429:every=4,count=3": (),
    "slow_rest:seconds=0.2,count=0": (),
    "clock_skew:ms=5000": (),
    "maintenance:after=20h": ("disconnected",),
    "instrument_added:product=PF_LINKUSD,after=30h": ("instrument",),
    "instrument_expired:product=PF_LINKUSD,after=30h": ("instrument",),
    "tick_changed:product=PF_XBTUSD,after=30h": ("instrument",),
}
"""What is made to go wrong, and the incidents that must tell of it; none where it is mended in passing."""


def _instrument(name: str) -> Instrument:
    return Instrument(name, "USD", "USD")


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the recorded candles of all seven, and their funding."""
    home = tmp_path_factory.mktemp("market")
    store = ParquetStore(home / "data")
    for name in NAMES:
        store.save_candles(_instrument(name), _source(name), source="recorded")
        store.save_funding(_instrument(name), recorded_funding(f"binance_perp_{name}USDT_funding"), source="recorded")
    return home


def _source(name: str) -> Candles:
    return recorded_candles(f"binance_perp_{name}USDT_1m_2025-05_2025-06")


def _record(
    market: Path, home: Path, names: tuple[str, ...], span: int, faults: tuple[str, ...] = ()
) -> dict[str, int]:
    """Record a replayed span; the incidents it told of, by kind."""
    listed, chosen = (
        [word for name in each for word in ("--instrument", str(_instrument(name)))]
        for each in (dict.fromkeys((*names, NAMES[-1])), names)
    )
    start, end = format_time(FROM), format_time(FROM + span)
    with replica("--home", market, *listed, "--from", start, "--speed", _speed(faults), faults=faults) as url:
        words = ("data", "record", "--venue", "replica", "--url", url, "--home", home, "--until", end, "--json")
        done = edgeproof(*words, *chosen, timeout=1_200)
    assert done.status == 0, done.err
    found: dict[str, int] = done.json()["incidents"]
    return found


def _speed(faults: tuple[str, ...]) -> str:
    """As fast as can be; slower where what goes wrong is looked for by the wall, some times a second."""
    is_looked_for = any(each.startswith(("instrument", "tick", "missing")) for each in faults)
    return "20000" if is_looked_for else "max"


def _expect_the_candles_that_went_in(home: Path, names: tuple[str, ...], span: int) -> None:
    store = ParquetStore(home / "data")
    for name in names:
        base = fill_gaps(_source(name))
        for timeframe in TIMEFRAMES:
            found = (
                store.load_candles(_instrument(name), timeframe, start=FROM, end=FROM + span)
                if (timeframe in store.timeframes(_instrument(name)))
                else None
            )
            wanted = resample(base, timeframe).between(FROM, FROM + span)
            wanted = wanted[:] if not wanted.filled.any() else _without_filled(wanted)
            if found is None:
                assert len(wanted) == 0, (name, timeframe)
                continue
            np.testing.assert_array_equal(found.open_time, wanted.open_time, err_msg=f"{name} {timeframe}")
            for column in COLUMNS:
                left, right = getattr(found, column), getattr(wanted, column)
                np.testing.assert_array_equal(left, right, err_msg=f"{name} {timeframe} {column}")


def _expect_the_funding_that_went_in(home: Path, names: tuple[str, ...], span: int) -> None:
    """Every rate of the source, told in time or caught up; the hours between them are zero."""
    store = ParquetStore(home / "data")
    for name in names:
        found = store.load_funding(_instrument(name), start=FROM, end=FROM + span - MINUTE)
        source = recorded_funding(f"binance_perp_{name}USDT_funding")
        wanted = (source.time >= FROM) & (source.time < FROM + span) & (source.rate != 0.0)
        assert found.time[found.rate != 0.0].tolist() == source.time[wanted].tolist(), name
        assert found.rate[found.rate != 0.0].tolist() == source.rate[wanted].tolist(), name


def _without_filled(candles: Candles) -> Candles:
    keep = ~candles.filled
    columns = {name: getattr(candles, name)[keep] for name in ("open_time", *COLUMNS, "filled")}
    return Candles(timeframe=candles.timeframe, **columns)


def test_week_of_seven_instruments_comes_out_as_it_went_in(market: Path, tmp_path: Path) -> None:
    incidents = _record(market, tmp_path, NAMES, 7 * DAY)
    assert {kind for kind, count in incidents.items() if count} == {"connected", "joined"}
    _expect_the_candles_that_went_in(tmp_path, NAMES, 7 * DAY)
    _expect_the_funding_that_went_in(tmp_path, NAMES, 7 * DAY)


@pytest.mark.parametrize("fault", FAULTS)
def test_market_with_a_fault_comes_out_as_it_went_in(market: Path, tmp_path: Path, fault: str) -> None:
    incidents = _record(market, tmp_path, SOME, SPAN, (fault,))
    _expect_the_candles_that_went_in(tmp_path, SOME, SPAN)
    _expect_the_funding_that_went_in(tmp_path, SOME, SPAN)
    assert [kind for kind in FAULTS[fault] if not incidents[kind]] == []
    if IS_SOAK:
        told = ", ".join(f"{kind} {count:,}" for kind, count in incidents.items() if count)
        sys.stderr.write(f"\n{fault}: candles equal; {told}\n")


def test_recording_told_to_stop_killed_and_begun_again_has_no_hole(market: Path, tmp_path: Path) -> None:
    names, span = NAMES[:2], 3 * DAY
    chosen = [word for name in names for word in ("--instrument", str(_instrument(name)))]
    with replica("--home", market, *chosen, "--from", format_time(FROM), "--speed", "15000") as url:
        words = ("data", "record", "--venue", "replica", "--url", url, "--home", str(tmp_path), *chosen)
        for end, status in ((signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)):
            process = begin(*words)
            _wait_until_market_is_on(url)
            process.send_signal(end)
            process.communicate(timeout=60)
            assert process.returncode == status
            assert len(ParquetStore(tmp_path / "data").instruments()) == len(names), "what was gathered is saved"
        done = edgeproof(*words, "--until", format_time(FROM + span))
    assert done.status == 0, done.err
    _expect_the_candles_that_went_in(tmp_path, names, span)
    _expect_the_funding_that_went_in(tmp_path, names, span)


def _wait_until_market_is_on(url: str) -> None:
    """Let half a day of the market pass from when it is first asked."""
    until = _now(url) + 12 * HOUR
    while _now(url) < until:
        time.sleep(0.1)


def _now(url: str) -> int:
    return parse_time(httpx.get(f"{url}/replica").json()["now"])
