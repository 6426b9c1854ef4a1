"""Formations: drawn by hand, and their definitions written out over random candles."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from edgeproof.core.conditions.evaluate import evaluate_expression
from edgeproof.core.kernels.abi import TRUE
from edgeproof.core.model.candle import Candles, FloatArray
from tests.support.candles import closes, walk

N = 4_000
LEFT, RIGHT = 5, 3


def path(*turns: float, steps: int = 6) -> Candles:
    """Closes along straight lines from turn to turn."""
    lines = [np.linspace(a, b, steps, endpoint=False) for a, b in pairwise(turns)]
    return closes(*np.concatenate([*lines, [turns[-1]]]).tolist())


def fires(expression: str, candles: Candles) -> list[int]:
    return np.flatnonzero(evaluate_expression(expression, candles) == TRUE).tolist()


def pivots(x: FloatArray) -> list[int]:
    return [
        p
        for p in range(LEFT, len(x) - RIGHT)
        if x[p] > x[p - LEFT : p].max() and x[p] >= x[p + 1 : p + 1 + RIGHT].max()
    ]


def side(candles: Candles, name: str) -> tuple[FloatArray, FloatArray, FloatArray, list[int]]:
    """Price, other price, close and pivots of a side, mirrored so that pivots are highs and breaks go down."""
    if name == "top":
        return candles.high, candles.low, candles.close, pivots(candles.high)
    return -candles.low, -candles.high, -candles.close, pivots(-candles.low)


DIVERGENCES = [
    ("bearish_divergence", "top", 1, -1),
    ("bullish_divergence", "bottom", 1, -1),
    ("hidden_bearish_divergence", "top", -1, 1),
    ("hidden_bullish_divergence", "bottom", -1, 1),
]


@pytest.mark.parametrize(("name", "where", "price_sign", "value_sign"), DIVERGENCES)
@pytest.mark.parametrize("lasts", [1, 5])
def test_divergence_is_as_defined(name: str, where: str, price_sign: int, value_sign: int, lasts: int) -> None:
    candles = walk(N)
    rsi = evaluate_expression("rsi(14)", candles)
    value = rsi if where == "top" else -rsi
    price, _, _, places = side(candles, where)
    expected = np.zeros(N, bool)
    for a, b in pairwise(places):
        is_farther = price_sign * (price[b] - price[a]) > 0
        is_weaker = value_sign * (value[b] - value[a]) > 0
        if 5 <= b - a <= 60 and is_farther and is_weaker:
            expected[b + RIGHT : b + RIGHT + lasts] = True
    found = evaluate_expression(f"{name}(rsi(14), {LEFT}, {RIGHT}, 5, 60, {lasts})", candles)
    np.testing.assert_array_equal(found == TRUE, expected)
    assert expected.sum() > 10


def extreme_between(x: FloatArray, a: int, b: int) -> float:
    return float(x[a : b + 1].min())


def breaks(close: FloatArray, neckline: float, known: int, end: int, expires: int) -> list[int]:
    """The first candle from `known` on that closes below the neckline, while no newer pivot is known."""
    beyond = [i for i in range(known, min(end, len(close))) if close[i] < neckline]
    return [i for i in beyond[:1] if i - known <= expires]


@pytest.mark.parametrize("expires", [1, 3, 20])
@pytest.mark.parametrize(("name", "where"), [("double_top", "top"), ("double_bottom", "bottom")])
def test_double_top_and_bottom_are_as_defined(name: str, where: str, expires: int) -> None:
    candles = walk(N)
    atr = evaluate_expression("atr(14)", candles)
    price, other, close, places = side(candles, where)
    expected, necklines = [], np.full(N, math.nan)
    ends = [p + RIGHT for p in places[2:]] + [N]
    for a, b, end in zip(places, places[1:], ends, strict=False):
        known = b + RIGHT
        neckline = extreme_between(other, a, b)
        necklines[known:] = neckline if where == "top" else -neckline
        is_similar = abs(price[a] - price[b]) <= 1.0 * atr[known]
        is_deep = min(price[a], price[b]) - neckline >= 2.0 * atr[known]
        if is_similar and is_deep and b - a <= 200:
            expected += breaks(close, neckline, known, end, expires)
    assert fires(f"{name}(expires={expires})", candles) == expected
    assert len(expected) > 5
    np.testing.assert_array_equal(evaluate_expression(f"{name}_neckline()", candles), necklines)


@pytest.mark.parametrize(("name", "where"), [("head_and_shoulders", "top"), ("inverse_head_and_shoulders", "bottom")])
def test_head_and_shoulders_are_as_defined(name: str, where: str) -> None:
    candles = walk(20_000)
    atr = evaluate_expression("atr(14)", candles)
    price, other, close, places = side(candles, where)
    expected, necklines = [], np.full(20_000, math.nan)
    ends = [p + RIGHT for p in places[3:]] + [20_000]
    for a, b, c, end in zip(places, places[1:], places[2:], ends, strict=False):
        known = c + RIGHT
        neckline = min(extreme_between(other, a, b), extreme_between(other, b, c))
        necklines[known:] = neckline if where == "top" else -neckline
        stands_out = price[b] - max(price[a], price[c]) >= 0.5 * atr[known]
        is_level = abs(price[a] - price[c]) <= 1.5 * atr[known]
        if stands_out and is_level and b - a <= 200 and c - b <= 200:
            expected += breaks(close, neckline, known, end, 20)
    assert fires(f"{name}()", candles) == expected
    assert len(expected) > 10
    np.testing.assert_array_equal(evaluate_expression(f"{name}_neckline()", candles), necklines)


def only(places: Sequence[int]) -> int:
    assert len(places) == 1
    return places[0]


def test_double_bottom_fires_on_the_close_above_its_neckline() -> None:
    #            20 down to 10, up to 14 (the neckline), down to 10.2, up through 14 to 18
    candles = path(20, 10, 14, 10.2, 18, steps=12)
    at = only(fires("double_bottom()", candles))
    assert candles.close[at - 1] <= 14 < candles.close[at]
    assert evaluate_expression("double_bottom_neckline()", candles)[at] == 14.0
    assert evaluate_expression("double_bottom_low()", candles)[at] == pytest.approx(10.2)


def test_equal_lows_need_no_tolerance() -> None:
    candles = path(20, 10, 14, 10, 18, steps=12)
    assert fires("double_bottom(tolerance=0)", candles) == fires("double_bottom()", candles)
    assert len(fires("double_bottom()", candles)) == 1


def test_lows_that_differ_by_more_than_the_tolerance_are_no_double_bottom() -> None:
    assert fires("double_bottom()", path(20, 10, 14, 12.5, 18, steps=12)) == []


def test_head_and_shoulders_fires_on_the_close_below_its_neckline() -> None:
    candles = path(4, 10, 7, 13, 7.5, 10.2, 3, steps=10)
    at = only(fires("head_and_shoulders()", candles))
    assert candles.close[at - 1] >= 7 > candles.close[at]
    assert evaluate_expression("head_and_shoulders_neckline()", candles)[at] == 7.0
    assert evaluate_expression("right_shoulder_high()", candles)[at] == pytest.approx(10.2)


def test_inverse_head_and_shoulders_mirrors_it() -> None:
    candles = path(16, 10, 13, 7, 12.5, 9.8, 17, steps=10)
    at = only(fires("inverse_head_and_shoulders()", candles))
    assert candles.close[at - 1] <= 13 < candles.close[at]
    assert evaluate_expression("right_shoulder_low()", candles)[at] == pytest.approx(9.8)


def test_three_equal_tops_have_no_head() -> None:
    assert fires("head_and_shoulders()", path(4, 10, 7, 10, 7, 10, 3, steps=10)) == []


def test_bullish_divergence_is_known_when_the_second_low_is() -> None:
    # A steep fall to 10 and a slow one to 9.8: a lower low on a stronger RSI.
    candles = closes(
        *np.linspace(20, 10, 20).tolist(), *np.linspace(10.3, 13, 10).tolist(), *np.linspace(12.9, 9.8, 25).tolist(),
        *np.linspace(10, 12, 10).tolist(),
    )  # fmt: skip
    second_low = 54
    assert candles.close[second_low] == pytest.approx(9.8)
    assert fires("bullish_divergence(rsi(14), 5, 3, 5, 60, 2)", candles) == [second_low + 3, second_low + 4]
