"""What trading costs, and what is no cost at all."""

import math

import pytest

from edgeproof.core.model.errors import InputError
from edgeproof.core.simulation.costs import Costs, costs_for

MINUTE = 60_000


@pytest.mark.parametrize("wrong", [{"taker": 5.0}, {"maker": math.nan}, {"slippage": -0.001}, {"slippage": math.inf}])
def test_costs_that_are_no_fraction_are_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match=f"expected {next(iter(wrong))} as a fraction"):
        Costs(**wrong)


def test_costs_maker_rebate_is_a_negative_fee() -> None:
    assert Costs(maker=-0.0001).maker == -0.0001


def test_costs_by_timeframe_take_the_table_unless_told() -> None:
    assert costs_for(15 * MINUTE).slippage == pytest.approx(2.5e-4)
    assert costs_for(15 * MINUTE, bps=0.0).slippage == 0.0
