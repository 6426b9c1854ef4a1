"""Volume: who trades, and how much of it."""

from edgeproof.core.indicators.averages import sma
from edgeproof.core.indicators.node import CLOSE, HIGH, LOW, VOLUME, Node, apply
from edgeproof.core.indicators.registry import Period, indicator
from edgeproof.core.indicators.windows import sum_of
from edgeproof.core.kernels import formulas, movements, trailing

_NAN = float("nan")


@indicator(family="volume", source="Joseph E. Granville, Granville's New Key to Stock Market Profits, 1963")
def obv() -> Node:
    """On-balance volume: volume added on rising closes and taken off on falling ones, from the first candle on.

    Its level depends on where the data begin: compare it with its own past only.
    """
    return apply(trailing.on_balance, CLOSE, VOLUME)


@indicator(family="volume", source="Gene Quong and Avrum Soudack, Volume-Weighted RSI: Money Flow, TASC 1989")
def mfi(period: Period = 14) -> Node:
    """Money flow index: share of typical price x volume, in percent, that flowed on rising typical prices.

    Over the last `period` changes; 0 where nothing flowed.
    """
    price = apply(formulas.typical_price, HIGH, LOW, CLOSE)
    rising, falling = (sum_of(apply(movements.money_flows, price, VOLUME, output=k), period) for k in (0, 1))
    return apply(formulas.share, rising, falling)


@indicator(family="volume", source="Marc Chaikin, Chaikin money flow, 1980s")
def cmf(period: Period = 20) -> Node:
    """Chaikin money flow: volume weighted by where each close lies in its candle, -1..1.

    Sum of volume ((close - low) - (high - close)) / (high - low), 0 in a flat candle, over the sum of volume;
    undefined where nothing was traded.
    """
    flow = apply(formulas.money_flow_volume, HIGH, LOW, CLOSE, VOLUME)
    return apply(formulas.ratio, sum_of(flow, period), sum_of(VOLUME, period), params=(1.0, _NAN))


@indicator(family="volume")
def volume_ratio(period: Period = 20) -> Node:
    """Relative volume: volume / its simple average over the last `period` candles, the current one included.

    1 is the usual volume, `period` the most it can be; undefined where nothing was traded.
    """
    return apply(formulas.ratio, VOLUME, sma(VOLUME, period), params=(1.0, _NAN))
