"""What every candle store promises, asked of each one there is."""

from collections.abc import Callable
from dataclasses import replace as with_changes
from pathlib import Path

import numpy as np
import pytest

from edgeproof.adapters.storage.memory import MemoryStore
from edgeproof.adapters.storage.parquet import ParquetStore
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import COLUMNS, Candles
from edgeproof.core.model.errors import DataError, InputError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.model.market import MarketTrades, Quotes
from edgeproof.core.model.time import DAY, HOUR, MINUTE, parse_time
from edgeproof.ports import CandleStore, Saved
from tests.support.candles import funding, walk

BTC = parse_instrument("BTC/USD:USD")
ETH = parse_instrument("ETH/USD:USD")
START = parse_time("2024-01-30T20:00Z")


@pytest.fixture(params=["parquet", "memory"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], CandleStore]:
    """Open the same store again, as a new process would; the one in memory lives as long as it is held."""
    if request.param == "parquet":
        return lambda: ParquetStore(tmp_path / "data")
    store = MemoryStore()
    return lambda: store


def candles(n: int = 6 * 1440, start: int = START, seed: int = 1) -> Candles:
    return walk(n, start=start, seed=seed)


def trades(*rows: tuple[int, float, str]) -> MarketTrades:
    return MarketTrades(
        time=np.array([row[0] for row in rows], np.int64),
        price=np.array([row[1] for row in rows], float),
        size=np.ones(len(rows)),
        side=np.ones(len(rows), np.int8),
        trade_id=np.array([row[2] for row in rows], dtype=np.str_),
    )


def assert_same(left: Candles, right: Candles) -> None:
    assert left.timeframe == right.timeframe
    for name in ("open_time", *COLUMNS, "filled"):
        np.testing.assert_array_equal(getattr(left, name), getattr(right, name), err_msg=name)


def saved(added: int = 0, replaced: int = 0, unchanged: int = 0) -> Saved:
    return Saved(added=added, replaced=replaced, unchanged=unchanged)


def test_candles_saved_come_back_to_the_bit(reopen: Callable[[], CandleStore]) -> None:
    given = candles()
    assert reopen().save_candles(BTC, given, source="file.csv") == saved(added=len(given))
    assert_same(reopen().load_candles(BTC), given)


def test_candles_saved_twice_change_nothing(reopen: Callable[[], CandleStore]) -> None:
    given = candles()
    reopen().save_candles(BTC, given, source="file.csv")
    before = reopen().holdings()
    assert reopen().save_candles(BTC, given, source="file.csv") == saved(unchanged=len(given))
    assert reopen().holdings() == before


def test_overlapping_ranges_merge_in_any_order(reopen: Callable[[], CandleStore]) -> None:
    given = candles()
    for rows, added in ((slice(4000, 6000), 2000), (slice(0, 4500), 4000), (slice(5000, None), len(given) - 6000)):
        part = given[rows]
        expected = saved(added=added, unchanged=len(part) - added)
        assert reopen().save_candles(BTC, part, source="file.csv") == expected
    assert_same(reopen().load_candles(BTC), given)


def test_contradicting_candles_are_refused_and_nothing_changes(reopen: Callable[[], CandleStore]) -> None:
    given = candles()
    reopen().save_candles(BTC, given[:5000], source="a.csv")
    before = reopen().holdings()
    other = with_changes(given, volume=given.volume + (np.arange(len(given)) == 100))
    with pytest.raises(DataError, match=r"1 row contradicts .* volume is .*--replace"):
        reopen().save_candles(BTC, other, source="b.csv")
    assert reopen().holdings() == before
    assert_same(reopen().load_candles(BTC), given[:5000])


def test_contradicting_candles_are_taken_with_replace(reopen: Callable[[], CandleStore]) -> None:
    given = candles(3000)
    reopen().save_candles(BTC, given, source="a.csv")
    other = with_changes(given, volume=given.volume + (np.arange(len(given)) == 100))
    assert reopen().save_candles(BTC, other, source="b.csv", replace=True) == saved(replaced=1, unchanged=2999)
    assert_same(reopen().load_candles(BTC), other)
    assert reopen().holdings()[0].sources == ("a.csv", "b.csv")


def test_a_range_holds_candles_that_open_and_close_within(reopen: Callable[[], CandleStore]) -> None:
    reopen().save_candles(BTC, candles(), source="file.csv")
    start, end = START + DAY, START + DAY + HOUR
    found = reopen().load_candles(BTC, start=start, end=end)
    assert (len(found), found.open_time[0], found.open_time[-1]) == (60, start, end - MINUTE)
    assert len(reopen().load_candles(BTC, start=start, end=end - 1)) == 59
    assert len(reopen().load_candles(BTC, start=0, end=START)) == 0
    assert len(reopen().load_candles(BTC, start=START + 10 * DAY)) == 0


def test_filled_candles_are_not_kept(reopen: Callable[[], CandleStore]) -> None:
    given = candles(100)
    kept = {name: np.delete(getattr(given, name), slice(10, 20)) for name in ("open_time", *COLUMNS, "filled")}
    holes = Candles(timeframe=MINUTE, **kept)
    reopen().save_candles(BTC, fill_gaps(holes), source="file.csv")
    assert_same(reopen().load_candles(BTC), holes)


