"""The system against a second reading of the same page: the same fates, the same trades, to 1e-9."""

from collections.abc import Mapping

import numpy as np
import polars as pl
import pytest

from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import Candles, Funding
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.backtest import Market, backtest
from tests.parity import independent
from tests.parity.independent import IDEAS, hypothesis_text
from tests.support.candles import funding as make_funding
from tests.support.candles import walk
from tests.support.data import shared


def _generated() -> tuple[Candles, Funding]:
    base = walk(20_000, seed=11, start=1_700_000_040_000)
    first = int(base.open_time[0]) // 3_600_000 * 3_600_000
    times = [first + k * 3_600_000 for k in range(-9, 400)]
    rates = np.random.default_rng(3).normal(1e-5, 2e-5, len(times))
    return base, make_funding(times, rates.tolist())


def _real(name: str) -> tuple[Candles, Funding]:
    frame = pl.read_parquet(shared(f"candles/binance_perp_{name}USDT_1m_2025-05_2025-06.parquet"))[:20_000]
    rates = pl.read_parquet(shared(f"funding/binance_perp_{name}USDT_funding.parquet"))
    candles = Candles(
        timeframe=60_000,
        open_time=frame["timestamp"].cast(pl.Int64).to_numpy().copy(),
        **{column: frame[column].to_numpy().copy() for column in ("open", "high", "low", "close", "volume")},
        filled=np.zeros(len(frame), np.bool_),
    )
    time = rates["timestamp"].cast(pl.Int64).to_numpy() // 60_000 * 60_000
    inside = time > candles.open_time[0] - 3 * 86_400_000
    return fill_gaps(candles), Funding(time=time[inside].copy(), rate=rates["rate"].to_numpy()[inside].copy())


@pytest.mark.parametrize("idea", IDEAS)
@pytest.mark.parametrize("market", ["generated", "BTC", "XRP"])
def test_backtest_against_a_second_reading_gives_the_same_trades(market: str, idea: str) -> None:
    base, funding = _generated() if market == "generated" else _real(market)
    hypotheses = read_hypotheses(hypothesis_text(idea), "second.toml")
    instrument = parse_instrument("BTC/USD:USD")
    (result,) = backtest(Market(instrument=instrument, candles=base, funding=funding), hypotheses)
    counts, expected = independent.trade(IDEAS[idea][1](base, funding), base, funding)
    fates = result.fates
    assert len(expected) > (0 if idea == "funding_fade" else 5)
    assert counts == {name: getattr(fates, name) for name in counts}
    trips = result.round_trips()
    assert trips is not None
    found = list(trips.rows())
    assert len(found) == len(expected)
    for row, want in zip(found, expected, strict=True):
        _compare(row, want)


def _compare(row: Mapping[str, object], want: Mapping[str, object]) -> None:
    from edgeproof.core.model.time import format_time  # noqa: PLC0415 - only for this comparison

    for key, value in want.items():
        if key == "free":
            continue
        if key.endswith("_time"):
            assert row[key] == format_time(int(str(value)))
        elif isinstance(value, float):
            assert row[key] == pytest.approx(value, rel=1e-9, abs=1e-12), key
        else:
            assert row[key] == value, key
