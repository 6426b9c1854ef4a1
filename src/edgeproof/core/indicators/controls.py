"""Words for controls and gates: a declared coin, and a value for where there is none."""

from edgeproof.core.indicators.node import CLOSE_TIME, Node, apply
from edgeproof.core.indicators.registry import Number, Period, Source, indicator
from edgeproof.core.kernels import chance as coins
from edgeproof.core.kernels import fallback as fallbacks
from edgeproof.core.model.errors import InputError

_SPLITMIX = "Guy L. Steele, Doug Lea, Christine H. Flood, Fast splittable pseudorandom number generators, OOPSLA 2014"


@indicator(family="controls", source=_SPLITMIX)
def chance(probability: Number, seed: Period = 1) -> Node:
    """True on a candle with this probability: a coin that knows nothing of the market, for placebos.

    It is a hash of the candle's close time and the seed: the same in every run and on every instrument, independent
    between seeds.
    """
    if not 0.0 < probability < 1.0:
        raise InputError(f"expected a probability between 0 and 1 for chance, found {probability:g}")
    return apply(coins.chance, CLOSE_TIME, params=(probability, seed))


@indicator(family="controls")
def otherwise(x: Source, fallback: Source) -> Node:
    """x, or the fallback where x is not defined: for gates that must stay open without data.

    `otherwise(funding_percentile("90d"), 50) < 95` lets a signal pass where no funding is known.
    """
    return apply(fallbacks.otherwise, x, fallback)
