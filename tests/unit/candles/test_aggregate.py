"""Candles out of trades, by hand."""

import numpy as np
import pytest

from edgeproof.core.candles.aggregate import aggregate
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.market import MarketTrades
from edgeproof.core.model.time import MINUTE
from tests.support.naive_candles import rows_of


def trades(*prints: tuple[float, float, float]) -> MarketTrades:
    """Trades written as (minute, price, size)."""
    return MarketTrades(
        time=np.array([round(minute * MINUTE) for minute, _, _ in prints], np.int64),
        price=np.array([price for _, price, _ in prints], float),
        size=np.array([size for _, _, size in prints], float),
        side=np.ones(len(prints), np.int8),
        trade_id=np.array([str(n) for n in range(len(prints))], dtype=np.str_),
    )


def test_whole_minutes_become_candles_and_the_ends_do_not() -> None:
    record = trades((0.5, 9, 9), (1.0, 5, 1), (1.2, 7, 2), (1.9, 4, 3), (3.0, 6, 1), (4.1, 8, 1))
    assert rows_of(aggregate(record, MINUTE)) == [
        (1 * MINUTE, 5, 7, 4, 4, 6, False),
        (3 * MINUTE, 6, 6, 6, 6, 1, False),
    ]


def test_a_record_that_begins_with_its_minute_has_that_minute() -> None:
    record = trades((2.0, 5, 1), (2.5, 6, 1), (3.5, 7, 1))
    assert rows_of(aggregate(record, MINUTE)) == [(2 * MINUTE, 5, 6, 5, 6, 2, False)]


def test_too_few_trades_make_no_candle() -> None:
    assert len(aggregate(trades(), MINUTE)) == 0
    assert len(aggregate(trades((1.0, 5, 1)), MINUTE)) == 0
    assert len(aggregate(trades((1.1, 5, 1), (1.2, 5, 1)), MINUTE)) == 0
    assert len(aggregate(trades((1.1, 5, 1), (2.2, 5, 1)), MINUTE)) == 0


def test_columns_of_different_lengths_are_no_trades() -> None:
    with pytest.raises(DataError, match="expected 1 values in column price, found 2"):
        MarketTrades(
            time=np.zeros(1, np.int64),
            price=np.ones(2),
            size=np.ones(1),
            side=np.ones(1, np.int8),
            trade_id=np.array(["1"], dtype=np.str_),
        )


def test_aggregate_adds_volumes_one_after_the_other() -> None:
    """Numpy's own segmented sum adds in pairs, which differs from a live sum in the last bits."""
    rng = np.random.default_rng(5)
    sizes = rng.lognormal(0, 2, 40)
    trades = MarketTrades(
        time=np.array([*range(40), 60_000], np.int64),
        price=np.full(41, 10.0),
        size=np.append(sizes, 1.0),
        side=np.ones(41, np.int8),
        trade_id=np.array([str(i) for i in range(41)], np.str_),
    )
    expected = 0.0
    for size in sizes.tolist():
        expected += size
    assert aggregate(trades, 60_000).volume.tolist() == [expected]
