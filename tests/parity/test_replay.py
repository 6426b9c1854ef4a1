"""The batch and the candle-by-candle replay are the same backtest: fates and trades agree to the last bit."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from edgeproof.adapters.simulated.market import generate_market
from edgeproof.adapters.storage.library import load_library
from edgeproof.core.candles.fill import fill_gaps
from edgeproof.core.model.candle import NO_FUNDING, Candles, Funding
from edgeproof.core.model.instrument import Instrument
from edgeproof.core.model.round_trip import RoundTrips
from edgeproof.core.model.time import DAY, MINUTE
from edgeproof.core.signals.hypothesis import Hypothesis, variants
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.backtest import Market, backtest
from edgeproof.research.replay import replay
from tests.support.data import shared

BTC = Instrument("BTC", "USD", "USD")

EVERY_EXIT = """
[[hypothesis]]
name = "Partials_Trailing_And_BreakEven"
timeframe = "5m"
direction = "long"
family = "trend"
reason = "a bracket that uses every way of leaving"
entry = ["close > sma(20)", "rising(close, 2)"]
confirm = ['at("30m", close > ema(10))']
stop = "lowest(low, 10) - 0.5 * atr(14)"
targets = [
    { at = "0.7R", fraction = 0.4 },
    { at = "bb_upper(20, 2) + atr(14)", fraction = 0.3 },
    { at = "3R", fraction = 0.3 },
]
trail = "2 * atr(14)"
break_even = true
max_hold = "4h"

[[hypothesis]]
name = "Exit_Condition"
timeframe = "15m"
direction = "short"
family = "mean_reversion"
reason = "leaves when its own indicator says so, at the open of the next candle"
entry = ["rsi({period}) > 55", 'at("1h", close > sma(5))']
stop = "close + 3 * atr(14)"
target = "4R"
exit = ["rsi(7) < 45", "crosses_below(close, sma(10))"]
vary = { period = [5, 9] }

[[hypothesis]]
name = "Funding_Held_For_Long"
timeframe = "1h"
direction = "long"
family = "funding"
reason = "holds through many settlements"
entry = ["funding_rate > -1", 'funding_sum("8h") > -1', "close > open"]
stop = "close * 0.97"
target = "1.5R"
max_hold = "2d"

[[hypothesis]]
name = "Void_And_Overlapping"
timeframe = "1m"
direction = "short"
family = "placebo"
reason = "fires at every candle; its stop is on the wrong side every other time"
entry = ["close > 0"]
stop = "sma(3) + 0.2 * atr(14)"
target = "1R"
max_hold = "3m"
"""


def _assert_equal(batch: RoundTrips, one_by_one: RoundTrips, name: str) -> None:
    for field in fields(RoundTrips):
        theirs, ours = getattr(batch, field.name), getattr(one_by_one, field.name)
        assert theirs.shape == ours.shape, (name, field.name)
        assert theirs.tobytes() == ours.astype(theirs.dtype).tobytes(), (name, field.name)


def _assert_parity(market: Market, hypotheses: tuple[Hypothesis, ...]) -> int:
    tested = {result.hypothesis: result for result in backtest(market, hypotheses)}
    trades = 0
    for replayed in replay(market, hypotheses):
        result = tested[replayed.hypothesis]
        batch = result.round_trips()
        assert batch is not None
        assert replayed.fates == result.fates, replayed.hypothesis.name
        _assert_equal(batch, replayed.round_trips, replayed.hypothesis.name)
        trades += len(batch)
    return trades


def _generated(days: int, seed: int, *, skip: int = 0) -> Market:
    candles, funding = generate_market([BTC], days=days, seed=seed)[BTC]
    return Market(instrument=BTC, candles=fill_gaps(candles[skip:]), funding=funding)


def _every_exit() -> tuple[Hypothesis, ...]:
    return tuple(variant for each in read_hypotheses(EVERY_EXIT, "test.toml") for variant in variants(each))


@pytest.mark.parametrize("seed", [1, 2])
def test_replay_of_every_kind_of_exit_equals_the_batch(seed: int) -> None:
    # The first candle is not at the beginning of a longer one: parts of candles must not exist in either.
    market = _generated(4, seed, skip=7)
    assert _assert_parity(market, _every_exit()) > 500


def test_replay_of_the_exits_meets_every_reason_and_every_fate() -> None:
    results = backtest(_generated(4, 1, skip=7), _every_exit())
    reasons = np.concatenate([result.round_trips().exit_reason for result in results])  # type: ignore[union-attr]
    assert set(np.unique(reasons)) == {0, 1, 2, 3, 4}
    assert sum(result.fates.void for result in results) > 0
    assert sum(result.fates.overlapped for result in results) > 0
    kinds = np.concatenate([result.round_trips().stop_kind for result in results])  # type: ignore[union-attr]
    assert set(np.unique(kinds)) == {0, 1, 2}


def test_replay_of_the_library_equals_the_batch_on_a_generated_market() -> None:
    library = tuple(variant for each in load_library() for variant in variants(each))
    assert _assert_parity(_generated(6, 3), library) > 1_000


def test_replay_without_funding_equals_the_batch() -> None:
    market = _generated(2, 4)
    without = Market(instrument=BTC, candles=market.candles, funding=NO_FUNDING)
    assert _assert_parity(without, tuple(each for each in _every_exit() if "Funding" not in each.name)) > 100


@pytest.mark.parametrize("n", [0, 1, 2])
def test_replay_of_almost_no_candles_equals_the_batch(n: int) -> None:
    market = _generated(1, 5)
    assert _assert_parity(Market(instrument=BTC, candles=market.candles[:n], funding=market.funding), _every_exit()) < 3


def _recorded(candles: Path, funding: Path, days: int) -> Market:
    frame = pl.read_parquet(candles).head(days * 1440)
    columns = {name: frame[name].to_numpy(writable=True) for name in ("open", "high", "low", "close", "volume")}
    time = frame["timestamp"].cast(pl.Int64).to_numpy(writable=True)
    rates = pl.read_parquet(funding).filter(pl.col("timestamp").cast(pl.Int64) < int(time[-1]))
    settled = rates["timestamp"].cast(pl.Int64).to_numpy(writable=True) // MINUTE * MINUTE
    return Market(
        instrument=BTC,
        candles=fill_gaps(Candles(timeframe=MINUTE, open_time=time, filled=np.zeros(len(time), np.bool_), **columns)),
        funding=Funding(time=settled, rate=rates["rate"].to_numpy(writable=True)),
    )


def test_replay_of_recorded_candles_and_funding_equals_the_batch() -> None:
    market = _recorded(
        shared("candles/binance_perp_BTCUSDT_1m_2025-05_2025-06.parquet"),
        shared("funding/binance_perp_BTCUSDT_funding.parquet"),
        days=5,
    )
    assert market.candles.close_time[-1] - market.candles.open_time[0] == 5 * DAY
    library = tuple(variant for each in load_library() for variant in variants(each))
    assert _assert_parity(market, (*library, *_every_exit())) > 1_000
