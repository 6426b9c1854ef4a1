"""What trading costs the account of a simulated exchange."""

from collections.abc import Iterable

from edgeproof.core.model.order import OrderIntent
from edgeproof.core.signals.hypothesis import Hypothesis
from edgeproof.core.simulation.account import CostsOf
from edgeproof.core.simulation.costs import BASIS_POINT, SLIPPAGE_BPS_LONG, Costs, costs_for


def costs_by_hypothesis(hypotheses: Iterable[Hypothesis], *, taker: float, maker: float) -> CostsOf:
    """The costs of an order: the fees, and the slippage of its hypothesis or of that one's timeframe, as in a backtest.

    An order of a hypothesis that is not among them, taken up from an earlier session, pays the most of the table.
    """
    known = {
        each.name: costs_for(each.timeframe, bps=each.slippage_bps, taker=taker, maker=maker) for each in hypotheses
    }
    otherwise = Costs(taker=taker, maker=maker, slippage=BASIS_POINT * SLIPPAGE_BPS_LONG)

    def costs_of(intent: OrderIntent) -> Costs:
        return known.get(intent.hypothesis, otherwise)

    return costs_of
