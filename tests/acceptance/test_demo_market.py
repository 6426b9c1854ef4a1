"""The market of the demo: what was planted is found amid the whole library, and without it nothing is."""

from pathlib import Path

import numpy as np
import pytest

from edgeproof import bootstrap
from edgeproof.bootstrap.demo import DESCRIBED, PLANTS, planted_market
from edgeproof.core.signals.library import read_hypotheses
from edgeproof.research.discover import Means, discover
from edgeproof.research.study import Study
from edgeproof.research.verdict import State

SIZES = (3, 90, 2, 0)
DEMO = {hypothesis.name for hypothesis in read_hypotheses(DESCRIBED, "demo.toml")}


def test_the_described_hypotheses_say_what_is_planted() -> None:
    for hypothesis, plant in zip(read_hypotheses(DESCRIBED, "demo.toml"), PLANTS, strict=True):
        side = "< sma(12) -" if plant.direction > 0 else "> sma(12) +"
        assert hypothesis.direction == plant.direction
        assert hypothesis.entry == (
            f"close {side} {plant.stretch:g} * atr(14)",
            f"volume > {plant.burst:g} * sma(volume, 20)",
        )


@pytest.mark.parametrize("is_planted", [True, False])
def test_the_market_of_the_demo_qualifies_what_was_planted_and_nothing_else(
    tmp_path: Path, *, is_planted: bool
) -> None:
    market = planted_market(tmp_path, *SIZES, plants=PLANTS if is_planted else ())
    library = bootstrap.variants_of(bootstrap.library(market.home))
    assert {hypothesis.name for hypothesis in library} > DEMO
    with bootstrap.task_runner("local") as runner:
        means = Means(
            store=bootstrap.open_store(market.home),
            ledger=bootstrap.open_ledger(market.home),
            runner=runner,
            checkpoints=bootstrap.checkpoints(market.home, "test"),
        )
        found = discover(Study(hypotheses=library, instruments=market.instruments), means, pool=True)
    qualified = {
        each.examination.trial.hypothesis.name for each in found.analyses if each.verdict.state is State.QUALIFIED
    }
    assert found.trials > len(library)
    assert qualified == (DEMO if is_planted else set())


def test_history_ends_where_the_live_days_begin_and_is_the_same_market(tmp_path: Path) -> None:
    market = planted_market(tmp_path, 2, 4, 1, 3)
    store, venue = bootstrap.open_store(market.home), bootstrap.open_store(market.venue)
    assert len(market.instruments) == 2
    for instrument in market.instruments:
        known, all_ = store.load_candles(instrument), venue.load_candles(instrument)
        assert known.close_time[-1] <= market.split < all_.close_time[-1] == market.end
        np.testing.assert_array_equal(known.close, all_.close[: len(known)])
        assert all_.open_time[len(known)] >= market.split
        assert store.load_funding(instrument).time[-1] == market.split
        assert venue.load_funding(instrument).time[-1] == market.end
    sources = {source for held in store.holdings() for source in held.sources}
    assert all("planted: +2.5 ATR" in source and "planted: -2.5 ATR" in source for source in sources)
