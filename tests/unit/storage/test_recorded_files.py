"""Every recorded file is taken in, or refused for a reason that is known."""

import numpy as np
import pytest

from edgeproof.adapters.storage.importing.candles import read_candles
from edgeproof.adapters.storage.importing.funding import read_funding
from edgeproof.adapters.storage.importing.trades import read_trades
from edgeproof.core.candles.aggregate import aggregate
from edgeproof.core.model.errors import DataError
from edgeproof.core.model.time import MINUTE, parse_duration
from tests.support.data import shared


def test_every_recorded_candle_file_is_taken_in() -> None:
    files = sorted(shared("candles").glob("*[0-9].parquet"))
    assert files
    for path in files:
        timeframe = next(word for word in path.stem.split("_") if word in ("1m", "5m", "1h"))
        candles = read_candles(path, parse_duration(timeframe))
        assert len(candles) > 1_000
        assert (np.diff(candles.open_time) > 0).all()


def test_every_recorded_funding_file_is_taken_in() -> None:
    for path in sorted(shared("funding").glob("*.parquet")):
        assert len(read_funding(path)) > 6_000


def test_every_recorded_trade_file_of_one_instrument_is_taken_in() -> None:
    for path in sorted(shared("ticks").glob("*.parquet")):
        if "10products" in path.name:
            with pytest.raises(DataError, match="one instrument"):
                read_trades(path)
            continue
        trades = read_trades(path)
        candles = aggregate(trades, MINUTE)
        assert len(candles) > 0
        assert trades.price.min() <= candles.low.min()
        assert candles.high.max() <= trades.price.max()
