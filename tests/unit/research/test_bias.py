"""The self-checks: silent where nothing is wrong, and not silent where something is."""

import numpy as np
import pytest
from numpy.random import default_rng

from edgeproof.core.model.candle import NO_FUNDING, Candles, Funding
from edgeproof.core.model.instrument import parse_instrument
from edgeproof.core.signals.generate import SignalPlan
from edgeproof.research import bias
from edgeproof.research.backtest import Market
from edgeproof.research.bias import SelfChecks, self_checks
from tests.support.candles import walk
from tests.support.discovery import hypothesis

CROSS = hypothesis("Cross", "crosses_above(close, sma(20))")
FORGETS_NOTHING = hypothesis("Forgets_Nothing", "crosses_above(close, ema(2000))")
FUNDED = hypothesis("Funded", "funding_rate < 0")


def market(candles: Candles) -> Market:
    return Market(instrument=parse_instrument("BTC/USD:USD"), candles=candles, funding=NO_FUNDING)


def test_checks_of_a_random_walk_find_nothing_and_say_how_much_they_compared() -> None:
    found = self_checks(market(walk(20_000)), [CROSS, FORGETS_NOTHING], default_rng(1))
    assert (found.cuts, found.checks, found.differences) == (bias.CUTS, 2 * bias.CUTS, 0)
    assert found.signals > 100


def test_checks_look_where_the_seed_says() -> None:
    candles = walk(60_000)
    found = [self_checks(market(candles), [CROSS], default_rng(seed)) for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]


def test_signals_that_change_with_the_future_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = bias._signals

    def peeking(plan: SignalPlan, candles: Candles, funding: Funding) -> bias._Seen:
        # The last candle there is leaks into all others, as a scaled or centred column would.
        shifted = {name: getattr(candles, name) + candles.close[-1] for name in ("open", "high", "low", "close")}
        columns = {name: getattr(candles, name) for name in ("timeframe", "open_time", "volume", "filled")}
        return honest(plan, Candles(**columns, **shifted), funding)

    monkeypatch.setattr(bias, "_signals", peeking)
    found = self_checks(market(walk(20_000)), [CROSS], default_rng(1))
    assert found.differences > 0


def test_warm_up_that_is_too_short_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bias, "warm_up", lambda _: 0)
    found = self_checks(market(walk(20_000)), [FORGETS_NOTHING], default_rng(1))
    assert found.warm_up_differences > 0


def test_hypothesis_that_needs_more_history_than_there_is_is_not_checked_for_warm_up() -> None:
    found = self_checks(market(walk(3_000)), [CROSS, FORGETS_NOTHING], default_rng(1))
    assert found.warm_up_checks == 1


def test_hypotheses_the_history_cannot_answer_are_left_out() -> None:
    assert self_checks(market(walk(5_000)), [FUNDED], default_rng(1)) == SelfChecks()


def test_market_of_one_candle_is_not_checked() -> None:
    assert self_checks(market(walk(1)), [CROSS], default_rng(1)) == SelfChecks()


def test_checks_add_up() -> None:
    one = self_checks(market(walk(5_000)), [CROSS], default_rng(1))
    assert np.array_equal((one + one).signals, 2 * one.signals)
