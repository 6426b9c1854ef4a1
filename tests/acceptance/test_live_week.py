"""Real candles through the replica, at high speed, into a real recording: what comes out is what went in.

Every test runs two processes that know nothing of each other but an address. The recorded candles go into one home
and are replayed from there; `data record` makes candles of the trades in another. By default a fault is tried on some
days of three instruments; `make soak` takes the whole week of all seven.
"""

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
from edgeproof.core.model.time import DAY, HOUR, MINUTE, format_time, parse_time
from tests.support.processes import begin, edgeproof, replica
from tests.support.week import FAULTS, IS_SOAK, NAMES, chosen, instrument, make_market, source, source_funding, speed

FROM = parse_time("2025-05-06T00:00Z")
TIMEFRAMES = tuple(MINUTE * each for each in (1, 2, 5, 15, 30, 60, 240, 1440))
SOME, SPAN = (NAMES[:6], 7 * DAY) if IS_SOAK else (NAMES[:3], 2 * DAY)
"""What is recorded while something goes wrong; the last of the seven is listed, and may be added or expire."""


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that holds the recorded candles of all seven, and their funding."""
    return make_market(tmp_path_factory.mktemp("market"))


def _record(
    market: Path, home: Path, names: tuple[str, ...], span: int, faults: tuple[str, ...] = (), trades: int = 4
) -> dict[str, int]:
    """Record a replayed span; the incidents it told of, by kind."""
    listed = chosen((*names, NAMES[-1]))
    start, end = format_time(FROM), format_time(FROM + span)
    pace = ("--from", start, "--speed", speed(faults), "--trades-per-minute", str(trades))
    with replica("--home", market, *listed, *pace, faults=faults) as url:
        words = ("data", "record", "--venue", "replica", "--url", url, "--home", home, "--until", end, "--json")
        done = edgeproof(*words, *chosen(names), timeout=1_200)
    assert done.status == 0, done.err
    found: dict[str, int] = done.json()["incidents"]
    return found


def _expect_the_candles_that_went_in(home: Path, names: tuple[str, ...], span: int) -> None:
    store = ParquetStore(home / "data")
    for name in names:
        base = fill_gaps(source(name))
        for timeframe in TIMEFRAMES:
            found = (
                store.load_candles(instrument(name), timeframe, start=FROM, end=FROM + span)
                if (timeframe in store.timeframes(instrument(name)))
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
        found = store.load_funding(instrument(name), start=FROM, end=FROM + span - MINUTE)
        rates = source_funding(name)
        wanted = (rates.time >= FROM) & (rates.time < FROM + span) & (rates.rate != 0.0)
        assert found.time[found.rate != 0.0].tolist() == rates.time[wanted].tolist(), name
        assert found.rate[found.rate != 0.0].tolist() == rates.rate[wanted].tolist(), name


def _without_filled(candles: Candles) -> Candles:
    keep = ~candles.filled
    columns = {name: getattr(candles, name)[keep] for name in ("open_time", *COLUMNS, "filled")}
    return Candles(timeframe=candles.timeframe, **columns)


def test_week_of_seven_instruments_comes_out_as_it_went_in(market: Path, tmp_path: Path) -> None:
    incidents = _record(market, tmp_path, NAMES, 7 * DAY)
    assert {kind for kind, count in incidents.items() if count} == {"connected", "joined"}
    _expect_the_candles_that_went_in(tmp_path, NAMES, 7 * DAY)
    _expect_the_funding_that_went_in(tmp_path, NAMES, 7 * DAY)


def test_days_of_many_trades_a_minute_come_out_as_they_went_in(market: Path, tmp_path: Path) -> None:
    incidents = _record(market, tmp_path, SOME, SPAN, trades=24)
    assert {kind for kind, count in incidents.items() if count} == {"connected", "joined"}
    _expect_the_candles_that_went_in(tmp_path, SOME, SPAN)
    _expect_the_funding_that_went_in(tmp_path, SOME, SPAN)


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
    picked = chosen(names)
    with replica("--home", market, *picked, "--from", format_time(FROM), "--speed", "15000") as url:
        words = ("data", "record", "--venue", "replica", "--url", url, "--home", str(tmp_path), *picked)
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
