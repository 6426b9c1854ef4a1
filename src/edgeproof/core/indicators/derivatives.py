"""What only derivatives have: funding.

A settlement belongs to the past from its own timestamp on: at a candle's close T, those with timestamp <= T are read.
"""

from edgeproof.core.indicators.node import CLOSE_TIME, FUNDING, RATE, Apply, Node, apply
from edgeproof.core.indicators.registry import Text, indicator
from edgeproof.core.kernels import history, settlement
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import DAY, parse_duration

_LONGEST = 366 * DAY


def _window(text: str) -> int:
    length = parse_duration(text)
    if length > _LONGEST:
        raise InputError(f'expected a window of at most 366 days of funding, found "{text}"')
    return length


@indicator(family="derivatives")
def funding_rate() -> Node:
    """The relative rate of the last funding settlement, per funding period; NaN before the first."""
    return Apply(history.as_of, (CLOSE_TIME, CLOSE_TIME, RATE), foreign=FUNDING)


@indicator(family="derivatives")
def funding_sum(window: Text = "8h") -> Node:
    """Sum of the funding rates settled in the last window, such as "8h": timestamps in (T - window, T].

    NaN where funding history does not reach back that far (its first settlement is later than T - window).
    """
    inputs = (CLOSE_TIME, CLOSE_TIME, RATE)
    return Apply(settlement.sum_settled, inputs, (float(_window(window)),), foreign=FUNDING)


@indicator(family="derivatives")
def funding_percentile(period: Text = "90d", window: Text = "24h") -> Node:
    """Percentile rank, 0 to 100, of the current funding sum among those of the last period.

    The sum over the window is taken at each settlement; the rank is the percent of the sums settled in
    (t - period, t] that are at or below the last one, at t. So it is the same on every timeframe. NaN where the sums
    do not reach back a whole period.
    """
    at_settlement = Apply(
        settlement.sum_settled, (CLOSE_TIME, CLOSE_TIME, RATE), (float(_window(window)),), foreign=FUNDING
    )
    rank = apply(settlement.rank_settled, CLOSE_TIME, at_settlement, params=(_window(period),))
    return Apply(history.as_of, (CLOSE_TIME, CLOSE_TIME, rank), foreign=FUNDING)
