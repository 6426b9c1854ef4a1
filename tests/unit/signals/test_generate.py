"""Fires out of a plan: pooling hypotheses changes what is computed, never what comes out."""

import numpy as np
import pytest

from edgeproof.core.conditions.evaluate import series_columns
from edgeproof.core.model.candle import NO_FUNDING
from edgeproof.core.model.errors import EdgeproofError
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.signals.generate import Families, evaluate_signals, fires_of, plan_pooled, plan_signals
from edgeproof.core.signals.hypothesis import variants
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.backtest import Market, backtest
from tests.support.candles import walk

SWEEP = """
[[hypothesis]]
name = "Sweep"
timeframe = "5m"
direction = "long"
family = "mean_reversion"
reason = "many conditions, few brackets"
entry = ["crosses_below(rsi({p}), {t})"]
stop = "close - {s} * atr(14)"
target = "{r}R"
exit = ["rsi(7) > 80"]
vary = { p = [5, 9, 14], t = [30, 40], r = [1, 2.5], s = [1, 2] }
"""
SWEPT = variants(read_hypotheses(SWEEP, "sweep.toml")[0])
CANDLES = walk(20_000, seed=3)


def test_backtest_of_a_sweep_gives_each_variant_what_it_gets_alone() -> None:
    market = Market(instrument=parse_instrument("BTC/USD:USD"), candles=CANDLES, funding=NO_FUNDING)
    together = backtest(market, SWEPT)
    assert sum(result.fates.traded for result in together) > 1_000
    for result, hypothesis in zip(together, SWEPT, strict=True):
        (alone,) = backtest(market, [hypothesis])
        assert result.fates == alone.fates
        trips, expected = result.round_trips(), alone.round_trips()
        assert trips is not None
        assert expected is not None
        assert list(trips.rows()) == list(expected.rows())


def test_fires_of_a_pooled_plan_are_those_of_a_plain_one() -> None:
    pooled, plain = plan_pooled(SWEPT), plan_signals(SWEPT)
    series = series_columns(CANDLES, NO_FUNDING, plain.plan.series)
    few, many = evaluate_signals(pooled, series), evaluate_signals(plain, series)
    families = Families(pooled, few, series)
    for number in range(len(SWEPT)):
        expected = fires_of(plain, number, many, series)
        fires, (rows,) = families.fires([number])
        np.testing.assert_array_equal(fires.time[rows], expected.time)
        np.testing.assert_array_equal(fires.stop[rows], expected.stop)
        np.testing.assert_array_equal(fires.targets[rows], expected.targets)
        np.testing.assert_array_equal(fires.exit_time, expected.exit_time)


def test_fires_of_several_from_a_plain_plan_are_refused() -> None:
    plain = plan_signals(SWEPT)
    series = series_columns(CANDLES, NO_FUNDING, plain.plan.series)
    with pytest.raises(EdgeproofError, match="plan_pooled"):
        Families(plain, evaluate_signals(plain, series), series).fires([0, len(SWEPT) - 1])
