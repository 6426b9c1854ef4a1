"""Session averages: volume-weighted price since an anchor, and what is usual at this time of day."""

from edgeproof.core.indicators.arithmetic import combine
from edgeproof.core.indicators.node import CLOSE, CLOSE_TIME, HIGH, LOW, VOLUME, Constant, Node, apply
from edgeproof.core.indicators.registry import Number, Period, Source, Text, indicator
from edgeproof.core.kernels import anchored
from edgeproof.core.model.errors import InputError
from edgeproof.core.model.time import DAY, parse_duration

_BERKOWITZ = "S. Berkowitz, D. Logue, E. Noser, The Total Cost of Transactions on the NYSE, Journal of Finance 43, 1988"
_WEST = "D. H. D. West, Updating mean and variance estimates: an improved method, Communications of the ACM 22, 1979"
_WEEK = 7 * DAY
_MOST_DAYS = 366
# The epoch was a Thursday; weeks begin on the Monday after it.
_FIRST_MONDAY = 4 * DAY


def _typical_price() -> Node:
    return combine("/", combine("+", combine("+", HIGH, LOW), CLOSE), Constant(3.0))


def _since_anchor(anchor: str, output: int) -> Node:
    period = parse_duration(anchor)
    shift = _FIRST_MONDAY if period % _WEEK == 0 else 0
    if period > 53 * _WEEK:
        raise InputError(f'expected an anchor of at most 53 weeks, found "{anchor}"')
    inputs = (CLOSE_TIME, _typical_price(), VOLUME)
    return apply(anchored.anchored_average, *inputs, params=(period, shift), output=output)


@indicator(family="volume", source=_BERKOWITZ)
def vwap(anchor: Text = "1d") -> Node:
    """Volume-weighted average of the typical price, (high + low + close) / 3, since the anchor.

    The anchor is the last whole "1d" (00:00 UTC), "8h", "4h", "1w" (Monday 00:00 UTC) ...; a candle belongs to the
    period it opens in. NaN until a period was seen from its start and while it has no volume.
    """
    return _since_anchor(anchor, 0)


@indicator(family="volume", source=_WEST)
def vwap_sd(anchor: Text = "1d") -> Node:
    """Volume-weighted standard deviation of the typical price around the VWAP since the anchor.

    sqrt(sum(volume x (price - vwap)^2) / sum(volume)), with the VWAP of now.
    """
    return _since_anchor(anchor, 1)


@indicator(family="volume", source=_BERKOWITZ)
def vwap_age(anchor: Text = "1d") -> Node:
    """Candles since the VWAP's anchor: 0 on the first candle of the period."""
    return _since_anchor(anchor, 2)


@indicator(family="volume", source=_BERKOWITZ)
def vwap_upper(width: Number = 2.0, anchor: Text = "1d") -> Node:
    """The VWAP plus `width` of its standard deviations."""
    return combine("+", vwap(anchor), combine("*", Constant(width), vwap_sd(anchor)))


@indicator(family="volume", source=_BERKOWITZ)
def vwap_lower(width: Number = 2.0, anchor: Text = "1d") -> Node:
    """The VWAP minus `width` of its standard deviations."""
    return combine("-", vwap(anchor), combine("*", Constant(width), vwap_sd(anchor)))


@indicator(family="volume")
def same_slot_median(x: Source = VOLUME, days: Period = 20) -> Node:
    """Median of x on the candles at this time of day over the previous days, the current candle left out.

    NaN until there are that many, and where one of them is NaN. At most 366 days.
    """
    if days > _MOST_DAYS:
        raise InputError(f"expected at most {_MOST_DAYS} days for same_slot_median, found {days:,}")
    return apply(anchored.same_slot_median, CLOSE_TIME, x, params=(days,))
