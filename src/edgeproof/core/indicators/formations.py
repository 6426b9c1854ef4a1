"""Chart formations made of pivots: divergences, double tops and bottoms, head and shoulders.

All are read off confirmed pivots, so that nothing is known before the market showed it. The values of a formation
(neckline, second low ...) are those of the last pivots whatever their shape; the condition of the same name says on
which candle the shape is complete.
"""

from edgeproof.core.indicators.arithmetic import abs_, all_of, combine, compare, earlier, max_, min_
from edgeproof.core.indicators.counting import bars_since, first_since, value_when, within
from edgeproof.core.indicators.node import CLOSE, HIGH, LOW, Constant, Node, apply
from edgeproof.core.indicators.registry import Number, Period, Source, indicator
from edgeproof.core.indicators.structure import ATR_PERIOD, pivot_confirmed
from edgeproof.core.indicators.volatility import atr
from edgeproof.core.kernels import pivots

_BROWN = "Constance Brown, Technical Analysis for the Trading Professional, 1999"
_BULKOWSKI = "Thomas Bulkowski, Encyclopedia of Chart Patterns, 2nd edition, 2005"

_TOPS, _BOTTOMS = 1, -1
_LIMIT = 200
"""The farthest two pivots of one formation may lie apart, in candles, and the room kept to look back between them."""


class _Pivots:
    """The confirmed pivots of one side: prices, values of a series and ages at the last few of them."""

    def __init__(self, side: int, left: int, right: int) -> None:
        self.price = HIGH if side == _TOPS else LOW
        self.right = right
        self.confirmed = pivot_confirmed(self.price, left, right, side)

    def value(self, which: int, x: Node | None = None) -> Node:
        return value_when(self.confirmed, earlier(self.price if x is None else x, self.right), which)

    def age(self, which: int) -> Node:
        return combine("+", bars_since(self.confirmed, which), Constant(float(self.right)))

    def gap(self, older: int, younger: int) -> Node:
        return combine("-", self.age(older), self.age(younger))

    def opposite(self, older: int, younger: int) -> Node:
        """The extreme of the other side between two pivots, both ends included."""
        x, sign = (LOW, -1) if self.price is HIGH else (HIGH, 1)
        inputs = (self.confirmed, x, self.age(older), self.age(younger))
        return apply(pivots.extreme_between, *inputs, params=(3 * _LIMIT, sign))

    @property
    def atr(self) -> Node:
        """The ATR when the last one was confirmed."""
        return value_when(self.confirmed, atr(ATR_PERIOD))


def _between(x: Node, least: int, most: int) -> Node:
    return all_of(compare(">=", x, Constant(float(least))), compare("<=", x, Constant(float(most))))


def _divergence(found: _Pivots, x: Node, price: str, value: str, apart: tuple[int, int], lasts: int) -> Node:
    shape = all_of(
        found.confirmed,
        compare(price, found.value(1), found.value(2)),
        compare(value, found.value(1, x), found.value(2, x)),
        _between(found.gap(2, 1), *apart),
    )
    return within(shape, lasts)


@indicator(family="formations", source=_BROWN)
def bullish_divergence(
    x: Source, left: Period = 5, right: Period = 3, nearest: Period = 5, farthest: Period = 60, lasts: Period = 5
) -> Node:
    """Lower pivot low in price, higher x there: true on the candle that confirms it and the next `lasts` - 1.

    The last two pivot lows (left, right), `nearest` to `farthest` candles apart; x, such as rsi(14), is read on the
    candles of the two lows.
    """
    return _divergence(_Pivots(_BOTTOMS, left, right), x, "<", ">", (nearest, farthest), lasts)


@indicator(family="formations", source=_BROWN)
def bearish_divergence(
    x: Source, left: Period = 5, right: Period = 3, nearest: Period = 5, farthest: Period = 60, lasts: Period = 5
) -> Node:
    """Higher pivot high in price, lower x there: true on the candle that confirms it and the next `lasts` - 1.

    Mirrored from `bullish_divergence`.
    """
    return _divergence(_Pivots(_TOPS, left, right), x, ">", "<", (nearest, farthest), lasts)