def test_timeframes_are_listed_finest_first_and_the_finest_is_the_default(reopen: Callable[[], CandleStore]) -> None:
    for length in (HOUR, 5 * MINUTE):
        reopen().save_candles(BTC, walk(50, timeframe=length, start=24 * HOUR), source="file.csv")
    assert reopen().timeframes(BTC) == (5 * MINUTE, HOUR)
    assert reopen().load_candles(BTC).timeframe == 5 * MINUTE
    assert reopen().load_candles(BTC, HOUR).timeframe == HOUR
    with pytest.raises(InputError, match=r"\(5m, 1h\), found 1m"):
        reopen().load_candles(BTC, MINUTE)


def test_an_instrument_without_candles_is_an_error_that_names_the_others(reopen: Callable[[], CandleStore]) -> None:
    with pytest.raises(InputError, match="the store is empty"):
        reopen().load_candles(BTC)
    reopen().save_candles(BTC, candles(10), source="file.csv")
    with pytest.raises(InputError, match="expected one of BTC/USD:USD, found ETH/USD:USD"):
        reopen().load_candles(ETH)


def test_no_rows_are_no_series(reopen: Callable[[], CandleStore]) -> None:
    assert reopen().save_candles(BTC, candles(1)[:0], source="file.csv") == saved()
    assert (reopen().holdings(), reopen().instruments(), reopen().timeframes(BTC)) == ((), (), ())
    assert len(reopen().load_funding(BTC)) == len(reopen().load_trades(BTC)) == 0


def test_funding_merges_and_is_read_by_range(reopen: Callable[[], CandleStore]) -> None:
    hours = [START + hour * HOUR for hour in range(48)]
    rates = [hour * 1e-6 for hour in range(48)]
    reopen().save_funding(BTC, funding(hours[:30], rates[:30]), source="a.csv")
    again = reopen().save_funding(BTC, funding(hours[20:], rates[20:]), source="b.csv")
    assert again == saved(added=18, unchanged=10)
    assert reopen().load_funding(BTC).rate.tolist() == rates
    assert reopen().load_funding(BTC, start=hours[3], end=hours[5]).time.tolist() == hours[3:6]


def test_trades_of_one_millisecond_keep_their_order_and_their_ids_decide(reopen: Callable[[], CandleStore]) -> None:
    reopen().save_trades(BTC, trades((START, 1.0, "9"), (START, 2.0, "10")), source="a.csv")
    more = trades((START - DAY, 0.5, "1"), (START, 2.0, "10"), (START, 3.0, "11"))
    assert reopen().save_trades(BTC, more, source="b.csv") == saved(added=2, unchanged=1)
    assert reopen().load_trades(BTC).trade_id.tolist() == ["1", "9", "10", "11"]
    assert reopen().load_trades(BTC, start=START).price.tolist() == [1.0, 2.0, 3.0]


def test_a_trade_id_names_one_trade_a_day(reopen: Callable[[], CandleStore]) -> None:
    reopen().save_trades(BTC, trades((START, 1.0, "9")), source="a.csv")
    assert reopen().save_trades(BTC, trades((START + DAY, 2.0, "9")), source="b.csv") == saved(added=1)
    with pytest.raises(DataError, match="contradicts"):
        reopen().save_trades(BTC, trades((START + 1, 1.0, "9")), source="c.csv")
    assert len(reopen().load_trades(BTC)) == 2


def test_holdings_say_what_is_there(reopen: Callable[[], CandleStore]) -> None:
    reopen().save_funding(ETH, funding([START], [1e-4]), source="f.csv")
    reopen().save_candles(ETH, candles(100), source="e.csv")
    reopen().save_candles(BTC, candles(3000), source="b.csv")
    held = [(str(h.instrument), h.kind, h.timeframe, h.rows, h.first, h.last) for h in reopen().holdings()]
    assert held == [
        ("BTC/USD:USD", "candles", MINUTE, 3000, START, START + 2999 * MINUTE),
        ("ETH/USD:USD", "candles", MINUTE, 100, START, START + 99 * MINUTE),
        ("ETH/USD:USD", "funding", None, 1, START, START),
    ]
    assert reopen().instruments() == (BTC, ETH)


def test_generated_rows_and_history_never_mix(reopen: Callable[[], CandleStore]) -> None:
    reopen().save_candles(BTC, candles(10), source="file.csv")
    with pytest.raises(DataError, match="never"):
        reopen().save_candles(BTC, candles(10, start=START + DAY), source="generated, seed 1")


def quotes(*rows: tuple[int, float, float]) -> Quotes:
    """Quotes written as (time, bid, ask); the other prices are not known."""
    unknown = np.full(len(rows), np.nan)
    return Quotes(
        time=np.array([row[0] for row in rows], np.int64),
        bid=np.array([row[1] for row in rows], float),
        ask=np.array([row[2] for row in rows], float),
        last=unknown.copy(),
        mark=unknown.copy(),
        index=unknown.copy(),
    )


def test_quotes_are_kept_once_a_time_and_unknown_prices_contradict_nothing(
    reopen: Callable[[], CandleStore],
) -> None:
    given = quotes((START, 1.0, 2.0), (START + 1_000, 1.5, np.nan))
    assert reopen().save_quotes(BTC, given, source="live") == saved(added=2)
    assert reopen().save_quotes(BTC, given, source="live") == saved(unchanged=2)
    found = reopen().load_quotes(BTC, start=START + 1)
    assert (found.time.tolist(), found.bid.tolist()) == ([START + 1_000], [1.5])
    assert np.isnan(found.ask[0])
    with pytest.raises(DataError, match="ask is nan in the store and 3.0 here"):
        reopen().save_quotes(BTC, quotes((START + 1_000, 1.5, 3.0)), source="live")
    assert len(reopen().load_quotes(ETH)) == 0
