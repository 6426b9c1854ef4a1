"""Funding and trade files: what is recognised, and what is refused with its place."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from edgeproof.adapters.storage.importing.funding import read_funding
from edgeproof.adapters.storage.importing.into_store import import_candles, import_funding, import_trades
from edgeproof.adapters.storage.importing.trades import read_trades
from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.time import HOUR, MINUTE, parse_time
from tests.support.data import shared

BTC = parse_instrument("BTC/USD:USD")
START = parse_time("2024-03-01")


def csv(tmp_path: Path, *lines: str, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n")
    return path


def test_funding_times_are_floored_to_the_minute(tmp_path: Path) -> None:
    funding = read_funding(csv(tmp_path, "timestamp,rate", f"{START + 8 * HOUR + 13},1e-4", f"{START + 59_999},-2e-4"))
    assert funding.time.tolist() == [START, START + 8 * HOUR]
    assert funding.rate.tolist() == [-2e-4, 1e-4]


def test_the_relative_rate_is_taken_where_both_are_there(tmp_path: Path) -> None:
    funding = read_funding(csv(tmp_path, "timestamp,fundingRate,relativeFundingRate", f"{START},0.83,0.00001"))
    assert funding.rate.tolist() == [0.00001]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{START + HOUR},nan", "expected a finite number as rate, found nan"),
        (f"{START + HOUR},", "expected a finite number as rate, found nothing"),
        (f"{START + HOUR},-1.5", "expected a relative rate per period"),
        (f"{START + 3},1e-4", "2024-03-01T00:00:00.000Z is there already, in line 2"),
        ("1,1e-4", "found 1"),
    ],
)
def test_bad_funding_is_refused_with_its_line(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(DataError, match=f"line 3: .*{reason}"):
        read_funding(csv(tmp_path, "timestamp,rate", f"{START},1e-4", row, f"{START + 2 * HOUR},1e-4"))


def test_real_funding_is_read() -> None:
    funding = read_funding(shared("funding/binance_perp_SOLUSDT_funding.parquet"))
    assert len(funding) == 6046
    assert not (funding.time % MINUTE).any()
    assert (np.diff(funding.time) > 0).all()


def test_trades_keep_the_order_within_a_millisecond(tmp_path: Path) -> None:
    lines = [f"{START + 5},3,1,sell,c", f"{START},1,1,buy,b", f"{START},2,0.5,B,a", f"{START},2,0.5,,z"]
    trades = read_trades(csv(tmp_path, "timestamp,price,size,side,trade_id", *lines))
    assert trades.trade_id.tolist() == ["b", "a", "z", "c"]
    assert trades.side.tolist() == [1, 1, 0, -1]
    assert trades.size.tolist() == [1.0, 0.5, 0.5, 1.0]


def test_trades_without_ids_are_named_by_time_and_count(tmp_path: Path) -> None:
    lines = [f"{START + 5},3,1", f"{START},1,1", f"{START},2,1"]
    trades = read_trades(csv(tmp_path, "time,price,qty", *lines))
    assert trades.trade_id.tolist() == [f"{START}:0", f"{START}:1", f"{START + 5}:0"]
    assert trades.side.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0,1,buy,2", "expected a positive price, found 0.0"),
        ("1,0,buy,2", "expected a positive size, found 0.0"),
        ("1,inf,buy,2", "expected a finite number as size, found inf"),
        ("1,1,maybe,2", "expected buy or sell as side, found maybe"),
        ("1,1,buy,", "expected a trade id, found nothing"),
        ("1,1,buy,1", "trade 1 is there already in an earlier line"),
    ],
)
def test_bad_trades_are_refused_with_their_line(tmp_path: Path, row: str, reason: str) -> None:
    path = csv(tmp_path, "timestamp,price,size,side,trade_id", f"{START},1,1,buy,1", f"{START + 1},{row}")
    with pytest.raises(DataError, match=f"line 3: {reason}"):
        read_trades(path)


def test_a_recording_of_many_products_is_refused() -> None:
    with pytest.raises(DataError, match="found 10 by their ids"):
        read_trades(shared("ticks/kraken_futures_10products_trades_2021-07-22.parquet"))


def test_trades_imported_twice_change_nothing_and_make_whole_candles_only() -> None:
    store = MemoryStore()
    path = shared("ticks/binance_usdm_BTCUSDT_trades_2024-08-08T2354_T2400.parquet")
    first = import_trades(store, path, BTC, MINUTE)
    assert (first.rows, first.saved.added) == (21313, 21313)
    again = import_trades(store, path, BTC, MINUTE)
    assert (again.saved.unchanged, again.saved.added) == (21313, 0)
    candles = store.load_candles(BTC)
    trades = store.load_trades(BTC)
    assert candles.open_time[0] > trades.time[0]
    assert candles.close_time[-1] <= trades.time[-1]
    inside = (trades.time >= candles.open_time[0]) & (trades.time < candles.close_time[-1])
    assert candles.high.max() == trades.price[inside].max()
    assert candles.volume.sum() == pytest.approx(trades.size[inside].sum(), rel=1e-12)


def test_contradicting_trades_leave_the_candles_alone(tmp_path: Path) -> None:
    store = MemoryStore()
    rows = [(START + 30_000 * n, 100.0 + n, str(n)) for n in range(9)]
    frame = pl.DataFrame(rows, schema=["timestamp", "price", "trade_id"], orient="row").with_columns(size=pl.lit(1.0))
    frame.write_csv(tmp_path / "a.csv")
    import_trades(store, tmp_path / "a.csv", BTC, MINUTE)
    before = store.holdings()
    changed = frame.with_columns(price=pl.col("price") + 1, timestamp=pl.col("timestamp") + 10 * MINUTE)  # the same day
    changed.write_csv(tmp_path / "b.csv")
    with pytest.raises(DataError, match="contradict"):
        import_trades(store, tmp_path / "b.csv", BTC, MINUTE)
    assert store.holdings() == before


def test_an_absurd_gap_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    store = MemoryStore()
    lines = ["1980-01-01T00:00Z,1,1,1,1,1", "2150-01-01T00:00Z,1,1,1,1,1"]
    path = csv(tmp_path, "time,open,high,low,close,volume", *lines)
    with pytest.raises(DataError, match=r"longest gap is from 1980-01-01T00:01:00.000Z to 2150"):
        import_candles(store, path, BTC, MINUTE)
    assert store.holdings() == ()


def test_imports_record_the_file_as_source(tmp_path: Path) -> None:
    store = MemoryStore()
    import_funding(store, csv(tmp_path, "timestamp,rate", f"{START},1e-4", name="rates.csv"), BTC)
    assert store.holdings()[0].sources == ("rates.csv",)