@indicator(family="formations", source=_BROWN)
def hidden_bullish_divergence(
    x: Source, left: Period = 5, right: Period = 3, nearest: Period = 5, farthest: Period = 60, lasts: Period = 5
) -> Node:
    """Higher pivot low in price, lower x there: true on the candle that confirms it and the next `lasts` - 1."""
    return _divergence(_Pivots(_BOTTOMS, left, right), x, ">", "<", (nearest, farthest), lasts)


@indicator(family="formations", source=_BROWN)
def hidden_bearish_divergence(
    x: Source, left: Period = 5, right: Period = 3, nearest: Period = 5, farthest: Period = 60, lasts: Period = 5
) -> Node:
    """Lower pivot high in price, higher x there: true on the candle that confirms it and the next `lasts` - 1."""
    return _divergence(_Pivots(_TOPS, left, right), x, "<", ">", (nearest, farthest), lasts)


def _is_level(found: _Pivots, a: int, b: int, tolerance: float) -> Node:
    """Two pivots no farther apart in price than `tolerance` ATR."""
    apart = abs_(combine("-", found.value(a), found.value(b)))
    return compare("<=", apart, combine("*", Constant(tolerance), found.atr))


def _is_beyond(found: _Pivots, level: Node) -> Node:
    """The close beyond the neckline, against the side of the pivots."""
    return compare("<" if found.price is HIGH else ">", CLOSE, level)


def _broken(found: _Pivots, neckline: Node, expires: int) -> Node:
    # A break counts once: on the first close beyond since the last pivot was confirmed, and soon enough after it.
    first = first_since(_is_beyond(found, neckline), found.confirmed)
    return all_of(first, compare("<=", bars_since(found.confirmed), Constant(float(expires))))


def _double(found: _Pivots, tolerance: float, depth: float, expires: int) -> Node:
    neckline = found.opposite(2, 1)
    nearer = (min_ if found.price is HIGH else max_)(found.value(2), found.value(1))
    height = combine("-", nearer, neckline) if found.price is HIGH else combine("-", neckline, nearer)
    return all_of(
        _broken(found, neckline, expires),
        _is_level(found, 1, 2, tolerance),
        compare(">=", height, combine("*", Constant(depth), found.atr)),
        _between(found.gap(2, 1), 1, _LIMIT),
    )


@indicator(family="formations", source=_BULKOWSKI)
def double_bottom(
    left: Period = 5, right: Period = 3, tolerance: Number = 1.0, depth: Number = 2.0, expires: Period = 20
) -> Node:
    """Two pivot lows at a similar price and the first close above the high between them (the neckline).

    The last two confirmed pivot lows differ by at most `tolerance` ATR(14), the neckline lies at least `depth` ATR
    above the higher of them, they are at most 200 candles apart, and the close comes within `expires` candles of the
    second's confirmation. The ATR is that of the confirmation.
    """
    return _double(_Pivots(_BOTTOMS, left, right), tolerance, depth, expires)


@indicator(family="formations", source=_BULKOWSKI)
def double_top(
    left: Period = 5, right: Period = 3, tolerance: Number = 1.0, depth: Number = 2.0, expires: Period = 20
) -> Node:
    """Two pivot highs at a similar price and the first close below the low between them (the neckline).

    Mirrored from `double_bottom`.
    """
    return _double(_Pivots(_TOPS, left, right), tolerance, depth, expires)


@indicator(family="formations", source=_BULKOWSKI)
def double_bottom_neckline(left: Period = 5, right: Period = 3) -> Node:
    """The highest high between the last two confirmed pivot lows."""
    return _Pivots(_BOTTOMS, left, right).opposite(2, 1)


