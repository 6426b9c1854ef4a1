"""Regimes: what kind of market it is, as conditions on the candles of the reader's timeframe.

They may overlap (a market can trend and be volatile) and need not cover every candle.
"""

from edgeproof.core.indicators.arithmetic import all_of, compare, invert
from edgeproof.core.indicators.direction import adx
from edgeproof.core.indicators.node import Constant, Node
from edgeproof.core.indicators.registry import Text, indicator
from edgeproof.core.indicators.volatility import choppiness, natr
from edgeproof.core.indicators.windows import percentile_rank
from edgeproof.core.model.errors import InputError

_PERIOD = 14
_RANK_OVER = 500


def _trending() -> Node:
    return compare(">=", adx(_PERIOD), Constant(25.0))


def _volatile() -> Node:
    return compare(">=", percentile_rank(natr(_PERIOD), _RANK_OVER), Constant(90.0))


def _ranging() -> Node:
    return all_of(compare("<", adx(_PERIOD), Constant(20.0)), invert(_volatile()))


def _choppy() -> Node:
    return compare(">", choppiness(_PERIOD), Constant(61.8))


_REGIMES = {"trending": _trending, "ranging": _ranging, "volatile": _volatile, "choppy": _choppy}


@indicator(family="regimes", source="thresholds: Wilder 1978 (ADX 25 and 20), Dreiss 1991 (choppiness 61.8)")
def regime(name: Text) -> Node:
    """True while the market is "trending", "ranging", "volatile" or "choppy".

    trending: adx(14) >= 25. volatile: natr(14) ranks at or above 90 percent of its last 500 values.
    ranging: adx(14) < 20 and not volatile. choppy: choppiness(14) > 61.8.
    """
    if name not in _REGIMES:
        raise InputError(f'expected one of the regimes {", ".join(_REGIMES)}, found "{name}"')
    return _REGIMES[name]()
