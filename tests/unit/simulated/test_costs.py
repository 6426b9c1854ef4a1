"""What an order costs at the simulated exchange."""

from dataclasses import replace

import pytest

from edgeproof.adapters.simulated.costs import costs_by_hypothesis
from edgeproof.core.model.time import MINUTE
from edgeproof.core.signals.hypothesis import Direction, Family, Hypothesis, Target
from tests.support.orders import bracket

FIVE = Hypothesis(
    name="Rebound",
    timeframe=5 * MINUTE,
    direction=Direction.LONG,
    family=Family.TREND,
    reason="what falls too far comes back",
    entry=("close > 1",),
    stop="low",
    targets=(Target("2R", 1.0),),
    expires_after=5 * MINUTE,
)
KNOWN = (FIVE, replace(FIVE, name="Own", slippage_bps=7.0), replace(FIVE, name="Slow", timeframe=240 * MINUTE))


@pytest.mark.parametrize(("hypothesis", "bps"), [("Rebound", 1.5), ("Own", 7.0), ("Slow", 4.0), ("Gone", 4.0)])
def test_costs_of_an_order_are_the_fees_and_its_hypothesis_slippage(hypothesis: str, bps: float) -> None:
    costs = costs_by_hypothesis(KNOWN, taker=0.0004, maker=0.0001)(replace(bracket().entry, hypothesis=hypothesis))
    assert (costs.taker, costs.maker) == (0.0004, 0.0001)
    assert costs.slippage == pytest.approx(bps / 1e4)
