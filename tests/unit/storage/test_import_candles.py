"""Candle files as people have them: what is recognised, and what is refused with its place."""

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from edgeproof.adapters.storage.importing.candles import read_candles
from edgeproof.core.model.candle import COLUMNS
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.time import HOUR, MINUTE, parse_time
from tests.support.data import shared

START = parse_time("2024-03-01")
ROWS = [(100.0, 102.0, 99.0, 101.0, 5.0), (101.0, 103.0, 100.0, 102.0, 0.0), (102.0, 102.0, 98.5, 99.0, 7.25)]
HEADER = "timestamp,open,high,low,close,volume"


def line(minute: int, row: tuple[float, ...], separator: str = ",") -> str:
    return separator.join(map(str, (START + minute * MINUTE, *row)))


def csv(tmp_path: Path, *lines: str, encoding: str = "utf-8", name: str = "candles.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def good_lines(separator: str = ",") -> list[str]:
    return [line(minute, row, separator) for minute, row in enumerate(ROWS)]


def assert_is_rows(path: Path, timeframe: int = MINUTE) -> None:
    candles = read_candles(path, timeframe)
    assert candles.open_time.tolist() == [START + minute * timeframe for minute in range(len(ROWS))]
    table = np.column_stack([getattr(candles, name) for name in COLUMNS])
    np.testing.assert_array_equal(table, np.array(ROWS))
    assert not candles.filled.any()


def test_a_plain_csv_is_read(tmp_path: Path) -> None:
    assert_is_rows(csv(tmp_path, HEADER, *good_lines()))


@pytest.mark.parametrize(
    "header",
    [
        "Open Time,Open,High,Low,Close,Volume",
        "time,o,h,l,c,v",
        "ts,Open Price,HIGH,low,Close,vol",
        "Date,open,high,low,close,Volume",
    ],
)
def test_column_names_are_recognised(tmp_path: Path, header: str) -> None:
    assert_is_rows(csv(tmp_path, header, *good_lines()))


def test_columns_may_stand_in_any_order_among_others(tmp_path: Path) -> None:
    lines = [f"{v},x,{c},{low},{h},{o},{START + n * MINUTE}" for n, (o, h, low, c, v) in enumerate(ROWS)]
    assert_is_rows(csv(tmp_path, "volume,note,close,low,high,open,timestamp", *lines))


def test_a_csv_without_names_has_the_common_layout(tmp_path: Path) -> None:
    assert_is_rows(csv(tmp_path, *good_lines()))


def test_more_unnamed_columns_than_six_are_left_out(tmp_path: Path) -> None:
    assert_is_rows(csv(tmp_path, *(f"{each},1,2" for each in good_lines())))


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_other_separators_are_recognised(tmp_path: Path, separator: str) -> None:
    assert_is_rows(csv(tmp_path, HEADER.replace(",", separator), *good_lines(separator)))


def test_decimal_commas_are_read_between_semicolons(tmp_path: Path) -> None:
    lines = [each.replace(".", ",") for each in good_lines(";")]
    assert_is_rows(csv(tmp_path, HEADER.replace(",", ";"), *lines))


def test_byte_order_mark_and_carriage_returns_and_blank_lines_do_no_harm(tmp_path: Path) -> None:
    lines = [each + "\r" for each in (HEADER, *good_lines(), "", "")]
    assert_is_rows(csv(tmp_path, *lines, encoding="utf-8-sig"))


def test_comment_lines_before_the_names_are_skipped(tmp_path: Path) -> None:
    assert_is_rows(csv(tmp_path, "# from somewhere", "", HEADER, *good_lines()))


def test_quoted_values_are_read(tmp_path: Path) -> None:
    quoted = [",".join(f'"{value}"' for value in each.split(",")) for each in good_lines()]
    assert_is_rows(csv(tmp_path, HEADER, *quoted))


@pytest.mark.parametrize(
    "stamp",
    [
        lambda ms: ms // 1000,
        lambda ms: f"{ms / 1000:.1f}",
        lambda ms: ms,
        lambda ms: ms * 1000,
        lambda ms: ms * 1_000_000,
        lambda ms: datetime.fromtimestamp(ms / 1000, UTC).isoformat(),
        lambda ms: datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        lambda ms: datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        lambda ms: datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        lambda ms: datetime.fromtimestamp(ms / 1000 + 3600, UTC).strftime("%Y-%m-%dT%H:%M:%S+01:00"),
    ],
    ids=["s", "s-float", "ms", "us", "ns", "iso", "space", "Z", "UTC", "zone"],
)
def test_time_units_are_recognised(tmp_path: Path, stamp) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    lines = [f"{stamp(START + n * MINUTE)}," + ",".join(map(str, row)) for n, row in enumerate(ROWS)]
    assert_is_rows(csv(tmp_path, HEADER, *lines))


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_parquet_times_of_any_unit_and_zone_are_read(tmp_path: Path, unit: str, zone: str | None) -> None:
    stamps = pl.Series("timestamp", [START + n * MINUTE for n in range(3)]).cast(pl.Datetime("ms"))
    stamps = stamps.dt.replace_time_zone("UTC").dt.convert_time_zone(zone) if zone else stamps
    frame = pl.DataFrame([stamps.cast(pl.Datetime(unit, zone))])  # type: ignore[arg-type]
    frame = frame.with_columns(pl.Series(name, [row[n] for row in ROWS]) for n, name in enumerate(COLUMNS))
    frame.write_parquet(tmp_path / "candles.parquet")
    assert_is_rows(tmp_path / "candles.parquet")


def test_rows_out_of_order_are_put_in_order(tmp_path: Path) -> None:
    assert_is_rows(csv(tmp_path, HEADER, *reversed(good_lines())))


def test_a_single_candle_is_read(tmp_path: Path) -> None:
    assert len(read_candles(csv(tmp_path, HEADER, good_lines()[0]), MINUTE)) == 1


def test_tiny_and_constant_prices_are_prices(tmp_path: Path) -> None:
    lines = [line(minute, (1e-10, 1e-10, 1e-10, 1e-10, 0.0)) for minute in range(5)]
    assert read_candles(csv(tmp_path, HEADER, *lines), MINUTE).close.tolist() == [1e-10] * 5


BAD = [
    ("nan,102,99,101,5", "expected a finite number as open, found nan"),
    ("100,inf,99,101,5", "expected a finite number as high, found inf"),
    ("100,102,,101,5", "expected a finite number as low, found nothing"),
    ("100,102,99,abc,5", "expected a finite number as close, found abc"),
    ("100,102,99,101,-1", "expected a volume of 0 or more, found -1.0"),
    ("100,102,99,101,nan", "expected a finite number as volume, found nan"),
    ("100,98,99,99,5", "expected high >= low, found high 98.0 and low 99.0"),
    ("103,102,99,101,5", "expected open between low 99.0 and high 102.0, found 103.0"),
    ("100,102,99,98,5", "expected close between low 99.0 and high 102.0, found 98.0"),
    ("0,102,0,101,5", "expected a positive open, found 0.0"),
    ("100,102,-5,101,5", "expected a positive low, found -5.0"),
]


@pytest.mark.parametrize(("values", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_bad_row_is_refused_with_its_line(tmp_path: Path, values: str, reason: str) -> None:
    path = csv(tmp_path, "# a comment", HEADER, good_lines()[0], "", f"{START + MINUTE},{values}", line(2, ROWS[2]))
    with pytest.raises(DataError) as caught:
        read_candles(path, MINUTE)
    assert f"1 of 3 rows of {path} cannot be taken in" in str(caught.value)
    assert f"line 5: {reason}" in str(caught.value)


BAD_TIMES = [
    (START + MINUTE + 1, "expected a time on the 1m grid, found 2024-03-01T00:01:00.001Z"),
    (START, "2024-03-01T00:00:00.000Z is there already, in line 2"),
    (START // 1000 + 60, "expected milliseconds since the epoch as in the other rows, found 1709251260"),
    (12, "expected a time between 1980 and 2199, found 12"),
    ("", "expected a finite number as time, found nothing"),
    ("soon", "expected a finite number as time, found soon"),
]


@pytest.mark.parametrize(("stamp", "reason"), BAD_TIMES, ids=[reason for _, reason in BAD_TIMES])
def test_a_bad_time_is_refused_with_its_line(tmp_path: Path, stamp: object, reason: str) -> None:
    path = csv(tmp_path, HEADER, good_lines()[0], f"{stamp},100,102,99,101,5", *(line(n, ROWS[0]) for n in (3, 4)))
    with pytest.raises(DataError, match=rf"line 3: {re.escape(reason)}"):
        read_candles(path, MINUTE)


def test_a_bad_text_time_is_refused_with_its_line(tmp_path: Path) -> None:
    good = "2024-03-01 00:0{}:00,100,102,99,101,5"
    path = csv(tmp_path, HEADER, good.format(0), "2024-13-01 00:01:00,100,102,99,101,5", good.format(2))
    with pytest.raises(
        DataError, match="line 3: expected an ISO 8601 time or a number since the epoch, found 2024-13-01"
    ):
        read_candles(path, MINUTE)


def test_all_bad_rows_are_counted_and_the_first_twenty_named(tmp_path: Path) -> None:
    lines = [line(minute, (100.0, 98.0, 99.0, 99.0, 5.0)) for minute in range(2500)]
    with pytest.raises(DataError) as caught:
        read_candles(csv(tmp_path, HEADER, *lines), MINUTE)
    message = str(caught.value)
    assert "2,500 of 2,500 rows" in message
    assert len(re.findall(r"line \d+:", message)) == 20
    assert "line 21:" in message
    assert "and 2,480 more" in message


def test_the_first_twenty_bad_rows_are_named_whatever_is_wrong_with_them(tmp_path: Path) -> None:
    volumes = [line(minute, (100.0, 102.0, 99.0, 101.0, -1.0)) for minute in range(30)]
    opens = [line(minute, (-1.0, 102.0, 99.0, 101.0, 1.0)) for minute in range(30, 60)]
    with pytest.raises(DataError) as caught:
        read_candles(csv(tmp_path, HEADER, *volumes, *opens), MINUTE)
    assert re.findall(r"line (\d+):", str(caught.value)) == [str(number) for number in range(2, 22)]


def test_bad_rows_of_parquet_are_named_by_row(tmp_path: Path) -> None:
    frame = pl.DataFrame({"timestamp": [START + n * MINUTE for n in range(3)]})
    frame = frame.with_columns(pl.Series(name, [row[n] for row in ROWS]) for n, name in enumerate(COLUMNS))
    frame = frame.with_columns(close=pl.Series([101.0, None, 99.0]))
    frame.write_parquet(tmp_path / "candles.parquet")
    with pytest.raises(DataError, match="row 2: expected a finite number as close, found"):
        read_candles(tmp_path / "candles.parquet", MINUTE)


@pytest.mark.parametrize(("asked", "flag"), [(MINUTE, "1h"), (4 * HOUR, "1h")])
def test_another_timeframe_is_recognised(tmp_path: Path, asked: int, flag: str) -> None:
    lines = [f"{START + hour * HOUR},100,102,99,101,5" for hour in (0, 1, 2, 3, 4, 8, 9)]
    with pytest.raises(DataError, match=f"use --timeframe {flag}"):
        read_candles(csv(tmp_path, HEADER, *lines), asked)


FILES = [
    ("empty.csv", b"", "found an empty file"),
    ("blank.csv", b"\n \n\n", "found an empty file"),
    ("comments.csv", b"# nothing\n# here\n", "found only comments"),
    ("names.csv", HEADER.encode(), "found none below the column names"),
    ("candles.xlsx", b"PK", r"expected a file ending in \.csv or \.parquet"),
    ("lies.csv", b"PAR1 and so on", "found Parquet"),
    ("lies.parquet", b"timestamp,open", "found something else"),
    ("cut.parquet", b"PAR1 and no more", "damaged or cut short"),
    ("latin.csv", HEADER.encode() + b"\n1,2,3,4,5,\xff", "expected UTF-8 text .* line 2"),
    ("wide.csv", f"{HEADER}\n1,2,3,4,5,6\n1,2,3,4,5,6,7,8\n".encode(), "expected 6 fields a line, found 8 in line 3"),
    ("quote.csv", f'{HEADER}\n1,2,3,"4,5,6\n1,2,3,4,5,6\n'.encode(), "found an open one in line 2"),
    ("names.csv", b"timestamp,open,high,close,volume\n1,2,3,4,5\n", "name a column low"),
    ("narrow.csv", b"1709251200000,2,3\n1709251260000,2,3\n", "found 3 columns without names"),
]


@pytest.mark.parametrize(("name", "content", "reason"), FILES, ids=[reason for _, _, reason in FILES])
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=reason):
        read_candles(path, MINUTE)


def test_a_file_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a file at .*none"):
        read_candles(tmp_path / "none.csv", MINUTE)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(DataError, match="expected a file that can be read"):
        read_candles(tmp_path / "folder.csv", MINUTE)


def test_truncated_parquet_is_refused(tmp_path: Path) -> None:
    content = shared("candles/binance_mark_ADAUSDT_1h_2025-11_2026-01.parquet").read_bytes()
    path = tmp_path / "cut.parquet"
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="damaged or cut short"):
        read_candles(path, HOUR)


def test_several_instruments_in_one_file_are_refused(tmp_path: Path) -> None:
    lines = [f"{each},{symbol}" for each, symbol in zip(good_lines(), ("BTC", "ETH", "BTC"), strict=True)]
    with pytest.raises(DataError, match=r"found 2 in column symbol \(BTC, ETH\)"):
        read_candles(csv(tmp_path, HEADER + ",symbol", *lines), MINUTE)


def test_csv_and_parquet_of_the_same_candles_are_the_same(tmp_path: Path) -> None:
    path = shared("candles/binance_mark_XRPUSDT_1h_2025-11_2026-01.parquet")
    pl.read_parquet(path).with_columns(pl.col("timestamp").to_physical()).write_csv(tmp_path / "same.csv")
    left, right = read_candles(path, HOUR), read_candles(tmp_path / "same.csv", HOUR)
    for name in ("open_time", *COLUMNS):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name)