@indicator(family="formations", source=_BULKOWSKI)
def double_top_neckline(left: Period = 5, right: Period = 3) -> Node:
    """The lowest low between the last two confirmed pivot highs."""
    return _Pivots(_TOPS, left, right).opposite(2, 1)


@indicator(family="formations", source=_BULKOWSKI)
def double_bottom_low(left: Period = 5, right: Period = 3) -> Node:
    """The second low of a double bottom: the last confirmed pivot low."""
    return _Pivots(_BOTTOMS, left, right).value(1)


@indicator(family="formations", source=_BULKOWSKI)
def double_top_high(left: Period = 5, right: Period = 3) -> Node:
    """The second high of a double top: the last confirmed pivot high."""
    return _Pivots(_TOPS, left, right).value(1)


def _neckline(found: _Pivots) -> Node:
    pick = min_ if found.price is HIGH else max_
    return pick(found.opposite(3, 2), found.opposite(2, 1))


def _shoulders(found: _Pivots, tolerance: float, head: float, expires: int) -> Node:
    # The head must stand out from the farther-reaching shoulder.
    shoulder = (max_ if found.price is HIGH else min_)(found.value(3), found.value(1))
    out = combine("-", found.value(2), shoulder) if found.price is HIGH else combine("-", shoulder, found.value(2))
    return all_of(
        _broken(found, _neckline(found), expires),
        compare(">=", out, combine("*", Constant(head), found.atr)),
        _is_level(found, 1, 3, tolerance),
        _between(found.gap(2, 1), 1, _LIMIT),
        _between(found.gap(3, 2), 1, _LIMIT),
    )


@indicator(family="formations", source=_BULKOWSKI)
def head_and_shoulders(
    left: Period = 5, right: Period = 3, tolerance: Number = 1.5, head: Number = 0.5, expires: Period = 20
) -> Node:
    """Three pivot highs, the middle one the highest, and the first close below the neckline.

    The last three confirmed pivot highs: the head at least `head` ATR(14) above both shoulders, the shoulders at most
    `tolerance` ATR apart. The neckline is level, at the lower of the two troughs beside the head (the later, safer
    break where it would slope). At most 200 candles between neighbours; the close comes within `expires` candles of
    the right shoulder's confirmation, whose ATR counts.
    """
    return _shoulders(_Pivots(_TOPS, left, right), tolerance, head, expires)


@indicator(family="formations", source=_BULKOWSKI)
def inverse_head_and_shoulders(
    left: Period = 5, right: Period = 3, tolerance: Number = 1.5, head: Number = 0.5, expires: Period = 20
) -> Node:
    """Three pivot lows, the middle one the lowest, and the first close above the neckline.

    Mirrored from `head_and_shoulders`; the neckline is at the higher of the two peaks.
    """
    return _shoulders(_Pivots(_BOTTOMS, left, right), tolerance, head, expires)


@indicator(family="formations", source=_BULKOWSKI)
def head_and_shoulders_neckline(left: Period = 5, right: Period = 3) -> Node:
    """The lower of the two troughs between the last three confirmed pivot highs."""
    return _neckline(_Pivots(_TOPS, left, right))


@indicator(family="formations", source=_BULKOWSKI)
def inverse_head_and_shoulders_neckline(left: Period = 5, right: Period = 3) -> Node:
    """The higher of the two peaks between the last three confirmed pivot lows."""
    return _neckline(_Pivots(_BOTTOMS, left, right))


@indicator(family="formations", source=_BULKOWSKI)
def right_shoulder_high(left: Period = 5, right: Period = 3) -> Node:
    """The right shoulder of a head and shoulders: the last confirmed pivot high."""
    return _Pivots(_TOPS, left, right).value(1)


@indicator(family="formations", source=_BULKOWSKI)
def right_shoulder_low(left: Period = 5, right: Period = 3) -> Node:
    """The right shoulder of an inverse head and shoulders: the last confirmed pivot low."""
    return _Pivots(_BOTTOMS, left, right).value(1)
