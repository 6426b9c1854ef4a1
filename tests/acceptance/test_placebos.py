"""Two hundred placebos pass no more often than they may; `python -m benchmarks.placebos` runs a thousand."""

from collections.abc import Sequence

import pytest
from scipy import stats

from edgeproof.adapters.simulated.market import generate_market
from edgeproof.core.signals.hypothesis import Family
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.core.signals.write import hypotheses_toml
from edgeproof.research.backtest import Fees
from edgeproof.research.discover import discover
from edgeproof.research.edge import EdgeAnalysis
from edgeproof.research.placebos import p_value_of, pass_rates, random_placebos
from edgeproof.research.study import Study
from tests.support.searching import BTC, bench_of

MARKETS, COINS = 40, 5
FREE = Fees(taker=0.0, maker=0.0)


def experiment(fees: Fees, slippage_bps: float | None) -> Sequence[EdgeAnalysis]:
    analyses: list[EdgeAnalysis] = []
    for seed in range(MARKETS):
        on = bench_of(generate_market([BTC], days=54, seed=500 + seed))
        coins = random_placebos(COINS, seed, slippage_bps=slippage_bps)
        analyses += discover(Study(hypotheses=coins, instruments=(BTC,), fees=fees), on.means()).analyses
    return analyses


@pytest.fixture(scope="module")
def free() -> Sequence[EdgeAnalysis]:
    return experiment(FREE, 0.0)


def test_with_costs_fewer_than_one_in_twenty_look_significant_and_none_qualifies() -> None:
    rates = pass_rates(experiment(Fees(), None))
    assert rates.significant.of == MARKETS * COINS
    assert rates.significant.rate <= 0.05
    # Each market has a ledger of its own, and of each at most one in ten may let a false discovery through.
    assert rates.discovered.passed <= 0.1 * MARKETS
    assert rates.qualified.passed == 0
    assert rates.mean_r < -0.1


def test_without_costs_one_in_twenty_looks_significant_and_none_qualifies(free: Sequence[EdgeAnalysis]) -> None:
    rates = pass_rates(free)
    assert rates.significant.low <= 0.05 <= rates.significant.high
    assert rates.qualified.passed == 0
    assert abs(rates.mean_r) < 0.05


def test_without_costs_p_values_are_uniform(free: Sequence[EdgeAnalysis]) -> None:
    p_values = [p for each in free if (p := p_value_of(each)) < 1.0]
    tested = stats.kstest(p_values, "uniform")
    assert pass_rates(free).distance == pytest.approx(float(tested.statistic), abs=1e-12)
    # The coins of one market share its drift: what the test asks for, independent values, is one coin a market. That
    # makes COINS samples, of which the worst is held to the level of all of them together.
    assert len(p_values) == len(free)
    assert min(stats.kstest(p_values[coin::COINS], "uniform").pvalue for coin in range(COINS)) > 0.01 / COINS


def test_placebos_are_the_same_for_a_seed_and_different_among_themselves() -> None:
    first, again, other = random_placebos(50, 1), random_placebos(50, 1), random_placebos(50, 2)
    assert first == again != other
    assert len({each.entry for each in first}) == 50
    assert {each.family for each in first} == {Family.PLACEBO}


def test_placebos_are_hypotheses_of_the_language() -> None:
    placebos = random_placebos(50, 3)
    assert read_hypotheses(hypotheses_toml(placebos), "placebos.toml") == placebos
